package issue

// KeepInMemory sets how many offers are kept in memory, and returns what sets it back.
func KeepInMemory(n int64) (restore func()) {
	before := offersInMemory
	offersInMemory = n
	return func() { offersInMemory = before }
}

//go:build !amd64

package marks

// markWhole marks as many blocks as there are, all of them whole.
func (b Bytes) markWhole(blocks []Block, text []byte) { b.markAny(blocks, text) }

func places(to []int32, sets []uint64, base int32) int { return placesAny(to, sets, base) }

package link

import "math/bits"

// Set is a set of hashes, in a table of open addressing. Its zero value is empty.
type Set struct {
	slots []uint64 // 0 is free: the hash 0 is kept as 1
	count int
}

const firstSlots = 64

// Reserve makes room for so many hashes in all.
func (s *Set) Reserve(count int) {
	if need := 1 << bits.Len(uint(4*count/3)); need > len(s.slots) {
		s.grow(need)
	}
}

// Add adds a hash, and tells whether it is new.
func (s *Set) Add(hash uint64) bool {
	if 4*(s.count+1) > 3*len(s.slots) {
		s.grow(max(2*len(s.slots), firstSlots))
	}
	at, found := s.find(hash)
	if !found {
		s.slots[at] = max(hash, 1)
		s.count++
	}
	return !found
}

// Has tells whether a hash is in the set.
func (s *Set) Has(hash uint64) bool {
	if s.count == 0 {
		return false
	}
	_, found := s.find(hash)
	return found
}

// Clear empties the set, whose memory is used again.
func (s *Set) Clear() {
	clear(s.slots)
	s.count = 0
}

// Bytes is the memory of the set.
func (s *Set) Bytes() int { return 8 * len(s.slots) }

// find is the slot of a hash, or the free one where it would stand. There is one.
func (s *Set) find(hash uint64) (at int, found bool) {
	hash = max(hash, 1)
	mask := uint64(len(s.slots)) - 1
	for i := hash & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case hash:
			return int(i), true //nolint:gosec // below the length of a slice
		case 0:
			return int(i), false //nolint:gosec // the same
		}
	}
}

// grow gives the table more slots: a power of two.
func (s *Set) grow(slots int) {
	old := s.slots
	*s = Set{slots: make([]uint64, slots)}
	for _, hash := range old {
		if hash != 0 {
			s.Add(hash)
		}
	}
}

package pipeline

import (
	"errors"
	"sync"
)

// ErrNotGrouped tells that a person came back after others: what was decided of
// the person was decided on a part of the record, so nothing of the pass counts.
// The caller starts over in partition mode.
var ErrNotGrouped = errors.New("the extracts are not grouped by person: one came back after others; sweep with grouping auto or partition")

// errManyPersons is ErrNotGrouped for want of memory to know persons again.
var errManyPersons = errManyPersonsError{}

type errManyPersonsError struct{}

func (errManyPersonsError) Error() string {
	return "there are more persons than one pass can remember in this memory; sweep with grouping auto or partition, or more memory"
}

func (errManyPersonsError) Is(target error) bool { return target == ErrNotGrouped }

// errRepeats is ErrNotGrouped where rows that name nobody must be compared with all others.
var errRepeats = errRepeatsError{}

type errRepeatsError struct{}

func (errRepeatsError) Error() string {
	return "the layout asks whether rows were there before, and rows without a person key can be anywhere; sweep with grouping auto or partition"
}

func (errRepeatsError) Is(target error) bool { return target == ErrNotGrouped }

// seen knows the persons who were decided, by hash: 64 bits each, in tables of
// open addressing. Two persons of one hash would be taken for one who came back,
// which costs time and changes no decision. It may be used by many goroutines.
type seen struct {
	most   int // bytes of all tables
	mu     sync.Mutex
	bytes  int
	shards [seenShards]seenShard
}

const (
	seenBits   = 6
	seenShards = 1 << seenBits
	seenFirst  = 64 // slots of a new table
)

// seenShard holds the hashes that begin with one bit pattern.
type seenShard struct {
	slots []uint64 // 0 is free: the hash 0 is kept as 1
	count int
}

func newSeen(most int64) *seen { return &seen{most: int(most)} }

// add notes persons who are decided. It is ErrNotGrouped when one was before.
func (s *seen) add(hashes []uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, hash := range hashes {
		shard := &s.shards[hash>>(64-seenBits)]
		if 4*(shard.count+1) > 3*len(shard.slots) {
			s.bytes += shard.grow()
			if s.bytes > s.most {
				return errManyPersons
			}
		}
		if !shard.insert(hash) {
			return ErrNotGrouped
		}
	}
	return nil
}

// has tells whether a person was decided.
func (s *seen) has(hash uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	shard := &s.shards[hash>>(64-seenBits)]
	if len(shard.slots) == 0 {
		return false
	}
	_, found := shard.find(hash)
	return found
}

// insert adds a hash, and tells whether it is new. There is a free slot.
func (s *seenShard) insert(hash uint64) bool {
	at, found := s.find(hash)
	if !found {
		s.slots[at] = max(hash, 1)
		s.count++
	}
	return !found
}

// find is the slot of a hash, or the free one where it would stand.
func (s *seenShard) find(hash uint64) (at int, found bool) {
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

// grow doubles the table, and returns by how many bytes.
func (s *seenShard) grow() int {
	old := s.slots
	s.slots = make([]uint64, max(2*len(old), seenFirst))
	s.count = 0
	for _, hash := range old {
		if hash != 0 {
			s.insert(hash)
		}
	}
	return 8 * (len(s.slots) - len(old))
}

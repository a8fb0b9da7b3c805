package pipeline

import (
	"errors"
	"sync"

	"github.com/clearsweep/clearsweep/pipeline/link"
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

// seen knows the persons who were decided, by hash: 64 bits each. Two persons of
// one hash would be taken for one who came back, which costs time and changes no
// decision. It may be used by many goroutines.
type seen struct {
	most   int // bytes of all sets
	mu     sync.Mutex
	bytes  int
	shards [seenShards]link.Set // by the bits that hashes begin with, so that not all grow at once
}

const (
	seenBits   = 6
	seenShards = 1 << seenBits
)

func newSeen(most int64) *seen { return &seen{most: int(most)} }

// add notes persons who are decided. It is ErrNotGrouped when one was before.
func (s *seen) add(hashes []uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, hash := range hashes {
		shard := &s.shards[hash>>(64-seenBits)]
		before := shard.Bytes()
		if !shard.Add(hash) {
			return ErrNotGrouped
		}
		if s.bytes += shard.Bytes() - before; s.bytes > s.most {
			return errManyPersons
		}
	}
	return nil
}

// has tells whether a person was decided.
func (s *seen) has(hash uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shards[hash>>(64-seenBits)].Has(hash)
}

package pipeline

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestSeenKnowsWhoCameBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSeen(1 << 20)
		known := map[uint64]bool{}
		for _, hash := range rapid.SliceOf(rapid.OneOf(rapid.Uint64Range(2, 40), rapid.Uint64Min(2))).Draw(t, "hashes") {
			if s.has(hash) != known[hash] {
				t.Fatalf("%x: has says %v", hash, !known[hash])
			}
			if err := s.add([]uint64{hash}); errors.Is(err, ErrNotGrouped) != known[hash] {
				t.Fatalf("%x: add says %v", hash, err)
			}
			known[hash] = true
		}
	})
}

// It takes no more memory than it may, and says so as of one who came back: the
// caller starts over either way.
func TestSeenIsBounded(t *testing.T) {
	s := newSeen(1 << 16)
	var err error
	n := uint64(0)
	for ; err == nil; n++ {
		err = s.add([]uint64{n * 0x9e3779b97f4a7c15})
	}
	if !errors.Is(err, ErrNotGrouped) || err.Error() == ErrNotGrouped.Error() {
		t.Errorf("after %d persons: %v", n, err)
	}
	if n < 2000 {
		t.Errorf("64 KiB hold %d persons", n)
	}
}

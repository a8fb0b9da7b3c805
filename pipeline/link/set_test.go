package link_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/pipeline/link"
)

func TestSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var set link.Set
		for range 2 { // it is empty again once it is cleared
			known := map[uint64]bool{}
			set.Reserve(rapid.IntRange(0, 130).Draw(t, "room"))
			for _, hash := range rapid.SliceOfN(rapid.OneOf(rapid.Uint64Range(1, 90), rapid.Uint64Min(1)), 0, 130).Draw(t, "hashes") {
				if set.Has(hash) != known[hash] || set.Add(hash) == known[hash] {
					t.Fatalf("%x: known is not %v", hash, known[hash])
				}
				known[hash] = true
				if other := max(hash^1<<50, 2); !set.Has(hash) || set.Has(other) != known[other] {
					t.Fatalf("%x, added to %d: it is in the set: %v; and %x: %v", hash, len(known), set.Has(hash), other, set.Has(other))
				}
			}
			set.Clear()
		}
	})
}

// What fits into a table leaves some of it free: a search ends there.
func TestASetIsNeverFull(t *testing.T) {
	var set link.Set
	for hash := range uint64(1 << 12) {
		if hash > 0 {
			set.Add(hash)
		}
		if set.Has(1 << 40) {
			t.Fatalf("of %d hashes, one is that was never added", hash)
		}
	}
}

func TestReserve(t *testing.T) {
	for count := range 1000 {
		var set link.Set
		set.Reserve(count)
		room := set.Bytes()
		for hash := range uint64(count) {
			set.Add(hash + 1)
		}
		set.Reserve(1)
		if count > 0 && set.Bytes() != room {
			t.Errorf("with room for %d, the set went from %d bytes to %d", count, room, set.Bytes())
		}
	}
}

package issue

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// TestOffersFromDisk goes over offers that are divided on the disk as over those in memory.
func TestOffersFromDisk(t *testing.T) {
	store, err := storage.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var visits [2][]offer
		drawn := rapid.SliceOf(rapid.Uint8Range(0, 20)).Draw(t, "keys")
		for i, expected := range []int64{1, 3 * offersAtOnce} { // in memory, in four divisions
			o, err := newOffers(context.Background(), store, "test", expected)
			if err != nil {
				t.Fatal(err)
			}
			for ordinal, k := range drawn {
				of := offer{key: keyOf(k), content: [8]byte{k % 3, byte(ordinal % 2)}, ordinal: uint32(ordinal), action: Action(k)}
				if err := o.put(of); err != nil {
					t.Fatal(err)
				}
			}
			if err := o.done(); err != nil {
				t.Fatal(err)
			}
			for range 2 { // as often as it is asked for
				visits[i] = nil
				err := o.each(context.Background(), func(of *offer) error {
					visits[i] = append(visits[i], *of)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := o.remove(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if len(visits[0]) != len(drawn) || !slices.Equal(visits[0], visits[1]) {
			t.Fatalf("in memory %v, from disk %v", visits[0], visits[1])
		}
		for i := 1; i < len(drawn); i++ {
			if slices.Compare(visits[0][i-1].key[:], visits[0][i].key[:]) >= 0 {
				t.Fatal("not in order of key, or a key twice")
			}
		}
	})
}

func keyOf(n uint8) (k Key) {
	sum := sha256.Sum256([]byte{n})
	copy(k[:hashBytes], sum[:])
	return k
}

// TestMergeMeetsEachOnce merges any offers with any list: every charge is met once, with both
// of its sides where it has two.
func TestMergeMeetsEachOnce(t *testing.T) {
	store, err := storage.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		offered := rapid.MapOf(rapid.Uint8(), rapid.Bool()).Draw(t, "offered")
		before := rapid.MapOf(rapid.Uint8(), rapid.Bool()).Draw(t, "known")
		o, err := newOffers(context.Background(), store, "test", 1)
		if err != nil {
			t.Fatal(err)
		}
		for k := range offered {
			if err := o.put(offer{key: keyOf(k)}); err != nil {
				t.Fatal(err)
			}
		}
		met := map[Key]int{}
		err = merge(context.Background(), o, store, listOf(t, store, before), func(m meeting) error {
			sides := 0
			var k Key
			if m.offer != nil {
				sides, k = sides+1, m.offer.key
			}
			if m.known != nil {
				sides, k = sides+2, m.known.Key
			}
			if m.offer != nil && m.known != nil && m.offer.key != m.known.Key {
				return fmt.Errorf("%x meets %x", m.offer.key, m.known.Key)
			}
			if met[k] != 0 {
				return fmt.Errorf("%x is met twice", k)
			}
			met[k] = sides
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for k := range 256 {
			want := 0
			if _, ok := offered[uint8(k)]; ok {
				want++
			}
			if _, ok := before[uint8(k)]; ok {
				want += 2
			}
			if got := met[keyOf(uint8(k))]; got != want {
				t.Fatalf("charge %d was met with sides %d, want %d", k, got, want)
			}
		}
	})
}

func listOf(t *rapid.T, store storage.Store, known map[uint8]bool) writers.Output {
	var keys []Key
	for k := range known {
		keys = append(keys, keyOf(k))
	}
	slices.SortFunc(keys, func(a, b Key) int { return slices.Compare(a[:], b[:]) })
	f, err := writers.Folder{Store: store}.Create(context.Background(), "known", writers.InClear)
	if err != nil {
		t.Fatal(err)
	}
	var line []byte
	for _, k := range keys {
		line = (&Known{Key: k, Batch: 1}).append(line)
	}
	if _, err := f.Write(line); err != nil {
		t.Fatal(err)
	}
	out, err := f.Commit(int64(len(keys)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every verb has a number of its own in the lists, and the numbers are those of the first lists.
func TestActionsAreVerbs(t *testing.T) {
	for v := policies.Verb(0); v.String() != ""; v++ {
		if a := actionOf(v.String()); a == 0 || a == Reinstated || a.Verb() != v {
			t.Errorf("%s is action %d, which is %s", v, a, a.Verb())
		}
	}
	for name, want := range map[string]Action{"recall_resentence": 1, "seal": 5, "expunge": 10, "set_aside": 13, "no verb": 0} {
		if got := actionOf(name); got != want {
			t.Errorf("%s is action %d, want %d", name, got, want)
		}
	}
	if Reinstated.Verb() != policies.NoVerb || Action(0).Verb() != policies.NoVerb {
		t.Error("a reversal has a verb")
	}
}

package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers/journal"
)

type said struct{ What string }

func TestWhatWasAppendedIsRead(t *testing.T) {
	store, _ := filled(t, 12)
	j := read(t, store)
	if len(j.Entries) != 12 {
		t.Fatalf("%d entries, want 12", len(j.Entries))
	}
	for i, e := range j.Entries {
		var got said
		if err := e.Decode(&got); err != nil || got.What != strconv.Itoa(i) || e.Number != int64(i)+1 || e.Who != "a test" || e.Kind != "said" {
			t.Errorf("entry %d: %+v, %v", i, e, err)
		}
	}
	if err := j.Holds(j.Entries[3].Digest); err != nil {
		t.Errorf("a head that was: %v", err)
	}
	if err := j.Holds("0123"); !errors.Is(err, journal.ErrBroken) {
		t.Errorf("a head that never was: %v, want ErrBroken", err)
	}
	var other struct{ Else string }
	if err := j.Entries[0].Decode(&other); err == nil {
		t.Error("a body of another kind is read")
	}
}

// TestEveryChangeShows changes each byte of every entry but the last, and removes and swaps
// entries. Of the last entry only its head tells.
func TestEveryChangeShows(t *testing.T) {
	store, folder := filled(t, 3)
	head := read(t, store).Head()
	name := func(n int) string { return filepath.Join(folder, "journal", fmt.Sprintf("%08d.json", n)) }
	var sources [4][]byte
	for n := 1; n <= 3; n++ {
		data, err := os.ReadFile(name(n))
		if err != nil {
			t.Fatal(err)
		}
		sources[n] = data
	}
	restore := func() {
		for n := 1; n <= 3; n++ {
			write(t, name(n), sources[n])
		}
	}
	shows := func(what string) {
		t.Helper()
		j, err := journal.Read(context.Background(), store)
		if err == nil {
			err = j.Holds(head)
		}
		if !errors.Is(err, journal.ErrBroken) {
			t.Errorf("%s: %v, want ErrBroken", what, err)
		}
		restore()
	}
	for n := 1; n <= 3; n++ {
		for i := range sources[n] {
			changed := append([]byte{}, sources[n]...)
			changed[i] ^= 1
			write(t, name(n), changed)
			shows(fmt.Sprintf("byte %d of entry %d", i, n))
		}
		if err := os.Remove(name(n)); err != nil {
			t.Fatal(err)
		}
		shows(fmt.Sprintf("entry %d removed", n))
	}
	write(t, name(1), sources[2])
	write(t, name(2), sources[1])
	shows("entries swapped")
}

// TestOneOfTwoWins appends twice to what was read once.
func TestOneOfTwoWins(t *testing.T) {
	store, _ := filled(t, 1)
	a, b := read(t, store), read(t, store)
	if _, err := a.Append(context.Background(), time.Unix(0, 0), "a", "said", said{"a"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Append(context.Background(), time.Unix(0, 0), "b", "said", said{"b"}); !errors.Is(err, journal.ErrMoved) {
		t.Errorf("the second: %v, want ErrMoved", err)
	}
	if j := read(t, store); len(j.Entries) != 2 || j.Entries[1].Who != "a" {
		t.Errorf("%+v", j.Entries)
	}
	if _, err := a.Append(context.Background(), time.Unix(0, 0), " ", "said", said{}); err == nil {
		t.Error("an entry by nobody is taken")
	}
}

// TestManyAddAtOnce adds from several goroutines: every entry is there, in one chain.
func TestManyAddAtOnce(t *testing.T) {
	store, _ := filled(t, 1)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if err := journal.Add(context.Background(), store, time.Unix(0, 0), "a test", "said", said{strconv.Itoa(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(read(t, store).Entries); n != 9 {
		t.Errorf("%d entries, want 9", n)
	}
}

func filled(t *testing.T, entries int) (storage.Store, string) {
	t.Helper()
	folder := t.TempDir()
	store, err := storage.OpenDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	j := read(t, store)
	for i := range entries {
		if _, err := j.Append(context.Background(), time.Unix(int64(i), 0), "a test", "said", said{strconv.Itoa(i)}); err != nil {
			t.Fatal(err)
		}
	}
	return store, folder
}

func read(t *testing.T, store storage.Store) *journal.Journal {
	t.Helper()
	j, err := journal.Read(context.Background(), store)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

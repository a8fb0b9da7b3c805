package writers

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clearsweep/clearsweep/storage"
)

// age makes the files of a disk below prefix older by d.
func aged(t *testing.T, s *storage.DiskStore, prefix string, d time.Duration) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(s.String(), prefix), func(name string, e os.DirEntry, err error) error {
		if err != nil || e.Type()&os.ModeSymlink != 0 {
			return err
		}
		fi, err := e.Info()
		if err != nil {
			return err
		}
		return os.Chtimes(name, time.Time{}, fi.ModTime().Add(-d))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOrphans(t *testing.T) {
	s := newDisk(t)
	committed, err := sweep(t.Context(), s, 60, moment)
	if err != nil {
		t.Fatal(err)
	}
	const week = 7 * 24 * time.Hour
	begin := func(runID string) *Attempt {
		a, err := Begin(s, s, runID, InClear)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := settle(t.Context(), a, 0, 0, 9); err != nil {
			t.Fatal(err)
		}
		return a
	}
	dead, late := begin(committed.RunID), begin("anotherrun")
	put := func(key string) {
		if err := storage.Write(t.Context(), s, key, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	put("runs/notes.txt")
	put("runs/" + committed.RunID + "/notes.txt")
	put("elsewhere/a=b/c")
	if _, err := s.Create(t.Context(), dead.prefix+"/begun"); err != nil {
		t.Fatal(err)
	}
	aged(t, s, "", 2*week)
	put(late.prefix + "/just-written") // it lives
	alive := begin("thirdrun")

	before := time.Now().Add(-week) //nolint:forbidigo // files have the time of the clock
	orphans, err := Orphans(t.Context(), s, before)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range orphans {
		name := o.Name
		if o.Kind == OrphanUnfinished {
			name = path.Dir(name)
		}
		got = append(got, o.Kind+" "+name)
		if o.Objects == 0 || o.Kind != OrphanUnfinished && o.Bytes == 0 || !o.Written.Before(before) {
			t.Errorf("%+v", o)
		}
	}
	want := []string{"attempt " + dead.prefix, "spool " + dead.spools(), "spool " + late.spools(), "unfinished " + dead.prefix}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for _, o := range orphans {
		if err := RemoveOrphan(t.Context(), s, o, before); err != nil {
			t.Error(err)
		}
	}
	if orphans, err := Orphans(t.Context(), s, before); err != nil || len(orphans) > 0 {
		t.Errorf("afterwards %+v, %v", orphans, err)
	}
	verifyNewest(t, s, true)
	for _, key := range []string{"runs/notes.txt", "elsewhere/a=b/c", late.prefix + "/just-written"} {
		if _, err := s.Head(t.Context(), key); err != nil {
			t.Error(err)
		}
	}
	if n := len(contents(t, s, alive.prefix+"/")); n == 0 {
		t.Error("an attempt that lives is gone")
	}
}

// Between the list and the removal an attempt may commit, or write.
func TestAnOrphanIsLookedAtAgain(t *testing.T) {
	s := newDisk(t)
	before := time.Now().Add(time.Hour) //nolint:forbidigo // everything is older
	a, err := Begin(s, s, "run", InClear)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := settle(t.Context(), a, 0, 0, 9); err != nil {
		t.Fatal(err)
	}
	orphans, err := Orphans(t.Context(), s, before)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(orphans, func(o Orphan) bool { return o.Kind == OrphanAttempt })
	if i < 0 {
		t.Fatalf("no attempt in %+v", orphans)
	}
	if err := RemoveOrphan(t.Context(), s, orphans[i], before.Add(-2*time.Hour)); !errors.Is(err, ErrAlive) {
		t.Errorf("written to since: got %v", err)
	}
	if _, err := a.put(t.Context(), Commit{RunID: "run", Path: a.prefix, Attempt: a.id, Moment: moment}); err != nil {
		t.Fatal(err)
	}
	if err := RemoveOrphan(t.Context(), s, orphans[i], before); !errors.Is(err, ErrAlive) {
		t.Errorf("committed since: got %v", err)
	}
	if left := contents(t, s, a.prefix+"/"); len(left) == 0 || !strings.HasPrefix(a.prefix, runsFolder) {
		t.Error("a committed attempt was removed")
	}
}

package storage_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/clearsweep/clearsweep/storage"
)

func TestScratch(t *testing.T) {
	parent := t.TempDir()
	alive, err := storage.NewScratch(parent)
	if err != nil {
		t.Fatal(err)
	}
	if err := storage.Write(t.Context(), alive, "dir/k", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(alive.String()); err != nil || fi.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	beside, err := storage.OpenDisk(parent)
	if err != nil {
		t.Fatal(err)
	}
	for info, err := range beside.List(t.Context(), "") {
		t.Errorf("%s is listed (%v)", info.Key, err)
	}
	// As a killed process leaves it, and as one that lives has it.
	dead := filepath.Join(parent, ".tmp-scratch-dead")
	if err := os.MkdirAll(filepath.Join(dead, "dir"), 0o700); err != nil {
		t.Fatal(err)
	}
	stale := func(before time.Time) []string {
		dirs, err := storage.StaleScratch(parent, before)
		if err != nil {
			t.Fatal(err)
		}
		return dirs
	}
	later := time.Now().Add(time.Hour) //nolint:forbidigo // folders have the time of the clock
	if got := stale(later); !slices.Equal(got, []string{dead}) {
		t.Errorf("stale: %q", got)
	}
	if got := stale(later.Add(-2 * time.Hour)); len(got) > 0 {
		t.Errorf("stale though young: %q", got)
	}
	for _, dir := range []string{dead, alive.String(), dead} { // the last is gone already
		if err := storage.DiscardScratch(dir, later); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(dead); err == nil {
		t.Error("what a dead process left is there still")
	}
	if _, err := alive.Head(t.Context(), "dir/k"); err != nil {
		t.Errorf("the folder of a process that lives: %v", err)
	}
	if err := alive.Discard(); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(parent); err != nil || len(entries) > 0 {
		t.Errorf("%d entries are left (%v)", len(entries), err)
	}
}

package storage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

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

// TestScratchIsNoise writes words to a scratch folder in every way and finds none of them
// in its files.
func TestScratchIsNoise(t *testing.T) {
	s, err := storage.NewScratch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Discard() //nolint:errcheck // of a test
	word := []byte("a surname that nobody else may read")
	text := bytes.Repeat(word, 1000)
	for _, key := range []string{"one", "dir/two"} {
		if err := storage.Write(t.Context(), s, key, text); err != nil {
			t.Fatal(err)
		}
	}
	spill, err := s.Spill()
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{17, 100_000} {
		if _, err := spill.WriteAt(text, at); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(text[:len(word)], word) {
		t.Error("a write changed what was to be written")
	}
	rapid.Check(t, func(t *rapid.T) {
		offset := rapid.IntRange(0, len(text)).Draw(t, "offset")
		length := rapid.IntRange(0, len(text)-offset).Draw(t, "length")
		want := text[offset : offset+length]
		in, err := s.Open(context.Background(), "dir/two", int64(offset), int64(length), "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(in)
		if err := errors.Join(err, in.Close()); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes from %d are not those that were written (%v)", length, offset, err)
		}
		got = make([]byte, length)
		if _, err := spill.ReadAt(got, int64(100_000+offset)); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d spilled bytes from %d are not those that were written (%v)", length, offset, err)
		}
	})
	found := 0
	look := func(name string) {
		there, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found++
		for i := 0; i+8 <= len(word); i++ {
			if bytes.Contains(there, word[i:i+8]) {
				t.Fatalf("%s has what was written in clear", name)
			}
		}
	}
	for _, key := range []string{"one", "dir/two"} {
		look(filepath.Join(s.String(), key))
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("the spill file, which has no name, was not looked at: %v", err)
	}
	for _, fd := range open {
		link := filepath.Join("/proc/self/fd", fd.Name())
		if name, err := os.Readlink(link); err == nil && strings.HasPrefix(name, s.String()+"/spill-") {
			look(link)
		}
	}
	if found != 3 {
		t.Errorf("%d files were looked at, want 3", found)
	}
	if _, err := s.PutIfAbsent(t.Context(), "k", word); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a small object in clear: %v", err)
	}
}

package storage

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var errFault = errors.New("input/output error")

// operations are the writes of a DiskStore; each must leave the old state or
// the new, and say so.
var operations = map[string]struct {
	run func(context.Context, *DiskStore) error
	key string // exists after success
}{
	"write": {func(ctx context.Context, s *DiskStore) error { return Write(ctx, s, "new/k", []byte("data")) }, "new/k"},
	"put": {func(ctx context.Context, s *DiskStore) error {
		_, err := s.PutIfAbsent(ctx, "new/k", []byte("data"))
		return err
	}, "new/k"},
	"match": {func(ctx context.Context, s *DiskStore) error {
		info, err := s.Head(ctx, "folder/k")
		if err != nil {
			return err
		}
		_, err = s.PutIfMatch(ctx, "folder/k", []byte("data"), info.Version)
		return err
	}, "folder/k"},
}

func TestEveryFailingStepIsReported(t *testing.T) {
	for name, operation := range operations {
		t.Run(name, func(t *testing.T) {
			steps := 0
			for n := 1; ; n++ {
				s, step := faulty(t, n)
				err := operation.run(t.Context(), s)
				s.fault = nil
				if *step == "" {
					if err != nil {
						t.Fatalf("no step failed, got %v", err)
					}
					break
				}
				steps++
				if !errors.Is(err, errFault) || !strings.Contains(err.Error(), s.name) {
					t.Fatalf("step %d (%s) failed, got %v", n, *step, err)
				}
				checkAfter(t, s, *step, operation.key)
			}
			if steps < 4 {
				t.Errorf("only %d steps can fail", steps)
			}
		})
	}
}

// faulty returns a store with one object in folder/k whose n-th step fails, and
// the name of the step once it has.
func faulty(t *testing.T, n int) (*DiskStore, *string) {
	t.Helper()
	s, err := Disk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := Write(t.Context(), s, "folder/k", []byte("data")); err != nil {
		t.Fatal(err)
	}
	hit := new(string)
	s.fault = func(step, _ string) error {
		if n--; n == 0 {
			*hit = step
			return errFault
		}
		return nil
	}
	return s, hit
}

// checkAfter wants the whole object or none, and no unfinished file.
func checkAfter(t *testing.T, s *DiskStore, step, key string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.name, key))
	if err == nil && string(data) != "data" {
		t.Errorf("after a failing %s the object is %q", step, data)
	}
	err = filepath.WalkDir(s.name, func(path string, _ os.DirEntry, err error) error {
		if strings.Contains(path, unfinished) {
			t.Errorf("a failing %s left %s", step, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A put that reports an error must not have taken effect: its object says that
// a run counts.
func TestFailedPutIsTakenBack(t *testing.T) {
	for n := 1; ; n++ {
		s, step := faulty(t, n)
		_, err := s.PutIfAbsent(t.Context(), "folder/new", []byte("data"))
		if *step == "" {
			return
		}
		if _, headErr := s.Head(t.Context(), "folder/new"); err == nil || !errors.Is(headErr, ErrNotExist) {
			t.Errorf("a failing %s: error %v, then head %v", *step, err, headErr)
		}
	}
}

func TestWriteErrorIsSticky(t *testing.T) {
	s, _ := faulty(t, 2) // create, write
	w, err := s.Create(t.Context(), "folder/new")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := io.WriteString(w, "data"); !errors.Is(err, errFault) {
			t.Errorf("write: got %v", err)
		}
	}
	if err := w.Commit(); !errors.Is(err, errFault) {
		t.Errorf("commit: got %v", err)
	}
	if _, err := s.Head(t.Context(), "folder/new"); !errors.Is(err, ErrNotExist) {
		t.Errorf("head: got %v", err)
	}
}

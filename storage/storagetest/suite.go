// Package storagetest holds what every storage.Store must do, as a suite that
// each implementation's tests run, and a store that fails on purpose.
//
// In goes a store; out come failures of the test. It must never assume a disk.
package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/clearsweep/clearsweep/storage"
)

// Run tests the stores that open returns, each of them empty.
func Run(t *testing.T, open func(*testing.T) storage.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, storage.Store){
		"write then read is identity":          writeThenRead,
		"ranges":                               ranges,
		"nothing is seen before commit":        unseenBeforeCommit,
		"commit replaces":                      commitReplaces,
		"abort leaves nothing":                 abortLeavesNothing,
		"missing objects":                      missing,
		"list is in order of keys":             listOrder,
		"list stops when told":                 listStops,
		"one put wins":                         onePutWins,
		"a put that matches replaces":          putIfMatch,
		"of puts that match one wins":          oneMatchWins,
		"a count that races loses nothing":     raceToCount,
		"a delete that matches removes":        deleteIfMatch,
		"a version is read or nothing is":      openVersion,
		"remove":                               remove,
		"bad keys are refused":                 badKeys,
		"a cancelled context stops everything": cancelled,
		"versions tell objects apart":          versions,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func put(t *testing.T, s storage.Store, key, data string) {
	t.Helper()
	if err := storage.Write(t.Context(), s, key, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s storage.Store, key string, offset, length int64) string {
	t.Helper()
	r, err := s.Open(t.Context(), key, offset, length, "")
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func keys(t *testing.T, s storage.Store, prefix string) []string {
	t.Helper()
	found := []string{}
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, info.Key)
	}
	return found
}

func wantKeys(t *testing.T, s storage.Store, prefix string, want ...string) {
	t.Helper()
	if got := keys(t, s, prefix); !slices.Equal(got, want) {
		t.Errorf("list %q: got %q, want %q", prefix, got, want)
	}
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

func writeThenRead(t *testing.T, s storage.Store) {
	for _, size := range []int{0, 1, 1 << 10, 3<<20 + 17} {
		key := fmt.Sprintf("a/b/%d", size)
		data := bytes.Repeat([]byte{'x', 0, 0xff}, size/3+1)[:size]
		put(t, s, key, string(data))
		if got := get(t, s, key, 0, -1); got != string(data) {
			t.Errorf("%d bytes came back as %d", size, len(got))
		}
		info, err := s.Head(t.Context(), key)
		if err != nil || info.Size != int64(size) || info.Key != key || info.Version == "" {
			t.Errorf("head of %d bytes: %+v, %v", size, info, err)
		}
	}
}

func ranges(t *testing.T, s storage.Store) {
	put(t, s, "k", "0123456789")
	for _, test := range []struct {
		offset, length int64
		want           string
	}{{0, -1, "0123456789"}, {3, 4, "3456"}, {8, 100, "89"}, {10, 5, ""}, {20, -1, ""}, {0, 0, ""}, {9, -1, "9"}} {
		if got := get(t, s, "k", test.offset, test.length); got != test.want {
			t.Errorf("%d bytes from %d: got %q, want %q", test.length, test.offset, got, test.want)
		}
	}
	if _, err := s.Open(t.Context(), "k", -1, 1, ""); err == nil {
		t.Error("a negative offset is accepted")
	}
}

func unseenBeforeCommit(t *testing.T, s storage.Store) {
	w, err := s.Create(t.Context(), "dir/k")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("data")); err != nil {
		t.Fatal(err)
	}
	_, err = s.Head(t.Context(), "dir/k")
	wantError(t, err, storage.ErrNotExist)
	wantKeys(t, s, "")
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	wantKeys(t, s, "", "dir/k")
	if err := w.Abort(); err != nil {
		t.Errorf("abort after commit: %v", err)
	}
	wantKeys(t, s, "", "dir/k")
}

func commitReplaces(t *testing.T, s storage.Store) {
	put(t, s, "k", "first")
	put(t, s, "k", "second")
	if got := get(t, s, "k", 0, -1); got != "second" {
		t.Errorf("got %q", got)
	}
}

func abortLeavesNothing(t *testing.T, s storage.Store) {
	w, err := s.Create(t.Context(), "dir/k")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("data")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Abort(), w.Abort()); err != nil {
		t.Error(err)
	}
	if err := w.Commit(); err == nil {
		t.Error("commit after abort succeeds")
	}
	wantKeys(t, s, "")
}

func missing(t *testing.T, s storage.Store) {
	put(t, s, "dir/k", "")
	for _, key := range []string{"nothing", "dir", "dir/nothing"} {
		_, err := s.Head(t.Context(), key)
		wantError(t, err, storage.ErrNotExist)
		_, err = s.Open(t.Context(), key, 0, -1, "")
		wantError(t, err, storage.ErrNotExist)
	}
	wantKeys(t, s, "nothing/")
}

func listOrder(t *testing.T, s storage.Store) {
	for _, key := range []string{"b", "a/z", "a-b", "a/b/c", "a.b/x", "a0"} {
		put(t, s, key, key)
	}
	wantKeys(t, s, "", "a-b", "a.b/x", "a/b/c", "a/z", "a0", "b")
	wantKeys(t, s, "a/", "a/b/c", "a/z")
	wantKeys(t, s, "a", "a-b", "a.b/x", "a/b/c", "a/z", "a0")
	wantKeys(t, s, "a/b", "a/b/c")
	wantKeys(t, s, "a/b/c", "a/b/c")
	wantKeys(t, s, "c")
}

func listStops(t *testing.T, s storage.Store) {
	put(t, s, "a/1", "")
	put(t, s, "a/2", "")
	put(t, s, "b", "")
	for _, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Error(err)
		}
		break
	}
}

func onePutWins(t *testing.T, s storage.Store) {
	rivals := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	results := make([]error, len(rivals))
	var all sync.WaitGroup
	for i, name := range rivals {
		all.Go(func() { _, results[i] = s.PutIfAbsent(t.Context(), "dir/k", []byte(name)) })
	}
	all.Wait()
	winner := ""
	for i, err := range results {
		switch {
		case err == nil && winner != "":
			t.Errorf("%s and %s both won", winner, rivals[i])
		case err == nil:
			winner = rivals[i]
		default:
			wantError(t, err, storage.ErrExists)
		}
	}
	if got := get(t, s, "dir/k", 0, -1); got != winner {
		t.Errorf("%q won, the object is %q", winner, got)
	}
	wantKeys(t, s, "", "dir/k")
}

func remove(t *testing.T, s storage.Store) {
	put(t, s, "a/1/x", "")
	put(t, s, "a/1/y/z", "")
	put(t, s, "a/10", "")
	for range 2 {
		if err := s.Remove(t.Context(), "a/1"); err != nil {
			t.Fatal(err)
		}
	}
	wantKeys(t, s, "", "a/10")
	if err := s.Remove(t.Context(), "a/10"); err != nil {
		t.Fatal(err)
	}
	wantKeys(t, s, "")
}

func badKeys(t *testing.T, s storage.Store) {
	put(t, s, "good", "")
	for _, key := range []string{"", "/", "/abs", "../up", "a/../../up", "a//b", "a/", ".", "./a", "a/..", "nul\x00", "line\nbreak", "not\xffutf-8", ".tmp-x", "a/.tmp-x/b"} {
		_, headErr := s.Head(t.Context(), key)
		_, openErr := s.Open(t.Context(), key, 0, -1, "")
		_, createErr := s.Create(t.Context(), key)
		_, absentErr := s.PutIfAbsent(t.Context(), key, nil)
		_, matchErr := s.PutIfMatch(t.Context(), key, nil, "version")
		for _, err := range []error{
			headErr, openErr, createErr, absentErr, matchErr,
			s.DeleteIfMatch(t.Context(), key, "version"), s.Remove(t.Context(), key),
		} {
			if !errors.Is(err, storage.ErrKey) {
				t.Errorf("key %q: got %v", key, err)
			}
		}
	}
	wantKeys(t, s, "", "good")
}

func cancelled(t *testing.T, s storage.Store) {
	put(t, s, "dir/k", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, headErr := s.Head(ctx, "dir/k")
	_, openErr := s.Open(ctx, "dir/k", 0, -1, "")
	_, createErr := s.Create(ctx, "new")
	_, absentErr := s.PutIfAbsent(ctx, "new", nil)
	_, matchErr := s.PutIfMatch(ctx, "dir/k", nil, "version")
	var listErr error
	for _, err := range s.List(ctx, "") {
		listErr = err
	}
	for _, err := range []error{
		headErr, openErr, createErr, listErr, absentErr, matchErr,
		s.DeleteIfMatch(ctx, "dir/k", "version"), s.Remove(ctx, "dir"),
	} {
		wantError(t, err, context.Canceled)
	}
	wantKeys(t, s, "", "dir/k")
}

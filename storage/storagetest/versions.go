package storagetest

import (
	"context"
	"errors"
	"io"
	"strconv"
	"sync"
	"testing"

	"github.com/clearsweep/clearsweep/storage"
)

// versionOf is the version of the object at key.
func versionOf(t *testing.T, s storage.Store, key string) string {
	t.Helper()
	info, err := s.Head(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return info.Version
}

func putIfMatch(t *testing.T, s storage.Store) {
	first, err := s.PutIfAbsent(t.Context(), "dir/k", []byte("one"))
	if err != nil {
		t.Fatal(err)
	}
	if head, err := s.Head(t.Context(), "dir/k"); err != nil || head.Version != first.Version || first.Key != "dir/k" || first.Size != 3 {
		t.Errorf("put says %+v, head %+v (%v)", first, head, err)
	}
	second, err := s.PutIfMatch(t.Context(), "dir/k", []byte("second"), first.Version)
	if err != nil {
		t.Fatal(err)
	}
	if second.Version == first.Version || second.Version != versionOf(t, s, "dir/k") || second.Size != 6 {
		t.Errorf("put of another says %+v after %+v", second, first)
	}
	_, err = s.PutIfMatch(t.Context(), "dir/k", []byte("three"), first.Version)
	wantError(t, err, storage.ErrChanged)
	_, err = s.PutIfMatch(t.Context(), "dir/nothing", nil, first.Version)
	wantError(t, err, storage.ErrNotExist)
	_, err = s.PutIfMatch(t.Context(), "nowhere/nothing", nil, first.Version)
	wantError(t, err, storage.ErrNotExist)
	if _, err := s.PutIfMatch(t.Context(), "dir/k", nil, ""); err == nil {
		t.Error("a put matches the empty version")
	}
	if got := get(t, s, "dir/k", 0, -1); got != "second" {
		t.Errorf("got %q", got)
	}
	wantKeys(t, s, "", "dir/k")
}

func oneMatchWins(t *testing.T, s storage.Store) {
	first, err := s.PutIfAbsent(t.Context(), "dir/k", []byte("first"))
	if err != nil {
		t.Fatal(err)
	}
	rivals := make([]error, 8)
	var all sync.WaitGroup
	for i := range rivals {
		all.Go(func() { _, rivals[i] = s.PutIfMatch(t.Context(), "dir/k", []byte(strconv.Itoa(i)), first.Version) })
	}
	all.Wait()
	winner := ""
	for i, err := range rivals {
		switch {
		case err == nil && winner != "":
			t.Errorf("%s and %d both won", winner, i)
		case err == nil:
			winner = strconv.Itoa(i)
		default:
			wantError(t, err, storage.ErrChanged)
		}
	}
	if got := get(t, s, "dir/k", 0, -1); got != winner {
		t.Errorf("%q won, the object is %q", winner, got)
	}
}

// Count adds n to the number at key, one at a time, as others do at the same
// time: an increment that is lost shows in the sum.
func Count(t *testing.T, s storage.Store, key string, n int) {
	t.Helper()
	for done := 0; done < n; {
		switch err := countOne(t.Context(), s, key); {
		case err == nil:
			done++
		case !errors.Is(err, storage.ErrChanged): // else somebody was faster
			t.Error(err)
			return
		}
	}
}

func countOne(ctx context.Context, s storage.Store, key string) error {
	info, err := s.Head(ctx, key)
	if err != nil {
		return err
	}
	r, err := s.Open(ctx, key, 0, -1, info.Version)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	number, err := strconv.Atoi(string(data))
	if err != nil {
		return err
	}
	_, err = s.PutIfMatch(ctx, key, []byte(strconv.Itoa(number+1)), info.Version)
	return err
}

func raceToCount(t *testing.T, s storage.Store) {
	if _, err := s.PutIfAbsent(t.Context(), "n", []byte("0")); err != nil {
		t.Fatal(err)
	}
	const rivals, each = 4, 10
	var all sync.WaitGroup
	for range rivals {
		all.Go(func() { Count(t, s, "n", each) })
	}
	all.Wait()
	if got := get(t, s, "n", 0, -1); got != strconv.Itoa(rivals*each) {
		t.Errorf("%d rivals counted to %s, each %d", rivals, got, each)
	}
}

func deleteIfMatch(t *testing.T, s storage.Store) {
	first, err := s.PutIfAbsent(t.Context(), "dir/k", []byte("one"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.PutIfMatch(t.Context(), "dir/k", []byte("two"), first.Version)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, s.DeleteIfMatch(t.Context(), "dir/k", first.Version), storage.ErrChanged)
	if err := s.DeleteIfMatch(t.Context(), "dir/k", ""); err == nil {
		t.Error("a delete matches the empty version")
	}
	wantKeys(t, s, "", "dir/k")
	if err := s.DeleteIfMatch(t.Context(), "dir/k", second.Version); err != nil {
		t.Fatal(err)
	}
	wantKeys(t, s, "")
	wantError(t, s.DeleteIfMatch(t.Context(), "dir/k", second.Version), storage.ErrNotExist)
	again, err := s.PutIfAbsent(t.Context(), "dir/k", []byte("new"))
	if err != nil || again.Version == first.Version || again.Version == second.Version {
		t.Errorf("made again: %+v after %q and %q (%v)", again, first.Version, second.Version, err)
	}
}

func openVersion(t *testing.T, s storage.Store) {
	put(t, s, "k", "0123456789")
	version := versionOf(t, s, "k")
	for _, length := range []int64{-1, 0, 4, 10, 100} {
		r, err := s.Open(t.Context(), "k", 2, length, version)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Error(err)
		}
		want := "23456789"
		if length >= 0 && length < 8 {
			want = want[:length]
		}
		if string(data) != want {
			t.Errorf("%d bytes of the version: got %q, want %q", length, data, want)
		}
	}
	put(t, s, "k", "abcdefghij")
	for _, length := range []int64{-1, 4} {
		_, err := s.Open(t.Context(), "k", 2, length, version)
		wantError(t, err, storage.ErrChanged)
	}
	_, err := s.Open(t.Context(), "nothing", 0, -1, version)
	wantError(t, err, storage.ErrNotExist)
}

func versions(t *testing.T, s storage.Store) {
	put(t, s, "k", "one")
	first, err := s.Head(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	if first.Modified.IsZero() {
		t.Error("the object was never written")
	}
	again, err := s.Head(t.Context(), "k")
	if err != nil || again != first {
		t.Errorf("the same object is %+v, then %+v (%v)", first, again, err)
	}
	for info, err := range s.List(t.Context(), "k") {
		if err != nil || info.Version != first.Version || info.Size != first.Size {
			t.Errorf("the same object is %+v, listed as %+v (%v)", first, info, err)
		}
	}
	seen := map[string]bool{first.Version: true}
	for i := range 20 {
		put(t, s, "k", strconv.Itoa(100+i))
		version := versionOf(t, s, "k")
		if seen[version] {
			t.Errorf("another object has a version that was there before: %q", version)
		}
		seen[version] = true
	}
}

package storage_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/storage/storagetest"
)

// openS3 is the way to a server, with the environment that StartServer set.
func openS3(t testing.TB, o storage.S3Options) *storage.S3 {
	t.Helper()
	s, err := storage.OpenS3(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newStore(t testing.TB, s *storage.S3, bucket, prefix string) *storage.S3Store {
	t.Helper()
	store, err := s.Store(bucket, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestS3(t *testing.T) {
	server := storagetest.StartServer(t)
	s := openS3(t, server.Options())
	for _, prefix := range []string{"", "some/prefix"} {
		t.Run("prefix "+prefix, func(t *testing.T) {
			storagetest.Run(t, func(t *testing.T) storage.Store { return newStore(t, s, server.Bucket(t), prefix) })
		})
	}
}

// Whatever range is asked for, and however small the pieces in which it comes
// and the buffers that are free: the bytes are those of the object.
func TestRangesAreTheBytesOfTheObject(t *testing.T) {
	server := storagetest.StartServer(t)
	s := newStore(t, openS3(t, server.Options()), server.Bucket(t), "")
	const size = 50_000
	whole := bytesOf(size)
	if err := storage.Write(t.Context(), s, "k", whole); err != nil {
		t.Fatal(err)
	}
	info, err := s.Head(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		s.Tune(rapid.Int64Range(900, 20_000).Draw(r, "range"), rapid.IntRange(1, 5).Draw(r, "in flight"), rapid.IntRange(0, 4).Draw(r, "buffers"), time.Second)
		offset, length := rapid.IntRange(0, size+10).Draw(r, "offset"), rapid.IntRange(-1, size+10).Draw(r, "length")
		want := whole[min(offset, size):]
		if length >= 0 {
			want = want[:min(length, len(want))]
		}
		in, err := s.Open(t.Context(), "k", int64(offset), int64(length), info.Version)
		if err != nil {
			r.Fatal(err)
		}
		got, err := io.ReadAll(in)
		if err := errors.Join(err, in.Close()); err != nil || string(got) != string(want) {
			r.Fatalf("%d bytes from %d: got %d, want %d, or they differ (%v)", length, offset, len(got), len(want), err)
		}
		if n := s.BuffersTaken(); n != 0 {
			r.Fatalf("%d buffers were not given back", n)
		}
	})
}

package storage_test

import (
	"testing"

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

package issue_test

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/clearsweep/clearsweep/storage"
)

var errFault = errors.New("the disk is full")

// faultyStore fails its n-th call, and all after it but for removals: a disk that is full, or a
// program that was killed and looks no further.
type faultyStore struct {
	storage.Store
	mu    sync.Mutex
	armed bool // what went before does not count
	left  int
}

func (s *faultyStore) fault() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.armed {
		return nil
	}
	if s.left--; s.left <= 0 {
		return errFault
	}
	return nil
}

func (s *faultyStore) Open(ctx context.Context, key string, offset, length int64, version string) (io.ReadCloser, error) {
	if err := s.fault(); err != nil {
		return nil, err
	}
	return s.Store.Open(ctx, key, offset, length, version)
}

func (s *faultyStore) Create(ctx context.Context, key string) (storage.Writer, error) {
	if err := s.fault(); err != nil {
		return nil, err
	}
	w, err := s.Store.Create(ctx, key)
	return &faultyWriter{w, s}, err
}

func (s *faultyStore) PutIfAbsent(ctx context.Context, key string, data []byte) (storage.Info, error) {
	if err := s.fault(); err != nil {
		return storage.Info{}, err
	}
	return s.Store.PutIfAbsent(ctx, key, data)
}

type faultyWriter struct {
	storage.Writer
	of *faultyStore
}

func (w *faultyWriter) Write(p []byte) (int, error) {
	if err := w.of.fault(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

func (w *faultyWriter) Commit() error {
	if err := w.of.fault(); err != nil {
		return err
	}
	return w.Writer.Commit()
}

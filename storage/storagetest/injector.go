package storagetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"

	"github.com/clearsweep/clearsweep/storage"
)

// ErrInjected is the error of an operation that was made to fail.
var ErrInjected = errors.New("injected fault")

// Mode is how an operation fails.
type Mode int

// The modes.
const (
	// Once fails the one operation, which then has had no effect.
	Once Mode = iota
	// Onwards fails the operation and every later one.
	Onwards
	// Late fails the one operation after it had its effect: the answer is lost.
	Late
	// Lying lets a write report success and drop its last byte; other operations
	// work.
	Lying
)

// Injector is a storage.Store that fails the N-th operation that writes: create,
// write, commit, put, delete, point, remove. Operations are counted from 1.
// It is safe for use by several goroutines at once.
type Injector struct {
	storage.Store
	N    int
	Mode Mode

	mu   sync.Mutex
	done int
	hit  string
}

var _ storage.Pointer = (*Injector)(nil)

// Hit names the operation that was made to fail; it is empty if none was.
func (s *Injector) Hit() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hit
}

// next counts an operation and tells whether it is to fail.
func (s *Injector) next(operation string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	fail := s.done == s.N || s.done > s.N && s.Mode == Onwards
	if fail && s.hit == "" {
		s.hit = operation
	}
	return fail
}

// run runs an operation, or fails it.
func (s *Injector) run(operation string, do func() error) error {
	if !s.next(operation) || s.Mode == Lying {
		return do()
	}
	err := fmt.Errorf("%s: %w", operation, ErrInjected)
	if s.Mode == Late {
		err = errors.Join(err, do())
	}
	return err
}

// Create starts an object whose writes are counted too.
func (s *Injector) Create(ctx context.Context, key string) (w storage.Writer, err error) {
	err = s.run("create "+key, func() error {
		inner, err := s.Store.Create(ctx, key)
		w = &injectedWriter{inner, s, key}
		return err
	})
	if err != nil {
		if i, ok := w.(*injectedWriter); ok && i.Writer != nil {
			err = errors.Join(err, i.Abort())
		}
		return nil, err
	}
	return w, nil
}

// PutIfAbsent puts, or fails.
func (s *Injector) PutIfAbsent(ctx context.Context, key string, data []byte) (info storage.Info, err error) {
	err = s.run("put "+key, func() error {
		info, err = s.Store.PutIfAbsent(ctx, key, data)
		return err
	})
	return info, err
}

// PutIfMatch puts, or fails.
func (s *Injector) PutIfMatch(ctx context.Context, key string, data []byte, version string) (info storage.Info, err error) {
	err = s.run("put "+key, func() error {
		info, err = s.Store.PutIfMatch(ctx, key, data, version)
		return err
	})
	return info, err
}

// DeleteIfMatch deletes, or fails.
func (s *Injector) DeleteIfMatch(ctx context.Context, key, version string) error {
	return s.run("delete "+key, func() error { return s.Store.DeleteIfMatch(ctx, key, version) })
}

// Remove removes, or fails.
func (s *Injector) Remove(ctx context.Context, prefix string) error {
	return s.run("remove "+prefix, func() error { return s.Store.Remove(ctx, prefix) })
}

// Point points, or fails, if the store can point.
func (s *Injector) Point(ctx context.Context, name, target string) error {
	pointer, ok := s.Store.(storage.Pointer)
	if !ok {
		return nil
	}
	return s.run("point "+name, func() error { return pointer.Point(ctx, name, target) })
}

// List lists without faults.
func (s *Injector) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return s.Store.List(ctx, prefix)
}

// Open opens without faults.
func (s *Injector) Open(ctx context.Context, key string, offset, length int64, version string) (io.ReadCloser, error) {
	return s.Store.Open(ctx, key, offset, length, version)
}

type injectedWriter struct {
	storage.Writer
	store *Injector
	key   string
}

func (w *injectedWriter) Write(p []byte) (n int, err error) {
	if w.store.Mode == Lying {
		if w.store.next("write "+w.key) && len(p) > 0 {
			n, err = w.Writer.Write(p[:len(p)-1])
			return n + 1, err
		}
		return w.Writer.Write(p)
	}
	err = w.store.run("write "+w.key, func() error {
		n, err = w.Writer.Write(p)
		return err
	})
	return n, err
}

func (w *injectedWriter) Commit() error { return w.store.run("commit "+w.key, w.Writer.Commit) }

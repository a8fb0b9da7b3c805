package writers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// sink is an io.Writer whose first error stays: every later call returns it.
// The Parquet library may swallow an error and go on to report success; whoever
// owns the sink asks it last. It also measures what it passes on.
type sink struct {
	w    io.Writer
	hash hash.Hash // nil where nobody asks for it
	size int64
	err  error
}

func newSink(w io.Writer) *sink { return &sink{w: w, hash: sha256.New()} }

// sinkOf is the sink that w is already, or a new one.
func sinkOf(w io.Writer) *sink {
	if f, ok := w.(*File); ok {
		return f.sink
	}
	return newSink(w)
}

// Tell is the number of bytes written.
func (s *sink) Tell() int64 { return s.size }

func (s *sink) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	if err == nil && n != len(p) {
		err = io.ErrShortWrite
	}
	s.size += int64(n)
	if s.hash != nil {
		s.hash.Write(p[:n])
	}
	s.err = err
	return n, err
}

// sha256 is the hash of what was written; empty where nobody asks for it.
func (s *sink) sha256() string {
	if s.hash == nil {
		return ""
	}
	return hex.EncodeToString(s.hash.Sum(nil))
}

// guard runs a call into a library that may panic where it should return an
// error, and returns the panic as one.
func guard(what string, call func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("%s: panic: %w", what, p)
		default:
			// What a library panics with may quote a value; its type does not.
			err = fmt.Errorf("%s: panic of type %T", what, p)
		}
	}()
	return call()
}

// errClosed tells of a bug: a row after Close.
var errClosed = errors.New("table is closed")

package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// Open reads a range of the file at key.
func (s *DiskStore) Open(ctx context.Context, key string, offset, length int64, version string) (io.ReadCloser, error) {
	if err := s.check(ctx, key); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, s.wrap("open", key, fmt.Errorf("offset %d", offset))
	}
	f, err := s.openRegular(key)
	if err != nil {
		return nil, s.wrap("open", key, err)
	}
	r := &diskReader{store: s, key: key, file: f, version: version}
	if err := r.start(offset, length); err != nil {
		return nil, errors.Join(s.wrap("open", key, err), f.Close())
	}
	return r, nil
}

// openRegular opens a regular file; it never blocks on a named pipe.
func (s *DiskStore) openRegular(key string) (*os.File, error) {
	f, err := s.root.OpenFile(key, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = ErrNotExist
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// diskReader reads a range of a file. A file that is replaced stays as it was for
// whoever has it open; one that is written to in place does not, so the reader
// looks once more when it has read all it was asked for.
type diskReader struct {
	store   *DiskStore
	key     string
	file    *os.File
	version string // empty if any will do
	left    int64  // bytes of the range
}

// start goes to the offset and finds the end of the range.
func (r *diskReader) start(offset, length int64) error {
	fi, err := r.file.Stat()
	if err != nil {
		return err
	}
	if err := r.compare(fi); err != nil {
		return err
	}
	r.left = max(fi.Size()-offset, 0)
	if length >= 0 {
		r.left = min(r.left, length)
	}
	if offset > 0 {
		_, err = r.file.Seek(offset, io.SeekStart)
	}
	return err
}

func (r *diskReader) compare(fi os.FileInfo) error {
	if r.version != "" && describe(r.key, fi).Version != r.version {
		return ErrChanged
	}
	return nil
}

func (r *diskReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.file.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if errors.Is(err, io.EOF) {
		return n, r.store.wrap("read", r.key, errors.Join(ErrChanged, io.ErrUnexpectedEOF)) // it was cut
	}
	if err == nil && r.left == 0 {
		err = r.finish()
	}
	if err != nil {
		err = r.store.wrap("read", r.key, err)
	}
	return n, err
}

// finish tells whether what was read is of one version.
func (r *diskReader) finish() error {
	fi, err := r.file.Stat()
	if err != nil {
		return err
	}
	return r.compare(fi)
}

// Close closes the file.
func (r *diskReader) Close() error { return r.file.Close() }

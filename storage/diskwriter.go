package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"math/big"
	"os"
	"path"
	"time"
)

// diskWriter writes a file beside its final name.
type diskWriter struct {
	store *DiskStore
	key   string
	temp  string
	file  *os.File // nil once closed
	// err is the first error; it stays. A file whose write or sync failed once
	// is damaged, whatever later calls say.
	err  error
	done bool // nothing is left to remove
	// size is what was written; of that, what stands before begun is on its way to the disk.
	size, begun int64
}

// Create starts the file at key.
func (s *DiskStore) Create(ctx context.Context, key string) (Writer, error) {
	w, err := s.create(ctx, key)
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (s *DiskStore) create(ctx context.Context, key string) (*diskWriter, error) {
	if err := s.check(ctx, key); err != nil {
		return nil, err
	}
	if err := s.makeFolders(path.Dir(key)); err != nil {
		return nil, s.wrap("create", key, err)
	}
	w := &diskWriter{store: s, key: key, temp: unfinishedName(key)}
	err := s.step("create", key, func() (err error) {
		w.file, err = s.root.OpenFile(w.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		return err
	})
	if err != nil {
		return nil, s.wrap("create", key, err)
	}
	if err := w.file.Chmod(fileMode); err != nil {
		return nil, errors.Join(s.wrap("create", key, err), w.Abort())
	}
	return w, nil
}

func (w *diskWriter) Write(p []byte) (n int, err error) {
	if w.err != nil {
		return 0, w.err
	}
	if w.file == nil {
		return 0, w.fail("write", os.ErrClosed)
	}
	err = w.store.step("write", w.key, func() (err error) {
		n, err = w.file.Write(p)
		return err
	})
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return n, w.fail("write", err)
	}
	if w.size += int64(n); !w.store.brief && w.size-w.begun >= writeBehind {
		startWriting(w.file, w.begun, w.size-w.begun)
		w.begun = w.size
	}
	return n, nil
}

// writeBehind is how much of a file is written before the disk begins with it, so that it is not all
// left to the sync at the end.
const writeBehind = 4 << 20

// seal makes the bytes durable and closes the file.
func (w *diskWriter) seal() error {
	if w.err != nil {
		return w.err
	}
	if w.file == nil {
		return w.fail("commit", os.ErrClosed)
	}
	if !w.store.brief {
		if err := w.stamp(); err != nil {
			return w.fail("commit", err)
		}
		if err := w.store.step("sync", w.key, w.file.Sync); err != nil {
			return w.fail("sync", err)
		}
	}
	f := w.file
	w.file = nil
	if err := w.store.step("close", w.key, f.Close); err != nil {
		_ = f.Close() // gives the descriptor back if the first try did not
		return w.fail("close", err)
	}
	return nil
}

// stamp gives the file a time of its own, within the second at which it was
// written: clocks of file systems are coarse, and inodes are used again, so
// without it an object could get the version of one before it.
func (w *diskWriter) stamp() error {
	fi, err := w.file.Stat()
	if err != nil {
		return err
	}
	nanoseconds, err := rand.Int(rand.Reader, big.NewInt(int64(time.Second)))
	if err != nil {
		return err
	}
	t := fi.ModTime().Truncate(time.Second).Add(time.Duration(nanoseconds.Int64()))
	return w.store.root.Chtimes(w.temp, t, t)
}

// Commit makes the file durable and gives it its name.
func (w *diskWriter) Commit() error {
	if err := w.seal(); err != nil {
		return errors.Join(err, w.Abort())
	}
	rename := func() error { return w.store.root.Rename(w.temp, w.key) }
	if err := w.store.step("rename", w.key, rename); err != nil {
		return errors.Join(w.fail("rename", err), w.Abort())
	}
	w.done = true
	if err := w.store.syncFolder(path.Dir(w.key)); err != nil {
		return w.fail("commit", err)
	}
	return nil
}

// Abort closes and removes the unfinished file.
func (w *diskWriter) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	var err error
	if w.file != nil {
		err = w.file.Close()
		w.file = nil
	}
	return errors.Join(err, w.store.root.Remove(w.temp))
}

// fail keeps the first error.
func (w *diskWriter) fail(doing string, err error) error {
	if w.err == nil {
		w.err = w.store.wrap(doing, w.key, err)
	}
	return w.err
}

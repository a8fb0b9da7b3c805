package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"syscall"
	"time"
)

// PutIfAbsent writes a file beside key and links it there, which fails if key
// is taken.
func (s *DiskStore) PutIfAbsent(ctx context.Context, key string, data []byte) (_ Info, err error) {
	w, info, err := s.prepare(ctx, key, data)
	if err != nil {
		return Info{}, err
	}
	defer func() { err = errors.Join(err, w.Abort()) }()
	if err := s.step("link", key, func() error { return s.root.Link(w.temp, key) }); err != nil {
		return Info{}, s.wrap("put", key, err)
	}
	if err := errors.Join(w.Abort(), s.syncFolder(path.Dir(key))); err != nil {
		// An object that may not outlive a loss of power must not count.
		return Info{}, errors.Join(err, s.DeleteIfMatch(context.WithoutCancel(ctx), key, info.Version))
	}
	return info, nil
}

// PutIfMatch writes a file beside key and renames it, with the folder locked
// against others that compare.
func (s *DiskStore) PutIfMatch(ctx context.Context, key string, data []byte, version string) (_ Info, err error) {
	w, info, err := s.prepare(ctx, key, data)
	if err != nil {
		return Info{}, err
	}
	defer func() { err = errors.Join(err, w.Abort()) }()
	err = s.compared(ctx, key, version, func() error {
		err := s.step("rename", key, func() error { return s.root.Rename(w.temp, key) })
		w.done = err == nil
		return err
	})
	if err != nil {
		return Info{}, s.wrap("put", key, err)
	}
	return info, s.syncFolder(path.Dir(key))
}

// DeleteIfMatch removes the file at key, with the folder locked against others
// that compare.
func (s *DiskStore) DeleteIfMatch(ctx context.Context, key, version string) error {
	if err := s.check(ctx, key); err != nil {
		return err
	}
	err := s.compared(ctx, key, version, func() error {
		return s.step("remove", key, func() error { return s.root.Remove(key) })
	})
	if err != nil {
		return s.wrap("remove", key, err)
	}
	return s.syncFolder(path.Dir(key))
}

// prepare writes the file that is to be at key, durable, under another name.
// The caller gives it its name or aborts it.
func (s *DiskStore) prepare(ctx context.Context, key string, data []byte) (*diskWriter, Info, error) {
	w, err := s.create(ctx, key)
	if err != nil {
		return nil, Info{}, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, Info{}, errors.Join(err, w.Abort())
	}
	if err := w.seal(); err != nil {
		return nil, Info{}, errors.Join(err, w.Abort())
	}
	fi, err := s.root.Stat(w.temp)
	if err != nil {
		return nil, Info{}, errors.Join(s.wrap("put", key, err), w.Abort())
	}
	return w, describe(key, fi), nil
}

// compared runs do if the file at key is of the version, while nobody else who
// compares can change it.
func (s *DiskStore) compared(ctx context.Context, key, version string, do func() error) (err error) {
	if version == "" {
		return errNoVersion
	}
	unlock, err := s.lock(ctx, path.Dir(key))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	fi, err := s.root.Lstat(key)
	if err != nil {
		return err
	}
	if !fi.Mode().IsRegular() {
		return ErrNotExist
	}
	if describe(key, fi).Version != version {
		return ErrChanged
	}
	return do()
}

// lockPause is the time between two tries to lock a folder. A lock is held for
// a rename, so it is soon free.
const lockPause = time.Millisecond

// lock locks a folder against other calls of lock, of this process and others,
// until the function that it returns is called, or the process ends.
func (s *DiskStore) lock(ctx context.Context, dir string) (unlock func() error, err error) {
	var f *os.File
	err = s.step("lock", dir, func() (err error) {
		f, err = s.root.Open(dir)
		return err
	})
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f.Close, nil // the last close of the file gives the lock up
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("lock the folder: %w", err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), f.Close())
		case <-time.After(lockPause):
		}
	}
}

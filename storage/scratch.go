package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Scratch is a folder of its own for what a run needs until it ends: a store
// that nobody lists, and that is locked as long as its process lives, so that
// others can tell it from one that a killed process left.
type Scratch struct {
	*DiskStore
	lock *os.File
}

// scratchPattern is the name of a scratch folder. It begins as the names of
// unfinished objects do: what is in it is none.
const scratchPattern = unfinished + "scratch-*"

// NewScratch makes a scratch folder in parent, or where the system keeps
// temporary files if parent is empty. The caller removes it.
func NewScratch(parent string) (*Scratch, error) {
	dir, err := os.MkdirTemp(parent, scratchPattern) // with mode 0700
	if err != nil {
		return nil, fmt.Errorf("make scratch folder: %w", err)
	}
	s, err := lockScratch(dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make scratch folder: %w", err), os.RemoveAll(dir))
	}
	return s, nil
}

func lockScratch(dir string) (*Scratch, error) {
	lock, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	disk, err := OpenDisk(dir)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &Scratch{DiskStore: disk, lock: lock}, nil
}

// Discard removes the folder and all that is in it.
func (s *Scratch) Discard() error {
	err := errors.Join(os.RemoveAll(s.String()), s.release())
	if err != nil {
		return fmt.Errorf("remove scratch folder: %w", err)
	}
	return nil
}

// StaleScratch lists the scratch folders in parent, or where the system keeps
// temporary files, that were made before a moment and that no process has locked
// any more.
func StaleScratch(parent string, before time.Time) ([]string, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	dirs, err := filepath.Glob(filepath.Join(parent, scratchPattern))
	if err != nil {
		return nil, err
	}
	var stale []string
	for _, dir := range dirs {
		s, err := lockStale(dir, before)
		if err != nil {
			return stale, err
		}
		if s != nil {
			stale = append(stale, dir)
			if err := s.release(); err != nil {
				return stale, err
			}
		}
	}
	return stale, nil
}

// DiscardScratch removes a folder that StaleScratch listed, if it is stale still.
func DiscardScratch(dir string, before time.Time) error {
	s, err := lockStale(dir, before)
	if err != nil || s == nil {
		return err
	}
	return s.Discard()
}

// lockStale locks a scratch folder; it is nil if the folder is young, alive,
// another user's, or gone.
func lockStale(dir string, before time.Time) (*Scratch, error) {
	fi, err := os.Lstat(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && (!fi.IsDir() || !fi.ModTime().Before(before)) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at scratch folder: %w", err)
	}
	s, err := lockScratch(dir)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, os.ErrPermission) || errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at scratch folder: %w", err)
	}
	return s, nil
}

// release gives the folder back as it is.
func (s *Scratch) release() error { return errors.Join(s.Close(), s.lock.Close()) }

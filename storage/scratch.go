package storage

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Scratch is a folder of its own for what a run needs until it ends: files
// that nobody lists, that nobody else can read, and that are locked as long as their
// process lives, so that others can tell them from those that a killed process left.
//
// All that is in it is encrypted with a key that only this Scratch has, and nothing of it is
// made durable. Its methods may be called by several goroutines at once.
type Scratch struct {
	*DiskStore
	lock  *os.File
	veil  *veil
	files sync.Map // of uint64, the number of a file for its veil, by key
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
	disk.brief = true
	veil, err := newVeil()
	if err != nil {
		return nil, errors.Join(err, disk.Close(), lock.Close())
	}
	return &Scratch{DiskStore: disk, lock: lock, veil: veil}, nil
}

// Create starts a file, as that of a Store.
func (s *Scratch) Create(ctx context.Context, key string) (Writer, error) {
	w, err := s.DiskStore.Create(ctx, key)
	if err != nil {
		return nil, err
	}
	number := s.veil.next()
	return &veiledWriter{
		Writer: w,
		stream: cipher.StreamWriter{S: s.veil.stream(number, 0), W: w},
		commit: func() { s.files.Store(key, number) },
	}, nil
}

// Open reads length bytes of a file from offset, as that of a Store.
func (s *Scratch) Open(ctx context.Context, key string, offset, length int64, version string) (io.ReadCloser, error) {
	number, ok := s.files.Load(key)
	if !ok {
		return nil, s.wrap("open", key, ErrNotExist)
	}
	in, err := s.DiskStore.Open(ctx, key, offset, length, version)
	if err != nil {
		return nil, err
	}
	return veiledReader{cipher.StreamReader{S: s.veil.stream(number.(uint64), offset), R: in}, in}, nil
}

// PutIfAbsent is not for what nobody else reads.
func (s *Scratch) PutIfAbsent(context.Context, string, []byte) (Info, error) {
	return Info{}, errors.ErrUnsupported
}

// PutIfMatch is not for what nobody else reads.
func (s *Scratch) PutIfMatch(context.Context, string, []byte, string) (Info, error) {
	return Info{}, errors.ErrUnsupported
}

// Spill is a file of a Scratch that is written and read anywhere, by several goroutines
// at once. It has no name: the system lets go of it when it is closed.
type Spill struct {
	file   *os.File
	veil   *veil
	number uint64
	spare  sync.Pool // of *[]byte
}

// Spill makes one. The caller closes it.
func (s *Scratch) Spill() (*Spill, error) {
	f, err := os.CreateTemp(s.String(), "spill-*") // with mode 0600
	if err != nil {
		return nil, fmt.Errorf("create spill file: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("unlink spill file: %w", err), f.Close())
	}
	return &Spill{file: f, veil: s.veil, number: s.veil.next()}, nil
}

// WriteAt writes where nothing was written before: bytes that replace others would show
// where they differ.
func (s *Spill) WriteAt(p []byte, offset int64) (int, error) {
	spare, _ := s.spare.Get().(*[]byte)
	if spare == nil {
		spare = new([]byte)
	}
	defer s.spare.Put(spare)
	*spare = slices.Grow((*spare)[:0], len(p))[:len(p)]
	s.veil.stream(s.number, offset).XORKeyStream(*spare, p)
	return s.file.WriteAt(*spare, offset)
}

// ReadAt reads what was written.
func (s *Spill) ReadAt(p []byte, offset int64) (int, error) {
	n, err := s.file.ReadAt(p, offset)
	s.veil.stream(s.number, offset).XORKeyStream(p[:n], p[:n])
	return n, err
}

// Close ends the file.
func (s *Spill) Close() error { return s.file.Close() }

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

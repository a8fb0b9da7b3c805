package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"syscall"
)

// Modes of everything a DiskStore makes, whatever the umask: the files hold
// personal data.
const (
	fileMode   fs.FileMode = 0o600
	folderMode fs.FileMode = 0o700
)

// DiskStore is a Store over one folder of the local disk. Keys are paths below
// it; neither a key nor a symbolic link leads out of it.
//
// PutIfMatch and DeleteIfMatch hold an advisory lock (flock) on the folder of
// the key while they compare and rename, so they exclude one another between
// processes too; the lock goes with the process that held it. A file system
// that cannot lock a folder, as some network ones, makes them fail.
type DiskStore struct {
	root *os.Root
	name string
	// brief: what is there goes with the process, so nothing is made durable.
	brief bool
	// fault, when set, is asked before each step that can fail on a real disk.
	// Tests set it.
	fault func(step, key string) error
}

var (
	_ Store   = (*DiskStore)(nil)
	_ Pointer = (*DiskStore)(nil)
)

// Disk returns the store of the folder root, which it makes if need be. The
// caller closes it.
func Disk(root string) (*DiskStore, error) {
	_, err := os.Stat(root)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(root, folderMode); err != nil {
			return nil, fmt.Errorf("make output folder: %w", err)
		}
		if err := os.Chmod(root, folderMode); err != nil {
			return nil, fmt.Errorf("make output folder: %w", err)
		}
	}
	return OpenDisk(root)
}

// OpenDisk returns the store of the folder root, which must be there. The
// caller closes it.
func OpenDisk(root string) (*DiskStore, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", err)
	}
	return &DiskStore{root: r, name: root}, nil
}

// Close releases the folder. Objects that are open stay open.
func (s *DiskStore) Close() error { return s.root.Close() }

// String is the path of the folder.
func (s *DiskStore) String() string { return s.name }

// Head describes the file at key.
func (s *DiskStore) Head(ctx context.Context, key string) (Info, error) {
	if err := s.check(ctx, key); err != nil {
		return Info{}, err
	}
	fi, err := s.root.Stat(key)
	if err != nil {
		return Info{}, s.wrap("look at", key, err)
	}
	if !fi.Mode().IsRegular() {
		return Info{}, s.wrap("look at", key, ErrNotExist)
	}
	return describe(key, fi), nil
}

// Point makes name a symbolic link to target, which is a key.
func (s *DiskStore) Point(ctx context.Context, name, target string) error {
	if err := errors.Join(s.check(ctx, name), s.check(ctx, target)); err != nil {
		return err
	}
	if fi, err := s.root.Lstat(name); err == nil && fi.Mode()&fs.ModeSymlink == 0 {
		return s.wrap("point", name, ErrExists)
	}
	temp := unfinishedName(name)
	if err := s.root.Symlink(target, temp); err != nil {
		return s.wrap("point", name, err)
	}
	if err := s.step("rename", name, func() error { return s.root.Rename(temp, name) }); err != nil {
		return errors.Join(s.wrap("point", name, err), s.root.Remove(temp))
	}
	return s.syncFolder(path.Dir(name))
}

// Remove removes the file or folder at prefix.
func (s *DiskStore) Remove(ctx context.Context, prefix string) error {
	if err := s.check(ctx, prefix); err != nil {
		return err
	}
	if err := s.step("remove", prefix, func() error { return s.root.RemoveAll(prefix) }); err != nil {
		return s.wrap("remove", prefix, err)
	}
	return nil
}

// makeFolders makes dir and the folders above it that are missing, each
// durable in its parent.
func (s *DiskStore) makeFolders(dir string) error {
	if dir == "." {
		return nil
	}
	if fi, err := s.root.Stat(dir); err == nil && fi.IsDir() {
		return nil
	}
	if err := s.makeFolders(path.Dir(dir)); err != nil {
		return err
	}
	err := s.step("mkdir", dir, func() error { return s.root.Mkdir(dir, folderMode) })
	if errors.Is(err, fs.ErrExist) {
		return nil // made by somebody else since we looked
	}
	if err != nil {
		return err
	}
	if err := s.root.Chmod(dir, folderMode); err != nil {
		return err
	}
	return s.syncFolder(path.Dir(dir))
}

// syncFolder makes the names in dir durable.
func (s *DiskStore) syncFolder(dir string) error {
	if s.brief {
		return nil
	}
	err := s.step("sync", dir, func() (err error) {
		f, err := s.root.Open(dir)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		return f.Sync()
	})
	if err != nil {
		return s.wrap("sync folder", dir, err)
	}
	return nil
}

// step runs one step that can fail, unless a test makes it fail.
func (s *DiskStore) step(name, key string, run func() error) error {
	if s.fault != nil {
		if err := s.fault(name, key); err != nil {
			return err
		}
	}
	return run()
}

func (s *DiskStore) check(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return CheckKey(key)
}

// wrap names what was being done to which file of which folder. Path errors
// repeat the path, so only their cause is kept.
func (s *DiskStore) wrap(doing, key string, err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	} else if linkErr, ok := errors.AsType[*os.LinkError](err); ok {
		err = linkErr.Err
	}
	return fmt.Errorf("%s %s: %w", doing, path.Join(s.name, key), err)
}

func describe(key string, fi fs.FileInfo) Info {
	version := strconv.FormatInt(fi.Size(), 36) + "-" + strconv.FormatInt(fi.ModTime().UnixNano(), 36)
	if stat, ok := fi.Sys().(*syscall.Stat_t); ok {
		version += "-" + strconv.FormatUint(stat.Ino, 36)
	}
	return Info{Key: key, Size: fi.Size(), Version: version, Modified: fi.ModTime().UTC()}
}

func unfinishedName(key string) string {
	return path.Join(path.Dir(key), unfinished+rand.Text()+"-"+path.Base(key))
}

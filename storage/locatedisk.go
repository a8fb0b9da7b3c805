package storage

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// onDisk adds the files of a pattern, and counts them.
func (l *locator) onDisk(ctx context.Context, pattern string) (int, error) {
	paths, err := expand(pattern)
	if err != nil {
		return 0, err
	}
	found := 0
	for _, p := range paths {
		n, err := l.path(ctx, p)
		if err != nil {
			return 0, err
		}
		found += n
	}
	return found, nil
}

// expand is the paths of a pattern; a path that exists is taken as it is, even
// if its name has characters of a glob.
func expand(pattern string) ([]string, error) {
	if _, err := os.Stat(pattern); err == nil {
		return []string{filepath.Clean(pattern)}, nil
	}
	return filepath.Glob(pattern)
}

// path adds a file, or the files of a folder, and counts them.
func (l *locator) path(ctx context.Context, path string) (int, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	if !fi.IsDir() {
		return 1, l.file(ctx, path, fi)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return 0, err
	}
	found := 0
	for _, e := range entries {
		name := filepath.Join(path, e.Name())
		fi, err := os.Stat(name)
		if err != nil {
			return 0, err
		}
		if strings.HasPrefix(e.Name(), ".") || fi.IsDir() {
			continue
		}
		if err := l.file(ctx, name, fi); err != nil {
			return 0, err
		}
		found++
	}
	return found, nil
}

func (l *locator) file(ctx context.Context, path string, fi fs.FileInfo) error {
	if !fi.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", path)
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	if resolved, err = filepath.Abs(resolved); err != nil {
		return err
	}
	store, err := l.disk(filepath.Dir(resolved))
	if err != nil {
		return err
	}
	info, err := store.Head(ctx, filepath.Base(resolved))
	if err != nil {
		return err
	}
	return l.add(Object{Store: store, Info: info, URI: filepath.ToSlash(path), place: resolved})
}

func (l *locator) disk(dir string) (*DiskStore, error) {
	if s := l.disks[dir]; s != nil {
		return s, nil
	}
	s, err := OpenDisk(dir)
	if err == nil {
		l.disks[dir] = s
	}
	return s, err
}

package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Object is an input: an object of some store, and the name by which it was
// asked for.
type Object struct {
	Store Store
	Info  Info
	// URI is the path or URL of the object as the pattern spelled it.
	URI string
}

// Locate finds the objects that patterns name: paths, folders, or globs in the
// syntax of path/filepath. A folder stands for the regular files directly in
// it, without those whose names begin with a dot. Symbolic links are followed.
// Objects are in order of URI, each once. A pattern that names nothing is an
// error, so that a misspelt path is never an empty input.
func Locate(ctx context.Context, patterns ...string) ([]Object, error) {
	l := locator{stores: map[string]*DiskStore{}, seen: map[string]bool{}}
	for _, pattern := range patterns {
		if err := l.pattern(ctx, pattern); err != nil {
			return nil, errors.Join(fmt.Errorf("input %q: %w", pattern, err), l.close())
		}
	}
	slices.SortFunc(l.objects, func(a, b Object) int { return strings.Compare(a.URI, b.URI) })
	return l.objects, nil
}

type locator struct {
	stores  map[string]*DiskStore // by folder
	seen    map[string]bool       // by resolved path
	objects []Object
}

func (l *locator) pattern(ctx context.Context, pattern string) error {
	if strings.Contains(pattern, "://") {
		return errors.New("only paths of the local disk are supported")
	}
	paths, err := expand(pattern)
	if err != nil {
		return err
	}
	found := 0
	for _, p := range paths {
		n, err := l.path(ctx, p)
		if err != nil {
			return err
		}
		found += n
	}
	if found == 0 {
		return fmt.Errorf("no files: %w", ErrNotExist)
	}
	return nil
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
	if resolved, err = filepath.Abs(resolved); err != nil || l.seen[resolved] {
		return err
	}
	l.seen[resolved] = true
	store, err := l.store(filepath.Dir(resolved))
	if err != nil {
		return err
	}
	info, err := store.Head(ctx, filepath.Base(resolved))
	if err != nil {
		return err
	}
	l.objects = append(l.objects, Object{Store: store, Info: info, URI: filepath.ToSlash(path)})
	return nil
}

func (l *locator) store(dir string) (*DiskStore, error) {
	if s := l.stores[dir]; s != nil {
		return s, nil
	}
	s, err := OpenDisk(dir)
	if err == nil {
		l.stores[dir] = s
	}
	return s, err
}

func (l *locator) close() error {
	var err error
	for _, s := range l.stores {
		err = errors.Join(err, s.Close())
	}
	return err
}

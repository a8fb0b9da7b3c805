package storage

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
)

// List yields the regular files whose keys begin with prefix, in order of key.
// Symbolic links are not followed and not listed.
func (s *DiskStore) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		dir := path.Dir(prefix)
		if folder, ok := strings.CutSuffix(prefix, "/"); ok {
			dir = folder
		}
		if dir != "." {
			if err := CheckKey(dir); err != nil {
				yield(Info{}, err)
				return
			}
		}
		s.walk(ctx, dir, prefix, yield)
	}
}

// walk yields the files below dir whose keys begin with prefix, and tells
// whether to go on.
func (s *DiskStore) walk(ctx context.Context, dir, prefix string, yield func(Info, error) bool) bool {
	entries, err := s.entries(ctx, dir)
	if err != nil {
		yield(Info{}, s.wrap("list", dir, err))
		return false
	}
	for _, e := range entries {
		key := path.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), unfinished):
		case e.IsDir() && (strings.HasPrefix(key+"/", prefix) || strings.HasPrefix(prefix, key+"/")):
			if !s.walk(ctx, key, prefix, yield) {
				return false
			}
		case e.Type().IsRegular() && strings.HasPrefix(key, prefix):
			fi, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // removed since the folder was read
			}
			if err != nil {
				yield(Info{}, s.wrap("list", key, err))
				return false
			}
			if !yield(describe(key, fi), nil) {
				return false
			}
		}
	}
	return true
}

// entries reads a folder in the order of the keys below it: a folder sorts as
// its name followed by a slash. A folder that is not there has no entries.
func (s *DiskStore) entries(ctx context.Context, dir string) ([]fs.DirEntry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := s.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := f.ReadDir(-1)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(sortName(a), sortName(b)) })
	return entries, nil
}

func sortName(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}

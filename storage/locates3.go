package storage

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
)

// inBucket adds the objects of a pattern, and counts them.
func (l *locator) inBucket(ctx context.Context, pattern string) (int, error) {
	s, key, err := l.bucket(ctx, pattern)
	if err != nil {
		return 0, err
	}
	if key == "" || strings.HasSuffix(key, "/") && !isGlob(key) {
		return l.folder(ctx, s, key)
	}
	if CheckKey(key) == nil {
		info, err := s.Head(ctx, key)
		if err == nil {
			return 1, l.object(s, info)
		}
		if !errors.Is(err, ErrNotExist) {
			return 0, err
		}
	}
	if isGlob(key) {
		return l.glob(ctx, s, strings.TrimSuffix(key, "/"))
	}
	return l.folder(ctx, s, key+"/")
}

// oneInBucket adds the object of a URL.
func (l *locator) oneInBucket(ctx context.Context, url string) error {
	s, key, err := l.bucket(ctx, url)
	if err != nil {
		return err
	}
	info, err := s.Head(ctx, key)
	if err != nil {
		return err
	}
	return l.object(s, info)
}

// bucket is the whole bucket of a URL, and the key in it.
func (l *locator) bucket(ctx context.Context, url string) (*S3Store, string, error) {
	bucket, key, err := splitURL(url)
	if err != nil {
		return nil, "", err
	}
	s3, err := l.places.reach(ctx)
	if err != nil {
		return nil, "", err
	}
	s, err := s3.Store(bucket, "")
	return s, key, err
}

// folder adds the objects directly below a prefix that ends in a slash.
func (l *locator) folder(ctx context.Context, s *S3Store, prefix string) (found int, err error) {
	for o, err := range s.list(ctx, prefix, "/") {
		if err != nil {
			return 0, err
		}
		name := strings.TrimPrefix(o.Key, prefix)
		if o.folder {
			if err := CheckKey(strings.TrimSuffix(name, "/")); err != nil && !strings.HasPrefix(name, unfinished) {
				return 0, fmt.Errorf("objects below %q cannot be named: %w", s.url(o.Key), err)
			}
			continue
		}
		if isMarker(o.Info) || strings.HasPrefix(name, ".") && CheckKey(name) == nil {
			continue
		}
		if err := l.object(s, o.Info); err != nil {
			return 0, err
		}
		found++
	}
	return found, nil
}

// glob adds the objects whose keys match a pattern, and those directly in the
// folders that do.
func (l *locator) glob(ctx context.Context, s *S3Store, pattern string) (found int, err error) {
	if _, err := path.Match(pattern, ""); err != nil {
		return 0, err
	}
	literal := pattern[:strings.IndexAny(pattern, globs)]
	for o, err := range s.list(ctx, literal, "") {
		if err != nil {
			return 0, err
		}
		if isMarker(o.Info) || !matches(pattern, o.Key) {
			continue
		}
		if err := l.object(s, o.Info); err != nil {
			return 0, err
		}
		found++
	}
	return found, nil
}

// matches tells whether a pattern names a key, or the folder that it is directly
// in.
func matches(pattern, key string) bool {
	if ok, _ := path.Match(pattern, key); ok {
		return true
	}
	slash := strings.LastIndexByte(key, '/')
	if slash < 0 || strings.HasPrefix(key[slash+1:], ".") {
		return false
	}
	ok, _ := path.Match(pattern, key[:slash])
	return ok
}

func (l *locator) object(s *S3Store, info Info) error {
	url := s.url(info.Key)
	return l.add(Object{Store: s, Info: info, URI: url, place: url})
}

// globs are the characters that make a pattern of a key.
const globs = `*?[\`

func isGlob(key string) bool { return strings.ContainsAny(key, globs) }

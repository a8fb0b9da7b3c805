package storage

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Places opens stores by the names that people give them: paths of the local
// disk, and URLs such as s3://bucket/prefix. The stores of one Places share the
// connections to S3. It is safe for use by several goroutines at once; the zero
// value asks the environment for everything.
type Places struct {
	options S3Options
	mu      sync.Mutex
	s3      *S3 // nil until a URL asks for it
}

// NewPlaces reaches S3 by the options.
func NewPlaces(o S3Options) *Places { return &Places{options: o} }

// IsURL tells whether a place is no path of the local disk.
func IsURL(place string) bool { return strings.Contains(place, "://") }

// Join is the place of elements below a place.
func Join(place string, elements ...string) string {
	for _, element := range elements {
		place = strings.TrimSuffix(place, "/") + "/" + element
	}
	return place
}

// Make returns the store of a place for new objects: a folder, which it makes if
// need be, or a prefix of a bucket, which must be there.
func (p *Places) Make(ctx context.Context, place string) (Store, error) {
	if !IsURL(place) {
		return Disk(place)
	}
	return p.bucket(ctx, place)
}

// Open returns the store of a place that must be there: a folder, or a prefix of
// a bucket.
func (p *Places) Open(ctx context.Context, place string) (Store, error) {
	if !IsURL(place) {
		return OpenDisk(place)
	}
	return p.bucket(ctx, place)
}

func (p *Places) bucket(ctx context.Context, place string) (Store, error) {
	bucket, prefix, err := splitURL(place)
	if err != nil {
		return nil, err
	}
	s, err := p.reach(ctx)
	if err != nil {
		return nil, err
	}
	store, err := s.Store(bucket, strings.TrimSuffix(prefix, "/"))
	if err != nil {
		return nil, err
	}
	return store, store.Reach(ctx)
}

// reach opens S3 when it is first asked for.
func (p *Places) reach(ctx context.Context) (*S3, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.s3 != nil {
		return p.s3, nil
	}
	s, err := OpenS3(ctx, p.options)
	p.s3 = s
	return s, err
}

// splitURL is the bucket of a URL, and what comes after its slash as it is
// written: keys are no paths of URLs, and nothing in them is decoded.
func splitURL(place string) (bucket, key string, err error) {
	rest, ok := strings.CutPrefix(place, "s3://")
	if !ok {
		return "", "", fmt.Errorf("%q: only paths of the local disk and s3:// are supported", place)
	}
	bucket, key, _ = strings.Cut(rest, "/")
	if bucket == "" {
		return "", "", fmt.Errorf("%q: %w", place, errNoBucket)
	}
	return bucket, key, nil
}

var errNoBucket = errors.New("no bucket: write s3://bucket/prefix")

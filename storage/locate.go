package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Object is an input: an object of some store, and the name by which it was
// asked for.
type Object struct {
	Store Store
	Info  Info
	// URI is the path or URL of the object as the pattern spelled it.
	URI string

	place string // tells objects apart, however they are spelled
}

// Locate finds the objects that patterns name: paths, folders or globs, on the
// local disk or behind s3://bucket/. Globs have the syntax of path/filepath, for
// keys that of path. A folder stands for the files directly in it, without those
// whose names begin with a dot; a key that ends in a slash, or that is no object,
// is a folder. On disk symbolic links are followed.
//
// Objects are in order of URI, each once. A pattern that names nothing is an
// error, so that a misspelt path is never an empty input; so is an object whose
// name is no plain path (ErrKey), so that none is left out unseen.
func (p *Places) Locate(ctx context.Context, patterns ...string) ([]Object, error) {
	l := p.newLocator()
	for _, pattern := range patterns {
		if err := l.pattern(ctx, pattern); err != nil {
			return nil, errors.Join(fmt.Errorf("input %q: %w", pattern, err), l.close())
		}
	}
	return l.objects(), nil
}

// Find finds the objects that names name, each a file and no pattern, in the
// order of the names; an object that two names name is there twice.
func (p *Places) Find(ctx context.Context, names ...string) ([]Object, error) {
	objects := make([]Object, len(names))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(findAtOnce)
	for i, name := range names {
		g.Go(func() (err error) {
			if objects[i], err = p.find(ctx, name); err != nil {
				err = fmt.Errorf("input %q: %w", name, err)
			}
			return err
		})
	}
	return objects, g.Wait()
}

// findAtOnce is the number of objects that are looked at at once.
const findAtOnce = 16

func (p *Places) find(ctx context.Context, name string) (Object, error) {
	l := p.newLocator()
	err := l.one(ctx, name)
	if err != nil {
		return Object{}, errors.Join(err, l.close())
	}
	return l.objects()[0], nil
}

// one adds the file that a name names.
func (l *locator) one(ctx context.Context, name string) error {
	if IsURL(name) {
		return l.oneInBucket(ctx, name)
	}
	fi, err := os.Stat(name)
	if err != nil {
		return err
	}
	return l.file(ctx, name, fi)
}

// Place is where the object is: equal for one object, however it is spelled.
func (o Object) Place() string { return o.place }

// locator gathers objects, each once.
type locator struct {
	places *Places
	disks  map[string]*DiskStore // by folder
	found  map[string]Object     // by place
}

func (p *Places) newLocator() *locator {
	return &locator{places: p, disks: map[string]*DiskStore{}, found: map[string]Object{}}
}

func (l *locator) pattern(ctx context.Context, pattern string) error {
	var n int
	var err error
	if IsURL(pattern) {
		n, err = l.inBucket(ctx, pattern)
	} else {
		n, err = l.onDisk(ctx, pattern)
	}
	if err == nil && n == 0 {
		err = fmt.Errorf("no files: %w; a folder stands for the files directly in it", ErrNotExist)
	}
	return err
}

// add keeps an object, under the name by which it was first asked for.
func (l *locator) add(o Object) error {
	if err := CheckKey(o.Info.Key); err != nil {
		return err
	}
	if _, ok := l.found[o.place]; !ok {
		l.found[o.place] = o
	}
	return nil
}

func (l *locator) objects() []Object {
	var objects []Object
	for _, o := range l.found {
		objects = append(objects, o)
	}
	slices.SortFunc(objects, func(a, b Object) int { return strings.Compare(a.URI, b.URI) })
	return objects
}

func (l *locator) close() error {
	var err error
	for _, s := range l.disks {
		err = errors.Join(err, s.Close())
	}
	return err
}

package trigger

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/storage"
)

// Place is where deliveries arrive: a prefix of a bucket, or a folder.
type Place struct {
	Store storage.Store
	Root  string // of the store, with a slash at its end: s3://bucket/prefix/, or a folder
	Match string // pattern of path.Match for the last element of a key; empty for all
	// Own are prefixes of keys that hold what sweeps write. They are never inputs.
	Own []string
	// Done is the name of the object that says that a delivery is complete. With
	// a star, which stands for the name of another object in the same folder, it
	// completes that object; without, all objects directly in its folder, as one
	// delivery. Empty: an object is complete when it is there.
	Done string
}

// CheckPattern returns an error unless pattern is one of path.Match.
func CheckPattern(pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil || strings.Contains(pattern, "/") {
		return fmt.Errorf("%q is no pattern of a name: write *.csv or extract-??.csv, without a slash", pattern)
	}
	return nil
}

// Why a key is no input. They are labels of metrics.
const (
	elsewhere    = "other_place"
	folderMarker = "folder_marker"
	ownOutput    = "own_output"
	hidden       = "hidden"
	otherName    = "other_name"
	doneMarker   = "done_marker"
)

// refuses says why a key is no input of the place, or nothing.
func (p *Place) refuses(key string) string {
	base := path.Base(key)
	matched, _ := path.Match(p.Match, base)
	_, marker := p.marks(key)
	switch {
	case slices.ContainsFunc(p.Own, func(own string) bool { return strings.HasPrefix(key, own) }):
		return ownOutput
	case strings.HasSuffix(key, "/"):
		return folderMarker
	case strings.HasPrefix(base, "."):
		return hidden
	case marker:
		return doneMarker
	case p.Match != "" && !matched:
		return otherName
	}
	return ""
}

// marks is what a marker completes: the key of an object, or the prefix of a
// folder. It is not ok if key is no marker.
func (p *Place) marks(key string) (what string, ok bool) {
	dir, base := path.Split(key)
	if p.perFolder() {
		return dir, base == p.Done
	}
	before, after, _ := strings.Cut(p.Done, "*")
	name, okBefore := strings.CutPrefix(base, before)
	name, okAfter := strings.CutSuffix(name, after)
	return dir + name, p.Done != "" && okBefore && okAfter && name != ""
}

// perFolder tells whether a marker completes a folder.
func (p *Place) perFolder() bool { return p.Done != "" && !strings.Contains(p.Done, "*") }

// uri is the name of an object for people and for a sweep.
func (p *Place) uri(key string) string { return p.Root + key }

func (p *Place) object(info storage.Info) Object {
	return Object{URI: p.uri(info.Key), Size: info.Size, Version: info.Version}
}

// complete are the objects of the delivery that key completes: its own, or those
// that it marks. The error is storage.ErrNotExist if there are none.
func (p *Place) complete(ctx context.Context, key string) ([]Object, error) {
	if what, ok := p.marks(key); ok {
		key = what
	}
	if p.perFolder() {
		return p.inFolder(ctx, key)
	}
	info, err := p.Store.Head(ctx, key)
	if err != nil {
		return nil, err
	}
	return []Object{p.object(info)}, nil
}

// inFolder are the inputs directly in a folder.
func (p *Place) inFolder(ctx context.Context, prefix string) ([]Object, error) {
	var objects []Object
	for info, err := range p.Store.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		if !strings.Contains(info.Key[len(prefix):], "/") && p.refuses(info.Key) == "" {
			objects = append(objects, p.object(info))
		}
	}
	if len(objects) == 0 {
		return nil, fmt.Errorf("%s: no object but the marker: %w", p.uri(prefix), storage.ErrNotExist)
	}
	return objects, nil
}

// ErrElsewhere tells that a name is no input of a place: another may have it.
var ErrElsewhere = errors.New("no input of this place")

// Deliver are the objects of the delivery that the object of a name completes.
// The error is ErrElsewhere if it is no input here, nor a marker of some.
func (p *Place) Deliver(ctx context.Context, uri string) ([]Object, error) {
	key, ok := strings.CutPrefix(uri, p.Root)
	why := p.refuses(key)
	if !ok || why != "" && why != doneMarker {
		return nil, ErrElsewhere
	}
	if p.perFolder() && why == "" {
		key, _ = path.Split(key)
		return p.inFolder(ctx, key)
	}
	return p.complete(ctx, key)
}

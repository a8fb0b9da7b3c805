// Package storage is one small interface over the places that hold inputs and
// outputs: a folder of the local disk, or a bucket.
//
// In goes a key, a path of plain elements joined by slashes; out come the bytes
// of an object, a list of objects, or a new object that others see whole or not
// at all. It must never show a half-written object under its key, never follow
// a key out of its root, and never put the content of an object in an error.
package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrNotExist tells that no object has the key. Callers test it to choose
// between "none yet" and an error.
var ErrNotExist = fs.ErrNotExist

// ErrExists tells that an object already has the key: somebody else was first. The caller reads what is there and decides.
var ErrExists = fs.ErrExist

// ErrChanged tells that the object is not, or no longer, of the version that the
// caller asked for. Whoever was writing reads what is there and decides; whoever
// was reading must not mix the two.
var ErrChanged = errors.New("the object has changed")

// ErrUnavailable tells that a store did not answer, or not as it should: the same
// call may succeed later. What it was to do may have been done.
var ErrUnavailable = errors.New("the store is not available")

// ErrKey tells that a key is no plain path below the root.
var ErrKey = errors.New("not a plain relative path; give the object another name")

// errNoVersion tells of a bug of the caller: a comparison with nothing.
var errNoVersion = errors.New("no version to compare with")

// Info says what an object is without its bytes.
type Info struct {
	Key  string
	Size int64 // bytes
	// Version changes whenever the bytes of the object do; equal versions of a
	// key are equal bytes. It is never empty, and has no other meaning. An object
	// that is written again with the same bytes may keep its version: what is to
	// fence others off must hold something of its own.
	Version string
	// Modified is when the store last wrote the object, by the store's clock and
	// to the second at best. It tells how old things are, and decides no result.
	Modified time.Time
}

// A Store holds objects by key. Implementations are safe for use by several
// goroutines at once, and pass the suite of package storagetest.
type Store interface {
	// Head describes the object at key. The error is ErrNotExist if there is
	// none; a folder is no object.
	Head(ctx context.Context, key string) (Info, error)
	// Open reads length bytes of the object from offset, to its end if length is
	// negative. A range beyond the end yields what there is of it. The caller
	// closes the reader. The error is ErrNotExist if there is no object.
	//
	// Unless version is empty, the error is ErrChanged where the object is of
	// another version, or becomes so while it is read: from Open, or from the
	// reader in place of io.EOF. The bytes of two versions are never mixed.
	Open(ctx context.Context, key string, offset, length int64, version string) (io.ReadCloser, error)
	// List yields every object whose key begins with prefix, in order of the
	// bytes of the keys. It stops after the first error it yields. Objects that
	// are not committed are not listed.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
	// Create starts an object, which nobody sees before Commit. Commit replaces
	// an object that has the key, so that writing a part again is safe.
	Create(ctx context.Context, key string) (Writer, error)
	// PutIfAbsent makes a small object, whole and durable, if none has the key.
	// The error is ErrExists otherwise, and then the object there is another's.
	// After any other error the object may exist, if the store lost the answer.
	PutIfAbsent(ctx context.Context, key string, data []byte) (Info, error)
	// PutIfMatch replaces the small object at key, whole and durably, if it is of
	// the version, which must not be empty. Of several at once with one version,
	// one succeeds. The error is ErrChanged if the object is of another version,
	// and ErrNotExist if there is none. After any other error it may be replaced.
	//
	// A key that is compared so is made with PutIfAbsent and removed with
	// DeleteIfMatch; Create and Remove do not look at versions.
	PutIfMatch(ctx context.Context, key string, data []byte, version string) (Info, error)
	// DeleteIfMatch removes the object at key if it is of the version. Errors are
	// those of PutIfMatch; two who remove one version may both be told that they
	// did.
	DeleteIfMatch(ctx context.Context, key, version string) error
	// Remove removes every object whose key lies in the folder prefix, and the
	// object of that very key. It is for one's own attempts; no error if there is
	// nothing.
	Remove(ctx context.Context, prefix string) error
	// String names the store for people: a path or a URL, without secrets.
	String() string
}

// A Writer receives the bytes of one new object. It is not safe for concurrent
// use.
type Writer interface {
	io.Writer
	// Commit makes the object durable and then visible. After an error from
	// Write, Commit refuses; after an error from Commit the object may or may
	// not be visible, and the writer is spent.
	Commit() error
	// Abort throws the object away. After Commit it does nothing, so it may be
	// deferred.
	Abort() error
}

// A Pointer is a Store that can keep a name pointing at a folder. Local disks
// can, with a symbolic link; buckets need not.
type Pointer interface {
	// Point makes name a pointer to the folder target, replacing the pointer
	// that was there at once. It refuses to replace anything else.
	Point(ctx context.Context, name, target string) error
}

// A Buffering store holds parts of each object that is being written in memory, so that it costs to
// write many at once.
type Buffering interface{ BuffersWrites() }

// CheckKey returns ErrKey unless key is a path of plain elements: relative,
// without empty, "." or ".." elements, of valid UTF-8 without control
// characters, and without names that stores keep for their unfinished objects.
func CheckKey(key string) error {
	bad := !utf8.ValidString(key) || strings.ContainsFunc(key, unicode.IsControl)
	for element := range strings.SplitSeq(key, "/") {
		bad = bad || element == "" || element == "." || element == ".." || strings.HasPrefix(element, unfinished)
	}
	if bad {
		return fmt.Errorf("key %q: %w", key, ErrKey)
	}
	return nil
}

// unfinished begins the name of an object that is not committed.
const unfinished = ".tmp-"

// ReadAll reads the whole object at key, refusing one of more than limit bytes.
func ReadAll(ctx context.Context, s Store, key string, limit int64) (data []byte, err error) {
	r, err := s.Open(ctx, key, 0, limit+1, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	data, err = io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("read %s: more than %d bytes", key, limit)
	}
	return data, nil
}

// Write makes the whole object at key of data, replacing one that is there.
func Write(ctx context.Context, s Store, key string, data []byte) error {
	w, err := s.Create(ctx, key)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Commit()
}

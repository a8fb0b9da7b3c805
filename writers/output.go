package writers

import (
	"bufio"
	"context"
	"errors"
	"io"
	"path"

	"filippo.io/age"

	"github.com/clearsweep/clearsweep/storage"
)

// sealedSuffix ends the names of files that are encrypted with age.
const sealedSuffix = ".age"

// File is a new file of a folder, which measures itself. What is written to it is gathered,
// for the Parquet library writes a few bytes at a time.
type File struct {
	*sink  // what is written to it
	path   string
	seal   io.WriteCloser // encrypts what is written; nil in clear
	stored *sink          // what the store gets
	buffer *bufio.Writer
	file   storage.Writer
}

const outputBuffer = 64 << 10

// create begins a file of a folder. With recipients it is encrypted for them, and its name
// ends with .age. The caller ends it with Commit or Abort.
func create(ctx context.Context, store storage.Store, prefix, name string, to []age.Recipient) (*File, error) {
	if len(to) > 0 {
		name += sealedSuffix
	}
	w, err := store.Create(ctx, path.Join(prefix, name))
	if err != nil {
		return nil, err
	}
	f := &File{path: name, buffer: bufio.NewWriterSize(w, outputBuffer), file: w}
	f.stored = newSink(f.buffer)
	f.sink = f.stored
	if len(to) > 0 {
		if f.seal, err = age.Encrypt(f.stored, to...); err != nil {
			return nil, errors.Join(err, f.Abort())
		}
		f.sink = &sink{w: f.seal}
	}
	return f, nil
}

// Commit makes the file durable and tells what it is: rows are data rows.
func (f *File) Commit(rows int64) (Output, error) {
	if f.err != nil {
		return Output{}, f.err
	}
	if f.seal != nil {
		if err := f.seal.Close(); err != nil {
			return Output{}, err
		}
	}
	if f.stored.err != nil {
		return Output{}, f.stored.err
	}
	if err := f.buffer.Flush(); err != nil {
		return Output{}, err
	}
	if err := f.file.Commit(); err != nil {
		return Output{}, err
	}
	return Output{Path: f.path, Bytes: f.stored.size, Rows: rows, SHA256: f.stored.sha256()}, nil
}

// Abort throws the file away, unless it is committed.
func (f *File) Abort() error { return f.file.Abort() }

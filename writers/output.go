package writers

import (
	"bufio"
	"context"
	"path"

	"github.com/clearsweep/clearsweep/storage"
)

// outputFile is a file of an attempt that measures itself. The Parquet library
// writes a few bytes at a time, so they are gathered.
type outputFile struct {
	*sink
	path   string // below the attempt's folder
	buffer *bufio.Writer
	file   storage.Writer
}

const outputBuffer = 64 << 10

func create(ctx context.Context, store storage.Store, prefix, name string) (*outputFile, error) {
	w, err := store.Create(ctx, path.Join(prefix, name))
	if err != nil {
		return nil, err
	}
	buffer := bufio.NewWriterSize(w, outputBuffer)
	return &outputFile{sink: newSink(buffer), path: name, buffer: buffer, file: w}, nil
}

// commit makes the file durable and tells what it is.
func (f *outputFile) commit(rows int64) (Output, error) {
	if f.err != nil {
		return Output{}, f.err
	}
	if err := f.buffer.Flush(); err != nil {
		return Output{}, err
	}
	if err := f.file.Commit(); err != nil {
		return Output{}, err
	}
	return Output{Path: f.path, Bytes: f.size, Rows: rows, SHA256: f.sha256()}, nil
}

// abort throws the file away, unless it is committed.
func (f *outputFile) abort() error { return f.file.Abort() }

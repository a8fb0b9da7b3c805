package writers

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/xitongsys/parquet-go/source"

	"github.com/clearsweep/clearsweep/storage"
)

// object is an object of a store as the Parquet readers want it: a file to seek
// in. It reads blocks ahead, for in a bucket each range is a request: a reader
// that goes from page to page of a column stays in one block for long.
type object struct {
	ctx   context.Context //nolint:containedctx // of the one call that reads the file
	store storage.Store
	info  storage.Info
	pos   int64
	block []byte // of the object from start; empty before the first read
	start int64
}

// blockBytes is the length of a block.
const blockBytes = 1 << 20

// Object is an object of a store to seek in.
type Object interface {
	io.ReaderAt
	io.ReadSeekCloser
}

// OpenObject opens an object of a store to seek in.
func OpenObject(ctx context.Context, store storage.Store, key string) (Object, error) {
	return openObject(ctx, store, key)
}

func openObject(ctx context.Context, store storage.Store, key string) (*object, error) {
	info, err := store.Head(ctx, key)
	if err != nil {
		return nil, err
	}
	return &object{ctx: ctx, store: store, info: info}, nil
}

func (o *object) Read(p []byte) (int, error) {
	if o.pos >= o.info.Size {
		return 0, io.EOF
	}
	if at := o.pos - o.start; at < 0 || at >= int64(len(o.block)) {
		if err := o.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, o.block[o.pos-o.start:])
	o.pos += int64(n)
	return n, nil
}

// fill reads the block that begins at the position.
func (o *object) fill() error {
	o.start = o.pos
	if o.block == nil {
		o.block = make([]byte, min(blockBytes, o.info.Size))
	}
	o.block = o.block[:min(int64(cap(o.block)), o.info.Size-o.pos)]
	if _, err := o.ReadAt(o.block, o.pos); err != nil {
		o.block = o.block[:0]
		return err
	}
	return nil
}

func (o *object) ReadAt(p []byte, offset int64) (n int, err error) {
	in, err := o.store.Open(o.ctx, o.info.Key, offset, int64(len(p)), o.info.Version)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	n, err = io.ReadFull(in, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.pos
	case io.SeekEnd:
		offset += o.info.Size
	}
	if offset < 0 {
		return o.pos, fmt.Errorf("seek to %d of %s", offset, o.info.Key)
	}
	o.pos = offset
	return offset, nil
}

// Close gives the block up; the object may be read again.
func (o *object) Close() error {
	o.block = nil
	return nil
}

// second is an object as the second implementation wants it.
type second struct{ *object }

// Open returns another reader of the same object, whatever the name.
func (s second) Open(string) (source.ParquetFile, error) {
	return second{&object{ctx: s.ctx, store: s.store, info: s.info}}, nil
}

func (second) Create(string) (source.ParquetFile, error) { return nil, errReadOnly }
func (second) Write([]byte) (int, error)                 { return 0, errReadOnly }

var errReadOnly = errors.New("opened for reading only")

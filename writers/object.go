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
// in. It reads ranges; what is read in sequence is one range.
type object struct {
	ctx   context.Context //nolint:containedctx // of the one call that reads the file
	store storage.Store
	info  storage.Info
	pos   int64
	in    io.ReadCloser // the range from pos; nil if none is open
}

func openObject(ctx context.Context, store storage.Store, key string) (*object, error) {
	info, err := store.Head(ctx, key)
	if err != nil {
		return nil, err
	}
	return &object{ctx: ctx, store: store, info: info}, nil
}

func (o *object) Read(p []byte) (int, error) {
	if o.in == nil {
		in, err := o.store.Open(o.ctx, o.info.Key, o.pos, -1, o.info.Version)
		if err != nil {
			return 0, err
		}
		o.in = in
	}
	n, err := o.in.Read(p)
	o.pos += int64(n)
	return n, err
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
	if offset == o.pos {
		return offset, nil
	}
	err := o.Close()
	o.pos = offset
	return offset, err
}

// Close closes the range that is open; the object may be read again.
func (o *object) Close() error {
	if o.in == nil {
		return nil
	}
	in := o.in
	o.in = nil
	return in.Close()
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

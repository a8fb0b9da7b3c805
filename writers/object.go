package writers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"sync"

	"filippo.io/age"
	"github.com/xitongsys/parquet-go/source"

	"github.com/clearsweep/clearsweep/storage"
)

// object is a file of a folder as the Parquet readers want it: one to seek in, in clear. It
// reads blocks ahead, for in a bucket each range is a request: a reader that goes from page
// to page of a column stays in one block for long.
type object struct {
	stored inStore
	at     io.ReaderAt // in clear
	size   int64       // in clear
	pos    int64
	block  []byte // in clear, from start; empty before the first read
	start  int64
}

// blockBytes is the length of a block.
const blockBytes = 1 << 20

// Object is a file of a folder to seek in.
type Object interface {
	io.ReaderAt
	io.ReadSeekCloser
}

// OpenObject opens a file of a folder to seek in. The error is ErrSealed where it is
// encrypted and none of the folder's keys opens it.
func (f Folder) OpenObject(ctx context.Context, name string) (Object, error) {
	return f.open(ctx, name)
}

func (f Folder) open(ctx context.Context, name string) (*object, error) {
	info, err := f.Store.Head(ctx, path.Join(f.Prefix, name))
	if err != nil {
		return nil, err
	}
	s := inStore{ctx, f.Store, info}
	o := &object{stored: s, at: s, size: info.Size}
	if !isSealed(name) {
		return o, nil
	}
	keys, err := f.keys(name)
	if err != nil {
		return nil, err
	}
	o.at, o.size, err = age.DecryptReaderAt(&ahead{of: s}, info.Size, keys...)
	if err != nil {
		return nil, sealed(name, err)
	}
	return o, nil
}

// inStore is an object of a store, as it is there.
type inStore struct {
	ctx   context.Context //nolint:containedctx // of the one call that reads the file
	store storage.Store
	info  storage.Info
}

func (s inStore) ReadAt(p []byte, offset int64) (n int, err error) {
	in, err := s.store.Open(s.ctx, s.info.Key, offset, int64(len(p)), s.info.Version)
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

// ahead reads blocks of what is encrypted, of which its reader asks for small pieces.
type ahead struct {
	of    inStore
	mu    sync.Mutex
	block []byte
	start int64
}

func (a *ahead) ReadAt(p []byte, offset int64) (n int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for n < len(p) {
		at := offset + int64(n) - a.start
		if at < 0 || at >= int64(len(a.block)) {
			if a.start = offset + int64(n); a.start >= a.of.info.Size {
				return n, io.EOF
			}
			a.block = slices.Grow(a.block[:0], blockBytes)[:min(blockBytes, a.of.info.Size-a.start)]
			if got, err := a.of.ReadAt(a.block, a.start); got < len(a.block) {
				a.block = a.block[:0]
				return n, err
			}
			at = 0
		}
		n += copy(p[n:], a.block[at:])
	}
	return n, nil
}

func (o *object) Read(p []byte) (int, error) {
	if o.pos >= o.size {
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
		o.block = make([]byte, min(blockBytes, o.size))
	}
	o.block = o.block[:min(int64(cap(o.block)), o.size-o.pos)]
	if n, err := o.ReadAt(o.block, o.pos); n < len(o.block) {
		o.block = o.block[:0]
		return err
	}
	return nil
}

func (o *object) ReadAt(p []byte, offset int64) (int, error) { return o.at.ReadAt(p, offset) }

func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.pos
	case io.SeekEnd:
		offset += o.size
	}
	if offset < 0 {
		return o.pos, fmt.Errorf("seek to %d of %s", offset, o.stored.info.Key)
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
	return second{&object{stored: s.stored, at: s.at, size: s.size}}, nil
}

func (second) Create(string) (source.ParquetFile, error) { return nil, errReadOnly }
func (second) Write([]byte) (int, error)                 { return 0, errReadOnly }

var errReadOnly = errors.New("opened for reading only")

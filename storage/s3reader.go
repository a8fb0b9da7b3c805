package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// s3Reader reads a run of an object in order while the ranges ahead are on
// their way:
//
//	         next                        ahead
//	read ◄── [range][range][range][range] ···· not asked for yet
//
// The ranges ahead lie in buffers of the store's free list. Where none is free,
// a range is read from its answer when its turn comes, without a buffer.
type s3Reader struct {
	version *s3Version
	ctx     context.Context //nolint:containedctx // of the open reader
	cancel  context.CancelFunc
	window  []*fetch
	asked   int64 // offset up to which ranges are in the window
	end     int64
	sum     *checksum // nil where nothing is to be compared
	err     error     // the first error, or io.EOF; it stays
	working sync.WaitGroup
}

// Open reads a range of the object at key.
func (s *S3Store) Open(ctx context.Context, key string, offset, length int64, version string) (io.ReadCloser, error) {
	if _, err := s.check(ctx, key); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, s.wrap(ctx, "open", key, fmt.Errorf("offset %d", offset))
	}
	whole := offset == 0 && length < 0
	if whole || length == 0 {
		return s.openKnown(ctx, key, length, version)
	}
	first := s.transfer.rangeBytes
	if length > 0 {
		first = min(first, length)
	}
	inner, cancel := context.WithCancel(ctx)
	r, err := s.openFirst(inner, cancel, key, version, offset, first, length)
	switch {
	case isBeyond(err):
		cancel()
		return s.openKnown(ctx, key, 0, version)
	case err != nil:
		cancel()
		return nil, s.wrap(ctx, "open", key, err)
	}
	return r, nil
}

// openFirst asks for the first range; its answer tells what the object is.
func (s *S3Store) openFirst(ctx context.Context, cancel context.CancelFunc, key, version string, offset, first, length int64) (*s3Reader, error) {
	answer, cancelAnswer := context.WithCancelCause(ctx)
	out, err := s.get(answer, key, offset, first, version, nil)
	if err != nil {
		cancelAnswer(nil)
		return nil, err
	}
	_, size, err := contentRange(out)
	v := &s3Version{store: s, key: key, etag: cmp.Or(version, aws.ToString(out.ETag)), id: out.VersionId, size: size}
	if err == nil {
		err = v.check(out, offset)
	}
	if err == nil && v.etag == "" {
		err = errNoETag
	}
	if err != nil {
		cancelAnswer(nil)
		return nil, errors.Join(err, out.Body.Close())
	}
	r := v.reader(ctx, cancel, offset, length)
	begun := &s3Range{version: v, ctx: ctx, next: offset, end: min(offset+first, r.end), body: out.Body, answer: answer, cancel: cancelAnswer}
	r.window = append(r.window, &fetch{in: begun, size: begun.end - offset})
	r.asked = begun.end
	return r, nil
}

// openKnown opens an object whose size and checksum are asked for first: the
// whole of it, or nothing of it.
func (s *S3Store) openKnown(ctx context.Context, key string, length int64, version string) (io.ReadCloser, error) {
	out, err := s.head(ctx, key, version, s.checksums())
	if err != nil {
		return nil, err
	}
	v := &s3Version{store: s, key: key, etag: *out.ETag, id: out.VersionId, size: aws.ToInt64(out.ContentLength)}
	inner, cancel := context.WithCancel(ctx)
	r := v.reader(inner, cancel, 0, length)
	if length < 0 {
		r.sum = newChecksum(out)
	}
	return r, nil
}

func (v *s3Version) reader(ctx context.Context, cancel context.CancelFunc, offset, length int64) *s3Reader {
	end := max(v.size, offset)
	if length >= 0 {
		end = min(end, offset+length)
	}
	return &s3Reader{version: v, ctx: ctx, cancel: cancel, asked: offset, end: end}
}

func (r *s3Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	r.ask()
	if len(r.window) == 0 {
		r.err = r.finish()
		return 0, r.err
	}
	current := r.window[0]
	n, err := current.read(p)
	r.sum.write(p[:n])
	if errors.Is(err, io.EOF) {
		err = nil
		r.drop(current)
		r.window = r.window[1:]
	}
	if err != nil {
		r.err = r.version.store.wrap(r.ctx, "read", r.version.key, err)
		return n, r.err
	}
	return n, nil
}

// ask fills the window.
func (r *s3Reader) ask() {
	t := r.version.store.transfer
	for len(r.window) < t.inFlight && r.asked < r.end {
		size := min(t.rangeBytes, r.end-r.asked)
		f := &fetch{in: &s3Range{version: r.version, ctx: r.ctx, next: r.asked, end: r.asked + size}, size: size}
		if buf := r.version.store.buffers.get(); buf != nil {
			f.start(buf, &r.working)
		} else if len(r.window) > 0 {
			return // its turn will come
		}
		r.window = append(r.window, f)
		r.asked += size
	}
}

// finish compares the checksum of what was read with the store's. A store that
// keeps objects as files may send the bytes of a newer version under the name of
// the one asked for: then the object was changed and nothing is damaged.
func (r *s3Reader) finish() error {
	damage := r.sum.compare()
	if damage == nil {
		return io.EOF
	}
	s, v := r.version.store, r.version
	if _, err := s.head(r.ctx, v.key, v.etag, false); errors.Is(err, ErrChanged) {
		return err
	}
	return s.wrap(r.ctx, "read", v.key, damage)
}

// drop gives back what a fetch holds, once its goroutine is done with it.
func (r *s3Reader) drop(f *fetch) {
	_ = f.in.Close() // nothing more is wanted of the answer
	r.version.store.buffers.put(f.buf)
}

// Close ends the requests that are under way.
func (r *s3Reader) Close() error {
	r.cancel()
	r.working.Wait()
	for _, f := range r.window {
		r.drop(f)
	}
	r.window = nil
	if r.err == nil {
		r.err = errClosed
	}
	return nil
}

var errClosed = errors.New("the reader is closed")

// fetch is one range of the window.
type fetch struct {
	in   *s3Range
	size int64
	buf  []byte // nil if the range is read from its answer

	mu     sync.Mutex
	filled int64         // bytes of buf
	err    error         // that ended the filling, io.EOF if all came
	more   chan struct{} // tells, once at a time, that filled or err changed
	taken  int64         // bytes that were read
}

// start fills buf in a goroutine of its own, which ends with the range or its
// context.
func (f *fetch) start(buf []byte, working *sync.WaitGroup) {
	f.buf, f.more = buf, make(chan struct{}, 1)
	working.Go(func() {
		for filled := int64(0); ; {
			n, err := f.in.Read(buf[filled:f.size])
			filled += int64(n)
			if filled == f.size && err == nil {
				err = io.EOF
			}
			f.mu.Lock()
			f.filled, f.err = filled, err
			f.mu.Unlock()
			select {
			case f.more <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	})
}

// read reads the range from its buffer as it fills, or from its answer.
func (f *fetch) read(p []byte) (int, error) {
	if f.buf == nil {
		return f.in.Read(p)
	}
	for {
		f.mu.Lock()
		filled, err := f.filled, f.err
		f.mu.Unlock()
		if f.taken < filled {
			n := copy(p, f.buf[f.taken:filled])
			f.taken += int64(n)
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		<-f.more
	}
}

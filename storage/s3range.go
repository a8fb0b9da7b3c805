package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// s3Version is one version of an object, as its first answer told.
type s3Version struct {
	store *S3Store
	key   string
	etag  string
	id    *string // of a bucket that keeps versions
	size  int64
}

// rangeTries is how often a range is asked for before its reader gives up. The
// SDK tries each request several times; here a body that broke off is tried.
const rangeTries = 8

// errShort tells that an answer ended before the range did.
var errShort = errors.New("the answer ended early")

// errStalled tells that an answer stopped.
var errStalled = errors.New("no byte came for too long")

// s3Range reads bytes of one version in order, and takes an answer that breaks
// off up where it broke off. It holds no bytes.
type s3Range struct {
	version *s3Version
	ctx     context.Context //nolint:containedctx // of the open reader
	next    int64           // offset in the object
	end     int64
	answer  context.Context //nolint:containedctx // of the body
	cancel  context.CancelCauseFunc
	body    io.ReadCloser // nil between answers
	tries   int
}

func (r *s3Range) Read(p []byte) (int, error) {
	for {
		if r.next >= r.end {
			return 0, io.EOF
		}
		if r.body == nil {
			if err := r.open(); err != nil {
				return 0, err
			}
		}
		n, err := r.readBody(p[:min(int64(len(p)), r.end-r.next)])
		r.next += int64(n)
		if n > 0 || err == nil {
			if err != nil {
				r.Close() //nolint:errcheck,gosec // the next call asks again
			}
			return n, nil
		}
		if errors.Is(context.Cause(r.answer), errStalled) {
			err = errStalled
		} else if errors.Is(err, io.EOF) {
			err = errShort
		}
		r.Close() //nolint:errcheck,gosec // the answer is of no use any more
		if err := r.pause(err); err != nil {
			return 0, err
		}
	}
}

// readBody reads what came of the answer, and gives it up if nothing comes.
func (r *s3Range) readBody(p []byte) (int, error) {
	patience := time.AfterFunc(r.version.store.transfer.stall, func() { r.cancel(errStalled) })
	defer patience.Stop()
	return r.body.Read(p)
}

// pause waits before another try, or says that there is none.
func (r *s3Range) pause(err error) error {
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	r.tries++
	if r.tries >= rangeTries {
		return fmt.Errorf("%w: %w, %d times", ErrUnavailable, err, r.tries)
	}
	wait := min(r.version.store.transfer.pause<<(r.tries-1), 5*time.Second)
	select {
	case <-r.ctx.Done():
		return r.ctx.Err()
	case <-time.After(wait/2 + rand.N(wait/2+1)): //nolint:gosec // chance spreads the tries
		return nil
	}
}

// open asks for the rest of the range.
func (r *s3Range) open() error {
	ctx, cancel := context.WithCancelCause(r.ctx)
	v := r.version
	out, err := v.store.get(ctx, v.key, r.next, r.end-r.next, v.etag, v.id)
	if err == nil {
		err = v.check(out, r.next)
		if err != nil {
			err = errors.Join(err, out.Body.Close())
		}
	}
	if err != nil {
		cancel(nil)
		return err
	}
	r.body, r.answer, r.cancel = out.Body, ctx, cancel
	return nil
}

// Close gives the answer up.
func (r *s3Range) Close() error {
	if r.body == nil {
		return nil
	}
	r.cancel(nil)
	err := r.body.Close()
	r.body = nil
	return err
}

// get asks for length bytes from offset, of a version if one is named. The
// caller closes the body.
func (s *S3Store) get(ctx context.Context, key string, offset, length int64, etag string, id *string) (*s3.GetObjectOutput, error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &s.bucket, Key: aws.String(s.prefix + key), VersionId: id, IfMatch: text(etag), ExpectedBucketOwner: s.owner(),
		Range: aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)),
	})
	if err != nil {
		return nil, translate(err, ErrChanged)
	}
	return out, nil
}

// check is an error unless an answer is of the version and begins at the
// offset: not every store does what it is asked.
func (v *s3Version) check(out *s3.GetObjectOutput, offset int64) error {
	start, size, err := contentRange(out)
	switch {
	case err != nil:
		return err
	case aws.ToString(out.ETag) != v.etag || size != v.size:
		return ErrChanged
	case start != offset:
		return fmt.Errorf("asked for bytes from %d, the store sends them from %d", offset, start)
	}
	return nil
}

// contentRange is where an answer begins, and the size of the whole object. A
// store that does not know ranges answers with the whole.
func contentRange(out *s3.GetObjectOutput) (start, size int64, err error) {
	text := aws.ToString(out.ContentRange)
	if text == "" {
		if out.ContentLength == nil {
			return 0, 0, errors.New("the answer tells no length")
		}
		return 0, *out.ContentLength, nil
	}
	span, whole, _ := strings.Cut(strings.TrimPrefix(text, "bytes "), "/")
	first, _, _ := strings.Cut(span, "-")
	start, errStart := strconv.ParseInt(first, 10, 64)
	size, errSize := strconv.ParseInt(whole, 10, 64)
	if errStart != nil || errSize != nil {
		return 0, 0, fmt.Errorf("the answer has the content range %q", text)
	}
	return start, size, nil
}

// isBeyond tells whether an error says that a range begins behind the end.
func isBeyond(err error) bool { return statusOf(err) == http.StatusRequestedRangeNotSatisfiable }

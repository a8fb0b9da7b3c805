package storage

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	transfertypes "github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
)

// s3Writer streams an object into an upload. Until it ends the store shows
// nothing of it.
type s3Writer struct {
	store *S3Store
	ctx   context.Context //nolint:containedctx // of the one upload
	key   string
	pipe  *io.PipeWriter
	done  chan struct{} // closed when out and upErr are set
	out   *transfermanager.UploadObjectOutput
	upErr error
	sum   hash.Hash
	size  int64
	err   error // the first error; it stays
	ended bool  // Commit or Abort was called
}

// Create starts the upload of an object.
func (s *S3Store) Create(ctx context.Context, key string) (Writer, error) {
	name, err := s.check(ctx, key)
	if err != nil {
		return nil, err
	}
	body, pipe := io.Pipe()
	w := &s3Writer{store: s, ctx: ctx, key: key, pipe: pipe, done: make(chan struct{}), sum: crc32.NewIEEE()}
	in := &transfermanager.UploadObjectInput{
		Bucket: &s.bucket, Key: name, Body: body, ContentType: contentType(key), ExpectedBucketOwner: s.owner(),
	}
	if s.checksums() {
		in.ChecksumAlgorithm, in.ChecksumType = transfertypes.ChecksumAlgorithmCrc32, transfertypes.ChecksumTypeFullObject
	}
	if s.options.KMSKey != "" {
		in.ServerSideEncryption, in.SSEKMSKeyID = transfertypes.ServerSideEncryptionAwsKms, &s.options.KMSKey
	}
	go func() {
		defer close(w.done)
		w.out, w.upErr = s.uploads.UploadObject(ctx, in)
		if w.upErr != nil {
			_ = body.CloseWithError(w.upErr) // always nil
		}
	}()
	return w, nil
}

func (w *s3Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if w.ended {
		return 0, w.fail("write", os.ErrClosed)
	}
	n, err := w.pipe.Write(p)
	_, _ = w.sum.Write(p[:n]) // a hash returns no error
	w.size += int64(n)
	if err != nil {
		return n, w.fail("write", err)
	}
	return n, nil
}

// Commit ends the upload, and compares what the store has with what was
// written.
func (w *s3Writer) Commit() error {
	if w.err != nil {
		return errors.Join(w.err, w.Abort())
	}
	if w.ended {
		return w.fail("commit", os.ErrClosed)
	}
	w.ended = true
	if err := w.ctx.Err(); err != nil {
		w.ended = false
		return errors.Join(w.fail("commit", err), w.Abort())
	}
	_ = w.pipe.Close() // always nil
	<-w.done
	if w.upErr != nil {
		return w.fail("commit", translate(w.upErr, nil))
	}
	if err := w.compare(); err != nil {
		return w.fail("commit", err)
	}
	return nil
}

// errAborted is what the upload reads when it is called off.
var errAborted = errors.New("aborted")

// Abort calls the upload off and waits until the store has forgotten it. Parts
// that the store will not forget are seen by nobody, and Unfinished finds them.
func (w *s3Writer) Abort() error {
	if w.ended {
		return nil
	}
	w.ended = true
	_ = w.pipe.CloseWithError(errAborted) // always nil
	<-w.done
	return nil
}

// fail keeps the first error.
func (w *s3Writer) fail(doing string, err error) error {
	if w.err == nil {
		w.err = w.store.wrap(w.ctx, doing, w.key, err)
	}
	return w.err
}

// compare is an error if the store tells another checksum of the whole object
// than that of what was written.
func (w *s3Writer) compare() error {
	stored := w.out.ChecksumCRC32
	if stored == nil || w.out.ChecksumType != transfertypes.ChecksumTypeFullObject {
		return nil
	}
	if written := base64.StdEncoding.EncodeToString(w.sum.Sum(nil)); *stored != written {
		return fmt.Errorf("%w: CRC-32 of the store is %s, of what was written %s", errChecksum, *stored, written)
	}
	return nil
}

// contentType says what the object at key is, by its name: stores guess nothing.
func contentType(key string) *string {
	switch path.Ext(key) {
	case ".json":
		return aws.String("application/json")
	case ".csv":
		return aws.String("text/csv; charset=utf-8")
	case ".txt", ".md":
		return aws.String("text/plain; charset=utf-8")
	case ".parquet":
		return aws.String("application/vnd.apache.parquet")
	}
	return aws.String("application/octet-stream")
}

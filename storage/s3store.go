package storage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// S3Store is a Store over the objects of a bucket whose keys begin with a
// prefix. The version of an object is its ETag.
type S3Store struct {
	*S3
	bucket string
	prefix string // empty, or ends with a slash
}

var (
	_ Store     = (*S3Store)(nil)
	_ Buffering = (*S3Store)(nil)
)

// BuffersWrites says that a writer holds parts: those in flight, and two more.
func (s *S3Store) BuffersWrites() {}

// Store is the store of the objects in a bucket below a prefix, which may be
// empty and is a path of plain elements. It asks nothing.
func (s *S3) Store(bucket, prefix string) (*S3Store, error) {
	if bucket == "" {
		return nil, fmt.Errorf("s3: %w", errNoBucket)
	}
	if prefix != "" {
		if err := CheckKey(prefix); err != nil {
			return nil, fmt.Errorf("s3://%s: %w", bucket, err)
		}
		prefix += "/"
	}
	return &S3Store{S3: s, bucket: bucket, prefix: prefix}, nil
}

// String is the URL of the store.
func (s *S3Store) String() string { return s.url(strings.TrimSuffix(s.prefix, "/")) }

func (s *S3Store) url(key string) string { return "s3://" + s.bucket + "/" + key }

// check answers with the key in the bucket.
func (s *S3Store) check(ctx context.Context, key string) (*string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	return aws.String(s.prefix + key), nil
}

// wrap names what was being done to which object.
func (s *S3Store) wrap(ctx context.Context, doing, key string, err error) error {
	return fmt.Errorf("%s %s: %w", doing, s.url(s.prefix+key), cause(ctx, err))
}

// Reach asks whether the bucket is there and may be used.
func (s *S3Store) Reach(ctx context.Context) error {
	_, err := s.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: &s.bucket, Prefix: text(s.prefix), MaxKeys: aws.Int32(1), ExpectedBucketOwner: s.owner(),
	})
	if err != nil {
		return s.wrap(ctx, "reach", "", translate(err, nil))
	}
	return nil
}

// Head describes the object at key.
func (s *S3Store) Head(ctx context.Context, key string) (Info, error) {
	out, err := s.head(ctx, key, "", false)
	if err != nil {
		return Info{}, err
	}
	return Info{Key: key, Size: aws.ToInt64(out.ContentLength), Version: aws.ToString(out.ETag), Modified: modified(out.LastModified)}, nil
}

func (s *S3Store) head(ctx context.Context, key, version string, checksums bool) (*s3.HeadObjectOutput, error) {
	name, err := s.check(ctx, key)
	if err != nil {
		return nil, err
	}
	in := &s3.HeadObjectInput{Bucket: &s.bucket, Key: name, IfMatch: text(version), ExpectedBucketOwner: s.owner()}
	if checksums {
		in.ChecksumMode = types.ChecksumModeEnabled
	}
	out, err := s.client.HeadObject(ctx, in)
	if err != nil {
		return nil, s.wrap(ctx, "look at", key, translate(err, ErrChanged))
	}
	if out.ETag == nil {
		return nil, s.wrap(ctx, "look at", key, errNoETag)
	}
	return out, nil
}

var errNoETag = errors.New("the store tells no ETag, so nobody could notice that the object changed")

// List yields the objects whose keys begin with prefix. The markers of folders,
// which consoles make, are no objects.
func (s *S3Store) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(Info{}, err)
			return
		}
		for o, err := range s.list(ctx, s.prefix+prefix, "") {
			if err != nil {
				yield(Info{}, err)
				return
			}
			o.Key = strings.TrimPrefix(o.Key, s.prefix)
			if !isMarker(o.Info) && !yield(o.Info, nil) {
				return
			}
		}
	}
}

// isMarker tells whether an object stands for a folder.
func isMarker(info Info) bool {
	return info.Size == 0 && (info.Key == "" || strings.HasSuffix(info.Key, "/"))
}

// listed is an object of a bucket under its whole key, or a folder of them.
type listed struct {
	Info
	folder bool
}

// list yields the objects of the bucket whose keys begin with prefix. With a
// delimiter, keys that have it after the prefix stand together as folders. Keys
// travel encoded, for XML cannot hold all that S3 allows.
func (s *S3Store) list(ctx context.Context, prefix, delimiter string) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{
			Bucket: &s.bucket, Prefix: text(prefix), Delimiter: text(delimiter),
			EncodingType: types.EncodingTypeUrl, ExpectedBucketOwner: s.owner(),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			var found []listed
			if err == nil {
				found, err = decodePage(page)
			}
			if err != nil {
				yield(listed{}, fmt.Errorf("list %s: %w", s.url(prefix), cause(ctx, translate(err, nil))))
				return
			}
			for _, o := range found {
				if !yield(o, nil) {
					return
				}
			}
		}
	}
}

// decodePage is what a page lists. Not every store encodes keys when asked.
func decodePage(page *s3.ListObjectsV2Output) ([]listed, error) {
	decode := func(key *string) (string, error) { return url.QueryUnescape(aws.ToString(key)) }
	if page.EncodingType != types.EncodingTypeUrl {
		decode = func(key *string) (string, error) { return aws.ToString(key), nil }
	}
	var found []listed
	for _, o := range page.Contents {
		key, err := decode(o.Key)
		if err != nil {
			return nil, err
		}
		found = append(found, listed{Info: Info{
			Key: key, Size: aws.ToInt64(o.Size), Version: aws.ToString(o.ETag), Modified: modified(o.LastModified),
		}})
	}
	for _, p := range page.CommonPrefixes {
		key, err := decode(p.Prefix)
		if err != nil {
			return nil, err
		}
		found = append(found, listed{Info: Info{Key: key}, folder: true})
	}
	return found, nil
}

func modified(t *time.Time) time.Time { return aws.ToTime(t).UTC() }

// removeAtOnce is the number of keys that S3 removes with one request.
const removeAtOnce = 1000

// Remove removes the objects below prefix, and the one of that very key.
func (s *S3Store) Remove(ctx context.Context, prefix string) error {
	if _, err := s.check(ctx, prefix); err != nil {
		return err
	}
	var keys []types.ObjectIdentifier
	for info, err := range s.list(ctx, s.prefix+prefix, "") {
		if err != nil {
			return err
		}
		if rest := strings.TrimPrefix(info.Key, s.prefix+prefix); rest != "" && rest[0] != '/' {
			continue
		}
		keys = append(keys, types.ObjectIdentifier{Key: aws.String(info.Key)})
		if len(keys) == removeAtOnce {
			if err := s.removeKeys(ctx, prefix, keys); err != nil {
				return err
			}
			keys = keys[:0]
		}
	}
	return s.removeKeys(ctx, prefix, keys)
}

func (s *S3Store) removeKeys(ctx context.Context, prefix string, keys []types.ObjectIdentifier) error {
	if len(keys) == 0 {
		return nil
	}
	out, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
		Bucket: &s.bucket, Delete: &types.Delete{Objects: keys, Quiet: aws.Bool(true)}, ExpectedBucketOwner: s.owner(),
	})
	if err != nil {
		return s.wrap(ctx, "remove", prefix, translate(err, nil))
	}
	var faults []error
	for _, e := range out.Errors {
		faults = append(faults, fmt.Errorf("remove %s: %s: %s", s.url(aws.ToString(e.Key)), aws.ToString(e.Code), aws.ToString(e.Message)))
	}
	return errors.Join(faults...)
}

package storage

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// writtenBy is the metadata of an object that was written under a condition: a
// text that no two writes share. A condition that did not hold may be the doing
// of the write itself, when its first answer was lost and it was tried again;
// this tells.
const writtenBy = "clearsweep-write"

// PutIfAbsent puts with If-None-Match.
func (s *S3Store) PutIfAbsent(ctx context.Context, key string, data []byte) (Info, error) {
	return s.put(ctx, key, data, &s3.PutObjectInput{IfNoneMatch: aws.String("*")}, ErrExists)
}

// PutIfMatch puts with If-Match.
func (s *S3Store) PutIfMatch(ctx context.Context, key string, data []byte, version string) (Info, error) {
	if _, err := s.check(ctx, key); err != nil {
		return Info{}, err
	}
	if version == "" {
		return Info{}, s.wrap(ctx, "put", key, errNoVersion)
	}
	return s.put(ctx, key, data, &s3.PutObjectInput{IfMatch: &version}, ErrChanged)
}

// put puts a small object under the condition that in holds. Refused is what it
// means that the condition did not hold.
func (s *S3Store) put(ctx context.Context, key string, data []byte, in *s3.PutObjectInput, refused error) (Info, error) {
	name, err := s.check(ctx, key)
	if err != nil {
		return Info{}, err
	}
	mark := rand.Text()
	in.Bucket, in.Key, in.ExpectedBucketOwner = &s.bucket, name, s.owner()
	in.Body, in.ContentLength, in.ContentType = bytes.NewReader(data), aws.Int64(int64(len(data))), contentType(key)
	in.Metadata = map[string]string{writtenBy: mark}
	if s.options.KMSKey != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &s.options.KMSKey
	}
	out, err := s.client.PutObject(ctx, in)
	if err == nil && out.ETag == nil {
		err = errNoETag
	}
	if err == nil {
		return Info{Key: key, Size: int64(len(data)), Version: *out.ETag}, nil
	}
	err = translate(err, refused)
	if errors.Is(err, refused) || !definite(err) {
		if info, ok := s.written(ctx, key, mark); ok {
			return info, nil
		}
	}
	return Info{}, s.wrap(ctx, "put", key, err)
}

// written tells whether the object at key is of the write with the mark, and
// what it is.
func (s *S3Store) written(ctx context.Context, key, mark string) (Info, bool) {
	out, err := s.head(ctx, key, "", false)
	if err != nil || out.Metadata[writtenBy] != mark {
		return Info{}, false
	}
	return Info{Key: key, Size: aws.ToInt64(out.ContentLength), Version: *out.ETag, Modified: modified(out.LastModified)}, true
}

// DeleteIfMatch removes with If-Match. A store may say that there is nothing
// where it removed the object and lost the answer.
func (s *S3Store) DeleteIfMatch(ctx context.Context, key, version string) error {
	name, err := s.check(ctx, key)
	if err != nil {
		return err
	}
	if version == "" {
		return s.wrap(ctx, "remove", key, errNoVersion)
	}
	// Stores answer success to the removal of nothing, whatever the condition.
	if _, err := s.head(ctx, key, version, false); err != nil {
		return err
	}
	_, err = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{
		Bucket: &s.bucket, Key: name, IfMatch: &version, ExpectedBucketOwner: s.owner(),
	})
	if err != nil {
		return s.wrap(ctx, "remove", key, translate(err, ErrChanged))
	}
	return nil
}

package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// A Keeper is a Store that keeps, unseen, what writers left that were killed:
// temporary files, parts of uploads. It cannot tell them from those of writers
// that live; their age does.
type Keeper interface {
	// Unfinished yields the objects that were begun and neither committed nor
	// aborted, with when they were last written, or begun. It stops after the
	// first error it yields.
	Unfinished(ctx context.Context) iter.Seq2[Info, error]
	// Forget removes one of them; no error if it is gone.
	Forget(ctx context.Context, unfinished Info) error
}

var (
	_ Keeper = (*DiskStore)(nil)
	_ Keeper = (*S3Store)(nil)
)

// Unfinished yields the temporary files below the folder, but for those in
// scratch folders, which StaleScratch lists.
func (s *DiskStore) Unfinished(ctx context.Context) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		err := fs.WalkDir(s.root.FS(), ".", func(key string, e fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil // removed since its folder was read
			case err != nil:
				return s.wrap("list", key, err)
			case ctx.Err() != nil:
				return ctx.Err()
			case !strings.HasPrefix(e.Name(), unfinished):
				return nil
			case e.IsDir():
				return fs.SkipDir
			}
			fi, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return s.wrap("look at", key, err)
			}
			if !yield(describe(key, fi), nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Info{}, err)
		}
	}
}

// Forget removes a temporary file.
func (s *DiskStore) Forget(ctx context.Context, info Info) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !strings.HasPrefix(path.Base(info.Key), unfinished) {
		return fmt.Errorf("remove %s: it is finished", path.Join(s.name, info.Key))
	}
	if err := s.root.Remove(info.Key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.wrap("remove", info.Key, err)
	}
	return nil
}

// Unfinished yields the multipart uploads below the prefix. The version is that
// of the upload, and the size is not known.
func (s *S3Store) Unfinished(ctx context.Context) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		pages := s3.NewListMultipartUploadsPaginator(s.client, &s3.ListMultipartUploadsInput{
			Bucket: &s.bucket, Prefix: text(s.prefix), ExpectedBucketOwner: s.owner(),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(Info{}, s.wrap(ctx, "list the uploads of", "", translate(err, nil)))
				return
			}
			for _, u := range page.Uploads {
				key, ok := strings.CutPrefix(aws.ToString(u.Key), s.prefix)
				if ok && !yield(Info{Key: key, Version: aws.ToString(u.UploadId), Modified: modified(u.Initiated)}, nil) {
					return
				}
			}
		}
	}
}

// Forget aborts a multipart upload.
func (s *S3Store) Forget(ctx context.Context, info Info) error {
	_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
		Bucket: &s.bucket, Key: aws.String(s.prefix + info.Key), UploadId: &info.Version, ExpectedBucketOwner: s.owner(),
	})
	if err = translate(err, nil); err != nil && !errors.Is(err, ErrNotExist) {
		return s.wrap(ctx, "abort the upload of", info.Key, err)
	}
	return nil
}

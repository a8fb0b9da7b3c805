package storage_test

import (
	"io"
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/storage/storagetest"
)

// BenchmarkDownload reads an object in order, over streams that are each shaped
// to 60 MB/s and 30 ms, as those of S3 are: by our reader, by one stream, and by
// the SDK's transfer manager.
func BenchmarkDownload(b *testing.B) {
	const size = 128 << 20
	server := storagetest.StartServer(b)
	bucket := server.Bucket(b)
	if err := storage.Write(b.Context(), newStore(b, openS3(b, server.Options()), bucket, ""), "k", bytesOf(size)); err != nil {
		b.Fatal(err)
	}
	proxy := storagetest.StartProxy(b, server.Endpoint)
	proxy.Script("GET", math.MaxInt, storagetest.Shaped(30*time.Millisecond, 60_000_000))
	o := server.Options()
	o.Endpoint = proxy.Endpoint
	client := s3.New(server.Client.Options(), func(c *s3.Options) { c.BaseEndpoint = aws.String(proxy.Endpoint) })
	ours := openS3(b, o)
	store := newStore(b, ours, bucket, "")
	for _, way := range []struct {
		name string
		open func() (io.ReadCloser, error)
	}{
		{"ours", func() (io.ReadCloser, error) { return store.Open(b.Context(), "k", 0, -1, "") }},
		{"one stream", func() (io.ReadCloser, error) {
			out, err := client.GetObject(b.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("k")})
			if err != nil {
				return nil, err
			}
			return out.Body, nil
		}},
		{"transfer manager", func() (io.ReadCloser, error) {
			out, err := transfermanager.New(client, func(t *transfermanager.Options) {
				t.PartSizeBytes, t.Concurrency, t.GetObjectType = 16<<20, 4, types.GetObjectRanges
			}).GetObject(b.Context(), &transfermanager.GetObjectInput{Bucket: &bucket, Key: aws.String("k")})
			if err != nil {
				return nil, err
			}
			return io.NopCloser(out.Body), nil
		}},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				r, err := way.open()
				if err != nil {
					b.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, onlyReader{r}); err != nil || n != size {
					b.Fatalf("%d bytes, %v", n, err)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
			if way.name == "ours" {
				b.ReportMetric(float64(ours.BufferBytes())/(1<<20), "buffer-MiB")
			}
		})
	}
}

// onlyReader hides what else a reader can do, so that all are read alike.
type onlyReader struct{ io.Reader }

package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/clearsweep/clearsweep/storage"
)

// Server is an S3 server of its own, versitygw, which keeps its objects in a
// folder and listens on this machine only.
type Server struct {
	Endpoint string
	Client   *s3.Client // for what a Store does not do
	data     string     // folder of the objects
	buckets  atomic.Int32
}

// What the test server lets in. It is no secret.
const (
	accessKey = "clearsweep-test"
	secretKey = "not-a-secret"
	region    = "us-east-1"
)

// StartServer starts a server that ends with the test, and gives the process the
// credentials for it in the environment, where the SDK looks for them. The test
// is skipped, and says so, where 'make s3-server' has not built one. Flags are
// further ones of versitygw.
func StartServer(t testing.TB, flags ...string) *Server {
	t.Helper()
	binary := serverBinary(t)
	setEnvironment(t)
	data, versions := t.TempDir(), t.TempDir()
	port := freePort(t)
	endpoint := "http://" + port
	var said bytes.Buffer
	ctx, cancel := context.WithCancel(context.Background())
	args := slices.Concat([]string{"--port", port, "--quiet", "--keep-alive", "--health", "/health"}, flags,
		[]string{"posix", "--versioning-dir", versions, data})
	cmd := exec.CommandContext(ctx, binary, args...) //nolint:gosec // of this repository
	cmd.Env = []string{"ROOT_ACCESS_KEY=" + accessKey, "ROOT_SECRET_KEY=" + secretKey}
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed
	})
	waitUntilHealthy(t, endpoint, &said)
	return &Server{Endpoint: endpoint, data: data, Client: s3.New(s3.Options{
		Region: region, BaseEndpoint: aws.String(endpoint), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
	})}
}

// serverBinary is .bin/versitygw of the repository.
func serverBinary(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("the test runs outside the repository")
		}
		dir = filepath.Dir(dir)
	}
	binary := filepath.Join(dir, ".bin", "versitygw")
	if _, err := os.Stat(binary); errors.Is(err, fs.ErrNotExist) {
		t.Skip("SKIPPED: there is no S3 server to test with; 'make s3-server' builds .bin/versitygw")
	}
	return binary
}

// setEnvironment hides the machine's own configuration of the SDK.
func setEnvironment(t testing.TB) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // restores it at the end
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_REGION": region,
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}

func waitUntilHealthy(t testing.TB, endpoint string, said *bytes.Buffer) {
	t.Helper()
	for range 500 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, endpoint+"/health", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("the S3 server did not start: %s", said)
}

// Options reach the server.
func (s *Server) Options() storage.S3Options {
	return storage.S3Options{Endpoint: s.Endpoint, PathStyle: true}
}

// Bucket makes a bucket of its own and returns its name.
func (s *Server) Bucket(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("bucket-%d", s.buckets.Add(1))
	if _, err := s.Client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	return name
}

// Put makes an object with any key at all, which a Store may refuse.
func (s *Server) Put(t testing.TB, bucket, key, data string) {
	t.Helper()
	_, err := s.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
}

// Uploads counts the multipart uploads of a bucket that are not finished.
func (s *Server) Uploads(t testing.TB, bucket string) int {
	t.Helper()
	out, err := s.Client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Uploads)
}

// KeepVersions makes a bucket keep the versions of its objects.
func (s *Server) KeepVersions(t testing.TB, bucket string) {
	t.Helper()
	_, err := s.Client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Age makes everything that the server holds older by d.
func (s *Server) Age(t testing.TB, d time.Duration) {
	t.Helper()
	err := filepath.WalkDir(s.data, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := e.Info()
		if err != nil {
			return err
		}
		return os.Chtimes(name, time.Time{}, fi.ModTime().Add(-d)) //nolint:gosec // a folder of the test alone
	})
	if err != nil {
		t.Fatal(err)
	}
}

package storage_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/storage/storagetest"
)

// behindProxy is a store of a bucket of its own behind a proxy of its own, whose
// ranges are small and whose patience is short.
func behindProxy(t *testing.T, server *storagetest.Server) (*storagetest.Proxy, *storage.S3Store) {
	t.Helper()
	bucket := server.Bucket(t)
	proxy := storagetest.StartProxy(t, server.Endpoint)
	o := server.Options()
	o.Endpoint = proxy.Endpoint
	s := openS3(t, o)
	s.Tune(64<<10, 4, 8, 300*time.Millisecond)
	t.Cleanup(func() {
		if n := s.BuffersTaken(); n > 0 {
			t.Errorf("%d buffers were not given back", n)
		}
	})
	return proxy, newStore(t, s, bucket, "p")
}

// bytesOf are n bytes in which every place is known by its neighbours.
func bytesOf(n int) []byte {
	b := make([]byte, 0, n+8)
	for i := uint64(0); len(b) < n; i++ {
		b = binary.BigEndian.AppendUint64(b, i*0x9e3779b97f4a7c15)
	}
	return b[:n]
}

func readAll(ctx context.Context, s storage.Store, key, version string) ([]byte, error) {
	r, err := s.Open(ctx, key, 0, -1, version)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	return data, errors.Join(err, r.Close())
}

// What becomes of reading ten ranges when one answer is not what it should be.
func TestFaultsOfReading(t *testing.T) {
	server := storagetest.StartServer(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "3")
	change := storagetest.Altered
	for name, test := range map[string]struct {
		operation string
		times     int
		fault     storagetest.Fault
		want      error // nil: the bytes are right
		text      string
	}{
		"500":                 {"Range", 2, storagetest.Answer(500, "InternalError"), nil, ""},
		"503":                 {"Range", 2, storagetest.Answer(503, "SlowDown"), nil, ""},
		"429":                 {"Range", 2, storagetest.Answer(429, "TooManyRequests"), nil, ""},
		"500 without end":     {"Range", 1000, storagetest.Answer(500, "InternalError"), storage.ErrUnavailable, ""},
		"head 500":            {"HEAD", 2, storagetest.Answer(500, ""), nil, ""},
		"reset in mid-body":   {"Range", 3, storagetest.Cut(10_000), nil, ""},
		"reset at once":       {"Range", 2, storagetest.Cut(1), nil, ""},
		"reset without end":   {"Range", 1000, storagetest.Cut(1), storage.ErrUnavailable, ""},
		"stall":               {"Range", 2, storagetest.Stall(20_000), nil, ""},
		"stall without end":   {"Range", 1000, storagetest.Stall(1), storage.ErrUnavailable, "no byte came"},
		"short body":          {"Range", 2, change(func(_ http.Header, b []byte) []byte { return b[:len(b)/3] }), nil, ""},
		"empty body":          {"Range", 2, change(func(http.Header, []byte) []byte { return nil }), nil, ""},
		"longer body":         {"Range", 2, change(func(_ http.Header, b []byte) []byte { return append(b, "more"...) }), nil, ""},
		"412":                 {"Range", 1, storagetest.Answer(412, "PreconditionFailed"), storage.ErrChanged, ""},
		"another ETag":        {"Range", 1, change(header("Etag", `"another"`)), storage.ErrChanged, ""},
		"another length":      {"Range", 1, change(header("Content-Range", "bytes 0-65535/700000")), storage.ErrChanged, ""},
		"another range":       {"Range", 1, change(header("Content-Range", "bytes 7-65535/655360")), nil, "the store sends them from 7"},
		"no sense in a range": {"Range", 1, change(header("Content-Range", "bytes a-b/c")), nil, "content range"},
		"a byte is wrong":     {"Range", 1, change(func(_ http.Header, b []byte) []byte { b[99] ^= 1; return b }), storage.ErrChecksum, ""},
		"deleted":             {"Range", 1, storagetest.Answer(404, "NoSuchKey"), storage.ErrNotExist, ""},
		"bucket deleted":      {"Range", 1, storagetest.Answer(404, "NoSuchBucket"), nil, "there is no such bucket"},
		"expired credentials": {"Range", 1, storagetest.Answer(403, "ExpiredToken"), nil, "the credentials have expired"},
		"forbidden":           {"Range", 1, storagetest.Answer(403, "AccessDenied"), nil, "expected owner"},
		"clock":               {"Range", 1000, storagetest.Answer(403, "RequestTimeTooSkewed"), nil, "the clock of this machine is wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, s := behindProxy(t, server)
			want := bytesOf(640 << 10)
			if err := storage.Write(t.Context(), s, "k", want); err != nil {
				t.Fatal(err)
			}
			proxy.Script(test.operation, test.times, test.fault)
			got, err := readAll(t.Context(), s, "k", "")
			switch {
			case test.want == nil && test.text == "":
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes came, and %v", len(got), err)
				}
			case err == nil:
				t.Errorf("%d bytes came without an error", len(got))
			case test.want != nil && !errors.Is(err, test.want), !strings.Contains(err.Error(), test.text):
				t.Errorf("got %v", err)
			case !strings.Contains(err.Error(), s.String()+"/k"):
				t.Errorf("no object in %v", err)
			}
		})
	}
}

// A store may send bytes of the next version under the name of the last one.
func TestBytesOfTheNextVersionAreAChange(t *testing.T) {
	server := storagetest.StartServer(t)
	proxy, s := behindProxy(t, server)
	first, err := s.PutIfAbsent(t.Context(), "k", []byte("17"))
	if err != nil {
		t.Fatal(err)
	}
	proxy.Script("Range", 1, storagetest.Altered(func(http.Header, []byte) []byte {
		if _, err := s.PutIfMatch(t.Context(), "k", []byte("18"), first.Version); err != nil {
			t.Error(err)
		}
		return []byte("18")
	}))
	if got, err := readAll(t.Context(), s, "k", first.Version); !errors.Is(err, storage.ErrChanged) || !strings.Contains(err.Error(), s.String()+"/k") {
		t.Errorf("%q came, and %v", got, err)
	}
}

func header(name, value string) func(http.Header, []byte) []byte {
	return func(h http.Header, body []byte) []byte {
		h.Set(name, value)
		return body
	}
}

// Readers that are open together share a bounded number of buffers, and none
// waits for another.
func TestManyReadersShareFewBuffers(t *testing.T) {
	server := storagetest.StartServer(t)
	_, s := behindProxy(t, server)
	const buffers, piece = 3, 64 << 10
	s.Tune(piece, 4, buffers, time.Second)
	want := bytesOf(10*piece + 7)
	if err := storage.Write(t.Context(), s, "k", want); err != nil {
		t.Fatal(err)
	}
	readers, got := make([]io.ReadCloser, 6), make([][]byte, 6)
	for i := range readers {
		r, err := s.Open(t.Context(), "k", int64(i), -1, "")
		if err != nil {
			t.Fatal(err)
		}
		readers[i] = r
	}
	for more := true; more; { // in turn, from one goroutine
		more = false
		for i, r := range readers {
			p := make([]byte, 10_000)
			n, err := r.Read(p)
			got[i] = append(got[i], p[:n]...)
			if err != nil && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			more = more || err == nil
		}
		if taken := s.BuffersTaken(); taken > buffers {
			t.Fatalf("%d buffers are taken of %d", taken, buffers)
		}
	}
	for i, r := range readers {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if !bytes.Equal(got[i], want[i:]) {
			t.Errorf("reader %d: %d bytes, or they differ", i, len(got[i]))
		}
	}
	if made := s.BufferBytes(); made > buffers*piece {
		t.Errorf("%d bytes of buffers were made", made)
	}
}

// A body that breaks off is taken up at the byte where it did.
func TestAReaderResumesWhereItWas(t *testing.T) {
	server := storagetest.StartServer(t)
	proxy, s := behindProxy(t, server)
	want := bytesOf(64 << 10)
	if err := storage.Write(t.Context(), s, "k", want); err != nil {
		t.Fatal(err)
	}
	proxy.Script("Range", 1, storagetest.Cut(10_000))
	got, err := readAll(t.Context(), s, "k", "")
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	last := proxy.Seen()[len(proxy.Seen())-1]
	var from, to int
	if _, err := fmt.Sscanf(last[strings.LastIndex(last, "bytes="):], "bytes=%d-%d", &from, &to); err != nil || from == 0 || from > 10_000 || to != 65535 {
		t.Errorf("asked again for %q", last)
	}
}

func TestAnObjectThatIsReplacedWhileItIsRead(t *testing.T) {
	server := storagetest.StartServer(t)
	for name, keeps := range map[string]bool{"overwritten": false, "kept as a version": true} {
		t.Run(name, func(t *testing.T) {
			bucket := server.Bucket(t)
			if keeps {
				server.KeepVersions(t, bucket)
			}
			api := openS3(t, server.Options())
			api.Tune(1<<10, 2, 2, time.Second)
			s := newStore(t, api, bucket, "")
			old := bytesOf(16 << 10)
			if err := storage.Write(t.Context(), s, "k", old); err != nil {
				t.Fatal(err)
			}
			r, err := s.Open(t.Context(), "k", 0, -1, "")
			if err != nil {
				t.Fatal(err)
			}
			first := make([]byte, 100)
			if _, err := io.ReadFull(r, first); err != nil {
				t.Fatal(err)
			}
			if err := storage.Write(t.Context(), s, "k", bytes.ToUpper(bytes.Repeat([]byte("new "), 4<<10))); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(r)
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if keeps {
				if err != nil || !bytes.Equal(append(first, rest...), old) {
					t.Errorf("a version that is kept: %d bytes, %v", len(rest), err)
				}
			} else if !errors.Is(err, storage.ErrChanged) {
				t.Errorf("got %v", err)
			}
			if bytes.Contains(rest, []byte("NEW")) {
				t.Error("bytes of two versions were mixed")
			}
		})
	}
}

// What becomes of a conditional put when an answer is lost or refused.
func TestFaultsOfPuts(t *testing.T) {
	server := storagetest.StartServer(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "3")
	for name, test := range map[string]struct {
		times  int
		fault  storagetest.Fault
		want   error
		stands bool // ours is there afterwards
	}{
		"500":                              {2, storagetest.Answer(500, "InternalError"), nil, true},
		"503":                              {2, storagetest.Answer(503, "SlowDown"), nil, true},
		"429":                              {2, storagetest.Answer(429, "TooManyRequests"), nil, true},
		"409":                              {2, storagetest.Answer(409, "ConditionalRequestConflict"), nil, true},
		"503 without end":                  {1000, storagetest.Answer(503, "SlowDown"), storage.ErrUnavailable, false},
		"answer lost":                      {1, storagetest.Lost, nil, true},
		"answer lost twice":                {2, storagetest.Lost, nil, true},
		"every answer lost":                {1000, storagetest.Lost, nil, true},
		"done, and 500 answered":           {1, doneThen(storagetest.Answer(500, "InternalError")), nil, true},
		"done, and 412 answered":           {1, doneThen(storagetest.Answer(412, "PreconditionFailed")), nil, true},
		"done, and 409 answered":           {1, doneThen(storagetest.Answer(409, "ConditionalRequestConflict")), nil, true},
		"done, and 500 without end":        {1000, doneThen(storagetest.Answer(500, "InternalError")), nil, true},
		"412 though nothing is in the way": {1, storagetest.Answer(412, "PreconditionFailed"), errRefused, false},
	} {
		for kind, put := range map[string]func(context.Context, *storage.S3Store, string) (storage.Info, error){
			"absent": func(ctx context.Context, s *storage.S3Store, _ string) (storage.Info, error) {
				return s.PutIfAbsent(ctx, "new", []byte("ours"))
			},
			"match": func(ctx context.Context, s *storage.S3Store, version string) (storage.Info, error) {
				return s.PutIfMatch(ctx, "old", []byte("ours"), version)
			},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				proxy, s := behindProxy(t, server)
				before, err := s.PutIfAbsent(t.Context(), "old", []byte("theirs"))
				if err != nil {
					t.Fatal(err)
				}
				proxy.Script("PUT", test.times, test.fault)
				info, err := put(t.Context(), s, before.Version)
				want, key := test.want, "new"
				if kind == "match" {
					key = "old"
				}
				if errors.Is(want, errRefused) {
					want = map[string]error{"absent": storage.ErrExists, "match": storage.ErrChanged}[kind]
				}
				if !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
				data, readErr := storage.ReadAll(t.Context(), s, key, 100)
				if stands := string(data) == "ours"; stands != test.stands {
					t.Errorf("afterwards the object is %q (%v)", data, readErr)
				}
				if head, headErr := s.Head(t.Context(), key); err == nil && head.Version != info.Version {
					t.Errorf("put says version %q, head %q (%v)", info.Version, head.Version, headErr)
				}
			})
		}
	}
}

// errRefused stands for ErrExists or ErrChanged.
var errRefused = errors.New("refused")

// doneThen lets the server do it and then answers something else.
func doneThen(answer storagetest.Fault) storagetest.Fault {
	return func(w http.ResponseWriter, r *http.Request, forward func(http.ResponseWriter)) {
		forward(discarded{http.Header{}})
		answer(w, r, nil)
	}
}

type discarded struct{ header http.Header }

func (d discarded) Header() http.Header         { return d.header }
func (d discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d discarded) WriteHeader(int)             {}

// A put of another that came first is never taken for ours, and ours never for
// another's, though both hold the same bytes.
func TestEqualBytesOfAnotherAreAnothers(t *testing.T) {
	server := storagetest.StartServer(t)
	proxy, s := behindProxy(t, server)
	if _, err := s.PutIfAbsent(t.Context(), "k", []byte("same")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutIfAbsent(t.Context(), "k", []byte("same")); !errors.Is(err, storage.ErrExists) {
		t.Errorf("the second put of the same bytes: got %v", err)
	}
	proxy.Script("PUT", 1, storagetest.Lost)
	if _, err := s.PutIfAbsent(t.Context(), "k", []byte("same")); !errors.Is(err, storage.ErrExists) {
		t.Errorf("with a lost answer: got %v", err)
	}
}

// What becomes of an upload in parts: the whole object or none, and nothing that
// the bucket would keep for ever.
func TestFaultsOfUploads(t *testing.T) {
	server := storagetest.StartServer(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "3")
	const size = 12 << 20 // three parts
	for name, test := range map[string]struct {
		operation string
		times     int
		fault     storagetest.Fault
		fails     bool
	}{
		"create 500":               {"Create", 2, storagetest.Answer(500, "InternalError"), false},
		"part 503":                 {"Part", 2, storagetest.Answer(503, "SlowDown"), false},
		"part lost":                {"Part", 2, storagetest.Lost, false},
		"complete 500":             {"Complete", 2, storagetest.Answer(500, "InternalError"), false},
		"create 403":               {"Create", 1, storagetest.Answer(403, "AccessDenied"), true},
		"part 500 without end":     {"Part", 1000, storagetest.Answer(500, "InternalError"), true},
		"part 403":                 {"Part", 1, storagetest.Answer(403, "ExpiredToken"), true},
		"complete 500 without end": {"Complete", 1000, storagetest.Answer(500, "InternalError"), true},
	} {
		t.Run(name, func(t *testing.T) {
			proxy, s := behindProxy(t, server)
			proxy.Script(test.operation, test.times, test.fault)
			want := bytesOf(size)
			err := storage.Write(t.Context(), s, "k", want)
			if (err != nil) != test.fails {
				t.Fatalf("got %v", err)
			}
			got, readErr := readAll(t.Context(), s, "k", "")
			if test.fails && !errors.Is(readErr, storage.ErrNotExist) {
				t.Errorf("after a failed upload: %d bytes, %v", len(got), readErr)
			}
			if !test.fails && (readErr != nil || !bytes.Equal(got, want)) {
				t.Errorf("%d bytes came back, %v", len(got), readErr)
			}
			if n := server.Uploads(t, bucketOf(s)); n > 0 {
				t.Errorf("%d uploads are left", n)
			}
		})
	}
}

func bucketOf(s *storage.S3Store) string {
	bucket, _, _ := strings.Cut(strings.TrimPrefix(s.String(), "s3://"), "/")
	return bucket
}

// Once an upload has begun there is nothing to see of it, and nothing to pay for
// after it was given up, in whatever way.
func TestAnUploadThatIsGivenUpLeavesNothing(t *testing.T) {
	server := storagetest.StartServer(t)
	for name, end := range map[string]func(w storage.Writer, cancel func()) error{
		"aborted":                   func(w storage.Writer, _ func()) error { return w.Abort() },
		"cancelled, then aborted":   func(w storage.Writer, cancel func()) error { cancel(); return w.Abort() },
		"cancelled, then committed": func(w storage.Writer, cancel func()) error { cancel(); return wantFailure(w.Commit()) },
	} {
		t.Run(name, func(t *testing.T) {
			_, s := behindProxy(t, server)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w, err := s.Create(ctx, "k")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(bytesOf(12 << 20)); err != nil {
				t.Fatal(err)
			}
			if n := server.Uploads(t, bucketOf(s)); n != 1 {
				t.Errorf("%d uploads have begun", n)
			}
			if err := end(w, cancel); err != nil {
				t.Error(err)
			}
			if n := server.Uploads(t, bucketOf(s)); n > 0 {
				t.Errorf("%d uploads are left", n)
			}
			if _, err := s.Head(t.Context(), "k"); !errors.Is(err, storage.ErrNotExist) {
				t.Errorf("head: got %v", err)
			}
		})
	}
}

// Uploads of writers that were killed are found and forgotten, those of others
// are not touched.
func TestUnfinishedUploads(t *testing.T) {
	server := storagetest.StartServer(t)
	_, s := behindProxy(t, server)
	beside := newStore(t, s.S3, bucketOf(s), "elsewhere")
	for _, store := range []*storage.S3Store{s, beside} {
		w, err := store.Create(t.Context(), "dir/k")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(bytesOf(12 << 20)); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Abort() }()
	}
	found := 0
	for info, err := range s.Unfinished(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		found++
		if info.Key != "dir/k" || info.Modified.IsZero() {
			t.Errorf("got %+v", info)
		}
		if err := errors.Join(s.Forget(t.Context(), info), s.Forget(t.Context(), info)); err != nil {
			t.Error(err)
		}
	}
	if n := server.Uploads(t, bucketOf(s)); found != 1 || n != 1 {
		t.Errorf("%d uploads were found, %d are left", found, n)
	}
}

func wantFailure(err error) error {
	if err == nil {
		return errors.New("it succeeds")
	}
	return nil
}

func TestFaultsOfLists(t *testing.T) {
	server := storagetest.StartServer(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "3")
	proxy, s := behindProxy(t, server)
	var want []string
	for i := range 7 {
		key := fmt.Sprintf("k%d", i)
		want = append(want, key)
		if err := storage.Write(t.Context(), s, key, nil); err != nil {
			t.Fatal(err)
		}
	}
	list := func() (keys []string, err error) {
		for info, err := range s.List(t.Context(), "") {
			if err != nil {
				return keys, err
			}
			keys = append(keys, info.Key)
		}
		return keys, nil
	}
	proxy.Script("List", 2, storagetest.Answer(503, "SlowDown"))
	if got, err := list(); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	proxy.Script("List", 1000, storagetest.Answer(503, "SlowDown"))
	if got, err := list(); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("got %q, %v", got, err)
	}
}

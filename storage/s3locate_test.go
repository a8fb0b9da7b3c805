package storage_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/storage/storagetest"
)

func uris(objects []storage.Object) []string {
	var uris []string
	for _, o := range objects {
		uris = append(uris, o.URI)
	}
	return uris
}

func TestLocateInABucket(t *testing.T) {
	server := storagetest.StartServer(t)
	places := storage.NewPlaces(server.Options())
	bucket := server.Bucket(t)
	for _, key := range []string{
		"a.csv", "in/b.csv", "in/a.csv", "in/[x].csv", "in/.hidden", "in/sub/c.csv", "in/sub/deep/d.csv", "in/space and+plus.csv", "in/%2e%2e.csv",
		"late/é.csv", "per/1/x.csv", "per/2/x.csv", "per/2/.part",
	} {
		server.Put(t, bucket, key, key)
	}
	server.Put(t, bucket, "in/marker/", "")
	server.Put(t, bucket, "late/", "")
	for name, test := range map[string]struct{ patterns, want []string }{
		"object":                    {[]string{"in/b.csv"}, []string{"in/b.csv"}},
		"folder":                    {[]string{"in/sub/"}, []string{"in/sub/c.csv"}},
		"folder without a slash":    {[]string{"in/sub"}, []string{"in/sub/c.csv"}},
		"folder with a marker":      {[]string{"late/"}, []string{"late/é.csv"}},
		"whole bucket":              {[]string{""}, []string{"a.csv"}},
		"glob":                      {[]string{"in/?.csv"}, []string{"in/a.csv", "in/b.csv"}},
		"glob of folders":           {[]string{"per/*"}, []string{"per/1/x.csv", "per/2/x.csv"}},
		"glob over folders":         {[]string{"*/*/?.csv"}, []string{"in/sub/c.csv", "per/1/x.csv", "per/2/x.csv"}},
		"literal bracket":           {[]string{"in/[x].csv"}, []string{"in/[x].csv"}},
		"space and plus":            {[]string{"in/space*"}, []string{"in/space and+plus.csv"}},
		"per cent is no escape":     {[]string{"in/%2e%2e.csv"}, []string{"in/%2e%2e.csv"}},
		"order and once":            {[]string{"in/b.csv", "in/?.csv", "a.csv"}, []string{"a.csv", "in/a.csv", "in/b.csv"}},
		"beyond the basic alphabet": {[]string{"late/*"}, []string{"late/é.csv"}},
	} {
		t.Run(name, func(t *testing.T) {
			var patterns, want []string
			for _, p := range test.patterns {
				patterns = append(patterns, "s3://"+bucket+"/"+p)
			}
			for _, p := range test.want {
				want = append(want, "s3://"+bucket+"/"+p)
			}
			objects, err := places.Locate(t.Context(), patterns...)
			if err != nil {
				t.Fatal(err)
			}
			if got := uris(objects); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			for _, o := range objects {
				if data := read(t, o); string(data) != o.Info.Key || o.Info.Size != int64(len(data)) {
					t.Errorf("%s holds %q, info says %+v", o.URI, data, o.Info)
				}
			}
		})
	}
	for _, pattern := range []string{"nothing", "nothing/", "*.txt", "in/marker/", "per", "["} {
		_, err := places.Locate(t.Context(), "s3://"+bucket+"/"+pattern)
		if err == nil || !strings.Contains(err.Error(), pattern) {
			t.Errorf("%q: got %v", pattern, err)
		}
	}
}

func TestLocateThousandsOfKeys(t *testing.T) {
	server := storagetest.StartServer(t)
	bucket := server.Bucket(t)
	var all sync.WaitGroup
	const n = 2_100 // three pages
	for from := range 20 {
		all.Go(func() {
			for i := from; i < n; i += 20 {
				server.Put(t, bucket, fmt.Sprintf("in/%05d.csv", i), "x")
			}
		})
	}
	all.Wait()
	for _, pattern := range []string{"in/", "in/*.csv", "*"} {
		objects, err := storage.NewPlaces(server.Options()).Locate(t.Context(), "s3://"+bucket+"/"+pattern)
		if err != nil || len(objects) != n {
			t.Errorf("%s: %d objects, want %d (%v)", pattern, len(objects), n, err)
		}
	}
}

// scripted lists keys that the test server cannot hold, as a store of others may.
func scripted(keys ...string) storagetest.Fault {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>`)
	for _, key := range keys {
		if slash := strings.LastIndex(key, "/"); strings.HasPrefix(key, "folder:") {
			fmt.Fprintf(&b, `<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>`, strings.TrimPrefix(key[:slash+1], "folder:"))
			continue
		}
		fmt.Fprintf(&b, `<Contents><Key>%s</Key><Size>3</Size><ETag>"e"</ETag></Contents>`, key)
	}
	b.WriteString(`</ListBucketResult>`)
	return storagetest.Body(200, b.String())
}

// An object that the program could not name in a manifest is refused by name,
// never left out.
func TestLocateRefusesWhatItCannotName(t *testing.T) {
	server := storagetest.StartServer(t)
	long := strings.Repeat("0123456789abcdef/", 60) // 1,020 bytes
	for name, test := range map[string]struct {
		keys    []string // as they travel, encoded
		pattern string
		refused string // text of the error
	}{
		"a folder above":        {[]string{"folder:in/../"}, "in/", `in/../`},
		"a folder without name": {[]string{"in/a.csv", "folder:in//"}, "in/", `in//`},
		"a leading slash":       {[]string{"%2Fa.csv"}, "*", `"/a.csv"`},
		"a leading slash, all":  {[]string{"folder:/"}, "", `s3://bucket-`},
		"a line break":          {[]string{"in/a%0Ab.csv"}, "in/", `"in/a\nb.csv"`},
		"a control character":   {[]string{"in/a%01.csv"}, "in/*", `"in/a\x01.csv"`},
		"not UTF-8":             {[]string{"in/a%FF.csv"}, "in/", `"in/a\xff.csv"`},
		"an object as a folder": {[]string{"in/full/"}, "in/*/", `"in/full/"`},
		"1,024 bytes":           {[]string{long + "abcd"}, "0*/*" + strings.Repeat("/*", 59), "found"},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := storagetest.StartProxy(t, server.Endpoint)
			o := server.Options()
			o.Endpoint = proxy.Endpoint
			bucket := server.Bucket(t)
			proxy.Script("List", 10, scripted(test.keys...))
			objects, err := storage.NewPlaces(o).Locate(t.Context(), "s3://"+bucket+"/"+test.pattern)
			switch {
			case test.refused == "found":
				if err != nil || len(objects) != 1 || len(objects[0].Info.Key) != 1024 {
					t.Errorf("got %q, %v", uris(objects), err)
				}
			case !errors.Is(err, storage.ErrKey) || !strings.Contains(err.Error(), test.refused):
				t.Errorf("got %q, %v", uris(objects), err)
			}
		})
	}
}

func TestAKeyOf1024Bytes(t *testing.T) {
	server := storagetest.StartServer(t)
	s := newStore(t, openS3(t, server.Options()), server.Bucket(t), "")
	key := strings.Repeat("0123456789abcdef/", 60) + "abcd"
	if err := storage.Write(t.Context(), s, key, []byte("x")); err != nil {
		t.Fatal(err)
	}
	objects, err := storage.NewPlaces(server.Options()).Locate(t.Context(), s.String()+key)
	if err != nil || len(objects) != 1 || string(read(t, objects[0])) != "x" {
		t.Errorf("got %q, %v", uris(objects), err)
	}
}

func TestAnObjectDeletedAfterItWasListed(t *testing.T) {
	server := storagetest.StartServer(t)
	bucket := server.Bucket(t)
	server.Put(t, bucket, "in/a.csv", "x")
	objects, err := storage.NewPlaces(server.Options()).Locate(t.Context(), "s3://"+bucket+"/in/")
	if err != nil {
		t.Fatal(err)
	}
	_, err = server.Client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: aws.String("in/a.csv")})
	if err != nil {
		t.Fatal(err)
	}
	o := objects[0]
	if _, err := o.Store.Open(t.Context(), o.Info.Key, 0, -1, o.Info.Version); !errors.Is(err, storage.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestFindKeepsTheOrderOfTheNames(t *testing.T) {
	server := storagetest.StartServer(t)
	bucket := server.Bucket(t)
	for _, key := range []string{"b*.csv", "a.csv"} {
		server.Put(t, bucket, key, key)
	}
	places := storage.NewPlaces(server.Options())
	names := []string{"s3://" + bucket + "/b*.csv", "s3://" + bucket + "/a.csv"}
	objects, err := places.Find(t.Context(), names...)
	if err != nil || !slices.Equal(uris(objects), names) {
		t.Errorf("got %q, %v", uris(objects), err)
	}
	for _, name := range []string{"s3://" + bucket + "/*.csv", "s3://" + bucket + "/", "nothing.csv", "gs://b/k"} {
		if _, err := places.Find(t.Context(), name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

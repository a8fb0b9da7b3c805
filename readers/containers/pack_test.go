package containers_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/base64"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// gz packs each part as a member.
func gz(parts ...string) []byte {
	var b bytes.Buffer
	for _, part := range parts {
		w := gzip.NewWriter(&b)
		must(w.Write([]byte(part)))
		check(w.Close())
	}
	return b.Bytes()
}

// zst packs each part as a frame.
func zst(parts ...string) []byte { return zstWith(nil, parts...) }

func zstWith(options []zstd.EOption, parts ...string) []byte {
	var b bytes.Buffer
	for _, part := range parts {
		w := must(zstd.NewWriter(&b, append([]zstd.EOption{zstd.WithZeroFrames(true)}, options...)...))
		must(w.Write([]byte(part)))
		check(w.Close())
	}
	return b.Bytes()
}

// file is one of an archive.
type file struct {
	name, text string
	edit       func(*zip.FileHeader)
}

func zipped(files ...file) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zstd.ZipMethodWinZip, zstd.ZipCompressor())
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if f.edit != nil {
			f.edit(header)
		}
		must(must(w.CreateHeader(header)).Write([]byte(f.text)))
	}
	check(w.Close())
	return b.Bytes()
}

// raw is an archive of one file whose header and data are as they are given.
func raw(header zip.FileHeader, data []byte) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	must(must(w.CreateRaw(&header)).Write(data))
	check(w.Close())
	return b.Bytes()
}

func deflated(text string) []byte {
	var b bytes.Buffer
	w := must(flate.NewWriter(&b, flate.BestCompression))
	must(w.Write([]byte(text)))
	check(w.Close())
	return b.Bytes()
}

func crc(text string) uint32 { return crc32.ChecksumIEEE([]byte(text)) }

// bz is lines 1 to 200, "line N of the extract", packed by bzip2: the library
// does not pack.
func bz() []byte {
	return must(base64.StdEncoding.DecodeString(strings.ReplaceAll(bzLines, "\n", "")))
}

func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		panic(err) // tests make what they pack
	}
}

// unpack reads a file to its end; of an archive, entry by entry in order of name.
func unpack(data []byte, limits containers.Limits) (string, error) {
	if containers.Of(data[:min(len(data), containers.HeadBytes)]) != containers.Zip {
		r, err := containers.Open(bytes.NewReader(data), limits)
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(r)
		return string(text), err
	}
	entries, err := containers.List(bytes.NewReader(data), int64(len(data)), limits)
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, e := range entries {
		r, err := e.Open(bytes.NewReader(data[e.Offset:]), limits)
		if err != nil {
			return all.String(), err
		}
		if _, err := io.Copy(&all, r); err != nil {
			return all.String(), err
		}
	}
	return all.String(), nil
}

func kinds(t *testing.T, data []byte) []containers.Kind {
	t.Helper()
	r, err := containers.Open(bytes.NewReader(data), containers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return r.Kinds()
}

// with is data with the byte at i, from the end if i is negative, changed.
func with(data []byte, i int) []byte {
	data = slices.Clone(data)
	if i < 0 {
		i += len(data)
	}
	data[i] ^= 0x55
	return data
}

const bzLines = `
QlpoMTFBWSZTWcobGEEABgpZgAAQQAB/4CtllEBAAhBwAFBo0aDIDQakNNp/qqhoABQaNGgyA0EmqVMj/1PVVAA9J9klpLdpJLSW
vxNMVly59OMtACjUBgbAbhcFwbhsBgagKNADKABSNQGBsBuFwXBuGwGBqAo0AMoAHeSWksiAOVVVVVVWZadTne973vfvbbbbepBZ
BZBZBZBZBZBZBZBZDcztttrrbbb2iqqqqqu5tzbba3W229+FVVVVVdzbe222tuttvfdVVVVVXc228bbW2623vlVVVVVXc223nbW2
3W3vhVVVVVXc22299rbbdb32VVVVVV3Nttt8a222694qqqqqqc3ttttvjttttuVVVVVR9AQJ+QIE/wECfwCBPIECegIE/YECegIE
/oECegIE8gQJ4AgT0BAnAIE+QIE+QIE/4u5IpwoSGUNjCCA=`

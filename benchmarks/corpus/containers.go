package corpus

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

func gz(parts ...string) []byte {
	var b bytes.Buffer
	for _, part := range parts {
		w := gzip.NewWriter(&b)
		_, err := io.WriteString(w, part)
		if err := errors.Join(err, w.Close()); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

// zipOf is an archive of files.
func zipOf(files ...File) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err == nil {
			_, err = to.Write(f.Data)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func spreadsheet() []byte {
	return zipOf(File{"[Content_Types].xml", []byte(`<!DOCTYPE x [<!ENTITY a "aaaa">]><Types>&a;</Types>`)}, File{"xl/workbook.xml", []byte("<workbook/>")})
}

func zst(text string, checksum bool) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(checksum))
	if err != nil {
		panic(err)
	}
	return w.EncodeAll([]byte(text), nil)
}

// bomb is a gzip file that expands to far more than it has.
func bomb() []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	block := bytes.Repeat([]byte{' '}, 1<<20)
	for range 64 {
		if _, err := w.Write(block); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func containerKinds() []Kind {
	text := lines(odd)
	first, second := head+"\n"+near1+"\n", odd+"\n"+near2+"\n"
	two := gz(first, second)
	half := append(gz(first), gz(second)[:30]...)
	wrong := bytes.Clone(gz(text))
	binary.LittleEndian.PutUint32(wrong[len(wrong)-8:], 1)
	packed := func(name string, data []byte) []File { return []File{{name, data}} }
	encrypted := zipOf(File{"charges.csv", []byte(text)})
	encrypted[6] |= 1
	directory := bytes.LastIndex(encrypted, []byte("PK\x01\x02"))
	encrypted[directory+8] |= 1
	return []Kind{
		{Name: "gzip of two members", Layout: shipped, Files: packed("charges.csv.gz", two), Want: all},
		{Name: "gzip of one member and a half", Layout: shipped, Files: packed("charges.csv.gz", half), Want: refused("its gzip data is damaged in member 2")},
		{Name: "gzip padded with zeros", Layout: shipped, Files: packed("charges.csv.gz", append(gz(text), make([]byte, 100)...)), Want: refused("its gzip data is damaged")},
		{Name: "gzip with something behind it", Layout: shipped, Files: packed("charges.csv.gz", append(gz(text), "junk"...)), Want: refused("its gzip data is damaged")},
		{Name: "gzip with a wrong checksum", Layout: shipped, Files: packed("charges.csv.gz", wrong), Want: refused("its gzip data is damaged")},
		{
			Name: "zip of two files", Layout: shipped,
			Files: packed("charges.zip", zipOf(File{"1.csv", []byte(first + odd + "\n")}, File{"2.csv", []byte(head + "\n" + near2 + "\n")})), Want: all,
		},
		{Name: "zip that leaves its folder", Layout: shipped, Files: packed("charges.zip", zipOf(File{"../charges.csv", []byte(text)})), Want: refused("is no plain relative path")},
		{Name: "encrypted zip", Layout: shipped, Files: packed("charges.zip", encrypted), Want: refused("is encrypted")},
		{Name: "a bomb", Layout: shipped, Files: packed("charges.csv.gz", bomb()), Want: refused("it expands to more than 250 times its size")},
		{Name: "an archive in an archive", Layout: shipped, Files: packed("charges.zip", zipOf(File{"inner.zip", zipOf(File{"charges.csv", []byte(text)})})), Want: refused("a zip archive inside another container")},
		{Name: "gzip named as text", Layout: shipped, Files: packed("charges.csv", gz(text)), Want: all},
		{Name: "gzip in gzip", Layout: shipped, Files: packed("charges.csv.gz", gz(string(gz(text)))), Want: all},
		{Name: "zstd without a checksum", Layout: shipped, Files: packed("charges.csv.zst", zst(text, false)), Want: Want{Accepted: 3, Odd: granted, Warns: "the compressed data has no checksum"}},
	}
}

package containers_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// BenchmarkUnpack is the speed at which rows come out of a container, in bytes of
// content.
func BenchmarkUnpack(b *testing.B) {
	var rows strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&rows, "%d,%d,11357(a) HS,Possession of marijuana,GUILTY,19%02d-%02d-%02d,LOS ANGELES\n", i/3, i*7919%1_000_003, i%90+10, i%12+1, i%28+1)
	}
	text := rows.String()
	for name, data := range map[string][]byte{
		"plain": []byte(text), "gzip": gz(text), "zstd": zst(text), "bzip2": slices.Concat(slices.Repeat([][]byte{bz()}, 200)...),
		"zip": zipped(file{name: "a", text: text}),
	} {
		b.Run(name, func(b *testing.B) {
			whole, err := unpack(data, containers.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(whole)))
			buf := make([]byte, 1<<20)
			for b.Loop() {
				var r io.Reader
				if name == "zip" {
					entries, err := containers.List(bytes.NewReader(data), int64(len(data)), containers.Limits{})
					if err != nil {
						b.Fatal(err)
					}
					r, err = entries[0].Open(bytes.NewReader(data[entries[0].Offset:]), containers.Limits{})
					if err != nil {
						b.Fatal(err)
					}
				} else if r, err = containers.Open(bytes.NewReader(data), containers.Limits{}); err != nil {
					b.Fatal(err)
				}
				if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

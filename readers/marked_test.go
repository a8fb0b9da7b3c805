package readers

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

// A source is surveyed and read alike whether its rows are cut by marks or a byte at a time.
func TestMarkedRowsAreRows(t *testing.T) {
	for _, layout := range []string{
		"{header: required, columns_by: name, multiline: true}", "{header: required, columns_by: name}", "{header: required, columns_by: name, quote: none}",
	} {
		t.Run(layout, func(t *testing.T) { marksAgree(t, layout) })
	}
}

func marksAgree(t *testing.T, layout string) {
	source := []byte("layout: test\nabout: a test\nmax_row_bytes: 5000\ndelimited: " + layout + "\ncolumns: [person_id, statute, disposition]\n" +
		"fields:\n  person_id: person_id\n  statute: statute\n  disposition: {from: disposition, map: {exact: {convicted: [x]}}, blank: unknown}\n")
	l, err := ParseLayout("test", source)
	if err != nil {
		t.Fatal(err)
	}
	commented, err := ParseLayout("test", bytes.Replace(source, []byte("columns_by: name"), []byte("columns_by: name, comment: '#'"), 1)) // never marked
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SampledFrom([]string{
			"p,s,x\n", "\n", "\"p\",\"s\"\"s\",x\r\n", "p,\"a\nb\n\",x\n", "p,\"a,x\n", "p," + strings.Repeat("s", 3000) + ",x\n", "p," + strings.Repeat("s", 4993) + ",x\n", "p," + strings.Repeat("s", 5010) + ",x\n", "\"\",,\n",
			"p,\"s\" ,x\n", "p,s\"t,x\n", "p,\"s\",\"x\"\n", "p,s\n", "p,s,x,y\n", "p,é,x\n", "p,\xff,x\n", "p,\x00,x\n", "\ufeffp,s,x\n", " \n", "p,s,\"x\r\n", "\"",
		}), 1, 40).Draw(t, "rows")
		text := "person_id,statute,disposition\n" + strings.Repeat(strings.Join(rows, ""), rapid.IntRange(1, 20).Draw(t, "times")) + rapid.SampledFrom([]string{"", "p,s,x", "p,\"s"}).Draw(t, "end")
		target := int64(rapid.IntRange(1<<10, 1<<20).Draw(t, "target"))
		got, err := l.Survey(t.Context(), "test", strings.NewReader(text), target)
		want, wantErr := commented.Survey(t.Context(), "test", strings.NewReader(text), target)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, one by one %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if got.Rows != want.Rows || len(got.Ranges) != len(want.Ranges) {
			t.Fatalf("%d rows in %d ranges, one by one %d in %d", got.Rows, len(got.Ranges), want.Rows, len(want.Ranges))
		}
		for i := range got.Ranges {
			if got.Ranges[i] != want.Ranges[i] {
				t.Fatalf("range %d: %+v, one by one %+v", i, got.Ranges[i], want.Ranges[i])
			}
			marked, unmarked := readAll(t, l, got, i, text), readAll(t, commented, want, i, text)
			if diff := cmp.Diff(unmarked, marked, cmp.Comparer(array.RecordEqual)); diff != "" {
				t.Fatalf("range %d: -unmarked +marked\n%s", i, diff)
			}
		}
	})
}

// rowsRead is all that a range holds.
type rowsRead struct {
	Charges []arrow.Record
	Rejects []schemas.Reject
	Rows    schemas.Rows
}

// readAll reads a range whose bytes come in pieces.
func readAll(t *rapid.T, l *Layout, s *Survey, of int, text string) (read rowsRead) {
	rng := s.Ranges[of]
	in := &pieces{strings.NewReader(text[rng.Offset:][:rng.Length]), rng.Length/3 + 1}
	for b, err := range l.Read(t.Context(), 0, s, rng, in, Reading{MaxRows: 64}) {
		if err != nil {
			t.Fatal(err)
		}
		read.Charges = append(read.Charges, b.Charges)
		read.Rejects = append(read.Rejects, b.Rejects...)
		read.Rows.Add(b.Rows)
	}
	return read
}

// pieces reads so many bytes at most.
type pieces struct {
	r    io.Reader
	most int64
}

func (p *pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(int64(len(b)), p.most)]) }

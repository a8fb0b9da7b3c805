package readers_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
)

const multiline = `
layout: t/multiline
max_row_bytes: 200
delimited: {header: optional, header_begins_with: p, multiline: true}
columns: [p, s, d]
fields:
  person_id: p
  statute: s
  disposition: {from: d, map: {exact: {convicted: GUILTY}}}
`

// anySource draws a source whose rows are good, bad, blank and odd.
func anySource(t *rapid.T) []byte {
	end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end")
	row := rapid.SampledFrom([]string{
		"p1,a,GUILTY", "p2,b,DISMISSED", `p3,"c, c",GUILTY`, `p4,"d ""d""",`, "p5,e", "", " ", "p6,f\x00,GUILTY",
		"p,s,d", ",g,OTHER", `p7,"h,GUILTY`, "p8,\xc3\xa9,GUILTY", "p9,\xa9,GUILTY", strings.Repeat("j", 250),
		"p10,\"k\nk\",GUILTY", `p11,l"l,GUILTY`,
	})
	rows := rapid.SliceOfN(row, 1, 40).Draw(t, "rows")
	source := strings.Join(rows, end)
	if rapid.Bool().Draw(t, "last line ends") {
		source += end
	}
	if rapid.Bool().Draw(t, "mark") {
		source = "\xef\xbb\xbf" + source
	}
	return []byte(source)
}

// How a source is cut into ranges and batches changes nothing that is read.
func TestCutsChangeNothing(t *testing.T) {
	for _, layout := range []string{multiline, strings.Replace(multiline, "multiline: true", "multiline: false", 1)} {
		l := parse(t, layout)
		rapid.Check(t, func(rt *rapid.T) {
			source := anySource(rt)
			whole, err := tryAll(t, l, source, 1<<30, 1<<20)
			if err != nil {
				rt.Skip("the source is refused")
			}
			target := rapid.Int64Range(1, 100).Draw(rt, "target")
			cut := readAll(t, l, source, target, rapid.IntRange(1, 10).Draw(rt, "batch"))
			if diff := cmp.Diff(whole.records, cut.records); diff != "" {
				rt.Errorf("records (-whole +cut):\n%s", diff)
			}
			if diff := cmp.Diff(whole.rejects, cut.rejects); diff != "" {
				rt.Errorf("rejects (-whole +cut):\n%s", diff)
			}
			if whole.rows != cut.rows {
				rt.Errorf("rows %+v whole, %+v cut", whole.rows, cut.rows)
			}
		})
	}
}

// Ranges follow each other from the first row to the end of the source.
func TestRangesCoverTheSource(t *testing.T) {
	l := load(t, "generic/charges")
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.IntRange(1, 300).Draw(rt, "rows")
		source := []byte(head + strings.Repeat("p1,a,GUILTY,\n", rows))
		target := rapid.Int64Range(1, 2000).Draw(rt, "target")
		s, err := l.Survey(context.Background(), "x", bytes.NewReader(source), target)
		if err != nil {
			rt.Fatal(err)
		}
		at, line := int64(len(head)), int64(2)
		for i, r := range s.Ranges {
			if r.Offset != at || r.FirstLine != line {
				rt.Fatalf("range %d begins at byte %d, line %d; want %d, %d", i, r.Offset, r.FirstLine, at, line)
			}
			if last := i == len(s.Ranges)-1; !last && i > 0 && r.Length < target {
				rt.Fatalf("range %d holds %d bytes, less than %d", i, r.Length, target)
			}
			at, line = at+r.Length, line+r.Rows
		}
		if at != int64(len(source)) || s.Rows != int64(rows) {
			rt.Fatalf("ranges end at byte %d of %d, with %d rows of %d", at, len(source), s.Rows, rows)
		}
	})
}

// What another writer of the format writes is read back as it was.
func TestDelimitedReadsBack(t *testing.T) {
	l := parse(t, multiline)
	text := rapid.StringMatching(`[a-z",é\n]{1,10}[a-z"é]`)
	rapid.Check(t, func(rt *rapid.T) {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		statutes := rapid.SliceOfN(text, 1, 20).Draw(rt, "statutes")
		for _, s := range statutes {
			if err := w.Write([]string{"p1", s, "GUILTY"}); err != nil {
				rt.Fatal(err)
			}
		}
		w.Flush()
		got := readAll(t, l, b.Bytes(), 50, 7)
		if len(got.records) != len(statutes) || len(got.rejects) != 0 {
			rt.Fatalf("%d records, %d rejects of %d rows", len(got.records), len(got.rejects), len(statutes))
		}
		for i, r := range got.records {
			if want := strings.TrimSpace(statutes[i]); r["statute_raw"] != want {
				rt.Fatalf("row %d: %q, want %q", i+1, r["statute_raw"], want)
			}
		}
	})
}

func TestMultilineRows(t *testing.T) {
	cases := map[string]struct {
		source  string
		lines   []string // of the accepted rows
		rejects []schemas.RejectReason
	}{
		"break in a field":       {"p1,\"a\nb\",GUILTY\np2,c,GUILTY\n", []string{"1", "3"}, nil},
		"break in the header":    {"p,\"s\n\",d\np2,c,GUILTY\n", []string{"3"}, nil},
		"quote never closed":     {"p1,\"a,GUILTY\np2,b,GUILTY\np3,c,GUILTY\n", []string{"2", "3"}, []schemas.RejectReason{schemas.RowOpenQuote}},
		"closed too far on":      {"p1,\"a,GUILTY\n" + strings.Repeat("p2,b,GUILTY\n", 30) + `p3,c",GUILTY`, repeat(30, 2), []schemas.RejectReason{schemas.RowOpenQuote, schemas.RowStrayQuote}},
		"last row, open":         {"p1,a,GUILTY\np2,\"b,GUILTY", []string{"1"}, []schemas.RejectReason{schemas.RowTruncated}},
		"one long line":          {"p1,\"" + strings.Repeat("a", 300) + "\np2,b,GUILTY\n", []string{"2"}, []schemas.RejectReason{schemas.RowTooLong}},
		"long line without end":  {"p2,b,GUILTY\np1,\"" + strings.Repeat("a", 300), []string{"1"}, []schemas.RejectReason{schemas.RowTooLong}},
		"CR in quotes, CR lines": {"p1,\"a\rb\",GUILTY\rp2,c,GUILTY\r", []string{"1", "3"}, nil},
	}
	l := parse(t, strings.Replace(multiline, "header_begins_with: p", "header_begins_with: P", 1))
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, target := range []int64{1, 1 << 20} {
				got := readAll(t, l, []byte(c.source), target, 100)
				var lines []string
				for _, r := range got.records {
					if r["kind"] != "8" {
						lines = append(lines, r["line"])
					}
				}
				if diff := cmp.Diff(c.lines, lines); diff != "" {
					t.Errorf("lines read (-want +got):\n%s", diff)
				}
				var reasons []schemas.RejectReason
				for _, r := range got.rejects {
					reasons = append(reasons, r.Reason)
				}
				if diff := cmp.Diff(c.rejects, reasons); diff != "" {
					t.Errorf("rejects (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// repeat is n line numbers from first.
func repeat(n, first int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, strconv.Itoa(first+i))
	}
	return lines
}

// Ranges are read at once, each with the survey as another process got it.
func TestRangesReadAtOnce(t *testing.T) {
	l := load(t, "us-ca/doj-extract")
	source := synthetic("us-ca/doj-extract", 2000)
	first, err := l.Survey(context.Background(), "x", bytes.NewReader(source), 20_000)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	var survey readers.Survey
	if err := json.Unmarshal(sent, &survey); err != nil {
		t.Fatal(err)
	}
	var group errgroup.Group
	var total atomic.Int64
	for _, rng := range survey.Ranges {
		group.Go(func() error {
			r := bytes.NewReader(source[rng.Offset:])
			for b, err := range l.Read(context.Background(), 0, &survey, rng, r, readers.Reading{MaxRows: 100}) {
				if err != nil {
					return err
				}
				total.Add(b.ChargeRows)
				b.Charges.Release()
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if total.Load() != 2000 || len(survey.Ranges) < 10 {
		t.Errorf("%d charges in %d ranges", total.Load(), len(survey.Ranges))
	}
}

func TestBatchesAreNoLargerThanAsked(t *testing.T) {
	source := []byte(head + strings.Repeat("p1,a,GUILTY,\n", 95) + strings.Repeat("p1\n", 95))
	got := readAll(t, load(t, "generic/charges"), source, 1<<20, 10)
	if got.largest != 10 || got.batches < 19 {
		t.Errorf("%d batches, the largest of %d rows", got.batches, got.largest)
	}
}

func FuzzDelimited(f *testing.F) {
	l := parse(f, multiline)
	single := parse(f, strings.Replace(multiline, "multiline: true", "multiline: false", 1))
	f.Add([]byte("p,s,d\np1,\"a\n\"\"b\",GUILTY\r\n,,\n"), int64(3))
	f.Add([]byte("\xef\xbb\xbfp1,a\"\rp2,,\x00\r\r"), int64(1))
	f.Add([]byte("p1,\"a,GUILTY\np2,b,GUILTY\n\n\n"), int64(9))
	f.Fuzz(func(t *testing.T, source []byte, target int64) {
		accounted(t, l, source, target)
		lines := accounted(t, single, source, target)
		if lines < 0 {
			return
		}
		if want := countLines(source); lines != want {
			t.Errorf("%d rows read of %d lines", lines, want)
		}
	})
}

func FuzzFixedWidth(f *testing.F) {
	l := parse(f, `
layout: t/fixed
max_row_bytes: 64
fixed: {record_type: {start: 1, length: 1, data: D, header: H}}
columns: [{name: p, start: 2, length: 4}, {name: s, start: 6, length: 6}, {name: d, start: 12, length: 6}, {name: b, start: 18, length: 8}]
fields:
  person_id: p
  statute: s
  birth_date: {from: b, dates: YYYYMMDD}
  disposition: {from: d, map: {exact: {convicted: GUILTY}}}
`)
	f.Add([]byte("H\nDp1  11357 GUILTY19700314\nD\nX\n"), int64(3))
	f.Add([]byte("Dp1  1135\xc3\xa9GUILTY19700231\r\rD"), int64(1))
	f.Fuzz(func(t *testing.T, source []byte, target int64) {
		lines := accounted(t, l, source, target)
		if want := countLines(source); lines >= 0 && lines != want {
			t.Errorf("%d rows read of %d lines", lines, want)
		}
	})
}

// accounted reads a source and checks that every row of it is accounted for.
// It returns the number of rows with the header, -1 when the source is refused.
func accounted(t *testing.T, l *readers.Layout, source []byte, target int64) int64 {
	t.Helper()
	got, err := tryAll(t, l, source, target%64, 5)
	if err != nil {
		return -1
	}
	if got.rows.Read != got.survey.Rows || got.rows.Balance() != nil {
		t.Errorf("rows %+v, the survey saw %d", got.rows, got.survey.Rows)
	}
	rows := 0
	for _, r := range got.rejects {
		if r.Reason.RejectsRow() {
			rows++
		}
		if r.Offset < 0 || r.Offset >= int64(len(source)) {
			t.Errorf("reject at byte %d of %d", r.Offset, len(source))
		}
	}
	if int64(rows) != got.rows.Rejected {
		t.Errorf("%d rows rejected, %d rejects of rows", got.rows.Rejected, rows)
	}
	if got.survey.Header != "" {
		return got.rows.Read + 1
	}
	return got.rows.Read
}

// countLines is the number of lines of a source, the mark not counted as one.
func countLines(source []byte) int64 {
	source = bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))
	end := []byte("\n")
	if bytes.IndexByte(source, '\n') < 0 && bytes.IndexByte(source, '\r') >= 0 {
		end = []byte("\r")
	}
	n := bytes.Count(source, end)
	if len(source) > 0 && !bytes.HasSuffix(source, end) {
		n++
	}
	return int64(n)
}

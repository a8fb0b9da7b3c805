package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

func TestFileNamesAreWhatTellsThemApart(t *testing.T) {
	for name, tc := range map[string]struct{ uris, want []string }{
		"one file":                  {[]string{"in/2019/a.csv"}, []string{"a.csv"}},
		"one folder":                {[]string{"in/a.csv", "in/b.csv"}, []string{"a.csv", "b.csv"}},
		"two folders":               {[]string{"in/x/a.csv", "in/y/a.csv"}, []string{"x/a.csv", "y/a.csv"}},
		"folders with like names":   {[]string{"in/2019/a.csv", "in/2019b/a.csv"}, []string{"2019/a.csv", "2019b/a.csv"}},
		"a folder and one below":    {[]string{"in/a.csv", "in/late/a.csv"}, []string{"a.csv", "late/a.csv"}},
		"nothing shared":            {[]string{"/in/a.csv", "here/a.csv"}, []string{"/in/a.csv", "here/a.csv"}},
		"one object of a bucket":    {[]string{"s3://b/in/a.csv"}, []string{"a.csv"}},
		"objects of a bucket":       {[]string{"s3://b/a.csv", "s3://b/in/a.csv"}, []string{"a.csv", "in/a.csv"}},
		"objects of two buckets":    {[]string{"s3://a/x.csv", "s3://b/x.csv"}, []string{"a/x.csv", "b/x.csv"}},
		"a disk and a bucket":       {[]string{"in/a.csv", "s3://b/a.csv"}, []string{"in/a.csv", "s3://b/a.csv"}},
		"the working directory":     {[]string{"a.csv", "b.csv"}, []string{"a.csv", "b.csv"}},
		"the working directory and": {[]string{"a.csv", "x/b.csv"}, []string{"a.csv", "x/b.csv"}},
	} {
		t.Run(name, func(t *testing.T) {
			var files []File
			for _, uri := range tc.uris {
				files = append(files, File{object: storage.Object{URI: uri}})
			}
			if diff := cmp.Diff(tc.want, fileNames(files)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestBitsFor(t *testing.T) {
	for _, tc := range []struct {
		bytes, size int64
		most, want  int
	}{{0, 10, 8, 0}, {10, 10, 8, 0}, {11, 10, 8, 1}, {20, 10, 8, 1}, {21, 10, 8, 2}, {80, 10, 8, 3}, {1 << 40, 10, 8, 8}} {
		if got := bitsFor(tc.bytes, tc.size, tc.most); got != tc.want {
			t.Errorf("bitsFor(%d, %d, %d): got %d, want %d", tc.bytes, tc.size, tc.most, got, tc.want)
		}
	}
}

func TestBucketsInOrderWithAllSegments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var segments []Segment
		for i, bucket := range rapid.SliceOfN(rapid.IntRange(0, 5), 0, 20).Draw(t, "buckets") {
			segments = append(segments, Segment{Bucket: bucket, ID: int64(i)})
		}
		last, n := -1, 0
		for _, group := range buckets(segments) {
			if len(group) == 0 || group[0].Bucket <= last {
				t.Fatalf("group %v after bucket %d", group, last)
			}
			last = group[0].Bucket
			for _, s := range group {
				if s.Bucket != last {
					t.Fatalf("bucket %d in the group of %d", s.Bucket, last)
				}
			}
			n += len(group)
		}
		if n != len(segments) {
			t.Fatalf("%d of %d segments", n, len(segments))
		}
	})
}

// A worklist is the same however its rows were divided, also when it is full.
func TestWorklistsDoNotDependOnTheDivision(t *testing.T) {
	var all []readers.Value
	for i := range worklistLength + 500 {
		all = append(all, readers.Value{Column: "c", Text: fmt.Sprintf("%06d", (i*7919)%(worklistLength+500))})
	}
	build := func(batch int, backwards bool) (map[readers.Value]int64, int64) {
		rows := slices.Clone(all)
		if backwards {
			slices.Reverse(rows)
		}
		run := Run{Plan: &Plan{}}
		sum := run.NewReceipts()
		for chunk := range slices.Chunk(rows, batch) {
			p := Prepared{Unmapped: map[readers.Value]int64{}}
			for _, v := range chunk {
				p.addUnmapped(map[readers.Value]int64{v: 1})
			}
			sum.Range(&p)
		}
		omitted := sum.lists().omitted
		return sum.unmapped, omitted
	}
	want, omitted := build(len(all), false)
	if len(want) != worklistLength || omitted != 500 {
		t.Fatalf("%d values, %d rows omitted, want %d and 500", len(want), omitted, worklistLength)
	}
	for _, batch := range []int{1000, 25_000} {
		got, n := build(batch, true)
		if !maps.Equal(got, want) || n != omitted {
			t.Errorf("in pieces of %d the list differs", batch)
		}
	}
}

// What is counted by a text keeps no batch in which the text stands again: to assign
// to a key that a map has would.
func TestCountsKeepNoBatch(t *testing.T) {
	sums := (&Run{Plan: &Plan{}}).newSums()
	first, again := newRows(oneStatute(t)), newRows(oneStatute(t))
	for _, rows := range []*rows{first, again} {
		statute := rows.statute.text(0)
		sums.Gaps.note(rows, 0, 0, oddity{})
		sums.addCounty(statute, 1)
		sums.Substances.wait(SubstanceGap{Code: statute}, 1)
	}
	ours := func(what, key string, counted int64) {
		t.Helper()
		if counted != 2 {
			t.Errorf("%s was counted %d times", what, counted)
		}
		for _, rows := range []*rows{first, again} {
			if unsafe.StringData(key) == unsafe.StringData(rows.statute.text(0)) {
				t.Errorf("%s keeps a batch", what)
			}
		}
	}
	for text, a := range sums.Gaps.Codes {
		ours("a statute without a code", text.Statute, a.Rows)
	}
	for county, charges := range sums.Counties {
		ours("a county", county, *charges)
	}
	for gap, charges := range sums.Substances.Gaps {
		ours("a gap of substances", gap.Code, *charges)
	}
}

// oneStatute is a batch of one row, whose statute has no code.
func oneStatute(t *testing.T) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schemas.Coded)
	defer b.Release()
	for i, field := range b.Fields() {
		switch i {
		case schemas.ColStatute:
			if err := field.(*array.BinaryDictionaryBuilder).AppendString("no such section"); err != nil {
				t.Fatal(err)
			}
		case schemas.ColCodeMatch:
			field.(*array.Uint8Builder).Append(uint8(schemas.Unmatched))
		default:
			if schemas.Coded.Field(i).Nullable {
				field.AppendNull()
			} else {
				field.AppendEmptyValue()
			}
		}
	}
	batch := b.NewRecord()
	t.Cleanup(batch.Release)
	return batch
}

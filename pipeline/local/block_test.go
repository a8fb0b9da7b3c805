package local

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

// drawn is a batch of schemas.Coded with values of every kind, or none.
func drawn(t *rapid.T, rows int) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schemas.Coded)
	defer b.Release()
	for i, field := range b.Fields() {
		share := rapid.IntRange(0, 2).Draw(t, "nulls") // none, some, all
		for row := range rows {
			n := rapid.IntRange(0, 5).Draw(t, "value")
			if b.Schema().Field(i).Nullable && (share == 2 || share == 1 && row%2 == 0) {
				field.AppendNull()
				continue
			}
			switch f := field.(type) {
			case *array.StringBuilder:
				f.Append([]string{"", "a", "é", "abc", "x,y", "\x00"}[n])
			case *array.BinaryDictionaryBuilder:
				if err := f.AppendString([]string{"", "a", "é", "abc", "x,y", "\x00"}[n]); err != nil {
					t.Fatal(err)
				}
			case *array.Date32Builder:
				f.Append(arrow.Date32(n - 3))
			case *array.Int32Builder:
				f.Append(int32(n))
			case *array.Int64Builder:
				f.Append(int64(n) << 40)
			case *array.Uint8Builder:
				f.Append(uint8(n))
			case *array.Uint16Builder:
				f.Append(uint16(n))
			case *array.Uint64Builder:
				f.Append(uint64(n) << 50)
			case *array.Uint32Builder:
				f.Append(uint32(n))
			default:
				t.Fatalf("no value for column %d", i)
			}
		}
	}
	return b.NewRecord()
}

// Rows of several batches, cut anywhere, are put end to end: in memory or in the spill file, with the words
// that they have and no others.
func TestRowsAreReadBack(t *testing.T) {
	scratch := newScratch(t)
	rapid.Check(t, func(t *rapid.T) {
		s, err := newSegments(scratch, rapid.SampledFrom([]int64{0, 4000, 1 << 20}).Draw(t, "memory"))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close() //nolint:errcheck // nothing is kept
		var put []pipeline.Segment
		var want [][]string
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			rows := rapid.IntRange(1, 30).Draw(t, "rows")
			whole := drawn(t, rows)
			defer whole.Release()
			first := rapid.IntRange(0, rows-1).Draw(t, "first")
			batch := whole.NewSlice(int64(first), int64(rows))
			defer batch.Release()
			ends := rapid.SliceOfN(rapid.IntRange(0, rows-first), 0, 3).Draw(t, "ends")
			slices.Sort(ends)
			ends = append(ends, rows-first)
			segments, err := s.Put(t.Context(), 7, batch, ends...)
			if err != nil {
				t.Fatal(err)
			}
			from := 0
			for _, segment := range segments {
				if to := ends[segment.Bucket-7]; segment.Rows != int64(to-from) || to == from {
					t.Fatalf("bucket %d has %d rows, want those from %d to %d", segment.Bucket, segment.Rows, from, to)
				}
				from = ends[segment.Bucket-7]
			}
			put = append(put, segments...)
			for row := range int(batch.NumRows()) {
				want = append(want, values(batch, row))
			}
		}
		got, err := s.Open(t.Context(), put...)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Release()
		if got.NumRows() != int64(len(want)) {
			t.Fatalf("%d rows, want %d", got.NumRows(), len(want))
		}
		for row := range want {
			if diff := cmp.Diff(want[row], values(got, row)); diff != "" {
				t.Fatalf("row %d: -want +got\n%s", row, diff)
			}
		}
		for i, column := range got.Columns() {
			nulls := 0
			words := map[string]bool{}
			for row := range want {
				if column.IsNull(row) {
					nulls++
				} else {
					words[column.ValueStr(row)] = true
				}
			}
			if column.NullN() != nulls {
				t.Fatalf("column %d: %d nulls, want %d", i, column.NullN(), nulls)
			}
			if c, ok := column.(*array.Dictionary); ok && c.Dictionary().Len() != len(words) {
				t.Fatalf("column %d: %d words, want %d", i, c.Dictionary().Len(), len(words))
			}
		}
	})
}

// A block that is not what was written is refused, in the spill file and in memory.
func TestDamagedRowsAreRefused(t *testing.T) {
	for name, damage := range map[string]func(*kept){
		"spilled": func(at *kept) { at.sum++ },
		"kept":    func(at *kept) { at.raw = append(at.raw, 0) },
		"fewer":   func(at *kept) { at.rows-- },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := newSegments(newScratch(t), map[string]int64{"kept": 1 << 20}[name])
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close() //nolint:errcheck // nothing is kept
			batch := datesOf(t, 5)
			put, err := s.Put(t.Context(), 0, batch, 5)
			if err != nil {
				t.Fatal(err)
			}
			damage(&s.kept[0])
			if got, err := s.Open(t.Context(), put...); err == nil {
				got.Release()
				t.Error("it was read")
			}
		})
	}
}

// What is settled makes room in memory for more.
func TestDropMakesRoom(t *testing.T) {
	batch := datesOf(t, 100)
	size := int64(len(newBlockWriter(batch).appendRows(nil, 0, 100)) + keptBytes)
	s, err := newSegments(newScratch(t), size)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // nothing is kept
	for range 3 {
		put, err := s.Put(t.Context(), 0, batch, 100)
		if err != nil {
			t.Fatal(err)
		}
		if s.Spilled() > 0 {
			t.Fatal("it was spilled")
		}
		s.Drop(put)
		if _, err := s.Open(t.Context(), put...); !errors.Is(err, errBlock) {
			t.Fatalf("what was dropped opens with %v", err)
		}
	}
	if _, err := s.Put(t.Context(), 0, batch, 50, 100); err != nil {
		t.Fatal(err)
	}
	if s.Spilled() == 0 {
		t.Error("more is in memory than there is room for")
	}
}

// datesOf is a batch of so many dates.
func datesOf(t *testing.T, rows int) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "day", Type: arrow.FixedWidthTypes.Date32}}, nil))
	defer b.Release()
	for row := range rows {
		b.Field(0).(*array.Date32Builder).Append(arrow.Date32(row))
	}
	batch := b.NewRecord()
	t.Cleanup(batch.Release)
	return batch
}

func newScratch(t testing.TB) *storage.Scratch {
	scratch, err := storage.NewScratch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := scratch.Discard(); err != nil {
			t.Error(err)
		}
	})
	return scratch
}

// values are those of a row, as text.
func values(batch arrow.Record, row int) []string {
	var out []string
	for _, column := range batch.Columns() {
		out = append(out, column.ValueStr(row))
	}
	return out
}

// BenchmarkSpill packs the rows of a bucket as they are spilled, and unpacks them again.
func BenchmarkSpill(b *testing.B) {
	const rows = 1 << 12
	charges := array.NewRecordBuilder(memory.DefaultAllocator, schemas.Coded)
	defer charges.Release()
	for row := range rows {
		for _, field := range charges.Fields() {
			switch f := field.(type) {
			case *array.StringBuilder:
				f.Append(fmt.Sprintf("TEXT-%07d", row/3))
			case *array.BinaryDictionaryBuilder:
				if err := f.AppendString(fmt.Sprintf("WORD %d", row*7919%100)); err != nil {
					b.Fatal(err)
				}
			case *array.Date32Builder:
				f.Append(arrow.Date32(row * 7919 % 10000))
			case *array.Int64Builder:
				f.Append(int64(row))
			default:
				field.AppendEmptyValue()
			}
		}
	}
	batch := charges.NewRecord()
	defer batch.Release()
	raw := newBlockWriter(batch).appendRows(nil, 0, rows)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	s, err := newSegments(newScratch(b), 0)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // nothing is kept
	for b.Loop() {
		put, err := s.Put(b.Context(), 0, batch, rows)
		if err != nil {
			b.Fatal(err)
		}
		back, err := s.Open(b.Context(), put...)
		if err != nil {
			b.Fatal(err)
		}
		back.Release()
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(s.Spilled())/float64(rows*b.N), "bytes/row")
}

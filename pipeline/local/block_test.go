package local

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
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

func TestBlocksAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 30).Draw(t, "rows")
		whole := drawn(t, rows)
		defer whole.Release()
		from := rapid.IntRange(0, rows-1).Draw(t, "from")
		batch := whole.NewSlice(int64(from), int64(rapid.IntRange(from+1, rows).Draw(t, "to")))
		defer batch.Release()
		block, raw := encodeBlock(nil, nil, batch)
		got, err := decodeBlock(block, batch.Schema(), int(batch.NumRows()))
		if err != nil {
			t.Fatal(err)
		}
		defer got.Release()
		clear(raw) // the batch has none of it
		for i := range batch.Columns() {
			for row := range int(batch.NumRows()) {
				if g, w := got.Column(i).ValueStr(row), batch.Column(i).ValueStr(row); g != w {
					t.Fatalf("column %d, row %d: got %q, want %q", i, row, g, w)
				}
			}
			if g, w := got.Column(i).NullN(), batch.Column(i).NullN(); g != w {
				t.Fatalf("column %d: %d nulls, want %d", i, g, w)
			}
		}
	})
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
	block, raw := encodeBlock(nil, nil, batch)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		block, raw = encodeBlock(block[:0], raw, batch)
		back, err := decodeBlock(block, batch.Schema(), rows)
		if err != nil {
			b.Fatal(err)
		}
		back.Release()
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(len(block))/rows, "bytes/row")
}

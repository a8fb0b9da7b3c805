package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
)

// coded builds a batch with a row for each key; an empty key is null.
func coded(mem memory.Allocator, keys []string) arrow.Record {
	b := array.NewRecordBuilder(mem, schemas.Coded)
	defer b.Release()
	for row, key := range keys {
		for i, field := range b.Fields() {
			switch {
			case i == schemas.ColLine:
				field.(*array.Int64Builder).Append(int64(row))
			case i == schemas.ColPerson && key != "":
				field.(*array.StringBuilder).Append(key)
			case i == schemas.ColCounty && row%3 == 0:
				if err := field.(*array.BinaryDictionaryBuilder).AppendString(strings.Repeat("x", row%5)); err != nil {
					panic(err)
				}
			case i == schemas.ColBirthDate && row%2 == 0:
				field.(*array.Date32Builder).Append(arrow.Date32(row))
			case b.Schema().Field(i).Nullable:
				field.AppendNull()
			default:
				field.AppendEmptyValue()
			}
		}
	}
	return b.NewRecord()
}

// lineOf is the line of a row: the row that it is in the batch that coded made.
func lineOf(batch arrow.Record, row int32) int {
	return int(batch.Column(schemas.ColLine).(*array.Int64).Value(int(row)))
}

// rowText is everything in a row, as text.
func rowText(batch arrow.Record, row int) string {
	var b strings.Builder
	for _, column := range batch.Columns() {
		fmt.Fprintf(&b, "%s|", column.ValueStr(row))
	}
	return b.String()
}

func keys(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "c", "d", "e", "f", "g"}), 0, 60).Draw(t, "keys")
}

func TestScatterKeepsEveryRowAndCutsAtBuckets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		batch := coded(mem, keys(t))
		bits := rapid.IntRange(0, 6).Draw(t, "bits")

		scattered, ends := link.Scatter(mem, batch, bits)
		var want, got []string
		for row := range int(batch.NumRows()) {
			want = append(want, rowText(batch, row))
		}
		line := scattered.Column(schemas.ColLine).(*array.Int64)
		person := scattered.Column(schemas.ColPerson).(*array.String)
		if len(ends) != 1<<bits || ends[len(ends)-1] != len(want) || !slices.IsSorted(ends) {
			t.Fatalf("buckets end at %v", ends)
		}
		bucket := 0
		for row := range int(scattered.NumRows()) {
			for row == ends[bucket] {
				bucket++
			}
			hash := link.HashAlone(0, line.Value(row))
			if person.IsValid(row) {
				hash = link.Hash(person.Value(row))
			}
			if b := link.Bucket(hash, bits); b != bucket {
				t.Errorf("row of bucket %d stands in bucket %d", b, bucket)
			}
			got = append(got, rowText(scattered, row))
		}
		scattered.Release()
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("rows changed: got %q, want %q", got, want)
		}
		batch.Release()
		if n := mem.CurrentAlloc(); n != 0 {
			t.Errorf("%d bytes were not released", n)
		}
	})
}

func TestPersonsHaveAllTheirRowsAndNobodyElses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := keys(t)
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		batch := coded(mem, all)
		together, persons := link.Persons(mem, batch)
		for row := range together.NumRows() {
			if text, want := rowText(together, int(row)), rowText(batch, lineOf(together, int32(row))); text != want {
				t.Fatalf("a row became %q, was %q", text, want)
			}
		}

		seen := map[string]bool{}
		rows := 0
		hash := uint64(0)
		for person := range persons {
			key := all[lineOf(together, person.Rows[0])]
			if key != "" && link.Hash(key) < hash {
				t.Fatalf("%q is not in order of hash", key)
			} else if key != "" {
				hash = link.Hash(key)
			}
			if person.Keyed != (key != "") {
				t.Fatalf("a person of key %q has Keyed %v", key, person.Keyed)
			}
			if key == "" && len(person.Rows) != 1 {
				t.Fatalf("%d rows without a key became one person", len(person.Rows))
			}
			if key != "" && seen[key] {
				t.Fatalf("key %q is two persons", key)
			}
			seen[key] = true
			for _, row := range person.Rows {
				if of := all[lineOf(together, row)]; of != key {
					t.Fatalf("a row of %q is with %q", of, key)
				}
			}
			if !slices.IsSortedFunc(person.Rows, func(a, b int32) int { return lineOf(together, a) - lineOf(together, b) }) {
				t.Fatalf("rows %v are not in order of line", person.Rows)
			}
			rows += len(person.Rows)
		}
		together.Release()
		batch.Release()
		if n := mem.CurrentAlloc(); n != 0 {
			t.Errorf("%d bytes were not released", n)
		}
		if rows != len(all) {
			t.Fatalf("persons have %d rows, want %d", rows, len(all))
		}
	})
}

// Rows that wait for others may not hold on to the batch that they came from.
func TestFewRowsHoldNoBatch(t *testing.T) {
	batch := coded(memory.DefaultAllocator, make([]string, 10_000))
	defer batch.Release()
	few := link.Take(memory.DefaultAllocator, batch, []int32{3, 1, 4})
	defer few.Release()
	for i, column := range few.Columns() {
		for _, buffer := range column.Data().Buffers() {
			if buffer != nil && buffer.Len() > 1000 {
				t.Errorf("column %s of %d rows holds %d bytes", few.ColumnName(i), few.NumRows(), buffer.Len())
			}
		}
	}
}

// Rows of a batch that is cut out of another are those that stand there, taken or gathered.
func TestRowsOfASlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer mem.AssertSize(t, 0)
		whole := coded(mem, append(keys(t), "last"))
		defer whole.Release()
		rows := int(whole.NumRows())
		first := rapid.IntRange(0, rows-1).Draw(t, "first")
		behind := rapid.IntRange(first+1, rows).Draw(t, "behind")
		slice := whole.NewSlice(int64(first), int64(behind))
		defer slice.Release()
		order := rapid.SliceOfN(rapid.Int32Range(0, int32(behind-first-1)), 1, 80).Draw(t, "order")
		taken := link.Take(mem, slice, order)
		defer taken.Release()
		for i, row := range order {
			if got, want := rowText(taken, i), rowText(whole, first+int(row)); got != want {
				t.Fatalf("row %d is %s, want %s", i, got, want)
			}
		}
		both, err := link.Gather(mem, []arrow.Record{taken, slice})
		if err != nil {
			t.Fatal(err)
		}
		defer both.Release()
		for i := range int(both.NumRows()) {
			want := rowText(taken, i%len(order))
			if i >= len(order) {
				want = rowText(slice, i-len(order))
			}
			if got := rowText(both, i); got != want {
				t.Fatalf("row %d of both is %s, want %s", i, got, want)
			}
		}
	})
}

func TestBucketsInOrderArePersonsInOrderOfHash(t *testing.T) {
	for bits := range 8 {
		if a, b := link.Bucket(1<<63-1, bits), link.Bucket(1<<63, bits); bits > 0 && a >= b {
			t.Errorf("with %d bits, hashes in order fall in buckets %d and %d", bits, a, b)
		}
	}
}

// The hash decides the order of outputs: it may never change.
func TestHashIsFixed(t *testing.T) {
	if got, want := link.Hash("P0000001"), uint64(0x358d7ef366fee100); got != want {
		t.Errorf("Hash: got %#x, want %#x", got, want)
	}
	if got, want := link.HashEqual(7), uint64(0x152f50d98b55ddf6); got != want {
		t.Errorf("HashEqual: got %#x, want %#x", got, want)
	}
}

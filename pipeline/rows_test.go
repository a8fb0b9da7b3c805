package pipeline

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// A date is known where the column has one, also in a batch that is cut out of another.
func TestDatesOfASlice(t *testing.T) {
	b := array.NewDate32Builder(memory.NewGoAllocator())
	defer b.Release()
	for day := range 50 {
		if b.Append(arrow.Date32(day)); day%3 == 0 {
			b.AppendNull()
		}
	}
	whole := b.NewArray()
	defer whole.Release()
	for _, cut := range [][2]int64{{0, int64(whole.Len())}, {5, 40}, {0, 1}, {1, 2}} { // the last two are all known, and all unknown
		slice := array.NewSlice(whole, cut[0], cut[1]).(*array.Date32)
		column := dates{validOf(slice), slice.Date32Values()}
		for row := range int32(slice.Len()) {
			want := schemas.NoDate
			if slice.IsValid(int(row)) {
				want = schemas.Date(slice.Value(int(row)))
			}
			if got := column.date(row); got != want {
				t.Errorf("%v: row %d is %d, want %d", cut, row, got, want)
			}
		}
		slice.Release()
	}
}

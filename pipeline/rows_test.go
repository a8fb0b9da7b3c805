package pipeline

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
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
		column := dates{schemas.ValidOf(slice), slice.Date32Values()}
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

// A row without a code joins the one charge with its key, and none where several have it.
func TestUncodedRowsJoinTheOneCharge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type charge struct{ county, docket, charge, code string }
		draw := rapid.Custom(func(t *rapid.T) charge {
			few := func(name string) string { return rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, name) }
			return charge{few("county"), few("docket"), few("charge"), few("code")}
		})
		charges := rapid.SliceOfN(draw, 1, 30).Draw(t, "charges")
		b := array.NewRecordBuilder(memory.NewGoAllocator(), schemas.Coded)
		defer b.Release()
		for _, c := range charges {
			for i, field := range b.Fields() {
				value := map[int]string{schemas.ColCounty: c.county, schemas.ColCase: c.docket, schemas.ColCharge: c.charge, schemas.ColCode: c.code}[i]
				switch f := field.(type) {
				case *array.BinaryDictionaryBuilder:
					if value == "" {
						f.AppendNull()
					} else if err := f.AppendString(value); err != nil {
						t.Fatal(err)
					}
				case *array.StringBuilder:
					if value == "" {
						f.AppendNull()
					} else {
						f.Append(value)
					}
				default:
					field.AppendEmptyValue()
				}
			}
		}
		batch := b.NewRecord()
		defer batch.Release()
		rows, s := newRows(batch), &settler{}
		var numbers []int32
		keys := map[charge]int32{}
		want := make([]int32, len(charges))
		for i, c := range charges {
			numbers = append(numbers, int32(i))
			key := int32(-1)
			if c.charge != "" {
				if _, known := keys[c]; !known {
					keys[c] = int32(len(keys))
				}
				key = keys[c]
			}
			s.person.Charges = append(s.person.Charges, evaluate.Charge{Key: key})
			want[i] = key
		}
		for i, c := range charges {
			if c.charge == "" || c.code != "" {
				continue
			}
			found := map[int32]bool{}
			for other, key := range keys {
				if other.code != "" && other.county == c.county && other.docket == c.docket && other.charge == c.charge {
					found[key] = true
				}
			}
			if len(found) == 1 {
				for key := range found {
					want[i] = key
				}
			}
		}
		s.joinUncoded(rows, numbers)
		for i := range charges {
			if got := s.person.Charges[i].Key; got != want[i] {
				t.Fatalf("row %d of %v has the key %d, want %d", i, charges, got, want[i])
			}
		}
	})
}

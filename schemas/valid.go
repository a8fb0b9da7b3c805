package schemas

import "github.com/apache/arrow/go/v17/arrow"

// Valid tells which rows of a column have a value.
type Valid struct {
	bits   []byte // a bit a row, lowest first; nil where all rows are alike
	offset int32  // of the first row in bits
	all    uint8  // 1 where all rows have one, where there are no bits; else none has
}

// ValidOf is that of a column, which must live as long.
func ValidOf(column arrow.Array) Valid {
	switch nulls := column.NullN(); {
	case nulls == 0:
		return Valid{all: 1}
	case nulls == column.Len():
		return Valid{}
	default:
		return Valid{bits: column.NullBitmapBytes(), offset: int32(column.Data().Offset())} //nolint:gosec // a batch has less than 1<<31 rows
	}
}

// Bit is 1 where a row has a value, else 0.
func (v *Valid) Bit(row int32) uint8 {
	if v.bits == nil {
		return v.all
	}
	at := v.offset + row
	return v.bits[at>>3] >> (at & 7) & 1
}

// Has tells whether a row has a value.
func (v *Valid) Has(row int32) bool { return v.Bit(row) != 0 }

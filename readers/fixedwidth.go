package readers

import (
	"slices"
)

// fixedWidth says how a row of fixed columns is laid out, in bytes.
type fixedWidth struct {
	length  int  // of a data row
	trimmed bool // blanks at the end of a row may have been cut off
	typed   bool // rows carry a record type
	typeAt  span
	data    []string
	header  []string
	trailer []string
	countAt span // the number of data rows in the trailer; length 0 for none
}

type recordType uint8

const (
	dataRecord recordType = iota
	headerRecord
	trailerRecord
	unknownRecord
)

// recordType tells what a row is.
func (f *fixedWidth) recordType(row []byte) recordType {
	if !f.typed {
		return dataRecord
	}
	if len(row) < f.typeAt.end() {
		return unknownRecord
	}
	t := row[f.typeAt.start:f.typeAt.end()]
	is := func(s string) bool { return string(t) == s }
	switch {
	case slices.ContainsFunc(f.data, is):
		return dataRecord
	case slices.ContainsFunc(f.header, is):
		return headerRecord
	case slices.ContainsFunc(f.trailer, is):
		return trailerRecord
	default:
		return unknownRecord
	}
}

// fits tells whether a data row has the length of the layout.
func (f *fixedWidth) fits(n int) bool { return n == f.length || f.trimmed && n < f.length }

// excess is by how many bytes a row is longer than the layout allows; less than
// 0 when it is shorter.
func (f *fixedWidth) excess(n int) int {
	if f.fits(n) {
		return 0
	}
	return n - f.length
}

// column is the bytes of a column, as many of them as the row has.
func (f *fixedWidth) column(row []byte, c *column) []byte {
	return row[min(c.start, len(row)):min(c.start+c.length, len(row))]
}

package readers

import (
	"slices"
)

// fixedWidth says how a row of fixed columns is laid out, in bytes.
type fixedWidth struct {
	framing framing
	length  int  // of a data row
	trimmed bool // blanks at the end of a row may have been cut off
	// coded tells that columns are decoded one by one: rows hold numbers that are no
	// text, or text that is not UTF-8.
	coded   bool
	typed   bool // rows carry a record type
	typeAt  span
	data    []string // record types as they stand in the source
	header  []string
	trailer []string
	passed  []string
	count   *trailerCount
	sum     *trailerSum
	tree    *recordTree // nil where a row is one record
}

// framing says how the records of a fixed-width source are told from one another.
type framing uint8

const (
	byLine       framing = iota // a line break ends each
	byLength                    // they stand end to end, all of one length
	byDescriptor                // each begins with its length
	byBlock                     // so does each, and each block of them
)

// framings are the words of a layout file.
var framings = []string{"lines", "length", "descriptor", "blocks"}

type recordType uint8

const (
	dataRecord recordType = iota
	headerRecord
	trailerRecord
	passedRecord // of a type that the layout passes over
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
	case slices.ContainsFunc(f.passed, is):
		return passedRecord
	default:
		return unknownRecord
	}
}

// begins tells whether a source may be cut before a record.
func (f *fixedWidth) begins(record []byte) bool {
	return f.tree == nil || f.tree.of(f, record) == 0
}

// fits tells whether a data row has the length of the layout.
func (f *fixedWidth) fits(n, want int) bool { return n == want || f.trimmed && n < want }

// excess is by how many bytes a row is longer than the layout allows; less than
// 0 when it is shorter.
func (f *fixedWidth) excess(n, want int) int {
	if f.fits(n, want) {
		return 0
	}
	return n - want
}

// column is the bytes of a column, as many of them as the row has.
func (f *fixedWidth) column(row []byte, c *column) []byte {
	return row[min(c.start, len(row)):min(c.start+c.length, len(row))]
}

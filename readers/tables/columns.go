package tables

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// Head is how many bytes of a file whose rows have no header tell its columns; of a document, the root begins
// in them.
const Head = 1 << 20

var byteOrderMark = []byte("\xef\xbb\xbf")

// TextKind is the kind of a table whose content is text and begins with head: JSON, XML, or none.
func TextKind(head []byte) containers.Kind {
	switch {
	case IsJSON(head):
		return JSON
	case IsXML(head):
		return XML
	}
	return containers.None
}

// OpenText reads a table of a kind that TextKind tells: those of its columns whose names are
// wanted, without case, or all of them for nil.
func OpenText(kind containers.Kind, r io.Reader, wanted []string) (io.Reader, error) {
	if kind == XML {
		return OpenXML(r, wanted)
	}
	return OpenJSON(r, wanted)
}

// columns are those of rows that each name their own: objects, elements.
type columns struct {
	wanted []string // nil for all
	names  []string
	later  []string // that are wanted and were not met before fix

	// Of the row at hand.
	cells [][]byte
	met   []bool
	twice bool   // a column was set twice
	late  string // a column of later that was set

	places map[string]int // of names that were met
}

func newColumns(wanted []string) *columns {
	return &columns{wanted: wanted, places: map[string]int{}}
}

// columnsOf are those of a row of names.
func columnsOf(header []byte, wanted []string) (*columns, error) {
	c := newColumns(wanted)
	for name := range bytes.SplitSeq(bytes.TrimSuffix(header, []byte{RowEnd}), []byte{FieldEnd}) {
		c.names = append(c.names, string(name))
	}
	return c, c.fix()
}

// meet takes note of a column, before fix.
func (c *columns) meet(path, value []byte) {
	if c.wanted == nil && bytes.Equal(value, NoRow) {
		return // a list or an object, which nobody asks for
	}
	name := string(path)
	if (c.wanted == nil || within(c.wanted, name) >= 0) && within(c.names, name) < 0 {
		c.names = append(c.names, name)
	}
}

var errNoColumns = errors.New("none of the columns that the layout names is in its first rows: is this the right layout?")

// fix ends the meeting of columns. The error is errNoColumns where there was none.
func (c *columns) fix() error {
	if len(c.names) == 0 {
		return errNoColumns
	}
	for _, name := range c.wanted {
		if within(c.names, name) < 0 {
			c.later = append(c.later, name)
		}
	}
	c.cells, c.met = make([][]byte, len(c.names)), make([]bool, len(c.names))
	return nil
}

func within(names []string, name string) int {
	return slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// header is the names as a row.
func (c *columns) header() (text []byte) {
	for i, name := range c.names {
		if i > 0 {
			text = append(text, FieldEnd)
		}
		text = appendText(text, name)
	}
	return append(text, RowEnd)
}

// begin begins a row.
func (c *columns) begin() {
	clear(c.met)
	c.twice, c.late = false, ""
}

// set sets a column of the row, unless nobody wants it.
func (c *columns) set(path, value []byte) {
	switch i := c.place(path); {
	case i >= 0 && c.met[i]:
		c.twice = true
		c.cells[i] = append(c.cells[i][:0], noText)
	case i >= 0:
		c.met[i] = true
		c.cells[i] = append(c.cells[i][:0], value...)
	case i == tooLate:
		c.late = string(path)
	}
}

// What a name is that is no column.
const (
	notWanted = -1
	tooLate   = -2
)

// mostPlaces bounds the names that are remembered.
const mostPlaces = 10_000

// place is the column of a name.
func (c *columns) place(path []byte) int {
	if i, known := c.places[string(path)]; known {
		return i
	}
	name := string(path)
	i := within(c.names, name)
	if i < 0 && within(c.later, name) >= 0 {
		i = tooLate
	}
	if len(c.places) < mostPlaces {
		c.places[name] = i
	}
	return i
}

// row adds the row, without its end.
func (c *columns) row(text []byte) []byte {
	for i, cell := range c.cells {
		if i > 0 {
			text = append(text, FieldEnd)
		}
		if c.met[i] {
			text = appendText(text, cell)
		}
	}
	return text
}

package readers

import (
	"bytes"

	"github.com/clearsweep/clearsweep/schemas"
)

// delimited says how a row of delimited text holds its fields.
type delimited struct {
	delimiter  byte
	quote      byte // meaningless when unquoted
	unquoted   bool
	header     headerUse
	headerText string // the first field of a header; empty when a header needs no telling
	byName     bool   // columns are found by the header's names, else by position
	exact      bool   // a row has exactly as many fields as expected, else at least
	multiline  bool   // a quoted field may hold line breaks

	special [256]bool // bytes that end a plain run inside a field
}

type headerUse int

const (
	headerRequired headerUse = iota
	headerOptional
	headerNone
)

var headerUses = []string{"required", "optional", "none"}

func (d *delimited) compile() {
	d.special[d.delimiter] = true
	if !d.unquoted {
		d.special[d.quote] = true
	}
}

// span is a run of bytes of a row.
type span struct{ start, length int }

func (s span) end() int { return s.start + s.length }

func (s span) overlaps(o span) bool { return s.start < o.end() && o.start < s.end() }

// cell is where a field stands in its row, without its quotes. Escaped cells
// hold doubled quotes.
type cell struct {
	start, end int
	escaped    bool
}

// split finds the fields of a row and appends them to cells. It reads the whole
// row whatever the number of fields, and tells what is wrong with its quotes.
func (d *delimited) split(row []byte, cells []cell) (_ []cell, reason schemas.RejectReason, ok bool) {
	special, delimiter := &d.special, d.delimiter
	start := 0
	for i := 0; i < len(row); i++ {
		c := row[i]
		if !special[c] {
			continue
		}
		if c == delimiter {
			cells = append(cells, cell{start: start, end: i})
			start = i + 1
			continue
		}
		if i != start {
			return cells, schemas.RowStrayQuote, false
		}
		q, next, reason, ok := d.quoted(row, i+1)
		if !ok {
			return cells, reason, false
		}
		cells = append(cells, q)
		if next == len(row) {
			return cells, 0, true
		}
		i, start = next, next+1
	}
	return append(cells, cell{start: start, end: len(row)}), 0, true
}

// quoted reads the field whose first byte after the quote is at start. Next is
// the delimiter after it, or the end of the row.
func (d *delimited) quoted(row []byte, start int) (c cell, next int, reason schemas.RejectReason, ok bool) {
	c.start = start
	for i := start; ; i++ {
		n := bytes.IndexByte(row[i:], d.quote)
		if n < 0 {
			return c, 0, schemas.RowOpenQuote, false
		}
		i += n
		if i+1 < len(row) && row[i+1] == d.quote {
			c.escaped = true
			i++
			continue
		}
		c.end = i
		if i+1 < len(row) && row[i+1] != d.delimiter {
			return c, 0, schemas.RowStrayQuote, false
		}
		return c, i + 1, 0, true
	}
}

// text is the field of a cell. An escaped one is built at the end of arena.
func (d *delimited) text(row []byte, c cell, arena []byte) (v, grown []byte) {
	v = row[c.start:c.end]
	if !c.escaped {
		return v, arena
	}
	start := len(arena)
	for i := 0; i < len(v); i++ {
		arena = append(arena, v[i])
		if v[i] == d.quote {
			i++ // its double
		}
	}
	return arena[start:len(arena):len(arena)], arena
}

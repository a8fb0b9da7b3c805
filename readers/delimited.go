package readers

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/clearsweep/clearsweep/schemas"
)

// delimited says how a row of delimited text holds its fields.
type delimited struct {
	delimiter  string // one character
	quote      string // one character, empty when unquoted
	backslash  bool   // a backslash takes the meaning of the character after it, else doubling a quote does
	terminator string // one character; empty for the line break that the source has
	header     headerUse
	headerText string // the first field of a header; empty when a header needs no telling
	byName     bool   // columns are found by the header's names, else by position
	exact      bool   // a row has exactly as many fields as expected, else at least
	multiline  bool   // a quoted field may hold line breaks
	comment    []byte // the beginning of a line that is none; empty for no such lines
	preamble   int    // lines that may stand before the header; that stand before the rows, where there is no header
	trailer    *delimitedTrailer

	// plain is split's short way: delimiter and quote are ASCII, comma and mark,
	// and there are no backslashes.
	plain         bool
	comma, mark   byte
	commas, marks uint64    // eight of them; commas again where there is no quote
	special       [256]bool // bytes that may end a plain run inside a field
}

type headerUse int

const (
	headerRequired headerUse = iota
	headerOptional
	headerNone
)

var headerUses = []string{"required", "optional", "none"}

func (d *delimited) compile() {
	d.comma = d.delimiter[0]
	d.special[d.comma] = true
	if d.quote != "" {
		d.mark = d.quote[0]
		d.special[d.mark] = true
	}
	if d.backslash {
		d.special['\\'] = true
	}
	const each = 0x0101010101010101
	d.commas = uint64(d.comma) * each
	if d.marks = d.commas; d.quote != "" {
		d.marks = uint64(d.mark) * each
	}
	d.plain = len(d.delimiter) == 1 && len(d.quote) <= 1 && !d.backslash
}

// inOrder tells whether rows can only be told from each other by reading the
// source from its beginning, or must be looked at in order.
func (d *delimited) inOrder() bool { return d.multiline || d.terminator != "" || d.trailer != nil }

// span is a run of bytes of a row.
type span struct{ start, length int }

func (s span) end() int { return s.start + s.length }

func (s span) overlaps(o span) bool { return s.start < o.end() && o.start < s.end() }

// cell is where a field stands in its row, without its quotes. Escaped cells
// hold doubled quotes, or backslashes.
type cell struct {
	start, end int
	escaped    bool
}

// split finds the fields of a row and appends them to cells. It reads the whole
// row whatever the number of fields, and tells what is wrong with its quotes.
func (d *delimited) split(row []byte, cells []cell) (_ []cell, reason schemas.RejectReason, ok bool) {
	if !d.plain {
		return d.splitAny(row, cells)
	}
	start := 0
	for i := 0; ; i++ {
		if i = d.nextSpecial(row, i); i == len(row) {
			return append(cells, cell{start: start, end: i}), 0, true
		}
		if row[i] == d.comma {
			cells = append(cells, cell{start: start, end: i})
			start = i + 1
			continue
		}
		if i != start {
			return cells, schemas.RowStrayQuote, false
		}
		q, next, reason, ok := d.quotedPlain(row, i+1)
		if !ok {
			return cells, reason, false
		}
		cells = append(cells, q)
		if next == len(row) {
			return cells, 0, true
		}
		i, start = next, next+1
	}
}

// splitWanted is split that keeps the fields of some positions only, which ascend and
// end with one that no row has. It returns how many fields there are. It looks at
// eight bytes at a time, and at each delimiter and quote among them.
func (d *delimited) splitWanted(row []byte, wanted []int, cells []cell) (_ []cell, fields int, reason schemas.RejectReason, ok bool) {
	start := 0
	end := func(c cell) {
		if fields == wanted[len(cells)] {
			cells = append(cells, c)
		}
		fields++
	}
	for i := 0; i < len(row); {
		found, size := uint64(0), len(row)-i
		if size >= 8 {
			eight := binary.LittleEndian.Uint64(row[i:])
			found, size = allZeroes(eight^d.commas)|allZeroes(eight^d.marks), 8
		} else if next := d.nextSpecial(row, i); next < len(row) {
			found, size = 0x80<<(8*(next-i)), next-i+1
		}
		at := i
		i += size
		for ; found != 0; found &= found - 1 {
			p := at + bits.TrailingZeros64(found)/8
			if row[p] == d.comma {
				end(cell{start: start, end: p})
				start = p + 1
				continue
			}
			if p != start {
				return cells, fields, schemas.RowStrayQuote, false
			}
			q, next, reason, ok := d.quotedPlain(row, p+1)
			if !ok {
				return cells, fields, reason, false
			}
			end(q)
			if next == len(row) {
				return cells, fields, 0, true
			}
			i, start = next+1, next+1
			break
		}
	}
	end(cell{start: start, end: len(row)})
	return cells, fields, 0, true
}

// allZeroes has the highest bit set of each byte that is zero in v.
func allZeroes(v uint64) uint64 {
	const low = 0x7f7f7f7f7f7f7f7f
	return ^((v&low + low) | v | low)
}

// nextSpecial is where the next delimiter or quote stands from i on, the end of the
// row where there is none: eight bytes at a time while there are as many.
func (d *delimited) nextSpecial(row []byte, i int) int {
	for ; len(row)-i >= 8; i += 8 {
		eight := binary.LittleEndian.Uint64(row[i:])
		if found := zeroes(eight^d.commas) | zeroes(eight^d.marks); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(row); i++ {
		if d.special[row[i]] {
			return i
		}
	}
	return i
}

// zeroes has the highest bit set of the lowest byte that is zero in v, and of none
// below it; what it has above says nothing.
func zeroes(v uint64) uint64 {
	const ones, highest = 0x0101010101010101, 0x8080808080808080
	return (v - ones) &^ v & highest
}

// quoted reads the field whose first byte after the quote is at start. Next is
// the delimiter after it, or the end of the row.
func (d *delimited) quoted(row []byte, start int) (c cell, next int, reason schemas.RejectReason, ok bool) {
	if d.plain {
		return d.quotedPlain(row, start)
	}
	return d.quotedAny(row, start)
}

func (d *delimited) quotedPlain(row []byte, start int) (c cell, next int, reason schemas.RejectReason, ok bool) {
	c.start = start
	for i := start; ; i++ {
		n := bytes.IndexByte(row[i:], d.mark)
		if n < 0 {
			return c, 0, schemas.RowOpenQuote, false
		}
		i += n
		if i+1 < len(row) && row[i+1] == d.mark {
			c.escaped = true
			i++
			continue
		}
		c.end = i
		if i+1 < len(row) && row[i+1] != d.comma {
			return c, 0, schemas.RowStrayQuote, false
		}
		return c, i + 1, 0, true
	}
}

// splitAny is split for characters beyond ASCII, and for backslashes.
func (d *delimited) splitAny(row []byte, cells []cell) (_ []cell, reason schemas.RejectReason, ok bool) {
	for start := 0; ; {
		c, next, reason, ok := d.fieldAny(row, start)
		if !ok {
			return cells, reason, false
		}
		cells = append(cells, c)
		if next == len(row) {
			return cells, 0, true
		}
		start = next + len(d.delimiter)
	}
}

// fieldAny is the field that begins at start, and the delimiter after it or the
// end of the row.
func (d *delimited) fieldAny(row []byte, start int) (c cell, next int, reason schemas.RejectReason, ok bool) {
	if d.quoteAt(row, start) {
		return d.quotedAny(row, start+len(d.quote))
	}
	c.start = start
	i := start
	for i < len(row) {
		switch {
		case !d.special[row[i]]:
			i++
		case d.escapeAt(row, i):
			c.escaped = true
			i += 2
		case d.delimiterAt(row, i):
			c.end = i
			return c, i, 0, true
		case d.quoteAt(row, i):
			return c, 0, schemas.RowStrayQuote, false
		default:
			i++
		}
	}
	c.end = len(row)
	return c, len(row), 0, true
}

func (d *delimited) quotedAny(row []byte, start int) (c cell, next int, reason schemas.RejectReason, ok bool) {
	c.start = start
	for i := start; i < len(row); {
		switch {
		case !d.special[row[i]]:
			i++
		case d.escapeAt(row, i):
			c.escaped = true
			i += 2
		case !d.quoteAt(row, i):
			i++
		case !d.backslash && d.quoteAt(row, i+len(d.quote)):
			c.escaped = true
			i += 2 * len(d.quote)
		default:
			c.end, next = i, i+len(d.quote)
			if next < len(row) && !d.delimiterAt(row, next) {
				return c, 0, schemas.RowStrayQuote, false
			}
			return c, next, 0, true
		}
	}
	return c, 0, schemas.RowOpenQuote, false
}

// nextDelimiter is where the first delimiter stands, -1 where there is none.
func (d *delimited) nextDelimiter(row []byte) int {
	if len(d.delimiter) == 1 {
		return bytes.IndexByte(row, d.delimiter[0])
	}
	return bytes.Index(row, []byte(d.delimiter))
}

func (d *delimited) delimiterAt(row []byte, i int) bool {
	return len(row)-i >= len(d.delimiter) && string(row[i:i+len(d.delimiter)]) == d.delimiter
}

func (d *delimited) quoteAt(row []byte, i int) bool {
	return d.quote != "" && len(row)-i >= len(d.quote) && string(row[i:i+len(d.quote)]) == d.quote
}

// escapeAt tells whether a backslash stands before another character.
func (d *delimited) escapeAt(row []byte, i int) bool {
	return d.backslash && row[i] == '\\' && i+1 < len(row)
}

// text is the field of a cell. An escaped one is built at the end of arena.
func (d *delimited) text(row []byte, c cell, arena []byte) (v, grown []byte) {
	v = row[c.start:c.end]
	if !c.escaped {
		return v, arena
	}
	return d.unescaped(v, arena)
}

// unescaped is apart so that the compiler inlines text.
func (d *delimited) unescaped(v, arena []byte) (_, grown []byte) {
	start := len(arena)
	for i := 0; i < len(v); {
		switch {
		case !d.special[v[i]]:
			arena = append(arena, v[i])
			i++
		case !d.backslash && d.quoteAt(v, i):
			arena = append(arena, d.quote...)
			i += 2 * len(d.quote)
		case d.escapeAt(v, i) && (v[i+1] == '\\' || d.quoteAt(v, i+1) || d.delimiterAt(v, i+1)):
			i++
			arena = append(arena, v[i]) // and the rest of it as it comes
			i++
		default:
			arena = append(arena, v[i])
			i++
		}
	}
	return arena[start:len(arena):len(arena)], arena
}

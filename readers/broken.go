package readers

import (
	"bytes"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/readers/tables"
)

// persons are the keys of the people that a rejected row may be of. Split tells
// that the row has its columns all the same. Where it has not, the key is looked
// for in its place, as well as that can be told. A row of several lines may be
// several rows that a stray quote has joined, and each may have a person. To mark
// one person too many costs a second look; to miss the right one hides that the
// record has a hole.
func (r *row) persons(raw *rawRow, split bool) [][]byte {
	if f := r.layout.fixed; f != nil && f.tree != nil {
		return r.alsoPerson(nil) // the assembly has set what columns can be told
	}
	switch {
	case split:
		return r.alsoPerson(nil)
	case r.layout.tabular && bytes.HasPrefix(raw.text, tables.NoRow):
		return r.personsInJSON(raw.text)
	}
	found := r.personsOf(raw.text, raw.tooLong, nil)
	if raw.lines < 2 {
		return found
	}
	for line := range bytes.FieldsFuncSeq(raw.text, func(c rune) bool { return c == '\n' || c == '\r' }) {
		found = r.personsOf(line, false, found)
	}
	return found
}

// personsInJSON are the people whose keys stand in a line that is no object: behind the
// names of their columns, first to last.
func (r *row) personsInJSON(line []byte) (found [][]byte) {
	const most = 4 // times that a name may stand in it
	for nth := range most {
		for _, c := range r.layout.used {
			name := r.layout.columns[c].name
			r.values[c] = r.clean(c, member(line, name[strings.LastIndexByte(name, '.')+1:], nth))
		}
		found = r.alsoPerson(found)
	}
	return found
}

// member is the nth value behind a name in quotes, without the quotes around it; nil where
// there is none.
func member(line []byte, name string, nth int) []byte {
	for i := range line {
		end := i + len(name) + 2
		if line[i] != '"' || end > len(line) || line[end-1] != '"' || !sameName(line[i+1:end-1], name) {
			continue
		}
		if nth--; nth >= 0 {
			continue
		}
		value := bytes.TrimLeft(line[end:], " \t:")
		if bytes.HasPrefix(value, []byte{'"'}) {
			value, _, _ = bytes.Cut(value[1:], []byte{'"'})
			return value
		}
		return value[:len(value)-len(bytes.TrimLeft(value, "0123456789"))]
	}
	return nil
}

// personsOf adds the people of one row to those found. In a row of another size
// than the layout's, the key's place is counted from the front and from the
// end: what is missing or too much may stand before the key. Where there are
// quotes, it is looked for with and without them: one too many may pair with a
// sound one and swallow the key. Of a row that is too long, text is the
// beginning.
func (r *row) personsOf(text []byte, tooLong bool, found [][]byte) [][]byte {
	r.arena = r.arena[:0]
	d := r.layout.delimited
	if d == nil {
		return r.personsAt(text, r.layout.fixed.excess(len(text), r.layout.fixed.length), tooLong, found)
	}
	limit := len(text) + 1
	if tooLong {
		limit = r.want + 1
	}
	for _, quotes := range []bool{true, false} {
		if !quotes && !d.hasQuote(text) {
			break
		}
		r.cells = d.splitBroken(text, r.cells[:0], r.blanks, limit, quotes)
		if tooLong {
			r.cells = r.cells[:len(r.cells)-1] // it may be cut
		}
		over := len(r.cells) - r.want
		found = r.personsAt(text, over, tooLong || over > 0 && !d.exact, found)
	}
	return found
}

// personsAt adds the people whose keys stand in the key's place. Over is by how
// many fields or bytes the row is larger than the layout's; it tells nothing
// where the row may end anywhere.
func (r *row) personsAt(text []byte, over int, open bool, found [][]byte) [][]byte {
	r.place(text, 0)
	found = r.alsoPerson(found)
	if over == 0 || open {
		return found
	}
	r.place(text, over)
	return r.alsoPerson(found)
}

// alsoPerson adds the row's person, unless that is one of the last found.
func (r *row) alsoPerson(found [][]byte) [][]byte {
	v := r.person()
	same := func(other []byte) bool { return bytes.Equal(other, v) }
	if v == nil || slices.ContainsFunc(found[max(0, len(found)-4):], same) {
		return found
	}
	return append(found, bytes.Clone(v))
}

// place takes the columns of a broken row, each shift fields or bytes behind
// the layout's place. A column whose place the row has not is null.
func (r *row) place(text []byte, shift int) {
	if r.layout.fixed != nil {
		r.placeColumns(text, shift, r.layout.used)
		return
	}
	for _, c := range r.layout.used {
		r.values[c] = nil
		if at := r.at[c] + shift; r.at[c] >= 0 && at >= 0 && at < len(r.cells) {
			var v []byte
			v, r.arena = r.layout.delimited.text(text, r.cells[at], r.arena)
			r.values[c] = r.clean(c, v)
		}
	}
}

// placeColumns is place for columns of a record.
func (r *row) placeColumns(text []byte, shift int, columns []int) {
	for _, c := range columns {
		r.values[c] = nil
		moved := r.layout.columns[c]
		if moved.start += shift; moved.start >= 0 {
			r.take(c, r.layout.fixed.column(text, &moved))
		}
	}
}

// splitBroken appends at most limit fields of a row, whatever is wrong with its
// quotes: a field whose quotes are wrong ends at the next delimiter, and any
// field does where quotes are not to be heeded.
func (d *delimited) splitBroken(row []byte, cells []cell, trim *blanks, limit int, quotes bool) []cell {
	for start := 0; ; {
		c, next := d.brokenField(row, start, trim, quotes)
		cells = append(cells, c)
		if next == len(row) || len(cells) == limit {
			return cells
		}
		start = next + len(d.delimiter)
	}
}

// brokenField is the field that begins at start, without quotes around it, and
// the delimiter after it or the end of the row.
func (d *delimited) brokenField(row []byte, start int, trim *blanks, quotes bool) (c cell, next int) {
	if quotes && d.quoteAt(row, start) {
		if c, next, _, ok := d.quoted(row, start+len(d.quote)); ok {
			return c, next
		}
	}
	next = len(row)
	if i := d.nextDelimiter(row[start:]); i >= 0 {
		next = start + i
	}
	c = cell{start: start, end: next}
	for d.quote != "" && c.start < c.end {
		switch {
		case trim[row[c.start]]:
			c.start++
		case trim[row[c.end-1]]:
			c.end--
		case d.quoteAt(row[:c.end], c.start):
			c.start += len(d.quote)
		case c.end-c.start >= len(d.quote) && d.quoteAt(row, c.end-len(d.quote)):
			c.end -= len(d.quote)
		default:
			return c, next
		}
	}
	return c, next
}

// hasQuote tells whether there is a quote anywhere in a row.
func (d *delimited) hasQuote(row []byte) bool {
	return d.quote != "" && bytes.Contains(row, []byte(d.quote))
}

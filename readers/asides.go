package readers

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// aside is what a row of a source is that holds no data. The zero value is
// data.
type aside uint8

const (
	isData    aside = iota
	isBlank         // nothing but white space
	isPreface       // before the header: preamble, or the line that names the delimiter
	isHeader
	isComment
	isTrailer
	isPassed // of a record type that the layout passes over
)

// asides tell the rows of one source that hold no data.
type asides struct {
	layout *Layout
	row    *row      // lends its columns
	header []byte    // rows like it are the header over again
	first  string    // the header's first name
	before int64     // lines before the header
	rarer  bool      // there may be comments and trailers
	names  nameMarks // of first and the layout's columns
	data   [256]bool // bytes that begin a row of data, whatever follows
}

// nameMarks are what names have that is quick to look at: a first field of other marks is none of them.
type nameMarks [1 << 13]bool

func nameMark[T string | []byte](v T) int {
	if len(v) == 0 {
		return 0
	}
	return int(v[0]&31)<<8 | int(v[len(v)-1]&31)<<3 | len(v)&7 // case is a higher bit
}

func (l *Layout) newAsides(s *Survey, r *row, names []string) asides {
	a := asides{layout: l, row: r, header: []byte(s.Header), before: s.Before}
	a.rarer = l.delimited != nil && (len(l.delimited.comment) > 0 || l.delimited.trailer != nil)
	if len(names) > 0 {
		a.first = names[0]
	}
	for i := range l.columns {
		a.names[nameMark(l.columns[i].name)] = true
	}
	a.names[nameMark(a.first)] = true
	a.markData()
	return a
}

// markData marks the bytes with which nothing else begins: no name, no blank, no quote, no empty field.
func (a *asides) markData() {
	l := a.layout
	if l.delimited == nil || a.rarer {
		return
	}
	for c := range byte(utf8.RuneSelf) {
		a.data[c] = !l.blanks[c] && !l.delimited.special[c]
	}
	names := []string{a.first, l.delimited.headerText}
	for i := range l.columns {
		names = append(names, l.columns[i].name)
	}
	for _, name := range names {
		if name != "" {
			a.data[upper(name[0])], a.data[lower(name[0])] = false, false
		}
	}
}

// tell is what a row of text is. The error says that the rows that follow
// cannot be read.
func (a *asides) tell(raw *rawRow) (aside, error) {
	l, text := a.layout, raw.text
	switch {
	case raw.line <= a.before:
		return isPreface, nil
	case raw.tooLong, len(text) > 0 && a.data[text[0]]:
		return isData, nil
	case a.row.blank(text):
		return isBlank, nil
	case l.fixed != nil:
		switch l.fixed.recordType(text) {
		case headerRecord:
			return isHeader, nil
		case trailerRecord:
			return isTrailer, nil
		case passedRecord:
			return isPassed, nil
		case dataRecord, unknownRecord:
		}
		return isData, nil
	case len(a.header) != 0 && bytes.Equal(text, a.header):
		return isHeader, nil
	case a.rarer && l.delimited.isComment(text):
		return isComment, nil
	case a.rarer && l.isTrailer(text):
		return isTrailer, nil
	}
	if l.delimited.byName && !a.names[nameMark(l.firstField(text))] {
		return isData, nil
	}
	again, err := l.headerAgain(text, a.first, a.row.at)
	if again {
		return isHeader, err
	}
	return isData, err
}

func (d *delimited) isComment(text []byte) bool {
	return len(d.comment) != 0 && bytes.HasPrefix(text, d.comment)
}

// delimitedTrailer says how the trailer of delimited text is known, and where it
// counts the rows.
type delimitedTrailer struct {
	words words // its first field
	count int   // the field that counts the rows of data, from 1; 0 for none
}

func (l *Layout) isTrailer(text []byte) bool {
	t := l.delimited.trailer
	return t != nil && t.words.has(l.firstField(text))
}

// rowCheck follows the rows of a source and holds its trailers to their word:
// one for each of the files put end to end in it.
type rowCheck struct {
	asides
	buf       []byte
	data      int64
	trailerAt int64 // line of the trailer, 0 before it
}

// newRowCheck is nil for a layout without trailers.
func (l *Layout) newRowCheck(s *Survey, found *lead) *rowCheck {
	if l.delimited == nil || l.delimited.trailer == nil {
		return nil
	}
	known := *s
	var names []string
	if found.header != nil {
		known.Header, names = string(found.row.text), found.header.fields
	}
	return &rowCheck{asides: l.newAsides(&known, newRow(l, names), names)}
}

// take takes the next row of the source.
func (c *rowCheck) take(raw *rawRow) error {
	if c == nil {
		return nil
	}
	c.layout.decode(raw, &c.buf)
	kind, err := c.tell(raw)
	if err != nil {
		return fmt.Errorf("line %d: %w", raw.line, err)
	}
	switch kind {
	case isHeader:
		if c.trailerAt > 0 {
			c.data, c.trailerAt = 0, 0
		}
	case isData, isTrailer:
		if c.trailerAt > 0 {
			return fmt.Errorf("line %d: a row follows the trailer on line %d: the source holds more than one file; split it", raw.line, c.trailerAt)
		}
		if kind == isData {
			c.data++
			return nil
		}
		c.trailerAt = raw.line
		return c.count(raw)
	case isBlank, isPreface, isComment, isPassed:
	}
	return nil
}

// count compares the trailer's count of the rows of data with ours.
func (c *rowCheck) count(raw *rawRow) error {
	d := c.layout.delimited
	if d.trailer.count == 0 {
		return nil
	}
	want := int64(-1)
	cells, _, ok := d.split(raw.text, nil)
	if ok && len(cells) >= d.trailer.count {
		v, _ := d.text(raw.text, cells[d.trailer.count-1], nil)
		if n, err := strconv.ParseInt(string(c.layout.blanks.trim(v)), 10, 64); err == nil {
			want = n
		}
	}
	switch {
	case want < 0:
		return fmt.Errorf("line %d: the trailer holds no count of rows in field %d: ask the sender for the file again", raw.line, d.trailer.count)
	case want != c.data:
		return fmt.Errorf("line %d: the trailer counts %d rows, the file has %d: ask the sender for the file again", raw.line, want, c.data)
	}
	return nil
}

// finish is the fault of the whole source, if it has one.
func (c *rowCheck) finish() error {
	if c != nil && c.trailerAt == 0 {
		return errors.New("the file ends without its trailer: it is incomplete; ask the sender for it again")
	}
	return nil
}

package readers

import (
	"bytes"
	"fmt"
	"strconv"
)

// trailerCount is where a trailer counts the records of data.
type trailerCount struct {
	column
	rows bool // of the type of the rows only
}

// readTrailerCount reads trailer_rows.
func (d *definition) readTrailerCount(m *mapping, f *fixedWidth) {
	t := d.mapping(m.values["trailer_rows"], "trailer_rows", "start", "length", "as", "digits", "decimals", "counts")
	at := d.span(t)
	f.count = &trailerCount{column: column{start: at.start, length: at.length}}
	d.readNumberForm(t, &f.count.column)
	f.count.rows = t.choice("counts", "records", "rows") == "rows"
	if len(f.trailer) == 0 {
		d.at(m.keys["trailer_rows"], "trailer_rows needs record_type with a trailer")
	}
	if t.has("counts") && !m.has("records") {
		d.at(t.keys["counts"], "counts is for records of several types")
	}
}

// trailerCheck follows the record types of a fixed-width source and holds the
// trailer to its word.
type trailerCheck struct {
	layout    *Layout
	line      int64
	data      int64
	trailerAt int64 // line of the trailer, 0 before it
	err       error
}

// newTrailerCheck is nil for a layout without trailers.
func newTrailerCheck(l *Layout) *trailerCheck {
	if l.fixed == nil || len(l.fixed.trailer) == 0 {
		return nil
	}
	return &trailerCheck{layout: l, line: 1}
}

// record takes the record on the line.
func (t *trailerCheck) record(record []byte) {
	switch f := t.layout.fixed; f.recordType(record) {
	case dataRecord, passedRecord:
		if t.trailerAt > 0 {
			t.err = fmt.Errorf("line %d: a row follows the trailer on line %d: the source holds more than one file; split it", t.line, t.trailerAt)
		}
		if f.counts(record) {
			t.data++
		}
	case trailerRecord:
		t.trailerAt = t.line
		t.compare(record)
	case headerRecord, unknownRecord:
	}
}

// counts tells whether trailers count a record of data.
func (f *fixedWidth) counts(record []byte) bool {
	switch {
	case f.count != nil && f.count.rows && f.tree != nil:
		return f.tree.of(f, record) == f.tree.row
	case f.tree == nil:
		return f.recordType(record) == dataRecord
	default:
		return true
	}
}

// compare compares the trailer's count with ours.
func (t *trailerCheck) compare(record []byte) {
	at := t.layout.fixed.count
	if at == nil {
		return
	}
	want, err := at.read(t.layout, record)
	switch {
	case err != nil:
		t.err = fmt.Errorf("line %d: the trailer holds no count of rows in bytes %d to %d: ask the sender for the file again",
			t.line, at.start+1, at.start+at.length)
	case want != t.data:
		t.err = fmt.Errorf("line %d: the trailer counts %d rows, the file has %d: ask the sender for the file again",
			t.line, want, t.data)
	}
}

// read is the count that a trailer holds.
func (c *trailerCount) read(l *Layout, record []byte) (int64, error) {
	text, ok := l.fixedText(nil, l.fixed.column(record, &c.column), &c.column)
	if !ok {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
}

// finish is the fault of the whole source, if it has one.
func (t *trailerCheck) finish() error {
	if t != nil && t.err == nil && t.trailerAt == 0 {
		return fmt.Errorf("line %d: the file ends without its trailer: it is incomplete; ask the sender for it again", t.line)
	}
	if t == nil {
		return nil
	}
	return t.err
}

// trailerLines hands the lines of a source to a trailerCheck, as far as they matter
// to it.
type trailerLines struct {
	*trailerCheck
	terminator byte
	keep       int    // bytes of a line that matter
	prefix     []byte // the first of them, of the line under way
}

// newTrailerLines is nil for a layout without trailers.
func newTrailerLines(l *Layout, terminator byte) *trailerLines {
	check := newTrailerCheck(l)
	if check == nil {
		return nil
	}
	keep := l.fixed.typeAt.end()
	if at := l.fixed.count; at != nil {
		keep = max(keep, at.start+at.length)
	}
	return &trailerLines{trailerCheck: check, terminator: terminator, keep: len(utf8Mark) + keep}
}

// write takes the next bytes of the source.
func (t *trailerLines) write(p []byte) {
	for t != nil && len(p) > 0 {
		i := bytes.IndexByte(p, t.terminator)
		line := p
		if i >= 0 {
			line = p[:i]
		}
		if room := t.keep - len(t.prefix); room > 0 {
			t.prefix = append(t.prefix, line[:min(room, len(line))]...)
		}
		if i < 0 {
			return
		}
		t.endLine()
		p = p[i+1:]
	}
}

func (t *trailerLines) endLine() {
	line := trimReturns(bytes.TrimPrefix(t.prefix, utf8Mark))
	if len(bytes.TrimSpace(line)) != 0 && t.err == nil {
		t.record(line)
	}
	t.prefix = t.prefix[:0]
	t.line++
}

// finish is the fault of the whole source, if it has one.
func (t *trailerLines) finish() error {
	if t == nil {
		return nil
	}
	if len(t.prefix) > 0 {
		t.endLine()
	}
	return t.trailerCheck.finish()
}

package readers

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"
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

// trailerSum is where a trailer has the sum of a column over all records that have it,
// the hash total: as many of its last digits as the trailer holds.
type trailerSum struct {
	column
	of   int // a column of the layout
	name string
	node ast.Node
}

// mostSum is the number of digits of a sum that is kept.
const mostSum = 18

// readTrailerSum reads trailer_sum, but for which column it means.
func (d *definition) readTrailerSum(m *mapping, f *fixedWidth) {
	t := d.mapping(m.values["trailer_sum"], "trailer_sum", "start", "length", "as", "digits", "decimals", "of")
	at := d.span(t)
	f.sum = &trailerSum{column: column{start: at.start, length: at.length}, name: t.text("of"), node: t.node}
	d.readNumberForm(t, &f.sum.column)
	t.require("of", "the column that it sums up")
	if len(f.trailer) == 0 {
		d.at(m.keys["trailer_sum"], "trailer_sum needs record_type with a trailer")
	}
}

// resolveSum finds the column that a trailer sums up.
func (d *definition) resolveSum() {
	if d.layout.fixed == nil || d.layout.fixed.sum == nil || d.layout.fixed.sum.name == "" {
		return
	}
	sum := d.layout.fixed.sum
	var known bool
	if sum.of, known = d.ordered[sum.name]; !known {
		d.at(sum.node, "trailer_sum: there is no column %q", sum.name)
	}
}

// trailerCheck follows the record types of a fixed-width source and holds the
// trailer to its word.
type trailerCheck struct {
	layout    *Layout
	line      int64
	data      int64
	sum       uint64 // of the column, its last digits
	trailerAt int64  // line of the trailer, 0 before it
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
		if f.sum != nil && f.hasColumn(record, f.sum.of) {
			t.sum = (t.sum + t.layout.digitsOf(record, &t.layout.columns[f.sum.of])) % tenTo(mostSum)
		}
	case trailerRecord:
		t.trailerAt = t.line
		t.compare(record)
		t.compareSum(record)
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

// compareSum compares the trailer's sum with ours.
func (t *trailerCheck) compareSum(record []byte) {
	at := t.layout.fixed.sum
	if at == nil || t.err != nil {
		return
	}
	digits := at.digits
	switch {
	case at.as == asBinary:
		digits = mostSum
	case digits == 0 && at.as == asPacked:
		digits = 2*at.length - 1
	case digits == 0:
		digits = at.length
	}
	want, got := t.layout.digitsOf(record, &at.column), t.sum%tenTo(min(digits, mostSum))
	if want%tenTo(mostSum) != got {
		t.err = fmt.Errorf("line %d: the trailer's sum of %s is not that of the file: ask the sender for the file again", t.line, at.name)
	}
}

// hasColumn tells whether a record has a column of the layout.
func (f *fixedWidth) hasColumn(record []byte, c int) bool {
	if f.tree == nil {
		return f.recordType(record) == dataRecord
	}
	kind := f.tree.of(f, record)
	return kind >= 0 && slices.Contains(f.tree.types[kind].columns, c)
}

// digitsOf is the number in a column without its sign and point; 0 where there is none.
func (l *Layout) digitsOf(record []byte, c *column) (n uint64) {
	text, ok := l.fixedText(nil, l.fixed.column(record, c), c)
	if !ok {
		return 0
	}
	for _, d := range text {
		if d >= '0' && d <= '9' {
			n = (n*10 + uint64(d-'0')) % tenTo(mostSum)
		}
	}
	return n
}

func tenTo(digits int) uint64 {
	n := uint64(1)
	for range digits {
		n *= 10
	}
	return n
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
	if at := l.fixed.sum; at != nil {
		of := &l.columns[at.of]
		keep = max(keep, at.start+at.length, of.start+of.length)
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

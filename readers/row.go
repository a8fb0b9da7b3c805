package readers

import (
	"bytes"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/clearsweep/clearsweep/readers/tables"
	"github.com/clearsweep/clearsweep/schemas"
)

// row is a row of a source split into its columns. One is used again for every
// row of a range.
type row struct {
	layout *Layout
	blanks *blanks
	edges  [256]bool // bytes at an end of a value that make it worth a look: blanks, and all beyond ASCII
	at     []int     // position in the source of each column of the layout; -1 for none
	want   int       // fields that a delimited row has
	cells  []cell
	// wanted are the positions of the columns that something reads, ascending and with
	// one behind them that no row has; columns are theirs.
	wanted, columns []int
	nullLengths     []uint64 // by column of the layout: a bit for each length that a null has
	arena           []byte   // unescaped fields
	joined          []byte   // the last text that an expression built

	// values are the columns that something reads: trimmed, nil for null. They
	// are the row's only after a split that found its columns.
	values [][]byte
}

func newRow(l *Layout, names []string) *row {
	r := &row{layout: l, blanks: l.blanks, at: l.bind(names), want: len(l.columns), values: make([][]byte, len(l.columns))}
	if l.delimited != nil && l.delimited.byName {
		r.want = len(names)
	}
	for _, c := range l.used {
		if r.at[c] >= 0 {
			r.columns = append(r.columns, c)
		}
	}
	for c := range r.edges {
		r.edges[c] = l.blanks[c] || c >= utf8.RuneSelf
	}
	slices.SortFunc(r.columns, func(a, b int) int { return r.at[a] - r.at[b] })
	for _, c := range r.columns {
		r.wanted = append(r.wanted, r.at[c])
	}
	r.wanted = append(r.wanted, math.MaxInt)
	for i := range l.columns {
		r.nullLengths = append(r.nullLengths, l.nulls.lengths()|l.columns[i].nulls.lengths())
	}
	return r
}

// fatal says why a row is rejected.
type fatal struct {
	reason    schemas.RejectReason
	want, got int64
	// split tells that the row has its columns all the same, so that its
	// person can be read.
	split bool
}

// split finds the columns of a row of text and checks that they are text. It
// returns nil when the row is sound.
func (r *row) split(raw *rawRow) *fatal {
	if raw.tooLong {
		return &fatal{reason: schemas.RowTooLong, want: int64(r.layout.maxRow), got: raw.size}
	}
	r.arena = r.arena[:0]
	var bad *fatal
	if r.layout.fixed != nil {
		bad = r.splitFixed(raw.text)
	} else {
		bad = r.splitDelimited(raw)
	}
	if bad != nil {
		if !raw.terminated && (bad.reason == schemas.RowOpenQuote || bad.reason == schemas.RowLength) {
			bad.reason = schemas.RowTruncated
		}
		return bad
	}
	if raw.in.ascii {
		return nil
	}
	return r.checkText(raw.text)
}

func (r *row) splitDelimited(raw *rawRow) *fatal {
	if raw.in.regular {
		return r.splitMarked(raw)
	}
	d, text := r.layout.delimited, raw.text
	cells, fields, reason, ok := r.splitInto(text)
	r.cells = cells
	if bad := r.refused(text, fields, reason, ok); bad != nil {
		return bad
	}
	for i, c := range r.columns {
		cell := &cells[i]
		v := text[cell.start:cell.end]
		if cell.escaped {
			v, r.arena = d.unescaped(v, r.arena)
		}
		if r.odd(c, v) {
			v = r.clean(c, v)
		}
		r.values[c] = v
	}
	return nil
}

// splitMarked is splitDelimited for a regular row in a marked buffer.
func (r *row) splitMarked(raw *rawRow) *fatal {
	text, quotes, mark := raw.text, raw.in.quotes, r.layout.delimited.mark
	ends := raw.in.fields(text)
	if bad := r.refused(text, len(ends)-1, 0, true); bad != nil {
		return bad
	}
	for i, c := range r.columns {
		at := r.wanted[i]
		start, end := int(ends[at])+1, int(ends[at+1])
		if quotes && start < end && text[start] == mark {
			start, end = start+1, end-1
		}
		v := text[start:end]
		if r.odd(c, v) {
			v = r.clean(c, v)
		}
		r.values[c] = v
	}
	return nil
}

// refused says what is wrong with the fields of a row, nil if nothing is. Ok tells whether all could be found, and
// reason why not.
func (r *row) refused(text []byte, fields int, reason schemas.RejectReason, ok bool) *fatal {
	switch {
	case r.layout.tabular && fields == 1 && bytes.HasPrefix(text, tables.NoRow):
		return &fatal{reason: schemas.RowJSON}
	case !ok:
		return &fatal{reason: reason}
	case fields != r.want && (r.layout.delimited.exact || fields < r.want):
		return &fatal{reason: schemas.RowFieldCount, want: int64(r.want), got: int64(fields)}
	}
	return nil
}

// odd tells whether a value has to be looked at: for what it is trimmed of, or as a null.
func (r *row) odd(c int, v []byte) bool {
	n := len(v)
	return n == 0 || r.edges[v[0]] || r.edges[v[n-1]] || r.nullLengths[c]&lengthBit(n) != 0
}

// splitInto finds the fields of the columns that something reads, in order.
func (r *row) splitInto(text []byte) (cells []cell, fields int, reason schemas.RejectReason, ok bool) {
	d := r.layout.delimited
	if d.plain {
		return d.splitWanted(text, r.wanted, r.cells[:0])
	}
	all, reason, ok := d.split(text, r.cells[:0])
	fields = len(all)
	kept := all[:0]
	for _, at := range r.wanted {
		if at < fields {
			kept = append(kept, all[at]) // a position is not before its place in the list
		}
	}
	return kept, fields, reason, ok
}

func (r *row) splitFixed(text []byte) *fatal {
	l := r.layout
	if l.fixed.recordType(text) == unknownRecord {
		return &fatal{reason: schemas.RowUnknownType}
	}
	return r.splitColumns(text, l.fixed.length, l.used)
}

// splitColumns takes columns of a record that must have a length.
func (r *row) splitColumns(text []byte, length int, columns []int) *fatal {
	f := r.layout.fixed
	if !f.fits(len(text), length) {
		return &fatal{reason: schemas.RowLength, want: int64(length), got: int64(len(text))}
	}
	ok := true
	for _, c := range columns {
		ok = r.take(c, f.column(text, &r.layout.columns[c])) && ok
	}
	if !ok {
		return &fatal{reason: schemas.RowNumber, split: true}
	}
	return nil
}

// take takes the bytes of a fixed column, and tells whether they are a number where one
// must be.
func (r *row) take(c int, b []byte) (ok bool) {
	l := r.layout
	if !l.fixed.coded {
		r.values[c] = r.clean(c, b)
		return true
	}
	start := len(r.arena)
	r.arena, ok = l.fixedText(r.arena, b, &l.columns[c])
	r.values[c] = nil
	if ok {
		r.values[c] = r.clean(c, r.arena[start:len(r.arena):len(r.arena)])
	}
	return ok
}

// fixedText adds the text of a fixed column in UTF-8. Ok tells whether its bytes are a
// number where one must be.
func (l *Layout) fixedText(to, b []byte, c *column) (_ []byte, ok bool) {
	switch {
	case c.as != asText && len(b) < c.length:
		return to, l.encoding.isVoid(b)
	case c.as != asText:
		return c.appendNumber(to, b, &l.encoding)
	case l.encoding.chars != nil:
		return l.encoding.appendDecoded(to, b), true
	default:
		return append(to, b...), true
	}
}

// clean trims a value, and makes it nil where it stands for null.
func (r *row) clean(column int, v []byte) []byte {
	if len(v) > 0 && (r.edges[v[0]] || r.edges[v[len(v)-1]]) {
		v = r.blanks.trim(v)
	}
	if len(v) == 0 || r.nullLengths[column]&lengthBit(len(v)) != 0 && r.isNull(column, v) {
		return nil
	}
	return v
}

// isNull tells whether a value that is trimmed stands for null.
func (r *row) isNull(column int, v []byte) bool {
	return r.layout.nulls.has(v) || r.layout.columns[column].nulls.has(v)
}

// blank tells whether a row is nothing but white space; in delimited text,
// whether all its fields are.
func (r *row) blank(text []byte) bool {
	switch {
	case r.layout.fixed != nil:
		return r.layout.isBlank(text)
	case r.layout.tabular: // a row of nulls is a row: what it holds may be under names that the layout has not
		return len(text) == 0
	}
	d, rest, quotes := r.layout.delimited, whiteSpace.trim(text), false
	for ; len(rest) > 0; rest = whiteSpace.trim(rest[1:]) {
		if !d.special[rest[0]] {
			return false
		}
		if !d.plain {
			return r.blankCells(text)
		}
		quotes = quotes || rest[0] != d.comma
	}
	return !quotes || r.blankCells(text)
}

// blankCells is blank for a row with quotes: one in a field is a text.
func (r *row) blankCells(text []byte) bool {
	d := r.layout.delimited
	cells, _, ok := d.split(text, r.cells[:0])
	r.cells, r.arena = cells, r.arena[:0]
	for _, c := range cells {
		var v []byte
		v, r.arena = d.text(text, c, r.arena)
		ok = ok && len(whiteSpace.trim(v)) == 0
	}
	return ok
}

// isBlank tells whether a row of fixed columns is nothing but blanks.
func (l *Layout) isBlank(text []byte) bool {
	if l.fixed.coded && l.encoding.isVoid(text) {
		return true
	}
	return !l.encoding.ebcdic && len(whiteSpace.trim(text)) == 0
}

// checkText refuses bytes that are not UTF-8 text. Fixed columns are checked
// one by one as well: a column may end within a character. Those that are coded are
// text only once they are decoded.
func (r *row) checkText(text []byte) *fatal {
	f := r.layout.fixed
	if f != nil && f.coded {
		return r.checkColumns(r.layout.used)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return &fatal{reason: schemas.RowNUL, split: true}
	}
	if !utf8.Valid(text) {
		return &fatal{reason: schemas.RowEncoding, split: true}
	}
	if f == nil {
		return nil
	}
	return r.checkColumns(r.layout.used)
}

// checkColumns refuses values that are not text.
func (r *row) checkColumns(columns []int) *fatal {
	for _, c := range columns {
		switch v := r.values[c]; {
		case bytes.IndexByte(v, 0) >= 0:
			return &fatal{reason: schemas.RowNUL, split: true}
		case !utf8.Valid(v):
			return &fatal{reason: schemas.RowEncoding, split: true}
		}
	}
	return nil
}

// kind is what the row contributes.
func (r *row) kind() schemas.RowKind {
	var k schemas.RowKind
	rules := &r.layout.rows
	if rules.deleted != nil && rules.deleted.holds(r) {
		return schemas.RowDeleted
	}
	if !rules.never && rules.charge.holds(r) {
		k |= schemas.RowCharge
	}
	if rules.deceased != nil && rules.deceased.holds(r) {
		k |= schemas.RowDeceased
	}
	if rules.registered != nil && rules.registered.holds(r) {
		k |= schemas.RowRegistered
	}
	if rules.past != nil && rules.past.holds(r) {
		return k&schemas.RowCharge | schemas.RowPast
	}
	if rules.person != nil && rules.person.holds(r) || rules.never && k == 0 {
		k |= schemas.RowPerson
	}
	return k
}

// text is the text of a field, nil when it is null, and the column it came
// from: the first that was asked where none had it. The text is valid until
// the next call.
func (r *row) text(f *field) (v []byte, column int) {
	if f.plain >= 0 {
		return r.values[f.plain], f.plain
	}
	return r.textOf(f)
}

// textOf is text for what is more than a column as it is.
func (r *row) textOf(f *field) (v []byte, column int) {
	if f.constant != nil {
		return f.constant, -1
	}
	for i := range f.from {
		if v := f.from[i].eval(r); v != nil {
			return v, f.from[i].column
		}
	}
	if len(f.from) == 0 {
		return nil, -1
	}
	return nil, f.from[0].column
}

// lesserKey tells whether the person key is one of a lesser kind.
func (r *row) lesserKey() bool {
	from := r.layout.fields[fieldPerson].from
	for i := range from {
		if from[i].eval(r) != nil {
			return from[i].lesser
		}
	}
	return false
}

// person is the person key, nil where it is missing, a placeholder, or not
// text.
func (r *row) person() []byte {
	f := &r.layout.fields[fieldPerson]
	v, _ := r.text(f)
	if v == nil || !r.usable(f, v, false) {
		return nil
	}
	return v
}

// usable tells whether a text, which may be known to be of ASCII without NUL, is a person key.
func (r *row) usable(f *field, v []byte, ascii bool) bool {
	return !isPlaceholder(v) && !f.placeholders.has(v) && (ascii || utf8.Valid(v) && bytes.IndexByte(v, 0) < 0)
}

// missing is the first required field that is null, and whether there is one.
func (r *row) missing() (fieldID, bool) {
	for _, id := range r.layout.required {
		if v, _ := r.text(&r.layout.fields[id]); v == nil {
			return id, true
		}
	}
	return 0, false
}

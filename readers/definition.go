package readers

import (
	"regexp"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// defaultMaxRow and the limits are bytes of one row.
const (
	defaultMaxRow = 1 << 20
	leastMaxRow   = 64
	mostMaxRow    = 64 << 20
)

var jurisdictionForm = regexp.MustCompile(`^[A-Z]{2}-[A-Z]{2}$`)

// definition compiles a layout file. Each method reads one part of it and notes
// what is wrong there.
type definition struct {
	*document
	layout  *Layout
	reads   map[int]bool // columns that something reads
	ordered map[string]int
}

func (d *definition) read(root ast.Node) {
	d.reads = map[int]bool{}
	top := d.mapping(root, "a layout", "layout", "about", "jurisdiction", "max_row_bytes", "empty", "encoding", "delimited", "fixed",
		"trim", "nulls", "nulls_ignore_case", "columns", "rows", "fields")
	d.head(top)
	d.form(top)
	d.readColumns(top)
	d.resolveSum()
	if top.has("rows") {
		d.readRows(top.values["rows"])
	}
	if top.require("fields", "say which columns make person_id, statute and disposition") {
		d.readFields(top.values["fields"])
	}
	for i := range d.layout.columns {
		if d.reads[i] {
			d.layout.used = append(d.layout.used, i)
		}
	}
	if f := d.layout.fixed; f != nil && f.tree != nil {
		f.tree.use(d.reads)
	}
	for id := range fieldCount {
		if d.layout.has(id) {
			d.layout.present = append(d.layout.present, id)
		}
	}
}

func (d *definition) head(top *mapping) {
	l := d.layout
	top.require("layout", "give it a name such as us-ca/doj-extract")
	l.name, l.about, l.jurisdiction = top.text("layout"), top.text("about"), top.text("jurisdiction")
	if top.has("jurisdiction") && !jurisdictionForm.MatchString(l.jurisdiction) {
		d.at(top.values["jurisdiction"], "jurisdiction must look like US-CA")
	}
	l.maxRow = top.number("max_row_bytes", leastMaxRow, mostMaxRow, defaultMaxRow)
	l.encoding = encodings[slices.Index(encodingNames(), top.choice("encoding", encodingNames()...))]
	l.emptyAllowed = top.choice("empty", "refused", "allowed") == "allowed"
	extra := top.text("trim")
	for _, c := range extra {
		if c > 126 {
			d.at(top.values["trim"], "trim takes ASCII characters only")
			break
		}
	}
	l.blanks = newBlanks(extra)
	l.nulls = words{list: top.texts("nulls"), fold: top.flag("nulls_ignore_case")}
}

// form reads the two ways in which a row holds its columns.
func (d *definition) form(top *mapping) {
	switch {
	case top.has("delimited") && top.has("fixed"):
		d.at(top.keys["fixed"], "a layout is delimited or fixed, not both")
	case top.has("delimited"):
		if e := &d.layout.encoding; e.ebcdic {
			d.at(top.values["encoding"], "delimited text is not read from %s: say fixed, or convert it to UTF-8", e.name)
		}
		d.readDelimited(top.values["delimited"])
	case top.has("fixed"):
		d.readFixed(top.values["fixed"])
	default:
		d.at(top.node, "a layout needs %q or %q: say how a row holds its columns", "delimited", "fixed")
	}
}

func (d *definition) readFixed(n ast.Node) {
	m := d.mapping(n, "fixed", "framing", "row_length", "record_length", "record_type", "trailer_rows", "trailer_sum", "records")
	f := &fixedWidth{
		framing: framing(slices.Index(framings, m.choice("framing", framings...))), //nolint:gosec // one of three
		trimmed: m.choice("row_length", "exact", "trimmed") == "trimmed",
	}
	f.length = m.number("record_length", 1, d.layout.maxRow, 0)
	f.coded = f.framing != byLine || d.layout.encoding.chars != nil
	d.layout.fixed = f
	if m.has("record_type") {
		d.readRecordType(m, f)
	}
	if m.has("trailer_rows") {
		d.readTrailerCount(m, f)
	}
	if m.has("trailer_sum") {
		d.readTrailerSum(m, f)
	}
	if m.has("records") {
		if !f.typed {
			d.at(m.keys["records"], "records needs record_type: where the type of each stands")
		}
		d.readTree(m.values["records"], f)
	}
	d.encodeTypes(m, f)
	d.checkFraming(m, f)
}

func (d *definition) readRecordType(m *mapping, f *fixedWidth) {
	t := d.mapping(m.values["record_type"], "record_type", "start", "length", "data", "header", "trailer", "passed")
	f.typed = true
	f.typeAt = d.span(t)
	f.data, f.header, f.trailer, f.passed = t.texts("data"), t.texts("header"), t.texts("trailer"), t.texts("passed")
	switch {
	case !m.has("records"):
		t.require("data", "name the record types that are rows")
	case t.has("data"):
		d.at(t.keys["data"], "records names the record types that hold data")
		f.data = nil
	}
}

// checkFraming refuses what cannot tell records from one another.
func (d *definition) checkFraming(m *mapping, f *fixedWidth) {
	e := &d.layout.encoding
	switch {
	case e.wide || e.mixed:
		d.at(m.node, "fixed columns are counted in bytes: encoding: %s has characters of several lengths", e.name)
	case f.framing == byLine && e.ebcdic:
		d.at(m.node, "records of %s are told from one another by framing: length, descriptor or blocks", e.name)
	case f.framing == byLength && f.trimmed:
		d.at(m.keys["row_length"], "with framing: length every record has its length")
	case f.framing == byLength && f.tree != nil && f.length == 0:
		d.at(m.node, "framing: length needs record_length, the length of every record")
	}
}

// encodeTypes writes the record types as they stand in the source, and refuses those of
// the wrong width, or named twice.
func (d *definition) encodeTypes(m *mapping, f *fixedWidth) {
	if !f.typed {
		return
	}
	n := m.values["record_type"]
	seen := map[string]bool{}
	for _, types := range [][]string{f.data, f.header, f.trailer, f.passed} {
		for i, s := range types {
			b := d.layout.encoding.encodeText(s)
			if len(b) != f.typeAt.length {
				d.at(n, "record type %q is not %d bytes long", s, f.typeAt.length)
			}
			if seen[s] {
				d.at(n, "record type %q is named twice", s)
			}
			seen[s] = true
			types[i] = string(b)
		}
	}
	if f.tree != nil {
		for i := range f.tree.types {
			f.tree.types[i].name = f.data[i]
		}
	}
}

// span reads the start (from 1) and length of a fixed-width column.
func (d *definition) span(m *mapping) span {
	if !m.require("start", "the first byte, counted from 1") || !m.require("length", "its width in bytes") {
		return span{0, 1}
	}
	return span{m.number("start", 1, mostMaxRow, 1) - 1, m.number("length", 1, mostMaxRow, 1)}
}

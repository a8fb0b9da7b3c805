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
		d.readDelimited(top.values["delimited"])
	case top.has("fixed"):
		d.readFixed(top.values["fixed"])
		if d.layout.encoding.name != encodings[0].name {
			d.at(top.values["encoding"], "fixed columns are read as %s: encoding belongs to delimited layouts", encodings[0].name)
		}
	default:
		d.at(top.node, "a layout needs %q or %q: say how a row holds its columns", "delimited", "fixed")
	}
}

func (d *definition) readFixed(n ast.Node) {
	m := d.mapping(n, "fixed", "row_length", "record_type", "trailer_rows")
	f := &fixedWidth{trimmed: m.choice("row_length", "exact", "trimmed") == "trimmed"}
	d.layout.fixed = f
	if m.has("record_type") {
		t := d.mapping(m.values["record_type"], "record_type", "start", "length", "data", "header", "trailer")
		t.require("data", "name the record types that are rows")
		f.typed = true
		f.typeAt = d.span(t)
		f.data, f.header, f.trailer = t.texts("data"), t.texts("header"), t.texts("trailer")
		d.recordTypes(t, f)
	}
	if m.has("trailer_rows") {
		t := d.mapping(m.values["trailer_rows"], "trailer_rows", "start", "length")
		f.countAt = d.span(t)
		if len(f.trailer) == 0 {
			d.at(m.keys["trailer_rows"], "trailer_rows needs record_type with a trailer")
		}
	}
}

// recordTypes refuses types of the wrong width, or named twice.
func (d *definition) recordTypes(t *mapping, f *fixedWidth) {
	seen := map[string]bool{}
	for _, list := range []struct {
		key   string
		types []string
	}{{"data", f.data}, {"header", f.header}, {"trailer", f.trailer}} {
		for _, s := range list.types {
			if len(s) != f.typeAt.length {
				d.at(t.values[list.key], "record type %q is not %d bytes long", s, f.typeAt.length)
			}
			if seen[s] {
				d.at(t.values[list.key], "record type %q is named twice", s)
			}
			seen[s] = true
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

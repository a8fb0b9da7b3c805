package readers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// column is a column of the source.
type column struct {
	name     string
	optional bool
	nulls    words
	// start and length are the bytes of a fixed-width column, start from 0.
	start, length int
	// as is how these hold a number; it has so many digits (0: as many as they hold), of
	// which scale are decimals.
	as            numberForm
	digits, scale int
}

// readColumns reads the columns of the source.
func (d *definition) readColumns(top *mapping) {
	f := d.layout.fixed
	if f != nil && f.tree != nil {
		if top.has("columns") {
			d.at(top.keys["columns"], "columns stand under records, those of each record type with it")
		}
		return
	}
	if !top.require("columns", "list the columns of the source") {
		return
	}
	d.ordered = map[string]int{}
	nodes := list(top.values["columns"])
	for _, n := range nodes {
		d.addColumn(n)
	}
	if f != nil {
		least := d.readSpans(nodes, d.layout.columns)
		if f.length > 0 && f.length < least {
			d.at(top.keys["columns"], "the columns take %d bytes, and record_length is %d", least, f.length)
		}
		f.length = max(f.length, least)
	}
}

// addColumn reads one column behind those that the layout has.
func (d *definition) addColumn(n ast.Node) {
	c := d.readColumn(n)
	if _, twice := d.ordered[c.name]; twice {
		d.at(n, "column %q is listed twice", c.name)
	}
	d.ordered[c.name] = len(d.layout.columns)
	d.layout.columns = append(d.layout.columns, c)
}

func (d *definition) readColumn(n ast.Node) column {
	if _, ok := n.(ast.MapNode); !ok {
		c := column{name: d.text(n, "a column"), nulls: words{fold: d.layout.nulls.fold}}
		if d.layout.fixed != nil {
			d.at(n, "column %q needs name, start and length", c.name)
		}
		return c
	}
	m := d.mapping(n, "a column", "name", "start", "length", "as", "digits", "decimals", "optional", "nulls")
	m.require("name", "the name by which fields refer to it")
	c := column{name: m.text("name"), optional: m.flag("optional"), nulls: words{m.texts("nulls"), d.layout.nulls.fold}}
	if d.layout.fixed != nil {
		at := d.span(m)
		c.start, c.length = at.start, at.length
		d.readNumberForm(m, &c)
	} else if m.has("start") || m.has("length") || m.has("as") {
		d.at(n, "start, length and as belong to fixed layouts")
	}
	if c.optional && (d.layout.delimited == nil || !d.layout.delimited.byName) {
		d.at(n, "only a column found by name can be optional")
	}
	return c
}

// readNumberForm reads how the bytes of a column hold a number.
func (d *definition) readNumberForm(m *mapping, c *column) {
	c.as = numberForm(slices.Index(numberForms, m.choice("as", numberForms...))) //nolint:gosec // one of four
	c.digits = m.number("digits", 1, mostDigits, 0)
	c.scale = m.number("decimals", 0, mostDigits-1, 0)
	for _, key := range []string{"digits", "decimals"} {
		if c.as == asText && m.has(key) {
			d.at(m.keys[key], "%s are of a number: say as: packed, zoned or binary", key)
		}
	}
	if c.digits > 0 && c.scale >= c.digits {
		d.at(m.keys["decimals"], "decimals must be fewer than digits")
	}
	if c.as == asBinary && c.length > mostBinary {
		d.at(m.node, "a binary number has at most %d bytes", mostBinary)
	}
	if c.as == asPacked && 2*c.length-1 > mostDigits || c.as == asZoned && c.length > mostDigits {
		d.at(m.node, "a number has at most %d digits", mostDigits)
	}
	if c.as != asText {
		d.layout.fixed.coded = true
	}
}

// readSpans refuses overlapping columns and returns the length of their row.
func (d *definition) readSpans(nodes []ast.Node, columns []column) int {
	f := d.layout.fixed
	length := max(f.typeAt.end(), 0)
	for i, c := range columns {
		at := span{c.start, c.length}
		length = max(length, at.end())
		if f.typed && at.overlaps(f.typeAt) {
			d.at(nodes[i], "column %q overlaps the record type", c.name)
		}
		for _, other := range columns[:i] {
			if at.overlaps(span{other.start, other.length}) {
				d.at(nodes[i], "column %q overlaps %q", c.name, other.name)
			}
		}
	}
	if length > d.layout.maxRow {
		d.at(nodes[0], "a row is %d bytes long, more than max_row_bytes (%d)", length, d.layout.maxRow)
	}
	return length
}

// column resolves the name of a column that something reads.
func (d *definition) column(name string) (int, error) {
	at, ok := d.ordered[name]
	if !ok {
		return 0, fmt.Errorf("there is no column %q: columns lists %s", name, nearest(name, d.layout.columns))
	}
	d.reads[at] = true
	return at, nil
}

// nearest is the columns that begin as the name does, or a few of them.
func nearest(name string, columns []column) string {
	var near []string
	for _, c := range columns {
		if len(name) >= 3 && strings.HasPrefix(strings.ToUpper(c.name), strings.ToUpper(name[:3])) {
			near = append(near, c.name)
		}
	}
	if len(near) == 0 {
		for _, c := range columns[:min(5, len(columns))] {
			near = append(near, c.name)
		}
		near = append(near, "...")
	}
	return strings.Join(near, ", ")
}

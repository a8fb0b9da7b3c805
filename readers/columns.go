package readers

import (
	"fmt"
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
}

// readColumns reads the columns of the source.
func (d *definition) readColumns(top *mapping) {
	if !top.require("columns", "list the columns of the source") {
		return
	}
	d.ordered = map[string]int{}
	nodes := list(top.values["columns"])
	for _, n := range nodes {
		c := d.readColumn(n)
		if _, twice := d.ordered[c.name]; twice {
			d.at(n, "column %q is listed twice", c.name)
		}
		d.ordered[c.name] = len(d.layout.columns)
		d.layout.columns = append(d.layout.columns, c)
	}
	if d.layout.fixed != nil {
		d.readSpans(nodes)
	}
}

func (d *definition) readColumn(n ast.Node) column {
	if _, ok := n.(ast.MapNode); !ok {
		c := column{name: d.text(n, "a column"), nulls: words{fold: d.layout.nulls.fold}}
		if d.layout.fixed != nil {
			d.at(n, "column %q needs name, start and length", c.name)
		}
		return c
	}
	m := d.mapping(n, "a column", "name", "start", "length", "optional", "nulls")
	m.require("name", "the name by which fields refer to it")
	c := column{name: m.text("name"), optional: m.flag("optional"), nulls: words{m.texts("nulls"), d.layout.nulls.fold}}
	if d.layout.fixed != nil {
		at := d.span(m)
		c.start, c.length = at.start, at.length
	} else if m.has("start") || m.has("length") {
		d.at(n, "start and length belong to fixed layouts")
	}
	if c.optional && (d.layout.delimited == nil || !d.layout.delimited.byName) {
		d.at(n, "only a column found by name can be optional")
	}
	return c
}

// readSpans refuses overlapping columns and sets the length of a row.
func (d *definition) readSpans(nodes []ast.Node) {
	f := d.layout.fixed
	f.length = max(f.typeAt.end(), 0)
	for i, c := range d.layout.columns {
		at := span{c.start, c.length}
		f.length = max(f.length, at.end())
		if f.typed && at.overlaps(f.typeAt) {
			d.at(nodes[i], "column %q overlaps the record type", c.name)
		}
		for _, other := range d.layout.columns[:i] {
			if at.overlaps(span{other.start, other.length}) {
				d.at(nodes[i], "column %q overlaps %q", c.name, other.name)
			}
		}
	}
	if f.length > d.layout.maxRow {
		d.at(nodes[0], "a row is %d bytes long, more than max_row_bytes (%d)", f.length, d.layout.maxRow)
	}
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

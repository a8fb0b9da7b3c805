package readers

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// recordTree are the record types of a source whose rows are spread over several
// records: a person's, below it those of arrests, below these those of charges, and so
// on. Each record belongs to the last one of its parent's type.
type recordTree struct {
	types []recordKind // parents before children; the first is the root
	row   int          // the type of which each record is a row
}

// recordKind is one type of records.
type recordKind struct {
	name    string // as it stands in the source
	parent  int    // -1 for the root
	columns []int  // of the layout
	used    []int  // of them, those that something reads
	length  int
	matches []match
	place   treePlace
}

// match is a column that must hold what one of an ancestor's holds.
type match struct{ own, above int }

// treePlace is where a type stands to that of the rows.
type treePlace uint8

const (
	beside treePlace = iota // a child of an ancestor, and none itself
	above                   // an ancestor
	atRow                   // the rows
	below                   // a descendant
)

// of is the type of a record, -1 where it is none of the tree's.
func (t *recordTree) of(f *fixedWidth, record []byte) int {
	if len(record) < f.typeAt.end() {
		return -1
	}
	name := record[f.typeAt.start:f.typeAt.end()]
	return slices.IndexFunc(t.types, func(k recordKind) bool { return k.name == string(name) })
}

// within tells whether a type is another or stands below it.
func (t *recordTree) within(kind, other int) bool {
	for ; kind >= 0; kind = t.types[kind].parent {
		if kind == other {
			return true
		}
	}
	return false
}

// readTree reads the record types of a layout.
func (d *definition) readTree(n ast.Node, f *fixedWidth) {
	d.ordered = map[string]int{}
	t := &recordTree{row: -1}
	f.tree = t
	byName := map[string]int{}
	for _, item := range list(n) {
		m := d.mapping(item, "an item of records", "type", "parent", "row", "matches", "length", "columns")
		m.require("type", "the record type by which its records are known")
		name := m.text("type")
		k := recordKind{parent: -1}
		if _, twice := byName[name]; twice {
			d.at(item, "record type %q is listed twice", name)
		}
		if len(t.types) == 0 {
			if m.has("parent") {
				d.at(m.values["parent"], "the first record type is the root: it has no parent")
			}
		} else if m.require("parent", "the record type that it stands below; only the first has none") {
			at, known := byName[m.text("parent")]
			if !known {
				d.at(m.values["parent"], "there is no record type %q before this one", m.text("parent"))
			}
			k.parent = at
		}
		kind := len(t.types)
		byName[name] = kind
		if m.flag("row") {
			if t.row >= 0 {
				d.at(m.keys["row"], "only one record type can be the row")
			}
			t.row = kind
		}
		f.data = append(f.data, name)
		t.types = append(t.types, k)
		d.readKindColumns(m, f, &t.types[kind])
		d.readMatches(m, t, kind)
	}
	if t.row < 0 {
		d.at(n, "no record type says row: true: say which one is a charge")
		t.row = 0
	}
	t.locate()
}

// readKindColumns reads the columns of one record type.
func (d *definition) readKindColumns(m *mapping, f *fixedWidth, k *recordKind) {
	var nodes []ast.Node
	if m.has("columns") {
		nodes = list(m.values["columns"])
	}
	first := len(d.layout.columns)
	for _, n := range nodes {
		d.addColumn(n)
	}
	for i := first; i < len(d.layout.columns); i++ {
		k.columns = append(k.columns, i)
	}
	least := d.readSpans(nodes, d.layout.columns[first:])
	k.length = m.number("length", least, d.layout.maxRow, max(least, f.length))
	if f.length > 0 && k.length != f.length {
		d.at(m.node, "a record of this type has %d bytes, and record_length is %d", k.length, f.length)
	}
}

func (d *definition) readMatches(m *mapping, t *recordTree, kind int) {
	if !m.has("matches") {
		return
	}
	pairs, ok := m.values["matches"].(ast.MapNode)
	if !ok {
		d.at(m.values["matches"], "matches must be a mapping of a column of this record to one of a record above it")
		return
	}
	k := &t.types[kind]
	for entries := pairs.MapRange(); entries.Next(); {
		own, err := d.column(scalar(entries.Key()))
		if err != nil || !slices.Contains(k.columns, own) {
			d.at(entries.Key(), "%q is no column of this record", scalar(entries.Key()))
			continue
		}
		other, err := d.column(d.text(entries.Value(), "matches"))
		if err != nil || k.parent < 0 || !t.has(k.parent, other) {
			d.at(entries.Value(), "%q is no column of a record above this one", scalar(entries.Value()))
			continue
		}
		k.matches = append(k.matches, match{own, other})
	}
}

// has tells whether a column is of a type or of one above it.
func (t *recordTree) has(kind, column int) bool {
	for ; kind >= 0; kind = t.types[kind].parent {
		if slices.Contains(t.types[kind].columns, column) {
			return true
		}
	}
	return false
}

// locate finds out where each type stands to the rows.
func (t *recordTree) locate() {
	for i := range t.types {
		switch k := &t.types[i]; {
		case i == t.row:
			k.place = atRow
		case t.within(i, t.row):
			k.place = below
		case t.within(t.row, i):
			k.place = above
		}
	}
}

// use notes the columns that something reads.
func (t *recordTree) use(reads map[int]bool) {
	for i := range t.types {
		k := &t.types[i]
		for _, c := range k.columns {
			if reads[c] {
				k.used = append(k.used, c)
			}
		}
	}
}

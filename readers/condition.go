package readers

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// condition asks something of the columns of a row. A nil condition holds.
type condition struct {
	kind     conditionKind
	column   int         // for listed, blank
	words    words       // for listed
	children []condition // for all, any, not
}

type conditionKind uint8

const (
	listed conditionKind = iota // the column's value is one of words
	blank                       // the column's value is null
	all
	anyOf
	not
)

func (c *condition) holds(r *row) bool {
	if c == nil {
		return true
	}
	switch c.kind {
	case listed:
		v := r.values[c.column]
		return v != nil && c.words.has(v)
	case blank:
		return r.values[c.column] == nil
	case all:
		return !c.some(r, false)
	case anyOf:
		return c.some(r, true)
	case not:
		return !c.children[0].holds(r)
	}
	return false
}

// some tells whether a child gives the wanted answer.
func (c *condition) some(r *row, want bool) bool {
	for i := range c.children {
		if c.children[i].holds(r) == want {
			return true
		}
	}
	return false
}

// readRows reads what a row contributes.
func (d *definition) readRows(n ast.Node) {
	m := d.mapping(n, "rows", "charge", "deceased", "registered", "person", "deleted", "past", "repeated")
	rule := func(key string) *condition {
		if !m.has(key) {
			return nil
		}
		return d.condition(m.values[key])
	}
	d.layout.repeats = repeats(slices.Index(repeatNames, m.choice("repeated", repeatNames...))) //nolint:gosec // one of three
	rows := &d.layout.rows
	*rows = rowKinds{
		deceased: rule("deceased"), registered: rule("registered"), person: rule("person"), deleted: rule("deleted"), past: rule("past"),
	}
	if _, is := m.values["charge"].(ast.MapNode); m.has("charge") && !is {
		if rows.never = !m.flag("charge"); !rows.never {
			d.at(m.values["charge"], "charge takes a condition, or false where no row is a charge")
		}
		return
	}
	rows.charge = rule("charge")
}

// condition reads one condition; never nil.
func (d *definition) condition(n ast.Node) *condition {
	m := d.mapping(n, "a condition", "column", "equals", "in", "blank", "all", "any", "not")
	given := func(keys ...string) (found []string) {
		for _, k := range keys {
			if m.has(k) {
				found = append(found, k)
			}
		}
		return found
	}
	if m.has("column") {
		return d.test(m, given("equals", "in", "blank"), given("all", "any", "not"))
	}
	forms := given("all", "any", "not")
	if len(forms) != 1 || len(m.values) != 1 {
		d.at(n, "a condition is column with equals, in or blank; or one of all, any, not")
		return &condition{kind: all}
	}
	c := &condition{kind: map[string]conditionKind{"all": all, "any": anyOf, "not": not}[forms[0]]}
	for _, child := range list(m.values[forms[0]]) {
		c.children = append(c.children, *d.condition(child))
	}
	if c.kind == not && len(c.children) != 1 {
		d.at(n, "not takes one condition")
		c.kind = all
	}
	return c
}

// test reads a condition on one column.
func (d *definition) test(m *mapping, tests, others []string) *condition {
	at, err := d.column(m.text("column"))
	if err != nil {
		d.at(m.values["column"], "%s", err)
	}
	if len(tests) != 1 || len(others) != 0 {
		d.at(m.node, "a condition on a column takes one of equals, in, blank")
		return &condition{kind: all}
	}
	if tests[0] != "blank" {
		texts := m.texts(tests[0])
		if slices.Contains(texts, "") {
			d.at(m.values[tests[0]], "an empty text equals nothing: ask for blank: true")
		}
		return &condition{kind: listed, column: at, words: words{list: texts, fold: true}}
	}
	c := &condition{kind: blank, column: at}
	if !m.flag("blank") {
		return &condition{kind: not, children: []condition{*c}}
	}
	return c
}

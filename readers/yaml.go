package readers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// document is a YAML file being read. It reads on after a fault, so that one
// run reports all of them, each with its line and column.
type document struct {
	file   string
	faults []fault
}

type fault struct {
	line, column int
	text         string
}

// parse returns the roots of the file's documents, or none with the fault noted.
func (d *document) parse(source []byte) []ast.Node {
	file, err := parser.ParseBytes(source, 0)
	if err != nil {
		d.syntax(err)
		return nil
	}
	var roots []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType {
			roots = append(roots, doc.Body)
		}
	}
	if len(roots) == 0 {
		d.faults = append(d.faults, fault{1, 1, "the file holds no layout"})
	}
	return roots
}

func (d *document) syntax(err error) {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		p := at.GetToken().Position
		d.faults = append(d.faults, fault{p.Line, p.Column, at.GetMessage()})
		return
	}
	d.faults = append(d.faults, fault{1, 1, err.Error()})
}

// at notes a fault at a node.
func (d *document) at(n ast.Node, format string, args ...any) {
	f := fault{line: 1, column: 1, text: fmt.Sprintf(format, args...)}
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key // the mapping's own token is a colon within it
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		f.line, f.column = t.Position.Line, t.Position.Column
	}
	d.faults = append(d.faults, f)
}

// err is every fault, in order of position, or nil.
func (d *document) err() error {
	slices.SortStableFunc(d.faults, func(a, b fault) int {
		if a.line != b.line {
			return a.line - b.line
		}
		return a.column - b.column
	})
	errs := make([]error, len(d.faults))
	for i, f := range d.faults {
		errs[i] = fmt.Errorf("%s:%d:%d: %s", d.file, f.line, f.column, f.text)
	}
	return errors.Join(errs...)
}

// mapping is a YAML mapping whose keys are known words.
type mapping struct {
	doc    *document
	node   ast.Node
	what   string
	values map[string]ast.Node
	keys   map[string]ast.Node
}

// mapping reads n as a mapping with no keys but the given ones. It is never
// nil; a mapping that could not be read is empty.
func (d *document) mapping(n ast.Node, what string, keys ...string) *mapping {
	m := &mapping{doc: d, node: n, what: what, values: map[string]ast.Node{}, keys: map[string]ast.Node{}}
	it, ok := n.(ast.MapNode)
	if !ok {
		d.at(n, "%s must be a mapping of keys (%s)", what, strings.Join(keys, ", "))
		return m
	}
	for entries := it.MapRange(); entries.Next(); {
		key := entries.Key()
		name := scalar(key)
		if !slices.Contains(keys, name) {
			d.at(key, "%s has no key %q; it takes %s", what, name, strings.Join(keys, ", "))
			continue
		}
		m.keys[name], m.values[name] = key, entries.Value()
	}
	return m
}

// has tells whether the key is given.
func (m *mapping) has(key string) bool { return m.values[key] != nil }

// require notes a fault unless the key is given.
func (m *mapping) require(key, remedy string) bool {
	if m.has(key) {
		return true
	}
	m.doc.at(m.node, "%s lacks %q: %s", m.what, key, remedy)
	return false
}

func (m *mapping) text(key string) string {
	if !m.has(key) {
		return ""
	}
	return m.doc.text(m.values[key], key)
}

func (m *mapping) texts(key string) []string {
	if !m.has(key) {
		return nil
	}
	return m.doc.texts(m.values[key], key)
}

// number is the integer at the key, fallback when the key is not given.
func (m *mapping) number(key string, low, high, fallback int) int {
	if !m.has(key) {
		return fallback
	}
	n := m.values[key]
	v, err := strconv.Atoi(scalar(n))
	if err != nil || v < low || v > high {
		m.doc.at(n, "%s must be a whole number from %d to %d", key, low, high)
		return fallback
	}
	return v
}

func (m *mapping) flag(key string) bool {
	if !m.has(key) {
		return false
	}
	n, ok := m.values[key].(*ast.BoolNode)
	if !ok {
		m.doc.at(m.values[key], "%s must be true or false", key)
		return false
	}
	return n.Value
}

// choice is the word at the key, which must be one of words; the first of them
// when the key is not given.
func (m *mapping) choice(key string, words ...string) string {
	if !m.has(key) {
		return words[0]
	}
	s := m.text(key)
	if !slices.Contains(words, s) {
		m.doc.at(m.values[key], "%s must be one of %s", key, strings.Join(words, ", "))
		return words[0]
	}
	return s
}

// text reads a scalar as it is written: 07 and NULL stay what they look like.
func (d *document) text(n ast.Node, what string) string {
	if _, ok := n.(ast.ScalarNode); !ok {
		d.at(n, "%s must be one text", what)
		return ""
	}
	return scalar(n)
}

// texts reads one text, or a list of them.
func (d *document) texts(n ast.Node, what string) []string {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return []string{d.text(n, what)}
	}
	all := make([]string, 0, len(list.Values))
	for _, v := range list.Values {
		all = append(all, d.text(v, what))
	}
	return all
}

// list reads one node, or a list of them.
func list(n ast.Node) []ast.Node {
	if seq, ok := n.(*ast.SequenceNode); ok {
		return seq.Values
	}
	return []ast.Node{n}
}

func scalar(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	default:
		if t := n.GetToken(); t != nil {
			return t.Value
		}
		return ""
	}
}

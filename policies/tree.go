package policies

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// tree is a node of a file as its author wrote it, without comments and layout:
// a text, a list, or a mapping in the order of the file. What is compared and
// printed for people is taken from it, so that no key of the language is ever
// left out. A nil tree is a key that is not there.
type tree struct {
	text  string
	items []*tree
	keys  []string
	of    map[string]*tree
	at    int // line
}

// source is the pack's policy.yaml as written, or as a variant has it.
func (p *Pack) source() *tree {
	if p.patched != nil {
		return p.patched
	}
	file, err := parser.ParseBytes(p.files[policyFile], 0)
	if err != nil || len(file.Docs) != 1 {
		panic("policies: a pack that was accepted no longer parses")
	}
	return treeOf(file.Docs[0].Body)
}

func treeOf(n ast.Node) *tree {
	switch n := n.(type) {
	case *ast.MappingNode:
		return mapping(n.Values)
	case *ast.MappingValueNode:
		return mapping([]*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		t := &tree{at: lineOf(n), items: []*tree{}}
		for _, item := range n.Values {
			t.items = append(t.items, treeOf(item))
		}
		return t
	case *ast.StringNode:
		return &tree{text: strings.Join(strings.Fields(n.Value), " "), at: lineOf(n)}
	case *ast.LiteralNode:
		return &tree{text: strings.Join(strings.Fields(n.Value.Value), " "), at: lineOf(n)}
	case nil, *ast.NullNode:
		return &tree{}
	default:
		return &tree{text: n.GetToken().Value, at: lineOf(n)}
	}
}

func mapping(values []*ast.MappingValueNode) *tree {
	t := &tree{of: map[string]*tree{}}
	for _, v := range values {
		key := v.Key.String()
		if len(t.keys) == 0 {
			t.at = lineOf(v.Key)
		}
		child := treeOf(v.Value)
		child.at = lineOf(v.Key)
		t.keys, t.of[key] = append(t.keys, key), child
	}
	return t
}

func lineOf(n ast.Node) int {
	if n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

// get is the node under a path of keys, nil when there is none.
func (t *tree) get(path ...string) *tree {
	for _, key := range path {
		if t == nil {
			return nil
		}
		t = t.of[key]
	}
	return t
}

// word is the text under a path of keys, empty when there is none.
func (t *tree) word(path ...string) string {
	if found := t.get(path...); found != nil {
		return found.text
	}
	return ""
}

func (t *tree) line(key string) int {
	if found := t.get(key); found != nil {
		return found.at
	}
	return 0
}

// elements are the items of a list; a single value is a list of one.
func (t *tree) elements() []*tree {
	switch {
	case t == nil:
		return nil
	case t.items != nil:
		return t.items
	default:
		return []*tree{t}
	}
}

// texts are the items of a list in words.
func (t *tree) texts() []string {
	var out []string
	for _, e := range t.elements() {
		out = append(out, e.String())
	}
	return out
}

// named finds the entry of a list by its id.
func (t *tree) named(id string) *tree {
	for _, e := range t.elements() {
		if e.word("id") == id {
			return e
		}
	}
	return nil
}

// without is the mapping without some of its keys.
func (t *tree) without(keys ...string) *tree {
	out := &tree{of: map[string]*tree{}}
	if t == nil {
		return out
	}
	for _, key := range t.keys {
		if !slices.Contains(keys, key) {
			out.keys, out.of[key] = append(out.keys, key), t.of[key]
		}
	}
	return out
}

// String writes the node on one line, as it could stand in a policy.
func (t *tree) String() string {
	switch {
	case t == nil:
		return "nothing"
	case t.of != nil:
		parts := make([]string, len(t.keys))
		for i, key := range t.keys {
			parts[i] = key + ": " + t.of[key].String()
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case t.items != nil:
		return "[" + strings.Join(t.texts(), ", ") + "]"
	default:
		return t.text
	}
}

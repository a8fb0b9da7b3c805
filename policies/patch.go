package policies

import (
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// patch changes one list of a policy: the conditions of a rule or of the scope,
// the rules, or the caps.
type patch struct {
	path         string // as written: clear.when.all
	what         string
	at           Position // of the path
	add, replace []ast.Node
	remove       []string
	removing     []ast.Node // the nodes of remove
}

// patch reads {at: path, add: [...], remove: [...], replace: [...]}.
func (r *reader) patch(n ast.Node, what string) patch {
	t := r.table(n, what)
	if t == nil {
		return patch{}
	}
	defer t.close()
	p := patch{path: t.required("at"), what: what, at: t.place("at")}
	p.add, p.replace, p.removing, p.remove = t.list("add"), t.list("replace"), t.list("remove"), t.texts("remove")
	if len(p.add)+len(p.replace)+len(p.remove) == 0 {
		r.fault(t.at, schema, "%s: give add, remove or replace", what)
	}
	return p
}

// apply returns the policy with the patch. The policy itself is not changed.
func (r *reader) apply(root ast.Node, p *patch) ast.Node {
	steps := strings.Split(p.path, ".")
	if !slices.Contains([]string{"scope", "rules", "caps"}, steps[0]) {
		steps = slices.Insert(steps, 0, "rules")
	}
	patched := along(root, steps, func(list *ast.SequenceNode) ast.Node { return r.change(list, p) })
	if patched == nil {
		r.fault(p.at, schema, "at: %s is no list of conditions, rules or caps; write it as the id of a rule, when, and all, any or none, "+
			"as in clear.when.all, or scope.all, or rules; of a group inside a list, its place: clear.when.all.2.any", p.path)
		return root
	}
	return patched
}

// along returns a copy of a node in which the list at the end of a path is
// changed; nil when the path leads to no list. What is not on the path is shared.
func along(n ast.Node, steps []string, change func(*ast.SequenceNode) ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.MappingNode:
		for i, v := range n.Values {
			if len(steps) == 0 || v.Key.String() != steps[0] {
				continue
			}
			if value := along(v, steps, change); value != nil {
				out := *n
				out.Values = slices.Clone(n.Values)
				out.Values[i], _ = value.(*ast.MappingValueNode) // the copy of v
				return &out
			}
		}
	case *ast.MappingValueNode:
		if len(steps) == 0 || n.Key.String() != steps[0] {
			return nil
		}
		if value := along(n.Value, steps[1:], change); value != nil {
			out := *n
			out.Value = value
			return &out
		}
	case *ast.SequenceNode:
		if len(steps) == 0 {
			return change(n)
		}
		for i, item := range n.Values {
			if !called(item, i, steps[0]) {
				continue
			}
			if value := along(item, steps[1:], change); value != nil {
				out := *n
				out.Values = slices.Clone(n.Values)
				out.Values[i] = value
				return &out
			}
		}
	}
	return nil
}

// change returns a copy of a list with what the patch removes, replaces and adds.
func (r *reader) change(list *ast.SequenceNode, p *patch) ast.Node {
	values := slices.Clone(list.Values)
	find := func(name string) int {
		for i, item := range values {
			if item != nil && called(item, i, name) {
				return i
			}
		}
		return -1
	}
	for i, name := range p.remove {
		if at := find(name); at >= 0 {
			values[at] = nil
		} else {
			r.fault(r.at(p.removing[i]), schema, "%s holds no %q to remove%s", p.path, name, closest(name, list))
		}
	}
	for _, n := range p.replace {
		name := nameOf(n)
		if at := find(name); at >= 0 && name != "" {
			values[at] = n
		} else {
			r.fault(r.at(n), schema, "%s holds no %q to replace%s", p.path, name, closest(name, list))
		}
	}
	out := *list
	out.Values = append(slices.DeleteFunc(values, func(n ast.Node) bool { return n == nil }), p.add...)
	return &out
}

// called tells whether the item at a place of a list goes by a name: its id, the
// condition that it refers to, or its place, counted from 1.
func called(n ast.Node, i int, name string) bool {
	return nameOf(n) == name || strconv.Itoa(i+1) == name
}

// nameOf is the id of an item, or the condition to which it refers.
func nameOf(n ast.Node) string {
	t := treeOf(n)
	if id := t.word("id"); id != "" {
		return id
	}
	return t.word("ref")
}

// closest is a hint at the name that was meant.
func closest(name string, list *ast.SequenceNode) string {
	names := make([]string, 0, len(list.Values))
	for _, item := range list.Values {
		if known := nameOf(item); known != "" {
			names = append(names, known)
		}
	}
	if near := nearest(name, names); near != "" {
		return "; do you mean " + near + "?"
	}
	return "; it has " + strings.Join(names, ", ")
}

// withoutKey is a mapping without one of its keys.
func withoutKey(n ast.Node, key string) ast.Node {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return n
	}
	out := *m
	out.Values = slices.DeleteFunc(slices.Clone(m.Values), func(v *ast.MappingValueNode) bool { return v.Key.String() == key })
	return &out
}

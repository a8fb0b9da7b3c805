package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// conditions reads the pack's named conditions, which rules use by reference.
func (r *reader) conditions(t *table) {
	for _, n := range t.list("conditions") {
		entry := r.table(n, "condition")
		if entry == nil {
			continue
		}
		leaf := r.leaf(entry, "")
		if slices.ContainsFunc(r.pack.conditions, func(l *Leaf) bool { return l.ID == leaf.ID }) {
			r.fault(entry.place("id"), schema, "condition %s is defined twice; rename one", leaf.ID)
		}
		r.pack.conditions = append(r.pack.conditions, leaf)
	}
}

func (r *reader) scope(t *table) {
	if n := t.get("scope"); n != nil {
		r.pack.Scope = r.condition(n, "scope")
	}
}

// condition reads a node of a rule: all, any or none of conditions, a
// reference, or a leaf.
func (r *reader) condition(n ast.Node, owner string) *Condition {
	t := r.table(n, "condition of "+owner)
	if t == nil {
		return &Condition{Op: All, At: r.at(n)}
	}
	if t.has("ref") {
		defer t.close()
		return &Condition{Leaf: r.resolve(t), At: t.at}
	}
	if op, key, ok := operator(t); ok {
		c := &Condition{Op: op, At: t.at}
		for _, term := range t.list(key) {
			c.Terms = append(c.Terms, r.condition(term, owner))
		}
		if len(c.Terms) == 0 {
			r.fault(t.place(key), schema, "%s: %s is an empty list; give it conditions or remove it", t.what, key)
		}
		t.close()
		return c
	}
	leaf := r.leaf(t, owner)
	for _, other := range r.leavesOf(owner) {
		if other.ID == leaf.ID {
			r.fault(t.place("id"), schema, "condition %s is defined twice; use {ref: %s} for the same condition", leaf.ID, leaf.ID)
		}
	}
	r.defined = append(r.defined, leaf)
	return &Condition{Leaf: leaf, At: t.at}
}

// operator finds the key that joins conditions.
func operator(t *table) (Op, string, bool) {
	for op, key := range []string{"all", "any", "none"} {
		if t.values[key] != nil {
			t.get(key)
			return Op(op), key, true
		}
	}
	return All, "", false
}

// resolve finds the leaf that a reference names: a named condition, or
// rule.condition of an earlier rule or of the scope.
func (r *reader) resolve(t *table) *Leaf {
	name := t.text("ref")
	var known []string
	for _, leaf := range slices.Concat(r.pack.conditions, r.defined) {
		if leaf.ID == name {
			r.use("condition", name)
			return leaf
		}
		known = append(known, leaf.ID)
	}
	hint := ""
	if near := nearest(name, known); near != "" {
		hint = fmt.Sprintf("; do you mean %s?", near)
	}
	r.fault(t.place("ref"), schema, "ref %q names no condition defined before this line%s", name, hint)
	return &Leaf{ID: name, At: t.at}
}

func (r *reader) leavesOf(owner string) []*Leaf {
	var out []*Leaf
	for _, leaf := range r.defined {
		if strings.HasPrefix(leaf.ID, owner+".") {
			out = append(out, leaf)
		}
	}
	return out
}

// testKeys are the keys of a leaf that say what it looks at.
var testKeys = []string{
	"code", "code_section", "disposition", "severity", "inchoate", "county", "sentence",
	"degree", "max_penalty", "term", "incarcerated", "restitution",
	"substance", "victim_age", "victim_relation",
	"date", "age", "elapsed", "person", "case", "fact",
}

// leaf reads one cited question.
func (r *reader) leaf(t *table, owner string) *Leaf {
	leaf := &Leaf{ID: t.required("id"), At: t.at}
	if leaf.ID != "" {
		r.shaped(t, "id", leaf.ID, identifier, "small letters, digits and hyphens")
		if owner != "" {
			leaf.ID = owner + "." + leaf.ID
		}
		t.what = "condition " + leaf.ID
	}
	leaf.Cite = t.cite()
	leaf.Temporary = t.flag("temporary")
	leaf.Ask, leaf.Who = t.text("ask"), t.text("who")
	leaf.Unknown = r.unknown(t, leaf)
	leaf.Say = r.say(t)
	leaf.Test = r.onlyTest(t, leaf)
	r.presumedClosed(t, leaf)
	t.close()
	return leaf
}

// onlyTest reads the one key of a leaf that says what it looks at.
func (r *reader) onlyTest(t *table, leaf *Leaf) Test {
	var given []string
	for _, key := range testKeys {
		if t.get(key) != nil {
			given = append(given, key)
		}
	}
	if len(given) != 1 {
		// An unknown key is the likelier mistake than a missing one, and close
		// reports it.
		if len(given) > 1 || !slices.ContainsFunc(t.keys, func(k string) bool { return !slices.Contains(t.asked, k) }) {
			r.fault(t.at, schema, "%s must look at exactly one of %s; it has %d", t.what, strings.Join(testKeys, ", "), len(given))
		}
		return nil
	}
	node := t.get(given[0])
	unknown := ""
	if leaf.Unknown.Presume {
		unknown = t.get("unknown").String()
	}
	leaf.definition = r.meaning(fmt.Sprintf("%s: %s | %s | %s %v", given[0], node.String(), leaf.Cite, unknown, leaf.Temporary))
	return r.test(t, given[0], leaf)
}

// isWord tells whether a node is one word.
func (r *reader) isWord(n ast.Node, word string) bool {
	s, ok := n.(*ast.StringNode)
	return ok && s.Value == word
}

func (r *reader) say(t *table) Say {
	s := t.child("say", t.what+": say")
	if s == nil {
		return Say{}
	}
	defer s.close()
	say := Say{Yes: s.text("yes"), No: s.text("no"), Unknown: s.text("unknown")}
	r.template(s, "yes", say.Yes)
	r.template(s, "no", say.No)
	r.template(s, "unknown", say.Unknown)
	return say
}

package policies

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/clearsweep/clearsweep/schemas"
)

// reader walks the nodes of a YAML file and collects faults with their places,
// so that an author sees all of them at once.
type reader struct {
	file   string
	faults Faults
	pack   *Pack
	usage  map[string]bool // what the rules use: "param county", "set possession"
	// defined are the leaves read so far that stand in the scope or in a rule.
	defined []*Leaf
	whatIfs []variantText
	fixed   map[string]string // of a variant: the parameters that it fixes
	// presuming is set while the condition of a presumption is read.
	presuming bool
}

// schema is the code of faults against the language itself.
const schema = "schema"

func (r *reader) fault(at Position, code, format string, args ...any) {
	r.faults = append(r.faults, Fault{
		File: r.file, Line: at.Line, Column: at.Column, Code: code, Message: fmt.Sprintf(format, args...),
	})
}

func (r *reader) warn(at Position, code, format string, args ...any) {
	r.fault(at, code, format, args...)
	r.faults[len(r.faults)-1].Warning = true
}

func (r *reader) at(n ast.Node) Position {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return Position{File: r.file}
	}
	p := n.GetToken().Position
	return Position{File: r.file, Line: p.Line, Column: p.Column}
}

// root parses the file and returns its top mapping, or nil with a fault.
func (r *reader) root(source []byte, what string) *table {
	if n := r.document(source); n != nil {
		return r.table(n, what)
	}
	return nil
}

// document parses the file, which holds one document; nil with a fault.
func (r *reader) document(source []byte) ast.Node {
	if !r.sound(source) {
		return nil
	}
	file, err := parser.ParseBytes(source, 0)
	if err != nil {
		at := Position{File: r.file}
		message := err.Error()
		if syntax, ok := errors.AsType[yaml.Error](err); ok {
			message = syntax.GetMessage()
			if token := syntax.GetToken(); token != nil && token.Position != nil {
				at.Line, at.Column = token.Position.Line, token.Position.Column
			}
		}
		r.fault(at, schema, "not YAML: %s", message)
		return nil
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		r.fault(Position{File: r.file}, schema, "the file must hold exactly one YAML document, it has %d", len(file.Docs))
		return nil
	}
	return file.Docs[0].Body
}

// table is a mapping of the file. Every key that is asked for is a known key;
// close reports those that nobody asked for.
type table struct {
	r      *reader
	what   string
	at     Position
	keys   []string
	values map[string]ast.Node
	places map[string]Position
	asked  []string
}

// table reads a mapping; nil with a fault when n is none.
func (r *reader) table(n ast.Node, what string) *table {
	t := &table{r: r, what: what, at: r.at(n), values: map[string]ast.Node{}, places: map[string]Position{}}
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		r.fault(r.at(n), schema, "%s must be a mapping (key: value), this is %s", what, kind(n))
		return nil
	}
	for i, v := range values {
		key := v.Key.String()
		if i == 0 {
			t.at = r.at(v.Key)
		}
		t.keys = append(t.keys, key)
		t.values[key], t.places[key] = v.Value, r.at(v.Key)
	}
	return t
}

// kind says in a lawyer's words what a node is.
func kind(n ast.Node) string {
	switch n.(type) {
	case nil, *ast.NullNode:
		return "empty"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AliasNode, *ast.AnchorNode:
		return "a YAML anchor or alias; write a condition once and use ref"
	default:
		return fmt.Sprintf("%q", n.String())
	}
}

// written is the mapping as it stands in the file.
func (t *table) written() string {
	parts := make([]string, len(t.keys))
	for i, key := range t.keys {
		parts[i] = key + ": " + t.values[key].String()
	}
	return strings.Join(parts, ", ")
}

// get returns the value of a key, or nil when it is absent.
func (t *table) get(key string) ast.Node {
	if !slices.Contains(t.asked, key) {
		t.asked = append(t.asked, key)
	}
	return t.values[key]
}

func (t *table) has(key string) bool { return t.get(key) != nil }

// place is where the key stands, or the table when it is absent.
func (t *table) place(key string) Position {
	if at, ok := t.places[key]; ok {
		return at
	}
	return t.at
}

// close reports the keys that nobody asked for.
func (t *table) close() {
	for _, key := range t.keys {
		if slices.Contains(t.asked, key) {
			continue
		}
		if code, why, ok := forbidden(key); ok {
			t.r.fault(t.places[key], code, "%s: %q is refused: %s", t.what, key, why)
			continue
		}
		if key == "others" || key == "or_same_day" {
			t.r.fault(t.places[key], schema, "%s: put %s beside none, any, every or count, not inside: {none: {...}, %s: %s}",
				t.what, key, key, t.values[key])
			continue
		}
		hint := ""
		if near := nearest(key, t.asked); near != "" {
			hint = fmt.Sprintf("; do you mean %q?", near)
		}
		known := slices.Sorted(slices.Values(t.asked))
		t.r.fault(t.places[key], schema, "%s has no key %q%s (it has %s)", t.what, key, hint, strings.Join(known, ", "))
	}
}

// forbidden names keys that other tools have, and why no policy has them here.
func forbidden(key string) (code, why string, ok bool) {
	switch key {
	case "petition", "fee", "fees", "hearing", "attestation", "application", "applicant", "applicant_states", "fingerprints":
		return "R1", "relief is automatic and cannot rest on what a person files, pays or says; remove the condition", true
	case "description", "keyword", "keywords", "regex", "contains", "matches", "starts_with", "literal":
		return "R7", "words of a description decide nothing; name the statutes in codes and use code: {in: [...]}", true
	case "persons", "overrides", "override", "exclude_persons", "person_ids", "exclude_cases":
		return "R8", "no list of persons changes an outcome; correct the data, the policy, or record the court's order", true
	case "base", "extends":
		return schema, "a variant changes the policy itself and stands on no other variant; repeat what the other changes", true
	default:
		return "", "", false
	}
}

// text reads a text; empty when the key is absent.
func (t *table) text(key string) string {
	n := t.get(key)
	if n == nil {
		return ""
	}
	return t.r.text(n, t.what+": "+key)
}

// required reads a text that must be there.
func (t *table) required(key string) string {
	s := t.text(key)
	if s == "" && (!t.has(key) || isNull(t.get(key))) {
		t.r.fault(t.at, schema, "%s: %s is missing; add it", t.what, key)
	}
	return s
}

// cite reads the source that every rule, set and leaf must have.
func (t *table) cite() string {
	s := t.text("cite")
	if s == "" {
		t.r.fault(t.at, "R7", "%s has no cite; name the statute and subsection it comes from", t.what)
	}
	return s
}

func isNull(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return null
}

func (r *reader) text(n ast.Node, what string) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return strings.TrimSpace(n.Value)
	case *ast.LiteralNode:
		return strings.Join(strings.Fields(n.Value.Value), " ")
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value
	default:
		r.fault(r.at(n), schema, "%s must be a text, this is %s", what, kind(n))
		return ""
	}
}

// flag reads true or false; absent is false.
func (t *table) flag(key string) bool {
	n := t.get(key)
	if n == nil {
		return false
	}
	b, ok := n.(*ast.BoolNode)
	if !ok {
		t.r.fault(t.r.at(n), schema, "%s: %s must be true or false, this is %s", t.what, key, kind(n))
		return false
	}
	return b.Value
}

// date reads a date of the form 2006-01-02; NoDate when absent.
func (t *table) date(key string) schemas.Date {
	n := t.get(key)
	if n == nil || isNull(n) {
		return schemas.NoDate
	}
	return t.r.date(n, t.what+": "+key)
}

func (r *reader) date(n ast.Node, what string) schemas.Date {
	text := r.text(n, what)
	d, err := schemas.ParseDate(text)
	if err != nil && text != "" {
		r.fault(r.at(n), schema, "%s: %v", what, err)
	}
	return d
}

// list reads a list of nodes; a single value is a list of one.
func (t *table) list(key string) []ast.Node {
	n := t.get(key)
	switch n := n.(type) {
	case nil:
		return nil
	case *ast.SequenceNode:
		return n.Values
	case *ast.NullNode:
		t.r.fault(t.place(key), schema, "%s: %s is empty; give it a value or remove it", t.what, key)
		return nil
	default:
		return []ast.Node{n}
	}
}

func (t *table) texts(key string) []string {
	var out []string
	for _, n := range t.list(key) {
		out = append(out, t.r.text(n, t.what+": "+key))
	}
	return out
}

// child reads a mapping under a key; nil when absent.
func (t *table) child(key, what string) *table {
	n := t.get(key)
	if n == nil {
		return nil
	}
	return t.r.table(n, what)
}

// enums reads a list of words of a closed vocabulary.
func enums[T any](t *table, key string, parse func(string) (T, error)) []T {
	var out []T
	for _, n := range t.list(key) {
		word := t.r.text(n, t.what+": "+key)
		v, err := parse(word)
		if err != nil {
			if word != "" {
				t.r.fault(t.r.at(n), schema, "%s: %v", t.what, err)
			}
			continue
		}
		out = append(out, v)
	}
	return out
}

// integer reads a whole number.
func (r *reader) integer(n ast.Node, what string) int {
	text := r.text(n, what)
	v, err := strconv.Atoi(text)
	if err != nil && text != "" {
		r.fault(r.at(n), schema, "%s must be a whole number, this is %q", what, text)
	}
	return v
}

// reference reads $name and checks that the pack has such a parameter of the
// type wanted; false when the node is no reference.
func (r *reader) reference(n ast.Node, want ParamType, what string) (string, bool) {
	s, ok := n.(*ast.StringNode)
	if !ok || !strings.HasPrefix(s.Value, "$") {
		return "", false
	}
	name := s.Value[1:]
	p := r.pack.Param(name)
	switch {
	case p == nil:
		r.fault(r.at(n), schema, "%s: no parameter %q; add it to params", what, name)
	case p.Type != want:
		r.fault(r.at(n), schema, "%s: parameter %q is %s, here a %s is needed", what, name, p.Type, want)
	}
	r.use("param", name)
	return name, true
}

package policies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// checker is as much of JSON Schema as Schema uses. An unknown keyword is an
// error, so that it never checks less than it seems to.
type checker struct{ defs map[string]any }

func newChecker(t *testing.T, source []byte) (checker, map[string]any) {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(source, &root); err != nil {
		t.Fatal(err)
	}
	defs, _ := root["$defs"].(map[string]any)
	return checker{defs}, root
}

func (c checker) resolve(s map[string]any) map[string]any {
	ref, ok := s["$ref"].(string)
	if !ok {
		return s
	}
	return c.defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
}

// check lists what of a node does not satisfy the schema.
func (c checker) check(s map[string]any, n *tree, path string) []string {
	s = c.resolve(s)
	var faults []string
	bad := func(format string, args ...any) {
		faults = append(faults, path+": "+fmt.Sprintf(format, args...))
	}
	for keyword, v := range s {
		switch keyword {
		case "description", "title", "$schema", "$defs", "additionalProperties":
		case "type":
			if !typed(v, n) {
				bad("%s is no %v", n, v)
			}
		case "const":
			if fmt.Sprint(v) != n.text {
				bad("%s is not %v", n, v)
			}
		case "enum":
			if !slices.ContainsFunc(v.([]any), func(e any) bool { return e == n.text }) || n.of != nil {
				bad("%s is none of %v", n, v)
			}
		case "pattern":
			if n.of == nil && n.items == nil && !regexp.MustCompile(v.(string)).MatchString(n.text) {
				bad("%s does not match %v", n, v)
			}
		case "anyOf":
			faults = append(faults, c.branches(v.([]any), n, path, 1, len(v.([]any)))...)
		case "oneOf":
			faults = append(faults, c.branches(v.([]any), n, path, 1, 1)...)
		case "items":
			for i, item := range n.items {
				faults = append(faults, c.check(v.(map[string]any), item, path+"/"+strconv.Itoa(i))...)
			}
		case "minItems":
			if n.items != nil && len(n.items) == 0 {
				bad("is empty")
			}
		case "required":
			for _, key := range v.([]any) {
				if n.get(key.(string)) == nil {
					bad("%s is missing", key)
				}
			}
		case "propertyNames":
			for _, key := range n.keys {
				faults = append(faults, c.check(v.(map[string]any), &tree{text: key}, path+"/"+key)...)
			}
		case "minProperties":
			if float64(len(n.keys)) < v.(float64) {
				bad("has too few keys")
			}
		case "maxProperties":
			if float64(len(n.keys)) > v.(float64) {
				bad("has too many keys")
			}
		case "properties":
			for _, key := range n.keys {
				faults = append(faults, c.property(s, v.(map[string]any), n, key, path)...)
			}
		default:
			bad("keyword %s is not checked", keyword)
		}
	}
	if _, ok := s["properties"]; !ok {
		if rest, ok := s["additionalProperties"].(map[string]any); ok {
			for _, key := range n.keys {
				faults = append(faults, c.check(rest, n.of[key], path+"/"+key)...)
			}
		}
	}
	return faults
}

func (c checker) property(s, properties map[string]any, n *tree, key, path string) []string {
	if p, ok := properties[key].(map[string]any); ok {
		return c.check(p, n.of[key], path+"/"+key)
	}
	if s["additionalProperties"] == false {
		return []string{path + ": no key " + key}
	}
	return nil
}

func (c checker) branches(branches []any, n *tree, path string, least, most int) []string {
	var faults []string
	held := 0
	for _, b := range branches {
		f := c.check(b.(map[string]any), n, path)
		if len(f) == 0 {
			held++
		}
		faults = append(faults, f...)
	}
	if held < least || held > most {
		return append([]string{fmt.Sprintf("%s: %d branches hold, want %d to %d", path, held, least, most)}, faults...)
	}
	return nil
}

func typed(v any, n *tree) bool {
	names, ok := v.([]any)
	if !ok {
		names = []any{v}
	}
	_, notNumber := strconv.Atoi(n.text)
	for _, name := range names {
		scalar := n.of == nil && n.items == nil
		switch name {
		case "object":
			ok = n.of != nil
		case "array":
			ok = n.items != nil
		case "boolean":
			ok = scalar && (n.text == "true" || n.text == "false")
		case "integer":
			ok = scalar && notNumber == nil
		case "null":
			ok = scalar && n.text == ""
		default:
			ok = scalar
		}
		if ok {
			return true
		}
	}
	return false
}

// allPacks are the built-in packs and those that tests keep.
func allPacks(t *testing.T) []*Pack {
	t.Helper()
	names := Packs()
	kept, err := filepath.Glob("../testdata/policies/*/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var packs []*Pack
	for _, name := range append(names, kept...) {
		p, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		packs = append(packs, p)
	}
	return packs
}

func TestPacksSatisfyTheSchema(t *testing.T) {
	policy, root := newChecker(t, Schema())
	cases, casesRoot := newChecker(t, CasesSchema())
	for _, p := range allPacks(t) {
		for _, fault := range policy.check(root, p.source(), "") {
			t.Errorf("%s: %s", p.Name(), fault)
		}
		if source, ok := p.files[casesFile]; ok {
			for _, fault := range cases.check(casesRoot, parsed(source), "") {
				t.Errorf("%s cases: %s", p.Name(), fault)
			}
		}
	}
}

// TestSchemaRefuses puts what an editor can see into a policy that is accepted.
func TestSchemaRefuses(t *testing.T) {
	c, root := newChecker(t, Schema())
	if faults := c.check(root, parsed([]byte(small)), ""); len(faults) > 0 {
		t.Fatalf("the small pack: %v", faults)
	}
	for name, change := range map[string][2]string{
		"unknown key":          {"title:", "titel: x\ntitle:"},
		"unknown schema":       {"relief/v1", "relief/v9"},
		"unknown profile":      {"statutory", "lenient"},
		"unknown verb":         {"verb: seal", "verb: hide"},
		"unknown disposition":  {"convicted, disposition: {in: [convicted]}", "convicted, disposition: {in: [guilty]}"},
		"two tests":            {"code: {in: [cannabis]}", "code: {in: [cannabis]}, severity: {in: [felony]}"},
		"two outcomes":         {"    reason:", "    blocked: {lifts: later}\n    reason:"},
		"uncited leaf":         {`cite: "Act 3", who`, "who"},
		"uncited rule":         {"    cite: \"Act 5\"\n", ""},
		"member is no section": {`"HSC 11357/*"`, `"11357"`},
		"relief without basis": {`legal_basis: "Act 6", `, ""},
		"keyword":              {"code: {in: [cannabis]}", "description: cannabis"},
	} {
		if !strings.Contains(small, change[0]) {
			t.Fatalf("%s: the small pack has no %q", name, change[0])
		}
		if len(c.check(root, parsed([]byte(strings.Replace(small, change[0], change[1], 1))), "")) == 0 {
			t.Errorf("%s: the schema accepts it", name)
		}
	}
}

// TestSchemaHasEveryKey gives every mapping of every pack a key that nobody
// knows; the reader then lists the keys that it does know, and the schema must
// have them all. So the schema cannot fall behind the reader. When it does, add
// the key to schema_policy.go, schema_leaf.go or schema_cases.go.
func TestSchemaHasEveryKey(t *testing.T) {
	policy, root := newChecker(t, Schema())
	cases, casesRoot := newChecker(t, CasesSchema())
	missing, seen := map[string]bool{}, map[string]bool{}
	for _, p := range allPacks(t) {
		text, paths := probe(p.source())
		_, err := Parse("probe", fstest.MapFS{policyFile: {Data: []byte(text)}})
		policy.compareKeys(root, err, paths, missing, seen)
		if p.files[casesFile] == nil {
			continue
		}
		text, paths = probe(parsed(p.files[casesFile]))
		files := maps.Clone(p.files)
		files[casesFile] = []byte(text)
		again, err := ParseFiles("probe", files)
		if err != nil {
			t.Fatal(err)
		}
		_, err = again.Cases()
		cases.compareKeys(casesRoot, err, paths, missing, seen)
	}
	for _, key := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("%s: the reader knows it, the schema does not", key)
	}
	for _, key := range slices.Concat(testKeys, []string{"presume", "effective", "birth_date", "members", "verb"}) {
		if !seen[key] {
			t.Errorf("no probe reached the key %s", key)
		}
	}
}

// probe writes a file with a stranger in each mapping, and the path of each.
func probe(n *tree) (text string, paths [][]string) {
	var visit func(n *tree, path []string)
	visit = func(n *tree, path []string) {
		if n.of != nil {
			for _, key := range n.keys {
				visit(n.of[key], append(slices.Clip(path), key))
			}
			key := fmt.Sprintf("%s-%d", stranger, len(paths))
			n.keys, n.of[key] = append(n.keys, key), &tree{text: "1"}
			paths = append(paths, path)
		}
		for i, item := range n.items {
			visit(item, append(slices.Clip(path), strconv.Itoa(i)))
		}
	}
	visit(n, nil)
	return flow(n), paths
}

const stranger = "zz-stranger"

var knownKeys = regexp.MustCompile(`has no key "` + stranger + `-([0-9]+)".*\(it has ([^)]*)\)`)

// compareKeys notes the keys that the reader says it knows where a stranger is,
// and those of them that the schema has not.
func (c checker) compareKeys(root map[string]any, err error, paths [][]string, missing, seen map[string]bool) {
	for _, match := range knownKeys.FindAllStringSubmatch(err.Error(), -1) {
		n, _ := strconv.Atoi(match[1])
		properties := c.keysAt([]map[string]any{root}, paths[n])
		where := regexp.MustCompile(`/[0-9]+|(^/(params|codes|facts))/[^/]+`).ReplaceAllString("/"+strings.Join(paths[n], "/"), "$1")
		for key := range strings.SplitSeq(match[2], ", ") {
			seen[key] = true
			if !properties[key] {
				missing[where+": "+key] = true
			}
		}
	}
}

// keysAt are the keys that the schema has at a path.
func (c checker) keysAt(at []map[string]any, path []string) map[string]bool {
	for _, step := range path {
		var next []map[string]any
		for _, s := range c.expand(at) {
			properties, _ := s["properties"].(map[string]any)
			items, isList := s["items"].(map[string]any)
			rest, open := s["additionalProperties"].(map[string]any)
			switch _, notIndex := strconv.Atoi(step); {
			case properties[step] != nil:
				next = append(next, properties[step].(map[string]any))
			case isList && notIndex == nil:
				next = append(next, items)
			case open:
				next = append(next, rest)
			}
		}
		at = next
	}
	keys := map[string]bool{}
	for _, s := range c.expand(at) {
		properties, _ := s["properties"].(map[string]any)
		for key := range properties {
			keys[key] = true
		}
	}
	return keys
}

func (c checker) expand(at []map[string]any) []map[string]any {
	var out []map[string]any
	for _, s := range at {
		s = c.resolve(s)
		out = append(out, s)
		branches, _ := s["anyOf"].([]any)
		for _, b := range branches {
			out = append(out, c.expand([]map[string]any{b.(map[string]any)})...)
		}
	}
	return out
}

// flow writes a tree as YAML.
func flow(n *tree) string {
	var parts []string
	switch _, notNumber := strconv.Atoi(n.text); {
	case n.of != nil:
		for _, key := range n.keys {
			parts = append(parts, key+": "+flow(n.of[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case n.items != nil:
		for _, item := range n.items {
			parts = append(parts, flow(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case notNumber == nil, n.text == "true", n.text == "false", n.text == "":
		return n.text
	default:
		return strconv.Quote(n.text)
	}
}

func parsed(source []byte) *tree {
	p := &Pack{files: map[string][]byte{policyFile: source}}
	return p.source()
}

func TestSchemaIsWrittenTheSameTwice(t *testing.T) {
	for name, write := range map[string]func() []byte{"policy": Schema, "cases": CasesSchema} {
		if first, second := write(), write(); !bytes.Equal(first, second) {
			t.Errorf("%s: two schemas of one program differ", name)
		}
	}
}

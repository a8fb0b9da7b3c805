package policies

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ChangeKind says what a change between two packs can do.
type ChangeKind uint8

// The kinds, the gravest first.
const (
	// LawChange may move decisions.
	LawChange ChangeKind = iota
	// SourceChange is of a citation or a signature: nothing moves, but somebody
	// must read it.
	SourceChange
	// WordChange is of words for people.
	WordChange
)

func (k ChangeKind) String() string {
	return []string{"may move decisions", "sources", "words"}[k]
}

// Change is one difference between two packs, in words.
type Change struct {
	Kind ChangeKind
	Part string // where it is: rule clear, code set cannabis
	What string // what is different
}

// Diff says what b changes of a. It compares the packs as they are written,
// key by key, so that no difference is left out however the language grows;
// comments, layout and the order of sets mean nothing. Changes come in the
// order of the file, and none when the packs say the same.
func Diff(a, b *Pack) []Change {
	d := &differ{}
	d.law(a.source(), b.source())
	d.files(a, b)
	return d.changes
}

// differ collects changes.
type differ struct{ changes []Change }

// law compares two policy.yaml.
func (d *differ) law(old, now *tree) {
	d.mapping("head", "", head(old), head(now))
	for _, part := range []struct{ key, name string }{{"params", "parameter"}, {"codes", "code set"}, {"facts", "fact"}} {
		d.names(part.name, old.get(part.key), now.get(part.key))
	}
	d.conditions(old, now)
	d.joined("scope", "scope", old.get("scope"), now.get("scope"))
	d.rules(old, now)
	d.compare("otherwise", "", old.get("otherwise"), now.get("otherwise"))
	d.names("variant", old.get("variants"), now.get("variants"))
}

func (d *differ) note(kind ChangeKind, part, format string, args ...any) {
	d.changes = append(d.changes, Change{kind, part, fmt.Sprintf(format, args...)})
}

func head(t *tree) *tree {
	return t.without("params", "codes", "facts", "conditions", "scope", "rules", "otherwise", "variants")
}

// kindOf tells what a change under a path can do, by the last key that says so.
func kindOf(path string) ChangeKind {
	for key := range strings.SplitSeq(path, ".") {
		switch key {
		case "cite", "legal_basis", "signed_off":
			return SourceChange
		case "id", "say", "ask", "who", "reason", "help", "title", "question", "lifts", "try_next", "other_law":
			return WordChange
		}
	}
	return LawChange
}

func under(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// compare notes how two nodes differ. A nil node is one that is not there.
func (d *differ) compare(part, path string, a, b *tree) {
	switch {
	case a.String() == b.String() && (a == nil) == (b == nil):
	case a != nil && b != nil && a.of != nil && b.of != nil:
		d.mapping(part, path, a, b)
	case a != nil && b != nil && (a.items != nil || b.items != nil) && a.of == nil && b.of == nil:
		d.list(part, path, a.texts(), b.texts())
	case a == nil:
		d.note(kindOf(path), part, "%s is new: %s", path, b)
	case b == nil:
		d.note(kindOf(path), part, "%s is gone: it was %s", path, a)
	default:
		d.note(kindOf(path), part, "%s was %s, is %s", path, a, b)
	}
}

func (d *differ) mapping(part, path string, a, b *tree) {
	for _, key := range union(a.names(), b.names()) {
		d.compare(part, under(path, key), a.get(key), b.get(key))
	}
}

// sets are the lists whose order means nothing.
var sets = []string{"members", "except", "include", "in", "of", "allowed", "implied_by"}

// list compares lists as sets, and those that are equal as orders.
func (d *differ) list(part, path string, a, b []string) {
	kind := kindOf(path)
	gone, added := minus(a, b), minus(b, a)
	if len(added) > 0 {
		d.note(kind, part, "%s: added %s", path, strings.Join(added, ", "))
	}
	if len(gone) > 0 {
		d.note(kind, part, "%s: removed %s", path, strings.Join(gone, ", "))
	}
	ordered := !slices.Contains(sets, path[strings.LastIndexByte(path, '.')+1:])
	if ordered && len(added)+len(gone) == 0 && !slices.Equal(a, b) {
		d.note(kind, part, "%s: the order was %s, is %s", path, strings.Join(a, ", "), strings.Join(b, ", "))
	}
}

// names compares parts that the author names: parameters, code sets, facts.
func (d *differ) names(what string, a, b *tree) {
	for _, name := range union(a.names(), b.names()) {
		d.whole(what+" "+name, a.get(name), b.get(name))
	}
}

// whole compares a part that may be new or gone as a whole.
func (d *differ) whole(part string, a, b *tree) {
	switch {
	case a == nil:
		d.note(LawChange, part, "is new: %s", b)
	case b == nil:
		d.note(LawChange, part, "is gone: it was %s", a)
	default:
		d.compare(part, "", a, b)
	}
}

// conditions compares the named conditions, and says which rules use them.
func (d *differ) conditions(a, b *tree) {
	old, now := a.get("conditions"), b.get("conditions")
	for _, id := range union(old.ids(), now.ids()) {
		part := "condition " + id
		if users := usersOf(b, id); len(users) > 0 {
			part += " (used by " + strings.Join(users, ", ") + ")"
		}
		d.whole(part, old.named(id), now.named(id))
	}
}

// usersOf are the rules whose conditions name one by reference.
func usersOf(root *tree, id string) []string {
	var users []string
	for _, rule := range root.get("rules").elements() {
		if slices.Contains(references(rule.get("when")), id) {
			users = append(users, rule.word("id"))
		}
	}
	return users
}

func references(t *tree) []string {
	if ref := t.word("ref"); ref != "" {
		return []string{ref}
	}
	var refs []string
	for _, key := range operators {
		for _, term := range t.get(key).elements() {
			refs = append(refs, references(term)...)
		}
	}
	return refs
}

// joined compares two conditions: their leaves one by one, and how they are
// joined.
func (d *differ) joined(part, owner string, a, b *tree) {
	old, now := byID(leavesIn(a, owner)), byID(leavesIn(b, owner))
	for _, id := range union(idsOf(leavesIn(a, owner)), idsOf(leavesIn(b, owner))) {
		d.whole(part+": condition "+strings.TrimPrefix(id, owner+"."), old[id], now[id])
	}
	gone := minus(idsOf(leavesIn(a, owner)), idsOf(leavesIn(b, owner)))
	if x, y := skeleton(a), skeleton(b); x != y && skeleton(a.pruned(owner, gone)) != y {
		d.note(LawChange, part, "the conditions were %s, are %s", x, y)
	}
}

// pruned is a condition without some of its leaves, which the owner has.
func (t *tree) pruned(owner string, ids []string) *tree {
	if t == nil {
		return nil
	}
	for _, key := range operators {
		group := t.get(key)
		if group == nil {
			continue
		}
		kept := &tree{items: []*tree{}, at: group.at}
		for _, term := range group.elements() {
			if id := term.word("id"); id == "" || !slices.Contains(ids, owner+"."+id) {
				kept.items = append(kept.items, term.pruned(owner, ids))
			}
		}
		out := t.without()
		out.of[key] = kept
		return out
	}
	return t
}

func idsOf(leaves []ownedLeaf) []string {
	ids := make([]string, len(leaves))
	for i, l := range leaves {
		ids[i] = l.id
	}
	return ids
}

func byID(leaves []ownedLeaf) map[string]*tree {
	of := map[string]*tree{}
	for _, l := range leaves {
		of[l.id] = l.tree
	}
	return of
}

// skeleton is a condition with the names of its leaves only.
func skeleton(t *tree) string {
	if t == nil {
		return "none at all"
	}
	for _, key := range operators {
		group := t.get(key)
		if group == nil {
			continue
		}
		terms := make([]string, 0, len(group.elements()))
		for _, term := range group.elements() {
			terms = append(terms, skeleton(term))
		}
		return key + " of (" + strings.Join(terms, ", ") + ")" + strings.TrimPrefix(t.without(key).String(), "{}")
	}
	if ref := t.word("ref"); ref != "" {
		return ref + strings.TrimPrefix(t.without("ref").String(), "{}")
	}
	return t.word("id")
}

func (d *differ) rules(a, b *tree) {
	old, now := a.get("rules"), b.get("rules")
	for _, id := range union(old.ids(), now.ids()) {
		was, is := old.named(id), now.named(id)
		part := "rule " + id
		switch {
		case was == nil:
			d.note(LawChange, part, "is new, %s; it gives %s when %s", between(now.ids(), id), outcomeOf(is), skeleton(is.get("when")))
		case is == nil:
			d.note(LawChange, part, "is gone, it stood %s and gave %s", between(old.ids(), id), outcomeOf(was))
		default:
			d.joined(part, id, was.get("when"), is.get("when"))
			d.compare(part, "", was.without("when"), is.without("when"))
		}
	}
	common := func(ids, of []string) []string {
		return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !slices.Contains(of, id) })
	}
	x, y := common(old.ids(), now.ids()), common(now.ids(), old.ids())
	if !slices.Equal(x, y) {
		d.note(LawChange, "rules", "are tried in another order: was %s, is %s", strings.Join(x, ", "), strings.Join(y, ", "))
	}
}

// between says where an id stands in a list.
func between(ids []string, id string) string {
	switch i := slices.Index(ids, id); {
	case len(ids) == 1:
		return "alone"
	case i == 0:
		return "first, before " + ids[1]
	case i == len(ids)-1:
		return "last, after " + ids[i-1]
	default:
		return "after " + ids[i-1] + " and before " + ids[i+1]
	}
}

func outcomeOf(rule *tree) string {
	for _, key := range outcomeKeys {
		if body := rule.get(key); body != nil {
			return key + " " + body.String()
		}
	}
	return "nothing"
}

// files compares the other files of the packs: tables are law, the rest words.
func (d *differ) files(a, b *Pack) {
	for _, name := range slices.Sorted(maps.Keys(a.files)) {
		if _, kept := b.files[name]; !kept {
			d.note(fileKind(name), "file "+name, "is gone")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.files)) {
		old, had := a.files[name]
		switch {
		case name == policyFile:
		case !had:
			d.note(fileKind(name), "file "+name, "is new")
		case !bytes.Equal(old, b.files[name]):
			d.note(fileKind(name), "file "+name, "is not the same")
		}
	}
}

func fileKind(name string) ChangeKind {
	if strings.HasSuffix(name, ".csv") {
		return LawChange
	}
	return WordChange
}

// names are the keys of a mapping, none when it is not there.
func (t *tree) names() []string {
	if t == nil {
		return nil
	}
	return t.keys
}

// ids are the ids of the entries of a list.
func (t *tree) ids() []string {
	var ids []string
	for _, e := range t.elements() {
		ids = append(ids, e.word("id"))
	}
	return ids
}

// union is a, then what of b is not in it.
func union(a, b []string) []string { return slices.Concat(a, minus(b, a)) }

// minus is what of a is not in b.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

type fieldError struct {
	got     string
	allowed []Field
}

func (e fieldError) Error() string {
	names := make([]string, len(e.allowed))
	for i, f := range e.allowed {
		names[i] = f.String()
	}
	return fmt.Sprintf("%q is no date here (one of %s)", e.got, strings.Join(names, ", "))
}

func cutPerson(s string) (string, bool) { return strings.CutPrefix(s, "person.") }

// facts reads the named facts: a count of charges, cases or episodes, or a
// latest date.
func (r *reader) facts(t *table) {
	t.named("facts", func(name string, at Position, entry *table) {
		fact := Fact{Name: name, At: at, Cite: entry.cite()}
		switch {
		case entry.has("count") == entry.has("max"):
			r.fault(entry.at, schema, "%s: give exactly one of count: charges, max: disposition_date", entry.what)
		case entry.has("count"):
			fact.Count = true
			fact.Unit = r.unit(entry, "count")
		default:
			fact.Event = r.eventNode(entry.get("max"), entry.what+": max", entry.place("max"), false)
		}
		fact.Where = r.whereOf(entry, "where", &fact)
		fact.SameCase, fact.Others = entry.flag("same_case"), entry.flag("others")
		r.orSameDay(entry, &fact)
		r.relative(entry, &fact)
		fact.written = entry.written()
		fact.definition = r.meaning(name + ": " + fact.written)
		r.pack.Facts = append(r.pack.Facts, fact)
	})
}

// orSameDay reads or_same_day: arrest_date: by which day a charge without a
// docket is of a case.
func (r *reader) orSameDay(t *table, fact *Fact) {
	if !t.has("or_same_day") {
		return
	}
	field := r.field(t, "or_same_day", ArrestDate, OffenseDate, DispositionDate, SentenceDate)
	fact.SameDay = &field
	if !fact.SameCase {
		r.fault(t.place("or_same_day"), schema, "%s: or_same_day says which charges without a docket are of the case; here none is asked for", t.what)
	}
}

// relative refuses facts that depend on the charge under decision in a way that
// cannot be counted.
func (r *reader) relative(t *table, fact *Fact) {
	switch {
	case !fact.Relative():
	case !fact.Count:
		r.fault(t.at, schema, "%s: a latest date cannot depend on the charge under decision; use a count", t.what)
	case fact.Unit != Charges:
		r.fault(t.at, schema, "%s: %s are counted for the whole person; count charges", t.what, fact.Unit)
	case fact.Prior != nil && fact.SameCase:
		r.fault(t.at, schema, "%s: charges of the same case are not counted before, after or on the day of this charge; use one of the two, or or_same_day", t.what)
	}
}

// unit reads what is counted.
func (r *reader) unit(t *table, key string) Unit {
	units := enums(t, key, func(s string) (Unit, error) {
		for i, name := range unitNames {
			if name == s {
				return Unit(i), nil
			}
		}
		return 0, fmt.Errorf("count %q is not supported (one of %s)", s, strings.Join(unitNames, ", "))
	})
	if len(units) != 1 {
		return Charges
	}
	return units[0]
}

// whereOf reads the condition on charges under a key. A comparison with
// this.offense_date becomes the fact's Prior.
func (r *reader) whereOf(t *table, key string, fact *Fact) *Condition {
	n := t.get(key)
	if n == nil {
		r.fault(t.at, schema, "%s: %s is missing; say which charges are meant", t.what, key)
		return &Condition{Op: All}
	}
	return r.where(n, t.what+": "+key, fact)
}

// chargeKeys are the tests that look at one charge.
var chargeKeys = []string{
	"code", "disposition", "severity", "inchoate", "county", "sentence",
	"degree", "max_penalty", "term", "incarcerated", "restitution",
	"substance", "victim_age", "victim_relation", "date",
}

// where reads a condition on one charge: tests that must all hold, and all,
// any and none of further ones. It is part of a cited leaf or fact and has no
// cite of its own. A fact of nil forbids the comparison with the charge under
// decision.
func (r *reader) where(n ast.Node, what string, fact *Fact) *Condition {
	t := r.table(n, what)
	if t == nil {
		return &Condition{Op: All}
	}
	defer t.close()
	c := &Condition{Op: All, At: t.at}
	for op, key := range []string{"all", "any", "none"} {
		if !t.has(key) {
			continue
		}
		inner := fact
		if Op(op) != All {
			inner = nil
		}
		group := &Condition{Op: Op(op), At: t.place(key)}
		for _, term := range t.list(key) {
			group.Terms = append(group.Terms, r.where(term, what, inner))
		}
		c.Terms = append(c.Terms, group)
	}
	keys := chargeKeys
	if r.presuming {
		keys = slices.Concat(chargeKeys, ifKeys)
	}
	for _, key := range keys {
		if !t.has(key) || r.prior(t, key, fact) {
			continue
		}
		c.Terms = append(c.Terms, r.whereLeaf(t, key))
	}
	if len(c.Terms) == 0 && (fact == nil || fact.Prior == nil) {
		r.fault(t.at, schema, "%s is empty; say which charges are meant", what)
	}
	return c
}

func (r *reader) whereLeaf(t *table, key string) *Condition {
	test := r.chargeTest(t, key)
	if date, ok := test.(DateIs); ok && date.Field == AsOf {
		r.fault(t.place(key), schema, "%s: as_of is no date of a charge; ask for it in a rule", t.what)
	}
	return &Condition{At: t.place(key), Leaf: &Leaf{
		Test: test, At: t.place(key), definition: r.meaning(key + ": " + t.get(key).String()),
	}}
}

// prior reads date: {field: disposition_date, before: this.offense_date}, or
// after, within so many years where within_years says so, or on.
func (r *reader) prior(t *table, key string, fact *Fact) bool {
	if key != "date" {
		return false
	}
	body, ok := t.get(key).(*ast.MappingNode)
	if !ok {
		return false
	}
	for _, v := range body.Values {
		if !strings.HasPrefix(v.Value.String(), "this.") {
			continue
		}
		d := t.child(key, t.what+": date")
		defer d.close()
		p := r.priorBody(d)
		if p == nil || fact == nil || fact.Prior != nil {
			r.fault(t.place(key), schema,
				"%s: the charge under decision is compared once, outside any and none, as before: this.offense_date or on: this.arrest_date", t.what)
			return true
		}
		fact.Prior = p
		return true
	}
	return false
}

// priorBody reads the comparison with the charge under decision; nil when it
// is none.
func (r *reader) priorBody(d *table) *Prior {
	p := &Prior{Field: r.field(d, "field", DispositionDate, ArrestDate, OffenseDate, SentenceDate)}
	key := "before"
	if p.After = d.has("after"); p.After {
		key = "after"
	}
	if p.On = d.has("on"); p.On {
		key = "on"
	}
	name, ok := strings.CutPrefix(d.text(key), "this.")
	field, err := parseField(OffenseDate, ArrestDate, DispositionDate, SentenceDate)(name)
	if n := d.get("within_years"); n != nil {
		years := r.intArg(n, d.what+": within_years")
		p.Within = &years
	}
	p.This = field
	if p.On && p.Within != nil {
		r.fault(d.place("within_years"), schema, "%s: within_years does not belong to on, which is one day; remove it", d.what)
	}
	if given := len(slices.DeleteFunc([]string{"before", "after", "on"}, func(key string) bool { return !d.has(key) })); !ok || err != nil || given != 1 {
		return nil
	}
	return p
}

// personKeys are the tests on the person.
var personKeys = []string{"deceased", "registered", "any", "none", "every", "count"}

// person reads the tests on the person: deceased, registered, any, none,
// every, count.
func (r *reader) person(body *table, leaf *Leaf) Test {
	if body == nil {
		return nil
	}
	defer body.close()
	fact := Fact{Name: leaf.ID, Cite: leaf.Cite, Count: true, At: leaf.At, Others: body.flag("others")}
	return r.foldTest(body, leaf, &fact, personKeys)
}

// caseOf reads the tests on the charges of the same case: any, none, every,
// count.
func (r *reader) caseOf(body *table, leaf *Leaf) Test {
	if body == nil {
		return nil
	}
	defer body.close()
	fact := Fact{Name: leaf.ID, Cite: leaf.Cite, Count: true, At: leaf.At, SameCase: true, Others: body.flag("others")}
	r.orSameDay(body, &fact)
	return r.foldTest(body, leaf, &fact, personKeys[2:])
}

// foldTest reads the one key of a test on the person or the case, beside
// others.
func (r *reader) foldTest(body *table, leaf *Leaf, fact *Fact, keys []string) Test {
	var given []string
	for _, key := range keys {
		if body.get(key) != nil {
			given = append(given, key)
		}
	}
	unasked := func(k string) bool { return !slices.Contains(body.asked, k) }
	if len(given) != 1 {
		if len(given) > 1 || !slices.ContainsFunc(body.keys, unasked) {
			r.fault(body.at, schema, "%s must have exactly one of %s", body.what, strings.Join(keys, ", "))
		}
		return nil
	}
	switch key := given[0]; key {
	case "deceased":
		if !body.flag(key) {
			r.fault(body.place(key), schema, "%s: write deceased: true", body.what)
		}
		return Deceased{}
	case "registered":
		return r.registered(body)
	case "any", "none":
		fact.Where = r.whereOf(body, key, fact)
		r.addFact(body, fact)
		if key == "none" {
			return FactIs{Fact: leaf.ID, AtMost: true}
		}
		return FactIs{Fact: leaf.ID, N: IntArg{Value: 1}}
	case "every":
		return r.every(body.child(key, body.what+": every"), fact)
	default:
		return r.counted(body.child(key, body.what+": count"), fact)
	}
}

// addFact adds the fact of a leaf, which is written in place.
func (r *reader) addFact(t *table, fact *Fact) {
	r.relative(t, fact)
	r.pack.Facts = append(r.pack.Facts, *fact)
	r.use("fact", fact.Name)
}

func (r *reader) registered(body *table) Test {
	if s, ok := body.get("registered").(*ast.StringNode); ok && s.Value == "any" {
		return Registered{}
	}
	in := body.child("registered", body.what+": registered")
	if in == nil {
		return nil
	}
	defer in.close()
	return Registered{Sets: r.sets(in)}
}

// every is: no charge that satisfies where fails to satisfy are.
func (r *reader) every(body *table, fact *Fact) Test {
	if body == nil {
		return nil
	}
	defer body.close()
	where := r.whereOf(body, "where", fact)
	are := r.whereOf(body, "are", nil)
	fact.Where = &Condition{Op: All, Terms: []*Condition{where, {Op: None, Terms: []*Condition{are}}}}
	r.addFact(body, fact)
	return FactIs{Fact: fact.Name, AtMost: true}
}

func (r *reader) counted(body *table, fact *Fact) Test {
	if body == nil {
		return nil
	}
	defer body.close()
	fact.Where = r.whereOf(body, "where", fact)
	if body.has("of") {
		fact.Unit = r.unit(body, "of")
	}
	r.addFact(body, fact)
	return r.bounds(body, fact.Name)
}

// bounds reads at_least or at_most.
func (r *reader) bounds(body *table, fact string) Test {
	atLeast, atMost := body.get("at_least"), body.get("at_most")
	switch {
	case (atLeast == nil) == (atMost == nil):
		r.fault(body.at, schema, "%s: give exactly one of at_least, at_most", body.what)
		return nil
	case atMost != nil:
		return FactIs{Fact: fact, AtMost: true, N: r.intArg(atMost, body.what)}
	default:
		return FactIs{Fact: fact, N: r.intArg(atLeast, body.what)}
	}
}

// factIs reads fact: {felonies: {at_most: 0}}.
func (r *reader) factIs(body *table) Test {
	if body == nil {
		return nil
	}
	if len(body.keys) != 1 {
		r.fault(body.at, schema, "%s must name exactly one fact", body.what)
		return nil
	}
	name := body.keys[0]
	r.checkCount(body, name, name)
	bound := body.child(name, body.what+": "+name)
	if bound == nil {
		return nil
	}
	defer bound.close()
	return r.bounds(bound, name)
}

// checkCount checks that the pack has a fact of the name that is a count, for
// the key that names it.
func (r *reader) checkCount(body *table, key, name string) {
	r.use("fact", name)
	switch i := r.pack.Fact(name); {
	case i < 0:
		r.fault(body.place(key), schema, "%s: no fact %q; add it to facts", body.what, name)
	case r.pack.Facts[i].Kind() != CountOf:
		r.fault(body.place(key), schema, "%s: fact %s is of the wrong kind; a count is compared, a date has elapsed", body.what, name)
	}
}

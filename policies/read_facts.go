package policies

import (
	"fmt"
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

// facts reads the named facts: a count of charges, or a latest date.
func (r *reader) facts(t *table) {
	t.named("facts", func(name string, at Position, entry *table) {
		fact := Fact{Name: name, At: at, Cite: entry.cite()}
		switch {
		case entry.has("count") == entry.has("max"):
			r.fault(entry.at, schema, "%s: give exactly one of count: charges, max: disposition_date", entry.what)
		case entry.has("count"):
			fact.Count = true
			if of := entry.text("count"); of != "charges" {
				r.fault(entry.place("count"), schema, "%s: count %q is not supported; only charges is", entry.what, of)
			}
		default:
			fact.Field = r.field(entry, "max", OffenseDate, ArrestDate, DispositionDate)
		}
		fact.Where = r.whereOf(entry, "where", &fact)
		if fact.Prior != nil && !fact.Count {
			r.fault(entry.at, schema, "%s: a latest date cannot depend on the charge under decision; use a count", entry.what)
		}
		r.pack.Facts = append(r.pack.Facts, fact)
	})
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
	for _, key := range []string{"code", "disposition", "severity", "inchoate", "county", "sentence", "date"} {
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
	return &Condition{At: t.place(key), Leaf: &Leaf{
		Test: r.chargeTest(t, key), At: t.place(key), definition: key + ": " + t.get(key).String(),
	}}
}

// prior reads date: {field: disposition_date, before: this.offense_date}.
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
		field := r.field(d, "field", DispositionDate, ArrestDate, OffenseDate)
		if d.text("before") != "this.offense_date" || fact == nil || fact.Prior != nil {
			r.fault(t.place(key), schema,
				"%s: the charge under decision is compared once, outside any and none, as before: this.offense_date", t.what)
			return true
		}
		fact.Prior = &Prior{Field: field}
		return true
	}
	return false
}

// person reads the tests on the person: deceased, registered, any, none,
// every, count.
func (r *reader) person(body *table, leaf *Leaf) Test {
	if body == nil {
		return nil
	}
	defer body.close()
	if len(body.keys) != 1 {
		r.fault(body.at, schema, "%s must have exactly one of deceased, registered, any, none, every, count", body.what)
		return nil
	}
	switch key := body.keys[0]; key {
	case "deceased":
		if !body.flag(key) {
			r.fault(body.place(key), schema, "%s: write deceased: true", body.what)
		}
		return Deceased{}
	case "registered":
		return r.registered(body)
	case "any", "none":
		fact := Fact{Name: leaf.ID, Cite: leaf.Cite, Count: true, At: leaf.At}
		fact.Where = r.whereOf(body, key, &fact)
		r.pack.Facts = append(r.pack.Facts, fact)
		r.use("fact", leaf.ID)
		if key == "none" {
			return FactIs{Fact: leaf.ID, AtMost: true}
		}
		return FactIs{Fact: leaf.ID, N: IntArg{Value: 1}}
	case "every":
		return r.every(body.child(key, body.what+": every"), leaf)
	case "count":
		return r.counted(body.child(key, body.what+": count"), leaf)
	default:
		for _, known := range []string{"deceased", "registered", "any", "none", "every", "count"} {
			body.get(known)
		}
		return nil
	}
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
func (r *reader) every(body *table, leaf *Leaf) Test {
	if body == nil {
		return nil
	}
	defer body.close()
	fact := Fact{Name: leaf.ID, Cite: leaf.Cite, Count: true, At: leaf.At}
	where := r.whereOf(body, "where", &fact)
	are := r.whereOf(body, "are", nil)
	fact.Where = &Condition{Op: All, Terms: []*Condition{where, {Op: None, Terms: []*Condition{are}}}}
	r.pack.Facts = append(r.pack.Facts, fact)
	r.use("fact", leaf.ID)
	return FactIs{Fact: leaf.ID, AtMost: true}
}

func (r *reader) counted(body *table, leaf *Leaf) Test {
	if body == nil {
		return nil
	}
	defer body.close()
	fact := Fact{Name: leaf.ID, Cite: leaf.Cite, Count: true, At: leaf.At}
	fact.Where = r.whereOf(body, "where", &fact)
	r.pack.Facts = append(r.pack.Facts, fact)
	r.use("fact", leaf.ID)
	return r.bounds(body, leaf.ID)
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
	r.checkFact(body, name, name, true)
	bound := body.child(name, body.what+": "+name)
	if bound == nil {
		return nil
	}
	defer bound.close()
	return r.bounds(bound, name)
}

func (r *reader) checkFact(body *table, key, name string, count bool) {
	r.use("fact", name)
	i := r.pack.Fact(name)
	switch {
	case i < 0:
		r.fault(body.place(key), schema, "%s: no fact %q; add it to facts", body.what, name)
	case r.pack.Facts[i].Count != count:
		r.fault(body.place(key), schema, "%s: fact %s is of the wrong kind; a count is compared, a date has elapsed", body.what, name)
	}
}

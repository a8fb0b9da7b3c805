package policies

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// event reads the day from which something is counted: the name of a date,
// person.fact, or a choice among events.
func (r *reader) event(body *table, key string) Event {
	n := body.get(key)
	if n == nil {
		r.fault(body.at, schema, "%s: %s is missing; name the event from which the statute counts", body.what, key)
		return Event{Field: DispositionDate}
	}
	return r.eventNode(n, body.what+": "+key, body.place(key), true)
}

// eventNode reads an event that stands at a place; facts says whether it may be
// person.fact.
func (r *reader) eventNode(n ast.Node, what string, at Position, facts bool) Event {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return r.eventChoice(n, what, facts)
	}
	text := r.text(n, what)
	if name, isFact := cutPerson(text); isFact && facts {
		r.eventFact(at, what, name)
		return Event{Op: OneFact, Fact: name}
	}
	field, err := parseField(eventFields...)(text)
	if err != nil && text != "" {
		r.fault(r.at(n), schema, "%s: %v", what, err)
	}
	return Event{Field: field}
}

// eventFact checks that the pack has a fact of the name that is a date.
func (r *reader) eventFact(at Position, what, name string) {
	r.use("fact", name)
	switch i := r.pack.Fact(name); {
	case i < 0:
		r.fault(at, schema, "%s: no fact %q; add it to facts", what, name)
	case r.pack.Facts[i].Kind() != LatestDate:
		r.fault(at, schema, "%s: fact %s is of the wrong kind; a count is compared, a date has elapsed", what, name)
	}
}

// eventChoice reads first_known_of, later_of, or if_incarcerated with else.
func (r *reader) eventChoice(n ast.Node, what string, facts bool) Event {
	t := r.table(n, what)
	if t == nil {
		return Event{Field: DispositionDate}
	}
	defer t.close()
	first, later, freed := t.list("first_known_of"), t.list("later_of"), t.get("if_incarcerated")
	otherwise := t.get("else")
	switch {
	case len(t.keys) == 1 && len(first) > 1:
		return Event{Op: FirstKnownOf, Terms: r.eventList(first, what, facts)}
	case len(t.keys) == 1 && len(later) > 1:
		return Event{Op: LaterOf, Terms: r.eventList(later, what, facts)}
	case len(t.keys) == 2 && freed != nil && otherwise != nil:
		return Event{Op: IfIncarcerated, Terms: r.eventList([]ast.Node{freed, otherwise}, what, facts)}
	}
	r.fault(t.at, schema, "%s: give first_known_of: [two or more], later_of: [two or more], or if_incarcerated: event with else: event", what)
	return Event{Field: DispositionDate}
}

func (r *reader) eventList(nodes []ast.Node, what string, facts bool) []Event {
	events := make([]Event, len(nodes))
	for i, n := range nodes {
		events[i] = r.eventNode(n, what, r.at(n), facts)
	}
	return events
}

// restart reads restart_on: {where: ..., after: disposition_date}: later
// charges of the person from whose own event the clock starts again.
func (r *reader) restart(body *table, leaf *Leaf, since Event) string {
	t := body.child("restart_on", body.what+": restart_on")
	if t == nil {
		return ""
	}
	defer t.close()
	fact := Fact{
		Name: leaf.ID + ".restart", Cite: leaf.Cite, At: t.at, Restart: true,
		Field: DispositionDate, Event: since,
	}
	if t.has("after") {
		fact.Field = r.field(t, "after", DispositionDate, SentenceDate, ArrestDate, OffenseDate)
	}
	if hasFact(since) {
		r.fault(t.at, schema, "%s: a clock that restarts counts from a date of the charge, not from person.fact", t.what)
	}
	fact.Where = r.whereOf(t, "where", nil)
	r.pack.Facts = append(r.pack.Facts, fact)
	r.use("fact", fact.Name)
	return fact.Name
}

// pause reads pause_on: {of: person, where: ..., from: sentence_date, to:
// release_date}: the time in which the clock stands still.
func (r *reader) pause(body *table, leaf *Leaf) string {
	t := body.child("pause_on", body.what+": pause_on")
	if t == nil {
		return ""
	}
	defer t.close()
	fact := Fact{Name: leaf.ID + ".pause", Cite: leaf.Cite, At: t.at, Where: &Condition{Op: All, At: t.at}}
	pause := &Pause{From: r.pauseEvent(t, "from"), To: r.pauseEvent(t, "to")}
	switch of := t.text("of"); of {
	case "this":
		pause.Own = true
	case "person":
	default:
		r.fault(t.place("of"), schema, "%s: of %q is not known (person: of every charge of the person, this one too; this: of this charge only)", t.what, of)
	}
	if t.has("where") {
		fact.Where = r.whereOf(t, "where", nil)
	} else if !pause.Own {
		r.fault(t.at, schema, "%s: where is missing; say which charges are meant", t.what)
	}
	fact.Pause = pause
	r.pack.Facts = append(r.pack.Facts, fact)
	r.use("fact", fact.Name)
	return fact.Name
}

// pauseEvent reads the event with which a pause begins or ends.
func (r *reader) pauseEvent(t *table, key string) Event {
	n := t.get(key)
	if n == nil {
		r.fault(t.at, schema, "%s: %s is missing; name the event with which the clock stops, and that with which it goes on", t.what, key)
		return Event{Field: SentenceDate}
	}
	return r.eventNode(n, t.what+": "+key, t.place(key), false)
}

func hasFact(e Event) bool {
	return e.Op == OneFact || slices.ContainsFunc(e.Terms, hasFact)
}

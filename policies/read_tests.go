package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/clearsweep/clearsweep/schemas"
)

// test reads what a leaf looks at.
func (r *reader) test(t *table, key string, leaf *Leaf) Test {
	what := t.what + ": " + key
	switch key {
	case "code_section":
		return r.sectionIn(t.child(key, what))
	case "age":
		return r.age(t.child(key, what))
	case "elapsed":
		return r.elapsed(t.child(key, what), leaf)
	case "person":
		return r.person(t.child(key, what), leaf)
	case "case":
		return r.caseOf(t.child(key, what), leaf)
	case "fact":
		return r.factIs(t.child(key, what))
	default:
		return r.chargeTest(t, key)
	}
}

// chargeTest reads the tests that look at one charge only; the conditions of
// facts are made of them.
func (r *reader) chargeTest(t *table, key string) Test {
	what := t.what + ": " + key
	switch key {
	case "county":
		return r.county(t)
	case "incarcerated":
		return r.incarcerated(t)
	case "no_activity":
		return r.noActivity(t)
	case "elapsed":
		return r.plainElapsed(t)
	}
	body := t.child(key, what)
	if body == nil {
		return nil
	}
	defer body.close()
	switch key {
	case "code":
		return CodeIn{Sets: r.sets(body)}
	case "disposition":
		return DispositionIn{In: some(body, schemas.ParseDisposition)}
	case "severity":
		return r.severity(body)
	case "inchoate":
		return InchoateIn{In: some(body, schemas.ParseInchoate)}
	case "sentence":
		return SentenceIn{In: some(body, schemas.ParseSentence)}
	case "degree":
		return r.degreeIn(body)
	case "max_penalty":
		return r.numberIs(body, MaxPenalty)
	case "term":
		return r.term(body)
	case "restitution":
		return RestitutionIn{In: some(body, schemas.ParseRestitution)}
	case "substance":
		return r.substance(body)
	case "victim_age":
		return r.victimAge(body)
	case "victim_relation":
		return VictimRelationIn{In: some(body, schemas.ParseVictimRelation)}
	default:
		return r.dateIs(body)
	}
}

// some reads in: [...], which must not be empty.
func some[T any](body *table, parse func(string) (T, error)) []T {
	in := enums(body, "in", parse)
	if len(body.list("in")) == 0 {
		body.r.fault(body.at, schema, "%s: in is missing or empty; list what is meant", body.what)
	}
	return in
}

func (r *reader) sets(body *table) []string {
	sets := body.texts("in")
	if len(sets) == 0 {
		r.fault(body.at, schema, "%s: in is missing or empty; list code sets", body.what)
	}
	for _, name := range sets {
		if name != "" && r.pack.CodeSet(name) == nil {
			names := make([]string, len(r.pack.Codes))
			for i := range r.pack.Codes {
				names[i] = r.pack.Codes[i].Name
			}
			hint := "; the policy has none, add it to codes"
			if near := nearest(name, names); near != "" {
				hint = "; do you mean " + near + "?"
			} else if len(names) > 0 {
				hint = "; the policy has " + strings.Join(names, ", ")
			}
			r.fault(body.place("in"), schema, "%s: no code set %q%s", body.what, name, hint)
		}
		r.use("set", name)
	}
	return sets
}

func (r *reader) sectionIn(body *table) Test {
	if body == nil {
		return nil
	}
	defer body.close()
	n := body.get("in")
	if n == nil {
		r.fault(body.at, schema, "%s: in is missing; name a list parameter, as in {in: $dismiss}", body.what)
		return nil
	}
	name, ok := r.reference(n, ListParam, body.what)
	if !ok {
		r.fault(r.at(n), schema, "%s: in must be a list parameter such as $dismiss", body.what)
	}
	return SectionIn{Param: name}
}

func (r *reader) county(t *table) Test {
	body := t.child("county", t.what+": county")
	if body == nil {
		return nil
	}
	defer body.close()
	n := body.get("equals")
	if n == nil {
		r.fault(body.at, schema, "%s: equals is missing; write {equals: $county}", body.what)
		return nil
	}
	if name, ok := r.reference(n, TextParam, body.what); ok {
		return CountyIs{County: TextArg{Param: name}}
	}
	return CountyIs{County: TextArg{Value: r.text(n, body.what)}}
}

// parseSeverity is schemas.ParseSeverity, with the word for what states call
// otherwise.
func parseSeverity(s string) (schemas.Severity, error) {
	severity, err := schemas.ParseSeverity(s)
	if err != nil {
		return severity, fmt.Errorf("%w; what is below a misdemeanor, as a violation, a summary or a petty offence, is an infraction", err)
	}
	return severity, nil
}

// severity reads in, at_most or at_least. Unknown is none of them.
func (r *reader) severity(body *table) Test {
	levels := []schemas.Severity{schemas.Infraction, schemas.Misdemeanor, schemas.Felony}
	for _, key := range []string{"at_most", "at_least"} {
		bound := enums(body, key, parseSeverity)
		if len(bound) != 1 {
			continue
		}
		return SeverityIn{In: slices.DeleteFunc(levels, func(s schemas.Severity) bool {
			return (key == "at_most" && s > bound[0]) || (key == "at_least" && s < bound[0])
		})}
	}
	return SeverityIn{In: some(body, parseSeverity)}
}

func parseField(allowed ...Field) func(string) (Field, error) {
	return func(s string) (Field, error) {
		for _, f := range allowed {
			if f.String() == s {
				return f, nil
			}
		}
		return 0, fieldError{s, allowed}
	}
}

// field reads one date field.
func (r *reader) field(body *table, key string, allowed ...Field) Field {
	fields := enums(body, key, parseField(allowed...))
	if len(fields) == 1 {
		return fields[0]
	}
	if !body.has(key) {
		r.fault(body.at, schema, "%s: %s is missing", body.what, key)
	}
	return allowed[0]
}

func (r *reader) dateIs(body *table) Test {
	test := DateIs{Field: r.field(body, "field", OffenseDate, ArrestDate, DispositionDate, BirthDate, ChallengeDate,
		SentenceDate, ReleaseDate, SupervisionEnd, AsOf)}
	given := 0
	for i, key := range compareNames {
		if n := body.get(key); n != nil {
			test.Compare, test.Date = Compare(i), r.dateArg(n, body.what)
			given++
		}
	}
	if given != 1 {
		r.fault(body.at, schema, "%s: give exactly one of before, on_or_before, after, on_or_after", body.what)
	}
	if test.Field == AsOf && test.Compare != After && test.Compare != OnOrAfter {
		r.fault(body.at, schema, "%s: a condition that time alone ends would take relief away; use on_or_after, or put it under none in a rule that lapses", body.what)
	}
	test.ImpliedBy = r.impliedBy(body, test.Field)
	return test
}

// impliedBy reads the fields that are never earlier than field.
func (r *reader) impliedBy(body *table, field Field) []Field {
	fields := enums(body, "implied_by", parseField(ArrestDate, DispositionDate))
	for _, f := range fields {
		if f <= field || field > ArrestDate {
			r.fault(body.place("implied_by"), schema,
				"%s: %s says nothing about %s; only a later event bounds an earlier one (offence, arrest, disposition)",
				body.what, f, field)
		}
	}
	return fields
}

func (r *reader) dateArg(n ast.Node, what string) DateArg {
	if name, ok := r.reference(n, DateParam, what); ok {
		return DateArg{Param: name, Value: schemas.NoDate}
	}
	return DateArg{Value: r.date(n, what)}
}

func (r *reader) intArg(n ast.Node, what string) IntArg {
	if name, ok := r.reference(n, IntegerParam, what); ok {
		return IntArg{Param: name}
	}
	return IntArg{Value: r.number(n, what)}
}

// number reads a number of the law.
func (r *reader) number(n ast.Node, what string) int {
	v := r.integer(n, what)
	if v < 0 || v > maxNumber {
		r.fault(r.at(n), schema, "%s: %d is not possible here (0 to %d)", what, v, maxNumber)
	}
	return v
}

func (r *reader) age(body *table) Test {
	if body == nil {
		return nil
	}
	defer body.close()
	test := AgeIs{At: r.field(body, "at", ageFields...)}
	under, atLeast := body.get("under"), body.get("at_least")
	switch {
	case (under == nil) == (atLeast == nil):
		r.fault(body.at, schema, "%s: give exactly one of under, at_least", body.what)
	case under != nil:
		test.Under, test.Years = true, r.intArg(under, body.what)
	default:
		test.Years = r.intArg(atLeast, body.what)
	}
	if test.Under && test.At == AsOf {
		r.fault(body.place("under"), schema, "%s: a condition that time alone ends would take relief away; use at_least, or put it under none in a rule that lapses", body.what)
	}
	test.ImpliedBy = r.impliedBy(body, test.At)
	return test
}

func (r *reader) elapsed(body *table, leaf *Leaf) Test {
	if body == nil {
		return nil
	}
	defer body.close()
	test := Elapsed{Since: r.event(body, "since")}
	r.length(body, &test)
	if body.has("restart_on") {
		test.Restart = r.restart(body, leaf, test.Since)
		test.Clock = "starts again on " + treeOf(body.get("restart_on")).String()
	}
	if body.has("pause_on") {
		test.Pause = r.pause(body, leaf)
		if body.has("months") {
			r.fault(body.place("months"), schema, "%s: months are of different lengths, and a clock that stands still is not counted in them; write years or days", body.what)
		}
		if test.Clock != "" {
			test.Clock += "; "
		}
		test.Clock += "stands still on " + treeOf(body.get("pause_on")).String()
	}
	return test
}

// units are the lengths in which time is counted.
var units = []string{"years", "months", "days"}

// length reads how many years, months or days must have passed, and whether the
// anniversary counts.
func (r *reader) length(body *table, test *Elapsed) {
	given := 0
	for i, arg := range []*IntArg{&test.Years, &test.Months, &test.Days} {
		if n := body.get(units[i]); n != nil {
			given++
			*arg = r.intArg(n, body.what)
		}
	}
	if given != 1 {
		r.fault(body.at, schema, "%s: give exactly one of years, months, days", body.what)
	}
	switch boundary := body.text("boundary"); boundary {
	case "", "on_or_after":
	case "after":
		test.After = true
	default:
		r.fault(body.place("boundary"), schema, "%s: boundary %q is not known (on_or_after, after)", body.what, boundary)
	}
}

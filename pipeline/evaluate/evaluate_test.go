package evaluate

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// head and tail frame the rules of a small policy.
const (
	head = `schema: relief/v1
id: us-ca.test
title: test
jurisdiction: US-CA
profile: statutory
law: {effective: 2000-01-01, cite: "Act 1"}
signed_off: false
codes:
  thing: {cite: "Act 2", members: ["PC 187/*"]}
facts:
  last: {max: disposition_date, where: {disposition: {in: [convicted]}}, cite: "Act 3"}
  convictions: {count: charges, where: {disposition: {in: [convicted]}}, cite: "Act 3"}
rules:
`
	tail = "\notherwise: {cite: \"Act 9\", reason: \"nothing applies to {section}\"}\n"
	seal = "    relief: {verb: seal, legal_basis: \"Act 5\", jurisdiction_retained: true}\n"
)

func ruleOf(id, leaf, gives string) string {
	return fmt.Sprintf("  - id: %s\n    cite: \"Act %s\"\n    when: {all: [%s]}\n%s", id, id, leaf, gives)
}

func lawOf(t testing.TB, rules ...string) *Law {
	t.Helper()
	return lawOfFiles(t, fstest.MapFS{"policy.yaml": {Data: []byte(head + strings.Join(rules, "") + tail)}})
}

// lawOfFiles is the law of a pack, as of 2020-06-15.
func lawOfFiles(t testing.TB, files fstest.MapFS) *Law {
	t.Helper()
	pack, err := policies.Parse("test", files)
	if err != nil {
		t.Fatal(err)
	}
	bound, err := pack.Bind(nil, date("2020-06-15"))
	if err != nil {
		t.Fatal(err)
	}
	law, err := Compile(bound)
	if err != nil {
		t.Fatal(err)
	}
	return law
}

func date(s string) schemas.Date {
	if s == "" {
		return schemas.NoDate
	}
	d, err := schemas.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// convicted is a charge decided on a day.
func convicted(day string) Charge {
	c := factRow(schemas.RowCharge, 0)
	c.Disposition, c.Severity, c.Disposed = schemas.Convicted, schemas.Felony, date(day)
	return c
}

func with(c Charge, change func(*Charge)) Charge {
	change(&c)
	return c
}

func unknownEnd(c *Charge) { c.Disposition = schemas.DispositionUnknown }

// TestPersonFacts decides the first charge of a person by one leaf.
func TestPersonFacts(t *testing.T) {
	const (
		few       = `{id: few, fact: {convictions: {at_most: 2}}, cite: "Act 4"}`
		three     = `{id: three, fact: {convictions: {at_least: 3}}, cite: "Act 4"}`
		lone      = `{id: lone, person: {none: {disposition: {in: [convicted]}, severity: {in: [infraction]}}}, cite: "Act 4"}`
		prior     = `{id: prior, person: {any: {disposition: {in: [convicted]}, date: {field: disposition_date, before: this.offense_date}}}, cite: "Act 4"}`
		dead      = `{id: dead, person: {deceased: true}, cite: "Act 4"}`
		reg       = `{id: reg, person: {registered: {in: [thing]}}, cite: "Act 4"}`
		regAny    = `{id: reg, person: {registered: any}, cite: "Act 4"}`
		everyFel  = `{id: felonies, person: {every: {where: {disposition: {in: [convicted]}}, are: {severity: {in: [felony]}}}}, cite: "Act 4"}`
		tenYears  = `{id: wait, elapsed: {since: person.last, years: 10}, cite: "Act 4"}`
		sixMonths = `{id: wait, elapsed: {since: person.last, months: 6}, cite: "Act 4"}`
		sixtyDays = `{id: wait, elapsed: {since: disposition_date, days: 60}, cite: "Act 4"}`
		tenStrict = `{id: wait, elapsed: {since: person.last, years: 10, boundary: after}, cite: "Act 4"}`
	)
	keyed := func(charges ...Charge) Person { return Person{Keyed: true, Charges: charges} }
	alone := func(c Charge) Person { return Person{Charges: []Charge{c}} }
	key := func(k int32) func(*Charge) { return func(c *Charge) { c.Key = k } }
	a, b, c := convicted("2001-01-01"), convicted("2002-01-01"), convicted("2003-01-01")
	open := with(b, unknownEnd)
	hole := factRow(schemas.RowIncomplete, 0)
	undated := with(convicted(""), func(*Charge) {})
	offence := func(day string) Charge {
		return with(convicted("2010-01-01"), func(c *Charge) { c.Offense = date(day) })
	}
	tests := map[string]struct {
		leaf   string
		person Person
		want   truth
	}{
		"at most, all known":                 {few, keyed(a, b), yes},
		"at most, too many":                  {few, keyed(a, b, c), no},
		"at most, perhaps too many":          {few, keyed(a, b, open), unknown},
		"at most, too many all the same":     {few, keyed(a, b, c, open), no},
		"at most, a row unread":              {few, keyed(a, b, hole), unknown},
		"at most, room for the unread row":   {few, keyed(a, hole), yes},
		"at most, a row without a key":       {few, alone(a), unknown},
		"rows of one charge count once":      {few, keyed(with(a, key(0)), with(b, key(0)), with(c, key(1))), yes},
		"one charge, one row of it open":     {few, keyed(with(a, key(0)), with(open, key(0)), b), yes},
		"at least, known":                    {three, keyed(a, b, c), yes},
		"at least, perhaps":                  {three, keyed(a, b, open), unknown},
		"at least, not even perhaps":         {three, keyed(a, open), no},
		"at least, a row without a key":      {three, alone(a), unknown},
		"none, a fact that matters missing":  {lone, keyed(a, with(b, func(c *Charge) { c.Severity = 0 })), unknown},
		"none, an end missing that does not": {lone, keyed(a, open), yes},
		"every":                              {everyFel, keyed(a, b), yes},
		"every, one is not":                  {everyFel, keyed(a, with(b, func(c *Charge) { c.Severity = schemas.Infraction })), no},
		"every, an open charge is not":       {everyFel, keyed(a, with(open, func(c *Charge) { c.Severity = schemas.Infraction })), unknown},
		"every, a row without a key":         {everyFel, alone(a), unknown},
		"prior, before":                      {prior, keyed(offence("2005-01-01"), a), yes},
		"prior, on the day":                  {prior, keyed(offence("2001-01-01"), a), no},
		"prior, day after":                   {prior, keyed(offence("2001-01-02"), a), yes},
		"prior, itself is not":               {prior, keyed(offence("2011-01-01")), no},
		"prior, another row of itself":       {prior, keyed(with(offence("2005-01-01"), key(4)), with(a, key(4))), no},
		"prior, offence undated":             {prior, keyed(offence(""), a), unknown},
		"prior, offence undated, but after":  {prior, keyed(offence(""), convicted("2012-01-01")), no},
		"prior, conviction undated":          {prior, keyed(offence("2005-01-01"), undated), unknown},
		"prior, perhaps a conviction":        {prior, keyed(offence("2005-01-01"), open), unknown},
		"prior, a row without a key":         {prior, alone(offence("2005-01-01")), unknown},
		"dead":                               {dead, keyed(a, factRow(schemas.RowDeceased, 0)), yes},
		"not dead":                           {dead, keyed(a), no},
		"dead, perhaps":                      {dead, keyed(a, hole), unknown},
		"dead, a row without a key":          {dead, alone(a), unknown},
		"registered":                         {reg, keyed(a, factRow(schemas.RowRegistered, 1)), yes},
		"registered under something else":    {reg, keyed(a, factRow(schemas.RowRegistered, 2)), no},
		"registered under something":         {reg, keyed(a, factRow(schemas.RowRegistered, 0)), unknown},
		"registered at all":                  {regAny, keyed(a, factRow(schemas.RowRegistered, 0)), yes},
		"not registered":                     {regAny, keyed(a), no},
		"ten years, on the day":              {tenYears, keyed(convicted("2010-06-15")), yes},
		"six months, on the day":             {sixMonths, keyed(convicted("2019-12-15")), yes},
		"six months, the day before":         {sixMonths, keyed(convicted("2019-12-16")), no},
		"sixty days, on the day":             {sixtyDays, keyed(convicted("2020-04-16")), yes},
		"sixty days, the day before":         {sixtyDays, keyed(convicted("2020-04-17")), no},
		"ten years, the day before":          {tenYears, keyed(convicted("2010-06-16")), no},
		"more than ten years, on the day":    {tenStrict, keyed(convicted("2010-06-15")), no},
		"more than ten years, the day after": {tenStrict, keyed(convicted("2010-06-14")), yes},
		"latest of several":                  {tenYears, keyed(a, convicted("2015-01-01")), no},
		"latest, an undated one":             {tenYears, keyed(a, undated), unknown},
		"latest, an undated one is no help":  {tenYears, keyed(convicted("2015-01-01"), undated), no},
		"latest, an old open charge":         {tenYears, keyed(a, open), yes},
		"latest, a new open charge":          {tenYears, keyed(a, with(convicted("2019-01-01"), unknownEnd)), unknown},
		"latest, a row unread":               {tenYears, keyed(a, hole), unknown},
		"latest, a row without a key":        {tenYears, alone(a), unknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := lawOf(t, ruleOf("only", test.leaf, seal)).NewEvaluator()
			e.Code("CA:PC:187(a)", true)
			e.Code("CA:PC:2", true)
			d := e.Person(&test.person)[0]
			got := term{leaf: 0}.literal(&mask{t: d.True, f: d.False}, 0)
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestDatesOfACharge decides by a date whose event may be missing.
func TestDatesOfACharge(t *testing.T) {
	const (
		before   = `{id: old, date: {field: offense_date, before: 2010-01-01, implied_by: [arrest_date, disposition_date]}, cite: "Act 4"}`
		plain    = `{id: old, date: {field: offense_date, before: 2010-01-01}, cite: "Act 4"}`
		since    = `{id: new, date: {field: offense_date, on_or_after: 2010-01-01, implied_by: [arrest_date]}, cite: "Act 4"}`
		minor    = `{id: minor, age: {at: offense_date, under: 21, implied_by: [disposition_date]}, cite: "Act 4"}`
		adult    = `{id: adult, age: {at: offense_date, at_least: 21, implied_by: [disposition_date]}, cite: "Act 4"}`
		arrested = `{id: minor, age: {at: arrest_date, under: 21}, cite: "Act 4"}`
		leapAge  = `{id: grown, age: {at: as_of, at_least: 18}, cite: "Act 4"}`
	)
	tests := map[string]struct {
		leaf, birth, offense, arrest, disposed string
		want                                   truth
	}{
		"the day before":                   {before, "", "2009-12-31", "", "", yes},
		"the day":                          {before, "", "2010-01-01", "", "", no},
		"implied by the arrest":            {before, "", "", "2009-12-31", "2011-01-01", yes},
		"implied by the disposition":       {before, "", "", "", "2009-12-31", yes},
		"a later arrest implies nothing":   {before, "", "", "2010-01-01", "", unknown},
		"nothing known":                    {before, "", "", "", "", unknown},
		"no implication asked":             {plain, "", "", "2009-12-31", "", unknown},
		"contradicts the arrest":           {before, "", "2010-05-05", "2009-12-31", "", unknown},
		"after, implied not to be":         {since, "", "", "2009-12-31", "", no},
		"after, a later arrest":            {since, "", "", "2010-12-31", "", unknown},
		"under 21, the day before":         {minor, "1990-03-03", "2011-03-02", "", "", yes},
		"under 21, the birthday":           {minor, "1990-03-03", "2011-03-03", "", "", no},
		"under 21 at the judgment":         {minor, "1990-03-03", "", "", "2011-03-02", yes},
		"21 at the judgment":               {minor, "1990-03-03", "", "", "2012-03-02", unknown},
		"under 21 at the arrest":           {arrested, "1990-03-03", "", "2011-03-02", "", yes},
		"21 at the arrest":                 {arrested, "1990-03-03", "", "2011-03-03", "", no},
		"no date of birth":                 {minor, "", "2011-03-02", "", "", unknown},
		"21, the birthday":                 {adult, "1990-03-03", "2011-03-03", "", "", yes},
		"21, the day before":               {adult, "1990-03-03", "2011-03-02", "", "", no},
		"21, under it at the judgment":     {adult, "1990-03-03", "", "", "2011-03-02", no},
		"18 on the as-of date":             {leapAge, "2002-06-15", "", "", "", yes},
		"18 on the day after":              {leapAge, "2002-06-16", "", "", "", no},
		"born on 29 February, grown later": {leapAge, "2000-02-29", "", "", "", yes},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := lawOf(t, ruleOf("only", test.leaf, seal)).NewEvaluator()
			c := convicted(test.disposed)
			c.Offense, c.Arrest = date(test.offense), date(test.arrest)
			d := e.Person(&Person{Birth: date(test.birth), Keyed: true, Charges: []Charge{c}})[0]
			if got := (term{leaf: 0}).literal(&mask{t: d.True, f: d.False}, 0); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestLatestStartIsTheLastDayWhoseAnniversaryHasCome(t *testing.T) {
	for _, asOf := range []string{"2020-02-28", "2020-02-29", "2020-03-01", "2021-02-28", "2021-03-01", "2024-02-29", "2021-03-31", "2021-05-30"} {
		for n := range 20 {
			for _, length := range []period{years(n), {months: n}, {days: n}, {days: 31 * n}} {
				for _, after := range []bool{false, true} {
					d := latestStart(date(asOf), length, after)
					if anniversary(d, length, after) > date(asOf) || anniversary(d+1, length, after) <= date(asOf) {
						t.Errorf("as of %s, %v, after %t: got %s", asOf, length, after, d)
					}
				}
			}
		}
	}
}

// TestOutcomes runs small policies over one conviction of 2015-03-01.
func TestOutcomes(t *testing.T) {
	const (
		old     = `{id: old, elapsed: {since: disposition_date, years: 10}, cite: "Act old", say: {yes: y, no: "not yet", unknown: u}}`
		young   = `{id: young, elapsed: {since: disposition_date, years: 5}, cite: "Act young", say: {yes: y, no: "not yet", unknown: u}}`
		felony  = `{id: felony, severity: {in: [felony]}, cite: "Act felony", ask: "which level?", who: "the court", say: {yes: y, no: n, unknown: u}}`
		free    = `{id: free, sentence: {in: [completed]}, temporary: true, cite: "Act free", say: {yes: y, no: "still serving", unknown: u}}`
		bar     = "    not_eligible: {try_next: \"Act 8\"}\n    reason: \"barred\"\n"
		expunge = "    relief: {verb: expunge, legal_basis: \"Act 6\", jurisdiction_retained: true}\n    reason: \"since {eligible_on}\"\n"
	)
	serving := func(c *Charge) { c.Sentence = schemas.SentenceServing }
	done := func(c *Charge) { c.Sentence = schemas.SentenceCompleted }
	level := func(c *Charge) { c.Severity = schemas.SeverityUnknown }
	undated := func(c *Charge) { c.Disposed = schemas.NoDate }
	type want struct{ outcome, rule, leaf, floor, ceiling, on, reason string }
	tests := map[string]struct {
		rules  []string
		change func(*Charge)
		want   want
	}{
		"applies since a day": {
			[]string{ruleOf("a", young, expunge)},
			done,
			want{"ELIGIBLE", "a", "", "expunge", "expunge", "2020-03-01", "since 2020-03-01"},
		},
		"not yet": {
			[]string{ruleOf("a", old, seal)},
			done,
			want{"NOT_YET", "a", "a.old", "", "", "2025-03-01", "not yet"},
		},
		"not yet, the earlier of two": {
			[]string{ruleOf("a", old, seal), ruleOf("b", `{id: seven, elapsed: {since: disposition_date, years: 7}, cite: "Act 7"}`, seal)},
			done,
			want{"NOT_YET", "b", "b.seven", "", "", "2022-03-01", ""},
		},
		"weaker relief today": {
			[]string{ruleOf("a", old, expunge), ruleOf("b", felony, seal)},
			done,
			want{"ELIGIBLE", "b", "", "seal", "seal", "", ""},
		},
		"no day to count from": {
			[]string{ruleOf("a", old, seal)},
			undated,
			want{"REVIEW", "a", "a.old", "", "seal", "", "u"},
		},
		"time passes, but a fact is missing": {
			[]string{ruleOf("a", felony+", "+old, seal)},
			level,
			want{"REVIEW", "a", "a.felony", "", "", "", "u"},
		},
		"a bar that can end": {
			[]string{ruleOf("a", free, seal)},
			serving,
			want{"BLOCKED", "a", "a.free", "", "", "", "still serving"},
		},
		"time and a bar that can end": {
			[]string{ruleOf("a", old+", "+free, seal)},
			serving,
			want{"BLOCKED", "a", "a.free", "", "", "", "still serving"},
		},
		"perhaps only time, perhaps a bar that can end": {
			[]string{ruleOf("a", felony+", "+old, seal), ruleOf("b", free, seal)},
			func(c *Charge) { level(c); serving(c) },
			want{"REVIEW", "a", "a.felony", "", "", "", "u"},
		},
		"a bar that does not end": {
			[]string{ruleOf("a", felony, bar), ruleOf("b", young, seal)},
			done,
			want{"NOT_ELIGIBLE", "a", "", "", "", "", "barred; see Act 8"},
		},
		"perhaps a bar": {
			[]string{ruleOf("a", felony, bar), ruleOf("b", young, seal)},
			level,
			want{"REVIEW", "a", "a.felony", "", "seal", "", "u"},
		},
		"the same relief either way": {
			[]string{ruleOf("a", felony, seal), ruleOf("b", young, seal)},
			level,
			want{"ELIGIBLE", "b", "", "seal", "seal", "2020-03-01", ""},
		},
		"more or less relief": {
			[]string{ruleOf("a", felony, expunge), ruleOf("b", young, seal)},
			level,
			want{"REVIEW", "a", "a.felony", "seal", "expunge", "", "u"},
		},
		"nothing applies": {
			[]string{ruleOf("a", `{id: slight, severity: {at_most: misdemeanor}, cite: "Act 4"}`, seal)},
			done,
			want{"NOT_ELIGIBLE", "", "", "", "", "", "nothing applies to 187"},
		},
		"perhaps a bar, and nothing else applies": {
			[]string{ruleOf("a", felony, bar)},
			level,
			want{"NOT_ELIGIBLE", "", "", "", "", "", "nothing applies to 187"},
		},
		"every way gives relief": {
			[]string{ruleOf("a", felony, expunge), ruleOf("b", `{id: slight, severity: {at_most: misdemeanor}, cite: "Act 4"}`, seal)},
			level,
			want{"REVIEW", "a", "a.felony", "", "expunge", "", "u"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := lawOf(t, test.rules...).NewEvaluator()
			c := convicted("2015-03-01")
			c.Code = e.Code("CA:PC:187(a)", true)
			test.change(&c)
			p := &Person{Keyed: true, Charges: []Charge{c}}
			d := e.Person(p)[0]
			text := e.Text(p, 0, d)
			got := want{d.Outcome.String(), text.Rule, text.Leaf, text.RemedyFloor, text.RemedyCeiling, d.EligibleOn.String(), text.Reason}
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
			if d.Outcome == schemas.Review && text.Question == "" {
				t.Error("a review without a question")
			}
		})
	}
}

func TestFactRowsAreNotDecided(t *testing.T) {
	e := mustLaw(t, "us-ca/prop64", nil, "2026-11-23").NewEvaluator()
	p := &Person{Keyed: true, Charges: []Charge{factRow(schemas.RowDeceased, 0), convicted("2001-01-01"), factRow(schemas.RowRegistered, 0)}}
	got := e.Person(p)
	if len(got) != 3 || got[0] != (Decision{}) || got[2] != (Decision{}) || got[1] == (Decision{}) {
		t.Errorf("got %+v, want the zero Decision for the rows that are no charge, and only for them", got)
	}
}

// TestExplainNeedsOnlyTheMasks renders a decision from what the outputs keep.
func TestExplainNeedsOnlyTheMasks(t *testing.T) {
	law := mustLaw(t, "us-ca/prop64-county-options", map[string]string{"county": "Kern", "age_threshold": "57", "reduce": "11358"}, "2019-11-11")
	e := law.NewEvaluator()
	c := convicted("2015-01-01")
	c.Code, c.County = e.Code("CA:HSC:11358", true), e.County("KERN", true)
	p := &Person{Birth: schemas.NoDate, Keyed: true, Charges: []Charge{c}}
	d := e.Person(p)[0]
	for _, leaf := range law.Leaves() {
		if leaf.ID == "dismiss-section.section-dismissed" && (d.True|d.False)&(1<<leaf.Bit) != 0 {
			t.Error("a leaf of a rule that is off has a value")
		}
	}
	values := map[string]string{}
	for _, r := range law.Explain(d.True, d.False, d.Presumed, e.Text(p, 0, d).Rule) {
		values[r.ID] = r.Value
		if r.Decided {
			values[r.ID] += " decides"
		}
		if r.ID == "age" {
			want := []LeafTrace{{
				ID: "age.old-enough", Cite: "choice of the prosecutor, Cal. Health & Saf. Code 11361.9(b)",
				Value: "unknown", Say: "The date of birth is missing.",
				Ask: "What is the date of birth?", Who: "the state repository",
			}}
			if diff := cmp.Diff(r.Leaves, want); diff != "" {
				t.Errorf("leaves of the rule (-got +want):\n%s", diff)
			}
		}
	}
	want := map[string]string{
		"scope": "yes", "not-felony": "no", "dismiss-section": "off", "under-21": "off", "age": "unknown decides",
		"since-conviction": "off", "crime-free": "off", "only-prop64": "off", "deceased": "off", "reduce-section": "yes",
	}
	if diff := cmp.Diff(values, want); diff != "" {
		t.Errorf("trace (-got +want):\n%s", diff)
	}
}

func TestPresumptionShows(t *testing.T) {
	law := mustLaw(t, "us-ca/prop64", nil, "2026-11-23")
	e := law.NewEvaluator()
	c := convicted("2010-01-01")
	c.Code = e.Code("CA:HSC:11359", true)
	d := e.Person(&Person{Birth: date("1970-01-01"), Keyed: true, Charges: []Charge{c}})[0]
	for _, r := range law.Explain(d.True, d.False, d.Presumed, "") {
		if r.ID != "challenged" {
			continue
		}
		if leaf := r.Leaves[0]; !leaf.Presumed || leaf.Value != "no" || !strings.Contains(leaf.PresumedBy, "11361.9") {
			t.Errorf("got %+v, want a presumed no with its cite", leaf)
		}
		return
	}
	t.Error("no trace of the rule challenged")
}

// TestLeavesDoNotDependOnParameters keeps the bits of the trace comparable
// between runs.
func TestLeavesDoNotDependOnParameters(t *testing.T) {
	few := mustLaw(t, "us-ca/prop64-county-options", map[string]string{"county": "KERN"}, "2019-11-11")
	many := benchLaw(t, "us-ca/prop64-county-options")
	if diff := cmp.Diff(few.Leaves(), many.Leaves()); diff != "" {
		t.Errorf("leaves (-few +many):\n%s", diff)
	}
	for i, leaf := range few.Leaves() {
		if leaf.Bit != i || leaf.ID == "" || leaf.Cite == "" {
			t.Errorf("leaf %d: got %+v, want its bit, id and cite", i, leaf)
		}
	}
}

// TestSteadyStateDoesNotAllocate decides and words the same persons again.
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	for _, name := range policies.Packs() {
		e := benchLaw(t, name).NewEvaluator()
		persons, _ := benchPersons(e, 50)
		allocs := testing.AllocsPerRun(20, func() {
			for i := range persons {
				for j, d := range e.Person(&persons[i]) {
					_ = e.Text(&persons[i], j, d)
				}
			}
		})
		if allocs != 0 {
			t.Errorf("%s: got %v allocations, want none", name, allocs)
		}
	}
}

package evaluate

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

var (
	drawnCodes = []string{
		"CA:HSC:11357(a)", "CA:HSC:11357(b)", "CA:HSC:11358", "CA:HSC:11359", "CA:HSC:11360(a)", "CA:HSC:11360(b)",
		"attempt:CA:HSC:11359", "CA:HSC:11357.5", "CA:PC:187(a)", "CA:PC:484",
	}
	drawnCounties = []string{"KERN", "YOLO"}
)

// world is a person whose facts may be missing; complete fills them in.
type world struct {
	birth    schemas.Date
	further  int32 // days on which the birth may have been besides
	complete bool
	charges  []drawnCharge
}

type drawnCharge struct {
	code, county    int // -1 when missing
	severity        schemas.Severity
	disposition     schemas.Disposition
	offense, decree schemas.Date
	partly          *Partial // of these, where only a part is on record
}

// part is what is on record of a date of which only the year, or the month, is.
func part(t *rapid.T, field policies.Field, of schemas.Date, partly *Partial) {
	year, month, _ := of.Civil()
	from, _ := schemas.NewDate(year, 1, 1)
	to, _ := schemas.NewDate(year, 12, 31)
	if rapid.Bool().Draw(t, "month known") {
		from, _ = schemas.NewDate(year, month, 1)
		to = from.AddMonths(1) - 1
	}
	partly.Set(field, from, to)
}

func drawDate(t *rapid.T, from, to string, missing bool) schemas.Date {
	if missing && rapid.IntRange(0, 3).Draw(t, "missing") == 0 {
		return schemas.NoDate
	}
	a, _ := schemas.ParseDate(from)
	b, _ := schemas.ParseDate(to)
	return schemas.Date(rapid.Int32Range(int32(a), int32(b)).Draw(t, "date"))
}

func drawWorld(t *rapid.T) world {
	w := world{birth: drawDate(t, "1955-01-01", "1995-01-01", true), complete: rapid.IntRange(0, 3).Draw(t, "hole") > 0}
	if w.birth.Known() && rapid.IntRange(0, 2).Draw(t, "birth in part") == 0 {
		partly := &Partial{}
		part(t, policies.BirthDate, w.birth, partly)
		w.birth, w.further = partly.Born()
	}
	for range rapid.IntRange(1, 4).Draw(t, "charges") {
		c := drawnCharge{
			code: rapid.IntRange(-1, len(drawnCodes)-1).Draw(t, "code"), county: rapid.IntRange(-1, 1).Draw(t, "county"),
			severity:    schemas.Severity(rapid.IntRange(0, 3).Draw(t, "severity")),
			disposition: rapid.SampledFrom([]schemas.Disposition{0, schemas.Convicted, schemas.Convicted, schemas.Dismissed}).Draw(t, "disposition"),
			decree:      drawDate(t, "2000-01-01", "2019-11-11", true),
			offense:     schemas.NoDate,
		}
		if c.decree.Known() && rapid.Bool().Draw(t, "offence known") {
			c.offense = c.decree - schemas.Date(rapid.IntRange(0, 2000).Draw(t, "days"))
		}
		partly := &Partial{}
		for _, of := range []struct {
			field policies.Field
			date  *schemas.Date
		}{{policies.OffenseDate, &c.offense}, {policies.DispositionDate, &c.decree}} {
			if of.date.Known() && rapid.IntRange(0, 3).Draw(t, "partly") == 0 {
				part(t, of.field, *of.date, partly)
				*of.date, c.partly = schemas.NoDate, partly
			}
		}
		w.charges = append(w.charges, c)
	}
	return w
}

// fill answers what is missing in one of the ways that are possible.
func fill(t *rapid.T, w world) world {
	out := world{birth: w.birth, complete: true}
	if !out.birth.Known() {
		out.birth = drawDate(t, "1955-01-01", "1995-01-01", false)
	}
	out.birth += schemas.Date(rapid.Int32Range(0, w.further).Draw(t, "day of birth"))
	charges := append([]drawnCharge{}, w.charges...)
	if !w.complete && rapid.Bool().Draw(t, "unread row was a charge") {
		charges = append(charges, drawnCharge{code: -1, county: -1, decree: schemas.NoDate, offense: schemas.NoDate})
	}
	for _, c := range charges {
		if c.code < 0 {
			c.code = rapid.IntRange(0, len(drawnCodes)-1).Draw(t, "code")
		}
		if c.county < 0 {
			c.county = rapid.IntRange(0, 1).Draw(t, "county")
		}
		if c.severity == schemas.SeverityUnknown {
			c.severity = schemas.Severity(rapid.IntRange(1, 3).Draw(t, "severity"))
		}
		if c.disposition == schemas.DispositionUnknown {
			c.disposition = rapid.SampledFrom([]schemas.Disposition{schemas.Convicted, schemas.Dismissed}).Draw(t, "disposition")
		}
		within := func(field policies.Field, from, to schemas.Date) schemas.Date {
			earliest, latest := c.partly.days(field)
			earliest, latest = max(earliest, from), min(latest, to)
			return schemas.Date(rapid.Int32Range(int32(earliest), int32(max(earliest, latest))).Draw(t, "day"))
		}
		if !c.decree.Known() {
			first, _ := schemas.ParseDate("2000-01-01")
			last, _ := schemas.ParseDate("2019-11-11")
			c.decree = within(policies.DispositionDate, max(first, c.offense), last)
		}
		if !c.offense.Known() {
			c.offense = within(policies.OffenseDate, c.decree-2000, c.decree)
		}
		c.partly = nil
		out.charges = append(out.charges, c)
	}
	return out
}

func (w world) person(e *Evaluator) *Person {
	p := &Person{Birth: w.birth, BirthDays: w.further, Keyed: true}
	for i, c := range w.charges {
		row := factRow(schemas.RowCharge, 0)
		if c.code >= 0 {
			row.Code = e.Code(drawnCodes[c.code], true)
		}
		if c.county >= 0 {
			row.County = e.County(drawnCounties[c.county], true)
		}
		row.Key, row.Severity, row.Disposition = int32(i), c.severity, c.disposition
		row.Offense, row.Disposed, row.Partial = c.offense, c.decree, c.partly
		p.Charges = append(p.Charges, row)
	}
	if !w.complete {
		p.Charges = append(p.Charges, factRow(schemas.RowIncomplete, 0))
	}
	return p
}

// TestWhatIsMissingNeverDecides fills in missing facts in any way: what was
// decided without them stands, and the relief that a review calls certain is
// the least that comes.
func TestWhatIsMissingNeverDecides(t *testing.T) {
	laws := map[string]*Law{
		"options": mustLaw(t, "us-ca/prop64-county-options", map[string]string{
			"county": "KERN", "dismiss": "11357", "reduce": "11359", "under_21_at_conviction": "true", "age_threshold": "45",
			"years_since_conviction": "8", "years_crime_free": "4", "only_prop64": "true",
		}, "2019-11-11"),
		"bare": mustLaw(t, "us-ca/prop64-county-options", map[string]string{
			"county": "KERN", "years_since_conviction": "8", "years_crime_free": "4", "only_prop64": "true",
		}, "2019-11-11"),
		"statute": mustLaw(t, "us-ca/prop64", nil, "2019-11-11"),
	}
	for name, law := range laws {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				w := drawWorld(t)
				e := law.NewEvaluator()
				before := append([]Decision{}, e.Person(w.person(e))...)
				filled := fill(t, w).person(e)
				after := e.Person(filled)
				if filled.Doubts != (Doubts{}) {
					return // what contradicts itself is no world
				}
				for i := range w.charges {
					stands(t, law, before[i], after[i])
				}
			})
		})
	}
}

func stands(t *rapid.T, law *Law, before, after Decision) {
	same := before.Outcome == after.Outcome && before.Floor == after.Floor && before.Ceiling == after.Ceiling
	switch {
	case presumedBar(law, before, after): // the law takes back what it presumed
	case before.Outcome == schemas.NotYet:
		ok := after.Outcome == schemas.Eligible || (after.Outcome == schemas.NotYet && after.EligibleOn <= before.EligibleOn)
		if !ok {
			t.Fatalf("not yet, %s: then %s, %s", before.EligibleOn, after.Outcome, after.EligibleOn)
		}
	case before.Outcome != schemas.Review && !same:
		t.Fatalf("decided %s (%s, %s) while facts were missing, then %s (%s, %s)",
			before.Outcome, before.Floor, before.Ceiling, after.Outcome, after.Floor, after.Ceiling)
	case before.Outcome == schemas.Review && before.Floor != policies.NoVerb && after.Outcome != schemas.Review:
		if after.Outcome != schemas.Eligible || after.Floor < before.Floor || after.Ceiling > before.Ceiling {
			t.Fatalf("between %s and %s was certain, then %s (%s, %s)",
				before.Floor, before.Ceiling, after.Outcome, after.Floor, after.Ceiling)
		}
	}
	if lost := (before.True&^before.Presumed)&^after.True | (before.False&^before.Presumed)&^after.False; lost != 0 {
		t.Fatalf("leaves %b were known and changed", lost)
	}
}

// presumedBar tells whether an answer that the law presumed turned out wrong.
func presumedBar(_ *Law, before, after Decision) bool {
	return before.Presumed&(before.True&after.False|before.False&after.True) != 0
}

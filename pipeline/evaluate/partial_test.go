package evaluate

import (
	"testing"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// A year without its day decides where every day of it decides alike.
func TestAYearDecidesWhereAllItsDaysDo(t *testing.T) {
	law := mustLaw(t, "us-ca/prop64-county-options", map[string]string{
		"county": "KERN", "years_since_conviction": "8",
	}, "2019-11-11")
	for name, c := range map[string]struct {
		from, to, offense string
		want              schemas.Outcome
		on                string
		doubts            int
	}{
		"long ago":                       {"2009-01-01", "2009-12-31", "", schemas.Eligible, "2017-12-31", 0},
		"some of its days":               {"2011-01-01", "2011-12-31", "", schemas.Review, "", 0},
		"not yet":                        {"2012-01-01", "2012-12-31", "", schemas.NotYet, "2020-12-31", 0},
		"a month":                        {"2011-10-01", "2011-10-31", "", schemas.Eligible, "2019-10-31", 0},
		"after the as-of date":           {"2020-01-01", "2020-12-31", "", schemas.Review, "", 1},
		"it began before the as-of date": {"2019-01-01", "2019-12-31", "", schemas.NotYet, "2027-12-31", 0},
		"before the offence":             {"2009-01-01", "2009-12-31", "2010-01-01", schemas.Review, "", 2}, // and the offence, as wrong as it
		"before it or after":             {"2009-01-01", "2009-12-31", "2009-06-01", schemas.Eligible, "2017-12-31", 0},
		"nothing known":                  {"", "", "", schemas.Review, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := law.NewEvaluator()
			row := factRow(schemas.RowCharge, 0)
			row.Code, row.County = e.Code("CA:HSC:11359", true), e.County("KERN", true)
			row.Severity, row.Disposition, row.Offense = schemas.Felony, schemas.Convicted, day(t, c.offense)
			if c.from != "" {
				row.Partial = &Partial{}
				row.Partial.Set(policies.DispositionDate, day(t, c.from), day(t, c.to))
			}
			p := &Person{Birth: day(t, "1970-01-01"), Keyed: true, Charges: []Charge{row}}
			got := e.Person(p)[0]
			if got.Outcome != c.want || got.EligibleOn != day(t, c.on) || p.Doubts.Dates != c.doubts {
				t.Errorf("%s on %s, %d doubts; want %s on %s, %d", got.Outcome, got.EligibleOn, p.Doubts.Dates, c.want, c.on, c.doubts)
			}
		})
	}
}

// A conviction before the birth: one of the two is wrong, and neither decides.
func TestAYearBeforeTheBirthMakesBothUnknown(t *testing.T) {
	row := charged(-1, schemas.Convicted, schemas.NoDate)
	row.Partial = &Partial{}
	row.Partial.Set(policies.DispositionDate, day(t, "1985-01-01"), day(t, "1985-12-31"))
	p := &Person{Birth: day(t, "1990-01-01"), Charges: []Charge{row}}
	shared := *row.Partial
	got := p.sound(day(t, "2019-11-11")).doubts
	if p.Birth.Known() || got != (Doubts{Births: 1, Dates: 1}) {
		t.Errorf("birth %q, %+v", p.Birth, got)
	}
	if *row.Partial != shared {
		t.Error("what other charges share was changed")
	}
	if again := p.sound(day(t, "2019-11-11")).doubts; again != (Doubts{}) {
		t.Errorf("a second look finds %+v", again)
	}
}

// A year of birth decides where the age is the same for all its days.
func TestAYearOfBirthDecidesWhereAllItsDaysDo(t *testing.T) {
	law := mustLaw(t, "us-ca/prop64-county-options", map[string]string{
		"county": "KERN", "under_21_at_conviction": "true", "age_threshold": "45",
	}, "2019-11-11")
	for name, c := range map[string]struct {
		born, convicted string
		want            schemas.Outcome
	}{
		"under 21 on every day":           {"1990", "2010-12-31", schemas.Eligible},
		"under 21 on some":                {"1990", "2011-01-02", schemas.Review},
		"21 on every day":                 {"1989", "2010-12-31", schemas.NotYet},
		"in a month, under 21":            {"1989-12", "2010-11-30", schemas.Eligible},
		"in a month, under 21 or not":     {"1989-12", "2010-12-15", schemas.Review},
		"45 on every day":                 {"1973", "2010-12-31", schemas.Eligible},
		"45 on some":                      {"1974", "2010-12-31", schemas.Review},
		"45 in the month of the date":     {"1974-11", "2010-12-31", schemas.Review},
		"45 by the month before the date": {"1974-10", "2010-12-31", schemas.Eligible},
	} {
		t.Run(name, func(t *testing.T) {
			e := law.NewEvaluator()
			row := factRow(schemas.RowCharge, 0)
			row.Code, row.County = e.Code("CA:HSC:11359", true), e.County("KERN", true)
			row.Severity, row.Disposition, row.Disposed = schemas.Felony, schemas.Convicted, day(t, c.convicted)
			first, further := ParsePartial("birth_date " + c.born).Born()
			got := e.Person(&Person{Birth: first, BirthDays: further, Keyed: true, Charges: []Charge{row}})[0]
			if got.Outcome != c.want {
				t.Errorf("%s, want %s", got.Outcome, c.want)
			}
		})
	}
}

// Every date of a charge may be known in part.
func TestEveryDateMayBeKnownInPart(t *testing.T) {
	for name, field := range partialNames {
		p := ParsePartial(name + " 2001-02")
		if from, to := p.days(field); from != day(t, "2001-02-01") || to != day(t, "2001-02-28") {
			t.Errorf("%s: %s to %s", name, from, to)
		}
		if p := ParsePartial(name + " 2001-13"); p.has != 0 {
			t.Errorf("%s: a month that is none is known", name)
		}
	}
}

// A year of birth that ends before any event that can be is unknown, as is one after the
// first event; the days of an event's own year are left.
func TestAYearOfBirthMustFit(t *testing.T) {
	for born, want := range map[string]bool{"1898": false, "1899": true, "1985": true, "1986": false, "2020": false} {
		row := charged(-1, schemas.Convicted, day(t, "1985-06-01"))
		first, further := ParsePartial("birth_date " + born).Born()
		p := &Person{Birth: first, BirthDays: further, Charges: []Charge{row}}
		p.sound(day(t, "2019-11-11"))
		if p.Birth.Known() != want {
			t.Errorf("born in %s: known %t, want %t", born, p.Birth.Known(), want)
		}
	}
}

// A vacatur ends a conviction only if it follows every day on which that may have been.
func TestAVacaturFollowsAYear(t *testing.T) {
	for vacated, want := range map[string]schemas.Disposition{
		"2011-01-01": schemas.Vacated, "2010-12-31": schemas.Vacated, "2010-06-01": schemas.DispositionUnknown, "2005-01-01": schemas.DispositionUnknown,
	} {
		partly := charged(0, schemas.Convicted, schemas.NoDate)
		partly.Partial = &Partial{}
		partly.Partial.Set(policies.DispositionDate, day(t, "2010-01-01"), day(t, "2010-12-31"))
		p := &Person{Birth: schemas.NoDate, Charges: []Charge{
			charged(0, schemas.Convicted, day(t, "2001-01-01")), partly, charged(0, schemas.Vacated, day(t, vacated)),
		}}
		p.sound(day(t, "2019-11-11"))
		if got := p.Charges[0].Disposition; got != want {
			t.Errorf("vacated on %s: the conviction is %s, want %s", vacated, got, want)
		}
	}
}

// An event of which a part is known is on record: no other stands in for it, however deep
// it lies.
func TestAPartOfADateIsKnown(t *testing.T) {
	c := Blank(schemas.RowCharge)
	c.Sentenced, c.Incarcerated = day(t, "2001-01-01"), schemas.Incarcerated
	release := event{op: policies.OneDate, field: policies.ReleaseDate, fact: -1}
	sentence := event{op: policies.OneDate, field: policies.SentenceDate, fact: -1}
	nested := event{op: policies.IfIncarcerated, fact: -1, terms: []event{release, sentence}}
	e := &judge{}
	for name, first := range map[string]event{"a date": release, "a date within": nested} {
		ev := event{op: policies.FirstKnownOf, fact: -1, terms: []event{first, sentence}}
		c.Partial = nil
		if a, b := e.event(&c, &ev); a != c.Sentenced || b != c.Sentenced {
			t.Errorf("%s, nothing known: %s to %s", name, a, b)
		}
		c.Partial = &Partial{}
		c.Partial.Set(policies.ReleaseDate, day(t, "2005-01-01"), day(t, "2005-12-31"))
		if a, b := e.event(&c, &ev); a != day(t, "2005-01-01") || b != day(t, "2005-12-31") {
			t.Errorf("%s, a year known: %s to %s", name, a, b)
		}
	}
}

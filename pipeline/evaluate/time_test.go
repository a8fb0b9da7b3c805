package evaluate

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// lawAsOf binds the options on which time and other convictions matter.
func lawAsOf(t testing.TB, day schemas.Date) *Law {
	return mustLaw(t, "us-ca/prop64-county-options", map[string]string{
		"county": "KERN", "reduce": "11360", "age_threshold": "45", "years_since_conviction": "8", "years_crime_free": "4", "only_prop64": "true",
	}, day.String())
}

func decideAll(law *Law, w world) []Decision {
	e := law.NewEvaluator()
	return append([]Decision{}, e.Person(w.person(e))...)
}

// TestTheDayHolds decides again on the day that NOT_YET gave, and on the day
// before it.
func TestTheDayHolds(t *testing.T) {
	const asOf = "2019-11-11"
	law := lawAsOf(t, date(asOf))
	promises := 0
	rapid.Check(t, func(r *rapid.T) {
		w := recentWorld(r)
		for i, d := range decideAll(law, w) {
			if d.Outcome != schemas.NotYet {
				continue
			}
			promises++
			if d.EligibleOn <= date(asOf) {
				r.Fatalf("not yet on %s, but since %s", asOf, d.EligibleOn)
			}
			if then := decideAll(lawAsOf(t, d.EligibleOn), w)[i]; then.Outcome != schemas.Eligible || then.EligibleOn != d.EligibleOn {
				r.Fatalf("on the day %s: got %s since %s", d.EligibleOn, then.Outcome, then.EligibleOn)
			}
			if then := decideAll(lawAsOf(t, d.EligibleOn-1), w)[i]; then.Outcome != schemas.NotYet {
				r.Fatalf("the day before %s: got %s", d.EligibleOn, then.Outcome)
			}
		}
	})
	if promises == 0 {
		t.Error("no charge was not yet eligible: the test shows nothing")
	}
}

// recentWorld is a person under 45 with a recent cannabis felony of the county
// and others of another kind: only time is missing.
func recentWorld(r *rapid.T) world {
	w := world{birth: drawDate(r, "1974-11-12", "1995-01-01", false), complete: true}
	for i := range rapid.IntRange(2, 5).Draw(r, "charges") {
		w.charges = append(w.charges, drawnCharge{
			code: min(i, 1) * (len(drawnCodes) - 1), severity: schemas.Felony, disposition: schemas.Convicted,
			decree: drawDate(r, "2015-11-12", "2019-11-11", false), offense: schemas.NoDate,
		})
	}
	return w
}

// TestTimeTakesNothingAway decides the same record later.
func TestTimeTakesNothingAway(t *testing.T) {
	now, later := lawAsOf(t, date("2019-11-11")), lawAsOf(t, date("2026-11-23"))
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		after := decideAll(later, w)
		for i, d := range decideAll(now, w) {
			if d.Outcome == schemas.Eligible && (after[i].Outcome != schemas.Eligible || after[i].Floor < d.Floor) {
				r.Fatalf("eligible for %s, and later %s for %s", d.Floor, after[i].Outcome, after[i].Floor)
			}
		}
	})
}

// TestAFurtherConvictionNeverHelps adds a conviction to a record: under neither
// policy does another charge get more for it.
func TestAFurtherConvictionNeverHelps(t *testing.T) {
	laws := map[string]*Law{
		"options": lawAsOf(t, date("2019-11-11")),
		"statute": mustLaw(t, "us-ca/prop64", nil, "2019-11-11"),
	}
	for name, law := range laws {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				w := fill(r, drawWorld(r))
				more := fill(r, drawWorld(r)).charges[0]
				more.disposition = schemas.Convicted
				before := decideAll(law, w)
				w.charges = append(append([]drawnCharge{}, w.charges...), more)
				after := decideAll(law, w)
				for i, d := range before {
					if certain(after[i]) > certain(d) {
						r.Fatalf("%s before, %s with a further conviction", certain(d), certain(after[i]))
					}
				}
			})
		})
	}
}

// certain is the relief that a decision makes certain.
func certain(d Decision) policies.Verb {
	if d.Outcome == schemas.NotYet {
		return policies.NoVerb
	}
	return d.Floor
}

// TestOrderOfRowsChangesNothing shuffles the rows of a person.
func TestOrderOfRowsChangesNothing(t *testing.T) {
	for _, name := range []string{"us-ca/prop64-county-options", "us-ca/prop64"} {
		e := benchLaw(t, name).NewEvaluator()
		persons, _ := benchPersons(e, 300)
		for i := range persons {
			p := &persons[i]
			want := append([]Decision{}, e.Person(p)...)
			turned := Person{Birth: p.Birth, Keyed: p.Keyed}
			for j := range p.Charges {
				turned.Charges = append(turned.Charges, p.Charges[len(p.Charges)-1-j])
			}
			for j, got := range e.Person(&turned) {
				if got != want[len(want)-1-j] {
					t.Fatalf("%s: person %d: got %+v, want %+v", name, i, got, want[len(want)-1-j])
				}
			}
		}
	}
}

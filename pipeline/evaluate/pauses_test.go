package evaluate

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

// drawPauses draws runs of days in order, that share none.
func drawPauses(t *rapid.T, from schemas.Date) []pause {
	var out []pause
	for range rapid.IntRange(0, 5).Draw(t, "pauses") {
		from += schemas.Date(rapid.Int32Range(1, 500).Draw(t, "days until"))
		to := from + schemas.Date(rapid.Int32Range(1, 500).Draw(t, "days of"))
		out = append(out, pause{from, to})
		from = to
	}
	return out
}

// TestPausesCountAsADayByDaySearchDoes finds the day on which the years have
// passed by trying one day after the other.
func TestPausesCountAsADayByDaySearchDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begin := date("2001-01-01")
		pauses := drawPauses(t, begin)
		start := begin + schemas.Date(rapid.Int32Range(0, 2000).Draw(t, "start"))
		test := eventTest{lasts: years(rapid.IntRange(0, 4).Draw(t, "years")), after: rapid.Bool().Draw(t, "after")}
		still := func(day schemas.Date) bool {
			return slices.ContainsFunc(pauses, func(r pause) bool { return r.from <= day && day < r.to })
		}
		first := start
		for still(first) {
			first++
		}
		want, wait := first, anniversary(first, test.lasts, test.after)
		for stood := schemas.Date(0); want < wait+stood; want++ {
			if still(want) {
				stood++
			}
		}
		if got := test.passed(start, pauses...); got != want {
			t.Fatalf("from %s, %v, after %t, pauses %v: got %s, want %s", start, test.lasts, test.after, pauses, got, want)
		}
	})
}

// TestPausesNeverShortenAWait makes pauses longer and starts later, which is what
// what is not known may come to.
func TestPausesNeverShortenAWait(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begin := date("2001-01-01")
		few := drawPauses(t, begin)
		start := begin + schemas.Date(rapid.Int32Range(0, 2000).Draw(t, "start"))
		test := eventTest{lasts: years(rapid.IntRange(0, 4).Draw(t, "years"))}
		test.lasts.days = rapid.IntRange(0, 90).Draw(t, "days")
		day := test.passed(start, few...)
		if later := test.passed(start+schemas.Date(rapid.Int32Range(0, 400).Draw(t, "later")), few...); later < day {
			t.Fatalf("from %s: %s; started later, %s", start, day, later)
		}
		e := &Evaluator{}
		for _, r := range few {
			e.addRun(r)
			e.addRun(pause{r.from - schemas.Date(rapid.Int32Range(0, 300).Draw(t, "longer")), r.to})
		}
		e.addRun(pause{begin + 100, begin + 100 + schemas.Date(rapid.Int32Range(0, 300).Draw(t, "another"))})
		if longer := test.passed(start, e.join(nil)...); longer < day {
			t.Fatalf("from %s: %s; with more pauses, %s", start, day, longer)
		}
	})
}

// TestEveryPartOfTheLanguageDoesNotAllocate decides the same persons again under
// the packs that use all of it.
func TestEveryPartOfTheLanguageDoesNotAllocate(t *testing.T) {
	for _, name := range languagePacks {
		e := languageLaw(t, name, promisedDay).NewEvaluator()
		persons, _ := benchPersons(e, 50)
		for i := range persons {
			for j := range persons[i].Charges {
				c := &persons[i].Charges[j]
				c.Code, c.Case = e.Code("ZZ:PL:155", true), int32(j%2-1)
				c.Sentenced, c.Released = c.Disposed, c.Disposed+200
				if j%3 == 0 {
					c.Disposition = schemas.Pending
				}
			}
		}
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

// TestTheTraceSaysWhatStopsTheClock: the words stand beside the leaf.
func TestTheTraceSaysWhatStopsTheClock(t *testing.T) {
	law := languageLaw(t, "pauses", promisedDay)
	clocks := map[string]string{}
	for _, r := range law.Explain(0, 0, 0, "") {
		for _, leaf := range r.Leaves {
			if leaf.Clock != "" {
				clocks[leaf.ID] = leaf.Clock
			}
		}
	}
	want := map[string]string{
		"misdemeanor.three-years": "stands still on {of: person, where: {incarcerated: true}, from: sentence_date, to: release_date}",
		"felony.five-years": "starts again on {where: {disposition: {in: [convicted]}, severity: {in: [felony]}}}; " +
			"stands still on {of: this, from: release_date, to: supervision_end_date}",
	}
	if diff := cmp.Diff(want, clocks); diff != "" {
		t.Errorf("clocks (-want +got):\n%s", diff)
	}
}

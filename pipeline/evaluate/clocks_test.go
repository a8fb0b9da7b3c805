package evaluate

import (
	"path/filepath"
	"testing"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// TestClocksEndOnTheDayOfEligibility holds the sums of an explanation to the
// decision: where a charge waits for a day, one of its clocks ends on it.
func TestClocksEndOnTheDayOfEligibility(t *testing.T) {
	waits := 0
	for _, name := range languagePacks {
		pack, err := policies.Load(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		cases, err := pack.Cases()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			bound, err := pack.Bind(c.Params, c.AsOf)
			if err != nil {
				t.Fatal(err)
			}
			law, err := Compile(bound)
			if err != nil {
				t.Fatal(err)
			}
			e := law.NewEvaluator()
			p := e.casePerson(c, readCode)
			for i, d := range e.Person(p)[:len(c.Charges)] {
				if d.Outcome != schemas.NotYet {
					continue
				}
				waits++
				if !endsOn(e.Clocks(p, i), d.EligibleOn) {
					t.Errorf("%s/%s: charge %d is eligible on %s, and no clock ends then: %+v", name, c.ID, i+1, d.EligibleOn, e.Clocks(p, i))
				}
			}
		}
	}
	if waits < 5 {
		t.Errorf("charges that wait: got %d, want several", waits)
	}
}

func endsOn(clocks []Clock, day schemas.Date) bool {
	for _, c := range clocks {
		if c.Day == day && c.Day == anniversary(c.Since, period{c.Years, c.Months, c.Days}, c.After)+schemas.Date(c.Stood) {
			return true
		}
	}
	return false
}

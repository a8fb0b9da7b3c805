package evaluate

import (
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestARuleThatLapsesNamesNoDay decides by relief that the statute gives between
// five and ten years after the judgment.
func TestARuleThatLapsesNamesNoDay(t *testing.T) {
	const (
		between = `{id: five, elapsed: {since: disposition_date, years: 5}, cite: "Act 4"}, {none: [{id: ten, elapsed: {since: disposition_date, years: 10}, cite: "Act 4"}]}`
		until   = `{none: [{id: sunset, date: {field: as_of, on_or_after: 2020-06-15}, cite: "Act 4"}]}`
	)
	lapsing := func(leaves string) []string {
		return []string{strings.Replace(ruleOf("a", leaves, seal), "    when:", "    lapses: {cite: \"Act 4\"}\n    when:", 1)}
	}
	for name, test := range map[string]struct {
		leaves, disposed string
		want             schemas.Outcome
	}{
		"the first day":          {between, "2015-06-15", schemas.Eligible},
		"the day before":         {between, "2015-06-16", schemas.Blocked},
		"the last day":           {between, "2010-06-16", schemas.Eligible},
		"the day after":          {between, "2010-06-15", schemas.NotEligible},
		"no day":                 {between, "", schemas.Review},
		"the day of the sunset":  {until, "2015-06-15", schemas.NotEligible},
		"neither, as it is over": {between + ", " + until, "2015-06-16", schemas.NotEligible},
	} {
		t.Run(name, func(t *testing.T) {
			e := lawOf(t, lapsing(test.leaves)...).NewEvaluator()
			d := e.Person(&Person{Birth: schemas.NoDate, Keyed: true, Charges: []Charge{convicted(test.disposed)}})[0]
			if d.Outcome != test.want || d.EligibleOn.Known() {
				t.Errorf("got %s from %q, want %s and no day", d.Outcome, d.EligibleOn, test.want)
			}
		})
	}
}

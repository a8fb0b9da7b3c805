package schemas_test

import (
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

func balanced() schemas.Totals {
	return schemas.Totals{
		Rows:    schemas.Rows{Read: 10, Accepted: 6, Rejected: 2, Duplicate: 1, NonData: 1},
		Charges: 5, Facts: 1, Persons: 3, Determinations: 5,
		Outcomes: map[string]int64{"ELIGIBLE": 2, "REVIEW": 3},
	}
}

func TestTotalsBalance(t *testing.T) {
	if err := balanced().Balance(); err != nil {
		t.Errorf("balanced totals: %v", err)
	}
	for name, spoil := range map[string]func(*schemas.Totals){
		"a row is lost":                    func(t *schemas.Totals) { t.Read++ },
		"a row is counted twice":           func(t *schemas.Totals) { t.Accepted++ },
		"a reject is lost":                 func(t *schemas.Totals) { t.Rejected-- },
		"an accepted row became nothing":   func(t *schemas.Totals) { t.Charges--; t.Determinations--; t.Outcomes["REVIEW"]-- },
		"a charge has no determination":    func(t *schemas.Totals) { t.Determinations--; t.Outcomes["REVIEW"]-- },
		"a determination has no outcome":   func(t *schemas.Totals) { t.Outcomes["REVIEW"]-- },
		"a fact turned into a charge":      func(t *schemas.Totals) { t.Facts--; t.Charges++ },
		"a duplicate is counted as read 2": func(t *schemas.Totals) { t.Duplicate++ },
	} {
		t.Run(name, func(t *testing.T) {
			totals := balanced()
			spoil(&totals)
			if totals.Balance() == nil {
				t.Errorf("%+v balances", totals)
			}
		})
	}
}

func TestTotalsAdd(t *testing.T) {
	var sum schemas.Totals
	sum.Add(balanced())
	other := balanced()
	sum.Add(other)
	if sum.Read != 20 || sum.Persons != 6 || sum.Outcomes["REVIEW"] != 6 {
		t.Errorf("sum: got %+v", sum)
	}
	if other.Outcomes["REVIEW"] != 3 {
		t.Error("adding changed what was added")
	}
	if err := sum.Balance(); err != nil {
		t.Error(err)
	}
}

// The zero value of a vocabulary claims least.
func TestZeroValuesClaimLeast(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{schemas.Outcome(0).String(), "REVIEW"},
		{schemas.Disposition(0).String(), "unknown"},
		{schemas.Severity(0).String(), "unknown"},
		{schemas.Sentence(0).String(), "unknown"},
		{schemas.CodeMatch(0).String(), "unmatched"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %q, want %q", tc.got, tc.want)
		}
	}
	for o := range schemas.Outcome(schemas.Outcomes) {
		if back, err := schemas.ParseOutcome(o.String()); err != nil || back != o {
			t.Errorf("%v: got %v, %v", o, back, err)
		}
	}
}

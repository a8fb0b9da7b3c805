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
		"before the offence":             {"2009-01-01", "2009-12-31", "2010-01-01", schemas.Review, "", 1},
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

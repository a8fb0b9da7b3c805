package evaluate

import (
	"testing"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// TestPresumedClosed counts the pending charges of a person, as a fact of the
// person and by leaves of every kind.
func TestPresumedClosed(t *testing.T) {
	const closed = `, unknown: {presume: closed, if: {no_activity: 3 years}, cite: "Act 9"}, cite: "Act 4"}`
	leaves := map[string]string{
		"none":   `{id: x, person: {none: {disposition: {in: [pending]}}}` + closed,
		"count":  `{id: x, person: {count: {where: {disposition: {in: [pending]}}, at_most: 0}}` + closed,
		"cases":  `{id: x, person: {count: {where: {disposition: {in: [pending]}}, of: cases, at_most: 0}}` + closed,
		"others": `{id: x, person: {none: {disposition: {in: [pending]}}, others: true}` + closed,
	}
	pending := func(number int32, day string) Charge {
		return with(convicted(""), func(c *Charge) {
			c.Disposition, c.Case, c.Key, c.Arrest = schemas.Pending, number, number, date(day)
		})
	}
	year := &Partial{}
	year.Set(policies.ReleaseDate, date("2019-01-01"), date("2019-12-31"))
	own := with(convicted("2010-01-01"), func(c *Charge) { c.Case, c.Key = 0, 0 })
	hole := factRow(schemas.RowIncomplete, 0)
	for name, test := range map[string]struct {
		rows     []Charge
		want     truth
		presumed bool
	}{
		"nothing pending":       {[]Charge{own}, yes, false},
		"quiet":                 {[]Charge{own, pending(1, "2017-06-15")}, yes, true},
		"not quiet":             {[]Charge{own, pending(1, "2017-06-16")}, no, false},
		"two quiet":             {[]Charge{own, pending(1, "2015-01-01"), pending(2, "2016-01-01")}, yes, true},
		"one of two quiet":      {[]Charge{own, pending(1, "2015-01-01"), pending(2, "2020-01-01")}, no, false},
		"no day":                {[]Charge{own, pending(1, "")}, no, false},
		"a row unread":          {[]Charge{own, pending(1, "2015-01-01"), hole}, no, false},
		"quiet, an end missing": {[]Charge{own, with(pending(1, "2015-01-01"), unknownEnd)}, yes, true},
		"quiet but for a year":  {[]Charge{own, with(pending(1, "2015-01-01"), func(c *Charge) { c.Partial = year })}, no, false},
		"an end missing":        {[]Charge{own, with(pending(1, "2020-01-01"), unknownEnd)}, unknown, false},
	} {
		for kind, leaf := range leaves {
			d := lawOf(t, ruleOf("only", leaf, seal)).NewEvaluator().Person(&Person{Birth: schemas.NoDate, Keyed: true, Charges: append([]Charge{}, test.rows...)})[0]
			got := (term{leaf: 0}).literal(&mask{t: d.True, f: d.False}, 0)
			if got != test.want || (d.Presumed != 0) != test.presumed {
				t.Errorf("%s, %s: got %s, presumed %t, want %s, %t", name, kind, got, d.Presumed != 0, test.want, test.presumed)
			}
		}
	}
}

// TestNothingIsPresumedClosedBesideAHole: even where there is room for what the
// row that cannot be read may be.
func TestNothingIsPresumedClosedBesideAHole(t *testing.T) {
	const leaf = `{id: x, person: {count: {where: {disposition: {in: [pending]}}, at_most: 1}}, unknown: {presume: closed, if: {severity: {in: [felony]}}, cite: "Act 9"}, cite: "Act 4"}`
	pending := func(key int32) Charge {
		return with(convicted(""), func(c *Charge) { c.Disposition, c.Case, c.Key = schemas.Pending, key, key })
	}
	for want, more := range map[truth][]Charge{yes: nil, no: {factRow(schemas.RowIncomplete, 0)}} {
		rows := append([]Charge{pending(0), pending(1)}, more...)
		d := lawOf(t, ruleOf("only", leaf, seal)).NewEvaluator().Person(&Person{Birth: schemas.NoDate, Keyed: true, Charges: rows})[0]
		if got := (term{leaf: 0}).literal(&mask{t: d.True, f: d.False}, 0); got != want {
			t.Errorf("%d rows: got %s, want %s", len(rows), got, want)
		}
	}
}

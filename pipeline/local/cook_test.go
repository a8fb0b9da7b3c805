package local_test

import (
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// Counts of Cook County's dispositions of 2019 that two other programs agree
// on.
func TestCookCounty(t *testing.T) {
	cfg := config(t, "", realData(t, "cook-county-il/dispositions.csv"))
	cfg.Layout, cfg.Policy, cfg.Params = "us-il/cook-dispositions", "us-il/cannabis-green-standard", nil
	cfg.AsOf = date(t, "2026-11-23")
	totals := sweep(t, cfg).Manifest.Totals
	if want := (schemas.Rows{Read: 20_234, Accepted: 20_234}); totals.Rows != want {
		t.Errorf("rows: got %+v, want %+v", totals.Rows, want)
	}
	if totals.Persons != 11_322 {
		t.Errorf("got %d persons, want 11322", totals.Persons)
	}
	charges := table(t, cfg, "determinations")
	for prefix, want := range map[string][2]int{
		"IL:720:570/402(": {6_100, 5_942}, // possession of a controlled substance
		"IL:720:550/":     {764, 709},     // Cannabis Control Act
	} {
		rows, persons := 0, map[string]bool{}
		for _, c := range charges {
			if strings.HasPrefix(c["code"], prefix) {
				rows++
				persons[c["person_id"]] = true
			}
		}
		if got := [2]int{rows, len(persons)}; got != want {
			t.Errorf("%s: got %d rows of %d persons, want %d of %d", prefix, got[0], got[1], want[0], want[1])
		}
	}
	for _, c := range charges {
		if c["code"] == "" && c["code_match"] != "unmatched" && c["code_match"] != "ambiguous" {
			t.Errorf("line %s: no code, and code_match %s", c["line"], c["code_match"])
		}
		if c["disposition"] == "unknown" {
			t.Errorf("line %s: the disposition %q is not mapped", c["line"], c["disposition_raw"])
		}
	}
}

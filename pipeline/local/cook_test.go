package local_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

// Counts of Cook County's dispositions of 2019 that two other programs agree
// on.
func TestCookCounty(t *testing.T) {
	cfg := config(t, "", realData(t, "cook-county-il/dispositions.csv"))
	cfg.Layout, cfg.Policy, cfg.Params = "us-il/cook-felonies", "us-il/cannabis-green-standard", nil
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

// Cook County's four extracts in one sweep, joined by participant: intake names them,
// initiation has every charge, dispositions and sentencing tell those again that went on.
func TestCookCountyJoined(t *testing.T) {
	if testing.Short() {
		t.Skip("long: make test runs it")
	}
	cfg := config(t, "", filepath.Join(realData(t, "cook-county-il"), "*"))
	cfg.Layout, cfg.Policy, cfg.Params = "us-il/cook-felonies", "us-il/cannabis-green-standard", nil
	cfg.AsOf = date(t, "2026-11-23")
	m := sweep(t, cfg).Manifest
	rows := map[string]int64{}
	for _, input := range m.Inputs {
		rows[input.Name] = input.Totals.Accepted
	}
	if diff := cmp.Diff(map[string]int64{
		"dispositions.csv": 20_234, "sentencing.csv": 4_329, "initiation.csv.gz": 73_029, "intake.csv.gz": 36_190,
	}, rows); diff != "" {
		t.Errorf("rows accepted (-want +got):\n%s", diff)
	}
	if m.Totals.Rejected != 0 || m.Totals.Persons != 36_190 || m.Totals.Facts != 36_190 {
		t.Errorf("%d rows rejected, %d persons, %d rows that only name one; want 0, 36190, 36190",
			m.Totals.Rejected, m.Totals.Persons, m.Totals.Facts)
	}
	if got := m.Totals.Rules["record.before_change"]; got != 20 {
		t.Errorf("%d sentences were replaced, want 20", got)
	}
	inForce, history := map[string]int{}, map[string]int{}
	type counted struct {
		rows    int
		persons map[string]bool
	}
	named := map[string]*counted{}
	charges := map[string]bool{}
	for _, c := range table(t, cfg, "determinations") {
		for _, prefix := range []string{"IL:720:570/402(", "IL:720:550/"} {
			if strings.HasPrefix(c["code"], prefix) {
				of := c["source"] + " " + prefix
				if named[of] == nil {
					named[of] = &counted{persons: map[string]bool{}}
				}
				named[of].rows++
				named[of].persons[c["person_id"]] = true
			}
		}
		if c["outcome"] == "HISTORY" {
			history[c["source"]]++
			continue
		}
		inForce[c["source"]]++
		key := c["person_id"] + " " + c["charge_id"]
		if charges[key] {
			t.Fatalf("line %s of %s: a charge of which another row is in force", c["line"], c["source"])
		}
		charges[key] = true
	}
	// Every disposition is of a charge that was initiated, every sentence of one that was
	// disposed of.
	if diff := cmp.Diff(map[string]int{
		"sentencing.csv": 4_309, "dispositions.csv": 20_234 - 4_309, "initiation.csv.gz": 73_029 - 20_234,
	}, inForce); diff != "" {
		t.Errorf("rows in force (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"sentencing.csv": 20, "dispositions.csv": 4_309, "initiation.csv.gz": 20_234}, history); diff != "" {
		t.Errorf("rows that are history (-want +got):\n%s", diff)
	}
	for of, want := range map[string][2]int{
		"dispositions.csv IL:720:570/402(": {6_100, 5_942}, "sentencing.csv IL:720:570/402(": {616, 609}, "initiation.csv.gz IL:720:570/402(": {9_624, 9_137},
		"dispositions.csv IL:720:550/": {764, 709}, "sentencing.csv IL:720:550/": {169, 169}, "initiation.csv.gz IL:720:550/": {1_570, 1_383},
	} {
		if got := [2]int{named[of].rows, len(named[of].persons)}; got != want {
			t.Errorf("%s: %d rows of %d persons, want %d of %d", of, got[0], got[1], want[0], want[1])
		}
	}
}

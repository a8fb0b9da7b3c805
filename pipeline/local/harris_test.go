package local_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// 705 daily files of Harris County in one sweep, with the counts that two other
// programs agree on. The same row in two files that are not the same, or twice in
// one, may be two counts: it is counted, and decided as any other.
func TestHarrisCounty(t *testing.T) {
	if testing.Short() {
		t.Skip("long: make test runs it")
	}
	folder := realData(t, "harris-county-tx")
	cfg := config(t, "", filepath.Join(folder, "*", "*.csv"))
	cfg.Layout, cfg.Params = "us-tx/harris-bookings", nil
	cfg.Policy = filepath.Join("..", "..", "testdata", "policies", "harris")
	cfg.AsOf = date(t, "2026-11-23")
	m := sweep(t, cfg).Manifest
	if want := (schemas.Rows{Read: 284_297, Accepted: 280_364, Duplicate: 3_933}); m.Totals.Rows != want {
		t.Errorf("rows: got %+v, want %+v", m.Totals.Rows, want)
	}
	if n := m.Totals.Unkeyed; n != m.Totals.Accepted || m.Totals.Persons != n || m.Totals.Charges != n {
		t.Errorf("%d rows stand alone, %d persons, %d charges; want %d of each", n, m.Totals.Persons, m.Totals.Charges, m.Totals.Accepted)
	}
	if n := m.Totals.Accepted - m.Totals.Repeated; n != 259_074 {
		t.Errorf("%d rows are distinct, want 259074", n)
	}
	again, headers := 0, 0
	for _, w := range m.Warnings {
		if strings.Contains(w, "the same bytes as") {
			again++
		}
		if strings.Contains(w, "a header and no rows") {
			headers++
		}
	}
	if len(m.Inputs) != 705 || again != 39 || headers != 30 {
		t.Errorf("%d files, %d delivered again, %d without rows; want 705, 39, 30", len(m.Inputs), again, headers)
	}
	rejects := table(t, cfg, "rejects")
	for _, r := range rejects {
		if r["reason"] != "bad_date" || r["column"] != "ARREST DATE" {
			t.Errorf("%s line %s: %s in %s", r["source"], r["line"], r["reason"], r["column"])
		}
	}
	if len(rejects) != 14 {
		t.Errorf("%d dates rejected, want 14", len(rejects))
	}
	coded := 0
	for _, c := range table(t, cfg, "determinations") {
		if c["statute_raw"] == "356226" {
			coded++
			if c["code"] != "TX:HSC:481.121(b)(1)" || c["outcome"] == "ELIGIBLE" {
				t.Fatalf("line %s: code %s, %s", c["line"], c["code"], c["outcome"])
			}
		}
	}
	if want := 6_250 - 55; coded != want { // 55 of them in files that were delivered before
		t.Errorf("%d rows of code 356226, want %d", coded, want)
	}
}

package local_test

import (
	"strconv"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// The synthetic twin of the California extract: every rule of the county
// options, the neighbours of their sections, and every missing fact.
func TestCaliforniaCountyOptions(t *testing.T) {
	cfg := config(t, "ALPINE", agency("us-ca/doj-extract.csv"))
	sweep(t, cfg)
	got := map[string]map[string]string{}
	for _, row := range table(t, cfg, "determinations") {
		got[row["line"]] = row
	}
	want := readCSV(t, agency("us-ca/doj-extract.expected.csv"))
	if len(got) != len(want) {
		t.Errorf("got %d determinations, want %d", len(got), len(want))
	}
	for _, w := range want {
		g := got[w["line"]]
		reason := g["reason"]
		if g["outcome"] != schemas.Eligible.String() {
			reason = "" // in the policy's own words
		}
		if g["outcome"] != w["outcome"] || g["remedy_floor"] != w["remedy_floor"] || reason != w["reason"] {
			t.Errorf("line %s: got %s %s %q, want %s %s %q", w["line"],
				g["outcome"], g["remedy_floor"], reason, w["outcome"], w["remedy_floor"], w["reason"])
		}
		if (g["question"] != "") != (g["outcome"] == schemas.Review.String()) {
			t.Errorf("line %s: %s with question %q", w["line"], g["outcome"], g["question"])
		}
		if g["clause"] == "" {
			t.Errorf("line %s: a decision without a clause", w["line"])
		}
	}
}

// The decisions that Code for America's gogen published for its own example.
func TestCaliforniaExtractAgreesWithPublishedDecisions(t *testing.T) {
	cfg := config(t, "SACRAMENTO", realData(t, "ca-doj/input.csv"))
	sweep(t, cfg)
	words := map[string]string{"dismiss": "Eligible for Dismissal", "reduce": "Eligible for Reduction"}
	type decision struct{ determination, reason string }
	got := map[string]decision{}
	for _, row := range table(t, cfg, "determinations") {
		if row["outcome"] == schemas.Eligible.String() {
			got[row["line"]] = decision{words[row["remedy_floor"]], row["reason"]}
		}
	}
	decided := 0
	for _, w := range readCSV(t, realData(t, "ca-doj/expected_decisions.csv")) {
		row, err := strconv.Atoi(w["data_row"])
		if err != nil {
			t.Fatal(err)
		}
		line := strconv.Itoa(row + 1) // below the header
		want := decision{w["determination"], w["reason"]}
		if want != (decision{}) {
			decided++
		}
		if got[line] != want {
			t.Errorf("data row %d: got %q, want %q", row, got[line], want)
		}
	}
	if decided != 18 {
		t.Errorf("compared %d decisions, want 18", decided)
	}
}

func TestCaliforniaExtractsInOtherShapes(t *testing.T) {
	for name, want := range map[string]schemas.Rows{
		"gogen_extra_comma.csv": {Read: 38, Accepted: 38},
		"gogen_no_headers.csv":  {Read: 38, Accepted: 38},
		"gogen_bad.csv":         {Read: 37, Rejected: 37}, // 94 fields a row
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t, "SAN JOAQUIN", realData(t, "ca-doj/"+name))
			if got := sweep(t, cfg).Manifest.Totals.Rows; got != want {
				t.Errorf("totals: got %+v, want %+v", got, want)
			}
			rejects := table(t, cfg, "rejects")
			if int64(len(rejects)) != want.Rejected {
				t.Errorf("got %d rejects, want %d", len(rejects), want.Rejected)
			}
			for i, r := range rejects {
				if r["reason"] != "field_count" || r["line"] != strconv.Itoa(i+2) {
					t.Errorf("reject %d: got %v", i, r)
				}
			}
		})
	}
}

package local_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/schemas"
)

const genericHeader = "person_id,birth_date,case_id,charge_id,county,statute,severity,disposition,disposition_date\n"

// generic is a sweep of rows in the layout generic/charges with some of
// California's county options.
func generic(t *testing.T, params map[string]string, rows ...string) pipeline.Config {
	t.Helper()
	extract := filepath.Join(t.TempDir(), "extract.csv")
	write(t, extract, genericHeader+strings.Join(rows, "\n")+"\n")
	cfg := config(t, "", extract)
	cfg.Layout = "generic/charges"
	cfg.Params = params
	return cfg
}

// outcomes are the outcomes of a run by charge id.
func outcomes(t *testing.T, cfg pipeline.Config) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, row := range table(t, cfg, "determinations") {
		got[row["charge_id"]] = row["outcome"]
	}
	return got
}

func warned(t *testing.T, result pipeline.Result, want string) {
	t.Helper()
	if all := strings.Join(result.Manifest.Warnings, "\n"); !strings.Contains(all, want) {
		t.Errorf("no warning %q in\n%s", want, all)
	}
}

func TestTwoBirthDatesAreNone(t *testing.T) {
	cfg := generic(t, map[string]string{"county": "ALPINE", "age_threshold": "40"},
		"P1,1950-01-01,A,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
		"P1,1999-01-01,B,two,ALPINE,11359 HS,felony,CONVICTED,2018-01-01",
		"P2,1950-01-01,C,three,ALPINE,11359 HS,felony,CONVICTED,2001-01-01")
	result := sweep(t, cfg)
	warned(t, result, "1 persons have rows with different birth dates")
	listed := read(t, filepath.Join(cfg.Out, result.Path, "worklist", "identity.csv"))
	if want := "trouble,source,line,other_source,other_line\ntwo_births,extract.csv,2,extract.csv,3\n"; listed != want {
		t.Errorf("whose keys may be two persons: %q, want %q", listed, want)
	}
	got := outcomes(t, cfg)
	for charge, want := range map[string]schemas.Outcome{"one": schemas.Review, "two": schemas.Review, "three": schemas.Eligible} {
		if got[charge] != want.String() {
			t.Errorf("charge %s: got %s, want %s", charge, got[charge], want)
		}
	}
}

// A rejected row may have been a conviction that stands against relief.
func TestAPersonOneOfWhoseRowsIsLost(t *testing.T) {
	cfg := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"},
		"P1,1970-01-01,A,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
		"P1,1970-01-01,B,two,ALPINE,187 PC,felony,CONVICTED,2001-01-01,one field too many",
		"P2,1970-01-01,C,three,ALPINE,11359 HS,felony,CONVICTED,2001-01-01")
	sweep(t, cfg)
	if got := outcomes(t, cfg); got["one"] != "REVIEW" || got["three"] != "ELIGIBLE" {
		t.Errorf("got %v, want one for review and three eligible", got)
	}
	for _, person := range table(t, cfg, "persons") {
		if want := person["person_id"] == "P1"; (person["record_incomplete"] == "true") != want {
			t.Errorf("person %s: record_incomplete is %s", person["person_id"], person["record_incomplete"])
		}
	}
}

// Agencies are told of a charge once, and of what they cannot be told there is
// a list.
func TestDeliveries(t *testing.T) {
	long := strings.Repeat("x", 60)
	cfg := generic(t, map[string]string{"county": "ALPINE", "dismiss": "11358"},
		"P1,1970-01-01,A,one,ALPINE,11358 HS,felony,CONVICTED,2001-01-01",
		"P1,1970-01-01,A,one,ALPINE,11358 HS,felony,CONVICTED,2001-01-01",
		"P1,1970-01-01,A,two,ALPINE,11358 HS,felony,CONVICTED,2001-01-01",
		"P2,1970-01-01,"+long+",three,ALPINE,11358 HS,felony,CONVICTED,2001-01-01",
		",,,,ALPINE,11358 HS,felony,CONVICTED,2001-01-01")
	result := sweep(t, cfg)
	if n := result.Manifest.Totals.Outcomes["ELIGIBLE"]; n != 5 {
		t.Errorf("%d rows are eligible, want 5", n)
	}
	run := filepath.Join(cfg.Out, result.Path)
	for _, agency := range []string{"court-us-ca-alpine", "repository-us-ca"} {
		rows := readCSV(t, filepath.Join(run, "agencies", agency, "update.csv"))
		if len(rows) != 2 || rows[0]["charge_id"] != "one" || rows[1]["charge_id"] != "two" {
			t.Errorf("%s: got %v, want the charges one and two", agency, rows)
		}
	}
	warned(t, result, "4 deliveries cannot stand in an update file")
	listed := read(t, filepath.Join(run, "worklist", "undeliverable.csv"))
	if strings.Count(listed, "\n") != 5 || strings.Contains(listed, long) {
		t.Errorf("undeliverable.csv:\n%s", listed)
	}
}

// A file in another layout commits nothing eligible, and says what is wrong.
func TestAFileInAnotherLayoutIsSaid(t *testing.T) {
	cfg := config(t, "ALPINE", filepath.Join(t.TempDir(), "extract.csv"))
	write(t, cfg.Inputs[0], "1,2,3\n4,5,6\n")
	warned(t, sweep(t, cfg), "extract.csv: every row was rejected: is us-ca/doj-extract its layout?")
}

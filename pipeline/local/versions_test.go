package local_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/schemas"
)

const versionHeader = "record,version,person_id,birth_date,case_id,charge_id,county,statute,severity,disposition,disposition_date\n"

// versions is a sweep of rows of generic/charges that say which version they are.
func versions(t *testing.T, files ...string) pipeline.Config {
	t.Helper()
	cfg := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"})
	folder := t.TempDir()
	cfg.Inputs = []string{filepath.Join(folder, "*.csv")}
	for i, rows := range files {
		write(t, filepath.Join(folder, fmt.Sprintf("day-%d.csv", i+1)), versionHeader+rows)
	}
	return cfg
}

// decided are the outcome, and the rule where it is history, of each row by source and line.
func decided(t *testing.T, cfg pipeline.Config) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, row := range table(t, cfg, "determinations") {
		said := row["outcome"]
		if said == schemas.History.String() {
			said = row["rule"]
		}
		got[row["source"]+" "+row["line"]] = said
	}
	return got
}

// The conviction of murder that stood against relief was amended, or taken back, on the
// second day: relief follows, and the row stays among the determinations as history.
func TestVersionsOnSeveralDays(t *testing.T) {
	cfg := versions(t,
		",1,P1,1970-01-01,A,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01\n"+
			",1,P1,1970-01-01,B,two,ALPINE,187 PC,felony,CONVICTED,2001-01-01\n"+
			",1,P2,1970-01-01,C,three,ALPINE,11359 HS,felony,CONVICTED,2001-01-01\n"+
			",1,P2,1970-01-01,D,four,ALPINE,187 PC,felony,CONVICTED,2001-01-01\n"+
			",1,P3,1970-01-01,E,five,ALPINE,11359 HS,felony,CONVICTED,2001-01-01\n",
		"past,2,P1,1970-01-01,B,two,ALPINE,187 PC,felony,CONVICTED,2001-01-01\n"+
			",2,P1,1970-01-01,B,two,ALPINE,11357(a) HS,misdemeanor,CONVICTED,2001-01-01\n"+
			"deleted,2,P2,,,four,,,,,\n"+
			"deleted,2,P3,,,six,,,,,\n"+
			"person,,P4,1970-01-01,,,,,,,\n")
	result := sweep(t, cfg)
	want := map[string]string{
		"day-1.csv 2": "ELIGIBLE", "day-1.csv 3": "record.amended", "day-1.csv 4": "ELIGIBLE", "day-1.csv 5": "record.deleted",
		"day-1.csv 6": "ELIGIBLE", "day-2.csv 2": "record.before_change", "day-2.csv 3": "ELIGIBLE",
	}
	if diff := cmp.Diff(want, decided(t, cfg)); diff != "" {
		t.Errorf("determinations (-want +got):\n%s", diff)
	}
	totals := result.Manifest.Totals
	if totals.Charges != 7 || totals.Facts != 3 || totals.Persons != 4 || totals.Undone != 1 || totals.Outcomes["HISTORY"] != 3 {
		t.Errorf("totals %+v", totals)
	}
	warned(t, result, "1 deletions name a charge that is not there")
	for _, p := range table(t, cfg, "persons") {
		if want := map[string]string{"P1": "2", "P2": "1", "P3": "1", "P4": "0"}[p["person_id"]]; p["charges"] != want {
			t.Errorf("%s has %s charges, want %s", p["person_id"], p["charges"], want)
		}
	}
	told := read(t, filepath.Join(cfg.Out, result.Path, "agencies", "repository-us-ca", "update.csv"))
	if n := strings.Count(told, "\n") - 1; n != 4 {
		t.Errorf("the repository is told of %d charges, want 4:\n%s", n, told)
	}
}

// In one pass and in parts, the same rows are in force.
func TestVersionsInOnePass(t *testing.T) {
	var rows strings.Builder
	for p := range 400 {
		for v := range 1 + p%3 {
			fmt.Fprintf(&rows, ",%d,P%d,1970-01-01,C%d,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01\n", 1+(v*7+p)%3, p, p)
		}
		if p%5 == 0 {
			fmt.Fprintf(&rows, "deleted,2,P%d,,C%d,one,ALPINE,,,,\n", p, p)
		}
	}
	cfg := versions(t, rows.String())
	cfg.RangeBytes = 4 << 10
	var found []map[string]string
	for _, grouping := range []pipeline.Grouping{pipeline.Contiguous, pipeline.Partition} {
		cfg.Out, cfg.Grouping = t.TempDir(), grouping
		sweep(t, cfg)
		found = append(found, decided(t, cfg))
	}
	if diff := cmp.Diff(found[0], found[1]); diff != "" || len(found[0]) < 700 {
		t.Errorf("%d rows; one pass and parts differ:\n%s", len(found[0]), diff)
	}
}

const repeatedLayout = `
layout: test/repeated
delimited: {header: required}
columns: [person, charge, county, statute, disposition]
rows: {repeated: %s}
fields:
  person_id: person
  charge_id: charge
  county: county
  statute: statute
  disposition: {from: disposition, map: {exact: {convicted: GUILTY}}}
`

func TestRowsThatAreRepeated(t *testing.T) {
	const rows = "p,1,X,11359 HS,GUILTY\n,1,X,11357 HS,GUILTY\n\"p\",1,X,11359 HS,GUILTY\n,1,X,11357 HS,GUILTY\np,1,X,11359 HS,GUILTY\n"
	for mode, want := range map[string]map[string]string{
		"kept": {},
		// The row with quotes is written in another way, and is a row.
		"history": {"a.csv 5": "record.repeated", "a.csv 6": "record.repeated", "b.csv 3": "record.repeated"},
	} {
		t.Run(mode, func(t *testing.T) {
			folder := t.TempDir()
			cfg := config(t, "ALPINE", filepath.Join(folder, "*.csv"))
			write(t, filepath.Join(folder, "a.csv"), "person,charge,county,statute,disposition\n"+rows)
			write(t, filepath.Join(folder, "b.csv"), "person,charge,county,statute,disposition\nq,1,X,11359 HS,GUILTY\n,1,X,11357 HS,GUILTY\n")
			cfg.Layout = filepath.Join(folder, "layout.yaml")
			write(t, cfg.Layout, fmt.Sprintf(repeatedLayout, mode))
			result := sweep(t, cfg)
			if n := result.Manifest.Totals.Repeated; n != 3 {
				t.Errorf("%d rows are repeated, want 3", n)
			}
			got := decided(t, cfg)
			for row, said := range got {
				if w := want[row]; w != said && (w != "" || strings.HasPrefix(said, "record.")) {
					t.Errorf("%s: %s, want %s", row, said, w)
				}
			}
			if len(got) != 7 {
				t.Errorf("%d determinations, want 7", len(got))
			}
		})
	}
}

// One key with the births of five persons identifies nobody: a conviction of one of them
// does not stand against another, nor does anything speak for one.
func TestAKeyOfManyPersons(t *testing.T) {
	var rows []string
	for i := range 5 {
		rows = append(rows,
			fmt.Sprintf("4711,19%d0-01-01,A%d,one-%d,ALPINE,11359 HS,felony,CONVICTED,2001-01-01", 5+i, i, i))
	}
	cfg := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"}, append(rows,
		"P,1970-01-01,A,two,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
		"P,1970-01-02,B,three,ALPINE,11359 HS,felony,CONVICTED,2001-01-01")...)
	for _, grouping := range []pipeline.Grouping{pipeline.Contiguous, pipeline.Partition} {
		cfg.Out, cfg.Grouping = t.TempDir(), grouping
		result := sweep(t, cfg)
		got := outcomes(t, cfg)
		if got["one-0"] != "REVIEW" || got["one-4"] != "REVIEW" || got["two"] != "ELIGIBLE" {
			t.Errorf("decided %v", got)
		}
		if totals := result.Manifest.Totals; totals.Persons != 6 || totals.Unkeyed != 5 {
			t.Errorf("%d persons, %d rows without one; want 6, 5", totals.Persons, totals.Unkeyed)
		}
		warned(t, result, "1 person keys have rows of many birth dates")
		listed := read(t, filepath.Join(cfg.Out, result.Path, "worklist", "identity.csv"))
		if want := "shared_key,extract.csv,2,extract.csv,6\ntwo_births,extract.csv,7,extract.csv,8\n"; !strings.HasSuffix(listed, want) {
			t.Errorf("troubles with keys: %q, want %q", listed, want)
		}
	}
}

// A key of a lesser kind may have only some rows of a person: nothing is concluded from
// what is not there.
func TestALesserKey(t *testing.T) {
	folder := t.TempDir()
	cfg := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"})
	cfg.Inputs, cfg.Layout = []string{filepath.Join(folder, "a.csv")}, filepath.Join(folder, "layout.yaml")
	write(t, cfg.Layout, `
layout: test/keys
delimited: {header: required}
columns: [sid, fbi, name, born, charge, statute, level, date]
fields:
  person_id:
    from: [sid, "FBI {fbi}", {from: "{name}/{born}", lesser: true}]
  birth_date: {from: born, dates: YYYY-MM-DD}
  charge_id: charge
  county: {value: ALPINE}
  statute: statute
  severity: {from: level, map: {exact: {felony: F}}}
  disposition: {from: level, map: {exact: {convicted: F}}}
  disposition_date: {from: date, dates: YYYY-MM-DD}
`)
	write(t, cfg.Inputs[0], "sid,fbi,name,born,charge,statute,level,date\n"+
		"S1,F1,A,1970-01-01,one,11359 HS,F,2001-01-01\n"+
		",F1,A,1970-01-01,two,11359 HS,F,2001-01-01\n"+
		",,A,1970-01-01,three,11359 HS,F,2001-01-01\n"+
		",,A,,four,11359 HS,F,2001-01-01\n")
	result := sweep(t, cfg)
	want := map[string]string{"one": "ELIGIBLE", "two": "ELIGIBLE", "three": "REVIEW", "four": "REVIEW"}
	if diff := cmp.Diff(want, outcomes(t, cfg)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if totals := result.Manifest.Totals; totals.Persons != 4 || totals.Unkeyed != 1 {
		t.Errorf("%d persons, %d rows without one; want 4, 1", totals.Persons, totals.Unkeyed)
	}
}

// A crosswalk joins two keys: the murder of one stands against relief of the other, in one
// pass and in parts, also where it stands in a row that could not be read.
func TestCrosswalk(t *testing.T) {
	rows := []string{
		"P1,1970-01-01,A,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
		"P2,1970-01-01,B,two,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
		"P3,1970-01-01,C,three,ALPINE,187 PC,felony,CONVICTED,2001-01-01",
		"P4,1970-01-01,D,four,ALPINE,187 PC,felony,CONVICTED,2001-01-01,one field too many",
	}
	cfg := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"}, rows...)
	ids := map[string]bool{}
	for crosswalk, want := range map[string][2]string{
		"":       {"ELIGIBLE", "ELIGIBLE"},
		"P3,P1":  {"NOT_ELIGIBLE", "ELIGIBLE"},
		"P1,P3":  {"NOT_ELIGIBLE", "ELIGIBLE"},
		"P4,P2":  {"ELIGIBLE", "REVIEW"},
		"P9,P10": {"ELIGIBLE", "ELIGIBLE"},
	} {
		for _, grouping := range []pipeline.Grouping{pipeline.Auto, pipeline.Partition} {
			cfg.Out, cfg.Grouping, cfg.Crosswalk = t.TempDir(), grouping, ""
			if crosswalk != "" {
				cfg.Crosswalk = filepath.Join(t.TempDir(), "crosswalk.csv")
				write(t, cfg.Crosswalk, "id,person_id,reviewed_by,reviewed_on\n"+crosswalk+",R. Reviewer,2018-01-01\n")
			}
			ids[sweep(t, cfg).Manifest.RunID] = true
			got := outcomes(t, cfg)
			if got["one"] != want[0] || got["two"] != want[1] {
				t.Errorf("crosswalk %q, %s: %s and %s, want %s and %s", crosswalk, grouping, got["one"], got["two"], want[0], want[1])
			}
		}
	}
	if len(ids) != 5 {
		t.Errorf("%d runs, want one for each crosswalk", len(ids))
	}
}

// Of a conviction of which only the year, or the month, is on record the law is asked with
// all its days.
func TestDatesOfWhichAPartIsKnown(t *testing.T) {
	folder := t.TempDir()
	cfg := generic(t, map[string]string{"county": "ALPINE", "years_since_conviction": "8"})
	cfg.Inputs, cfg.Layout = []string{filepath.Join(folder, "a.csv")}, filepath.Join(folder, "layout.yaml")
	write(t, cfg.Layout, `
layout: test/dates
delimited: {header: required}
columns: [sid, born, charge, arrested, date]
fields:
  person_id: sid
  birth_date: {from: born, dates: YYYYMMDD}
  charge_id: charge
  county: {value: ALPINE}
  statute: {value: 11359 HS}
  severity: {from: sid, map: {prefix: {felony: P}}}
  disposition: {from: sid, map: {prefix: {convicted: P}}}
  arrest_date: {from: arrested, dates: YYYYMMDD}
  disposition_date: {from: date, dates: YYYYMMDD}
`)
	write(t, cfg.Inputs[0], "sid,born,charge,arrested,date\n"+
		"P1,19700101,whole,,20010203\n"+
		"P2,19700101,year,20000000,20010000\n"+
		"P3,19700101,month,20111001,20111000\n"+
		"P4,19700101,straddles,,20110000\n"+
		"P5,19700101,late,,20150000\n"+
		"P6,19700000,born,,20010203\n"+
		"P7,19710000,both,,20010203\n"+
		"P7,19710314,and,,20010203\n"+
		"P8,19710000,one,,20010203\n"+
		"P8,19720101,other,,20010203\n")
	want := map[string]string{"whole": "ELIGIBLE", "year": "ELIGIBLE", "month": "ELIGIBLE", "straddles": "REVIEW", "late": "NOT_YET", "born": "ELIGIBLE", "both": "ELIGIBLE", "and": "ELIGIBLE", "one": "ELIGIBLE", "other": "ELIGIBLE"}
	parts := map[string]string{
		"year": "disposition_date 2001; arrest_date 2000", "month": "disposition_date 2011-10",
		"straddles": "disposition_date 2011", "late": "disposition_date 2015",
		"born": "birth_date 1970", "both": "birth_date 1971", "one": "birth_date 1971",
	}
	for _, grouping := range []pipeline.Grouping{pipeline.Contiguous, pipeline.Partition} {
		cfg.Out, cfg.Grouping = t.TempDir(), grouping
		result := sweep(t, cfg)
		if diff := cmp.Diff(want, outcomes(t, cfg)); diff != "" {
			t.Errorf("%s: outcomes (-want +got):\n%s", grouping, diff)
		}
		for _, row := range table(t, cfg, "determinations") {
			if row["partial_dates"] != parts[row["charge_id"]] {
				t.Errorf("%s: %s: %q, want %q", grouping, row["charge_id"], row["partial_dates"], parts[row["charge_id"]])
			}
			if row["charge_id"] == "late" && row["eligible_on"] != "2023-12-31" {
				t.Errorf("%s: eligible on %s, want the last day that it may be", grouping, row["eligible_on"])
			}
		}
		if n := len(table(t, cfg, "rejects")); n != 8 {
			t.Errorf("%s: %d rejects, want 8", grouping, n)
		}
		if list := read(t, filepath.Join(cfg.Out, result.Path, "worklist", "identity.csv")); strings.Count(list, "two_births,") != 1 || !strings.Contains(list, ",10,a.csv,11") {
			t.Errorf("%s: identity.csv is %s, want the two births of P8", grouping, list)
		}
	}
}

// Persons of one name and birth under two keys are listed, however the rows were cut and
// however little memory there is, and nothing is decided otherwise.
func TestOnePersonUnderTwoKeys(t *testing.T) {
	folder := t.TempDir()
	cfg := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"})
	cfg.Inputs = []string{filepath.Join(folder, "a.csv")}
	const people = 90_000 // more than are looked at at once in the least memory
	var b strings.Builder
	b.WriteString("person_id,surname,given_name,birth_date,case_id,charge_id,county,statute,severity,disposition,disposition_date\n")
	for i := range people {
		fmt.Fprintf(&b, "P%d,DOE,JANE %d,1970-01-01,C,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01\n", i, i)
	}
	b.WriteString("Q1,Doe,Jane 7,1970-01-01,C,two,ALPINE,187 PC,felony,CONVICTED,2001-01-01\n" +
		"Q2,DOE,JANE 7,1970-01-02,C,three,ALPINE,11359 HS,felony,CONVICTED,2001-01-01\n" +
		"Q3,DOE,,1970-01-01,C,four,ALPINE,11359 HS,felony,CONVICTED,2001-01-01\n" +
		",DOE,JANE 7,1970-01-01,C,five,ALPINE,11359 HS,felony,CONVICTED,2001-01-01\n" +
		"Q4,DOE,JANE 7,1970-01-01,C,six,ALPINE,11359 HS,felony,CONVICTED,2001-01-01\n")
	write(t, cfg.Inputs[0], b.String())
	want := fmt.Sprintf("trouble,source,line,other_source,other_line\ntwo_keys,a.csv,9,a.csv,%d\ntwo_keys,a.csv,9,a.csv,%d\n", people+2, people+6)
	for _, tuning := range []struct {
		grouping pipeline.Grouping
		memory   int64
	}{{pipeline.Contiguous, pipeline.DefaultMemory}, {pipeline.Partition, pipeline.LeastMemory}} {
		cfg.Out, cfg.Grouping, cfg.Memory = t.TempDir(), tuning.grouping, tuning.memory
		result := sweep(t, cfg)
		warned(t, result, "2 persons have the surname, given name and date of birth of one with another key")
		if got := read(t, filepath.Join(cfg.Out, result.Path, "worklist", "identity.csv")); got != want {
			t.Errorf("%+v: listed %q, want %q", tuning, got, want)
		}
		if n := result.Manifest.Totals.Persons; n != people+5 {
			t.Errorf("%+v: %d persons", tuning, n)
		}
	}
}

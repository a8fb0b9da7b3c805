package readers_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

// agencyFile is a published extract, from the folder that CLEARSWEEP_DATA
// names. None of them is part of the project.
func agencyFile(t testing.TB, name string) []byte {
	t.Helper()
	folder := os.Getenv("CLEARSWEEP_DATA")
	if folder == "" {
		t.Skip("SKIPPED: set CLEARSWEEP_DATA to a folder of published extracts to run this test")
	}
	source, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestDOJExtract(t *testing.T) {
	l := load(t, "us-ca/doj-extract")
	for _, name := range []string{"input.csv", "gogen_no_headers.csv", "gogen_extra_comma.csv"} {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, l, agencyFile(t, "ca-doj/"+name), 3000, 10)
			want := schemas.Rows{Read: 38, Accepted: 38}
			if diff := cmp.Diff(want, got.rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if len(got.rejects) != 0 {
				t.Errorf("rejects %v", got.rejects)
			}
		})
	}
}

func TestDOJExtractOfInput(t *testing.T) {
	got := readAll(t, load(t, "us-ca/doj-extract"), agencyFile(t, "ca-doj/input.csv"), 1<<20, 1000)
	if got.persons != 13 || got.charges != 36 || got.facts != 2 {
		t.Errorf("%d persons, %d charges, %d facts; want 13, 36, 2", got.persons, got.charges, got.facts)
	}
	dispositions := map[string]int{}
	for _, r := range got.records {
		if r["kind"] == "1" {
			dispositions[r["disposition"]]++
		}
	}
	want := map[string]int{"convicted": 29, "dismissed": 2, "transferred": 2, "arrest_only": 1, "unknown": 1}
	if diff := cmp.Diff(want, dispositions); diff != "" {
		t.Errorf("dispositions of charges (-want +got):\n%s", diff)
	}
}

func TestDOJExtractOfWrongWidth(t *testing.T) {
	source := agencyFile(t, "ca-doj/gogen_bad.csv")
	got := readAll(t, load(t, "us-ca/doj-extract"), source, 3000, 10)
	if want := (schemas.Rows{Read: 37, Rejected: 37}); got.rows != want {
		t.Errorf("rows %+v, want %+v", got.rows, want)
	}
	// The columns that are there say whose the rows are: every person of the file
	// is known to have a hole, and nothing is accepted.
	marked := got.people()
	for line := range bytes.Lines(source) {
		key := bytes.Split(line, []byte(","))[2]
		if _, err := strconv.Atoi(string(key)); err == nil && !slices.Contains(marked, string(key)) {
			t.Error("a person of the file is not marked")
		}
	}
	if len(marked) < 30 || len(marked) != len(got.records) || got.charges+got.facts != 0 {
		t.Errorf("%d rows, %d of them marks, %d charges, %d facts", len(got.records), len(marked), got.charges, got.facts)
	}
	for _, r := range got.rejects {
		if r.Reason != schemas.RowFieldCount || r.Want != 95 || r.Got != 94 {
			t.Errorf("line %d: %s", r.Line, r.Explain())
		}
	}
}

func TestCookDispositions(t *testing.T) {
	got := readAll(t, load(t, "us-il/cook-felonies"), agencyFile(t, "cook-county-il/dispositions.csv"), 1<<20, 4096)
	if want := (schemas.Rows{Read: 20234, Accepted: 20234}); got.rows != want {
		t.Errorf("rows %+v, want %+v", got.rows, want)
	}
	if got.persons != 11322 {
		t.Errorf("%d persons, want 11322", got.persons)
	}
	dispositions := map[string]int{}
	for _, r := range got.records {
		dispositions[r["disposition"]]++
	}
	want := map[string]int{
		"convicted": 4184 + 182 + 11 + 5 + 5 + 1, "acquitted": 159 + 14 + 4, "dismissed": 15104 + 298 + 117 + 10,
		"not_filed": 1, "superseded": 60, "transferred": 4, "pending": 74 + 1,
	}
	if diff := cmp.Diff(want, dispositions); diff != "" {
		t.Errorf("dispositions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[schemas.RejectReason]int{schemas.FieldUnmapped: 2}, got.count()); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
}

// A file that is UTF-8 but for one character: its row is lost as UTF-8, and read
// as a file of mixed encodings.
func TestMixedEncodings(t *testing.T) {
	layout := `
layout: t/mixed
encoding: utf-8-or-windows-1252
delimited: {header: required, columns_by: name, multiline: true}
columns: [tempID, Charge, Expungeable.]
fields:
  person_id: tempID
  statute: Charge
  disposition: {from: Expungeable., map: {exact: {unknown: ["Yes", "No"]}}}
`
	source := agencyFile(t, "massachusetts-cfb/missing_expungeability_08-02.csv")
	bad := func(source string) []schemas.Reject {
		got := readAll(t, parse(t, source), agencyFile(t, "massachusetts-cfb/missing_expungeability_08-02.csv"), 1<<12, 100)
		return slices.DeleteFunc(got.rejects, func(r schemas.Reject) bool { return r.Reason != schemas.RowEncoding })
	}
	lost := bad(strings.Replace(layout, "encoding: utf-8-or-windows-1252\n", "", 1))
	if len(lost) != 1 || !bytes.Contains(source[lost[0].Offset:lost[0].Offset+200], []byte{0xa9}) {
		t.Errorf("rejected as UTF-8: %v; want the row of the one bad byte", lost)
	}
	if got := bad(layout); len(got) != 0 {
		t.Errorf("rejected as mixed: %v", got)
	}
}

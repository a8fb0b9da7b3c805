package evaluate

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestLadderReproducesPublishedDecisions decides the sample that the earlier
// county tool published with its decisions, and compares every row. The sample
// is not part of this repository.
func TestLadderReproducesPublishedDecisions(t *testing.T) {
	folder := os.Getenv("CLEARSWEEP_DATA")
	if folder == "" {
		t.Skip("CLEARSWEEP_DATA is not set: the published decisions are not compared")
	}
	f, err := os.Open(filepath.Join(folder, "ca-doj", "expected_decisions.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	law := mustLaw(t, "us-ca/prop64-county-options", map[string]string{
		"county": "SACRAMENTO", "dismiss": "11357,11358", "reduce": "11359,11360", "under_21_at_conviction": "true",
		"age_threshold": "57", "years_since_conviction": "10", "only_prop64": "true", "deceased": "true",
	}, "2019-11-11")
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	e := law.NewEvaluator()
	decided := 0
	for start := 1; start < len(rows); {
		p := &Person{Birth: compactDate(rows[start][column["PRI_DOB"]]), Keyed: true}
		for end := start; end < len(rows) && rows[end][column["SUBJECT_ID"]] == rows[start][column["SUBJECT_ID"]]; end++ {
			p.Charges = append(p.Charges, sampleCharge(e, rows[end], column))
		}
		for i, d := range e.Person(p) {
			row := rows[start+i]
			decided += compareSample(t, row, column, *e.Text(p, i, d), d)
		}
		start += len(p.Charges)
	}
	if decided != 18 {
		t.Errorf("decided rows: got %d, want 18", decided)
	}
}

func compareSample(t *testing.T, row []string, column map[string]int, text Text, d Decision) (decided int) {
	t.Helper()
	got := ""
	if d.Outcome == schemas.Eligible {
		decided = 1
		got = map[string]string{"dismiss": "Eligible for Dismissal", "reduce": "Eligible for Reduction"}[text.RemedyFloor] + ": " + text.Reason
	}
	want := row[column["determination"]]
	if want != "" {
		want += ": " + row[column["reason"]]
	}
	if got != want {
		t.Errorf("row %s: got %q, want %q (%s)", row[column["data_row"]], got, want, d.Outcome)
	}
	return decided
}

var sampleSection = regexp.MustCompile(`^([0-9.]+)((?:\([A-Za-z0-9]+\))*) ?(HS|PC|VC)\b`)

func sampleCharge(e *Evaluator, row []string, column map[string]int) Charge {
	text := row[column["OFFENSE_DESCR"]]
	if text == "SEE COMMENT FOR CHARGE" {
		text = row[column["COMMENT_TEXT"]]
	}
	c := factRow(schemas.RowCharge, 0)
	if m := sampleSection.FindStringSubmatch(text); m != nil {
		name := strings.Replace(m[3], "HS", "HSC", 1)
		c.Code = e.Code("CA:"+name+":"+m[1]+strings.ToLower(m[2]), true)
	}
	c.County = e.County(row[column["STP_ORI_CNTY_NAME"]], true)
	c.Disposed = compactDate(row[column["STP_EVENT_DATE"]])
	c.Severity, _ = schemas.ParseSeverity(strings.ToLower(row[column["CONV_STAT_DESCR"]]))
	switch end := row[column["DISP_DESCR"]]; {
	case strings.HasPrefix(end, "CONVICTED"):
		c.Disposition = schemas.Convicted
	case strings.HasPrefix(end, "DISMISSED"):
		c.Disposition = schemas.Dismissed
	case end != "":
		c.Disposition = schemas.ArrestOnly
	}
	switch row[column["STP_TYPE_DESCR"]] {
	case "DECEASED":
		c.Kind = schemas.RowDeceased
	case "REGISTRATION":
		c.Kind = schemas.RowRegistered
	case "ARREST/DETAINED/CITED":
		c.Disposition = schemas.ArrestOnly
	}
	return c
}

func compactDate(s string) schemas.Date {
	if len(s) != 8 {
		return schemas.NoDate
	}
	return date(s[:4] + "-" + s[4:6] + "-" + s[6:])
}

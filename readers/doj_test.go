package readers_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

// dojRecord is what the layout makes of an invented row with some columns set.
func dojRecord(t *testing.T, set map[int]string) (map[string]string, []schemas.Reject) {
	t.Helper()
	f := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(dojRow(1)), `"DOE,JANE Q"`, "DOE")), ",")
	for column, v := range set {
		f[column] = v
	}
	got := readAll(t, load(t, "us-ca/doj-extract"), []byte(strings.Join(f, ",")+"\r\n"), 1, 1)
	if len(got.records) != 1 {
		t.Fatalf("rows %+v", got.rows)
	}
	return got.records[0], got.rejects
}

// Columns of the extract, from 0.
const (
	stepType, fileNumber, convictionStatus = 42, 52, 82
	offense, offenseType                   = 54, 55
	disposed, disposedType                 = 58, 59
	convicted, convictedType               = 63, 64
	dispositionText, comment               = 80, 93
)

// The offence of a count is the one that the conviction is for.
func TestDOJOffense(t *testing.T) {
	const see = "SEE COMMENT FOR CHARGE"
	cases := map[string]struct {
		set                       map[int]string
		statute, degree, severity string
	}{
		"as charged":                  {map[int]string{offense: "1 HS", offenseType: "F"}, "1 HS", "F", "felony"},
		"as disposed of":              {map[int]string{offense: "1 HS", offenseType: "F", disposed: "2 HS", disposedType: "M"}, "2 HS", "M", "misdemeanor"},
		"as convicted":                {map[int]string{offense: "1 HS", offenseType: "F", disposed: "2 HS", disposedType: "F", convicted: "3 HS", convictedType: "I"}, "3 HS", "I", "infraction"},
		"dashes are blank":            {map[int]string{offense: "1 HS", disposed: "-", convicted: "  "}, "1 HS", "F", "felony"},
		"type not known":              {map[int]string{offense: "1 HS", offenseType: "F", convicted: "3 HS"}, "3 HS", "", "unknown"},
		"status beats it":             {map[int]string{offense: "1 HS", offenseType: "F", convicted: "3 HS", convictionStatus: "MISDEMEANOR"}, "3 HS", "", "misdemeanor"},
		"see comment":                 {map[int]string{offense: see, comment: "4 HS"}, "4 HS", "F", "felony"},
		"convicted of the comment":    {map[int]string{offense: "1 HS", convicted: see, convictedType: "M", comment: "4 HS"}, "4 HS", "M", "misdemeanor"},
		"disposed of by the comment":  {map[int]string{offense: "1 HS", disposed: "See Comment", comment: "4 HS"}, "4 HS", "", "unknown"},
		"the comment says nothing":    {map[int]string{offense: "1 HS", convicted: see}, "", "", "unknown"},
		"a comment beside an offence": {map[int]string{offense: "1 HS", comment: "4 HS"}, "1 HS", "F", "felony"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			set := map[int]string{convictionStatus: "x"}
			maps.Copy(set, c.set)
			r, rejects := dojRecord(t, set)
			got := []string{r["statute_raw"], r["description_raw"], r["degree"], r["severity"]}
			if diff := cmp.Diff([]string{c.statute, c.statute, c.degree, c.severity}, got); diff != "" || len(rejects) != 0 {
				t.Errorf("rejects %v; statute, description, degree, severity (-want +got):\n%s", rejects, diff)
			}
		})
	}
}

func TestDOJDispositions(t *testing.T) {
	cases := map[string][]string{
		"convicted": {
			"CONVICTED", "CONVICTED-PROB", "CONVICTED-PROBATION", "CONVICTED-PROB/JAIL", "CONVICTED-JAIL", "CONVICTED-PRISON",
			"CONVICTED-FINE", "CONVICTED-CYA", "CONVICTED-DJJ", "CONVICTED-SENTENCE SUSPENDED", "CONVICTED-SENTENCE SUSP",
			"CONVICTED-TIME SERVED", "CONVICTED-COUNTY JAIL", "CONVICTED-STATE PRISON", "CONVICTED-CIVIL ADDICT",
			"CONVICTED-RESTITUTION", "CONVICTED - PROBATION", "CONVICTED- JAIL", "Convicted -  Prison", "CONVICTED-PROB / JAIL",
		},
		"vacated": {
			"CONVICTED-VACATED", "CONVICTED - VACATED", "CONVICTED/VACATED", "CONVICTED VACATED", "CONVICTION VACATED",
			"CONV VACATED", "CONV-VACATED PER 1473.7 PC", "CONVICTED-REVERSED", "CONVICTED / REVERSED", "CONVICTION REVERSED ON APPEAL", "CONV/REVERSED",
		},
		"set_aside": {
			"CONVICTED-SET ASIDE", "CONVICTED/SET ASIDE", "CONVICTED SET ASIDE", "CONV SET ASIDE & DISM PER 1203.4 PC",
			"CONV-SET ASIDE", "CONVICTION SET  ASIDE",
		},
		"pending": {"CONVICTED-NEW TRIAL GRANTED", "CONVICTED/NEW TRIAL", "CONV NEW TRIAL", "CONVICTION - NEW TRIAL"},
		"unknown": {
			"CONVICTED-", "CONVICTED-APPEAL PENDING", "CONVICTED BUT INSANE", "CONVICTED?", "CONVICTEDJAIL", "CONVICTED-X",
			"CONVICTED-EXPUNGED", "CONVICTED-PARDONED", "CONVICTION", "PROBATION REVOKED", "VACATED", "SET ASIDE",
		},
	}
	for want, texts := range cases {
		for _, text := range texts {
			t.Run(strings.ReplaceAll(text, "/", "|"), func(t *testing.T) {
				r, rejects := dojRecord(t, map[int]string{dispositionText: text})
				if r["disposition"] != want || r["disposition_raw"] != text {
					t.Errorf("%q is %s, want %s", text, r["disposition"], want)
				}
				if listed := len(rejects) == 1 && rejects[0].Reason == schemas.FieldUnmapped; listed != (want == "unknown") {
					t.Errorf("rejects %v", rejects)
				}
			})
		}
	}
}

// Only a court's file number names a case.
func TestDOJCase(t *testing.T) {
	cases := map[string]struct{ step, number, want string }{
		"court action":               {"COURT ACTION", "140192", "140192"},
		"court action, no number":    {"COURT ACTION", "NULL  ", ""},
		"arrest":                     {"ARREST/DETAINED/CITED", "140190", ""},
		"registration":               {"REGISTRATION", "140191", ""},
		"another step without any":   {"APPLICANT", "x", ""},
		"court action, white number": {"COURT ACTION", "\u00a0140192\u00a0", "140192"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, _ := dojRecord(t, map[int]string{stepType: c.step, fileNumber: c.number})
			if r["case_id"] != c.want || r["charge_id"] == "" {
				t.Errorf("case %q, want %q; charge %q", r["case_id"], c.want, r["charge_id"])
			}
		})
	}
}

package readers_test

import (
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// Words that other programs have taken for something else than they say. A word
// that no map lists is unknown and is listed: it is never a conviction, and
// never the lack of one.
func TestWordsThatMislead(t *testing.T) {
	for want, words := range map[string][]string{
		"convicted": {
			"GUILTY", "Guilty Plea", "NOLO CONTENDERE", "Plea of Nolo Contendere", "no contest", "ALFORD PLEA", "GUILTY - ALFORD PLEA",
		},
		"acquitted": {
			"NOT GUILTY", "Not Guilty", "FOUND NOT GUILTY", "VERDICT OF NOT GUILTY", "ACQUITTED", "ACQUITTAL",
		},
		"superseded": {"SUPERSEDED", "SUPERSEDED BY INDICTMENT"},
		"unknown": {
			"ACQUITAL", "NOT  GUILTY?", "NOT GUILTY BUT LIABLE", "GUILTY?", "NOT CONVICTED", "PLEADED NOT GUILTY", "PLEA OF NOT GUILTY",
			"PBJ", "PROBATION BEFORE JUDGMENT", "STET", "DEFERRED", "DEFERRED ADJUDICATION", "DEFERRED SENTENCE", "READ-IN", "READ IN",
			"PREPAID", "BAIL FORFEITURE", "FORFEITED", "REDUCED", "GUILTY - REDUCED", "CONVICTED-REDUCED; COUNT 2 DISMISSED",
			"DISMISSED UPON CONVICTION OF LESSER", "AMENDED", "APPEALED", "REMANDED", "NO DISPOSITION", "CLOSED", "DISPOSED",
			"GUILTY BUT MENTALLY ILL", "ADJUDICATION WITHHELD", "CONDITIONAL DISCHARGE", "ACD",
		},
	} {
		for _, word := range words {
			t.Run(word, func(t *testing.T) {
				got := readAll(t, load(t, "generic/charges"), []byte(head+"p1,a,"+word+",\n"), 1, 10)
				if r := got.records[0]; r["disposition"] != want || r["disposition_raw"] != word {
					t.Errorf("read as %s (%q), want %s", r["disposition"], r["disposition_raw"], want)
				}
				listed := len(got.rejects) == 1 && got.rejects[0].Reason == schemas.FieldUnmapped
				if listed != (want == "unknown") {
					t.Errorf("rejects %v", got.rejects)
				}
			})
		}
	}
}

// A level is a whole word of the source too, not one that stands in another.
func TestLevelsThatMislead(t *testing.T) {
	for level, want := range map[string]string{
		"FELONY": "felony", "f": "felony", "Misdemeanor": "misdemeanor", "INFRACTION": "infraction",
		"FELONY REDUCED TO MISDEMEANOR": "unknown", "NON-FELONY": "unknown", "MISDEMEANOR TREATED AS VIOLATION": "unknown",
		"F5": "unknown", "UNCLASSIFIED": "unknown", "": "unknown",
	} {
		t.Run(level, func(t *testing.T) {
			source := "person_id,statute,disposition,severity\np1,a,GUILTY," + level + "\n"
			got := readAll(t, load(t, "generic/charges"), []byte(source), 1, 10)
			if r := got.records[0]; r["severity"] != want {
				t.Errorf("read as %s, want %s", r["severity"], want)
			}
			if listed := len(got.rejects) == 1; listed != (want == "unknown" && level != "") {
				t.Errorf("rejects %v", got.rejects)
			}
		})
	}
}

// Dates that stand for none: none is a date, and each is listed.
func TestDatesThatMislead(t *testing.T) {
	for text, want := range map[string]string{
		"2000-02-29": "2000-02-29", "1900-02-29": "", "2001-02-29": "", "?????": "", "0000-00-00": "", "1190315": "", "119-03-15": "",
		"99999999": "", "36526": "", "2000-01-01T00:00": "", "0001-01-01": "0001-01-01", // a day, which evaluate then does not believe
	} {
		t.Run(text, func(t *testing.T) {
			source := "person_id,statute,disposition,disposition_date\np1,a,GUILTY," + text + "\n"
			got := readAll(t, load(t, "generic/charges"), []byte(source), 1, 10)
			if r := got.records[0]; r["disposition_date"] != want {
				t.Errorf("read as %q, want %q", r["disposition_date"], want)
			}
			if listed := len(got.rejects) == 1 && got.rejects[0].Reason == schemas.FieldDate; listed != (want == "") {
				t.Errorf("rejects %v", got.rejects)
			}
		})
	}
}

// Very many empty lines at the end cost no row. An empty first line is no header:
// the file is refused, which says so, and not read with other columns.
func TestEmptyLinesAroundTheRows(t *testing.T) {
	const empty = 94_000
	source := head + "p1,a,GUILTY,\n" + strings.Repeat(",,,\n", empty)
	got := readAll(t, load(t, "generic/charges"), []byte(source), 1<<16, 1000)
	want := schemas.Rows{Read: empty + 1, Accepted: 1, NonData: empty}
	if got.rows != want || len(got.rejects) != 0 {
		t.Errorf("rows %+v, %d rejects; want %+v", got.rows, len(got.rejects), want)
	}
	if _, err := tryAll(t, load(t, "generic/charges"), []byte("\n"+source), 1<<16, 1000); err == nil || !strings.Contains(err.Error(), "line 1: the header lacks") {
		t.Errorf("an empty first line: got %v", err)
	}
}

package readers_test

import (
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestSentenceColumns reads what the generic layout has to say of a sentence;
// what is no number is unknown and reported.
func TestSentenceColumns(t *testing.T) {
	const source = "person_id,statute,disposition,sentence_date,release_date,supervision_end_date,max_penalty_days,term_min_months,term_max_months,incarcerated,restitution,sentence\n" +
		"1,S,CONVICTED,2019-03-01,2020-03-01,2021-03-01,93,6,12,YES,OWED,PROBATION\n" +
		"2,S,CONVICTED,,,,,,,,,\n" +
		"3,S,CONVICTED,,,,2 years,-1,99999999999,MAYBE,NONE,\n"
	got := readAll(t, load(t, "generic/charges"), []byte(source), 1000, 5)
	want := map[string]string{
		"sentence_date": "2019-03-01", "release_date": "2020-03-01", "supervision_end_date": "2021-03-01",
		"max_penalty_days": "93", "term_min_months": "6", "term_max_months": "12",
		"incarcerated": "yes", "restitution": "owed", "sentence": "supervised",
	}
	for column, value := range want {
		if v := got.records[0][column]; v != value {
			t.Errorf("%s: got %q, want %q", column, v, value)
		}
		if v, known := got.records[1][column]; known && v != "unknown" {
			t.Errorf("blank %s: got %q, want nothing", column, v)
		}
	}
	if n := got.count(); n[schemas.FieldNumber] != 3 || n[schemas.FieldUnmapped] != 1 || got.rows.Accepted != 3 {
		t.Errorf("got %v of %d rows, want three bad numbers and one unmapped value", n, got.rows.Accepted)
	}
	if v := got.records[2]["restitution"]; v != "none_owed" {
		t.Errorf("restitution: got %q, want none_owed", v)
	}
}

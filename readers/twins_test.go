package readers_test

import (
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
)

// Fields that are the same on every row are one column; those that differ on some rows are two.
func TestFieldsThatAreTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		description string
		same        bool
		want        string // of the rows
	}{
		"the same":         {"[{from: LAW, when: {column: KIND, equals: A}}, MORE]", true, "a more"},
		"another column":   {"[{from: LAW, when: {column: KIND, equals: A}}, LAW]", false, "a b"},
		"another question": {"[{from: LAW, when: {column: KIND, equals: B}}, MORE]", false, "more b"},
		"the same text":    {"{value: always}", false, "always always"},
		"other nulls":      {"[{from: LAW, nulls: [a], when: {column: KIND, equals: A}}, MORE]", false, "more more"},
	} {
		t.Run(name, func(t *testing.T) {
			l := parse(t, strings.Replace(`
layout: test
jurisdiction: US-CA
delimited: {header: none, columns_by: position, field_count: exact}
columns: [KEY, KIND, LAW, MORE, END]
fields:
  person_id: KEY
  statute: [{from: LAW, when: {column: KIND, equals: A}}, MORE]
  description: HERE
  county: {value: ALPINE}
  court: {value: FIRST}
  disposition: {from: END, map: {exact: {convicted: C}}}
`, "HERE", c.description, 1))
			text := "P1,A,a,more,C\nP2,B,b,more,C,one too many\nP3,B,b,more,C\n"
			survey, err := l.Survey(t.Context(), "test", strings.NewReader(text), 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			for batch, err := range l.Read(t.Context(), 0, survey, survey.Ranges[0], strings.NewReader(text), readers.Reading{MaxRows: 10}) {
				if err != nil {
					t.Fatal(err)
				}
				statute, description := batch.Charges.Column(schemas.ColStatute).(*array.Dictionary), batch.Charges.Column(schemas.ColDescription).(*array.Dictionary)
				last := statute.Len() - 1
				if same := statute.Indices() == description.Indices(); same != c.same {
					t.Errorf("one column: %v", same)
				}
				if got := statute.ValueStr(0) + " " + statute.ValueStr(last); got != "a more" || !statute.IsNull(1) {
					t.Errorf("statutes %s", statute)
				}
				if got := description.ValueStr(0) + " " + description.ValueStr(last); got != c.want || !description.IsNull(1) {
					t.Errorf("descriptions %s, want %s", description, c.want)
				}
				if county, court := batch.Charges.Column(schemas.ColCounty).ValueStr(0), batch.Charges.Column(schemas.ColCourt).ValueStr(0); county != "ALPINE" || court != "FIRST" {
					t.Errorf("county %s, court %s", county, court)
				}
				batch.Charges.Release()
			}
		})
	}
}

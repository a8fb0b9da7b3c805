package readers

import (
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/schemas"
)

// A text stands for null in the columns that say so and in no other, and a key for nobody on the rows that have it.
func TestNullsOfAColumn(t *testing.T) {
	l, err := ParseLayout("test", []byte("layout: test\nabout: a test\nnulls: [nil]\ndelimited: {header: required, columns_by: name}\n"+
		"columns: [person_id, {name: statute, nulls: [NOTHING]}, disposition, case]\n"+
		"fields:\n  person_id: person_id\n  case_id: case\n  statute: statute\n  disposition: {from: disposition, map: {exact: {convicted: [x]}}, blank: unknown}\n"))
	if err != nil {
		t.Fatal(err)
	}
	text := "person_id,statute,disposition,case\np,NOTHING,x,NOTHING\nUNKNOWN,s,x,nil\np,nil,x,c\nUNKNOWN,s,x,c\n"
	s, err := l.Survey(t.Context(), "test", strings.NewReader(text), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	rng := s.Ranges[0]
	for b, err := range l.Read(t.Context(), 0, s, rng, strings.NewReader(text[rng.Offset:]), Reading{MaxRows: 10}) {
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		statutes := b.Charges.Column(schemas.ColStatute).(*array.Dictionary)
		persons, cases := b.Charges.Column(schemas.ColPerson), b.Charges.Column(schemas.ColCase)
		for row := range int(b.Charges.NumRows()) {
			got = append(got, persons.ValueStr(row)+" "+statutes.ValueStr(row)+" "+cases.ValueStr(row))
		}
		if got, want := strings.Join(got, "; "), "p (null) NOTHING; (null) s (null); p (null) c; (null) s c"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		b.Charges.Release()
	}
}

package writers

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

func TestFindPersonReadsWhatWasWritten(t *testing.T) {
	s := newDisk(t)
	if _, err := sweep(t.Context(), s, 60, moment); err != nil {
		t.Fatal(err)
	}
	run, err := OpenRun(t.Context(), s, "")
	if err != nil {
		t.Fatal(err)
	}
	for person, rows := range map[string][]int{"P0000003": {9, 10, 11}, "P0000019": {57, 58, 59}, "nobody": nil} {
		var want []Determination
		for _, i := range rows {
			d := invented(i)
			d.CodeMatch = schemas.Unmatched // its name is not read back
			want = append(want, *d)
		}
		got, err := FindPerson(t.Context(), s, run, person)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", person, diff)
		}
	}
}

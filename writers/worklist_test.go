package writers

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

func TestCodeGapsReadBack(t *testing.T) {
	s := newDisk(t)
	a, err := Begin(s, s, "run", InClear)
	if err != nil {
		t.Fatal(err)
	}
	want := []CodeGap{
		{Statute: "A\n\"B\", C", Match: schemas.Ambiguous, Rows: 2, Persons: 2},
		{Statute: "B", Description: "SEE, COMMENT", Rows: 9, Persons: 1},
	}
	if _, _, err := a.WriteWorklists(t.Context(), []CodeGap{want[1], want[0]}, nil); err != nil {
		t.Fatal(err)
	}
	data, err := storage.ReadAll(t.Context(), s, a.Prefix()+"/"+CodeGapsFile, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadCodeGaps(strings.NewReader(string(data)))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, -want +got\n%s", err, diff)
	}
	for name, text := range map[string]string{
		"empty":          "",
		"another header": "statute_raw,rows\n",
		"no number":      strings.Replace(string(data), ",9,1", ",9,one", 1),
		"ragged":         string(data) + "x\n",
	} {
		if gaps, err := ReadCodeGaps(strings.NewReader(text)); err == nil {
			t.Errorf("%s: read as %v", name, gaps)
		}
	}
}

func TestOutOfForceIsRankedByPersons(t *testing.T) {
	s := newDisk(t)
	a, err := Begin(s, s, "run", InClear)
	if err != nil {
		t.Fatal(err)
	}
	out, err := a.WriteOutOfForce(t.Context(), []OutOfForce{
		{Statute: "B", Code: "CA:PC:2", Rows: 9, Persons: 1},
		{Statute: "A", Code: "CA:PC:1", Rows: 9, Persons: 1},
		{Statute: "C", Code: "CA:PC:3", Rows: 2, Persons: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := storage.ReadAll(t.Context(), s, a.Prefix()+"/"+out.Path, 1<<20)
	const want = "statute_raw,code,rows,persons\nC,CA:PC:3,2,2\nA,CA:PC:1,9,1\nB,CA:PC:2,9,1\n"
	if err != nil || string(data) != want || out.Rows != 3 {
		t.Errorf("got %q, %d rows, %v", data, out.Rows, err)
	}
}

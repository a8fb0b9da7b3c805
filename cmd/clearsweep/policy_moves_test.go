package main

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"
)

const movedHeading = "source,line,person_id,code,rule,outcome,remedy_floor,remedy_ceiling\n"

func walked(t *testing.T, old, now string) (*transitions, error) {
	t.Helper()
	moves := &transitions{of: map[transition]*moved{}}
	a, b := csv.NewReader(strings.NewReader(movedHeading+old)), csv.NewReader(strings.NewReader(movedHeading+now))
	a.ReuseRecord, b.ReuseRecord = true, true
	return moves, moves.walk(a, b)
}

// TestTransitionsCountPersonsOnce: two charges of one person that go the same
// way are one person, and rows without a person stand alone.
func TestTransitionsCountPersonsOnce(t *testing.T) {
	moves, err := walked(t,
		"a,1,p1,CA:HSC:11357,r1,REVIEW,,\na,2,p1,CA:HSC:11357,r1,REVIEW,,\na,3,p2,,,NOT_YET,,\na,4,,,,REVIEW,,\na,5,,,,REVIEW,,\n",
		"a,1,p1,CA:HSC:11357,r2,ELIGIBLE,seal,seal\na,2,p1,CA:HSC:11357,r2,ELIGIBLE,seal,seal\na,3,p2,,,NOT_YET,,\na,4,,,,BLOCKED,,\na,5,,,,BLOCKED,,\n")
	if err != nil {
		t.Fatal(err)
	}
	for change, want := range map[transition][2]int64{
		{"REVIEW", "ELIGIBLE seal"}: {2, 1},
		{"REVIEW", "BLOCKED"}:       {2, 2},
		{"NOT_YET", "NOT_YET"}:      {1, 1},
	} {
		got := moves.of[change]
		if got == nil || got.charges != want[0] || got.persons != want[1] {
			t.Errorf("%v: got %+v, want %d charges of %d persons", change, got, want[0], want[1])
		}
	}
	if moves.charges != 5 || moves.differ != 4 {
		t.Errorf("got %d charges, %d differ; want 5, 4", moves.charges, moves.differ)
	}
	if n := moves.of[transition{"REVIEW", "ELIGIBLE seal"}].examples["CA:HSC:11357, rule r1 -> r2"]; n != 2 {
		t.Errorf("example: got %d charges, want 2", n)
	}
}

// TestTransitionsTellRemediesApart: the same outcome with another remedy is a
// move.
func TestTransitionsTellRemediesApart(t *testing.T) {
	moves, err := walked(t, "a,1,p,,r,ELIGIBLE,seal,seal\n", "a,1,p,,r,ELIGIBLE,seal,vacate\n")
	if err != nil || moves.differ != 1 || moves.of[transition{"ELIGIBLE seal", "ELIGIBLE seal to vacate"}] == nil {
		t.Errorf("got %v, %v", moves.of, err)
	}
}

func TestTransitionsNeedTheSameCharges(t *testing.T) {
	for name, now := range map[string]string{
		"another line": "a,2,p,,r,REVIEW,,\n",
		"one less":     "",
		"one more":     "a,1,p,,r,REVIEW,,\na,2,p,,r,REVIEW,,\n",
		"other file":   "b,1,p,,r,REVIEW,,\n",
	} {
		if _, err := walked(t, "a,1,p,,r,REVIEW,,\n", now); !errors.Is(err, errOrder) {
			t.Errorf("%s: got %v, want %v", name, err, errOrder)
		}
	}
}

package link_test

import (
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/pipeline/link"
)

// Every row is in one run, the rows of a run have one key and stand in order, a row
// without a key is alone, and a key that comes once in the batch is one run.
func TestRunsHoldEveryRowOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := keys(t)
		batch := coded(memory.DefaultAllocator, all)
		defer batch.Release()
		var runs link.Runs
		runs.Find(batch, "")
		runs.Find(batch, "") // it uses its memory again
		var rows []int32
		for i := range runs.Len() {
			person := runs.Person(i)
			rows = append(rows, person.Rows...)
			if !slices.IsSorted(person.Rows) || !person.Keyed && len(person.Rows) != 1 {
				t.Fatalf("run %d has rows %v", i, person.Rows)
			}
			for _, row := range person.Rows {
				if all[row] != runs.Key(i) {
					t.Fatalf("a row of %q is in the run of %q", all[row], runs.Key(i))
				}
			}
			if person.Keyed && i > 0 && runs.Key(i-1) == runs.Key(i) {
				t.Fatalf("runs %d and %d are of one person", i-1, i)
			}
		}
		var persons []string
		for i := range runs.Len() {
			if runs.Person(i).Keyed {
				persons = append(persons, runs.Key(i))
			}
		}
		slices.Sort(persons)
		if again := len(slices.Compact(slices.Clone(persons))) < len(persons); runs.CameBack() != again {
			t.Fatalf("runs of %q: a person came back: %v, want %v", persons, runs.CameBack(), again)
		}
		slices.Sort(rows)
		if len(rows) != len(all) || len(slices.Compact(rows)) != len(all) {
			t.Fatalf("%d rows in runs, of %d", len(rows), len(all))
		}
	})
}

package link

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Runs are the runs of neighbouring rows of one person in a batch, for extracts
// that come grouped by person. Whether a person has rows elsewhere a run does not
// tell: the caller must know before it decides.
//
// A row without a key is a run by itself, and stands before the run it was found in
// or behind: it ends none.
type Runs struct {
	rows   []int32  // of all runs, in order
	ends   []int32  // of each run in rows
	hashes []uint64 // of each run's key, empty where there is none
	hand   []int32  // rows of the run that is being found
	// Asides are rows that stand for one that could not be read, where they are not
	// of the person they stand among, nor of the next: what they may be of is a guess,
	// so they end no run either. Tail are such rows at the end of the batch: of the next
	// person, it may be.
	Asides, Tail []int32

	person *array.String
	kind   *array.Uint8
	sound  int // the row after the one at hand that could be read
	met    Set
}

// Find finds the runs of a batch of schemas.Coded, whose memory they keep using.
// Open is the key of the person with whom the batch before ended, or empty. It uses
// what it allocated for the batch before.
func (r *Runs) Find(charges arrow.Record, open string) {
	r.person = charges.Column(schemas.ColPerson).(*array.String)
	r.kind = charges.Column(schemas.ColKind).(*array.Uint8)
	r.rows, r.ends, r.hashes, r.hand, r.Asides, r.Tail, r.sound = r.rows[:0], r.ends[:0], r.hashes[:0], r.hand[:0], r.Asides[:0], r.Tail[:0], 0
	for row := range int32(r.person.Len()) { //nolint:gosec // a batch has less than 1<<31 rows
		if len(r.hand) > 0 {
			open = r.person.Value(int(r.hand[0]))
		}
		switch {
		case r.person.IsNull(int(row)):
			r.end(row)
		case r.person.Value(int(row)) == open:
			r.hand = append(r.hand, row)
		case r.guessed(row) && r.after(row) == r.person.Len():
			r.Tail = append(r.Tail, row)
		case r.guessed(row) && !r.begins(row):
			r.Asides = append(r.Asides, row)
		default:
			r.endHand()
			r.hand = append(r.hand, row)
		}
	}
	r.endHand()
}

// end adds a run.
func (r *Runs) end(rows ...int32) {
	r.rows = append(r.rows, rows...)
	r.ends = append(r.ends, int32(len(r.rows))) //nolint:gosec // a batch has less than 1<<31 rows
	r.hashes = append(r.hashes, Hash(r.Key(len(r.ends)-1)))
}

func (r *Runs) endHand() {
	if len(r.hand) > 0 {
		r.end(r.hand...)
		r.hand = r.hand[:0]
	}
}

// begins tells whether the next row that could be read has the key of a row.
func (r *Runs) begins(row int32) bool {
	next := r.after(row)
	return r.person.IsValid(next) && r.person.Value(next) == r.person.Value(int(row))
}

// after is the next row that could be read, the end of the batch if there is none.
func (r *Runs) after(row int32) int {
	for r.sound = max(r.sound, int(row)+1); r.sound < r.person.Len() && r.guessed(int32(r.sound)); r.sound++ { //nolint:gosec // a batch has less than 1<<31 rows
	}
	return r.sound
}

// guessed tells whether a row stands for one that could not be read.
func (r *Runs) guessed(row int32) bool {
	return schemas.RowKind(r.kind.Value(int(row))) == schemas.RowIncomplete
}

// Len is the number of runs.
func (r *Runs) Len() int { return len(r.ends) }

// Person is run i. Its rows are valid until the next Find.
func (r *Runs) Person(i int) Person {
	start := int32(0)
	if i > 0 {
		start = r.ends[i-1]
	}
	rows := r.rows[start:r.ends[i]]
	return Person{Rows: rows, Keyed: r.person.IsValid(int(rows[0]))}
}

// Hash is the hash of the person of run i, who has a key.
func (r *Runs) Hash(i int) uint64 { return r.hashes[i] }

// CameBack tells whether a person has two runs: then the batch is not grouped by person.
func (r *Runs) CameBack() bool {
	r.met.Clear()
	r.met.Reserve(len(r.ends))
	for i := range r.ends {
		if r.Person(i).Keyed && !r.met.Add(r.hashes[i]) {
			return true
		}
	}
	return false
}

// First is the key of the first row of a batch that could be read, empty where there is
// none or it has none.
func First(charges arrow.Record) string {
	r := Runs{person: charges.Column(schemas.ColPerson).(*array.String), kind: charges.Column(schemas.ColKind).(*array.Uint8)}
	if row := r.after(-1); row < r.person.Len() && r.person.IsValid(row) {
		return r.person.Value(row)
	}
	return ""
}

// Key is the key of the person of run i, empty where there is none. It is valid as
// long as the batch.
func (r *Runs) Key(i int) string {
	row := int(r.Person(i).Rows[0])
	if r.person.IsNull(row) {
		return ""
	}
	return r.person.Value(row)
}

// Take is some rows of a batch, as a batch of their own. The caller releases it.
func Take(mem memory.Allocator, batch arrow.Record, rows []int32) arrow.Record {
	return take(mem, batch, rows, takeWords)
}

package link

import (
	"cmp"
	"iter"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/schemas"
)

// Person is one person of a bucket.
type Person struct {
	// Rows are the ordinals of the person's rows in the batch, in order of
	// source and line. The slice is reused: it is valid until the next person.
	Rows []int32
	// Keyed is false for a row without a usable person key, which stands alone:
	// nothing is known of the person's other rows.
	Keyed bool
}

// Persons yields the persons of a batch of schemas.Coded that holds every row
// of each of them, in order of hash, then key. Two keys with one hash stay two
// persons.
func Persons(charges arrow.Record) iter.Seq[Person] {
	key := charges.Column(schemas.ColPerson).(*array.String)
	rows := sorted(charges, key)
	return func(yield func(Person) bool) {
		group := make([]int32, 0, 32)
		for i := 0; i < len(rows); {
			first := rows[i]
			group = group[:0]
			for i < len(rows) && rows[i].hash == first.hash && samePerson(key, first.row, rows[i].row) {
				group = append(group, rows[i].row)
				i++
			}
			if !yield(Person{Rows: group, Keyed: key.IsValid(int(first.row))}) {
				return
			}
		}
	}
}

type hashed struct {
	hash uint64
	row  int32
}

// sorted are all rows in order of hash, key, source and line.
func sorted(charges arrow.Record, key *array.String) []hashed {
	source := charges.Column(schemas.ColSource).(*array.Uint32)
	line := charges.Column(schemas.ColLine).(*array.Int64)
	rows := make([]hashed, charges.NumRows())
	for row, hash := range hashes(charges) {
		rows[row] = hashed{hash, int32(row)}
	}
	slices.SortFunc(rows, func(a, b hashed) int {
		if c := cmp.Compare(a.hash, b.hash); c != 0 {
			return c
		}
		i, j := int(a.row), int(b.row)
		return cmp.Or(
			cmp.Compare(key.Value(i), key.Value(j)),
			cmp.Compare(source.Value(i), source.Value(j)),
			cmp.Compare(line.Value(i), line.Value(j)),
		)
	})
	return rows
}

// samePerson tells whether two rows of one hash have one key. A row without a
// key is nobody but itself.
func samePerson(key *array.String, a, b int32) bool {
	if a == b {
		return true
	}
	i, j := int(a), int(b)
	return key.IsValid(i) && key.IsValid(j) && key.Value(i) == key.Value(j)
}

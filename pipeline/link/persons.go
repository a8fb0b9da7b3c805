package link

import (
	"cmp"
	"iter"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

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

// Persons is a batch of schemas.Coded, that holds every row of each person in it, person by person:
// in order of hash, then key, and of each person of source and line. Two keys with one hash stay two
// persons. The caller releases what is returned; charges stays the caller's.
func Persons(mem memory.Allocator, charges arrow.Record) (together arrow.Record, persons iter.Seq[Person]) {
	rows := sorted(charges)
	order := make([]int32, len(rows))
	for i := range rows {
		order[i] = rows[i].row
	}
	together = take(mem, charges, order, takeNumbers)
	key := together.Column(schemas.ColPerson).(*array.String)
	return together, func(yield func(Person) bool) {
		group := make([]int32, 0, 32)
		for i := 0; i < len(rows); {
			first := i
			group = group[:0]
			for i < len(rows) && rows[i].hash == rows[first].hash && samePerson(key, first, i) {
				group = append(group, int32(i))
				i++
			}
			if !yield(Person{Rows: group, Keyed: key.IsValid(first)}) {
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
func sorted(charges arrow.Record) []hashed {
	key := charges.Column(schemas.ColPerson).(*array.String)
	source := charges.Column(schemas.ColSource).(*array.Uint32)
	line := charges.Column(schemas.ColLine).(*array.Int64)
	rows := make([]hashed, charges.NumRows())
	for row, hash := range hashes(charges) {
		rows[row] = hashed{hash, int32(row)}
	}
	rows = byHash(rows)
	for begin, end := 0, 0; begin < len(rows); begin = end {
		for end = begin + 1; end < len(rows) && rows[end].hash == rows[begin].hash; end++ {
		}
		slices.SortFunc(rows[begin:end], func(a, b hashed) int {
			i, j := int(a.row), int(b.row)
			return cmp.Or(
				cmp.Compare(key.Value(i), key.Value(j)),
				cmp.Compare(source.Value(i), source.Value(j)),
				cmp.Compare(line.Value(i), line.Value(j)),
			)
		})
	}
	return rows
}

// byHash sorts rows by their hash, eleven bits at a time from the lowest. Hashes are as good as random,
// so that no run of bits is worth passing over.
func byHash(rows []hashed) []hashed {
	const digit = 11
	spare := make([]hashed, len(rows))
	for shift := 0; shift < 64; shift += digit {
		var ends [1 << digit]int32
		for i := range rows {
			ends[rows[i].hash>>shift&(1<<digit-1)]++
		}
		sum := int32(0)
		for d, n := range ends {
			ends[d] = sum
			sum += n
		}
		for _, row := range rows {
			at := &ends[row.hash>>shift&(1<<digit-1)]
			spare[*at] = row
			*at++
		}
		rows, spare = spare, rows
	}
	return rows
}

// samePerson tells whether two rows of one hash have one key. A row without a
// key is nobody but itself.
func samePerson(key *array.String, a, b int) bool {
	return a == b || key.IsValid(a) && key.IsValid(b) && key.Value(a) == key.Value(b)
}

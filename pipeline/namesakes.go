package pipeline

import (
	"cmp"
	"context"
	"math/bits"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/cespare/xxhash/v2"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/writers"
)

// Namesakes is the bucket of segments that hold the names of persons, for Commit.
const Namesakes = -2

// Persons of one surname, given name and date of birth under several keys are two, or one
// whose other charges nobody sees. They are listed, for somebody to look at; a crosswalk
// joins them.

// namesakeRows is the schema of persons on their way from Settle to Commit: a hash of the
// name and the birth, and a row that gives them.
var namesakeRows = arrow.NewSchema([]arrow.Field{
	{Name: "hash", Type: arrow.PrimitiveTypes.Uint64},
	{Name: "source", Type: arrow.PrimitiveTypes.Uint32},
	{Name: "line", Type: arrow.PrimitiveTypes.Int64},
}, nil)

// named is one person.
type named struct {
	hash   uint64
	source uint32
	line   int64
}

// namedBytes are those of a person whom namesakes looks at, and of its bits in meetings.
const namedBytes = 24 + 2*2*meetingBits/8

// name notes the person at hand, whose rows are in force, by the first of them that gives
// a name and a birth.
func (s *settler) name(rows *rows, person link.Person) {
	for _, row := range person.Rows {
		birth := rows.birthDate.date(row)
		if !rows.surname.Has(row) || !rows.givenName.Has(row) || !birth.Known() {
			continue
		}
		s.fold = appendUpper(s.fold[:0], rows.surname.text(row))
		s.fold = appendUpper(append(s.fold, 0), rows.givenName.text(row))
		s.fold = birth.Append(append(s.fold, 0))
		s.named = append(s.named, named{xxhash.Sum64(s.fold), rows.source.Value(int(row)), rows.line.Value(int(row))})
		return
	}
}

// appendUpper adds a text with the letters of ASCII in capitals.
func appendUpper(to []byte, text string) []byte {
	for _, c := range []byte(text) {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		to = append(to, c)
	}
	return to
}

// keepNames leaves the names of the part in a segment.
func (s *settler) keepNames(ctx context.Context, segments Segments) error {
	if len(s.named) == 0 {
		return nil
	}
	b := array.NewRecordBuilder(s.run.mem, namesakeRows)
	defer b.Release()
	b.Reserve(len(s.named))
	for _, n := range s.named {
		b.Field(0).(*array.Uint64Builder).UnsafeAppend(n.hash)
		b.Field(1).(*array.Uint32Builder).UnsafeAppend(n.source)
		b.Field(2).(*array.Int64Builder).UnsafeAppend(n.line)
	}
	left, err := put(ctx, segments, Namesakes, b.NewRecord())
	s.receipt.Named = append(s.receipt.Named, left...)
	return err
}

// namesakes adds the persons of one name and birth under several keys to sums. It looks at
// as many at once as memory has room for, so that their number has no bound.
func (r *Run) namesakes(ctx context.Context, sums *Sums, from Segments) error {
	total := int64(0)
	for _, segment := range sums.Named {
		total += segment.Rows
	}
	rounds := bits.Len64(uint64(max(0, namedBytes*total-1) / (r.Config.Memory / 8))) //nolint:gosec // not negative
	for round := range 1 << rounds {
		if err := r.namesakesOf(ctx, sums, from, rounds, round, total>>rounds); err != nil {
			return err
		}
	}
	return nil
}

// namesakesOf looks at the persons whose hashes begin with the bits of a round: about as many as
// expected. Only those that may have a namesake are put in order.
func (r *Run) namesakesOf(ctx context.Context, sums *Sums, from Segments, rounds, round int, expected int64) error {
	each := func(do func(named)) error {
		for _, segment := range sums.Named {
			batch, err := from.Open(ctx, segment)
			if err != nil {
				return err
			}
			sources, lines := batch.Column(1).(*array.Uint32).Uint32Values(), batch.Column(2).(*array.Int64).Int64Values()
			for i, hash := range batch.Column(0).(*array.Uint64).Uint64Values() {
				if hash>>(64-rounds) == uint64(round) { //nolint:gosec // Go shifts by 64 to 0
					do(named{hash, sources[i], lines[i]})
				}
			}
			batch.Release()
		}
		return nil
	}
	met := newMeetings(expected)
	if err := each(func(n named) { met.add(n.hash) }); err != nil {
		return err
	}
	var persons []named
	err := each(func(n named) {
		if met.again(n.hash) {
			persons = append(persons, n)
		}
	})
	if err != nil {
		return err
	}
	slices.SortFunc(persons, func(a, b named) int {
		if a.hash != b.hash { // nearly always: the rest is not looked at
			return cmp.Compare(a.hash, b.hash)
		}
		return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.line, b.line))
	})
	for i := 1; i < len(persons); i++ {
		begin := i - 1
		for ; i < len(persons) && persons[i].hash == persons[begin].hash; i++ {
			sums.Namesakes++
			sums.Conflicts = first(append(sums.Conflicts, r.namesake(persons[begin], persons[i])), 2*worklistLength, compareConflicts)
		}
	}
	return nil
}

// meetings tell which hashes were added more than once, and are wrong about few others.
type meetings struct{ seen, twice []uint64 } // by the hash's last bits: a bit each

// meetingBits are as many bits as a hash is given, at least: one in so many that stand alone is taken for one that does not.
const meetingBits = 16

func newMeetings(hashes int64) *meetings {
	words := 1 << bits.Len64(uint64(hashes*meetingBits/64)) //nolint:gosec // not negative
	return &meetings{make([]uint64, words), make([]uint64, words)}
}

func (m *meetings) at(hash uint64) (word int, bit uint64) {
	return int(hash >> 6 & uint64(len(m.seen)-1)), 1 << (hash & 63) //nolint:gosec // less than the length
}

func (m *meetings) add(hash uint64) {
	word, bit := m.at(hash)
	m.twice[word] |= m.seen[word] & bit
	m.seen[word] |= bit
}

// again tells whether a hash, which was added, may have been added again.
func (m *meetings) again(hash uint64) bool {
	word, bit := m.at(hash)
	return m.twice[word]&bit != 0
}

// namesake is what is listed of two persons.
func (r *Run) namesake(one, other named) writers.KeyConflict {
	return writers.KeyConflict{
		Trouble: writers.TwoKeys,
		Source:  r.Sources[one.source].Name, Line: one.line, OtherSource: r.Sources[other.source].Name, OtherLine: other.line,
	}
}

package pipeline

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// rows turns to a batch. Where the layout says that rows may be no longer in force, it
// finds which are.
func (s *settler) rows(batch arrow.Record) *rows {
	r := newRows(batch)
	versions := s.run.layout.Versions()
	if repeated, history := s.run.layout.Repeats(); versions || repeated {
		r.standings = link.NewStandings(versions, repeated, history)
		r.standings.Open(batch)
	}
	return r
}

// standing is the standing of the rows of a person, nil where all are in force.
func (s *settler) standing(rows *rows, person link.Person) []link.Standing {
	if rows.standings == nil {
		return nil
	}
	return rows.standings.Of(person)
}

// inForce is a person with the rows that are in force: the law is asked as if there were
// no others.
func (s *settler) inForce(person link.Person, standing []link.Standing) link.Person {
	if standing == nil {
		return person
	}
	s.live = s.live[:0]
	for i, row := range person.Rows {
		if standing[i] == link.InForce {
			s.live = append(s.live, row)
		}
	}
	return link.Person{Rows: s.live, Keyed: person.Keyed}
}

// past is what is said of a row that is not in force.
var past = [...]*evaluate.Text{
	link.Repeated: {Rule: "record.repeated", Reason: "the row is equal to an earlier one: it is that row once more"},
	link.Before:   {Rule: "record.before_change", Reason: "the row says how the charge was before it was changed"},
	link.Amended:  {Rule: "record.amended", Reason: "a later version of the charge is in force"},
	link.Deleted:  {Rule: "record.deleted", Reason: "a later row takes the charge back"},
}

// history notes a charge that is not in force. No law is asked, and nobody is told.
func (s *settler) history(rows *rows, row int32, standing link.Standing) {
	if rows.rowKind(row)&schemas.RowCharge == 0 {
		return
	}
	said := s.words.of(past[standing], schemas.History)
	s.verdicts = append(s.verdicts, writers.Verdict{Row: row, Words: &said.Words, EligibleOn: schemas.NoDate, DueOn: schemas.NoDate})
	said.bySource[rows.source.Value(int(row))]++
}

// birth is what a row says of the birth: that it was on the first day, or on one of so many
// further days.
type birth struct {
	first schemas.Date // NoDate where it says nothing
	days  int32
}

func (s *settler) birth(rows *rows, row int32) birth {
	if date := rows.birthDate.date(row); date.Known() || !rows.partly.Has(row) {
		return birth{first: date}
	}
	first, days := s.partly.of(rows.partly.text(row)).Born()
	return birth{first, days}
}

func (b birth) known() bool        { return b.first.Known() }
func (b birth) last() schemas.Date { return b.first + schemas.Date(b.days) }

// meets tells whether both can be the birth of one person.
func (b birth) meets(o birth) bool { return b.first <= o.last() && o.first <= b.last() }

// and is what both say together, who meet.
func (b birth) and(o birth) birth {
	first := max(b.first, o.first)
	return birth{first, int32(min(b.last(), o.last()) - first)}
}

// sharedBirths is how many dates of birth the rows of one key give before it is taken for
// one that many persons share, and that identifies none: one person has one, and slips of
// the pen make two or three.
const sharedBirths = 5

// settleKey decides the person of a key; or, where many persons share it, each of its
// rows by itself.
func (s *settler) settleKey(rows *rows, person link.Person) error {
	if !person.Keyed || !s.shared(rows, person) {
		return s.settle(rows, person)
	}
	for i := range person.Rows {
		if err := s.settle(rows, link.Person{Rows: person.Rows[i : i+1]}); err != nil {
			return err
		}
	}
	return nil
}

// shared tells whether the rows of a key are of many persons, and lists it.
func (s *settler) shared(rows *rows, person link.Person) bool {
	if len(person.Rows) < sharedBirths {
		return false
	}
	s.births = s.births[:0]
	for _, row := range person.Rows {
		birth := s.birth(rows, row)
		if !birth.known() || slices.ContainsFunc(s.births, birth.meets) {
			continue
		}
		if s.births = append(s.births, birth); len(s.births) == sharedBirths {
			s.conflict(rows, person.Rows[0], row, writers.SharedKey)
			return true
		}
	}
	return false
}

package writers

import (
	"io"
	"log/slog"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Person is a row of schemas.Persons.
type Person struct {
	Person      string // empty for a row that stands alone
	Charges     int64
	Convictions int64
	// Outcomes counts the person's charges by schemas.Outcome.
	Outcomes         [schemas.Outcomes]int64
	NextEligibleOn   schemas.Date
	RecordIncomplete bool
}

// LogValue keeps a person out of logs.
func (Person) LogValue() slog.Value { return redacted }

// Persons writes a file of schemas.Persons.
type Persons struct{ *Table }

// NewPersons starts a file of persons on w.
func NewPersons(w io.Writer, mem memory.Allocator) (*Persons, error) {
	t, err := NewTable("persons", w, schemas.Persons, mem)
	return &Persons{t}, err
}

// Append adds a row. It copies what it keeps of p.
func (t *Persons) Append(p *Person) error {
	t.text(p.Person)
	t.integer(p.Charges)
	t.integer(p.Convictions)
	t.integer(p.Outcomes[schemas.Eligible])
	t.integer(p.Outcomes[schemas.NotYet])
	t.integer(p.Outcomes[schemas.Blocked])
	t.integer(p.Outcomes[schemas.NotEligible])
	t.integer(p.Outcomes[schemas.OutOfScope])
	t.integer(p.Outcomes[schemas.Review])
	t.date(p.NextEligibleOn)
	t.flag(p.RecordIncomplete)
	return t.end()
}

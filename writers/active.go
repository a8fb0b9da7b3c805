package writers

import (
	"io"
	"log/slog"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Active is a row of schemas.Active: a charge that is eligible while its
// sentence still runs, for the court to act on before all others.
type Active struct {
	Source         string // name of the source
	Line           int64
	Person         string
	Case           string
	Charge         string
	County         string
	Sentence       schemas.Sentence
	SupervisionEnd schemas.Date
	Policy         string
	Rule           string
	Remedy         string
	LegalBasis     string
	Clause         string
	EligibleOn     schemas.Date
}

// LogValue keeps a person's charge out of logs.
func (Active) LogValue() slog.Value { return redacted }

// Actives writes a file of schemas.Active.
type Actives struct{ *Table }

// NewActives starts a file of active sentences on w.
func NewActives(w io.Writer, mem memory.Allocator) (*Actives, error) {
	t, err := NewTable("active", w, schemas.Active, mem)
	return &Actives{t}, err
}

// Append adds a row. It copies what it keeps of a.
func (t *Actives) Append(a *Active) error {
	t.text(a.Source)
	t.integer(a.Line)
	t.text(a.Person)
	t.text(a.Case)
	t.text(a.Charge)
	t.text(a.County)
	t.text(a.Sentence.String())
	t.date(a.SupervisionEnd)
	t.text(a.Policy)
	t.text(a.Rule)
	t.text(a.Remedy)
	t.text(a.LegalBasis)
	t.text(a.Clause)
	t.date(a.EligibleOn)
	return at(t.end(), a.Source, a.Line)
}

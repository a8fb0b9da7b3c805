package writers

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Determination is a row of schemas.Determinations. Empty strings and unknown
// dates are nulls. Its strings are copied when it is appended.
type Determination struct {
	Source          string // name of the source
	Line            int64
	Person          string
	Case            string
	Charge          string
	County          string
	Statute         string
	Description     string
	Code            string
	CodeMatch       schemas.CodeMatch
	Inchoate        schemas.Inchoate
	Severity        schemas.Severity
	Degree          string
	Disposition     schemas.Disposition
	DispositionText string
	DispositionDate schemas.Date
	OffenseDate     schemas.Date
	ArrestDate      schemas.Date
	ChallengeDate   schemas.Date
	Sentence        schemas.Sentence
	SentenceDate    schemas.Date
	ReleaseDate     schemas.Date
	SupervisionEnd  schemas.Date
	MaxPenalty      int32 // days; -1 where the record does not say it
	TermMin         int32 // months; the same
	TermMax         int32 // months; the same
	Incarcerated    schemas.Incarceration
	Restitution     schemas.Restitution
	BirthDate       schemas.Date
	Policy          string
	Rule            string
	Outcome         schemas.Outcome
	RemedyFloor     string
	RemedyCeiling   string
	LegalBasis      string
	Clause          string
	Reason          string
	Question        string
	EligibleOn      schemas.Date
	DueOn           schemas.Date
	LeavesTrue      uint64
	LeavesFalse     uint64
	LeavesPresumed  uint64

	Substances        schemas.Substances
	SubstanceEvidence schemas.Evidence
	NCIC              string
	VictimAge         int32 // -1 where it is not known
	VictimRelation    schemas.VictimRelation
}

// LogValue keeps a person's charge out of logs.
func (Determination) LogValue() slog.Value { return redacted }

// redacted is what a log shows of a row.
var redacted = slog.StringValue("[redacted]")

// Determinations writes a file of schemas.Determinations.
type Determinations struct{ *Table }

// NewDeterminations starts a file of determinations on w.
func NewDeterminations(w io.Writer, mem memory.Allocator) (*Determinations, error) {
	t, err := NewTable("determinations", w, schemas.Determinations, mem)
	return &Determinations{t}, err
}

// Append adds a row. It copies what it keeps of d.
func (t *Determinations) Append(d *Determination) error {
	t.text(d.Source)
	t.integer(d.Line)
	t.text(d.Person)
	t.text(d.Case)
	t.text(d.Charge)
	t.text(d.County)
	t.text(d.Statute)
	t.text(d.Description)
	t.text(d.Code)
	t.text(d.CodeMatch.String())
	t.text(d.Inchoate.String())
	t.text(d.Severity.String())
	t.text(d.Degree)
	t.text(d.Disposition.String())
	t.text(d.DispositionText)
	t.date(d.DispositionDate)
	t.date(d.OffenseDate)
	t.date(d.ArrestDate)
	t.date(d.ChallengeDate)
	t.text(d.Sentence.String())
	t.date(d.SentenceDate)
	t.date(d.ReleaseDate)
	t.date(d.SupervisionEnd)
	t.number(d.MaxPenalty)
	t.number(d.TermMin)
	t.number(d.TermMax)
	t.text(d.Incarcerated.String())
	t.text(d.Restitution.String())
	t.date(d.BirthDate)
	t.text(d.Substances.String())
	t.text(said(d.SubstanceEvidence))
	t.text(d.NCIC)
	t.number(d.VictimAge)
	t.text(said(d.VictimRelation))
	t.text(d.Policy)
	t.text(d.Rule)
	t.text(d.Outcome.String())
	t.text(d.RemedyFloor)
	t.text(d.RemedyCeiling)
	t.text(d.LegalBasis)
	t.text(d.Clause)
	t.text(d.Reason)
	t.text(d.Question)
	t.date(d.EligibleOn)
	t.date(d.DueOn)
	t.mask(d.LeavesTrue)
	t.mask(d.LeavesFalse)
	t.mask(d.LeavesPresumed)
	return at(t.end(), d.Source, d.Line)
}

// said is the name of a value, empty for the one that says nothing.
func said[T interface {
	~uint8
	String() string
}](v T) string {
	if v == 0 {
		return ""
	}
	return v.String()
}

// at adds the row of the source that an error is about.
func at(err error, source string, line int64) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: line %d: %w", source, line, err)
}

package writers

import (
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Determination is a row of schemas.Determinations as it is read. Empty strings and
// unknown dates are nulls.
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
	PartialDates    string // as in schemas.ColPartialDates
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

// Words are the texts of a decision, which many charges share.
type Words struct {
	Policy        string
	Rule          string
	Outcome       schemas.Outcome
	RemedyFloor   string
	RemedyCeiling string
	LegalBasis    string
	Clause        string
	Reason        string
	Question      string
}

// Verdict is what was decided of one row of a batch. Equal pointers are equal Words.
type Verdict struct {
	Row        int32
	Words      *Words
	EligibleOn schemas.Date
	DueOn      schemas.Date

	LeavesTrue, LeavesFalse, LeavesPresumed uint64
}

// Determinations writes a file of schemas.Determinations. What the row itself says
// is copied column by column; what was decided stands beside it.
type Determinations struct {
	*Table
	fills []fill
	// Of the row group at hand:
	renumbered [][]uint32          // by column of words: one more than the number of each word of the batch, 0 unknown
	said       map[*Words]*saidIDs // where the words of decisions stand
	pieces     []*saidIDs          // of the piece at hand
	rowsAtHand []int32
}

// NewDeterminations starts a file of determinations on w.
func NewDeterminations(w io.Writer, mem memory.Allocator) (*Determinations, error) {
	t, err := NewTable("determinations", w, schemas.Determinations, mem)
	if err != nil {
		return nil, err
	}
	d := &Determinations{Table: t, said: map[*Words]*saidIDs{}, renumbered: make([][]uint32, len(t.columns))}
	for _, field := range schemas.Determinations.Fields() {
		d.fills = append(d.fills, fillOf(field.Name))
	}
	return d, nil
}

// Append adds a row for each verdict, in their order. Charges has the schema
// schemas.Coded; sources are the names of the sources by ordinal. It copies what it
// keeps.
func (t *Determinations) Append(charges arrow.Record, sources []string, verdicts []Verdict) error {
	for i := range t.renumbered {
		clear(t.renumbered[i]) // the numbers of words are those of another batch
	}
	for len(verdicts) > 0 && t.err == nil {
		n := min(len(verdicts), pieceRows, groupRows-int(t.rows%groupRows))
		p := piece{charges: charges, sources: sources, verdicts: verdicts[:n], rows: t.rowsOf(verdicts[:n]), neighbours: neighbours(verdicts[:n])}
		t.look(p.verdicts)
		for i, c := range t.columns {
			if i, err := t.fills[i](t, c, i, &p); err != nil {
				t.fail(p.at(i, fmt.Errorf("%s: column %s: %w", t.name, c.name, err)))
			}
		}
		t.rows += int64(n)
		if t.rows%groupRows == 0 {
			t.flush()
			clear(t.said)
			for i := range t.renumbered {
				clear(t.renumbered[i])
			}
		}
		verdicts = verdicts[n:]
	}
	return t.err
}

// pieceRows is how many verdicts fill one column before the next: few enough for a processor to keep them
// near from column to column.
const pieceRows = 1024

// rowsOf are the rows of verdicts. They are good until the next call.
func (t *Determinations) rowsOf(verdicts []Verdict) []int32 {
	t.rowsAtHand = t.rowsAtHand[:0]
	for i := range verdicts {
		t.rowsAtHand = append(t.rowsAtHand, verdicts[i].Row)
	}
	return t.rowsAtHand
}

// neighbours tells whether the rows of verdicts stand one behind the other.
func neighbours(verdicts []Verdict) bool {
	for i := range verdicts {
		if verdicts[i].Row != verdicts[0].Row+int32(i) {
			return false
		}
	}
	return true
}

// look finds where the words of verdicts stand.
func (t *Determinations) look(verdicts []Verdict) {
	t.pieces = slices.Grow(t.pieces[:0], len(verdicts))
	var last *Words
	var ids *saidIDs
	for i := range verdicts {
		if w := verdicts[i].Words; w != last {
			last = w
			if ids = t.said[w]; ids == nil {
				ids = &saidIDs{words: w}
				t.said[w] = ids
			}
		}
		t.pieces = append(t.pieces, ids)
	}
}

// at adds the row of the source that an error is about.
func at(err error, source string, line int64) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: line %d: %w", source, line, err)
}

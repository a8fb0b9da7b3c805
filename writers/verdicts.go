package writers

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/schemas"
)

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

// Verdict is what was decided of one row of a batch. Words of equal pointers are
// equal.
type Verdict struct {
	Row        int32
	Words      *Words
	EligibleOn schemas.Date
	DueOn      schemas.Date

	LeavesTrue, LeavesFalse, LeavesPresumed uint64
}

// Determinations adds a row for each verdict, in their order. Charges has the schema
// schemas.Coded; sources are the names of the sources by ordinal. It copies what it
// keeps.
func (p *Part) Determinations(charges arrow.Record, sources []string, verdicts []Verdict) error {
	for i := range verdicts {
		if err := p.Determination(determinationOf(charges, sources, &verdicts[i])); err != nil {
			return err
		}
	}
	return nil
}

func determinationOf(charges arrow.Record, sources []string, v *Verdict) *Determination {
	row := int(v.Row)
	text := func(c int) string {
		if charges.Column(c).IsNull(row) {
			return ""
		}
		switch c := charges.Column(c).(type) {
		case *array.String:
			return c.Value(row)
		default:
			return c.ValueStr(row)
		}
	}
	date := func(c int) schemas.Date {
		if charges.Column(c).IsNull(row) {
			return schemas.NoDate
		}
		return schemas.Date(charges.Column(c).(*array.Date32).Value(row))
	}
	number := func(c int) int32 {
		if charges.Column(c).IsNull(row) {
			return -1
		}
		return charges.Column(c).(*array.Int32).Value(row)
	}
	small := func(c int) uint8 { return charges.Column(c).(*array.Uint8).Value(row) }
	w := v.Words
	return &Determination{
		Source: sources[charges.Column(schemas.ColSource).(*array.Uint32).Value(row)],
		Line:   charges.Column(schemas.ColLine).(*array.Int64).Value(row),
		Person: text(schemas.ColPerson), Case: text(schemas.ColCase), Charge: text(schemas.ColCharge), County: text(schemas.ColCounty),
		Statute: text(schemas.ColStatute), Description: text(schemas.ColDescription), Code: text(schemas.ColCode),
		CodeMatch: schemas.CodeMatch(small(schemas.ColCodeMatch)), Inchoate: schemas.Inchoate(small(schemas.ColInchoate)),
		Severity: schemas.Severity(small(schemas.ColSeverity)), Degree: text(schemas.ColDegree),
		Disposition: schemas.Disposition(small(schemas.ColDisposition)), DispositionText: text(schemas.ColDispositionText),
		DispositionDate: date(schemas.ColDispositionDate), OffenseDate: date(schemas.ColOffenseDate),
		ArrestDate: date(schemas.ColArrestDate), ChallengeDate: date(schemas.ColChallengeDate),
		Sentence: schemas.Sentence(small(schemas.ColSentence)), SentenceDate: date(schemas.ColSentenceDate),
		ReleaseDate: date(schemas.ColReleaseDate), SupervisionEnd: date(schemas.ColSupervisionEnd),
		MaxPenalty: number(schemas.ColMaxPenalty), TermMin: number(schemas.ColTermMin), TermMax: number(schemas.ColTermMax),
		Incarcerated: schemas.Incarceration(small(schemas.ColIncarcerated)), Restitution: schemas.Restitution(small(schemas.ColRestitution)),
		BirthDate:         date(schemas.ColBirthDate),
		Substances:        schemas.Substances(charges.Column(schemas.ColSubstances).(*array.Uint16).Value(row)),
		SubstanceEvidence: schemas.Evidence(small(schemas.ColEvidence)), NCIC: text(schemas.ColNCIC),
		VictimAge: number(schemas.ColVictimAge), VictimRelation: schemas.VictimRelation(small(schemas.ColVictimRelation)),
		Policy: w.Policy, Rule: w.Rule, Outcome: w.Outcome, RemedyFloor: w.RemedyFloor, RemedyCeiling: w.RemedyCeiling,
		LegalBasis: w.LegalBasis, Clause: w.Clause, Reason: w.Reason, Question: w.Question,
		EligibleOn: v.EligibleOn, DueOn: v.DueOn,
		LeavesTrue: v.LeavesTrue, LeavesFalse: v.LeavesFalse, LeavesPresumed: v.LeavesPresumed,
	}
}

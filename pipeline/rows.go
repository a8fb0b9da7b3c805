package pipeline

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// rows are the columns of a batch of schemas.Coded, each as what it is. Texts
// taken from them live as long as the batch.
type rows struct {
	source                                                             *array.Uint32
	line                                                               *array.Int64
	kind, severity, disposition, sentence, codeMatch, inchoate         *array.Uint8
	person, surname, givenName, docket, charge                         texts
	county, court, statute, description, degree, dispositionText, code words
	birthDate, dispositionDate, offenseDate, arrestDate, challengeDate dates
	sentenceDate, releaseDate, supervisionEnd                          dates
	maxPenalty, termMin, termMax                                       numbers
	incarcerated, restitution                                          *array.Uint8

	substances               *array.Uint16
	evidence, victimRelation *array.Uint8
	ncic                     words
	victimAge                numbers
}

func newRows(batch arrow.Record) *rows {
	column := batch.Column
	text := func(i int) texts { return texts{column(i).(*array.String)} }
	word := func(i int) words { return newWords(column(i)) }
	date := func(i int) dates { return dates{column(i).(*array.Date32)} }
	number := func(i int) numbers { return numbers{column(i).(*array.Int32)} }
	small := func(i int) *array.Uint8 { return column(i).(*array.Uint8) }
	return &rows{
		source: column(schemas.ColSource).(*array.Uint32),
		line:   column(schemas.ColLine).(*array.Int64),

		kind:        small(schemas.ColKind),
		severity:    small(schemas.ColSeverity),
		disposition: small(schemas.ColDisposition),
		sentence:    small(schemas.ColSentence),
		codeMatch:   small(schemas.ColCodeMatch),
		inchoate:    small(schemas.ColInchoate),

		person:          text(schemas.ColPerson),
		surname:         text(schemas.ColSurname),
		givenName:       text(schemas.ColGivenName),
		docket:          text(schemas.ColCase),
		charge:          text(schemas.ColCharge),
		county:          word(schemas.ColCounty),
		court:           word(schemas.ColCourt),
		statute:         word(schemas.ColStatute),
		description:     word(schemas.ColDescription),
		degree:          word(schemas.ColDegree),
		dispositionText: word(schemas.ColDispositionText),
		code:            word(schemas.ColCode),

		birthDate:       date(schemas.ColBirthDate),
		dispositionDate: date(schemas.ColDispositionDate),
		offenseDate:     date(schemas.ColOffenseDate),
		arrestDate:      date(schemas.ColArrestDate),
		challengeDate:   date(schemas.ColChallengeDate),
		sentenceDate:    date(schemas.ColSentenceDate),
		releaseDate:     date(schemas.ColReleaseDate),
		supervisionEnd:  date(schemas.ColSupervisionEnd),

		maxPenalty:   number(schemas.ColMaxPenalty),
		termMin:      number(schemas.ColTermMin),
		termMax:      number(schemas.ColTermMax),
		incarcerated: small(schemas.ColIncarcerated),
		restitution:  small(schemas.ColRestitution),

		substances:     column(schemas.ColSubstances).(*array.Uint16),
		evidence:       small(schemas.ColEvidence),
		ncic:           word(schemas.ColNCIC),
		victimAge:      number(schemas.ColVictimAge),
		victimRelation: small(schemas.ColVictimRelation),
	}
}

func (r *rows) rowKind(row int32) schemas.RowKind { return schemas.RowKind(r.kind.Value(int(row))) }

// determination is what a row itself says of its determination.
func (r *rows) determination(row int32) writers.Determination {
	return writers.Determination{
		Line:            r.line.Value(int(row)),
		Person:          r.person.text(row),
		Case:            r.docket.text(row),
		Charge:          r.charge.text(row),
		County:          r.county.text(row),
		Statute:         r.statute.text(row),
		Description:     r.description.text(row),
		Code:            r.code.text(row),
		CodeMatch:       schemas.CodeMatch(r.codeMatch.Value(int(row))),
		Inchoate:        schemas.Inchoate(r.inchoate.Value(int(row))),
		Severity:        schemas.Severity(r.severity.Value(int(row))),
		Degree:          r.degree.text(row),
		Disposition:     schemas.Disposition(r.disposition.Value(int(row))),
		DispositionText: r.dispositionText.text(row),
		DispositionDate: r.dispositionDate.date(row),
		OffenseDate:     r.offenseDate.date(row),
		ArrestDate:      r.arrestDate.date(row),
		ChallengeDate:   r.challengeDate.date(row),
		Sentence:        schemas.Sentence(r.sentence.Value(int(row))),
		SentenceDate:    r.sentenceDate.date(row),
		ReleaseDate:     r.releaseDate.date(row),
		SupervisionEnd:  r.supervisionEnd.date(row),
		MaxPenalty:      r.maxPenalty.number(row),
		TermMin:         r.termMin.number(row),
		TermMax:         r.termMax.number(row),
		Incarcerated:    schemas.Incarceration(r.incarcerated.Value(int(row))),
		Restitution:     schemas.Restitution(r.restitution.Value(int(row))),
		BirthDate:       r.birthDate.date(row),

		Substances:        schemas.Substances(r.substances.Value(int(row))),
		SubstanceEvidence: schemas.Evidence(r.evidence.Value(int(row))),
		NCIC:              r.ncic.text(row),
		VictimAge:         r.victimAge.number(row),
		VictimRelation:    schemas.VictimRelation(r.victimRelation.Value(int(row))),
	}
}

// texts is a column of strings.
type texts struct{ *array.String }

func (t texts) known(row int32) bool { return t.IsValid(int(row)) }

// text is the value, empty where it is null.
func (t texts) text(row int32) string {
	if t.IsNull(int(row)) {
		return ""
	}
	return t.Value(int(row))
}

// words is a column of words.
type words struct {
	numbers *array.Int32
	list    *array.String
}

func newWords(column arrow.Array) words {
	c := column.(*array.Dictionary)
	return words{c.Indices().(*array.Int32), c.Dictionary().(*array.String)}
}

func (w words) known(row int32) bool { return w.numbers.IsValid(int(row)) }

// text is the value, empty where it is null.
func (w words) text(row int32) string {
	if !w.known(row) {
		return ""
	}
	return w.list.Value(int(w.numbers.Value(int(row))))
}

// dates is a column of dates.
type dates struct{ *array.Date32 }

func (d dates) date(row int32) schemas.Date {
	if d.IsNull(int(row)) {
		return schemas.NoDate
	}
	return schemas.Date(d.Value(int(row)))
}

// numbers is a column of whole numbers.
type numbers struct{ *array.Int32 }

func (n numbers) number(row int32) int32 {
	if n.IsNull(int(row)) {
		return evaluate.NoNumber
	}
	return n.Value(int(row))
}

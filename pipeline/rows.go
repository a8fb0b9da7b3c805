package pipeline

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
)

// rows are the columns of a batch of schemas.Coded, each as what it is. Texts
// taken from them live as long as the batch.
type rows struct {
	batch                                                                                     arrow.Record
	source                                                                                    *array.Uint32
	line                                                                                      *array.Int64
	kind, severity, disposition, sentence, codeMatch, inchoate                                *array.Uint8
	person, surname, givenName, docket, charge                                                texts
	county, court, agency, transferredTo, statute, description, degree, dispositionText, code words
	partly                                                                                    words
	listed                                                                                    words // code, asked for what the tables know of it
	birthDate, dispositionDate, offenseDate, arrestDate, challengeDate                        dates
	sentenceDate, releaseDate, supervisionEnd                                                 dates
	maxPenalty, termMin, termMax                                                              numbers
	incarcerated, restitution                                                                 *array.Uint8

	substances               *array.Uint16
	evidence, victimRelation *array.Uint8
	ncic                     words
	victimAge                numbers

	standings *link.Standings // nil where all rows are in force
}

func newRows(batch arrow.Record) *rows {
	column := batch.Column
	text := func(i int) texts { return newTexts(column(i)) }
	word := func(i int) words { return newWords(column(i)) }
	date := func(i int) dates { return dates{schemas.ValidOf(column(i)), column(i).(*array.Date32).Date32Values()} }
	number := func(i int) numbers {
		return numbers{schemas.ValidOf(column(i)), column(i).(*array.Int32).Int32Values()}
	}
	small := func(i int) *array.Uint8 { return column(i).(*array.Uint8) }
	return &rows{
		batch:  batch,
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
		agency:          word(schemas.ColAgency),
		transferredTo:   word(schemas.ColTransferredTo),
		statute:         word(schemas.ColStatute),
		description:     word(schemas.ColDescription),
		degree:          word(schemas.ColDegree),
		dispositionText: word(schemas.ColDispositionText),
		code:            word(schemas.ColCode),
		listed:          word(schemas.ColCode),
		partly:          word(schemas.ColPartialDates),

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

// texts is a column of strings.
type texts struct {
	schemas.Valid
	list *array.String
}

func newTexts(column arrow.Array) texts {
	return texts{schemas.ValidOf(column), column.(*array.String)}
}

// text is the value, empty where it is null.
func (t *texts) text(row int32) string {
	if !t.Has(row) {
		return ""
	}
	return t.list.Value(int(row))
}

// words is a column of words.
type words struct {
	schemas.Valid
	numbers []int32
	list    *array.String
	memo    []int32 // by one more than the number of the word, null first: one more than what remember returned, 0 where it was not asked
	counts  []int64 // rows that were counted, by the same
}

func newWords(column arrow.Array) words {
	c := column.(*array.Dictionary)
	numbers, list := c.Indices().(*array.Int32), c.Dictionary().(*array.String)
	return words{
		Valid: schemas.ValidOf(numbers), numbers: numbers.Int32Values(), list: list,
		memo: make([]int32, list.Len()+1), counts: make([]int64, list.Len()+1),
	}
}

// number is the number of the word, -1 where it is null. Equal words of a batch have
// equal numbers.
func (w *words) number(row int32) int32 {
	if !w.Has(row) {
		return -1
	}
	return w.numbers[row]
}

// count counts a row.
func (w *words) count(row int32) { w.counts[w.number(row)+1]++ }

// remember is what of said of the word, which it is asked once. It is not negative.
func (w *words) remember(row int32, of func(word string, known bool) int32) int32 {
	number := w.number(row)
	if w.memo[number+1] == 0 {
		w.memo[number+1] = 1 + of(w.word(number), number >= 0)
	}
	return w.memo[number+1] - 1
}

// text is the value, empty where it is null.
func (w *words) text(row int32) string { return w.word(w.number(row)) }

func (w *words) word(number int32) string {
	if number < 0 {
		return ""
	}
	return w.list.Value(int(number))
}

// dates is a column of dates.
type dates struct {
	schemas.Valid
	days []arrow.Date32
}

func (d *dates) date(row int32) schemas.Date {
	if !d.Has(row) {
		return schemas.NoDate
	}
	return schemas.Date(d.days[row])
}

// numbers is a column of whole numbers.
type numbers struct {
	schemas.Valid
	values []int32
}

func (n *numbers) number(row int32) int32 {
	if !n.Has(row) {
		return evaluate.NoNumber
	}
	return n.values[row]
}

package readers

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// fieldColumns is the column of schemas.Charges that each field fills; the
// disposition fills its text as well.
var fieldColumns = [fieldCount]int{
	fieldPerson: schemas.ColPerson, fieldSurname: schemas.ColSurname, fieldGivenName: schemas.ColGivenName,
	fieldBirthDate: schemas.ColBirthDate, fieldCase: schemas.ColCase,
	fieldCharge: schemas.ColCharge, fieldCounty: schemas.ColCounty, fieldCourt: schemas.ColCourt,
	fieldAgency: schemas.ColAgency, fieldStatute: schemas.ColStatute, fieldDescription: schemas.ColDescription,
	fieldDegree: schemas.ColDegree, fieldSeverity: schemas.ColSeverity, fieldDisposition: schemas.ColDisposition,
	fieldDispositionDate: schemas.ColDispositionDate, fieldOffenseDate: schemas.ColOffenseDate,
	fieldArrestDate: schemas.ColArrestDate, fieldSentence: schemas.ColSentence, fieldChallengeDate: schemas.ColChallengeDate,
	fieldSentenceDate: schemas.ColSentenceDate, fieldReleaseDate: schemas.ColReleaseDate,
	fieldSupervisionEnd: schemas.ColSupervisionEnd, fieldMaxPenalty: schemas.ColMaxPenalty,
	fieldTermMin: schemas.ColTermMin, fieldTermMax: schemas.ColTermMax,
	fieldIncarcerated: schemas.ColIncarcerated, fieldRestitution: schemas.ColRestitution,
	fieldSubstances: schemas.ColSubstances, fieldEvidence: schemas.ColEvidence, fieldNCIC: schemas.ColNCIC,
	fieldVictimAge: schemas.ColVictimAge, fieldVictimRelation: schemas.ColVictimRelation,
}

// builder collects rows as columns. It keeps the builder of each column under
// its type, so that a row costs no type assertion.
type builder struct {
	record  *array.RecordBuilder
	source  *array.Uint32Builder
	line    *array.Int64Builder
	kind    *array.Uint8Builder
	raw     textBuilder // disposition as written
	texts   [fieldCount]textBuilder
	dates   [fieldCount]*array.Date32Builder
	numbers [fieldCount]*array.Int32Builder
	classes [fieldCount]*array.Uint8Builder
	sets    *array.Uint16Builder // substances
}

// textBuilder builds a column of strings or of words.
type textBuilder interface {
	Append(v []byte)
	AppendNull()
}

// wordBuilder is a textBuilder of words.
type wordBuilder struct{ *array.BinaryDictionaryBuilder }

func (b wordBuilder) Append(v []byte) {
	if err := b.BinaryDictionaryBuilder.Append(v); err != nil {
		panic(err) // of a value of another type
	}
}

func newBuilder(mem memory.Allocator) *builder {
	rec := array.NewRecordBuilder(mem, schemas.Charges)
	b := &builder{
		record: rec,
		source: rec.Field(schemas.ColSource).(*array.Uint32Builder),
		line:   rec.Field(schemas.ColLine).(*array.Int64Builder),
		kind:   rec.Field(schemas.ColKind).(*array.Uint8Builder),
		sets:   rec.Field(schemas.ColSubstances).(*array.Uint16Builder),
		raw:    wordBuilder{rec.Field(schemas.ColDispositionText).(*array.BinaryDictionaryBuilder)},
	}
	for id, col := range fieldColumns {
		switch c := rec.Field(col).(type) {
		case *array.StringBuilder:
			b.texts[id] = c.BinaryBuilder
		case *array.BinaryDictionaryBuilder:
			b.texts[id] = wordBuilder{c}
		case *array.Date32Builder:
			b.dates[id] = c
		case *array.Int32Builder:
			b.numbers[id] = c
		case *array.Uint8Builder:
			b.classes[id] = c
		}
	}
	return b
}

// reserve makes room for a batch of n rows.
func (b *builder) reserve(n int) { b.record.Reserve(n) }

// batch returns the rows collected, and is empty again.
func (b *builder) batch() arrow.Record { return b.record.NewRecord() }

func (b *builder) begin(source uint32, line int64, kind schemas.RowKind) {
	b.source.Append(source)
	b.line.Append(line)
	b.kind.Append(uint8(kind))
}

// incomplete adds a row that stands for one that could not be read: nothing is
// known of it but its person.
func (b *builder) incomplete(source uint32, line int64, person []byte) {
	b.begin(source, line, schemas.RowIncomplete)
	b.raw.AppendNull()
	for id := range fieldCount {
		switch {
		case id == fieldPerson:
			b.texts[id].Append(person)
		case b.texts[id] != nil:
			b.texts[id].AppendNull()
		case b.dates[id] != nil:
			b.dates[id].AppendNull()
		case b.numbers[id] != nil:
			b.numbers[id].AppendNull()
		case id == fieldSubstances:
			b.sets.Append(0)
		default:
			b.classes[id].Append(0)
		}
	}
}

func (b *builder) text(id fieldID, v []byte) {
	if v == nil {
		b.texts[id].AppendNull()
		return
	}
	b.texts[id].Append(v)
}

func (b *builder) date(id fieldID, d schemas.Date) {
	if !d.Known() {
		b.dates[id].AppendNull()
		return
	}
	b.dates[id].Append(arrow.Date32(d))
}

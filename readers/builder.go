package readers

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/schemas"
)

// fieldColumns is the column of schemas.Charges that each field fills; the
// disposition fills its text as well.
var fieldColumns = [fieldCount]int{
	fieldPerson: schemas.ColPerson, fieldSurname: schemas.ColSurname, fieldGivenName: schemas.ColGivenName,
	fieldBirthDate: schemas.ColBirthDate, fieldCase: schemas.ColCase,
	fieldCharge: schemas.ColCharge, fieldCounty: schemas.ColCounty, fieldCourt: schemas.ColCourt,
	fieldAgency: schemas.ColAgency, fieldTransferredTo: schemas.ColTransferredTo, fieldStatute: schemas.ColStatute, fieldDescription: schemas.ColDescription,
	fieldDegree: schemas.ColDegree, fieldSeverity: schemas.ColSeverity, fieldDisposition: schemas.ColDisposition,
	fieldDispositionDate: schemas.ColDispositionDate, fieldOffenseDate: schemas.ColOffenseDate,
	fieldArrestDate: schemas.ColArrestDate, fieldSentence: schemas.ColSentence, fieldChallengeDate: schemas.ColChallengeDate,
	fieldSentenceDate: schemas.ColSentenceDate, fieldReleaseDate: schemas.ColReleaseDate,
	fieldSupervisionEnd: schemas.ColSupervisionEnd, fieldMaxPenalty: schemas.ColMaxPenalty,
	fieldTermMin: schemas.ColTermMin, fieldTermMax: schemas.ColTermMax,
	fieldIncarcerated: schemas.ColIncarcerated, fieldRestitution: schemas.ColRestitution,
	fieldSubstances: schemas.ColSubstances, fieldEvidence: schemas.ColEvidence, fieldNCIC: schemas.ColNCIC,
	fieldVictimAge: schemas.ColVictimAge, fieldVictimRelation: schemas.ColVictimRelation,
	fieldVersion: schemas.ColVersion,
}

// builder collects rows as columns, whose buffers it hands over as they are. A field
// that the layout does not have costs nothing: its columns of nulls share one.
type builder struct {
	source  uint32
	known   *Words
	rows    int
	room    int // rows that the next batch is made for
	lines   []int64
	kinds   []uint8
	texts   [fieldCount]*textColumn
	words   [fieldCount]*wordColumn
	raw     *wordColumn // disposition as written
	dates   [fieldCount]*fixedColumn[arrow.Date32]
	numbers [fieldCount]*fixedColumn[int32]
	classes [fieldCount]*[]uint8
	sets    []uint16    // substances; nil where the layout has none
	partly  *wordColumn // dates that lack a part; nil until there is one
	version *fixedColumn[int64]
	digests *fixedColumn[uint64] // of rows; nil where repetitions are not looked for
	nothing []byte               // zeroes
	twins   []twin
}

// twin is a field of words whose column is that of a field before it.
type twin struct{ id, of fieldID }

// twinOf is the first field of words before one that is the same on every row, and whether there is one.
func (l *Layout) twinOf(id fieldID) (fieldID, bool) {
	for of := range id {
		words := schemas.Charges.Field(fieldColumns[of]).Type.ID() == arrow.DICTIONARY
		if words && l.has(of) && l.fields[id].equals(&l.fields[of]) {
			return of, true
		}
	}
	return 0, false
}

// textColumn is a column of strings.
type textColumn struct {
	validity
	ends []int32 // after a 0
	text []byte
}

// wordColumn is a column of words, whose list goes on from batch to batch, and from range to range.
type wordColumn struct {
	validity
	*lexicon
	numbers []int32
}

// fixedColumn is a column of values of one size.
type fixedColumn[T any] struct {
	validity
	values []T
}

// newBuilder builds the columns of the fields that a layout has, in batches of rows.
func newBuilder(source uint32, l *Layout, known *Words, rows int) *builder {
	b := &builder{source: source, known: known, room: rows}
	for id := range fieldCount {
		if !l.has(id) {
			continue
		}
		switch schemas.Charges.Field(fieldColumns[id]).Type.ID() { //nolint:exhaustive // of Charges
		case arrow.STRING:
			b.texts[id] = &textColumn{}
		case arrow.DICTIONARY:
			if of, ok := l.twinOf(id); ok {
				b.twins = append(b.twins, twin{id, of})
				continue
			}
			b.words[id] = &wordColumn{lexicon: next(&known.columns[id], mostWords)}
		case arrow.DATE32:
			b.dates[id] = &fixedColumn[arrow.Date32]{}
		case arrow.INT32:
			b.numbers[id] = &fixedColumn[int32]{}
		case arrow.INT64:
			b.version = &fixedColumn[int64]{}
		case arrow.UINT16:
			b.sets = []uint16{}
		default:
			b.classes[id] = &[]uint8{}
		}
	}
	if l.has(fieldDisposition) {
		b.raw = &wordColumn{lexicon: next(&known.raw, memoLimit)} // of more, classes are not remembered
	}
	if l.repeats != repeatsUnknown {
		b.digests = &fixedColumn[uint64]{}
	}
	return b
}

// makeRoom makes room for the rows of a batch.
func (b *builder) makeRoom() {
	rows := b.room
	b.lines, b.kinds = make([]int64, 0, rows), make([]uint8, 0, rows)
	for id := range fieldCount {
		switch {
		case b.texts[id] != nil:
			b.texts[id].ends = append(make([]int32, 0, rows+1), 0)
			b.texts[id].text = make([]byte, 0, b.known.texts[id].of(rows))
		case b.words[id] != nil:
			b.words[id].numbers = make([]int32, 0, rows)
		case b.dates[id] != nil:
			b.dates[id].values = make([]arrow.Date32, 0, rows)
		case b.numbers[id] != nil:
			b.numbers[id].values = make([]int32, 0, rows)
		case b.classes[id] != nil:
			*b.classes[id] = make([]uint8, 0, rows)
		}
	}
	if b.version != nil {
		b.version.values = make([]int64, 0, rows)
	}
	if b.sets != nil {
		b.sets = make([]uint16, 0, rows)
	}
	if b.raw != nil {
		b.raw.numbers = make([]int32, 0, rows)
	}
	if b.digests != nil {
		b.digests.values = make([]uint64, 0, rows)
	}
}

// textSize is how long the texts of a column were in the batch before.
type textSize struct{ bytes, rows int }

// of is room for as many texts, and a little more.
func (s textSize) of(rows int) int {
	if s.rows == 0 {
		return textBytes * rows
	}
	return (s.bytes + s.bytes/16) * rows / s.rows
}

// textBytes is room for a text such as a docket.
const textBytes = 12

// begin begins a row; a call for each field that the layout has follows.
func (b *builder) begin(line int64, kind schemas.RowKind) {
	if b.rows == 0 {
		b.makeRoom()
	}
	b.rows++
	b.lines = append(b.lines, line)
	b.kinds = append(b.kinds, uint8(kind))
}

// incomplete adds a row that stands for one that could not be read: nothing is
// known of it but its person.
func (b *builder) incomplete(line int64, person []byte) {
	b.begin(line, schemas.RowIncomplete)
	if b.raw != nil {
		b.raw.add(nil)
	}
	if b.digests != nil {
		b.digests.add(0, false)
	}
	for id := range fieldCount {
		switch {
		case id == fieldPerson && b.texts[id] != nil:
			b.texts[id].add(person)
		case b.texts[id] != nil:
			b.texts[id].add(nil)
		case b.words[id] != nil:
			b.words[id].add(nil)
		case b.dates[id] != nil:
			b.dates[id].add(0, false)
		case b.numbers[id] != nil:
			b.numbers[id].add(0, false)
		case b.classes[id] != nil:
			b.class(id, 0)
		case id == fieldVersion && b.version != nil:
			b.version.add(0, false)
		case id == fieldSubstances && b.sets != nil:
			b.sets = append(b.sets, 0)
		}
	}
}

// addPartly adds the dates that lack a part of the row at hand. Those of most extracts lack
// none, so rows before it are caught up with.
func (b *builder) addPartly(text []byte) {
	if b.partly == nil {
		b.partly = &wordColumn{lexicon: newLexicon(), numbers: make([]int32, 0, b.room)}
	}
	for len(b.partly.numbers) < b.rows-1 {
		b.partly.add(nil)
	}
	b.partly.add(text)
}

func (b *builder) class(id fieldID, v uint8) { *b.classes[id] = append(*b.classes[id], v) }

func (c *textColumn) add(v []byte) {
	c.validity.add(v != nil)
	c.text = append(c.text, v...)
	c.ends = append(c.ends, int32(len(c.text))) //nolint:gosec // a batch is shorter
}

// add adds a word, and returns its number; -1 for null.
func (c *wordColumn) add(v []byte) int32 {
	if v == nil {
		c.null()
		c.numbers = append(c.numbers, 0)
		return -1
	}
	number := c.number(v)
	c.validity.add(true)
	c.numbers = append(c.numbers, number)
	return number
}

// add adds a value, which is zero where it is not valid.
func (c *fixedColumn[T]) add(v T, valid bool) {
	c.validity.add(valid)
	if !valid {
		var none T
		v = none
	}
	c.values = append(c.values, v)
}

// batch returns the rows collected, and is empty again.
func (b *builder) batch() arrow.Record {
	rows := b.rows
	columns := make([]arrow.Array, schemas.Charges.NumFields())
	for i, field := range schemas.Charges.Fields() {
		columns[i] = b.absent(field.Type)
	}
	set := func(at int, column arrow.Array) {
		columns[at].Release()
		columns[at] = column
	}
	set(schemas.ColSource, newArray(arrow.PrimitiveTypes.Uint32, rows, 0, nil,
		arrow.Uint32Traits.CastToBytes(slices.Repeat([]uint32{b.source}, rows))))
	set(schemas.ColLine, newArray(arrow.PrimitiveTypes.Int64, rows, 0, nil, arrow.Int64Traits.CastToBytes(take(&b.lines))))
	set(schemas.ColKind, newArray(arrow.PrimitiveTypes.Uint8, rows, 0, nil, take(&b.kinds)))
	for id, at := range fieldColumns {
		switch {
		case b.texts[id] != nil:
			b.known.texts[id] = textSize{len(b.texts[id].text), rows}
			set(at, b.texts[id].array(rows))
		case b.words[id] != nil:
			set(at, b.words[id].array())
		case b.dates[id] != nil:
			c := b.dates[id]
			valid, nulls := c.take()
			set(at, newArray(arrow.FixedWidthTypes.Date32, rows, nulls, valid, arrow.Date32Traits.CastToBytes(take(&c.values))))
		case b.numbers[id] != nil:
			c := b.numbers[id]
			valid, nulls := c.take()
			set(at, newArray(arrow.PrimitiveTypes.Int32, rows, nulls, valid, arrow.Int32Traits.CastToBytes(take(&c.values))))
		case b.classes[id] != nil:
			set(at, newArray(arrow.PrimitiveTypes.Uint8, rows, 0, nil, take(b.classes[id])))
		case fieldID(id) == fieldSubstances && b.sets != nil:
			set(at, newArray(arrow.PrimitiveTypes.Uint16, rows, 0, nil, arrow.Uint16Traits.CastToBytes(take(&b.sets))))
		}
	}
	for _, t := range b.twins {
		column := columns[fieldColumns[t.of]]
		column.Retain()
		set(fieldColumns[t.id], column)
	}
	if b.raw != nil {
		set(schemas.ColDispositionText, b.raw.array())
	}
	if b.partly != nil {
		for len(b.partly.numbers) < rows {
			b.partly.add(nil)
		}
		set(schemas.ColPartialDates, b.partly.array())
	}
	if c := b.version; c != nil {
		valid, nulls := c.take()
		set(schemas.ColVersion, newArray(arrow.PrimitiveTypes.Int64, rows, nulls, valid, arrow.Int64Traits.CastToBytes(take(&c.values))))
	}
	if c := b.digests; c != nil {
		valid, nulls := c.take()
		set(schemas.ColDigest, newArray(arrow.PrimitiveTypes.Uint64, rows, nulls, valid, arrow.Uint64Traits.CastToBytes(take(&c.values))))
	}
	b.rows, b.room = 0, sizeFor(rows)
	batch := array.NewRecord(schemas.Charges, columns, int64(rows))
	for _, column := range columns {
		column.Release() // the record holds its own reference
	}
	return batch
}

// take hands a slice over.
func take[T any](s *[]T) []T {
	taken := *s
	*s = []T{}
	return taken
}

func (c *textColumn) array(rows int) arrow.Array {
	valid, nulls := c.take()
	if rows == 0 {
		c.ends = append(c.ends[:0], 0)
	}
	return newArray(arrow.BinaryTypes.String, rows, nulls, valid, arrow.Int32Traits.CastToBytes(take(&c.ends)), take(&c.text))
}

func (c *wordColumn) array() arrow.Array {
	rows := len(c.numbers)
	valid, nulls := c.take()
	numbers := newArray(arrow.PrimitiveTypes.Int32, rows, nulls, valid, arrow.Int32Traits.CastToBytes(take(&c.numbers)))
	words := c.words()
	defer numbers.Release()
	defer words.Release()
	return array.NewDictionaryArray(schemas.Words, numbers, words)
}

// absent is a column without a value in any row: of nulls, or of zeroes where it may
// not be null.
func (b *builder) absent(of arrow.DataType) arrow.Array {
	rows := b.rows
	if need := 8 * (rows + 1); len(b.nothing) < need {
		b.nothing = make([]byte, need)
	}
	bitmap := b.nothing[:rows/8+1]
	switch of.ID() { //nolint:exhaustive // of Charges
	case arrow.STRING:
		return newArray(of, rows, rows, bitmap, b.nothing[:4*(rows+1)], b.nothing[:0])
	case arrow.DICTIONARY:
		numbers := newArray(arrow.PrimitiveTypes.Int32, rows, rows, bitmap, b.nothing[:4*rows])
		words := newArray(arrow.BinaryTypes.String, 0, 0, nil, b.nothing[:4], b.nothing[:0])
		defer numbers.Release()
		defer words.Release()
		return array.NewDictionaryArray(schemas.Words, numbers, words)
	case arrow.DATE32, arrow.INT32, arrow.INT64, arrow.UINT64:
		return newArray(of, rows, rows, bitmap, b.nothing[:rows*of.(arrow.FixedWidthDataType).BitWidth()/8])
	default:
		return newArray(of, rows, 0, nil, b.nothing[:rows*of.(arrow.FixedWidthDataType).BitWidth()/8])
	}
}

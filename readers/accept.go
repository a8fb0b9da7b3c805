package readers

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/cespare/xxhash/v2"

	"github.com/clearsweep/clearsweep/schemas"
)

// step is how a field of a row gets into its column.
type step struct {
	id    fieldID
	kind  stepKind
	plain int // column of the layout that is the field as it is; -1 where there is more to it
	*field
	text *textColumn                // of a stepText
	word *wordColumn                // of a stepWord
	day  *fixedColumn[arrow.Date32] // of a stepDate
}

// stepKind says what a step does with the text of its field; those behind stepPerson look for it
// themselves.
type stepKind uint8

const (
	stepText stepKind = iota
	stepWord
	stepDate
	stepClass
	stepNumber
	stepPerson
	stepSubstances
	stepEvidence
	stepVersion
)

// stepsOf are the steps of the fields that a layout has, to the columns of a builder.
func stepsOf(l *Layout, b *builder) []step {
	steps := make([]step, 0, len(l.present))
	for _, id := range l.present {
		if slices.ContainsFunc(b.twins, func(t twin) bool { return t.id == id }) {
			continue
		}
		f := &l.fields[id]
		s := step{id: id, plain: f.plain, field: f, text: b.texts[id], word: b.words[id], day: b.dates[id]}
		switch {
		case id == fieldPerson:
			s.kind = stepPerson
		case id == fieldSubstances:
			s.kind = stepSubstances
		case id == fieldEvidence:
			s.kind = stepEvidence
		case id == fieldVersion:
			s.kind = stepVersion
		case f.dates != nil:
			s.kind = stepDate
		case f.classes != nil:
			s.kind = stepClass
		case id.holdsNumber():
			s.kind = stepNumber
		case s.word != nil:
			s.kind = stepWord
		}
		steps = append(steps, s)
	}
	return steps
}

// accept adds a sound row to the batch.
func (in *reader) accept(kind schemas.RowKind) {
	in.out.Rows.Accepted++
	if kind&schemas.RowCharge != 0 {
		in.out.ChargeRows++
	} else {
		in.out.FactRows++
	}
	if in.lesser && in.row.lesserKey() {
		kind |= schemas.RowLesserKey
	}
	in.builder.begin(in.raw.line, kind)
	in.partly = in.partly[:0]
	if in.layout.repeats != repeatsUnknown {
		in.builder.digests.add(in.rowDigest(), true)
	}
	for i := range in.steps {
		s := &in.steps[i]
		v, column := []byte(nil), s.plain
		if column >= 0 {
			v = in.row.values[column]
		} else if s.kind <= stepPerson {
			v, column = in.row.textOf(s.field)
		}
		switch s.kind {
		case stepText:
			s.text.add(v)
		case stepWord:
			s.word.add(v)
		case stepDate:
			in.addDate(s, v, column)
		case stepClass:
			in.addClass(s, v, column)
		case stepNumber:
			in.addNumber(s.id, v, column)
		case stepPerson:
			in.addPerson(s.field, v)
		case stepSubstances:
			in.addSubstances(s.field)
		case stepEvidence:
			in.addEvidence(s.field)
		case stepVersion:
			in.addVersion(s.field)
		}
	}
	if len(in.partly) > 0 {
		in.builder.addPartly(in.partly)
	}
}

func (in *reader) addPerson(f *field, v []byte) {
	if v != nil && !in.usable(f, v) {
		v = nil
	}
	if v == nil {
		in.out.Unkeyed++
		if len(f.from) > 0 { // else the layout says that there are none
			in.rejectValue(schemas.FieldPersonKey, f.from[0].column)
		}
	}
	in.builder.texts[fieldPerson].add(v)
}

// usable is row.usable, which is asked once of neighbours that are alike.
func (in *reader) usable(f *field, v []byte) bool {
	last := &in.lastKey
	if !bytes.Equal(last.text, v) {
		last.text = append(last.text[:0], v...)
		last.usable = in.row.usable(f, v, in.raw.in.ascii && f.plain >= 0)
	}
	return last.usable
}

// lastPerson is the key of a person that was read last, and whether it is one.
type lastPerson struct {
	text   []byte
	usable bool
}

func (in *reader) addDate(s *step, v []byte, column int) {
	if v == nil {
		s.day.add(0, false)
		return
	}
	if date, ok := s.dates.quick(v); ok {
		s.day.add(arrow.Date32(date), true)
		return
	}
	last := &in.lastDates[s.id]
	if !bytes.Equal(last.text, v) {
		last.text = append(last.text[:0], v...)
		last.date, last.reads = s.dates.read(v)
	}
	date := last.date
	switch last.reads {
	case partialYear, partialMonth:
		in.rejectValue(schemas.FieldPartialDate, column)
		in.addPartly(s.id, date, last.reads)
		date = schemas.NoDate
	case noDate:
		in.rejectValue(schemas.FieldDate, column)
	case wholeDate, sentinelDate:
	}
	s.day.add(arrow.Date32(date), date.Known())
}

// addPartly notes what is known of a date that lacks its day.
func (in *reader) addPartly(id fieldID, first schemas.Date, reads dateReading) {
	if len(in.partly) > 0 {
		in.partly = append(in.partly, "; "...)
	}
	const year, month = len("2006"), len("2006-01")
	known := year
	if reads == partialMonth {
		known = month
	}
	in.partly = append(in.partly, fieldNames[id]...)
	in.partly = append(in.partly, ' ')
	in.partly = append(in.partly, first.String()[:known]...)
}

// lastDate is what the text of a date field was that was read last: neighbours are
// often alike.
type lastDate struct {
	text  []byte
	date  schemas.Date
	reads dateReading
}

func (in *reader) addNumber(id fieldID, v []byte, column int) {
	if v == nil {
		in.builder.numbers[id].add(0, false)
		return
	}
	n, ok := parseNumber(v)
	if !ok || id == fieldVictimAge && n > schemas.OldestVictim {
		in.rejectValue(schemas.FieldNumber, column)
		ok = false
	}
	in.builder.numbers[id].add(n, ok)
}

// addVersion adds what tells the versions of a charge apart: a day, or a whole number.
func (in *reader) addVersion(f *field) {
	v, column := in.row.text(f)
	version, ok := int64(0), false
	switch {
	case v == nil:
	case f.dates != nil:
		date, reads := f.dates.read(v)
		version, ok = int64(date), reads == wholeDate
		if !ok && reads != sentinelDate {
			in.rejectValue(schemas.FieldDate, column)
		}
	default:
		if version, ok = parseVersion(v); !ok {
			in.rejectValue(schemas.FieldNumber, column)
		}
	}
	in.builder.version.add(version, ok)
}

// versionDigits are as many as an int64 always holds.
const versionDigits = 18

// parseVersion reads a whole number of at most versionDigits digits.
func parseVersion(v []byte) (n int64, ok bool) {
	if len(v) == 0 || len(v) > versionDigits {
		return 0, false
	}
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// rowDigest is a hash of the row as written; of a row that is spread over
// records, of the columns that are read.
func (in *reader) rowDigest() uint64 {
	if in.assembly == nil {
		return xxhash.Sum64(in.raw.text)
	}
	in.hash.Reset()
	for _, c := range in.layout.used {
		v := in.row.values[c]
		var size [9]byte
		binary.LittleEndian.PutUint64(size[:], uint64(len(v)))
		if v != nil {
			size[8] = 1
		}
		_, _ = in.hash.Write(size[:])
		_, _ = in.hash.Write(v)
	}
	return in.hash.Sum64()
}

// maxNumber is more days than anybody is sentenced to.
const maxNumber = 10_000_000

// parseNumber reads a whole number from 0 to maxNumber.
func parseNumber(v []byte) (int32, bool) {
	n := int32(0)
	for _, c := range v {
		if c < '0' || c > '9' || n > maxNumber/10 {
			return 0, false
		}
		n = n*10 + int32(c-'0')
	}
	return n, len(v) > 0 && n <= maxNumber
}

func (in *reader) addClass(s *step, v []byte, column int) {
	number := int32(-1)
	if s.id == fieldDisposition {
		number = in.builder.raw.add(v)
	}
	in.builder.class(s.id, in.class(s.id, s.field, v, column, number))
}

// class is the value of a text of a class field. Its number is that of the text among
// those of a column of words, or -1.
func (in *reader) class(id fieldID, f *field, v []byte, column int, number int32) uint8 {
	if v == nil {
		return f.classes.ofBlank(in.row)
	}
	memo := &in.memos[id]
	if number < 0 && memo.texts.len() < memoLimit {
		number = memo.texts.number(v)
	}
	known := memo.of(number)
	if !known.asked {
		in.upper = appendFolded(in.upper[:0], v)
		known.value, known.ok = f.classes.find(in.upper)
		known.asked = true
	}
	if !known.ok {
		in.rejectValue(schemas.FieldUnmapped, column)
		in.out.unmapped(in.layout.columns[column].name, v)
	}
	return known.value
}

package readers

import (
	"bytes"

	"github.com/clearsweep/clearsweep/schemas"
)

// accept adds a sound row to the batch.
func (in *reader) accept(kind schemas.RowKind) {
	in.out.Rows.Accepted++
	if kind&schemas.RowCharge != 0 {
		in.out.ChargeRows++
	} else {
		in.out.FactRows++
	}
	in.builder.begin(in.raw.line, kind)
	for _, id := range in.layout.present {
		f := &in.layout.fields[id]
		switch {
		case id == fieldPerson:
			in.addPerson(f)
		case id == fieldSubstances:
			in.addSubstances(f)
		case id == fieldEvidence:
			in.addEvidence(f)
		case f.dates != nil:
			in.addDate(id, f)
		case f.classes != nil:
			in.addClass(id, f)
		case id.holdsNumber():
			in.addNumber(id, f)
		default:
			v, _ := in.row.text(f)
			in.builder.text(id, v)
		}
	}
}

func (in *reader) addPerson(f *field) {
	v := in.row.person()
	if v == nil {
		in.out.Unkeyed++
		if len(f.from) > 0 { // else the layout says that there are none
			in.rejectValue(schemas.FieldPersonKey, f.from[0].column)
		}
	}
	in.builder.text(fieldPerson, v)
}

func (in *reader) addDate(id fieldID, f *field) {
	v, column := in.row.text(f)
	if v == nil {
		in.builder.date(id, schemas.NoDate)
		return
	}
	last := &in.lastDates[id]
	if !bytes.Equal(last.text, v) {
		last.text = append(last.text[:0], v...)
		last.date, last.reads = f.dates.read(v)
	}
	switch last.reads {
	case partialDate:
		in.rejectValue(schemas.FieldPartialDate, column)
	case noDate:
		in.rejectValue(schemas.FieldDate, column)
	case wholeDate, sentinelDate:
	}
	in.builder.date(id, last.date)
}

// lastDate is what the text of a date field was that was read last: neighbours are
// often alike.
type lastDate struct {
	text  []byte
	date  schemas.Date
	reads dateReading
}

func (in *reader) addNumber(id fieldID, f *field) {
	v, column := in.row.text(f)
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

func (in *reader) addClass(id fieldID, f *field) {
	v, column := in.row.text(f)
	number := int32(-1)
	if id == fieldDisposition {
		number = in.builder.raw.add(v)
	}
	in.builder.class(id, in.class(id, f, v, column, number))
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

package readers

import "github.com/clearsweep/clearsweep/schemas"

// accept adds a sound row to the batch.
func (in *reader) accept(kind schemas.RowKind) {
	in.out.Rows.Accepted++
	if kind&schemas.RowCharge != 0 {
		in.out.ChargeRows++
	} else {
		in.out.FactRows++
	}
	in.builder.begin(in.src, in.raw.line, kind)
	for id := range fieldCount {
		f := &in.layout.fields[id]
		switch {
		case id == fieldPerson:
			in.addPerson(f)
		case id == fieldSubstances:
			in.addSubstances(f)
		case id == fieldEvidence:
			in.addEvidence(f)
		case f.from == nil && f.constant == nil:
			in.addNothing(id)
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

// addNothing adds a field that the layout does not have.
func (in *reader) addNothing(id fieldID) {
	switch {
	case id.holdsDate():
		in.builder.date(id, schemas.NoDate)
	case id.holdsClass():
		in.builder.classes[id].Append(0)
	case id.holdsNumber():
		in.builder.numbers[id].AppendNull()
	default:
		in.builder.text(id, nil)
	}
}

func (in *reader) addDate(id fieldID, f *field) {
	v, column := in.row.text(f)
	if v == nil {
		in.builder.date(id, schemas.NoDate)
		return
	}
	d, reads := f.dates.read(v)
	switch reads {
	case partialDate:
		in.rejectValue(schemas.FieldPartialDate, column)
	case noDate:
		in.rejectValue(schemas.FieldDate, column)
	case wholeDate, sentinelDate:
	}
	in.builder.date(id, d)
}

func (in *reader) addNumber(id fieldID, f *field) {
	v, column := in.row.text(f)
	if v == nil {
		in.builder.numbers[id].AppendNull()
		return
	}
	n, ok := parseNumber(v)
	if !ok || id == fieldVictimAge && n > schemas.OldestVictim {
		in.rejectValue(schemas.FieldNumber, column)
		in.builder.numbers[id].AppendNull()
		return
	}
	in.builder.numbers[id].Append(n)
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
	if id == fieldDisposition {
		in.addDispositionText(v)
	}
	in.builder.classes[id].Append(in.class(id, f, v, column))
}

// class is the value of a text of a class field.
func (in *reader) class(id fieldID, f *field, v []byte, column int) uint8 {
	if v == nil {
		return f.classes.ofBlank(in.row)
	}
	value, ok, upper := in.memos[id].find(f.classes, v, in.upper)
	in.upper = upper
	if !ok {
		in.rejectValue(schemas.FieldUnmapped, column)
		in.out.unmapped(in.layout.columns[column].name, v)
	}
	return value
}

func (in *reader) addDispositionText(v []byte) {
	if v == nil {
		in.builder.raw.AppendNull()
		return
	}
	in.builder.raw.Append(v)
}

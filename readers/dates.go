package readers

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// dateFormat is a form of date, compiled from its name in words:
//
//	YYYY   year, four digits       MM DD  month and day, two digits
//	YY     its last two            M D    month and day, one or two digits
//	C      digit of the century    MON    month, its first three letters in English
//	DDD    day of the year, three digits
//	hh     hour, two digits        h      hour, one or two digits
//	mm ss  minute and second       f      fraction of a second, one to nine digits
//	AM     AM or PM
//
// and any other character stands for itself. A time of day must be possible,
// and is then dropped: a date is a civil date. EXCEL and EXCEL1904 are the
// number of a day in a spreadsheet, with or without a fraction.
type dateFormat struct {
	name   string
	parts  []datePart
	serial *serial // nil for a form of parts

	shortYear, century, dayOfYear bool // parts that it has

	// Of a form of eight digits that never vary in place: where the year, the month and the day
	// begin, and what stands elsewhere.
	year, month, day int
	literals         []placedLiteral
	size             int // of a text of such a form; 0 for any other
}

type placedLiteral struct {
	at int
	is byte
}

type datePart struct {
	kind     dateKind
	min, max uint8 // digits; 0 for a part that is none
	literal  byte  // for literalPart
}

type dateKind uint8

const (
	literalPart dateKind = iota
	yearPart
	shortYearPart
	centuryPart
	monthPart
	monthNamePart
	dayPart
	dayOfYearPart
	hourPart
	minutePart
	secondPart
	fractionPart
	halfPart
	dateKinds // keep last
)

// dateWords are tried in this order at each place of a format's name.
var dateWords = []struct {
	word string
	part datePart
}{
	{"YYYY", datePart{kind: yearPart, min: 4, max: 4}},
	{"YY", datePart{kind: shortYearPart, min: 2, max: 2}},
	{"C", datePart{kind: centuryPart, min: 1, max: 1}},
	{"MON", datePart{kind: monthNamePart}},
	{"MM", datePart{kind: monthPart, min: 2, max: 2}},
	{"DDD", datePart{kind: dayOfYearPart, min: 3, max: 3}},
	{"DD", datePart{kind: dayPart, min: 2, max: 2}},
	{"hh", datePart{kind: hourPart, min: 2, max: 2}},
	{"mm", datePart{kind: minutePart, min: 2, max: 2}},
	{"ss", datePart{kind: secondPart, min: 2, max: 2}},
	{"AM", datePart{kind: halfPart}},
	{"M", datePart{kind: monthPart, min: 1, max: 2}},
	{"D", datePart{kind: dayPart, min: 1, max: 2}},
	{"h", datePart{kind: hourPart, min: 1, max: 2}},
	{"f", datePart{kind: fractionPart, min: 1, max: 9}},
}

// parseDateFormat compiles the name of a format.
func parseDateFormat(name string) (dateFormat, error) {
	f := dateFormat{name: name, serial: serials[name]}
	if f.serial != nil {
		return f, nil
	}
	var seen [dateKinds]bool
	for rest := name; rest != ""; {
		word, part := dateWord(rest)
		if part.kind != literalPart && seen[part.kind] {
			return f, fmt.Errorf("date format %q has two parts %q", name, word)
		}
		seen[part.kind] = true
		f.parts = append(f.parts, part)
		rest = rest[len(word):]
	}
	day := seen[monthPart] != seen[monthNamePart] && seen[dayPart]
	switch {
	case seen[yearPart] == seen[shortYearPart]:
		return f, fmt.Errorf("date format %q must name one year (YYYY or YY)", name)
	case seen[centuryPart] && !seen[shortYearPart]:
		return f, fmt.Errorf("date format %q: a century (C) belongs to a year of two digits (YY)", name)
	case seen[dayOfYearPart] && (seen[monthPart] || seen[monthNamePart] || seen[dayPart]):
		return f, fmt.Errorf("date format %q: a day of the year (DDD) takes no month and no day", name)
	case !seen[dayOfYearPart] && !day:
		return f, fmt.Errorf("date format %q must name a month (MM, M or MON) and a day (DD or D), or a day of the year (DDD)", name)
	}
	f.shortYear, f.century, f.dayOfYear = seen[shortYearPart], seen[centuryPart], seen[dayOfYearPart]
	f.place()
	return f, f.separated()
}

// place finds where the digits of a date stand, in a form that has nothing but a year,
// a month and a day of as many digits on every row, such as YYYY-MM-DD.
func (f *dateFormat) place() {
	at := 0
	for _, p := range f.parts {
		size := max(int(p.max), 1)
		switch {
		case p.min != p.max:
			return
		case p.kind == yearPart:
			f.year = at
		case p.kind == monthPart:
			f.month = at
		case p.kind == dayPart:
			f.day = at
		case p.kind == literalPart:
			f.literals = append(f.literals, placedLiteral{at, p.literal})
		default:
			return
		}
		at += size
	}
	f.size = at
}

// placed reads a text of a form whose digits have their places. It tells whether the
// text is one; where it is not, or the date is none, parse says why.
func (f *dateFormat) placed(v []byte) (schemas.Date, bool) {
	if len(v) != f.size {
		return schemas.NoDate, false
	}
	for _, literal := range f.literals {
		if v[literal.at] != literal.is {
			return schemas.NoDate, false
		}
	}
	digits := uint64(binary.LittleEndian.Uint32(v[f.year:])) |
		uint64(binary.LittleEndian.Uint16(v[f.month:]))<<32 | uint64(binary.LittleEndian.Uint16(v[f.day:]))<<48
	const zeroes, beyondNine, highest = 0x3030303030303030, 0x7676767676767676, 0x8080808080808080
	digits ^= zeroes
	if (digits|(digits+beyondNine))&highest != 0 {
		return schemas.NoDate, false
	}
	pairs := 10*digits + digits>>8 // of each second byte, with the one behind it
	return schemas.NewDate(int(100*(pairs&0xff)+pairs>>16&0xff), int(pairs>>32&0xff), int(pairs>>48&0xff))
}

func dateWord(s string) (string, datePart) {
	for _, w := range dateWords {
		if strings.HasPrefix(s, w.word) {
			return w.word, w.part
		}
	}
	return s[:1], datePart{kind: literalPart, literal: s[0]}
}

// separated refuses forms such as MDYYYY, which can be read in two ways, and
// stray letters, which are most often a misspelt part.
func (f dateFormat) separated() error {
	for i, p := range f.parts {
		next := i + 1
		if p.min != p.max && next < len(f.parts) && f.parts[next].max > 0 {
			return fmt.Errorf("date format %q: a part of one or two digits needs a separator after it", f.name)
		}
		if c := p.literal; p.kind == literalPart && c != 'T' && c != 'Z' && ('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return fmt.Errorf("date format %q: %q is no part of a date (YYYY YY C MM M MON DD D DDD hh h mm ss f AM, EXCEL, EXCEL1904)", f.name, c)
		}
	}
	return nil
}

// shape is what a text of this format looks like to the eye. Two formats of one
// shape and different order (M/D/YYYY and D/M/YYYY) cannot stand side by side.
func (f dateFormat) shape() string {
	var b strings.Builder
	for _, p := range f.parts {
		switch {
		case p.kind == literalPart:
			b.WriteByte(p.literal)
		case p.kind == halfPart:
			b.WriteString("AM")
		case p.kind == monthNamePart:
			b.WriteString("MON")
		case p.max > 2 || p.min == 2 && !f.delimited():
			b.WriteString(strings.Repeat("9", int(p.max)))
		default:
			b.WriteByte('9')
		}
	}
	return b.String()
}

func (f dateFormat) delimited() bool {
	return slices.ContainsFunc(f.parts, func(p datePart) bool { return p.kind == literalPart })
}

// order is the kinds of the parts, in order.
func (f dateFormat) order() string {
	var b strings.Builder
	for _, p := range f.parts {
		b.WriteByte('a' + byte(p.kind))
	}
	return b.String()
}

// parse reads v, which is trimmed. The date is known if v is one of this format that
// exists. Where only the year, or the year and the month, is given, it is the first day of
// those, and partly tells which.
func (f *dateFormat) parse(v []byte, c *centuries) (_ schemas.Date, partly dateReading) {
	if f.serial != nil {
		return f.serial.parse(v), wholeDate
	}
	if f.size > 0 {
		if d, ok := f.placed(v); ok {
			return d, wholeDate
		}
	}
	var at [dateKinds]int
	pm, half := false, false
	for i := range f.parts {
		p := &f.parts[i]
		switch {
		case p.max > 0:
			n, width := leadingDigits(v, int(p.max))
			if width < int(p.min) {
				return schemas.NoDate, wholeDate
			}
			at[p.kind] = n
			v = v[width:]
		case len(v) == 0:
			return schemas.NoDate, wholeDate
		case p.kind == literalPart:
			if v[0] != p.literal {
				return schemas.NoDate, wholeDate
			}
			v = v[1:]
		case p.kind == monthNamePart:
			at[monthPart] = monthNamed(v)
			if at[monthPart] == 0 {
				return schemas.NoDate, wholeDate
			}
			v = v[3:]
		default:
			if len(v) < 2 || upper(v[0]) != 'A' && upper(v[0]) != 'P' || upper(v[1]) != 'M' {
				return schemas.NoDate, wholeDate
			}
			half, pm = true, upper(v[0]) == 'P'
			v = v[2:]
		}
	}
	if len(v) != 0 || !possibleTime(at[hourPart], at[minutePart], at[secondPart], half, pm) {
		return schemas.NoDate, wholeDate
	}
	year, month, day := at[yearPart], at[monthPart], at[dayPart]
	if f.shortYear {
		year = c.year(at[shortYearPart], at[centuryPart], f.century)
	}
	if f.dayOfYear {
		return ordinalDate(year, at[dayOfYearPart])
	}
	if day > 0 {
		d, _ := schemas.NewDate(year, month, day)
		return d, wholeDate
	}
	first, ok := schemas.NewDate(year, max(month, 1), 1)
	switch {
	case !ok:
		return schemas.NoDate, wholeDate
	case month == 0:
		return first, partialYear
	default:
		return first, partialMonth
	}
}

// ordinalDate is the n-th day of a year; of day 0, only the year is known.
func ordinalDate(year, n int) (d schemas.Date, partly dateReading) {
	first, ok := schemas.NewDate(year, 1, 1)
	last, _ := schemas.NewDate(year, 12, 31)
	d = first + schemas.Date(n-1) //nolint:gosec // n has three digits
	switch {
	case ok && n == 0:
		return first, partialYear
	case !ok || d > last:
		return schemas.NoDate, wholeDate
	default:
		return d, wholeDate
	}
}

// monthNamed is the month whose name v begins with, 0 for none.
func monthNamed(v []byte) int {
	const names = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
	for i := 0; i < len(names) && len(v) >= 3; i += 3 {
		if equalFold(v[:3], names[i:i+3]) {
			return i/3 + 1
		}
	}
	return 0
}

// leadingDigits reads up to limit digits from the front of v.
func leadingDigits(v []byte, limit int) (n, width int) {
	for width < limit && width < len(v) && v[width]-'0' <= 9 {
		n = n*10 + int(v[width]-'0')
		width++
	}
	return n, width
}

// possibleTime tells whether there is such a time of day; 60 is a leap second.
func possibleTime(hour, minute, second int, half, pm bool) bool {
	if half && (hour < 1 || hour > 12) || pm && !half {
		return false
	}
	return hour <= 23 && minute <= 59 && second <= 60
}

// checkFormats refuses two formats that read one text as two dates.
func checkFormats(formats []dateFormat) error {
	for i, a := range formats {
		for _, b := range formats[:i] {
			if a.clashes(b) || a.serial != nil && b.clashes(a) {
				return fmt.Errorf("formats %q and %q can read one text as two dates: keep the one the source uses", b.name, a.name)
			}
		}
	}
	return nil
}

func (f dateFormat) clashes(o dateFormat) bool {
	if o.serial != nil {
		return f.serial != nil && f.serial != o.serial || f.serial == nil && f.digits() > 0 && f.digits() <= serialDigits
	}
	return f.serial == nil && f.shape() == o.shape() && f.order() != o.order()
}

// digits is how many digits a text of this format is; 0 where it is more than
// digits.
func (f dateFormat) digits() (n int) {
	for _, p := range f.parts {
		if p.max == 0 {
			return 0
		}
		n += int(p.max)
	}
	return n
}

// DateReader reads dates of one format of layouts. Partial tells of a date without its
// day, or its month and day. A format of two digits of the year is read as 1930 to 2029,
// one with a digit for the century as 1900 (0) or 2000 (1).
func DateReader(format string) (func(text []byte) (_ schemas.Date, partial bool), error) {
	f, err := parseDateFormat(format)
	if err != nil {
		return nil, err
	}
	known := &centuries{pivot: 1930, byDigit: [10]int{0: 1900, 1: 2000}}
	return func(text []byte) (schemas.Date, bool) {
		d, partly := f.parse(text, known)
		if partly != wholeDate {
			return schemas.NoDate, true
		}
		return d, false
	}, nil
}

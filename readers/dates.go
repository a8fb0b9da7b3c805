package readers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// dateFormat is a form of date, compiled from its name in words:
//
//	YYYY   year, four digits       MM DD  month and day, two digits
//	M D    month and day, one or two digits
//	hh     hour, two digits        h      hour, one or two digits
//	mm ss  minute and second       AM     AM or PM
//
// and any other character stands for itself. A time of day must be possible,
// and is then dropped: a date is a civil date.
type dateFormat struct {
	name  string
	parts []datePart
}

type datePart struct {
	kind     dateKind
	min, max int  // digits
	literal  byte // for literalPart
}

type dateKind uint8

const (
	literalPart dateKind = iota
	yearPart
	monthPart
	dayPart
	hourPart
	minutePart
	secondPart
	halfPart
	dateKinds // keep last
)

// dateWords are tried in this order at each place of a format's name.
var dateWords = []struct {
	word string
	part datePart
}{
	{"YYYY", datePart{kind: yearPart, min: 4, max: 4}},
	{"MM", datePart{kind: monthPart, min: 2, max: 2}},
	{"DD", datePart{kind: dayPart, min: 2, max: 2}},
	{"hh", datePart{kind: hourPart, min: 2, max: 2}},
	{"mm", datePart{kind: minutePart, min: 2, max: 2}},
	{"ss", datePart{kind: secondPart, min: 2, max: 2}},
	{"AM", datePart{kind: halfPart}},
	{"M", datePart{kind: monthPart, min: 1, max: 2}},
	{"D", datePart{kind: dayPart, min: 1, max: 2}},
	{"h", datePart{kind: hourPart, min: 1, max: 2}},
}

// parseDateFormat compiles the name of a format.
func parseDateFormat(name string) (dateFormat, error) {
	f := dateFormat{name: name}
	if strings.Contains(strings.ReplaceAll(name, "YYYY", ""), "YY") {
		return f, fmt.Errorf("date format %q: \"YY\" is no year: write all four digits, YYYY", name)
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
	if !seen[yearPart] || !seen[monthPart] || !seen[dayPart] {
		return f, fmt.Errorf("date format %q must name a year (YYYY), a month (MM or M) and a day (DD or D)", name)
	}
	return f, f.separated()
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
			return fmt.Errorf("date format %q: %q is no part of a date (YYYY MM DD M D hh h mm ss AM)", f.name, c)
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
		case p.max > 2 || p.min == 2 && !f.delimited():
			b.WriteString("999999"[:p.max])
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

// parse reads v, which is trimmed, and tells whether it is a date of this
// format that exists.
func (f *dateFormat) parse(v []byte) (schemas.Date, bool) {
	var at [dateKinds]int
	pm, half := false, false
	for i := range f.parts {
		p := &f.parts[i]
		switch p.kind {
		case literalPart:
			if len(v) == 0 || v[0] != p.literal {
				return schemas.NoDate, false
			}
			v = v[1:]
		case halfPart:
			if len(v) < 2 || upper(v[0]) != 'A' && upper(v[0]) != 'P' || upper(v[1]) != 'M' {
				return schemas.NoDate, false
			}
			half, pm = true, upper(v[0]) == 'P'
			v = v[2:]
		case yearPart, monthPart, dayPart, hourPart, minutePart, secondPart, dateKinds:
			n, width := leadingDigits(v, p.max)
			if width < p.min {
				return schemas.NoDate, false
			}
			at[p.kind] = n
			v = v[width:]
		}
	}
	if len(v) != 0 || !possibleTime(at[hourPart], at[minutePart], at[secondPart], half, pm) {
		return schemas.NoDate, false
	}
	return schemas.NewDate(at[yearPart], at[monthPart], at[dayPart])
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

// parseDate tries the formats in order.
func parseDate(formats []dateFormat, v []byte) (schemas.Date, bool) {
	for i := range formats {
		if d, ok := formats[i].parse(v); ok {
			return d, true
		}
	}
	return schemas.NoDate, false
}

// checkFormats refuses two formats that read one text as two dates.
func checkFormats(formats []dateFormat) error {
	for i, a := range formats {
		for _, b := range formats[:i] {
			if a.shape() == b.shape() && a.order() != b.order() {
				return fmt.Errorf("formats %q and %q can read one text as two dates: keep the one the source uses", b.name, a.name)
			}
		}
	}
	return nil
}

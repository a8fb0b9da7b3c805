package readers

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"github.com/clearsweep/clearsweep/schemas"
)

// dates says how the texts of a date field are read.
type dates struct {
	formats   []dateFormat // tried in order
	centuries centuries
	sentinels words          // texts that stand for no date
	days      []schemas.Date // days that do
}

// dateReading is what the text of a date field turned out to be.
type dateReading uint8

const (
	wholeDate    dateReading = iota
	sentinelDate             // it says that there is no date
	partialYear              // without its month and day: the date is the first of the year
	partialMonth             // without its day: the date is the first of the month
	noDate                   // in none of the formats, or of no day that exists
)

// quick is read for the date of a form whose digits have their places, where that is the first form
// and no date is a sentinel. It is not ok for any other text, of which read tells what it is.
func (d *dates) quick(v []byte) (day schemas.Date, ok bool) {
	if d.formats[0].size != len(v) || len(d.sentinels.list) != 0 || len(d.days) != 0 {
		return schemas.NoDate, false
	}
	return d.formats[0].placed(v)
}

// read reads v, which is trimmed. Of a date of which a part is known, it is the first day
// that it may be.
func (d *dates) read(v []byte) (schemas.Date, dateReading) {
	if len(d.sentinels.list) != 0 && d.sentinels.has(v) {
		return schemas.NoDate, sentinelDate
	}
	first, reads := schemas.NoDate, noDate
	for i := range d.formats {
		day, partly := d.formats[i].parse(v, &d.centuries)
		switch {
		case partly != wholeDate:
			if reads == noDate {
				first, reads = day, partly
			}
		case day.Known() && len(d.days) != 0 && slices.Contains(d.days, day):
			return schemas.NoDate, sentinelDate
		case day.Known():
			return day, wholeDate
		}
	}
	return first, reads
}

// centuries says which years two digits are.
type centuries struct {
	pivot   int     // the first of the hundred years that they may be; 0 for none
	byDigit [10]int // the first year of the century that a digit stands for; 0 for none
}

// year is the year of two digits, 0 where it cannot be told.
func (c *centuries) year(short, digit int, hasDigit bool) int {
	switch {
	case hasDigit && c.byDigit[digit] == 0, !hasDigit && c.pivot == 0:
		return 0
	case hasDigit:
		return c.byDigit[digit] + short
	default:
		return c.pivot + (short-c.pivot%100+100)%100
	}
}

// serial is a count of days by which spreadsheets write a date.
type serial struct {
	// zero is the day before day 1. Spreadsheets that count from 1900 have a
	// 29 February in that year, which never was: skip is its number, or 0, and
	// days after it are a day less.
	zero schemas.Date
	skip int
	last int
}

// serialDigits is how many digits the last day of the year 9999 has.
const serialDigits = 7

var serials = map[string]*serial{
	"EXCEL":     {zero: -25568, skip: 60, last: 2958465}, // 1899-12-31
	"EXCEL1904": {zero: -24107, last: 2957003},           // 1904-01-01
}

// parse reads a number, and drops the time of day behind its point.
func (s *serial) parse(v []byte) schemas.Date {
	whole, fraction, point := bytes.Cut(v, []byte{'.'})
	n, width := leadingDigits(whole, serialDigits)
	if width == 0 || width != len(whole) || n == 0 || n > s.last || n == s.skip || point && !allDigits(fraction) {
		return schemas.NoDate
	}
	if s.skip > 0 && n > s.skip {
		n--
	}
	return s.zero + schemas.Date(n) //nolint:gosec // it has seven digits
}

func allDigits(v []byte) bool {
	return len(v) > 0 && len(bytes.TrimLeft(v, "0123456789")) == 0
}

// The years that the first of a century, and a pivot, may be.
const (
	firstPivot = 1800
	lastPivot  = 2100
)

var centuryDigits = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}

// dates reads how the texts of a date field are read.
func (d *definition) dates(m *mapping) *dates {
	f := &dates{formats: d.dateFormats(m.values["dates"])}
	f.centuries.pivot = m.number("pivot", firstPivot, lastPivot, 0)
	if m.has("century") {
		c := d.mapping(m.values["century"], "century", centuryDigits...)
		for i := range f.centuries.byDigit {
			f.centuries.byDigit[i] = c.number(strconv.Itoa(i), firstPivot, lastPivot, 0)
		}
	}
	d.checkCenturies(m, f)
	for _, text := range m.texts("sentinels") {
		if day, err := schemas.ParseDate(text); err == nil {
			f.days = append(f.days, day)
		} else {
			f.sentinels.list = append(f.sentinels.list, text)
		}
	}
	return f
}

// checkCenturies refuses two digits of a year whose century nothing tells.
func (d *definition) checkCenturies(m *mapping, f *dates) {
	pivot := slices.ContainsFunc(f.formats, func(f dateFormat) bool { return f.shortYear && !f.century })
	century := slices.ContainsFunc(f.formats, func(f dateFormat) bool { return f.century })
	switch {
	case pivot && !m.has("pivot"):
		d.at(m.values["dates"], "two digits (YY) name no century: add pivot, the first of the hundred years that they may be")
	case century && !m.has("century"):
		d.at(m.values["dates"], `the digit of a century (C) means one year here and another there: add century, such as {"0": 1900, "1": 2000}`)
	case !pivot && m.has("pivot"):
		d.at(m.keys["pivot"], "pivot is for formats with YY and without C")
	case !century && m.has("century"):
		d.at(m.keys["century"], "century is for formats with C")
	}
}

func (d *definition) dateFormats(n ast.Node) []dateFormat {
	var formats []dateFormat
	for _, item := range list(n) {
		f, err := parseDateFormat(d.text(item, "dates"))
		if err != nil {
			d.at(item, "%s", err)
			continue
		}
		formats = append(formats, f)
	}
	if err := checkFormats(formats); err != nil {
		d.at(n, "%s", err)
	}
	return formats
}

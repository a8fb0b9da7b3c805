package schemas

import (
	"fmt"
	"math"
)

// Date is a civil date as days since 1970-01-01, with no time zone. It is the
// physical value of an Arrow date32, so columns of dates are used as they are.
type Date int32

// NoDate is the date that is not known. It is ordered before every real date,
// so code that compares without asking Known first is wrong, and says so by
// being absurdly early.
const NoDate Date = math.MinInt32

// Known tells whether d is a date at all.
func (d Date) Known() bool { return d != NoDate }

// NewDate returns the date of a year, a month (1 to 12) and a day of it, and
// whether there is such a day. Years run from 1 to 9999.
func NewDate(year, month, day int) (Date, bool) {
	if months := 12*(year-firstYear) + month - 1; uint(months) < uint(len(monthStarts)-1) && uint(month-1) < 12 {
		d := monthStarts[months] + Date(day-1) //nolint:gosec // checked below
		if day < 1 || day > 31 || d >= monthStarts[months+1] {
			return NoDate, false
		}
		return d, true
	}
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return NoDate, false
	}
	return fromCivil(year, month, day), true
}

// firstYear is that of monthStarts.
const firstYear = 1900

// monthStarts are the first days of the months of two centuries, in which nearly all dates of records
// are, and of the month behind them.
var monthStarts = func() (starts [2*100*12 + 1]Date) {
	for i := range starts {
		starts[i] = fromCivil(firstYear+i/12, i%12+1, 1)
	}
	return starts
}()

// ParseDate reads an ISO date, 2006-01-02.
func ParseDate(s string) (Date, error) {
	if len(s) == 10 && s[4] == '-' && s[7] == '-' {
		year, okY := digits(s[0:4])
		month, okM := digits(s[5:7])
		day, okD := digits(s[8:10])
		if d, ok := NewDate(year, month, day); ok && okY && okM && okD {
			return d, nil
		}
	}
	return NoDate, fmt.Errorf("%q is no date of the form 2006-01-02", s)
}

// Civil returns the year, month and day of d.
func (d Date) Civil() (year, month, day int) {
	if n := int(d) - march1900; uint(n) < julianYears*1461/4 {
		quarters := 4*n + 3 // of days
		dayOfYear := quarters % 1461 / 4
		shifted := (5*dayOfYear + 2) / 153
		year, month, day = 1900+quarters/1461, shifted+3, dayOfYear-(153*shifted+2)/5+1
		if month > 12 {
			year, month = year+1, month-12
		}
		return year, month, day
	}
	// Days are counted in 400-year eras from 0000-03-01, so that the leap day
	// is the last of its year.
	z := int(d) + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	dayOfEra := z - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	shifted := (5*dayOfYear + 2) / 153
	day = dayOfYear - (153*shifted+2)/5 + 1
	month = shifted + 3
	if month > 12 {
		month -= 12
	}
	year = yearOfEra + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// AddYears returns the anniversary of d after n years. The anniversary of
// 29 February in a year without one is 1 March: the later day, so that a
// waiting period is never cut short. NoDate stays NoDate.
func (d Date) AddYears(n int) Date {
	day := int(d) - march1900
	from := (4*day + 3) / 1461
	if to := from + n; uint(day) < julianYears*1461/4 && uint(to) < julianYears {
		return d + Date(1461*to/4-1461*from/4) //nolint:gosec // at most 199 years
	}
	return d.addYears(n)
}

// Between 1900-03-01 and 2099-02-28 every fourth year that begins in March ends
// with a leap day. A leap day that falls into a year without one is then, of
// itself, the first day of the next: 1 March.
const (
	march1900   = -25508 // 1900-03-01
	julianYears = 199
)

// addYears is AddYears by the calendar of all centuries.
func (d Date) addYears(n int) Date {
	if !d.Known() {
		return NoDate
	}
	year, month, day := d.Civil()
	year += n
	if month == 2 && day == 29 && daysIn(year, 2) == 28 {
		month, day = 3, 1
	}
	return fromCivil(year, month, day)
}

// AddMonths returns the same day of the month n months after d. In a month that
// has no such day it is the first of the next: the later day, as for AddYears.
// NoDate stays NoDate.
func (d Date) AddMonths(n int) Date {
	if !d.Known() {
		return NoDate
	}
	year, month, day := d.Civil()
	month += n - 1
	year += month / 12
	if month %= 12; month < 0 {
		year, month = year-1, month+12
	}
	if month++; day > daysIn(year, month) {
		month, day = month+1, 1 // December has 31 days
	}
	return fromCivil(year, month, day)
}

// String is the ISO form, or the empty string when d is not known.
func (d Date) String() string {
	if !d.Known() {
		return ""
	}
	var b [len("2006-01-02")]byte
	return string(d.Append(b[:0]))
}

// Append adds the ISO form of d to b; an unknown date adds nothing.
func (d Date) Append(b []byte) []byte {
	if !d.Known() {
		return b
	}
	year, month, day := d.Civil()
	century, years := pairOf(year/100), pairOf(year%100)
	months, days := pairOf(month), pairOf(day)
	return append(b, century[0], century[1], years[0], years[1], '-', months[0], months[1], '-', days[0], days[1])
}

// pairOf is a number below 100 in two digits.
func pairOf(n int) string {
	const pairs = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849" +
		"5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"
	return pairs[2*n : 2*n+2]
}

func fromCivil(year, month, day int) Date {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	if year < 0 {
		era = (year - 399) / 400
	}
	yearOfEra := year - era*400
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return Date(era*146097 + dayOfEra - 719468) //nolint:gosec // years are at most 9999
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

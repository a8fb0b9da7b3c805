package evaluate

import (
	"math"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// space is one set of up to 64 leaves with the tests that fill its mask. The
// rules have one, and the conditions of facts have another.
type space struct {
	dated     []datedTest
	codes     []codeTest
	places    []placeTest
	table     [tableSize]mask // by disposition, severity and sentence
	small     [smallSize]mask // by incarceration and restitution
	degrees   []degreeTest
	numbers   []numberTest
	penalties []numberTest // the numbers that are maximum penalties

	circumstantial bool // either of the next two is asked for
	substances     []substanceTest
	relations      [4]mask      // by relation of the victim
	deciding       rungs        // evidence that names a substance
	included       schemas.Date // the last day of convictions whose unknown substance is presumed; NoDate when none is

	dates []dateTest // of the charge
	ages  []ageTest
	idle  []idleTest // of the charge and its case; facts only
}

// codeTest looks at nothing but the code of a charge.
type codeTest struct {
	slot slot
	test func(code *policies.Code) truth // nil for a code that is not known
}

// placeTest looks at nothing but the county.
type placeTest struct {
	slot   slot
	county string // folded
}

const tableSize = 256

// tableIndex is the row of the table for a charge.
func tableIndex(d schemas.Disposition, s schemas.Severity, t schemas.Sentence) int {
	return int(d&15)<<4 | int(s&3)<<2 | int(t&3)
}

// eachCell fills the table for a test on disposition, severity and sentence.
func (s *space) eachCell(at slot, test func(schemas.Disposition, schemas.Severity, schemas.Sentence) truth) {
	for d := range schemas.Disposition(16) {
		for v := range schemas.Severity(4) {
			for t := range schemas.Sentence(4) {
				s.table[tableIndex(d, v, t)].set(at, test(d, v, t))
			}
		}
	}
}

const smallSize = 16

// smallIndex is the row of the small table for a charge.
func smallIndex(i schemas.Incarceration, r schemas.Restitution) int { return int(i&3)<<2 | int(r&3) }

// eachSmall fills the small table for a test on incarceration and restitution.
func (s *space) eachSmall(at slot, test func(schemas.Incarceration, schemas.Restitution) truth) {
	for i := range schemas.Incarceration(4) {
		for r := range schemas.Restitution(4) {
			s.small[smallIndex(i, r)].set(at, test(i, r))
		}
	}
}

// addNumber adds a test on a number, maximum penalties apart.
func (s *space) addNumber(t numberTest) {
	if t.number == policies.MaxPenalty {
		s.penalties = append(s.penalties, t)
		return
	}
	s.numbers = append(s.numbers, t)
}

// among is the truth of a vocabulary's value being in a list. Its zero value
// is the unknown one, and a list may name it to ask for exactly that.
func among[T ~uint8](v T, in []T) truth {
	if v == 0 && !slices.Contains(in, 0) {
		return unknown
	}
	return truthOf(slices.Contains(in, v))
}

// dateTest asks whether a date lies in [from, to].
type dateTest struct {
	slot     slot
	field    policies.Field
	implied  uint8 // bits of fields that are never earlier than field
	from, to schemas.Date
}

const (
	beginning = schemas.NoDate              // before every date
	forever   = schemas.Date(math.MaxInt32) // after every date
)

// ask compares the dates that are possible with the ones asked for.
func (t *dateTest) ask(earliest, latest schemas.Date) answer {
	from, to, first, last := int64(t.from), int64(t.to), int64(earliest), int64(latest)
	return answer{
		t: ^negative((first - from) | (to - last)),
		f: negative((last - from) | (to - first)),
	}
}

// ageTest asks for the age on the day of an event.
type ageTest struct {
	slot    slot
	field   policies.Field
	implied uint8
	years   int
	under   bool
}

// answer compares the days on which the event is possible with those on which the birthday
// may be.
func (t *ageTest) answer(birthday days, earliest, latest schemas.Date) truth {
	v := unknown
	switch {
	case !birthday.from.Known():
	case latest < birthday.from:
		v = yes // certainly under age
	case earliest >= birthday.to:
		v = no
	}
	if v == unknown || t.under {
		return v
	}
	return truthOf(v == no)
}

// dates returns the earliest and the latest day that an event of the charge
// can have happened. A missing date is bounded by the events that follow it; a
// date after an event that follows it contradicts itself and is not known.
func (c *Charge) dates(field policies.Field, implied uint8) (earliest, latest schemas.Date) {
	earliest, latest = c.days(field)
	if implied == 0 {
		return earliest, latest
	}
	bound := forever
	for _, f := range [...]policies.Field{policies.ArrestDate, policies.DispositionDate} {
		if _, later := c.days(f); implied&(1<<f) != 0 {
			bound = min(bound, later)
		}
	}
	if earliest > bound {
		return beginning, forever
	}
	return earliest, min(latest, bound)
}

// span is the day itself, or all days when it is not known.
func span(d schemas.Date) (earliest, latest schemas.Date) {
	latest = d
	if d == schemas.NoDate {
		latest = forever
	}
	return d, latest // NoDate is the beginning
}

func (c *Charge) date(field policies.Field) schemas.Date {
	switch field {
	case policies.OffenseDate:
		return c.Offense
	case policies.ArrestDate:
		return c.Arrest
	case policies.DispositionDate:
		return c.Disposed
	case policies.ChallengeDate:
		return c.Challenge
	case policies.SentenceDate:
		return c.Sentenced
	case policies.ReleaseDate:
		return c.Released
	case policies.SupervisionEnd:
		return c.SupervisionEnd
	case policies.BirthDate, policies.AsOf:
		return schemas.NoDate // not dates of the charge
	default:
		return schemas.NoDate
	}
}

func fieldBits(fields []policies.Field) uint8 {
	var bits uint8
	for _, f := range fields {
		bits |= 1 << f
	}
	return bits
}

// window turns a comparison into the days it accepts.
func window(c policies.Compare, d schemas.Date) (from, to schemas.Date) {
	switch c {
	case policies.Before:
		return beginning, d - 1
	case policies.OnOrBefore:
		return beginning, d
	case policies.After:
		return d + 1, forever
	case policies.OnOrAfter:
		return d, forever
	default:
		return forever, beginning
	}
}

// period is a length of time by the calendar: years, months, or days.
type period struct{ years, months, days int }

// anniversary is the day on which a period since d has passed.
func anniversary(d schemas.Date, p period, after bool) schemas.Date {
	d = d.AddYears(p.years)
	if !d.Known() {
		return d
	}
	if p.months != 0 {
		d = d.AddMonths(p.months)
	}
	if after {
		d++
	}
	return d + schemas.Date(p.days) //nolint:gosec // at most a hundred years
}

// latestStart is the latest day whose anniversary is not after asOf.
func latestStart(asOf schemas.Date, p period, after bool) schemas.Date {
	d := asOf.AddYears(-p.years).AddMonths(-p.months) - schemas.Date(p.days) + 4 //nolint:gosec // at most a hundred years
	for anniversary(d, p, after) > asOf {
		d--
	}
	return d
}

// foldCounty is the form in which counties are compared.
func foldCounty(name string) string { return strings.ToUpper(strings.TrimSpace(name)) }

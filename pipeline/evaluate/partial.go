package evaluate

import (
	"strings"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Partial are the dates of a charge of which only the year, or the year and the month, is
// on record. The date itself is NoDate, so that whoever does not ask for them takes it for
// one that is not known at all.
type Partial struct {
	has   uint8 // bits of fields
	spans [8]days
}

// partialNames are the events that a text may name.
var partialNames = map[string]policies.Field{
	"offense_date": policies.OffenseDate, "arrest_date": policies.ArrestDate, "disposition_date": policies.DispositionDate,
	"challenge_date": policies.ChallengeDate, "sentence_date": policies.SentenceDate, "release_date": policies.ReleaseDate,
	"supervision_end_date": policies.SupervisionEnd,
}

// ParsePartial reads a text of schemas.ColPartialDates; nil where it is empty. What it
// cannot read stays unknown.
func ParsePartial(text string) *Partial {
	if text == "" {
		return nil
	}
	p := &Partial{}
	for one := range strings.SplitSeq(text, "; ") {
		name, known, _ := strings.Cut(one, " ")
		field, named := partialNames[name]
		months, first := 12, known+"-01-01"
		if len(known) > len("2006") {
			months, first = 1, known+"-01"
		}
		if from, err := schemas.ParseDate(first); err == nil && named {
			p.Set(field, from, from.AddMonths(months)-1)
		}
	}
	return p
}

// Set says that the date of a field lies between two days, both included.
func (p *Partial) Set(field policies.Field, from, to schemas.Date) {
	p.has |= 1 << field
	p.spans[field] = days{from, to}
}

// days are those between which the date of a field lies; all days where nothing is known.
func (p *Partial) days(field policies.Field) (earliest, latest schemas.Date) {
	if p == nil || p.has>>field&1 == 0 {
		return beginning, forever
	}
	return p.spans[field].from, p.spans[field].to
}

// days are those between which an event of the charge lies, by its own date.
func (c *Charge) days(field policies.Field) (earliest, latest schemas.Date) {
	if d := c.date(field); d != schemas.NoDate {
		return d, d
	}
	return c.Partial.days(field)
}

// soundPartial drops dates of which only a part is known where no day of that part can be:
// all are after the as-of date or before from, or the charge ended before them, and then its
// end is dropped too. It counts what it drops.
func (c *Charge) soundPartial(from, asOf schemas.Date) (doubts int) {
	kept := *c.Partial
	drop := func(field policies.Field) {
		if kept.has>>field&1 != 0 {
			kept.has &^= 1 << field
			doubts++
		}
	}
	for _, field := range [...]policies.Field{policies.OffenseDate, policies.ArrestDate, policies.DispositionDate, policies.SentenceDate} {
		if earliest, latest := kept.days(field); earliest > asOf || latest < from {
			drop(field)
		}
	}
	c.Partial = &kept
	_, end := c.days(policies.DispositionDate)
	for _, field := range [...]policies.Field{policies.OffenseDate, policies.ArrestDate} {
		if earliest, _ := c.days(field); earliest > end {
			drop(field)
			drop(policies.DispositionDate)
			if c.Disposed.Known() {
				c.Disposed = schemas.NoDate
				doubts++
			}
		}
	}
	return doubts
}

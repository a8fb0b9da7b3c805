package evaluate

import (
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Partial are the dates of a row, that of the birth among them, of which only the year, or the year and the month, is
// on record. The date itself is NoDate, so that whoever does not ask for them takes it for
// one that is not known at all.
type Partial struct {
	has   uint16 // bits of fields
	spans [policies.Fields]days
}

// partialNames are the events that a text may name.
var partialNames = map[string]policies.Field{
	"offense_date": policies.OffenseDate, "arrest_date": policies.ArrestDate, "disposition_date": policies.DispositionDate,
	"challenge_date": policies.ChallengeDate, "sentence_date": policies.SentenceDate, "release_date": policies.ReleaseDate,
	"supervision_end_date": policies.SupervisionEnd, "birth_date": policies.BirthDate,
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

// Born is the first day on which the birth may have been by this row alone, and how many days
// later it may have been; NoDate where it says nothing of it.
func (p *Partial) Born() (first schemas.Date, further int32) {
	if p == nil || p.has>>policies.BirthDate&1 == 0 {
		return schemas.NoDate, 0
	}
	of := p.spans[policies.BirthDate]
	return of.from, int32(of.to - of.from)
}

// in tells whether an event has a date of which a part is known: then it is on record, and
// no other event stands in for it.
func (p *Partial) in(ev *event) bool {
	if p == nil {
		return false
	}
	return ev.op == policies.OneDate && p.has>>ev.field&1 != 0 || slices.ContainsFunc(ev.terms, func(t event) bool { return p.in(&t) })
}

// days are those between which an event of the charge lies, by its own date.
func (c *Charge) days(field policies.Field) (earliest, latest schemas.Date) {
	if d := c.date(field); d != schemas.NoDate {
		return d, d
	}
	return c.Partial.days(field)
}

// soundPartial makes unknown, as sound does, the dates of which only a part is known where no
// day of that part can be: all are after the as-of date or before from, the birth it may be;
// or the charge ended before them, and then its end too, whether that is known in part or in
// full. It counts what it drops. First is the last day of what was dropped because it lies
// before the birth but not before earliest; forever where there is none.
func (c *Charge) soundPartial(from, earliestDay, asOf schemas.Date) (doubts int, first schemas.Date) {
	kept := *c.Partial
	first = forever
	drop := func(field policies.Field, date *schemas.Date) {
		if kept.has>>field&1 != 0 || date.Known() {
			kept.has &^= 1 << field
			*date = schemas.NoDate
			doubts++
		}
	}
	partly := [...]struct {
		field policies.Field
		date  *schemas.Date
	}{{policies.OffenseDate, &c.Offense}, {policies.ArrestDate, &c.Arrest}, {policies.DispositionDate, &c.Disposed}, {policies.SentenceDate, &c.Sentenced}}
	for _, of := range partly {
		earliest, latest := kept.days(of.field)
		if earliest <= asOf && latest >= from {
			continue
		}
		if earliest <= asOf && latest >= earliestDay {
			first = min(first, latest)
		}
		drop(of.field, of.date)
	}
	c.Partial = &kept
	_, end := c.days(policies.DispositionDate)
	wrong := false
	for _, of := range partly[:2] {
		if earliest, _ := c.days(of.field); earliest > end {
			drop(of.field, of.date)
			wrong = true
		}
	}
	if wrong {
		drop(policies.DispositionDate, &c.Disposed)
	}
	return doubts, first
}

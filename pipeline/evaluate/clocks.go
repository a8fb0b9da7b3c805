package evaluate

import (
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Clock is what a condition on time counts for one charge: the years, months or
// days after Since have passed on Day.
type Clock struct {
	Leaf                string       // the id of the condition
	Since               schemas.Date // the day that is counted from
	Years, Months, Days int
	After               bool // they have passed on the day after the anniversary
	Stood               int  // days more, on which the clock stood still or may have
	Day                 schemas.Date
	// Dates are the dates of charges that the statute counts from: Since is one of
	// them, of this charge or of another of the person. Empty where Since is a day
	// of the law.
	Dates []policies.Field
}

// clocks are Clocks of the law of the moment.
func (e *judge) clocks(p *Person, i int) []Clock {
	var clocks []Clock
	for j := range e.law.elapsed {
		t := &e.law.elapsed[j]
		if e.law.leaves[t.leaf] == nil {
			continue // another law asks
		}
		if t.fixed.Known() {
			clocks = append(clocks, Clock{Leaf: e.law.leaves[t.leaf].ID, Since: t.fixed, Day: t.fixed})
			continue
		}
		earliest, latest, dates := e.start(t, p, i)
		if earliest != latest || !latest.Known() || latest == beginning || latest == forever {
			continue
		}
		clock := Clock{
			Leaf: e.law.leaves[t.leaf].ID, Since: latest, After: t.after, Day: anniversary(latest, t.lasts, t.after), Dates: dates,
		}
		lasts := t.lasts
		if t.event >= 0 && e.law.events[t.event].pause >= 0 {
			test := &e.law.events[t.event]
			_, passed := e.clock(p, i, test)
			if passed == forever {
				continue
			}
			unpaused := anniversary(latest, test.lasts, test.after)
			lasts, clock.After, clock.Stood, clock.Day = test.lasts, test.after, int(passed-unpaused), passed
		}
		clock.Years, clock.Months, clock.Days = lasts.years, lasts.months, lasts.days
		clocks = append(clocks, clock)
	}
	return clocks
}

// start is the days between which a clock started, and the dates that it may
// have started on.
func (e *judge) start(t *elapsedDay, p *Person, i int) (earliest, latest schemas.Date, dates []policies.Field) {
	switch {
	case t.event >= 0:
		test := &e.law.events[t.event]
		earliest, latest = e.started(p, i, test)
		return earliest, latest, e.law.eventDates(&test.event)
	case t.fact >= 0:
		f := &e.facts[t.fact]
		return f.latestKnown, f.latestPossible, e.law.eventDates(&e.law.facts[t.fact].event)
	case t.field == policies.BirthDate:
		born := p.births()
		return born.from, born.to, []policies.Field{policies.BirthDate}
	default:
		d := p.Charges[i].date(t.field)
		return d, d, []policies.Field{t.field}
	}
}

// eventDates are the dates of charges that an event is made of.
func (q *questions) eventDates(ev *event) []policies.Field {
	switch ev.op {
	case policies.OneDate:
		return []policies.Field{ev.field}
	case policies.OneFact:
		return q.eventDates(&q.facts[ev.fact].event)
	case policies.FirstKnownOf, policies.LaterOf, policies.IfIncarcerated:
	}
	var dates []policies.Field
	for i := range ev.terms {
		dates = append(dates, q.eventDates(&ev.terms[i])...)
	}
	return dates
}

package evaluate

import (
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// eventTest asks whether years have passed since an event that is more than one
// date of the charge, or since a clock that restarts.
type eventTest struct {
	slot    slot
	leaf    int16
	event   event
	restart int // the fact of the later events, -1 when nothing restarts the clock
	pause   int // the fact of the time in which it stands still, -1 when nothing stops it
	limit   schemas.Date
	lasts   period // where the clock stands still
	after   bool   // the same
}

// event is an event of a charge, with its facts found.
type event struct {
	op    policies.EventOp
	field policies.Field
	fact  int
	terms []event
}

func (c *compiler) event(source *policies.Event) event {
	ev := event{op: source.Op, field: source.Field, fact: -1}
	if source.Op == policies.OneFact {
		ev.fact = c.fact(source.Fact)
	}
	for i := range source.Terms {
		ev.terms = append(ev.terms, c.event(&source.Terms[i]))
	}
	return ev
}

// event returns the days between which the event of a charge lies.
func (e *judge) event(c *Charge, ev *event) (earliest, latest schemas.Date) {
	switch ev.op {
	case policies.OneDate:
		return c.dates(ev.field, 0)
	case policies.OneFact:
		f := &e.facts[ev.fact]
		return f.latestKnown, f.latestPossible
	case policies.FirstKnownOf:
		for i := range ev.terms {
			if a, b := e.event(c, &ev.terms[i]); a == b && b != beginning || c.Partial.in(&ev.terms[i]) {
				return a, b
			}
		}
		return beginning, forever
	case policies.LaterOf:
		earliest, latest = e.event(c, &ev.terms[0])
		for i := 1; i < len(ev.terms); i++ {
			a, b := e.event(c, &ev.terms[i])
			earliest, latest = max(earliest, a), max(latest, b)
		}
		return earliest, latest
	case policies.IfIncarcerated:
		return e.eventIfIncarcerated(c, ev)
	default:
		return beginning, forever
	}
}

func (e *judge) eventIfIncarcerated(c *Charge, ev *event) (earliest, latest schemas.Date) {
	switch {
	case c.Incarcerated == schemas.Incarcerated, c.Incarcerated == schemas.IncarcerationUnknown && c.Released.Known():
		return e.event(c, &ev.terms[0])
	case c.Incarcerated == schemas.NotIncarcerated:
		return e.event(c, &ev.terms[1])
	}
	a, b := e.event(c, &ev.terms[0])
	x, y := e.event(c, &ev.terms[1])
	return min(a, x), max(b, y)
}

// clock returns the days between which the clock of charge i last started; of one
// that stands still at times, those between which it has run for its years.
func (e *judge) clock(p *Person, i int, t *eventTest) (earliest, latest schemas.Date) {
	earliest, latest = e.started(p, i, t)
	if t.pause >= 0 {
		return e.paused(p, i, t, earliest, latest)
	}
	return earliest, latest
}

// started returns the days between which the clock of charge i last started.
func (e *judge) started(p *Person, i int, t *eventTest) (earliest, latest schemas.Date) {
	c := &p.Charges[i]
	earliest, latest = e.event(c, &t.event)
	if t.restart >= 0 {
		f := &e.facts[t.restart]
		from, to := c.dates(e.law.facts[t.restart].source.Field, 0)
		group := e.groups[i]
		earliest = max(earliest, f.restarts.after(to, group))
		latest = max(latest, f.mayRestart.after(from, group), f.latestPossible)
	}
	return earliest, latest
}

// laterEvents are events in the order of the days by which charges follow each
// other, each with the latest event from there on.
type laterEvents []laterEvent

type laterEvent struct {
	order schemas.Date
	// best is the latest event from this one on, and bestGroup its charge;
	// second is the latest of another charge.
	best, second schemas.Date
	bestGroup    int32
}

// after is the latest event of those after a day that are not of the group;
// beginning when there is none.
func (l laterEvents) after(day schemas.Date, group int32) schemas.Date {
	low, high := 0, len(l)
	for low < high {
		if middle := (low + high) / 2; l[middle].order > day {
			high = middle
		} else {
			low = middle + 1
		}
	}
	switch {
	case low == len(l):
		return beginning
	case l[low].bestGroup != group:
		return l[low].best
	default:
		return l[low].second
	}
}

// seal carries the latest events backwards, once the events are in order.
func (l laterEvents) seal() {
	for i := len(l) - 2; i >= 0; i-- {
		own, next := &l[i], l[i+1]
		switch {
		case own.bestGroup == next.bestGroup:
			own.best, own.second = max(own.best, next.best), next.second
		case own.best >= next.best:
			own.second = next.best
		default:
			own.best, own.bestGroup, own.second = next.best, next.bestGroup, max(own.best, next.second)
		}
	}
}

func byOrder(a, b laterEvent) int {
	switch {
	case a.order < b.order:
		return -1
	case a.order > b.order:
		return 1
	default:
		return 0
	}
}

package evaluate

import (
	"cmp"
	"slices"

	"github.com/clearsweep/clearsweep/schemas"
)

// pauses are runs of days in which a clock stands still, in order, no two of
// which share a day.
type pauses []pause

// pause is such a run, without its last day.
type pause struct {
	from, to schemas.Date
}

// edge is where a run begins (1) or ends (-1).
type edge struct {
	day  schemas.Date
	step int8
}

// foldPauses collects the time in which the clocks of the person stand still. A
// run whose end is not on record may last still.
func (e *Evaluator) foldPauses(p *Person, f *fact, out *folded, hole int) {
	if f.source.Pause.Own {
		return // each charge has its own
	}
	out.latestPossible = beginning
	if hole > 0 {
		out.latestPossible = forever
	}
	out.pauses, out.mayPause = e.runs(p, f, out.pauses, true), e.runs(p, f, out.mayPause, false)
}

// runs joins the runs of all charges: the days in which the clock certainly
// stands still, or those in which it may.
func (e *Evaluator) runs(p *Person, f *fact, into pauses, certain bool) pauses {
	e.edges = e.edges[:0]
	for i := range p.Charges {
		if sure, may := e.pauseOf(p, i, f); certain {
			e.addRun(sure)
		} else {
			e.addRun(may)
		}
	}
	return e.join(into)
}

// join makes one run of those that touch or share days.
func (e *Evaluator) join(into pauses) pauses {
	slices.SortFunc(e.edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(b.step, a.step)) })
	into, open := into[:0], 0
	for _, at := range e.edges {
		if open == 0 {
			into = append(into, pause{from: at.day})
		}
		if open += int(at.step); open == 0 {
			into[len(into)-1].to = at.day
		}
	}
	return into
}

func (e *Evaluator) addRun(r pause) {
	if r.from < r.to {
		e.edges = append(e.edges, edge{r.from, 1}, edge{r.to, -1})
	}
}

// pauseOf is the run of one row: the days in which it certainly stops the clock,
// and those in which it may. A run that ends before it begins contradicts itself.
func (e *Evaluator) pauseOf(p *Person, i int, f *fact) (sure, may pause) {
	v := e.counts(f.bit, i)
	if v == no {
		return sure, may
	}
	c, source := &p.Charges[i], f.source.Pause
	earliest, begun := e.event(c, &source.From)
	ended, latest := e.event(c, &source.To)
	if earliest > latest {
		return sure, pause{beginning, forever}
	}
	if v == yes {
		sure = pause{begun, ended}
	}
	return sure, pause{earliest, latest}
}

// paused returns the days between which the years have passed, given those
// between which the clock of charge i started.
func (e *Evaluator) paused(p *Person, i int, t *eventTest, earliest, latest schemas.Date) (from, to schemas.Date) {
	f, out := &e.law.facts[t.pause], &e.facts[t.pause]
	if f.source.Pause.Own {
		sure, may := e.pauseOf(p, i, f)
		return t.passed(earliest, sure), t.passed(latest, may)
	}
	if out.latestPossible == forever {
		latest = forever
	}
	return t.passed(earliest, out.pauses...), t.passed(latest, out.mayPause...)
}

// passed is the day on which the years since a start have passed, and as many
// days more as the clock stood still. A clock that should start while it stands
// still starts when that ends. More pauses, and a later start, never make it
// earlier: TestPausesNeverShortenAWait.
func (t *eventTest) passed(start schemas.Date, pauses ...pause) schemas.Date {
	if start == beginning || start == forever {
		return start
	}
	next, _ := slices.BinarySearchFunc(pauses, start, func(r pause, day schemas.Date) int { return cmp.Compare(r.to, day+1) })
	if next < len(pauses) && pauses[next].from <= start && pauses[next].from < pauses[next].to {
		start = pauses[next].to
		next++
	}
	if start == forever {
		return forever
	}
	day := anniversary(start, t.lasts, t.after)
	for ; next < len(pauses) && pauses[next].from < day; next++ {
		switch r := pauses[next]; {
		case r.to == forever:
			return forever
		case r.from < r.to:
			day += r.to - r.from
		}
	}
	return day
}

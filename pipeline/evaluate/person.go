package evaluate

import (
	"math"
	"slices"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// many stands for any number of charges that we do not know of.
const many = math.MaxInt32 / 2

// hole is the number of charges that a person may have and that we cannot see:
// none for a person whose rows we hold.
func hole(p *Person) int {
	if !p.Keyed {
		return many
	}
	for i := range p.Charges {
		if p.Charges[i].Kind&schemas.RowIncomplete != 0 {
			return 1
		}
	}
	return 0
}

// personMask answers the leaves that are the same for all charges of p.
//
// A presumption fills what the record is silent on. It does not fill a hole: of
// a person with rows that could not be read, or of whom we have one row only,
// nothing is presumed of the record as a whole.
func (e *Evaluator) personMask(p *Person, hole int) mask {
	var m mask
	if hole > 0 {
		m.mute = e.law.ofRecord
	}
	for i := range e.law.person {
		t := &e.law.person[i]
		v := unknown
		switch t.test.(type) {
		case policies.Deceased:
			v = e.deceased(p, hole)
		case policies.Registered:
			v = e.registered(p, t.sets, hole)
		default:
			day := p.Birth
			if t.date.field == policies.AsOf {
				day = e.law.bound.AsOf
			}
			if day.Known() {
				v = t.date.answer(day, day)
			}
		}
		m.set(t.slot, v)
	}
	return m
}

func (e *Evaluator) deceased(p *Person, hole int) truth {
	for i := range p.Charges {
		if p.Charges[i].Kind&schemas.RowDeceased != 0 {
			return yes
		}
	}
	return absent(hole)
}

// absent is the truth of something that no row shows.
func absent(hole int) truth {
	if hole > 0 {
		return unknown
	}
	return no
}

func (e *Evaluator) registered(p *Person, sets []*policies.CodeSet, hole int) truth {
	v := absent(hole)
	for i := range p.Charges {
		c := &p.Charges[i]
		if c.Kind&schemas.RowRegistered == 0 {
			continue
		}
		if len(sets) == 0 {
			return yes
		}
		switch inSets(e.codes[c.Code].code, sets, e.law.bound.Pack.State()) {
		case yes:
			return yes
		case unknown:
			v = unknown
		case no:
		}
	}
	return v
}

// folded is a fact of the person at hand: a count as an interval, or a latest
// date with the days between which it lies.
type folded struct {
	known, possible int

	latestKnown    schemas.Date // of charges that certainly count
	latestPossible schemas.Date // of all that may; forever when one of them has no date

	relative relative // of a count that depends on the charge under decision

	// Of a clock that restarts: the events of charges that certainly count, and
	// of all that may.
	restarts, mayRestart laterEvents

	// Of a clock that stands still: when it certainly does, and when it may.
	pauses, mayPause pauses
}

// group assigns every row the ordinal of its charge: rows that share a charge
// key are one charge. It returns the number of charges.
func (e *Evaluator) group(p *Person) int {
	e.groups = slices.Grow(e.groups[:0], len(p.Charges))[:len(p.Charges)]
	e.keys = e.keys[:0]
	next := int32(0)
	for i := range p.Charges {
		key := p.Charges[i].Key
		if key < 0 {
			e.groups[i] = next
			next++
			continue
		}
		for int(key) >= len(e.keys) {
			e.keys = append(e.keys, -1)
		}
		if e.keys[key] < 0 {
			e.keys[key] = next
			next++
		}
		e.groups[i] = e.keys[key]
	}
	return int(next)
}

// fold computes the facts of p.
func (e *Evaluator) fold(p *Person, hole int) {
	groups := e.group(p)
	e.findActivity(p, groups, hole)
	e.otherMasks(p)
	e.presumeClosed(p)
	for i := range e.law.facts {
		f, out := &e.law.facts[i], &e.facts[i]
		switch kind := f.source.Kind(); {
		case kind == policies.RestartDate:
			e.foldRestart(p, f, out, hole)
		case kind == policies.LatestDate:
			e.foldLatest(p, f, out, hole)
		case kind == policies.PausedTime:
			e.foldPauses(p, f, out, hole)
		case kind == policies.ChargeTruth: // no fold: it is asked of each charge
		case f.source.Relative():
			e.foldRelative(p, f, &out.relative, groups)
		case f.source.Unit == policies.Charges:
			e.foldCount(p, f, out, groups, hole)
		default:
			e.foldClusters(p, f, out, hole)
		}
	}
}

// otherMasks finds, for every charge, the facts that it counts for.
func (e *Evaluator) otherMasks(p *Person) {
	e.counting = regrow(e.counting, len(p.Charges))
	for i := range p.Charges {
		c := &p.Charges[i]
		if c.Kind&schemas.RowCharge == 0 {
			e.counting[i] = satisfied{}
			continue
		}
		m := e.law.others.table[tableIndex(c.Disposition, c.Severity, c.Sentence)]
		m.merge(e.codes[c.Code].others)
		m.merge(e.counties[c.County].others)
		m.merge(e.degrees[c.Degree].others)
		m.merge(e.law.others.small[smallIndex(c.Incarcerated, c.Restitution)])
		m.merge(e.penaltyMasks(c).others)
		for j := range e.law.others.numbers {
			t := &e.law.others.numbers[j]
			m.set(t.slot, t.answer(c.number(t.number)))
		}
		for j := range e.law.others.dated {
			t := &e.law.others.dated[j]
			earliest, latest := c.dates(policies.OffenseDate, offenceBounds)
			m.set(t.slot, t.answer(&e.codes[c.Code], earliest, latest))
		}
		for j := range e.law.others.dates {
			t := &e.law.others.dates[j]
			if t.field == policies.BirthDate {
				if p.Birth.Known() {
					m.set(t.slot, t.answer(p.Birth, p.Birth))
				}
				continue
			}
			m.set(t.slot, t.answer(c.dates(t.field, t.implied)))
		}
		e.idleMask(p, i, &m)
		e.counting[i] = e.satisfies(&m)
	}
}

// counts tells whether row i is a charge that satisfies the condition of a
// fact, given its bit.
func (e *Evaluator) counts(bit uint64, i int) truth {
	switch c := &e.counting[i]; {
	case c.yes&bit != 0:
		return yes
	case c.maybe&bit != 0:
		return unknown
	default:
		return no
	}
}

func (e *Evaluator) foldCount(p *Person, f *fact, out *folded, groups, hole int) {
	e.states = slices.Grow(e.states[:0], groups)[:groups]
	clear(e.states)
	out.known, out.possible = 0, hole
	for i := range p.Charges {
		state := &e.states[e.groups[i]]
		switch v := e.counts(f.bit, i); {
		case v == yes && *state != yes:
			if *state == 0 {
				out.possible++
			}
			out.known++
			*state = yes
		case v == unknown && *state == 0:
			out.possible++
			*state = no // counted as possible only
		}
	}
}

func (e *Evaluator) foldLatest(p *Person, f *fact, out *folded, hole int) {
	out.latestKnown, out.latestPossible = beginning, beginning
	if hole > 0 {
		out.latestPossible = forever
	}
	for i := range p.Charges {
		v := e.counts(f.bit, i)
		if v == no {
			continue
		}
		earliest, latest := e.event(&p.Charges[i], &f.source.Event)
		out.latestPossible = max(out.latestPossible, latest)
		if v == yes {
			out.latestKnown = max(out.latestKnown, earliest)
		}
	}
}

// foldRestart collects the events of the charges that start the clock of an
// earlier one again.
func (e *Evaluator) foldRestart(p *Person, f *fact, out *folded, hole int) {
	out.restarts, out.mayRestart, out.latestPossible = out.restarts[:0], out.mayRestart[:0], beginning
	if hole > 0 {
		out.latestPossible = forever
	}
	for i := range p.Charges {
		v := e.counts(f.bit, i)
		if v == no {
			continue
		}
		earliest, latest := e.event(&p.Charges[i], &f.source.Event)
		from, to := p.Charges[i].dates(f.source.Field, 0)
		group := e.groups[i]
		out.mayRestart = append(out.mayRestart, laterEvent{order: to, best: latest, second: beginning, bestGroup: group})
		if v == yes && from == to {
			out.restarts = append(out.restarts, laterEvent{order: from, best: earliest, second: beginning, bestGroup: group})
		}
	}
	for _, l := range []laterEvents{out.restarts, out.mayRestart} {
		slices.SortFunc(l, byOrder)
		l.seal()
	}
}

// offenceBounds are the events that an offence is never later than.
const offenceBounds = 1<<policies.ArrestDate | 1<<policies.DispositionDate

// answer compares a count that lies in an interval.
func (t *countTest) answer(known, possible int) truth {
	switch {
	case t.atMost && possible <= t.n, !t.atMost && known >= t.n:
		return yes
	case t.atMost && known > t.n, !t.atMost && possible < t.n:
		return no
	default:
		return unknown
	}
}

// answer asks whether the latest date is early enough. It is so when all that
// may count are, and not so as soon as one that counts is too recent.
func (t *latestTest) answer(f *folded) truth {
	switch {
	case f.latestKnown > t.limit:
		return no
	case f.latestPossible <= t.limit:
		return yes
	default:
		return unknown
	}
}

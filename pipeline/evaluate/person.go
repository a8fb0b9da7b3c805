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
func (e *Evaluator) personMask(p *Person, hole int) mask {
	var m mask
	for i := range e.law.person {
		t := &e.law.person[i]
		v := unknown
		switch t.test.(type) {
		case policies.Deceased:
			v = e.deceased(p, hole)
		case policies.Registered:
			v = e.registered(p, t.sets, hole)
		default:
			if p.Birth.Known() {
				v = t.date.answer(p.Birth, p.Birth)
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

	// Of a fact that depends on the charge under decision: for each group the
	// earliest date on which it certainly counts and may count, and the same
	// sorted. A group that never counts has forever; all are empty when none
	// counts.
	certainly, maybe             []schemas.Date
	sortedCertainly, sortedMaybe []schemas.Date
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
	e.otherMasks(p)
	for i := range e.law.facts {
		f, out := &e.law.facts[i], &e.facts[i]
		switch {
		case f.source.Prior != nil:
			e.foldPrior(p, f, out, groups)
		case f.source.Count:
			e.foldCount(p, f, out, groups, hole)
		default:
			e.foldLatest(p, f, out, hole)
		}
	}
}

// otherMasks answers, for every charge, the leaves of the conditions of facts.
func (e *Evaluator) otherMasks(p *Person) {
	e.others = slices.Grow(e.others[:0], len(p.Charges))[:len(p.Charges)]
	for i := range p.Charges {
		c := &p.Charges[i]
		m := e.law.others.table[tableIndex(c.Disposition, c.Severity, c.Sentence)]
		m.merge(e.codes[c.Code].others)
		m.merge(e.counties[c.County].others)
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
		e.others[i] = m
	}
}

// counts tells whether the row is a charge that satisfies the fact's condition.
func (e *Evaluator) counts(p *Person, f *fact, i int) truth {
	if p.Charges[i].Kind&schemas.RowCharge == 0 {
		return no
	}
	return f.where.value(&e.others[i], 0)
}

func (e *Evaluator) foldCount(p *Person, f *fact, out *folded, groups, hole int) {
	e.states = slices.Grow(e.states[:0], groups)[:groups]
	clear(e.states)
	out.known, out.possible = 0, hole
	for i := range p.Charges {
		state := &e.states[e.groups[i]]
		switch v := e.counts(p, f, i); {
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
		v := e.counts(p, f, i)
		if v == no {
			continue
		}
		d := p.Charges[i].date(f.source.Field)
		if !d.Known() {
			out.latestPossible = forever
			continue
		}
		out.latestPossible = max(out.latestPossible, d)
		if v == yes {
			out.latestKnown = max(out.latestKnown, d)
		}
	}
}

// foldPrior sorts the dates of the charges that count, so that those before an
// offence are counted by search. Most persons have none.
func (e *Evaluator) foldPrior(p *Person, f *fact, out *folded, groups int) {
	out.certainly, out.maybe = out.certainly[:0], out.maybe[:0]
	out.sortedCertainly, out.sortedMaybe = out.sortedCertainly[:0], out.sortedMaybe[:0]
	for i := range p.Charges {
		v := e.counts(p, f, i)
		if v == no {
			continue
		}
		for len(out.maybe) < groups {
			out.certainly, out.maybe = append(out.certainly, forever), append(out.maybe, forever)
		}
		d, g := p.Charges[i].date(f.source.Prior.Field), e.groups[i]
		out.maybe[g] = min(out.maybe[g], d) // an unknown date is before all others
		if v == yes && d.Known() {
			out.certainly[g] = min(out.certainly[g], d)
		}
	}
	out.sortedCertainly = append(out.sortedCertainly, out.certainly...)
	out.sortedMaybe = append(out.sortedMaybe, out.maybe...)
	slices.Sort(out.sortedCertainly)
	slices.Sort(out.sortedMaybe)
}

// before counts the charges that count before an offence that happened between
// two days: those that certainly do, and those that may. The charge of the
// offence itself, of group g, is not prior to itself.
func (f *folded) before(g int32, earliest, latest schemas.Date) (known, possible int) {
	known, _ = slices.BinarySearch(f.sortedCertainly, earliest)
	possible, _ = slices.BinarySearch(f.sortedMaybe, latest)
	if f.certainly[g] < earliest {
		known--
	}
	if f.maybe[g] < latest {
		possible--
	}
	return known, possible
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

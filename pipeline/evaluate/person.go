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
func hole(p *Person, kinds schemas.RowKind) int {
	switch {
	case !p.Keyed:
		return many
	case kinds&schemas.RowLesserKey != 0:
		return many
	case kinds&schemas.RowIncomplete != 0:
		return 1
	default:
		return 0
	}
}

// personMask answers the leaves that are the same for all charges of p.
//
// A presumption fills what the record is silent on. It does not fill a hole: of
// a person with rows that could not be read, or of whom we have one row only,
// nothing is presumed of the record as a whole.
func (e *judge) personMask(p *Person, kinds schemas.RowKind, hole int) mask {
	m := e.law.today
	if hole > 0 {
		m.mute = e.law.ofRecord
	}
	for i := range e.law.person {
		t := &e.law.person[i]
		v := unknown
		switch t.test.(type) {
		case policies.Deceased:
			v = deceased(kinds, hole)
		case policies.Registered:
			v = e.registered(p, kinds, t.sets, hole)
		default:
			if born := p.births(); born.from.Known() {
				m.add(&t.slot, t.date.ask(born.from, born.to))
				continue
			}
		}
		m.set(t.slot, v)
	}
	return m
}

func deceased(kinds schemas.RowKind, hole int) truth {
	if kinds&schemas.RowDeceased != 0 {
		return yes
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

func (e *judge) registered(p *Person, kinds schemas.RowKind, sets []*policies.CodeSet, hole int) truth {
	v := absent(hole)
	if kinds&schemas.RowRegistered == 0 {
		return v
	}
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
func (e *judge) group(p *Person, distinct bool) int {
	if distinct {
		for i := len(e.each); i < len(p.Charges); i++ {
			e.each = append(e.each, int32(i)) //nolint:gosec // a person has fewer rows
		}
		e.groups = e.each[:len(p.Charges)]
		return len(p.Charges)
	}
	e.grouped = regrow(e.grouped, len(p.Charges))
	e.groups = e.grouped
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

// fold computes the facts of p, given those that some charge may count for.
func (e *judge) fold(p *Person, some uint64, groups int, distinct bool, hole int) {
	for i := range e.law.facts {
		f, out := &e.law.facts[i], &e.facts[i]
		if some&f.bit == 0 {
			out.none(hole)
			continue
		}
		switch {
		case f.kind == policies.RestartDate:
			e.foldRestart(p, f, out, hole)
		case f.kind == policies.LatestDate:
			e.foldLatest(p, f, out, hole)
		case f.kind == policies.PausedTime:
			e.foldPauses(p, f, out, hole)
		case f.kind == policies.ChargeTruth: // no fold: it is asked of each charge
		case f.relative && distinct && f.source.Prior == nil && f.source.SameDay == nil:
			e.foldDistinctRelative(p, f, &out.relative)
		case f.relative:
			e.foldRelative(p, f, &out.relative, groups)
		case f.lane >= 0 && distinct && len(p.Charges) <= laneMost:
			known, may := e.lanes.of(f)
			out.known, out.possible = known, known+may+hole
		case f.source.Unit == policies.Charges:
			e.foldCount(p, f, out, groups, hole)
		default:
			e.foldClusters(p, f, out, hole)
		}
	}
}

// none makes the fact that of a person none of whose charges counts for it.
func (f *folded) none(hole int) {
	f.known, f.possible = 0, hole
	f.latestKnown, f.latestPossible = beginning, beginning
	if hole > 0 {
		f.latestPossible = forever
	}
	f.relative.any = false
	f.restarts, f.mayRestart = f.restarts[:0], f.mayRestart[:0]
	f.pauses, f.mayPause = f.pauses[:0], f.mayPause[:0]
}

// counts tells whether row i is a charge that satisfies the condition of a
// fact, given its bit.
func (e *judge) counts(bit uint64, i int) truth {
	switch c := &e.counting[i]; {
	case c.yes&bit != 0:
		return yes
	case c.maybe&bit != 0:
		return unknown
	default:
		return no
	}
}

// of tells, as 0 and 1, whether the charge counts for a fact, and whether it may.
func (s *satisfied) of(f *fact) (counts, may int) {
	return int(s.yes >> (f.number & 63) & 1), int(s.maybe >> (f.number & 63) & 1)
}

func (e *judge) foldCount(p *Person, f *fact, out *folded, groups, hole int) {
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

func (e *judge) foldLatest(p *Person, f *fact, out *folded, hole int) {
	out.latestKnown, out.latestPossible = beginning, beginning
	if hole > 0 {
		out.latestPossible = forever
	}
	if f.event.op == policies.OneDate {
		e.foldLatestDate(p, f, out)
		return
	}
	for i := range p.Charges {
		v := e.counts(f.bit, i)
		if v == no {
			continue
		}
		earliest, latest := e.event(&p.Charges[i], &f.event)
		out.latestPossible = max(out.latestPossible, latest)
		if v == yes {
			out.latestKnown = max(out.latestKnown, earliest)
		}
	}
}

// foldLatestDate is foldLatest of one date of a charge, of which NoDate is known
// to be early and possibly late.
func (e *judge) foldLatestDate(p *Person, f *fact, out *folded) {
	known, possible := out.latestKnown, out.latestPossible
	for i := range p.Charges {
		d, latest := p.Charges[i].days(f.event.field)
		if (e.counting[i].yes|e.counting[i].maybe)&f.bit == 0 {
			latest = beginning
		}
		if e.counting[i].yes&f.bit == 0 {
			d = beginning
		}
		known, possible = max(known, d), max(possible, latest)
	}
	out.latestKnown, out.latestPossible = known, possible
}

// foldRestart collects the events of the charges that start the clock of an
// earlier one again.
func (e *judge) foldRestart(p *Person, f *fact, out *folded, hole int) {
	out.restarts, out.mayRestart, out.latestPossible = out.restarts[:0], out.mayRestart[:0], beginning
	if hole > 0 {
		out.latestPossible = forever
	}
	for i := range p.Charges {
		v := e.counts(f.bit, i)
		if v == no {
			continue
		}
		earliest, latest := e.event(&p.Charges[i], &f.event)
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

// ask compares a count that lies in an interval.
func (t *countTest) ask(known, possible int) answer {
	least, most := int64(known-t.n), int64(possible-t.n)
	if t.atMost {
		return answer{t: ^negative(-most), f: negative(-least)}
	}
	return answer{t: ^negative(least), f: negative(most)}
}

// ask asks whether the latest date is early enough. It is so when all that may
// count are, and not so as soon as one that counts is too recent.
func (t *latestTest) ask(f *folded) answer {
	limit := int64(t.limit)
	return answer{t: ^negative(limit - int64(f.latestPossible)), f: negative(limit - int64(f.latestKnown))}
}

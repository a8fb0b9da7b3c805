package evaluate

import (
	"math/bits"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Charges are alike: what is decided for one mask is remembered, and looked up
// for the next. The tables are small enough to stay near the processor, and an
// entry that another one replaces costs one evaluation, never an answer.
const (
	memoBits     = 13
	satisfyBits  = 8
	firstFactor  = 0x9E3779B97F4A7C15
	secondFactor = 0xC2B2AE3D27D4EB4F
)

func hashOf(a, b uint64) uint64 { return (a ^ b*secondFactor) * firstFactor }

// decided is a decision for a mask. It holds for every charge with that mask
// whose sentence runs, or does not, as this one's, but for the day, which is
// found anew for each charge.
type decided struct {
	t, f, p        uint64 // the mask
	undated        uint64 // leaves that time makes true on no day that can be computed
	waits          uint64 // the rules that will give relief, when the charge waits
	due            schemas.Date
	rule, leaf     int16
	dated          int16 // the rule that gives the day of relief, -1 when none does
	outcome        schemas.Outcome
	floor, ceiling policies.Verb
	serving        bool
	runs           bool // the sentence runs
	known          bool // false where nothing is remembered yet
}

func (d *decided) is(t, f, presumed, undated uint64, runs bool) bool {
	return d.t == t && d.f == f && d.p == presumed && d.undated == undated && d.runs == runs && d.known
}

// decide settles charge i from the leaves that are known to hold, known not to,
// and presumed.
func (e *judge) decide(law *Law, p *Person, i int, t, f, presumed uint64, d *Decision) {
	c := &p.Charges[i]
	runs, undated := c.Sentence.Runs(), (e.undated|law.plainTimes&^(f&^presumed))&^t&law.asked
	if len(law.chargeTimes) > 0 {
		undated |= e.undatedCharge(p, c, t)
	}
	at := &e.memo[hashOf(t+presumed, f+undated)>>(64-memoBits)]
	if !at.is(t, f, presumed, undated, runs) {
		e.dated, e.waits = -1, 0
		e.walk(p, i, &mask{t: t, f: f, p: presumed}, d)
		*at = decided{
			t: t, f: f, p: presumed, undated: undated, runs: runs, known: true,
			waits: e.waits, due: d.DueOn, rule: d.Rule, leaf: d.Leaf, dated: e.dated,
			outcome: d.Outcome, floor: d.Floor, ceiling: d.Ceiling, serving: d.Serving,
		}
	}
	d.Outcome, d.Rule, d.Leaf, d.Cap, d.Serving = at.outcome, at.rule, at.leaf, 0, at.serving
	d.Floor, d.Ceiling = at.floor, at.ceiling
	d.True, d.False, d.Presumed = t, f, presumed
	d.EligibleOn, d.DueOn = schemas.NoDate, at.due
	switch {
	case at.dated >= 0:
		if day := e.ruleDay(int(at.dated), p, c, &mask{t: t, f: f, p: presumed}); day != forever {
			d.EligibleOn = day
		}
	case at.waits != 0:
		e.soonest(p, c, &mask{t: t, f: f, p: presumed}, at.waits, d)
	}
}

// personDays forgets the days of the person before, and finds the leaves that
// time makes true, on no day that can be computed, for all charges of p.
func (e *judge) personDays(p *Person) {
	e.undated = 0
	for _, i := range e.law.personTimes {
		e.days[i] = schemas.NoDate
		if t := &e.law.elapsed[i]; e.since(t, p) == forever {
			e.undated |= 1 << t.leaf
		}
	}
}

// undatedCharge are the leaves on the charge itself that time will make true, on
// a day that cannot be computed.
func (e *judge) undatedCharge(p *Person, c *Charge, holds uint64) (leaves uint64) {
	for _, i := range e.law.chargeTimes {
		t := &e.law.elapsed[i]
		if bit := uint64(1) << t.leaf; holds&bit == 0 && e.law.asked&bit != 0 && e.elapsedDay(t, p, c) == forever {
			leaves |= bit
		}
	}
	return leaves
}

// ruleDay is the day on which rule j applies, if nothing but time passes.
func (e *judge) ruleDay(j int, p *Person, c *Charge, m *mask) schemas.Date {
	r := &e.law.rules[j]
	if r.times == 0 {
		return e.day(&r.when, p, c, m)
	}
	day := beginning
	for times := r.times &^ m.p; times != 0; times &= times - 1 {
		day = max(day, e.leafElapsed(int(e.law.elapsedOf[bits.TrailingZeros64(times)]), p, c))
	}
	return day
}

// leafElapsed is the day on which time makes a leaf true, given its position
// among elapsed.
func (e *judge) leafElapsed(i int, p *Person, c *Charge) schemas.Date {
	t := &e.law.elapsed[i]
	if !t.personal {
		return e.elapsedDay(t, p, c)
	}
	if e.days[i] == schemas.NoDate {
		e.days[i] = e.elapsedDay(t, p, nil)
	}
	return e.days[i]
}

// soonest finds among the rules that a charge waits for the one that gives
// relief first.
func (e *judge) soonest(p *Person, c *Charge, m *mask, rules uint64, d *Decision) {
	first := forever
	for ; rules != 0; rules &= rules - 1 {
		j := bits.TrailingZeros64(rules)
		if day := e.ruleDay(j, p, c, m); day < first {
			first, d.Rule = day, int16(j) //nolint:gosec // at most 63
		}
	}
	d.EligibleOn, d.Leaf = first, e.law.rules[d.Rule].when.first(m, 0, no)
}

// satisfied are the facts whose conditions a charge satisfies, or may.
type satisfied struct{ yes, maybe uint64 }

// lanes are counts of the first facts that count the charges of a person, eight
// bits each: a person's counts are the sum of the lanes of the charges.
type lanes struct{ known, may uint64 }

const (
	laneBits  = 8
	laneFacts = 64 / laneBits
	laneMost  = 1<<laneBits - 1 // charges of a person
)

// of are the counts of a fact.
func (l lanes) of(f *fact) (known, may int) {
	shift := f.lane * laneBits & 63
	return int(l.known >> shift & laneMost), int(l.may >> shift & laneMost)
}

// counted is what one charge counts for.
type counted struct {
	facts satisfied
	lanes lanes
}

type countedBy struct {
	t, f  uint64
	known bool
	counted
}

// countsFor is what a charge with the mask counts for.
func (e *judge) countsFor(m *mask) *counted {
	at := &e.satisfying[hashOf(m.t, m.f)>>(64-satisfyBits)]
	if at.known && at.t == m.t && at.f == m.f {
		return &at.counted
	}
	*at = countedBy{t: m.t, f: m.f, known: true}
	for i := range e.law.facts {
		f := &e.law.facts[i]
		lane := uint64(0)
		if f.lane >= 0 {
			lane = 1 << (f.lane * laneBits)
		}
		switch f.where.value(m, 0) {
		case yes:
			at.facts.yes |= f.bit
			at.lanes.known += lane
		case unknown:
			at.facts.maybe |= f.bit
			at.lanes.may += lane
		case no:
		}
	}
	return &at.counted
}

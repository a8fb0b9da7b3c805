package evaluate

import "math/bits"

// Charges are alike: what is decided for one mask is remembered, and looked up
// for the next. The tables are small enough to stay near the processor, and an
// entry that another one replaces costs one evaluation, never an answer.
const (
	memoBits     = 11
	satisfyBits  = 8
	firstFactor  = 0x9E3779B97F4A7C15
	secondFactor = 0xC2B2AE3D27D4EB4F
)

func hashOf(a, b uint64) uint64 { return (a ^ b*secondFactor) * firstFactor }

// decided is a decision for a mask. It holds for every charge with that mask
// whose sentence runs, or does not, as this one's, but for the day, which is
// found anew for each charge.
type decided struct {
	m       mask
	undated uint64 // leaves that time makes true on no day that can be computed
	runs    bool
	known   bool
	dated   int16  // the rule that gives the day of relief, -1 when none does
	waits   uint64 // the rules that will give relief, when the charge waits
	d       Decision
}

func (d *decided) holds(m *mask, undated uint64, runs bool) bool {
	return d.known && d.m.t == m.t && d.m.f == m.f && d.m.p == m.p && d.undated == undated && d.runs == runs
}

// decide settles charge i from what is known of it.
func (e *Evaluator) decide(p *Person, i int, m *mask, d *Decision) {
	c := &p.Charges[i]
	runs, undated := c.Sentence.Runs(), e.undated(p, c, m)
	at := &e.memo[hashOf(m.t+m.p, m.f+undated)>>(64-memoBits)]
	if !at.holds(m, undated, runs) {
		e.dated, e.waits = -1, 0
		e.walk(p, i, m, d)
		*at = decided{m: *m, undated: undated, runs: runs, known: true, dated: e.dated, waits: e.waits, d: *d}
	}
	*d = at.d
	switch {
	case at.dated >= 0:
		if day := e.day(&e.law.rules[at.dated].when, p, c, m); day != forever {
			d.EligibleOn = day
		}
	case at.waits != 0:
		e.soonest(p, c, m, at.waits, d)
	}
}

// undated are the leaves that time will make true, on a day that cannot be
// computed.
func (e *Evaluator) undated(p *Person, c *Charge, m *mask) uint64 {
	var leaves uint64
	for i := range e.law.elapsed {
		t := &e.law.elapsed[i]
		if bit := uint64(1) << t.leaf; m.t&bit == 0 && e.elapsedDay(t, p, c) == forever {
			leaves |= bit
		}
	}
	return leaves
}

// soonest finds among the rules that a charge waits for the one that gives
// relief first.
func (e *Evaluator) soonest(p *Person, c *Charge, m *mask, rules uint64, d *Decision) {
	first := forever
	for ; rules != 0; rules &= rules - 1 {
		j := bits.TrailingZeros64(rules)
		if day := e.day(&e.law.rules[j].when, p, c, m); day < first {
			first, d.Rule = day, int16(j) //nolint:gosec // at most 63
		}
	}
	d.EligibleOn, d.Leaf = first, e.law.rules[d.Rule].when.first(m, 0, no)
}

// satisfied are the facts whose conditions a charge satisfies, or may.
type satisfied struct{ yes, maybe uint64 }

type satisfiedBy struct {
	t, f  uint64
	known bool
	facts satisfied
}

// satisfies are the facts that a charge with the mask counts for.
func (e *Evaluator) satisfies(m *mask) satisfied {
	at := &e.satisfying[hashOf(m.t, m.f)>>(64-satisfyBits)]
	if at.known && at.t == m.t && at.f == m.f {
		return at.facts
	}
	*at = satisfiedBy{t: m.t, f: m.f, known: true}
	for i := range e.law.facts {
		switch e.law.facts[i].where.value(m, 0) {
		case yes:
			at.facts.yes |= 1 << i
		case unknown:
			at.facts.maybe |= 1 << i
		case no:
		}
	}
	return at.facts
}

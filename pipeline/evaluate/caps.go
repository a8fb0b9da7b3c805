package evaluate

import (
	"cmp"
	"slices"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// lifetimeCap is a compiled cap.
type lifetimeCap struct {
	source *policies.Cap
	rules  []bool // by rule: the cap bounds it
	atMost int
	used   int // the fact that counts earlier relief, -1 when there is none
}

// capScratch is reused from person to person.
type capScratch struct {
	rows   []int32 // of charges that take a place under the cap, or may
	states []truth // by group: yes when it takes a place, unknown when it may
	places []int   // by group: how many take a place before it, -1 when not yet counted
}

func (c *compiler) compileCaps() {
	pack := c.bound.Pack
	for i := range pack.Caps {
		source := &pack.Caps[i]
		out := lifetimeCap{source: source, rules: make([]bool, len(pack.Rules)), used: -1, atMost: c.bound.Int(source.AtMost)}
		for j := range pack.Rules {
			out.rules[j] = slices.Contains(source.Of, pack.Rules[j].ID)
		}
		if source.Used != "" {
			out.used = c.fact(source.Used)
		}
		c.law.caps = append(c.law.caps, out)
	}
}

// applyCap takes relief back from charges that a lifetime cap leaves out. A
// charge that is left out only if missing facts turn out so becomes a review.
func (e *judge) applyCap(p *Person, number, hole int) {
	limit := &e.law.caps[number]
	certain, uncertain := e.claims(p, limit)
	uncertain += hole
	least, most := limit.atMost, limit.atMost
	if limit.used >= 0 {
		least, most = max(0, most-e.facts[limit.used].possible), max(0, most-e.facts[limit.used].known)
	}
	if certain+uncertain <= least {
		return
	}
	slices.SortFunc(e.capping.rows, func(a, b int32) int { return e.compareClaims(p, limit, a, b) })
	next := 0
	for _, row := range e.capping.rows {
		d, g := &e.decisions[row], e.groups[row]
		if d.Outcome == schemas.Review { // it asks already, and relief is no longer certain
			d.Floor = policies.NoVerb
			continue
		}
		if e.capping.places[g] < 0 {
			e.capping.places[g] = next
			next++
		}
		switch place := e.capping.places[g]; {
		case place+uncertain < least:
		case place >= most && limit.source.Outcome == schemas.NotEligible:
			d.leaveOut(schemas.NotEligible, number)
		default:
			ceiling := d.Ceiling
			d.leaveOut(schemas.Review, number)
			d.Ceiling = ceiling
		}
	}
}

// leaveOut makes a decision that of the cap.
func (d *Decision) leaveOut(outcome schemas.Outcome, number int) {
	d.Outcome, d.Cap, d.Leaf, d.Serving = outcome, int16(number+1), -1, false //nolint:gosec // caps are few
	d.Floor, d.Ceiling = policies.NoVerb, policies.NoVerb
	d.EligibleOn, d.DueOn = schemas.NoDate, schemas.NoDate
}

// claims collects the charges that take a place under the cap or may, and
// counts both. Rows of one charge take one place.
func (e *judge) claims(p *Person, limit *lifetimeCap) (certain, uncertain int) {
	s := &e.capping
	s.rows, s.states, s.places = s.rows[:0], regrow(s.states, len(p.Charges)), regrow(s.places, len(p.Charges))
	for i := range s.states {
		s.states[i], s.places[i] = no, -1
	}
	for i := range e.decisions {
		v := no
		if p.Charges[i].Kind&schemas.RowCharge != 0 {
			v = e.takesPlace(limit, &e.decisions[i])
		}
		if v == no {
			continue
		}
		s.rows = append(s.rows, int32(i))
		if g := e.groups[i]; s.states[g] != yes {
			s.states[g] = v
		}
	}
	for _, v := range s.states {
		switch v {
		case yes:
			certain++
		case unknown:
			uncertain++
		case no:
		}
	}
	return certain, uncertain
}

// takesPlace tells whether a decision is relief, now or with time, under a rule
// that the cap bounds.
func (e *judge) takesPlace(limit *lifetimeCap, d *Decision) truth {
	switch d.Outcome {
	case schemas.Eligible, schemas.NotYet:
		return truthOf(d.Rule >= 0 && limit.rules[d.Rule])
	case schemas.Review:
		m := mask{t: d.True, f: d.False, p: d.Presumed}
		for j := range e.law.rules {
			r := &e.law.rules[j]
			if limit.rules[j] && r.enabled && r.when.value(&m, e.law.temporal&^m.p) != no {
				return unknown
			}
		}
		return no
	case schemas.Blocked, schemas.NotEligible, schemas.OutOfScope, schemas.History:
		return no
	default:
		return no
	}
}

// compareClaims orders charges as the cap says; ties go to the order of the
// record.
func (e *judge) compareClaims(p *Person, limit *lifetimeCap, a, b int32) int {
	x, y := &p.Charges[a], &p.Charges[b]
	for _, key := range limit.source.Order {
		c := 0
		switch key {
		case policies.ByEligibleOn:
			c = cmp.Compare(e.decisions[a].EligibleOn, e.decisions[b].EligibleOn)
		case policies.BySentenceDate:
			c = cmp.Compare(x.sentenced(), y.sentenced())
		case policies.ByCase, policies.ByCharge:
			c = cmp.Compare(x.Rank, y.Rank)
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(x.Rank, y.Rank), cmp.Compare(a, b))
}

// sentenced is the day of the sentence, or of the disposition where the record
// does not give it.
func (c *Charge) sentenced() schemas.Date {
	if c.Sentenced.Known() {
		return c.Sentenced
	}
	return c.Disposed
}

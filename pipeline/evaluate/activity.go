package evaluate

import (
	"github.com/clearsweep/clearsweep/schemas"
)

// idleTest asks whether the last activity of a charge was not after a day.
type idleTest struct {
	slot  slot
	limit schemas.Date
}

// active is the last activity on record of the person at hand: the last day that
// a row of a charge gives for anything.
type active struct {
	byCharge []schemas.Date // by group
	byCase   []schemas.Date
	loose    schemas.Date // of rows without a docket, which may be of any case
	all      schemas.Date
}

// findActivity finds the last activity of every charge and case, where the law
// asks for it.
func (e *judge) findActivity(p *Person, groups, hole int) {
	if len(e.law.others.idle) == 0 {
		return
	}
	a := &e.active
	a.byCharge, a.byCase = regrow(a.byCharge, groups), a.byCase[:0]
	a.loose, a.all = beginning, beginning
	for g := range a.byCharge {
		a.byCharge[g] = beginning
	}
	if hole > 0 { // what cannot be seen may have happened yesterday
		a.loose, a.all = forever, forever
	}
	for i := range p.Charges {
		c := &p.Charges[i]
		if c.Kind&schemas.RowCharge == 0 {
			continue
		}
		day := c.lastActivity()
		if c.Partial != nil { // there was one more, on a day that is not known
			a.loose, a.all = forever, forever
		}
		a.all = max(a.all, day)
		a.byCharge[e.groups[i]] = max(a.byCharge[e.groups[i]], day)
		if c.Case < 0 {
			a.loose = max(a.loose, day)
			continue
		}
		for int(c.Case) >= len(a.byCase) {
			a.byCase = append(a.byCase, beginning)
		}
		a.byCase[c.Case] = max(a.byCase[c.Case], day)
	}
}

// lastActivity is the last day that the row gives for anything; NoDate when it
// gives none.
func (c *Charge) lastActivity() schemas.Date {
	return max(c.Offense, c.Arrest, c.Disposed, c.Challenge, c.Sentenced, c.Released, c.SupervisionEnd)
}

// idleMask answers the tests on the last activity of charge i. A charge of which
// no day is on record has no known one.
func (e *judge) idleMask(p *Person, i int, m *mask) {
	for j := range e.law.others.idle {
		t, a, c := &e.law.others.idle[j], &e.active, &p.Charges[i]
		known := a.byCharge[e.groups[i]]
		possible := a.all
		if c.Case >= 0 {
			known = max(known, a.byCase[c.Case])
			possible = max(known, a.loose)
		}
		v := unknown
		switch {
		case known > t.limit:
			v = no
		case known.Known() && possible <= t.limit:
			v = yes
		}
		m.set(t.slot, v)
	}
}

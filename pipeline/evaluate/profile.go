package evaluate

import (
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// profile is the part of a charge that has few values, packed: all that stands
// in a dictionary or a small vocabulary. Charges are alike in it, so what it
// decides is remembered.
type profile [2]uint64

func (c *Charge) profile() profile {
	cell := tableIndex(c.Disposition, c.Severity, c.Sentence)<<4 | smallIndex(c.Incarcerated, c.Restitution)
	return profile{
		uint64(uint32(c.Code))<<32 | uint64(uint32(c.Degree)),                  //nolint:gosec // bits, not numbers
		uint64(c.County)<<44 | uint64(uint32(c.MaxPenalty))<<12 | uint64(cell), //nolint:gosec // a law tells few counties apart
	}
}

// cell is the place of the profile in the table, and in the small one.
func (p *profile) cell() (table, small uint64) {
	return p[1] >> 4 & (tableSize - 1), p[1] & (smallSize - 1)
}

// profileBits is the size of the memory, as a power of two. It fits beside the
// processor, and an entry that another one replaces costs some look-ups, never
// an answer.
const profileBits = 10

// profiled is what a profile decides.
type profiled struct {
	of     profile
	known  bool
	answer answers
	others mask
	counts counted // where profiles decide every test of facts
}

// answers are the leaves of one charge that its profile decides.
type answers struct{ t, f, p uint64 }

// recall looks at every charge of p but for its numbers and dates. It fills
// e.answers and e.counting, by row, adds up e.lanes, and returns the facts that
// some charge may count for.
func (e *judge) recall(p *Person) (some uint64) {
	e.answers, e.counting = regrow(e.answers, len(p.Charges)), regrow(e.counting, len(p.Charges))
	sum := lanes{}
	for i := range p.Charges {
		c := &p.Charges[i]
		if c.Kind&schemas.RowCharge == 0 {
			e.counting[i] = satisfied{}
			continue
		}
		of := c.profile()
		at := &e.profiles[hashOf(of[0], of[1])>>(64-profileBits)]
		if at.of != of || !at.known {
			e.look(c, at)
		}
		counts := &at.counts
		if !e.law.still {
			m := at.others
			e.otherMask(p, i, &m)
			counts = e.countsFor(&m)
		}
		e.answers[i], e.counting[i] = at.answer, counts.facts
		some |= counts.facts.yes | counts.facts.maybe
		sum.known += counts.lanes.known
		sum.may += counts.lanes.may
	}
	e.lanes = sum
	return some
}

// look looks the profile of a charge up in every table.
func (e *judge) look(c *Charge, at *profiled) {
	of := c.profile()
	cell, small := of.cell()
	penalty := e.penaltyMasks(c)
	charge, others := e.law.charge.table[cell], e.law.others.table[cell]
	charge.merge(e.law.charge.small[small])
	others.merge(e.law.others.small[small])
	charge.merge(e.codes[c.Code].charge)
	others.merge(e.codes[c.Code].others)
	charge.merge(e.counties[c.County].charge)
	others.merge(e.counties[c.County].others)
	charge.merge(e.degrees[c.Degree].charge)
	others.merge(e.degrees[c.Degree].others)
	charge.merge(penalty.charge)
	others.merge(penalty.others)
	*at = profiled{of: of, known: true, answer: answers{charge.t, charge.f, charge.p}, others: others}
	if e.law.still {
		at.counts = *e.countsFor(&others)
	}
}

// otherMask answers the leaves of facts that the profile of a charge does not.
func (e *judge) otherMask(p *Person, i int, m *mask) {
	c, s := &p.Charges[i], &e.law.others
	s.circumstances(c, m)
	for j := range s.numbers {
		t := &s.numbers[j]
		m.add(&t.slot, t.ask(c.number(t.number)))
	}
	for j := range s.dated {
		t := &s.dated[j]
		earliest, latest := c.dates(policies.OffenseDate, offenceBounds)
		m.set(t.slot, t.answer(&e.codes[c.Code], earliest, latest))
	}
	for j := range s.dates {
		t := &s.dates[j]
		if t.field == policies.BirthDate {
			if born := p.births(); born.from.Known() {
				m.add(&t.slot, t.ask(born.from, born.to))
			}
			continue
		}
		m.add(&t.slot, t.ask(c.dates(t.field, t.implied)))
	}
	e.idleMask(p, i, m)
}

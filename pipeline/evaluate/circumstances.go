package evaluate

import (
	"slices"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// substanceTest compares the substances of a charge with a list.
type substanceTest struct {
	slot slot
	how  policies.Among
	of   schemas.Substances
}

// answer compares a set; the empty one is not known.
func (t *substanceTest) answer(set schemas.Substances) truth {
	switch {
	case set == 0:
		return unknown
	case t.how == policies.OnlyOf:
		return truthOf(set&^t.of == 0)
	case t.how == policies.AnyOf:
		return truthOf(set&t.of != 0)
	default:
		return truthOf(set&t.of == 0)
	}
}

// fits tells whether the test would hold of what weaker evidence names, as far
// as records tell substances apart. Of nothing it would.
func (t *substanceTest) fits(set schemas.Substances) bool {
	if t.how == policies.OnlyOf {
		return set&^t.of.Kin() == 0
	}
	return set == 0 || t.answer(set) == yes
}

// rungs is a set of evidence.
type rungs uint8

func (r rungs) has(e schemas.Evidence) bool { return r>>e&1 != 0 }

// rungsOf are the rungs that decide under a policy.
func rungsOf(decides func(schemas.Evidence) bool) (r rungs) {
	for e := range schemas.ArrestReport + 1 {
		if decides(e) {
			r |= 1 << e
		}
	}
	return r
}

// always are the rungs that decide under every policy, believed those that decide
// under some.
var (
	always   = rungsOf(schemas.Evidence.Decides)
	believed = always | 1<<schemas.Laboratory
)

// decides tells whether the evidence of the charge does. A laboratory that a code
// of the offence contradicts does not, where it otherwise would.
func (c *Charge) decides(deciding rungs) bool {
	return deciding.has(c.Evidence) && (c.Evidence != schemas.Laboratory || c.NCIC&^c.Substances.Kin() == 0)
}

// named is what evidence that decides names.
func (c *Charge) named(deciding rungs) schemas.Substances {
	if c.decides(deciding) {
		return c.Substances
	}
	return 0
}

// hinted is what evidence names that does not decide.
func (c *Charge) hinted(deciding rungs) schemas.Substances {
	if c.decides(deciding) {
		return c.NCIC
	}
	return c.Substances | c.NCIC
}

// circumstances answers the leaves on the substance and on the relation of the
// victim. Of a conviction that the policy includes, a substance that nothing
// names is presumed to be what is asked for, unless weaker evidence names
// another.
func (s *space) circumstances(c *Charge, m *mask) {
	m.merge(s.relations[c.VictimRelation&3])
	for i := range s.substances {
		t := &s.substances[i]
		v := t.answer(c.named(s.deciding))
		if v == unknown && s.includes(c) && t.fits(c.hinted(s.deciding)) {
			m.p |= t.slot.bit
			v = yes
		}
		m.set(t.slot, v)
	}
}

// includes tells whether the policy includes a charge of which it is not known
// which substance it was. Evidence of a substance that could not be read is
// evidence of some substance.
func (s *space) includes(c *Charge) bool {
	unread := c.Substances == 0 && c.Evidence != schemas.NoEvidence
	return s.included.Known() && c.Disposed.Known() && c.Disposed <= s.included && !unread
}

// include compiles what the policy does with a substance that is not known.
func (c *compiler) include(pack *policies.Pack) {
	c.charge.included, c.others.included = schemas.NoDate, schemas.NoDate
	c.charge.deciding = rungsOf(pack.Decides)
	c.others.deciding = c.charge.deciding
	if u := &pack.SubstanceUnknown; u.Include {
		c.charge.included = u.Until
	}
	for i := range c.charge.substances {
		c.substance |= c.charge.substances[i].slot.bit
	}
}

// circumstances are what the rows of one charge say of the substance and of the
// victim, and whether they say different things.
type circumstances struct {
	substances     schemas.Substances // by evidence that always decides
	laboratory     schemas.Substances
	relation       schemas.VictimRelation
	age            int32 // 1 more than the age; 0 when no row gives one
	drugs, victims bool  // they do
}

func (s *circumstances) note(c *Charge) {
	if named := c.named(always); named != 0 {
		s.drugs = s.drugs || s.substances != 0 && s.substances != named
		s.substances = named
	}
	if c.Evidence == schemas.Laboratory && c.Substances != 0 {
		s.drugs = s.drugs || s.laboratory != 0 && s.laboratory != c.Substances
		s.laboratory = c.Substances
	}
	if c.VictimRelation != schemas.RelationUnknown {
		s.victims = s.victims || s.relation != schemas.RelationUnknown && s.relation != c.VictimRelation
		s.relation = c.VictimRelation
	}
	if c.VictimAge != NoNumber {
		s.victims = s.victims || s.age != 0 && s.age != c.VictimAge+1
		s.age = c.VictimAge + 1
	}
}

// contradicts tells whether the weaker evidence of a row names a substance that
// the evidence which always decides does not.
func (s *circumstances) contradicts(c *Charge) bool {
	return s.substances != 0 && c.hinted(always)&^s.substances.Kin() != 0
}

// forget makes unknown what the rows of the charge do not agree on, and tells
// whether that is less than the row said.
func (s *circumstances) forget(c *Charge) (less bool) {
	if s.drugs && c.named(believed) != 0 {
		c.Evidence, less = schemas.NoEvidence, true // what it named stays, to be asked about
	}
	if s.victims && (c.VictimRelation != schemas.RelationUnknown || c.VictimAge != NoNumber) {
		c.VictimRelation, c.VictimAge, less = schemas.RelationUnknown, NoNumber, true
	}
	return less
}

// soundCircumstances makes unknown the substances and the victims of charges
// whose rows, or whose codes, contradict one another.
func (p *Person) soundCircumstances() (doubts int) {
	keys, said := int32(-1), false
	for i := range p.Charges {
		c := &p.Charges[i]
		keys = max(keys, c.Key)
		said = said || c.Substances|c.NCIC != 0 || c.VictimAge != NoNumber || c.VictimRelation != schemas.RelationUnknown
	}
	if !said {
		return 0
	}
	p.said = slices.Grow(p.said[:0], int(keys)+1)[:int(keys)+1]
	clear(p.said)
	for i := range p.Charges {
		if c := &p.Charges[i]; c.Key >= 0 {
			p.said[c.Key].note(c)
		}
	}
	for i := range p.Charges {
		if c := &p.Charges[i]; c.Key >= 0 && p.said[c.Key].contradicts(c) {
			p.said[c.Key].drugs = true
		}
	}
	for i := range p.Charges {
		c, s := &p.Charges[i], circumstances{}
		if c.Key >= 0 {
			s = p.said[c.Key]
		} else {
			s.note(c)
			s.drugs = s.contradicts(c)
		}
		if s.forget(c) {
			doubts++
		}
	}
	return doubts
}

package evaluate

import (
	"slices"

	"github.com/clearsweep/clearsweep/policies"
)

// numberTest asks whether a number lies in [from, to].
type numberTest struct {
	slot     slot
	number   policies.Number
	from, to int32
}

// ask compares a number; NoNumber, which is negative, is not known.
func (t *numberTest) ask(n int32) answer {
	known, outside := ^negative(int64(n)), negative((int64(n)-int64(t.from))|(int64(t.to)-int64(n)))
	return answer{t: known &^ outside, f: known & outside}
}

// number is a number that the record of a charge gives.
func (c *Charge) number(n policies.Number) int32 {
	switch n {
	case policies.TermMin:
		return c.TermMin
	case policies.VictimAge:
		return c.VictimAge
	case policies.TermMax, policies.MaxPenalty: // the latter is asked of penaltyMasks
		return c.TermMax
	default:
		return NoNumber
	}
}

// penaltyEntry is a maximum penalty, with the answers that it alone decides.
type penaltyEntry struct {
	days           int32 // NoNumber when it is not known
	charge, others mask
}

func (l *Law) penaltyEntry(days int32) penaltyEntry {
	entry := penaltyEntry{days: days}
	for i := range l.charge.penalties {
		t := &l.charge.penalties[i]
		entry.charge.add(&t.slot, t.ask(days))
	}
	for i := range l.others.penalties {
		t := &l.others.penalties[i]
		entry.others.add(&t.slot, t.ask(days))
	}
	return entry
}

// penaltyMasks answers the leaves on the maximum penalty. What the record does
// not give is what the law gives for the code, or else for the degree; of a code
// that is not known, it may be what the law gives for some other code.
func (e *judge) penaltyMasks(c *Charge) *penaltyEntry {
	switch {
	case c.MaxPenalty == NoNumber && e.law.codePenalties && e.codes[c.Code].code == nil:
		return &e.codes[0].penalty
	case c.MaxPenalty == NoNumber && e.codes[c.Code].penalty.days != NoNumber:
		return &e.codes[c.Code].penalty
	case c.MaxPenalty == NoNumber:
		return &e.degrees[c.Degree].penalty
	case e.stated.days != c.MaxPenalty:
		e.stated = e.law.penaltyEntry(c.MaxPenalty)
	}
	return &e.stated
}

// penaltyOfCode is what the law gives for a code, NoNumber when it does not say.
func (l *Law) penaltyOfCode(code *policies.Code) int32 {
	pack := l.bound.Pack
	for i := range pack.Penalties {
		p := &pack.Penalties[i]
		for _, name := range p.Sets {
			if code != nil && pack.CodeSet(name).Contains(*code, pack.State()) {
				return p.Days
			}
		}
	}
	return NoNumber
}

// penaltyOfDegree is what the law gives for a degree. A degree that may stand
// for several has a penalty when they all have the same.
func (l *Law) penaltyOfDegree(folded string) int32 {
	days := int32(NoNumber)
	for i, degree := range l.bound.Pack.Degrees.Alternatives(folded) {
		d := l.penaltyOf(degree)
		if i > 0 && d != days {
			return NoNumber
		}
		days = d
	}
	return days
}

func (l *Law) penaltyOf(degree string) int32 {
	for i := range l.bound.Pack.Penalties {
		if p := &l.bound.Pack.Penalties[i]; slices.Contains(p.Degrees, degree) {
			return p.Days
		}
	}
	return NoNumber
}

// degreeTest looks at nothing but the degree of the offence.
type degreeTest struct {
	slot slot
	test policies.DegreeIn
}

// answer compares what a degree may stand for with what is asked; a degree that
// the policy does not know is not known.
func (t *degreeTest) answer(of *policies.Degrees, folded string) truth {
	v := unknown
	for i, degree := range of.Alternatives(folded) {
		now := truthOf(slices.Contains(t.test.In, degree))
		if i > 0 && now != v {
			return unknown
		}
		v = now
	}
	return v
}

package evaluate

import (
	"math/bits"

	"github.com/clearsweep/clearsweep/schemas"
)

// Use says what the substance of a charge had to do with its decision.
type Use uint8

// The uses.
const (
	// Unused: the decision is the same whatever the substance was.
	Unused Use = iota
	// Answered: the substance that the record names had a part in it.
	Answered
	// Included: the decision rests on what the policy presumes of a substance
	// that is not known.
	Included
	// Asked: the substance is what the review asks for.
	Asked
)

// AsksCircumstances tells whether a condition asks for the substance of a charge
// or for its victim; what the record says of them decides nothing otherwise.
func (l *Law) AsksCircumstances() bool { return l.circumstantial }

// AsksSubstance tells whether a rule asks for the substance of a charge.
func (l *Law) AsksSubstance() bool { return l.substance&l.asked != 0 }

// Substance says what the substance had to do with a decision.
func (l *Law) Substance(d *Decision) Use {
	switch {
	case l.asksFor(d):
		return Asked
	case l.substance&d.Presumed != 0 && l.rests(d, l.substance&d.Presumed):
		return Included
	case l.substance&(d.True|d.False) != 0 && l.rests(d, l.substance):
		return Answered
	default:
		return Unused
	}
}

// asksFor tells whether a decision is a review that asks for the substance.
func (l *Law) asksFor(d *Decision) bool {
	return d.Outcome == schemas.Review && d.Leaf >= 0 && l.substance&(1<<d.Leaf) != 0
}

// rests tells whether a rule that was tried has another value without the
// answers of some leaves.
func (l *Law) rests(d *Decision, leaves uint64) bool {
	with := mask{t: d.True, f: d.False, p: d.Presumed}
	without := mask{t: d.True &^ leaves, f: d.False &^ leaves, p: d.Presumed &^ leaves}
	for j := range l.rules {
		r := &l.rules[j]
		if r.enabled && r.when.leaves&leaves != 0 && r.when.value(&with, 0) != r.when.value(&without, 0) {
			return true
		}
		if j == int(d.Rule) {
			break
		}
	}
	return false
}

// Rung is the best evidence that names a substance of the charge.
func (c *Charge) Rung() schemas.Evidence {
	if c.NCIC != 0 && (c.Substances == 0 || c.Evidence == schemas.NoEvidence || c.Evidence > schemas.OffenseCode) {
		return schemas.OffenseCode
	}
	return c.Evidence
}

// The priorities of a review.
const (
	NormalPriority = "normal"
	HighPriority   = "high"
)

// weigh is the text of a review with its priority. One that asks for the substance
// names in its question what weaker evidence says of it, and comes first if that is
// what the law asks for.
func (e *judge) weigh(t *Text, c *Charge, d *Decision) *Text {
	if d.Outcome != schemas.Review {
		return t
	}
	hinted := c.hinted(e.law.charge.deciding)
	if hinted == 0 || !e.law.asksFor(d) {
		return t
	}
	key := hint{text: t, substances: c.Substances, ncic: c.NCIC, evidence: c.Evidence}
	weighed, ok := e.hints[key]
	if !ok {
		copied := *t
		copied.Question = key.words()
		if e.law.substanceTest(1 << d.Leaf).fits(hinted) {
			copied.Priority = HighPriority
		}
		weighed = &copied
		e.hints[key] = weighed
	}
	return weighed
}

func (l *Law) substanceTest(bit uint64) *substanceTest {
	for i := range l.charge.substances {
		if t := &l.charge.substances[i]; t.slot.bit == bit {
			return t
		}
	}
	panic("evaluate: no test of leaf " + l.leaves[bits.TrailingZeros64(bit)].ID)
}

// hint is a question, and what is said of its answer that does not decide.
type hint struct {
	text             *Text // of the question
	substances, ncic schemas.Substances
	evidence         schemas.Evidence
}

func (h hint) words() string {
	question := h.text.Question
	say := func(who string, set schemas.Substances, but string) {
		if set != 0 {
			question += " " + who + " names " + set.Words() + ", " + but + "."
		}
	}
	switch h.evidence {
	case schemas.OffenseCode:
		say("The code of the offence", h.substances, "which does not decide")
	case schemas.Laboratory:
		say("The laboratory", h.substances, "which does not decide")
	case schemas.ArrestReport:
		say("The report of the arrest", h.substances, "which does not decide")
	case schemas.NoEvidence:
		say("The record", h.substances, "but contradicts itself or does not say where")
	case schemas.ConvictionCount, schemas.Judgment, schemas.Charging: // would have decided
	}
	say("The NCIC code", h.ncic, "which does not decide")
	return question
}

package evaluate

import (
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// presumption answers a leaf of a charge of which the record says nothing else,
// if what the law asks of the charge certainly holds.
type presumption struct {
	bit    uint64 // of the leaf
	answer bool
	fact   uint64 // the bit of what is asked of the charge
}

// closing counts without the pending charges that the law presumes closed.
type closing struct {
	bit    uint64    // of the leaf
	test   countTest // of the fact that counts without them
	counts uint64    // the bit of that fact
	fact   uint64    // the bit of what is asked of the pending charge
}

// presumption compiles what a clause presumes on a condition.
func (c *compiler) presumption(bit uint64, leaf *policies.Leaf) {
	u := &leaf.Unknown
	if u.If == "" {
		return
	}
	fact := c.facts[c.fact(u.If)].bit
	if u.Closed == "" {
		c.presumptions = append(c.presumptions, presumption{bit: bit, answer: u.Answer, fact: fact})
		return
	}
	test, ok := leaf.Test.(policies.FactIs)
	if !ok {
		panic("evaluate: a presumption that charges are closed is one of a count")
	}
	counts := c.fact(u.Closed)
	c.facts[counts].lane = -1 // what it counts is not in the lanes
	c.closings = append(c.closings, closing{
		bit: bit, counts: c.facts[counts].bit, fact: fact,
		test: countTest{slot: slot{bit: bit}, fact: counts, atMost: test.AtMost, n: c.bound.Int(test.N)},
	})
}

// presumeClosed takes the charges that are presumed closed out of the facts that
// count without them: those that are pending, or may be.
func (e *judge) presumeClosed(p *Person) {
	for i := range e.law.closings {
		t := &e.law.closings[i]
		for j := range e.counting {
			open := p.Charges[j].Disposition
			if e.counting[j].yes&t.fact != 0 && (open == schemas.Pending || open == schemas.DispositionUnknown) {
				e.counting[j].yes &^= t.counts
				e.counting[j].maybe &^= t.counts
			}
		}
	}
}

// presume puts what the law presumes of charge i in the place of what is not
// known. It is the last to fill the mask.
func (e *judge) presume(p *Person, i, hole int, m mask) (t, f, presumed uint64) {
	for j := range e.law.closings {
		t := &e.law.closings[j]
		if m.mute&t.bit != 0 {
			continue
		}
		f := &e.facts[t.test.fact]
		known, possible := f.known, f.possible
		if source := &e.law.facts[t.test.fact]; source.source.Relative() {
			known, possible = e.count(p, i, source, &f.relative)
			possible += hole
		}
		m.presume(t.bit, t.test.ask(known, possible))
	}
	for j := range e.law.presumptions {
		if t := &e.law.presumptions[j]; (m.t|m.f|m.mute)&t.bit == 0 && e.counting[i].yes&t.fact != 0 {
			m.presume(t.bit, truthOf(t.answer).answer())
		}
	}
	return m.t, m.f, m.p
}

// presume gives a leaf another value, and notes that it is presumed.
func (m *mask) presume(bit uint64, a answer) {
	t, f := a.t&bit, a.f&bit
	if t|f == 0 || (t == m.t&bit && f == m.f&bit) {
		return
	}
	m.t, m.f, m.p = m.t&^bit|t, m.f&^bit|f, m.p|bit
}

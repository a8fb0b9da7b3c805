package evaluate

import "github.com/clearsweep/clearsweep/policies"

// truth is a value of three-valued (Kleene) logic. The zero value is unknown.
type truth uint8

const (
	unknown truth = iota
	yes
	no
)

func (v truth) String() string {
	switch v {
	case yes:
		return "yes"
	case no:
		return "no"
	case unknown:
	}
	return "unknown"
}

// truthOf is the truth of a known fact.
func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// mask is what is known of the leaves of one space: bit n belongs to leaf n. A
// leaf in neither of t and f is unknown; p marks answers that are presumed, and
// mute the leaves for which nothing is presumed.
type mask struct{ t, f, p, mute uint64 }

func (m *mask) merge(o mask) { m.t |= o.t; m.f |= o.f; m.p |= o.p }

// slot is a leaf's place in a mask and what to do when it is unknown.
type slot struct {
	bit     uint64
	presume truth // unknown when nothing is presumed
}

// set records the value of the leaf in the slot.
func (m *mask) set(s slot, v truth) { m.add(&s, v.answer()) }

// add records the answer to the leaf in the slot.
func (m *mask) add(s *slot, a answer) { m.t, m.f, m.p = s.add(a, m.t, m.f, m.p, m.mute) }

// answer is a truth in a form that no branch is needed to use: all bits of t are
// set when it is yes, all of f when it is no.
type answer struct{ t, f uint64 }

func (v truth) answer() answer {
	return [...]answer{unknown: {}, yes: {t: ^uint64(0)}, no: {f: ^uint64(0)}}[v]
}

// add adds the answer to the leaf in the slot to the leaves that hold, those that
// do not, and those that are presumed, unless the leaf is mute.
func (s *slot) add(a answer, t, f, p, mute uint64) (_, _, _ uint64) {
	if s.presume != unknown && (a.t|a.f|mute&s.bit) == 0 {
		a = s.presume.answer()
		p |= s.bit
	}
	return t | a.t&s.bit, f | a.f&s.bit, p
}

// negative is all bits when n is negative, and none otherwise.
func negative(n int64) uint64 { return uint64(n >> 63) } //nolint:gosec // bits, not numbers

// node is a condition in negation normal form: a conjunction or a disjunction
// of literals, as bits, and of further nodes.
type node struct {
	and      bool
	pos, neg uint64 // literals: leaves as they are, and negated ones; disjoint
	kids     []node
	terms    []term // the same in the order of the file
	leaves   uint64 // all leaves at or below the node
}

// term is a literal, or the kid of that position when leaf is -1.
type term struct {
	leaf int16
	neg  bool
	kid  int
}

// value is the value of the node. The literals over leaves in relax that fail
// count as satisfied: with 0 that is the value today, with the temporal leaves
// it is the value in the fullness of time.
func (n *node) value(m *mask, relax uint64) truth {
	holds := m.t&n.pos | m.f&n.neg
	fails := m.f&n.pos | m.t&n.neg
	holds |= fails & relax
	fails &^= relax
	if n.and {
		return n.conjunction(m, relax, holds, fails)
	}
	return n.disjunction(m, relax, holds, fails)
}

func (n *node) conjunction(m *mask, relax, holds, fails uint64) truth {
	if fails != 0 {
		return no
	}
	v := yes
	if holds != n.pos|n.neg {
		v = unknown
	}
	for i := range n.kids {
		switch n.kids[i].value(m, relax) {
		case no:
			return no
		case unknown:
			v = unknown
		case yes:
		}
	}
	return v
}

func (n *node) disjunction(m *mask, relax, holds, fails uint64) truth {
	if holds != 0 {
		return yes
	}
	v := no
	if fails != n.pos|n.neg {
		v = unknown
	}
	for i := range n.kids {
		switch n.kids[i].value(m, relax) {
		case yes:
			return yes
		case unknown:
			v = unknown
		case no:
		}
	}
	return v
}

// literal is the value of a literal.
func (t term) literal(m *mask, relax uint64) truth {
	bit := uint64(1) << t.leaf
	v := unknown
	switch {
	case m.t&bit != 0:
		v = truthOf(!t.neg)
	case m.f&bit != 0:
		v = truthOf(t.neg)
	}
	if v == no && relax&bit != 0 {
		return yes
	}
	return v
}

// first returns the leaf, first in the order of the file, to which the node
// owes a value of want (unknown or no); -1 when the node has another value.
func (n *node) first(m *mask, relax uint64, want truth) int16 {
	if n.value(m, relax) != want {
		return -1
	}
	for _, t := range n.terms {
		if t.leaf < 0 {
			kid := &n.kids[t.kid]
			if kid.value(m, relax) == want {
				return kid.first(m, relax, want)
			}
			continue
		}
		if t.literal(m, relax) == want {
			return t.leaf
		}
	}
	return -1
}

// compileNode brings a condition to negation normal form. bit gives each leaf
// its place.
func compileNode(c *policies.Condition, negated bool, bit func(*policies.Leaf) int16) node {
	if c.Leaf != nil {
		n := node{and: true}
		n.addLiteral(bit(c.Leaf), negated)
		return n
	}
	n := node{and: (c.Op == policies.Any) == negated}
	inner := negated != (c.Op == policies.None)
	for _, t := range c.Terms {
		if t.Leaf != nil {
			n.addLiteral(bit(t.Leaf), inner)
			continue
		}
		n.addKid(compileNode(t, inner, bit))
	}
	return n
}

// addLiteral adds a leaf. A leaf that stands in the node both ways becomes a
// node of its own, so that pos and neg stay disjoint.
func (n *node) addLiteral(leaf int16, negated bool) {
	bit := uint64(1) << leaf
	if (negated && n.pos&bit != 0) || (!negated && n.neg&bit != 0) {
		kid := node{and: true}
		kid.addLiteral(leaf, negated)
		n.addKid(kid)
		return
	}
	if negated {
		n.neg |= bit
	} else {
		n.pos |= bit
	}
	n.leaves |= bit
	n.terms = append(n.terms, term{leaf: leaf, neg: negated, kid: -1})
}

func (n *node) addKid(kid node) {
	n.terms = append(n.terms, term{leaf: -1, kid: len(n.kids)})
	n.leaves |= kid.leaves
	n.kids = append(n.kids, kid)
}

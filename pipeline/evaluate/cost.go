package evaluate

import (
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// SoleCauses are the disqualifiers each of which alone keeps a charge from
// relief: were its answer the other one and everything else as it is, the charge
// would be eligible. There are none where two bars stand in the way, or where a
// missing fact leaves it open.
func (l *Law) SoleCauses(d *Decision) (leaves uint64) {
	for asked := l.disqualifiers & (d.True | d.False) & l.asked; asked != 0; asked &= asked - 1 {
		leaf := asked & -asked
		if l.eligible(&mask{t: d.True ^ leaf, f: d.False ^ leaf, p: d.Presumed}) {
			leaves |= leaf
		}
	}
	return leaves
}

// eligible tells whether what is known certainly makes a charge eligible.
func (l *Law) eligible(m *mask) bool {
	if l.scope != nil && l.scope.value(m, 0) != yes {
		return false
	}
	for j := range l.rules {
		r := &l.rules[j]
		if !r.enabled {
			continue
		}
		switch r.when.value(m, 0) {
		case yes:
			return r.source.Gives.Outcome == schemas.Eligible
		case unknown:
			return false
		case no:
		}
	}
	return false
}

// disqualifier notes a leaf that is a bar the green standard does without.
func (c *compiler) disqualifier(bit uint64, leaf *policies.Leaf) {
	if policies.Disqualifier(leaf.Test) != "" {
		c.disqualifiers |= bit
	}
}

package evaluate

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/policies"
)

// naive is Kleene logic written down directly.
func naive(c *policies.Condition, values map[*policies.Leaf]truth) truth {
	if c.Leaf != nil {
		return values[c.Leaf]
	}
	v := truthOf(c.Op != policies.Any)
	for _, t := range c.Terms {
		term := naive(t, values)
		if c.Op == policies.None {
			term = negate(term)
		}
		switch {
		case c.Op == policies.Any && (term == yes || (term == unknown && v == no)):
			v = term
		case c.Op != policies.Any && (term == no || (term == unknown && v == yes)):
			v = term
		}
	}
	return v
}

func negate(v truth) truth {
	switch v {
	case yes:
		return no
	case no:
		return yes
	case unknown:
	}
	return unknown
}

func drawCondition(t *rapid.T, leaves []*policies.Leaf, depth int) *policies.Condition {
	if depth == 0 || rapid.Bool().Draw(t, "leaf") {
		return &policies.Condition{Leaf: rapid.SampledFrom(leaves).Draw(t, "which")}
	}
	c := &policies.Condition{Op: rapid.SampledFrom([]policies.Op{policies.All, policies.Any, policies.None}).Draw(t, "op")}
	for range rapid.IntRange(1, 4).Draw(t, "terms") {
		c.Terms = append(c.Terms, drawCondition(t, leaves, depth-1))
	}
	return c
}

// TestMasksAreKleeneLogic compares the compiled form with the definition.
func TestMasksAreKleeneLogic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := make([]*policies.Leaf, 6)
		bits := map[*policies.Leaf]int16{}
		values := map[*policies.Leaf]truth{}
		var m mask
		for i := range leaves {
			leaves[i] = &policies.Leaf{}
			leaves[i].ID = string(rune('a' + i))
			bits[leaves[i]] = int16(i)
			v := rapid.SampledFrom([]truth{unknown, yes, no}).Draw(t, "value")
			values[leaves[i]] = v
			m.set(slot{bit: 1 << i}, v)
		}
		c := drawCondition(t, leaves, 4)
		n := compileNode(c, false, func(l *policies.Leaf) int16 { return bits[l] })
		want := naive(c, values)
		if got := n.value(&m, 0); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		for _, v := range []truth{unknown, no} {
			leaf := n.first(&m, 0, v)
			if (leaf >= 0) != (want == v) {
				t.Fatalf("value %s: first %s leaf is %d", want, v, leaf)
			}
		}
	})
}

func TestPresumption(t *testing.T) {
	var m mask
	m.set(slot{bit: 1, presume: no}, unknown)
	m.set(slot{bit: 2, presume: no}, yes)
	m.set(slot{bit: 4}, unknown)
	if want := (mask{t: 2, f: 1, p: 1}); m != want {
		t.Errorf("got %+v, want %+v", m, want)
	}
}

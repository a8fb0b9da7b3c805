package policies

import (
	"fmt"
	"slices"
	"strings"
)

// Lasting says whether what a rule gives stands while nothing but time passes:
// no condition of it turns from true to false, and no rule before it that gives
// something else comes true. Facts that are recorded later are not time.
type Lasting struct {
	Rule   string
	Reason string // why it must be decided again with every sweep; empty when it lasts
}

// Lasts tells whether the rule lasts.
func (l *Lasting) Lasts() bool { return l.Reason == "" }

// Lasting says of every rule, in order, whether it lasts. The day from which a
// rule that does not gives relief is no promise.
func (p *Pack) Lasting() []Lasting {
	out := make([]Lasting, len(p.Rules))
	for i := range p.Rules {
		out[i] = Lasting{Rule: p.Rules[i].ID, Reason: p.ends(i)}
	}
	return out
}

// ends says what ends the relief of rule i as time passes, empty when nothing
// does.
func (p *Pack) ends(i int) string {
	r := &p.Rules[i]
	if at := ending(r.When, false); r.Lapses != "" && at != nil {
		return fmt.Sprintf("%s ends it with time (%s)", at.ID, r.Lapses)
	}
	var takers []string
	for j := range p.Rules[:i] {
		if before := &p.Rules[j]; p.Rules[i].Gives.Relief.LegalBasis != "" && before.takes(r) && ripens(before.When, false) && !exclude(before.When, r.When) {
			takers = append(takers, before.ID)
		}
	}
	if len(takers) == 0 {
		return ""
	}
	return "what stands before it can come true with time alone: " + strings.Join(takers, ", ")
}

// takes tells whether a rule that comes true takes some of the relief of another.
func (r *Rule) takes(other *Rule) bool {
	mine, theirs := r.Gives.Relief, other.Gives.Relief
	return mine.LegalBasis == "" || mine.Floor < theirs.Floor || mine.Ceiling < theirs.Ceiling
}

// withTime tells whether time alone can make a leaf true. It never makes one
// false.
func withTime(l *Leaf) bool { return Temporal(l.Test) || l.Unknown.Closed != "" }

// ending is the first leaf that time makes true under a none, nil when there is
// no such leaf.
func ending(c *Condition, negated bool) *Leaf {
	if c.Leaf != nil {
		if negated && withTime(c.Leaf) {
			return c.Leaf
		}
		return nil
	}
	for _, term := range c.Terms {
		if leaf := ending(term, negated != (c.Op == None)); leaf != nil {
			return leaf
		}
	}
	return nil
}

// ripens tells whether time alone can make a condition true.
func ripens(c *Condition, negated bool) bool {
	if c.Leaf != nil {
		return !negated && withTime(c.Leaf)
	}
	return slices.ContainsFunc(c.Terms, func(term *Condition) bool { return ripens(term, negated != (c.Op == None)) })
}

// exclude tells whether no charge satisfies both conditions, by what both ask of
// every charge.
func exclude(a, b *Condition) bool {
	for _, x := range conjuncts(a, false) {
		for _, y := range conjuncts(b, false) {
			same := x.leaf.Definition() == y.leaf.Definition()
			if same && x.negated != y.negated || !x.negated && !y.negated && disjoint(x.leaf.Test, y.leaf.Test) {
				return true
			}
		}
	}
	return false
}

// literal is a leaf, or one that must not hold.
type literal struct {
	leaf    *Leaf
	negated bool
}

// conjuncts are the leaves that must all hold, or not hold, for a condition.
func conjuncts(c *Condition, negated bool) []literal {
	if c.Leaf != nil {
		return []literal{{c.Leaf, negated}}
	}
	inner := negated != (c.Op == None)
	if all := (c.Op == Any) == negated; !all && len(c.Terms) > 1 {
		return nil
	}
	var out []literal
	for _, term := range c.Terms {
		out = append(out, conjuncts(term, inner)...)
	}
	return out
}

// disjoint tells whether two tests ask the same of a charge and share no answer.
func disjoint(a, b Test) bool {
	switch a := a.(type) {
	case DispositionIn:
		b, ok := b.(DispositionIn)
		return ok && apart(a.In, b.In)
	case SeverityIn:
		b, ok := b.(SeverityIn)
		return ok && apart(a.In, b.In)
	case SentenceIn:
		b, ok := b.(SentenceIn)
		return ok && apart(a.In, b.In)
	case InchoateIn:
		b, ok := b.(InchoateIn)
		return ok && apart(a.In, b.In)
	case DegreeIn:
		b, ok := b.(DegreeIn)
		return ok && apart(a.In, b.In)
	default:
		return false
	}
}

func apart[T comparable](a, b []T) bool {
	return !slices.ContainsFunc(a, func(v T) bool { return slices.Contains(b, v) })
}

// lintLasting refuses conditions that time alone would turn false, but for rules
// that the statute itself ends: a charge that is eligible stays so.
func (r *reader) lintLasting(p *Pack) {
	if p.Scope != nil {
		if leaf := ending(p.Scope, false); leaf != nil {
			r.fault(leaf.At, schema, "scope: %s stands under none and would end relief as time passes; turn it round", leaf.ID)
		}
	}
	for i := range p.Rules {
		rule := &p.Rules[i]
		leaf := ending(rule.When, false)
		switch {
		case leaf != nil && rule.Lapses == "":
			r.fault(leaf.At, schema, "%s: %s stands under none and would end relief as time passes; turn it round, "+
				"or, where the statute itself ends it, add lapses: {cite: statute} to the rule", rule.ID, leaf.ID)
		case leaf == nil && rule.Lapses != "":
			r.fault(rule.At, schema, "rule %s: nothing in it ends with time; remove lapses", rule.ID)
		case rule.Lapses != "" && p.Profile == GreenStandard:
			r.fault(rule.At, "R6", "rule %s: profile green-standard has no relief that ends; remove the condition, or use profile statutory", rule.ID)
		}
	}
	for i := range p.Caps {
		r.lintCapOrder(p, &p.Caps[i])
	}
}

// lintCapOrder refuses caps that order by a day that a rule does not have.
func (r *reader) lintCapOrder(p *Pack, c *Cap) {
	for i := range p.Rules {
		if rule := &p.Rules[i]; rule.Lapses != "" && slices.Contains(c.Of, rule.ID) && slices.Contains(c.Order, ByEligibleOn) {
			r.fault(c.At, schema, "cap %s: rule %s lapses and has no eligible_on; order by something else", c.ID, rule.ID)
		}
	}
}

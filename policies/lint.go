package policies

import (
	"fmt"
	"slices"

	"github.com/clearsweep/clearsweep/schemas"
)

// maxLeaves is the number of bits of a trace, and of rules and facts.
const maxLeaves = 64

// lint checks a pack that reads well against the obligations of the green
// standard. Faults that are not warnings refuse the pack.
func (r *reader) lint(p *Pack) {
	leaves := p.Leaves()
	if len(leaves) > maxLeaves {
		r.fault(Position{File: r.file}, schema, "the policy asks %d different questions; it can have %d; split it", len(leaves), maxLeaves)
	}
	if n := max(len(p.Facts), len(p.Rules)); n > maxLeaves {
		r.fault(Position{File: r.file}, schema, "the policy has %d rules and %d facts; it can have %d of each; split it", len(p.Rules), len(p.Facts), maxLeaves)
	}
	for _, leaf := range leaves {
		r.lintLeaf(p, leaf)
	}
	r.lintLasting(p)
	r.lintPending(p)
	for i := range p.Facts {
		r.lintWhere(p, p.Facts[i].Where, p.Facts[i].Name)
	}
	if p.Profile == GreenStandard {
		for i := range p.Caps {
			r.fault(p.Caps[i].At, "R6", "cap %s: profile green-standard has no lifetime caps; remove it, or use profile statutory", p.Caps[i].ID)
		}
	}
	r.lintMembers(p)
	r.lintTexts(p)
	r.unusedInclusion(p)
}

func (r *reader) lintLeaf(p *Pack, leaf *Leaf) {
	if leaf.Say.Yes == "" || leaf.Say.No == "" || leaf.Say.Unknown == "" {
		r.warn(leaf.At, "R9", "condition %s: say is incomplete; give yes, no and unknown in words that the person can read", leaf.ID)
	}
	if leaf.Who == "" && !leaf.Unknown.Always() {
		r.warn(leaf.At, "R1", "condition %s: who is missing; name who can answer when the fact is missing", leaf.ID)
	}
	if _, ok := leaf.Test.(CountyIs); ok && p.Profile != LocalOption {
		r.fault(leaf.At, "R2", "condition %s: the law is one for the whole state; only profile local-option may ask for the county", leaf.ID)
	}
	r.lintSubstance(p, leaf)
	if wait, ok := leaf.Test.(Elapsed); ok && counts(&wait.Since, ReleaseDate) {
		r.warn(leaf.At, schema, "condition %s: who was never in custody has no release_date and goes to review; "+
			"write {if_incarcerated: release_date, else: disposition_date} in its place", leaf.ID)
	}
	if p.Profile != GreenStandard {
		return
	}
	switch what := Disqualifier(leaf.Test); what {
	case "":
	case "age":
		r.fault(leaf.At, "R5", "condition %s: profile green-standard does not ask for age; remove it, or use profile statutory", leaf.ID)
	default:
		r.fault(leaf.At, "R6", "condition %s: profile green-standard has no %s; remove it, or use profile statutory", leaf.ID, what)
	}
}

// counts tells whether an event asks for a date of every charge: not only where
// the sentence took the person's liberty, nor only where the date is on record.
func counts(e *Event, field Field) bool {
	switch e.Op {
	case OneDate:
		return e.Field == field
	case IfIncarcerated:
		return counts(&e.Terms[1], field)
	case LaterOf:
		return slices.ContainsFunc(e.Terms, func(term Event) bool { return counts(&term, field) })
	case OneFact, FirstKnownOf:
	}
	return false
}

// lintPending warns of relief that a pending charge bars for good: the charge
// ends, and with it the bar.
func (r *reader) lintPending(p *Pack) {
	var walk func(c *Condition, negated bool)
	walk = func(c *Condition, negated bool) {
		for _, term := range c.Terms {
			walk(term, negated != (c.Op == None))
		}
		if c.Leaf == nil || c.Leaf.Temporary || !p.ofPending(c.Leaf.Test, negated) {
			return
		}
		r.warn(c.Leaf.At, schema, "condition %s: a pending charge would end in NOT_ELIGIBLE, though it can end; "+
			"add temporary: true, so that it is BLOCKED", c.Leaf.ID)
	}
	for i := range p.Rules {
		if p.Rules[i].Gives.Outcome == schemas.Eligible {
			walk(p.Rules[i].When, false)
		}
	}
}

// ofPending tells whether a test asks that no pending charge stands against
// relief.
func (p *Pack) ofPending(t Test, negated bool) bool {
	count, ok := t.(FactIs)
	if !ok || count.AtMost == negated {
		return false
	}
	i := p.Fact(count.Fact)
	return i >= 0 && slices.ContainsFunc(conjuncts(p.Facts[i].Where, false), func(l literal) bool {
		in, ok := l.leaf.Test.(DispositionIn)
		return ok && !l.negated && slices.Equal(in.In, []schemas.Disposition{schemas.Pending})
	})
}

// Disqualifier names the kind of bar that a condition is and the green standard
// does without, as in "waiting periods"; empty for a condition on the offence and
// how it ended.
func Disqualifier(t Test) string {
	switch t := t.(type) {
	case Elapsed:
		return "waiting periods"
	case RestitutionIn:
		return "bar by money owed"
	case FactIs, Registered:
		return "counts and no bars by other charges"
	case VictimRelationIn:
		return "bar by who the victim was"
	case NumberIs:
		if t.Number == VictimAge {
			return "bar by who the victim was"
		}
	case AgeIs:
		return "age"
	}
	return ""
}

// lintWhere refuses counties in the conditions of facts.
func (r *reader) lintWhere(p *Pack, c *Condition, owner string) {
	for _, term := range c.Terms {
		r.lintWhere(p, term, owner)
	}
	if c.Leaf == nil || p.Profile == LocalOption {
		return
	}
	if _, ok := c.Leaf.Test.(CountyIs); ok {
		r.fault(c.At, "R2", "%s: the law is one for the whole state; only profile local-option may ask for the county", owner)
	}
}

// Temporal tells whether the passing of time alone makes a test true.
func Temporal(t Test) bool {
	switch t := t.(type) {
	case Elapsed:
		return true
	case AgeIs:
		return t.At == AsOf
	case DateIs:
		return t.Field == AsOf
	default:
		return false
	}
}

// unused warns of parts that no rule uses.
func (r *reader) unused(p *Pack) {
	r.unusedFiles(p)
	for i := range p.Params {
		if !r.usage["param "+p.Params[i].Name] {
			r.warn(p.Params[i].At, schema, "param %s is not used; remove it", p.Params[i].Name)
		}
	}
	for i := range p.Codes {
		if !r.usage["set "+p.Codes[i].Name] {
			r.warn(p.Codes[i].At, schema, "code set %s is not used; remove it", p.Codes[i].Name)
		}
	}
	for i := range p.Facts {
		if !r.usage["fact "+p.Facts[i].Name] {
			r.warn(p.Facts[i].At, schema, "fact %s is not used; remove it", p.Facts[i].Name)
		}
	}
	for _, leaf := range p.conditions {
		if !r.usage["condition "+leaf.ID] {
			r.warn(leaf.At, schema, "condition %s is not used; remove it", leaf.ID)
		}
	}
}

// Leaves lists the questions of the pack in the order of their bits: scope,
// then rules, each in the order of the file, without repetition.
func (p *Pack) Leaves() []*Leaf {
	var leaves []*Leaf
	var walk func(c *Condition)
	walk = func(c *Condition) {
		switch {
		case c == nil:
		case c.Leaf != nil:
			same := func(l *Leaf) bool { return l.Definition() == c.Leaf.Definition() }
			if !slices.ContainsFunc(leaves, same) {
				leaves = append(leaves, c.Leaf)
			}
		default:
			for _, term := range c.Terms {
				walk(term)
			}
		}
	}
	walk(p.Scope)
	for i := range p.Rules {
		walk(p.Rules[i].When)
	}
	return leaves
}

// Expand lists every member of the code sets; of a range also the sections in it
// that the state's table lists.
func (p *Pack) Expand() map[string][]string {
	out := make(map[string][]string, len(p.Codes))
	for i := range p.Codes {
		set := &p.Codes[i]
		for _, m := range set.Members {
			out[set.Name] = append(out[set.Name], m.String())
			if m.To != "" {
				out[set.Name] = append(out[set.Name], set.table.within(m, p.State(), inside)...)
			}
		}
		for _, m := range set.Except {
			out[set.Name] = append(out[set.Name], fmt.Sprintf("except %s", m))
		}
	}
	return out
}

package pipeline

import (
	"fmt"
	"math/bits"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// WhatIfs count what the variants of a policy would decide, and what each of its
// conditions costs. They decide nothing and are delivered to nobody.
type WhatIfs struct {
	Variants []WhatIf // by variant
	Sole     [64]Cost // by leaf: charges that it alone keeps from relief
}

// WhatIf counts the decisions under one variant.
type WhatIf struct {
	Outcomes     [schemas.Outcomes]int64
	Gained, Lost Cost // relief that the policy does not give, and that it gives
}

// Cost is a number of charges, and of the persons who have them.
type Cost struct{ Charges, Persons int64 }

func (c *Cost) add(o Cost) {
	c.Charges += o.Charges
	c.Persons += o.Persons
}

// count adds n charges of one person.
func (c *Cost) count(n int64) {
	if n > 0 {
		c.add(Cost{n, 1})
	}
}

// note counts the person whom the evaluator decided last.
func (w *WhatIfs) note(p *evaluate.Person, law *evaluate.Law, e *evaluate.Evaluator) {
	relief := func(d *evaluate.Decision) bool { return d.Outcome == schemas.Eligible }
	base := e.Under(0)
	var sole [64]int64
	var met uint64
	for i := range base {
		if p.Charges[i].Kind&schemas.RowCharge == 0 || relief(&base[i]) {
			continue
		}
		for leaves := law.SoleCauses(&base[i]); leaves != 0; leaves &= leaves - 1 {
			bit := bits.TrailingZeros64(leaves)
			sole[bit]++
			met |= 1 << bit
		}
	}
	for ; met != 0; met &= met - 1 {
		bit := bits.TrailingZeros64(met)
		w.Sole[bit].count(sole[bit])
	}
	for k := range w.Variants {
		v := &w.Variants[k]
		var gained, lost int64
		for i, d := range e.Under(k + 1) {
			if p.Charges[i].Kind&schemas.RowCharge == 0 {
				continue
			}
			v.Outcomes[d.Outcome]++
			switch before, after := relief(&base[i]), relief(&d); {
			case after && !before:
				gained++
			case before && !after:
				lost++
			}
		}
		v.Gained.count(gained)
		v.Lost.count(lost)
	}
}

// add adds o.
func (w *WhatIfs) add(o *WhatIfs) {
	for k := range o.Variants {
		v, sum := &o.Variants[k], &w.Variants[k]
		for outcome := range v.Outcomes {
			sum.Outcomes[outcome] += v.Outcomes[outcome]
		}
		sum.Gained.add(v.Gained)
		sum.Lost.add(v.Lost)
	}
	for bit := range o.Sole {
		w.Sole[bit].add(o.Sole[bit])
	}
}

// whatIfs fills in what the manifest says of the variants, and checks that each
// has decided every charge.
func (r *Run) whatIfs(m *writers.Manifest, all *WhatIfs) error {
	if len(r.variants) == 0 {
		return nil
	}
	for k := range all.Variants {
		v, out := &all.Variants[k], &m.Variants[k]
		charges := int64(0)
		out.Outcomes = map[string]int64{}
		for o, n := range v.Outcomes {
			charges += n
			if n > 0 {
				out.Outcomes[schemas.Outcome(o).String()] = n
			}
		}
		if charges != m.Totals.Determinations {
			return fmt.Errorf("variant %s: %d determinations, but %d under the policy", out.Name, charges, m.Totals.Determinations)
		}
		out.Gained, out.Lost = writers.Cost(v.Gained), writers.Cost(v.Lost)
	}
	for _, leaf := range r.law.Leaves() {
		if cost := all.Sole[leaf.Bit]; cost.Charges > 0 {
			m.SoleCauses = append(m.SoleCauses, writers.SoleCause{Leaf: leaf.ID, Cite: leaf.Cite, Cost: writers.Cost(cost)})
		}
	}
	return nil
}

// openVariants binds the variants of the pack, which are decided in the pass of
// the policy.
func (p *Plan) openVariants() error {
	if !p.Config.Variants {
		return nil
	}
	p.variants = p.pack.Variants()
	if len(p.variants) == 0 {
		return fmt.Errorf("variants: the policy %s has none; see docs/formats/policy.md on how to write them", p.pack.Name())
	}
	bounds := make([]*policies.Bound, len(p.variants))
	for i, v := range p.variants {
		bound, err := v.Pack.Bind(p.Config.Params, p.Config.AsOf)
		if err != nil {
			return fmt.Errorf("variant %s: %w", v.Name, err)
		}
		bounds[i] = bound
	}
	laws, err := evaluate.CompileWithVariants(p.bound, bounds...)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	p.laws, p.law = laws, laws[0]
	return nil
}

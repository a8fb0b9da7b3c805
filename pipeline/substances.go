package pipeline

import (
	"cmp"
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// Substances counts charges on whose decision the substance had a part.
type Substances struct {
	Answered [schemas.ArrestReport + 1]int64 // by evidence
	Asked    [schemas.ArrestReport + 1]int64
	Included int64
	Gaps     map[SubstanceGap]*int64 // charges that wait, the first ones in order, as in a worklist
}

// SubstanceGap is what charges have in common that wait for their substance.
type SubstanceGap struct {
	Code       string
	Evidence   schemas.Evidence
	Substances schemas.Substances
	Priority   string
}

func compareGaps(a, b SubstanceGap) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Evidence, b.Evidence),
		cmp.Compare(a.Substances, b.Substances), cmp.Compare(a.Priority, b.Priority))
}

// note adds a charge.
func (s *Substances) note(use evaluate.Use, c *evaluate.Charge, code, priority string) {
	switch use {
	case evaluate.Answered:
		s.Answered[c.Evidence]++
	case evaluate.Included:
		s.Included++
	case evaluate.Asked:
		s.Asked[c.Rung()]++
		s.wait(SubstanceGap{Code: code, Evidence: c.Rung(), Substances: c.Substances | c.NCIC, Priority: priority}, 1)
	case evaluate.Unused:
	}
}

func (s *Substances) wait(key SubstanceGap, charges int64) {
	sum := s.Gaps[key]
	if sum == nil {
		sum = new(int64)
		key.Code = strings.Clone(key.Code)
		if s.Gaps == nil {
			s.Gaps = map[SubstanceGap]*int64{}
		}
		s.Gaps = shorten(s.Gaps, 2*worklistLength, compareGaps)
		s.Gaps[key] = sum
	}
	*sum += charges
}

// add adds o.
func (s *Substances) add(o *Substances) {
	for rung := range o.Answered {
		s.Answered[rung] += o.Answered[rung]
		s.Asked[rung] += o.Asked[rung]
	}
	s.Included += o.Included
	for key, charges := range o.Gaps {
		s.wait(key, *charges)
	}
}

// sum is what the manifest says.
func (s *Substances) sum(pack *policies.Pack) *writers.Substances {
	out := &writers.Substances{
		Answered: map[string]int64{}, Asked: map[string]int64{}, Included: s.Included, Clause: pack.SubstanceUnknown.Cite,
	}
	for rung := range schemas.ArrestReport + 1 {
		if n := s.Answered[rung]; n > 0 {
			out.Answered[rung.String()] = n
		}
		if n := s.Asked[rung]; n > 0 {
			out.Asked[rung.String()] = n
		}
	}
	return out
}

func (s *Substances) gaps() []writers.SubstanceGap {
	first := shorten(s.Gaps, worklistLength, compareGaps)
	gaps := make([]writers.SubstanceGap, 0, len(first))
	for key, charges := range first {
		gaps = append(gaps, writers.SubstanceGap{
			Code: key.Code, Evidence: key.Evidence, Substances: key.Substances, Priority: key.Priority, Charges: *charges,
		})
	}
	return gaps
}

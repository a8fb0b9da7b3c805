package policies

import "fmt"

// The room that the agencies' update files have for the words of a decision,
// in bytes: the widths of their columns legal_basis and clause. A text that is
// longer would be cut off on its way to a court. Verbs fit as they are.
const (
	maxBasis  = 120
	maxClause = 160
)

// lintTexts refuses reliefs whose words do not fit into an update file, which
// carries reliefs only.
func (r *reader) lintTexts(p *Pack) {
	for i := range p.Rules {
		rule := &p.Rules[i]
		if basis := rule.Gives.Relief.LegalBasis; basis != "" {
			r.fits(rule, "cite", rule.Cite, maxClause)
			r.fits(rule, "legal_basis", basis, maxBasis)
		}
	}
}

func (r *reader) fits(rule *Rule, key, text string, room int) {
	if len(text) > room {
		r.fault(rule.At, schema, "rule %s: %s is %d bytes long, the agencies' update files have room for %d; shorten it",
			rule.ID, key, len(text), room)
	}
}

// OneID refuses packs that share an id: the outputs would not say which of them
// decided. A pack that is given twice by one name is not refused.
func OneID(packs []*Pack) error {
	var faults Faults
	first := map[string]*Pack{}
	for _, p := range packs {
		earlier, taken := first[p.ID]
		if !taken {
			first[p.ID] = p
			continue
		}
		if earlier.Digest() == p.Digest() {
			continue
		}
		faults = append(faults, Fault{
			File: p.name + "/" + policyFile, Line: p.source().line("id"), Column: 1, Code: schema,
			Message: fmt.Sprintf("id %s is taken by %s; choose another", p.ID, earlier.name),
		})
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

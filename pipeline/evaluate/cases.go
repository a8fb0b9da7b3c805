package evaluate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Result is what came of a worked example.
type Result struct {
	Case     policies.Case
	Passed   bool
	Faults   []string // what differs: charge, key, what came, what was expected
	Decided  []Decision
	InWords  []Text
	Coverage uint64 // the leaves that were decided, true or false
}

// Binding tells whether the case must hold: its confidence is H.
func (r *Result) Binding() bool { return r.Case.Confidence == "H" }

// RunCase decides the charges of a worked example and compares. The law must be
// bound to the case's parameters and as-of date. normalize reads a statute as
// written; known is false when it reads none.
func RunCase(law *Law, c policies.Case, normalize func(statute string) (code string, known bool)) Result {
	e := law.NewEvaluator()
	p := e.casePerson(c, normalize)
	result := Result{Case: c, Decided: slices.Clone(e.Person(p)[:len(c.Charges)])}
	for i, d := range result.Decided {
		text := *e.Text(p, i, d)
		result.InWords = append(result.InWords, text)
		result.Coverage |= d.True | d.False
		result.Faults = append(result.Faults, compare(c.Charges[i].Expect, i, d, text)...)
	}
	result.Passed = len(result.Faults) == 0
	return result
}

// RunCases runs every worked example of a pack, in order.
func RunCases(pack *policies.Pack, normalize func(statute string) (code string, known bool)) ([]Result, error) {
	cases, err := pack.Cases()
	if err != nil {
		return nil, err
	}
	results := make([]Result, 0, len(cases))
	for _, c := range cases {
		bound, err := pack.Bind(c.Params, c.AsOf)
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", c.ID, err)
		}
		law, err := Compile(bound)
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", c.ID, err)
		}
		results = append(results, RunCase(law, c, normalize))
	}
	return results, nil
}

// casePerson is the person of a case: its charges, then a row for each fact.
func (e *Evaluator) casePerson(c policies.Case, normalize func(string) (string, bool)) *Person {
	p := &Person{Birth: c.Person.Birth, Keyed: !c.Person.Unkeyed}
	cases, keys := map[string]int32{}, map[string]int32{}
	for i := range c.Charges {
		from := &c.Charges[i]
		code, known := from.Code, from.Code != ""
		if from.Statute != "" {
			code, known = normalize(from.Statute)
		}
		row := Charge{
			Kind: schemas.RowCharge, Code: e.Code(code, known),
			County: e.County(from.County, from.County != ""), Degree: e.Degree(from.Degree, from.Degree != ""),
			Case: ordinal(cases, from.Case), Key: ordinal(keys, from.Key),
			Severity: from.Severity, Disposition: from.Disposition, Sentence: from.Sentence,
			Incarcerated: from.Incarcerated, Restitution: from.Restitution,
			Offense: from.Offense, Arrest: from.Arrest, Disposed: from.Disposed, Challenge: from.Challenge,
			Sentenced: from.Sentenced, Released: from.Released, SupervisionEnd: from.SupervisionEnd,
			MaxPenalty: from.MaxPenalty, TermMin: from.TermMin, TermMax: from.TermMax,
			Substances: from.Substances, Evidence: from.Evidence, NCIC: schemas.NCIC(from.NCIC),
			VictimAge: from.VictimAge, VictimRelation: from.VictimRelation,
		}
		p.Charges = append(p.Charges, row)
	}
	rank(p, c.Charges)
	for _, statute := range c.Person.Registered {
		code, known := normalize(statute)
		p.Charges = append(p.Charges, factRow(schemas.RowRegistered, e.Code(code, known)))
	}
	if c.Person.Deceased {
		p.Charges = append(p.Charges, factRow(schemas.RowDeceased, 0))
	}
	if c.Person.Incomplete {
		p.Charges = append(p.Charges, factRow(schemas.RowIncomplete, 0))
	}
	return p
}

// rank puts the charges in the order of case and charge.
func rank(p *Person, charges []policies.CaseCharge) {
	order := make([]int, len(charges))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(
			cmp.Compare(charges[a].County, charges[b].County),
			cmp.Compare(charges[a].Case, charges[b].Case),
			cmp.Compare(charges[a].Key, charges[b].Key))
	})
	for place, i := range order {
		p.Charges[i].Rank = int32(place)
	}
}

func factRow(kind schemas.RowKind, code int32) Charge {
	c := Blank(kind)
	c.Code = code
	return c
}

// ordinal numbers names as they come; the empty name is -1.
func ordinal(numbers map[string]int32, name string) int32 {
	if name == "" {
		return -1
	}
	n, ok := numbers[name]
	if !ok {
		n = int32(len(numbers)) //nolint:gosec // a case has few charges
		numbers[name] = n
	}
	return n
}

// compare lists where a decision differs from what was expected.
func compare(want *policies.Expect, i int, d Decision, text Text) []string {
	if want == nil {
		return nil
	}
	got := map[string]string{
		"outcome": d.Outcome.String(), "rule": text.Rule, "remedy_floor": text.RemedyFloor,
		"remedy_ceiling": text.RemedyCeiling, "legal_basis": text.LegalBasis, "clause": text.Clause,
		"reason": text.Reason, "question": text.Question, "who": text.Who, "leaf": text.Leaf,
		"eligible_on": d.EligibleOn.String(), "due_on": d.DueOn.String(),
	}
	var faults []string
	for _, key := range slices.Sorted(maps.Keys(want.Fields)) {
		if got[key] != want.Fields[key] {
			faults = append(faults, fmt.Sprintf("charge %d: %s: got %q, want %q", i+1, key, got[key], want.Fields[key]))
		}
	}
	return faults
}

package policies

import "github.com/clearsweep/clearsweep/schemas"

// SubstanceIs compares the controlled substances that a charge names with a
// list. A charge that names none, by evidence that decides, does not answer.
type SubstanceIs struct {
	How Among
	Of  schemas.Substances
}

// Among is how substances are compared with a list.
type Among uint8

// The ways.
const (
	OnlyOf Among = iota // every substance of the charge is in the list
	AnyOf               // one of them is
	NoneOf              // none of them is
)

var amongNames = []string{"only", "any", "none"}

func (a Among) String() string { return amongNames[a] }

// VictimRelationIn asks what the victim was to the person.
type VictimRelationIn struct{ In []schemas.VictimRelation }

func (SubstanceIs) test()      {}
func (VictimRelationIn) test() {}

// SubstanceUnknown says what a policy does with charges that its conditions ask
// for a substance and that name none. The zero value sends them to review.
type SubstanceUnknown struct {
	// Include presumes that conditions on the substance hold, for convictions
	// of days up to Until.
	Include bool
	Until   schemas.Date
	Cite    string
	At      Position
}

// SubstanceEvidence says which evidence names the substance of a charge beyond
// the count of the conviction, the judgment and the charge, which always do.
type SubstanceEvidence struct {
	Laboratory bool // what the laboratory found decides too
	Cite       string
	At         Position
}

// Decides tells whether what a rung of the ladder names decides under the policy.
func (p *Pack) Decides(e schemas.Evidence) bool {
	return e.Decides() || e == schemas.Laboratory && p.SubstanceEvidence.Laboratory
}

// substance reads only, any or none of substances.
func (r *reader) substance(body *table) Test {
	test := SubstanceIs{}
	given := 0
	for how, key := range amongNames {
		if !body.has(key) {
			continue
		}
		given += min(len(body.list(key)), 1)
		test.How = Among(how)
		for _, one := range enums(body, key, schemas.ParseSubstance) {
			test.Of |= one
		}
	}
	if given != 1 {
		r.fault(body.at, schema, "%s: give exactly one of only, any, none, and list substances", body.what)
	}
	return test
}

// victimAge reads under or at_least, in years.
func (r *reader) victimAge(body *table) Test {
	test := NumberIs{Number: VictimAge, To: schemas.OldestVictim}
	under, atLeast := body.get("under"), body.get("at_least")
	if (under == nil) == (atLeast == nil) {
		r.fault(body.at, schema, "%s: give exactly one of under, at_least", body.what)
		return test
	}
	n, key := atLeast, "at_least"
	if under != nil {
		n, key = under, "under"
	}
	years := r.integer(n, body.what)
	if years < 1 || years > schemas.OldestVictim {
		r.fault(body.place(key), schema, "%s: %s must be from 1 to %d years", body.what, key, schemas.OldestVictim)
		return test
	}
	if under != nil {
		test.To = int32(years) - 1
	} else {
		test.From = int32(years)
	}
	return test
}

// substanceUnknown reads review, or include up to a day that the law names.
func (r *reader) substanceUnknown(t *table) {
	n := t.get("substance_unknown")
	if n == nil || r.isWord(n, "review") {
		return
	}
	if r.isWord(n, "include") {
		r.fault(r.at(n), "R7", "substance_unknown: include needs the clause and the day; write {include: true, until: 2021-03-31, cite: statute}")
		return
	}
	body := t.child("substance_unknown", "substance_unknown")
	if body == nil {
		return
	}
	defer body.close()
	u := SubstanceUnknown{Include: body.flag("include"), Until: body.date("until"), Cite: body.cite(), At: t.place("substance_unknown")}
	switch {
	case !u.Include:
		r.fault(body.at, schema, "substance_unknown: write review, or {include: true, until: 2021-03-31, cite: statute}")
	case !u.Until.Known():
		r.fault(body.at, "R7", "substance_unknown: until is missing; name the last day of convictions that the clause includes, the law's effective date at the latest")
	case u.Until > r.pack.Law.Effective:
		r.fault(body.place("until"), "R7", "substance_unknown: until is after the day on which the law took effect; convictions under the new law say which substance it was")
	}
	r.pack.SubstanceUnknown = u
}

// substanceEvidence reads which further evidence decides: the laboratory, and no
// other. A code or an arrest is not evidence of what the person was convicted of.
func (r *reader) substanceEvidence(t *table) {
	body := t.child("substance_evidence", "substance_evidence")
	if body == nil {
		return
	}
	defer body.close()
	r.pack.SubstanceEvidence = SubstanceEvidence{Cite: body.cite(), At: t.place("substance_evidence")}
	for _, rung := range enums(body, "decides", schemas.ParseEvidence) {
		if rung != schemas.Laboratory {
			r.fault(body.place("decides"), "R7", "substance_evidence: %s cannot be made to decide; conviction_count, judgment and charging always do, and only laboratory may be added", rung)
			continue
		}
		r.pack.SubstanceEvidence.Laboratory = true
	}
	if !body.has("decides") {
		r.fault(body.at, schema, "substance_evidence: write {decides: [laboratory], cite: statute}")
	}
}

// lintSubstance refuses conditions that would include or presume more than the
// pack says in one place.
func (r *reader) lintSubstance(p *Pack, leaf *Leaf) {
	test, ok := leaf.Test.(SubstanceIs)
	if !ok {
		return
	}
	if leaf.Unknown.Presume {
		r.fault(leaf.At, "R7", "condition %s: a substance is not presumed by one condition; say it for the policy, under substance_unknown", leaf.ID)
	}
	if p.SubstanceUnknown.Include && test.How == AnyOf {
		r.fault(leaf.At, "R7", "condition %s: substance_unknown includes, and of any it cannot be said what is presumed; use only or none", leaf.ID)
	}
}

// unusedInclusion warns of an inclusion that no condition asks for.
func (r *reader) unusedInclusion(p *Pack) {
	for _, leaf := range p.Leaves() {
		if _, ok := leaf.Test.(SubstanceIs); ok {
			return
		}
	}
	if p.SubstanceEvidence.Laboratory {
		r.warn(p.SubstanceEvidence.At, schema, "substance_evidence is not used: no condition asks for a substance; remove it")
	}
	if p.SubstanceUnknown.Include {
		r.warn(p.SubstanceUnknown.At, schema, "substance_unknown is not used: no condition asks for a substance; remove it")
	}
}

func substanceTestShape() shape {
	list := someOf(oneWord("a controlled substance", schemas.SubstanceNames()...))
	return exactlyOne(keyed(shape{"only": list, "any": list, "none": list}), amongNames...)
}

func victimAgeShape() shape {
	years := shape{"type": "integer", "description": "age in years on the day of the offence"}
	return exactlyOne(keyed(shape{"under": years, "at_least": years}), "under", "at_least")
}

func substanceEvidenceShape() shape {
	return keyed(shape{
		"decides": someOf(oneWord("evidence that names the substance beside the count, the judgment and the charge", schemas.Laboratory.String())),
		"cite":    cited(),
	}, "decides", "cite")
}

func substanceUnknownShape() shape {
	return either(shape{"const": "review"}, keyed(shape{
		"include": shape{"const": true, "description": "conditions on a substance that the record does not name are presumed to hold"},
		"until":   dayShape("the last day of convictions that are included; the law's effective date at the latest"),
		"cite":    cited(),
	}, "include", "until", "cite"))
}

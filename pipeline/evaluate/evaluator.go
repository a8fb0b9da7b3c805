package evaluate

import (
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Evaluator decides with a Law. It keeps scratch space and the codes and
// counties it has seen, so each goroutine has its own.
type Evaluator struct {
	law *Law

	codes     []codeEntry
	codeIDs   map[string]int32
	counties  []countyEntry
	countyIDs map[string]int32
	sections  map[string]int32

	decisions []Decision
	others    []mask
	groups    []int32
	keys      []int32
	states    []truth
	facts     []folded
	birthdays []schemas.Date // by ageTest
	priors    []*countTest   // those that differ between the charges of the person

	texts map[packedKey]*Text
}

// codeEntry is a code that was seen, with the answers that it alone decides.
type codeEntry struct {
	code           *policies.Code // nil when not known
	section        int32          // ordinal of the bare section
	charge, others mask
}

// countyEntry is all counties that give the same answers.
type countyEntry struct{ charge, others mask }

// NewEvaluator returns an evaluator for one goroutine.
func (l *Law) NewEvaluator() *Evaluator {
	e := &Evaluator{
		law: l, codeIDs: map[string]int32{}, countyIDs: map[string]int32{}, sections: map[string]int32{"": 0},
		facts: make([]folded, len(l.facts)), birthdays: make([]schemas.Date, len(l.charge.ages)),
		texts: map[packedKey]*Text{},
	}
	e.addCode(nil)
	e.addCounty("", false)
	return e
}

// Code returns the number of a canonical code. A charge whose code is null is
// not known; so is a text that is no canonical code. The string is cloned when
// it is kept.
func (e *Evaluator) Code(canonical string, known bool) int32 {
	if !known {
		return 0
	}
	if id, ok := e.codeIDs[canonical]; ok {
		return id
	}
	canonical = strings.Clone(canonical)
	id := int32(0)
	if code, ok := policies.ParseCode(canonical); ok {
		id = e.addCode(&code)
	}
	e.codeIDs[canonical] = id
	return id
}

func (e *Evaluator) addCode(code *policies.Code) int32 {
	entry := codeEntry{code: code}
	if code != nil {
		if _, ok := e.sections[code.Section]; !ok {
			e.sections[code.Section] = int32(len(e.sections)) //nolint:gosec // far fewer
		}
		entry.section = e.sections[code.Section]
	}
	for _, t := range e.law.charge.codes {
		entry.charge.set(t.slot, t.test(code))
	}
	for _, t := range e.law.others.codes {
		entry.others.set(t.slot, t.test(code))
	}
	e.codes = append(e.codes, entry)
	return int32(len(e.codes) - 1) //nolint:gosec // far fewer
}

// County returns a number for a county as written; counties between which the
// law makes no difference share one. The string is cloned when it is kept.
func (e *Evaluator) County(name string, known bool) int32 {
	if !known {
		return 0
	}
	if id, ok := e.countyIDs[name]; ok {
		return id
	}
	folded := foldCounty(name)
	id := e.addCounty(folded, folded != "")
	if len(e.countyIDs) < maxCounties {
		e.countyIDs[strings.Clone(name)] = id
	}
	return id
}

// maxCounties bounds the spellings that are remembered; a state has at most 254
// counties, so a source that exceeds it holds something else in the column.
const maxCounties = 1 << 12

func (e *Evaluator) addCounty(folded string, known bool) int32 {
	var entry countyEntry
	answer := func(t placeTest) truth {
		if !known {
			return unknown
		}
		return truthOf(t.county == folded)
	}
	for _, t := range e.law.charge.places {
		entry.charge.set(t.slot, answer(t))
	}
	for _, t := range e.law.others.places {
		entry.others.set(t.slot, answer(t))
	}
	if id := slices.Index(e.counties, entry); id >= 0 {
		return int32(id) //nolint:gosec // far fewer
	}
	e.counties = append(e.counties, entry)
	return int32(len(e.counties) - 1) //nolint:gosec // far fewer
}

// Person decides every charge of p. The result has an entry for each of
// p.Charges, the zero Decision for rows that are no charge, and is valid until
// the next call.
func (e *Evaluator) Person(p *Person) []Decision {
	e.decisions = slices.Grow(e.decisions[:0], len(p.Charges))[:len(p.Charges)]
	hole := hole(p)
	if len(e.facts) > 0 {
		e.fold(p, hole)
	}
	for i := range e.law.charge.ages {
		e.birthdays[i] = p.Birth.AddYears(e.law.charge.ages[i].years)
	}
	person := e.personMask(p, hole)
	e.factMask(&person, hole)
	for i := range p.Charges {
		if p.Charges[i].Kind&schemas.RowCharge == 0 {
			e.decisions[i] = Decision{}
			continue
		}
		m := person
		e.chargeMask(p, i, &m)
		e.priorMask(p, i, hole, &m)
		e.decide(p, i, &m, &e.decisions[i])
	}
	return e.decisions
}

// factMask answers the leaves on facts that all charges share. A fact that
// depends on the charge under decision is one when no charge counts.
func (e *Evaluator) factMask(m *mask, hole int) {
	e.priors = e.priors[:0]
	for i := range e.law.priors {
		if t := &e.law.priors[i]; len(e.facts[t.fact].maybe) == 0 {
			m.set(t.slot, t.answer(0, hole))
		} else {
			e.priors = append(e.priors, t)
		}
	}
	for i := range e.law.counts {
		t := &e.law.counts[i]
		m.set(t.slot, t.answer(e.facts[t.fact].known, e.facts[t.fact].possible))
	}
	for i := range e.law.latest {
		t := &e.law.latest[i]
		m.set(t.slot, t.answer(&e.facts[t.fact]))
	}
}

// priorMask answers the leaves on facts that depend on charge i.
func (e *Evaluator) priorMask(p *Person, i, hole int, m *mask) {
	if len(e.priors) == 0 {
		return
	}
	earliest, latest := p.Charges[i].dates(policies.OffenseDate, offenceBounds)
	for _, t := range e.priors {
		known, possible := e.facts[t.fact].before(e.groups[i], earliest, latest)
		m.set(t.slot, t.answer(known, possible+hole))
	}
}

// chargeMask answers the leaves that look at charge i alone.
func (e *Evaluator) chargeMask(p *Person, i int, m *mask) {
	c, s := &p.Charges[i], &e.law.charge
	m.merge(s.table[tableIndex(c.Disposition, c.Severity, c.Sentence)])
	m.merge(e.codes[c.Code].charge)
	m.merge(e.counties[c.County].charge)
	for j := range s.dates {
		t := &s.dates[j]
		m.set(t.slot, t.answer(c.dates(t.field, t.implied)))
	}
	for j := range s.ages {
		t := &s.ages[j]
		earliest, latest := c.dates(t.field, t.implied)
		m.set(t.slot, t.answer(e.birthdays[j], earliest, latest))
	}
}

package evaluate

import (
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/policies"
)

// Evaluator decides with one law or several at once. It keeps scratch space and
// the codes and counties it has seen, so each goroutine has its own.
//
//	Person ─► sound ─┬─► judge: questions of a policy and its variants ─┬─► ruling: decisions under one law
//	                 └─► judge ...                                      └─► ruling ...
type Evaluator struct {
	judges []*judge // one for each set of questions
	laws   []seat   // by law

	codeIDs, countyIDs, degreeIDs map[string]int32
}

// seat is where a law is decided.
type seat struct {
	judge  *judge
	ruling *ruling
}

// NewEvaluator returns an evaluator for one goroutine.
func (l *Law) NewEvaluator() *Evaluator { return NewEvaluator(l) }

// NewEvaluator returns an evaluator for one goroutine that decides under all of
// the laws, which must be bound to one as-of date. Laws that were compiled
// together answer what they share once.
func NewEvaluator(laws ...*Law) *Evaluator {
	e := &Evaluator{codeIDs: map[string]int32{}, countyIDs: map[string]int32{}, degreeIDs: map[string]int32{}}
	for _, law := range laws {
		at := slices.IndexFunc(e.judges, func(j *judge) bool { return j.law.questions == law.questions })
		if at < 0 {
			at = len(e.judges)
			e.judges = append(e.judges, newJudge(law))
		} else {
			e.judges[at].rulings = append(e.judges[at].rulings, newRuling(law))
		}
		j := e.judges[at]
		e.laws = append(e.laws, seat{j, j.rulings[len(j.rulings)-1]})
	}
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
	if codes, ok := parseCodes(canonical); ok {
		for _, j := range e.judges {
			id = j.addCode(codes[0], codes[1:]...)
		}
	}
	e.codeIDs[canonical] = id
	return id
}

// parseCodes reads the codes of the offences that one count names.
func parseCodes(canonical string) ([]*policies.Code, bool) {
	var codes []*policies.Code
	for part := range strings.SplitSeq(canonical, "+") {
		code, ok := policies.ParseCode(part)
		if !ok {
			return nil, false
		}
		codes = append(codes, &code)
	}
	return codes, true
}

// agree is the answer of a test for all codes of a count, unknown where they
// differ: the record does not say which of the offences it was.
func agree(test func(*policies.Code) truth, code *policies.Code, also []*policies.Code) truth {
	v := test(code)
	for _, other := range also {
		if test(other) != v {
			return unknown
		}
	}
	return v
}

// County returns a number for a county as written; counties between which no law
// makes a difference share one. The string is cloned when it is kept.
func (e *Evaluator) County(name string, known bool) int32 {
	if !known {
		return 0
	}
	folded := foldCounty(name)
	return number(e, e.countyIDs, name, func(j *judge) *[]countyEntry { return &j.counties },
		func(j *judge) countyEntry { return j.countyEntry(folded, folded != "") })
}

// Degree returns a number for a class or degree as written; those between which
// no law makes a difference share one. The string is cloned when it is kept.
func (e *Evaluator) Degree(name string, known bool) int32 {
	if !known {
		return 0
	}
	return number(e, e.degreeIDs, name, func(j *judge) *[]degreeEntry { return &j.degrees },
		func(j *judge) degreeEntry { return j.degreeEntry(policies.FoldDegree(name), true) })
}

// maxNames bounds the spellings that are remembered; a state has at most 254
// counties, so a source that exceeds it holds something else in the column.
const maxNames = 1 << 12

// number finds the number under which a name has its entry in the tables of all
// judges, and adds it where one of them has no such entry.
func number[E comparable](e *Evaluator, ids map[string]int32, name string, table func(*judge) *[]E, entry func(*judge) E) int32 {
	if id, ok := ids[name]; ok {
		return id
	}
	entries := make([]E, len(e.judges))
	for i, j := range e.judges {
		entries[i] = entry(j)
	}
	has := func(id int) bool {
		for i, j := range e.judges {
			if (*table(j))[id] != entries[i] {
				return false
			}
		}
		return true
	}
	id, size := 0, len(*table(e.judges[0])) // all have one size
	for id < size && !has(id) {
		id++
	}
	if id == size {
		for i, j := range e.judges {
			*table(j) = append(*table(j), entries[i])
		}
	}
	if len(ids) < maxNames {
		ids[strings.Clone(name)] = int32(id)
	}
	return int32(id)
}

// Person decides every charge of p, of which it first makes unknown what
// contradicts itself, and returns the decisions under the first law. The result
// has an entry for each of p.Charges, the zero Decision for rows that are no
// charge, and is valid until the next call.
func (e *Evaluator) Person(p *Person) []Decision {
	asOf := e.laws[0].ruling.law.bound.AsOf
	seen := p.sound(asOf)
	p.Doubts = seen.doubts
	if slices.ContainsFunc(e.judges, func(j *judge) bool { return j.law.circumstantial }) {
		p.Doubts.Circumstances = p.soundCircumstances()
	}
	for _, j := range e.judges {
		j.person(p, seen)
	}
	return e.Under(0)
}

// Under returns the decisions on the person whom Person decided last under a law,
// given its position among those of the evaluator.
func (e *Evaluator) Under(law int) []Decision { return e.laws[law].ruling.decisions }

// NeedsRank tells whether the order of charges in the record can decide, so that
// Charge.Rank must be filled in.
func (e *Evaluator) NeedsRank() bool {
	return slices.ContainsFunc(e.laws, func(s seat) bool { return len(s.ruling.law.caps) > 0 })
}

// Text puts the decision on charge i of p under the first law in words. Words are
// remembered, so that equal decisions cost one look-up and mostly share one Text,
// which nobody may change.
func (e *Evaluator) Text(p *Person, i int, d Decision) *Text {
	s := e.laws[0]
	s.judge.ruling = s.ruling
	return s.judge.text(p, i, &d)
}

// Clocks lists what the conditions on time of the first law count for charge i
// of the person whom Person decided last: one for each whose day the record
// settles. It is for explanations; no decision asks for it.
func (e *Evaluator) Clocks(p *Person, i int) []Clock {
	e.laws[0].judge.ruling = e.laws[0].ruling
	return e.laws[0].judge.clocks(p, i)
}

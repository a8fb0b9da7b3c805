package pipeline

import (
	"cmp"
	"slices"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// caseKey is what rows of a person share that are of one case. County is a number of
// a word of the batch.
type caseKey struct {
	county int32
	docket string
}

// chargeKey is what rows of a person share that are one charge. A key that a
// source uses again for another offence, or in another case, is another charge:
// taking two for one would hide a conviction. Code is a number of a word.
type chargeKey struct {
	county, code   int32
	docket, charge string
}

// load fills s.person with what the law may ask of the person.
func (s *settler) load(rows *rows, person link.Person) {
	s.cases.reset()
	s.charges.reset()
	s.sent = s.sent[:0]
	p := &s.person
	p.Keyed = person.Keyed
	birth := birth{first: schemas.NoDate}
	p.Charges = slices.Grow(p.Charges[:0], len(person.Rows))
	born, other := int32(-1), int32(-1) // the first row that gives a birth, and the first that gives another
	for _, row := range person.Rows {
		if of := s.birth(rows, row); of.known() {
			switch {
			case born < 0:
				born, birth = row, of
			case birth.meets(of):
				birth = birth.and(of)
			case other < 0:
				other = row
			}
		}
		p.Charges = append(p.Charges, evaluate.Charge{})
		c := &p.Charges[len(p.Charges)-1]
		s.row(c, rows, row)
		if rows.partly.Has(row) {
			c.Partial = s.partly.of(rows.partly.text(row))
		}
		if c.Arrest < c.Offense && c.Arrest.Known() && c.Kind&schemas.RowCharge != 0 {
			s.receipt.EarlyArrests++
		}
	}
	s.joinUncoded(rows, person.Rows)
	if s.run.asksCircumstances() {
		circumstances(rows, person.Rows, p.Charges)
	}
	if s.evaluator.NeedsRank() {
		rank(rows, person.Rows, p.Charges)
	}
	p.Birth, p.BirthDays = birth.first, birth.days
	if other >= 0 {
		p.Birth, p.BirthDays = schemas.NoDate, 0
		s.conflict(rows, born, other, writers.TwoBirths)
	}
}

// conflict notes that two rows of a key give different births, as two of a person or
// some of many.
func (s *settler) conflict(rows *rows, born, other int32, trouble writers.KeyTrouble) {
	if trouble == writers.SharedKey {
		s.receipt.SharedKeys++
	} else {
		s.receipt.BirthConflicts++
	}
	s.receipt.Conflicts = first(append(s.receipt.Conflicts, writers.KeyConflict{
		Trouble: trouble,
		Source:  s.source(rows, born), Line: rows.line.Value(int(born)),
		OtherSource: s.source(rows, other), OtherLine: rows.line.Value(int(other)),
	}), 2*worklistLength, compareConflicts)
}

// circumstances adds what the rows say of substances and victims.
func circumstances(rows *rows, numbers []int32, charges []evaluate.Charge) {
	for i, row := range numbers {
		c := &charges[i]
		c.Substances = schemas.Substances(rows.substances.Value(int(row)))
		c.Evidence = schemas.Evidence(rows.evidence.Value(int(row)))
		c.NCIC = schemas.NCIC(rows.ncic.text(row))
		c.VictimAge = rows.victimAge.number(row)
		c.VictimRelation = schemas.VictimRelation(rows.victimRelation.Value(int(row)))
	}
}

// rank puts the charges in the order of county, case, charge and line, which
// does not depend on how the sources were cut.
func rank(rows *rows, numbers []int32, charges []evaluate.Charge) {
	order := make([]int, len(numbers))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := numbers[a], numbers[b]
		return cmp.Or(
			cmp.Compare(rows.county.text(x), rows.county.text(y)),
			cmp.Compare(rows.docket.text(x), rows.docket.text(y)),
			cmp.Compare(rows.charge.text(x), rows.charge.text(y)),
			cmp.Compare(rows.source.Value(int(x)), rows.source.Value(int(y))),
			cmp.Compare(rows.line.Value(int(x)), rows.line.Value(int(y))))
	})
	for place, i := range order {
		charges[i].Rank = int32(place)
	}
}

// row puts a row of a person into the form in which it is decided.
func (s *settler) row(c *evaluate.Charge, rows *rows, row int32) {
	small := func(column *array.Uint8) uint8 { return column.Value(int(row)) }
	*c = evaluate.Charge{
		Code:           rows.code.remember(row, s.asked.code),
		County:         rows.county.remember(row, s.asked.county),
		Degree:         rows.degree.remember(row, s.asked.degree),
		Case:           s.caseOrdinal(rows, row),
		Key:            s.chargeOrdinal(rows, row),
		Offense:        rows.offenseDate.date(row),
		Arrest:         rows.arrestDate.date(row),
		Disposed:       rows.dispositionDate.date(row),
		Challenge:      rows.challengeDate.date(row),
		Sentenced:      rows.sentenceDate.date(row),
		Released:       rows.releaseDate.date(row),
		SupervisionEnd: rows.supervisionEnd.date(row),
		MaxPenalty:     rows.maxPenalty.number(row),
		TermMin:        rows.termMin.number(row),
		TermMax:        rows.termMax.number(row),
		Severity:       schemas.Severity(small(rows.severity)),
		Disposition:    schemas.Disposition(small(rows.disposition)),
		Sentence:       schemas.Sentence(small(rows.sentence)),
		Incarcerated:   schemas.Incarceration(small(rows.incarcerated)),
		Restitution:    schemas.Restitution(small(rows.restitution)),
		Kind:           rows.rowKind(row),
		VictimAge:      evaluate.NoNumber,
	}
}

func (s *settler) caseOrdinal(rows *rows, row int32) int32 {
	if !rows.docket.Has(row) {
		return -1
	}
	return s.cases.of(caseKey{rows.county.number(row), rows.docket.text(row)})
}

func (s *settler) chargeOrdinal(rows *rows, row int32) int32 {
	if !rows.charge.Has(row) {
		return -1
	}
	return s.charges.of(chargeKey{
		rows.county.number(row), rows.code.number(row), rows.docket.text(row), rows.charge.text(row),
	})
}

// joinUncoded makes rows without a code rows of the charge that has their charge
// key, where there is one only: what they say of its end is said of that charge.
func (s *settler) joinUncoded(rows *rows, numbers []int32) {
	uncoded := func(row int32) bool { return rows.charge.Has(row) && !rows.code.Has(row) }
	if !slices.ContainsFunc(numbers, uncoded) {
		return
	}
	const several = -2
	bare := func(row int32) int32 {
		return s.bare.of(chargeKey{county: rows.county.number(row), docket: rows.docket.text(row), charge: rows.charge.text(row)})
	}
	s.bare.reset()
	s.coded = s.coded[:0] // by number of a bare key: the key of the one charge that has it, or several
	for i, row := range numbers {
		key := s.person.Charges[i].Key
		if key < 0 || !rows.code.Has(row) {
			continue
		}
		switch n := int(bare(row)); {
		case n == len(s.coded):
			s.coded = append(s.coded, key)
		case s.coded[n] != key:
			s.coded[n] = several
		}
	}
	for i, row := range numbers {
		if !uncoded(row) {
			continue
		}
		if n := int(bare(row)); n < len(s.coded) && s.coded[n] != several {
			s.person.Charges[i].Key = s.coded[n]
		}
	}
}

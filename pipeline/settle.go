package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/pipeline/route"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// Receipt is what one part came to.
type Receipt struct {
	Part     writers.Receipt
	Totals   schemas.Totals
	BySource []schemas.Totals // by ordinal of the source
	Gaps     Gaps             // statute texts that have no code
	Counties map[string]int64 // charges by county as written
	// Undeliverable lists the first charges of the part that are granted relief
	// and cannot stand in an update file; UndeliverableRows counts all.
	Undeliverable     []writers.Undeliverable
	UndeliverableRows int64
	// BirthConflicts counts persons whose rows give two dates of birth; the law
	// is asked without one.
	BirthConflicts int64
	Doubts         evaluate.Doubts
}

// Settle decides everyone in a part, whose segments may come in any order. It
// is safe to repeat: the same charges leave the same files.
func (r *Run) Settle(ctx context.Context, part int, segments []Segment, from Segments) (_ Receipt, err error) {
	out, err := r.attempt.Part(ctx, part, r.mem)
	if err != nil {
		return Receipt{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, out.Abort())
		}
	}()
	evaluator := r.evaluators.Get().(*evaluate.Evaluator)
	defer r.evaluators.Put(evaluator)
	s := newSettler(r, evaluator, out)
	for _, bucket := range buckets(segments) {
		if err := s.bucket(ctx, bucket, from); err != nil {
			return Receipt{}, err
		}
	}
	s.receipt.Part, err = out.Close()
	return s.receipt, err
}

// buckets are segments sorted out by bucket, in order.
func buckets(segments []Segment) [][]Segment {
	segments = slices.Clone(segments)
	slices.SortStableFunc(segments, func(a, b Segment) int { return a.Bucket - b.Bucket })
	return slices.Collect(func(yield func([]Segment) bool) {
		for len(segments) > 0 {
			n := slices.IndexFunc(segments, func(s Segment) bool { return s.Bucket != segments[0].Bucket })
			if n < 0 {
				n = len(segments)
			}
			if !yield(segments[:n]) {
				return
			}
			segments = segments[n:]
		}
	})
}

// settler decides the persons of one part and writes what comes of them.
type settler struct {
	run       *Run
	evaluator *evaluate.Evaluator
	router    *route.Router
	out       *writers.Part
	receipt   Receipt

	// Of the person at hand, reused for the next.
	person  evaluate.Person
	cases   map[caseKey]int32
	charges map[chargeKey]int32
	sent    []bool // by charge key: the agencies have been told
}

type caseKey struct{ county, docket string }

// chargeKey is what rows of a person share that are one charge. A key that a
// source uses again for another offence, or in another case, is another charge:
// taking two for one would hide a conviction.
type chargeKey struct{ county, docket, charge, code string }

func newSettler(r *Run, evaluator *evaluate.Evaluator, out *writers.Part) *settler {
	return &settler{
		run: r, evaluator: evaluator, router: route.New(r.jurisdiction), out: out,
		receipt: Receipt{
			BySource: make([]schemas.Totals, len(r.Sources)),
			Gaps:     Gaps{Codes: map[CodeText]Affected{}},
			Counties: map[string]int64{},
		},
		cases:   map[caseKey]int32{},
		charges: map[chargeKey]int32{},
	}
}

// bucket settles the persons of one bucket, all of whose rows are in segments.
func (s *settler) bucket(ctx context.Context, segments []Segment, from Segments) error {
	batch, err := gather(ctx, s.run.mem, segments, from)
	if err != nil {
		return err
	}
	defer batch.Release()
	rows := newRows(batch)
	for person := range link.Persons(batch) {
		if err := s.settle(rows, person); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// gather is the batches of segments as one.
func gather(ctx context.Context, mem memory.Allocator, segments []Segment, from Segments) (arrow.Record, error) {
	batches := make([]arrow.Record, 0, len(segments))
	defer func() {
		for _, batch := range batches {
			batch.Release()
		}
	}()
	for _, segment := range segments {
		batch, err := from.Open(ctx, segment)
		if err != nil {
			return nil, err
		}
		batches = append(batches, batch)
	}
	if len(batches) == 1 {
		batches[0].Retain()
		return batches[0], nil
	}
	columns := make([]arrow.Array, schemas.Coded.NumFields())
	pieces := make([]arrow.Array, len(batches))
	rows := int64(0)
	for i := range columns {
		for n, batch := range batches {
			pieces[n] = batch.Column(i)
		}
		column, err := array.Concatenate(pieces, mem)
		if err != nil {
			return nil, fmt.Errorf("gather a bucket: %w", err)
		}
		defer column.Release()
		columns[i], rows = column, int64(column.Len())
	}
	return array.NewRecord(schemas.Coded, columns, rows), nil
}

// settle decides one person and writes every decision.
func (s *settler) settle(rows *rows, person link.Person) error {
	s.load(rows, person)
	decisions := s.evaluator.Person(&s.person)
	s.receipt.Doubts.Add(s.person.Doubts)
	summary := writers.Person{Person: rows.person.text(person.Rows[0]), NextEligibleOn: schemas.NoDate}
	accepted := false
	for i, row := range person.Rows {
		kind := s.person.Charges[i].Kind
		accepted = accepted || kind != schemas.RowIncomplete
		s.count(rows, row, kind)
		summary.RecordIncomplete = summary.RecordIncomplete || kind&schemas.RowIncomplete != 0
		if kind&schemas.RowCharge == 0 {
			continue
		}
		if err := s.charge(rows, row, i, decisions[i]); err != nil {
			return err
		}
		summarize(&summary, s.person.Charges[i], decisions[i], s.run.Config.AsOf)
	}
	if !accepted {
		return nil
	}
	s.countPerson(rows, person)
	return s.out.Person(&summary)
}

// load fills s.person with what the law may ask of the person.
func (s *settler) load(rows *rows, person link.Person) {
	clear(s.cases)
	clear(s.charges)
	s.sent = s.sent[:0]
	p := &s.person
	p.Keyed = person.Keyed
	p.Birth = schemas.NoDate
	p.Charges = slices.Grow(p.Charges[:0], len(person.Rows))
	conflict := false
	for _, row := range person.Rows {
		if birth := rows.birthDate.date(row); birth.Known() {
			conflict = conflict || p.Birth.Known() && p.Birth != birth
			p.Birth = birth
		}
		p.Charges = append(p.Charges, s.row(rows, row))
	}
	if s.evaluator.NeedsRank() {
		rank(rows, person.Rows, p.Charges)
	}
	if conflict {
		p.Birth = schemas.NoDate
		s.receipt.BirthConflicts++
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

// row is one row of a person in the form in which it is decided.
func (s *settler) row(rows *rows, row int32) evaluate.Charge {
	small := func(column *array.Uint8) uint8 { return column.Value(int(row)) }
	return evaluate.Charge{
		Code:           s.evaluator.Code(rows.code.text(row), rows.code.known(row)),
		County:         s.evaluator.County(rows.county.text(row), rows.county.known(row)),
		Degree:         s.evaluator.Degree(rows.degree.text(row), rows.degree.known(row)),
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
	}
}

func (s *settler) caseOrdinal(rows *rows, row int32) int32 {
	if !rows.docket.known(row) {
		return -1
	}
	return ordinal(s.cases, caseKey{rows.county.text(row), rows.docket.text(row)})
}

func (s *settler) chargeOrdinal(rows *rows, row int32) int32 {
	if !rows.charge.known(row) {
		return -1
	}
	return ordinal(s.charges, chargeKey{
		rows.county.text(row), rows.docket.text(row), rows.charge.text(row), rows.code.text(row),
	})
}

// ordinal numbers keys as they come.
func ordinal[K comparable](of map[K]int32, key K) int32 {
	n, ok := of[key]
	if !ok {
		n = int32(len(of)) //nolint:gosec // a person has fewer rows
		of[key] = n
	}
	return n
}

// charge writes the decision on one charge, and what follows from it.
func (s *settler) charge(rows *rows, row int32, i int, d evaluate.Decision) error {
	text := s.evaluator.Text(&s.person, i, d)
	source := s.run.Sources[rows.source.Value(int(row))].Name
	det := rows.determination(row)
	det.Source = source
	det.Policy = s.run.pack.Name()
	det.Rule, det.Outcome = text.Rule, d.Outcome
	det.RemedyFloor, det.RemedyCeiling, det.LegalBasis = text.RemedyFloor, text.RemedyCeiling, text.LegalBasis
	det.Clause, det.Reason, det.Question = text.Clause, text.Reason, text.Question
	det.EligibleOn, det.DueOn = d.EligibleOn, d.DueOn
	det.LeavesTrue, det.LeavesFalse, det.LeavesPresumed = d.True, d.False, d.Presumed
	if err := s.out.Determination(&det); err != nil {
		return err
	}
	s.countOutcome(rows, row, d.Outcome, text.Rule)
	s.receipt.Gaps.note(rows, row, s.receipt.Totals.Persons)
	s.countCounty(rows.county.text(row))
	if d.Outcome == schemas.Review {
		return s.out.Review(&writers.Review{
			Source: source, Line: det.Line, Person: det.Person, Case: det.Case, Charge: det.Charge,
			Policy: det.Policy, Rule: text.Rule, Leaf: text.Leaf, Clause: text.Clause, Question: text.Question, Who: text.Who,
		})
	}
	if d.Serving {
		if err := s.active(rows, row, &det); err != nil {
			return err
		}
	}
	return s.deliver(rows, row, i, &det)
}

// active writes a charge that is eligible while its sentence still runs.
func (s *settler) active(rows *rows, row int32, det *writers.Determination) error {
	return s.out.Active(&writers.Active{
		Source: det.Source, Line: det.Line, Person: det.Person, Case: det.Case, Charge: det.Charge, County: det.County,
		Sentence:       schemas.Sentence(rows.sentence.Value(int(row))),
		SupervisionEnd: rows.supervisionEnd.date(row),
		Policy:         det.Policy, Rule: det.Rule, Remedy: det.RemedyFloor,
		LegalBasis: det.LegalBasis, Clause: det.Clause, EligibleOn: det.EligibleOn,
	})
}

// summarize adds one decision to the summary of its person.
func summarize(to *writers.Person, charge evaluate.Charge, d evaluate.Decision, asOf schemas.Date) {
	to.Charges++
	to.Outcomes[d.Outcome]++
	if charge.Disposition == schemas.Convicted {
		to.Convictions++
	}
	next := &to.NextEligibleOn
	if on := d.EligibleOn; d.Outcome == schemas.NotYet && on > asOf && (!next.Known() || on < *next) {
		*next = on
	}
}

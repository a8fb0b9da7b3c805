package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
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
	// Substances counts the charges whose decision the substance had a part in.
	Substances Substances
	// WhatIfs counts what the variants of the policy would decide.
	WhatIfs WhatIfs
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
	lives   map[string][]normalize.Life // of the sections of codes seen; nil where the table knows none
	sent    []bool                      // by charge key: the agencies have been told
}

func newSettler(r *Run, evaluator *evaluate.Evaluator, out *writers.Part) *settler {
	return &settler{
		run: r, evaluator: evaluator, router: route.New(r.jurisdiction), out: out,
		receipt: Receipt{
			BySource: make([]schemas.Totals, len(r.Sources)),
			Gaps:     Gaps{Codes: map[CodeText]Affected{}},
			Counties: map[string]int64{},
			WhatIfs:  WhatIfs{Variants: make([]WhatIf, len(r.variants))},
		},
		cases:   map[caseKey]int32{},
		charges: map[chargeKey]int32{},
		lives:   map[string][]normalize.Life{},
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
	if len(s.run.variants) > 0 {
		s.receipt.WhatIfs.note(&s.person, s.run.law, s.evaluator)
	}
	return s.out.Person(&summary)
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
	if s.run.law.AsksSubstance() {
		s.receipt.Substances.note(s.run.law.Substance(&d), &s.person.Charges[i], det.Code, text.Priority)
	}
	s.receipt.Gaps.note(rows, row, s.receipt.Totals.Persons, s.outOfForce(&det))
	s.countCounty(rows.county.text(row))
	if d.Outcome == schemas.Review {
		return s.out.Review(&writers.Review{
			Source: source, Line: det.Line, Person: det.Person, Case: det.Case, Charge: det.Charge,
			Policy: det.Policy, Rule: text.Rule, Leaf: text.Leaf, Clause: text.Clause, Question: text.Question, Who: text.Who,
			Priority: text.Priority,
		})
	}
	if d.Serving {
		if err := s.active(rows, row, &det); err != nil {
			return err
		}
	}
	return s.deliver(rows, row, i, &det)
}

// outOfForce tells whether a charge names a section that was not the law on the
// day of the offence.
func (s *settler) outOfForce(det *writers.Determination) bool {
	lives, seen := s.lives[det.Code]
	if !seen && det.Code != "" {
		for _, section := range s.run.sections(det.Code) {
			if section.Life.Known() {
				lives = append(lives, section.Life)
			}
		}
		s.lives[strings.Clone(det.Code)] = lives
	}
	return slices.ContainsFunc(lives, func(l normalize.Life) bool {
		return l.Excludes(det.OffenseDate, det.ArrestDate, det.DispositionDate)
	})
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

package pipeline

import (
	"context"
	"errors"
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/pipeline/route"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

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
	return s.close(ctx, from)
}

// close ends the part and tells what it came to.
func (s *settler) close(ctx context.Context, segments Segments) (_ Receipt, err error) {
	if err := s.keepNames(ctx, segments); err != nil {
		return Receipt{}, err
	}
	s.words.tell(s.receipt.BySource)
	s.receipt.Part, err = s.out.Close()
	return s.receipt, err
}

// settler decides the persons of one part and writes what comes of them.
type settler struct {
	run       *Run
	evaluator *evaluate.Evaluator
	router    *route.Router
	out       *writers.Part
	receipt   Receipt
	sources   []string // their names
	names     bool     // the layout has those of persons
	asked     asked
	words     wordList
	partly    partialDates
	named     []named
	fold      []byte

	// Of the batch at hand.
	verdicts []writers.Verdict

	// Of the person at hand, reused for the next.
	live     []int32 // rows in force
	births   []birth
	person   evaluate.Person
	cases    ordinals[caseKey]
	charges  ordinals[chargeKey]
	bare     ordinals[chargeKey] // keys without their codes
	coded    []int32             // by number of bare
	sent     []bool              // by charge key: the agencies have been told
	delivery writers.Delivery
}

// asked are the evaluator and the tables, as words of a batch are asked for.
type asked struct {
	code, county, degree func(word string, known bool) int32
	listed               func(word string, known bool) int32
	substance            bool // the law asks for it

	listNumbers map[string]int32
	lists       []listed // the first is of codes that the tables know nothing of
}

// listed is what the tables know of a code: when its sections were the law, and how grave
// the offence is.
type listed struct {
	lives  []normalize.Life
	levels []normalize.Level
}

func newSettler(r *Run, evaluator *evaluate.Evaluator, out *writers.Part) *settler {
	s := &settler{
		run: r, evaluator: evaluator, router: route.New(r.jurisdiction, r.directory), out: out, sources: r.sourceNames(), names: r.layout.NamesPersons(),
		receipt: Receipt{Sums: r.newSums()},
		words:   newWordList(r.pack.Called(), len(r.Sources)),
		partly:  partialDates{},
		asked: asked{
			code: evaluator.Code, county: evaluator.County, degree: evaluator.Degree, substance: r.law.AsksSubstance(),
			listNumbers: map[string]int32{}, lists: make([]listed, 1),
		},
	}
	s.asked.listed = s.listedAs
	return s
}

// bucket settles the persons of one bucket, all of whose rows are in segments.
func (s *settler) bucket(ctx context.Context, segments []Segment, from Segments) error {
	gathered, err := from.Open(ctx, segments...)
	if err != nil {
		return err
	}
	batch, persons := link.Persons(s.run.mem, gathered)
	gathered.Release()
	defer batch.Release()
	rows := s.rows(batch)
	for person := range persons {
		if err := s.settleKey(rows, person); err != nil {
			return err
		}
	}
	return errors.Join(s.flush(rows), ctx.Err())
}

// settle decides one person and writes every decision, but for the determinations:
// those of a batch are written by flush.
func (s *settler) settle(rows *rows, person link.Person) error {
	standing := s.standing(rows, person)
	live := s.inForce(person, standing)
	s.load(rows, live)
	if person.Keyed && s.names {
		s.name(rows, live)
	}
	decisions := s.evaluator.Person(&s.person)
	s.receipt.Doubts.Add(s.person.Doubts)
	summary := writers.Person{NextEligibleOn: schemas.NoDate}
	if person.Keyed {
		summary.Person = rows.person.text(person.Rows[0])
	}
	accepted := false
	i := 0 // of those in force
	for at, row := range person.Rows {
		kind := rows.rowKind(row)
		accepted = accepted || kind != schemas.RowIncomplete
		s.count(rows, row, kind, person.Keyed)
		if standing != nil && standing[at] != link.InForce {
			s.history(rows, row, standing[at])
			continue
		}
		summary.RecordIncomplete = summary.RecordIncomplete || kind&schemas.RowIncomplete != 0
		if kind&schemas.RowCharge != 0 {
			if err := s.charge(rows, row, i, &decisions[i]); err != nil {
				return err
			}
			summarize(&summary, &s.person.Charges[i], &decisions[i], s.run.Config.AsOf)
		}
		i++
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

// flush writes the determinations of the batch of which the persons are settled.
func (s *settler) flush(rows *rows) error {
	err := s.out.Determinations(rows.batch, s.sources, s.verdicts)
	s.verdicts = s.verdicts[:0]
	s.countCounties(rows)
	s.countStandings(rows)
	return err
}

// charge notes the decision on one charge, and writes what follows from it.
func (s *settler) charge(rows *rows, row int32, i int, d *evaluate.Decision) error {
	text := s.evaluator.Text(&s.person, i, *d)
	said := s.words.of(text, d.Outcome)
	s.verdicts = append(s.verdicts, writers.Verdict{
		Row: row, Words: &said.Words, EligibleOn: d.EligibleOn, DueOn: d.DueOn,
		LeavesTrue: d.True, LeavesFalse: d.False, LeavesPresumed: d.Presumed,
	})
	said.bySource[rows.source.Value(int(row))]++
	if s.asked.substance {
		s.receipt.Substances.note(s.run.law.Substance(d), &s.person.Charges[i], rows.code.text(row), text.Priority)
	}
	s.receipt.Gaps.note(rows, row, s.receipt.Totals.Persons, s.oddOf(rows, row))
	rows.county.count(row)
	if d.Outcome == schemas.Review {
		return s.out.Review(&writers.Review{
			Source: s.source(rows, row), Line: rows.line.Value(int(row)),
			Person: rows.person.text(row), Case: rows.docket.text(row), Charge: rows.charge.text(row),
			Policy: said.Policy, Rule: text.Rule, Leaf: text.Leaf, Clause: text.Clause, Question: text.Question, Who: text.Who,
			Priority: text.Priority,
		})
	}
	if d.Serving {
		if err := s.active(rows, row, d, said); err != nil {
			return err
		}
	}
	return s.deliver(rows, row, i, d, said)
}

func (s *settler) source(rows *rows, row int32) string { return s.sources[rows.source.Value(int(row))] }

// oddOf tells what the tables know against a charge on the day of the offence: that its
// section was not the law, or had no such severity.
func (s *settler) oddOf(rows *rows, row int32) oddity {
	known := &s.asked.lists[rows.listed.remember(row, s.asked.listed)]
	day := rows.offenseDate.date(row)
	for _, l := range known.lives {
		if l.Excludes(day, rows.arrestDate.date(row), rows.dispositionDate.date(row)) {
			return oddity{outOfForce: true}
		}
	}
	severity := schemas.Severity(rows.severity.Value(int(row)))
	for _, l := range known.levels {
		if l.Excludes(day, severity) {
			return oddity{severity: severity}
		}
	}
	return oddity{}
}

// listedAs is the number of what the tables know of a code.
func (s *settler) listedAs(code string, known bool) int32 {
	if !known {
		return 0
	}
	number, seen := s.asked.listNumbers[code]
	if !seen {
		if of := s.run.lists.of(code); len(of.lives)+len(of.levels) > 0 {
			number = int32(len(s.asked.lists)) //nolint:gosec // codes are few
			s.asked.lists = append(s.asked.lists, of)
		}
		s.asked.listNumbers[strings.Clone(code)] = number
	}
	return number
}

// active writes a charge that is eligible while its sentence still runs.
func (s *settler) active(rows *rows, row int32, d *evaluate.Decision, said *worded) error {
	return s.out.Active(&writers.Active{
		Source: s.source(rows, row), Line: rows.line.Value(int(row)),
		Person: rows.person.text(row), Case: rows.docket.text(row), Charge: rows.charge.text(row), County: rows.county.text(row),
		Sentence:       schemas.Sentence(rows.sentence.Value(int(row))),
		SupervisionEnd: rows.supervisionEnd.date(row),
		Policy:         said.Policy, Rule: said.Rule, Remedy: said.RemedyFloor,
		LegalBasis: said.LegalBasis, Clause: said.Clause, EligibleOn: d.EligibleOn,
	})
}

// summarize adds one decision to the summary of its person.
func summarize(to *writers.Person, charge *evaluate.Charge, d *evaluate.Decision, asOf schemas.Date) {
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

package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// Result is a committed run.
type Result struct {
	Manifest writers.Manifest
	Path     string // of the run's folder, below the output
	Before   bool   // it was committed before, and nothing was done now
}

// Commit checks that every row is accounted for and makes the run count. It
// takes what every range left, in order of Ranges, and the receipts of all. The
// moment is the caller's: no wall clock is read here.
func (r *Run) Commit(ctx context.Context, prepared []Prepared, receipts *Receipts, from Segments, moment writers.Moment) (Result, error) {
	if err := ctx.Err(); err != nil { // a cancelled run may look complete
		return Result{}, err
	}
	m := r.manifest
	if err := r.total(&m, prepared, &receipts.sums); err != nil {
		return Result{}, fmt.Errorf("control totals do not balance, so nothing is published: %w", err)
	}
	if err := r.publish(ctx, &m, prepared, receipts, from); err != nil {
		return Result{}, err
	}
	commit, err := r.attempt.Commit(ctx, &m, moment)
	if err != nil {
		return Result{}, err
	}
	if err := r.scratch.Discard(); err != nil {
		return Result{}, fmt.Errorf("the run %s is committed: %w", r.ID, err)
	}
	return Result{Manifest: m, Path: commit.Path}, nil
}

// total adds up the receipts, by source and in all, and balances them.
func (r *Run) total(m *writers.Manifest, prepared []Prepared, sums *Sums) error {
	sources := make([]schemas.Totals, len(r.Sources))
	for i, earlier := range r.duplicate {
		if earlier >= 0 {
			sources[i].Rows = r.duplicateRows(i)
		}
	}
	for _, p := range prepared {
		sources[p.Source].Rows.Add(p.Rows)
		sources[p.Source].Repaired += p.Repaired
	}
	for i, t := range sums.BySource {
		sources[i].Add(t)
	}
	var faults []error
	for i, t := range sources {
		name := r.Sources[i].Name
		if err := r.balance(i, t); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
		m.Inputs[i].Totals = t
		m.Totals.Add(t)
	}
	m.Totals.Persons = sums.Totals.Persons // a person may be in several sources
	faults = append(faults, r.whatIfs(m, &sums.WhatIfs))
	return errors.Join(append(faults, m.Totals.Balance())...)
}

// balance checks the totals of one source, also against what its survey
// counted before anything was read as a row.
func (r *Run) balance(source int, t schemas.Totals) error {
	if rows := r.Sources[source].Survey.Rows; t.Read != rows {
		return fmt.Errorf("%d rows read, but the survey counted %d", t.Read, rows)
	}
	return errors.Join(t.Balance(), r.balanceRepairs(source, t))
}

// publish writes what belongs to the run as a whole.
func (r *Run) publish(ctx context.Context, m *writers.Manifest, prepared []Prepared, receipts *Receipts, from Segments) error {
	parts, sums := receipts.partsInOrder(), &receipts.sums
	for _, part := range parts {
		m.Outputs = append(m.Outputs, part.Outputs...)
	}
	var todo lists
	err := writeAtOnce(ctx, &m.Outputs,
		func(ctx context.Context) ([]writers.Output, error) {
			return r.attempt.Deliver(ctx, writers.Delivering{
				Policy: m.Policy.ID, AsOf: m.AsOf, Forms: m.UpdateForms, Recipients: r.sealedFor, Workers: r.Config.Workers,
			}, parts)
		},
		func(ctx context.Context) (outputs []writers.Output, err error) {
			todo = receipts.lists()
			err = writeAtOnce(ctx, &outputs, r.worklists(m, sums, todo)...)
			return outputs, err
		},
		one(func(ctx context.Context) (writers.Output, error) {
			return r.attempt.WriteRejects(ctx, r.rejects(ctx, prepared, from), r.sourceNames(), r.mem)
		}),
		func(ctx context.Context) ([]writers.Output, error) { return r.keepRows(ctx, prepared, from) },
		func(ctx context.Context) ([]writers.Output, error) { return r.writeConflicts(ctx, sums, from) },
		r.writePolicy,
		r.writeCodes,
		r.writeAnswers)
	if err != nil {
		return err
	}
	todo.unused = r.unused(prepared)
	m.Warnings = r.warnings(m, sums, todo)
	if r.law.AsksSubstance() {
		m.Substances = sums.Substances.sum(r.pack)
	}
	return nil
}

// writing writes some files.
type writing func(context.Context) ([]writers.Output, error)

// one is writing of one file.
func one(write func(context.Context) (writers.Output, error)) writing {
	return func(ctx context.Context) ([]writers.Output, error) {
		out, err := write(ctx)
		return []writers.Output{out}, err
	}
}

// writeAtOnce writes files beside each other, and adds them to outputs.
func writeAtOnce(ctx context.Context, outputs *[]writers.Output, all ...writing) error {
	written := make([][]writers.Output, len(all))
	g, ctx := errgroup.WithContext(ctx)
	for i, write := range all {
		g.Go(func() (err error) {
			written[i], err = write(ctx)
			return err
		})
	}
	err := g.Wait()
	*outputs = append(*outputs, slices.Concat(written...)...)
	return err
}

// worklists write the lists of what people have to look at, but of whose identity.
func (r *Run) worklists(m *writers.Manifest, sums *Sums, todo lists) []writing {
	all := []writing{
		func(ctx context.Context) (outputs []writers.Output, err error) {
			outputs, m.Worklists, err = r.attempt.WriteWorklists(ctx, todo.codes, todo.values)
			return outputs, err
		},
		one(func(ctx context.Context) (writers.Output, error) {
			return r.attempt.WriteOutOfForce(ctx, todo.outOfForce)
		}),
		one(func(ctx context.Context) (writers.Output, error) {
			return r.attempt.WriteUndeliverable(ctx, inOrder(sums.Undeliverable, compareUndeliverable))
		}),
	}
	if len(todo.severities) > 0 {
		all = append(all, one(func(ctx context.Context) (writers.Output, error) {
			return r.attempt.WriteSeverityGaps(ctx, todo.severities)
		}))
	}
	if r.law.AsksSubstance() {
		all = append(all, one(func(ctx context.Context) (writers.Output, error) {
			return r.attempt.WriteSubstances(ctx, sums.Substances.gaps())
		}))
	}
	return all
}

// writeConflicts looks for namesakes, and lists all whose identity somebody has to look at.
func (r *Run) writeConflicts(ctx context.Context, sums *Sums, from Segments) ([]writers.Output, error) {
	if err := r.namesakes(ctx, sums, from); err != nil || len(sums.Conflicts) == 0 {
		return nil, err
	}
	list, err := r.attempt.WriteKeyConflicts(ctx, inOrder(sums.Conflicts, compareConflicts))
	return []writers.Output{list}, err
}

// unused is how many answers of people no row was found for.
func (r *Run) unused(prepared []Prepared) int64 {
	used := map[int]bool{}
	for _, p := range prepared {
		maps.Copy(used, p.Answered)
	}
	return int64(r.answers.Len() - len(used))
}

// rejects yields the rejects of all ranges, in order of source and line.
func (r *Run) rejects(ctx context.Context, prepared []Prepared, from Segments) iter.Seq2[schemas.Reject, error] {
	return func(yield func(schemas.Reject, error) bool) {
		for _, p := range prepared { // ranges are in order of source and line
			for _, segment := range p.Rejects {
				batch, err := from.Open(ctx, segment)
				if err != nil {
					yield(schemas.Reject{}, err)
					return
				}
				for row := range int(batch.NumRows()) {
					if !yield(unpackReject(batch, row), nil) {
						batch.Release()
						return
					}
				}
				batch.Release()
			}
		}
	}
}

// writePolicy keeps the law beside what was decided with it, so that a decision
// can be explained when the pack has moved on.
func (r *Run) writePolicy(ctx context.Context) ([]writers.Output, error) {
	files := r.pack.Files()
	outputs := make([]writers.Output, 0, len(files))
	for name, text := range files {
		out, err := r.attempt.WriteFile(ctx, "policy/"+name, text, 0)
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, out)
	}
	return outputs, nil
}

// writeCodes keeps the exact tables that people have approved, in order of their
// bytes, so that the run says who answers for a code.
func (r *Run) writeCodes(ctx context.Context) ([]writers.Output, error) {
	byContent := func(a, b normalize.Table) int { return bytes.Compare(a.Source, b.Source) }
	var outputs []writers.Output
	for i, table := range slices.SortedFunc(slices.Values(r.codes), byContent) {
		out, err := r.attempt.WriteFile(ctx, fmt.Sprintf("codes/approved-%d.csv", i+1), table.Source, 0)
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, out)
	}
	return outputs, nil
}

// writeAnswers keeps the answers of people that the run was given.
func (r *Run) writeAnswers(ctx context.Context) ([]writers.Output, error) {
	source := r.answers.Source()
	if source == nil {
		return nil, nil
	}
	kept, err := r.attempt.WriteFile(ctx, writers.AnswersFile, source, 0)
	return []writers.Output{kept}, err
}

func (r *Run) sourceNames() []string {
	names := make([]string, len(r.Sources))
	for i, s := range r.Sources {
		names[i] = s.Name
	}
	return names
}

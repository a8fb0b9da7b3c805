package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/pipeline"
)

// Run carries every row of plan to its destination.
//
// A row that cannot be read becomes a reject and a charge that cannot be
// decided becomes a review; only what stops the whole run is an error. After
// an error nothing has been committed and Run may be called again. A run that
// is already committed is found by its inputs and returned without work.
//
// The clock, which may be nil, is asked how long each phase took and when the
// run was committed: for the commit, and for nothing else.
func Run(ctx context.Context, plan *pipeline.Plan, progress *Progress, clock func() time.Time) (_ pipeline.Result, err error) {
	watch := newStopwatch(clock)
	surveys, err := survey(ctx, plan, progress)
	if err != nil {
		return pipeline.Result{}, err
	}
	watch.lap(Surveying)
	run, err := plan.Begin(ctx, surveys)
	if err != nil {
		return pipeline.Result{}, err
	}
	if done := run.Committed(); done != nil {
		return *done, nil
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, run.Abort(context.WithoutCancel(ctx)))
		}
	}()
	done, err := decide(ctx, run, progress, watch)
	if err != nil {
		return pipeline.Result{}, err
	}
	defer func() { err = errors.Join(err, done.segments.Close()) }()
	progress.start(Committing, 0)
	return run.Commit(ctx, done.prepared, done.receipts, done.segments, watch.moment())
}

// decided is all that a run has come to before it is committed.
type decided struct {
	prepared []pipeline.Prepared
	receipts *pipeline.Receipts
	segments *segments // with the rejects
}

// decide takes extracts that come grouped by person in one pass. Those that turn
// out not to be are read once more, and sorted.
func decide(ctx context.Context, run *pipeline.Run, progress *Progress, watch *stopwatch) (*decided, error) {
	if run.OnePass() {
		done, err := begin(ctx, run, progress, watch, onePass)
		if !errors.Is(err, pipeline.ErrNotGrouped) || run.Config.Grouping == pipeline.Contiguous {
			return done, err
		}
		if err := run.StartOver(ctx); err != nil {
			return nil, err
		}
	}
	return begin(ctx, run, progress, watch, partitioned)
}

// begin gives a way to decide its segments.
func begin(ctx context.Context, run *pipeline.Run, progress *Progress, watch *stopwatch, way func(context.Context, *pipeline.Run, *decided, *Progress, *stopwatch) error) (*decided, error) {
	progress.restart()
	segments, err := newSegments(run.Scratch(), run.Config.SegmentBytes())
	if err != nil {
		return nil, err
	}
	done := &decided{segments: segments, receipts: run.NewReceipts()}
	if err := way(ctx, run, done, progress, watch); err != nil {
		return nil, errors.Join(err, segments.Close())
	}
	return done, nil
}

// onePass decides every range as it is read, and then who stands at their ends.
func onePass(ctx context.Context, run *pipeline.Run, done *decided, progress *Progress, watch *stopwatch) (err error) {
	if done.prepared, err = pass(ctx, run, done, progress); err != nil {
		return err
	}
	if err = run.SettleRest(ctx, done.prepared, done.segments, done.receipts); err != nil {
		return err
	}
	watch.lap(Passing)
	return nil
}

// partitioned sorts all rows by person, and decides part after part.
func partitioned(ctx context.Context, run *pipeline.Run, done *decided, progress *Progress, watch *stopwatch) (err error) {
	if done.prepared, err = prepare(ctx, run, done, progress); err != nil {
		return err
	}
	watch.lap(Preparing)
	if err = settle(ctx, run, done, progress); err != nil {
		return err
	}
	watch.lap(Settling)
	return nil
}

// pass reads and decides every range, several at a time.
func pass(ctx context.Context, run *pipeline.Run, to *decided, progress *Progress) ([]pipeline.Prepared, error) {
	progress.start(Passing, run.Bytes())
	prepared := make([]pipeline.Prepared, len(run.Ranges))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(run.Config.Workers)
	for i, r := range run.Ranges {
		g.Go(func() (err error) {
			var receipt pipeline.Receipt
			if prepared[i], receipt, err = run.Pass(ctx, i, to.segments); err != nil {
				return err
			}
			to.receipts.Part(receipt)
			return took(run, r, &prepared[i], to.receipts, progress)
		})
	}
	return prepared, g.Wait()
}

// took counts a range that was read.
func took(run *pipeline.Run, r pipeline.Range, p *pipeline.Prepared, receipts *pipeline.Receipts, progress *Progress) error {
	receipts.Range(p)
	progress.addDone(r.Length)
	progress.addRows(p.Rows.Read)
	return run.CheckRejects(progress.addRejects(p.Rows.Rejected))
}

// survey reads every file once, several at a time.
func survey(ctx context.Context, plan *pipeline.Plan, progress *Progress) ([]pipeline.Survey, error) {
	progress.start(Surveying, plan.Bytes())
	surveys := make([]pipeline.Survey, len(plan.Files))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(plan.Config.Workers)
	for i := range plan.Files {
		g.Go(func() (err error) {
			surveys[i], err = plan.Survey(ctx, i, progress.addDone)
			return err
		})
	}
	return surveys, g.Wait()
}

// prepare reads every range, several at a time, and leaves each charge in its
// person's bucket. Its end is the one barrier: a person's next charge may be in
// the last range.
func prepare(ctx context.Context, run *pipeline.Run, to *decided, progress *Progress) ([]pipeline.Prepared, error) {
	progress.start(Preparing, run.Bytes())
	prepared := make([]pipeline.Prepared, len(run.Ranges))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(run.Config.Workers)
	for i, r := range run.Ranges {
		g.Go(func() (err error) {
			if prepared[i], err = run.Prepare(ctx, r, to.segments); err != nil {
				return err
			}
			return took(run, r, &prepared[i], to.receipts, progress)
		})
	}
	return prepared, g.Wait()
}

// settle decides every part, several at a time.
func settle(ctx context.Context, run *pipeline.Run, to *decided, progress *Progress) error {
	parts := run.Parts(to.prepared)
	progress.start(Settling, int64(len(parts)))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(run.Config.Workers)
	for n, part := range parts {
		g.Go(func() error {
			receipt, err := run.Settle(ctx, n, part, to.segments)
			if err != nil {
				return fmt.Errorf("part %d: %w", n, err)
			}
			to.receipts.Part(receipt)
			to.segments.Drop(part)
			progress.addDone(1)
			return nil
		})
	}
	return g.Wait()
}

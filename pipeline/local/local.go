package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
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
	segments, err := newSegments(run.Scratch(), plan.Config.SegmentBytes(), memory.DefaultAllocator)
	if err != nil {
		return pipeline.Result{}, err
	}
	defer func() { err = errors.Join(err, segments.Close()) }()

	prepared, err := prepare(ctx, run, segments, progress)
	if err != nil {
		return pipeline.Result{}, err
	}
	watch.lap(Preparing)
	receipts, err := settle(ctx, run, prepared, segments, progress)
	if err != nil {
		return pipeline.Result{}, err
	}
	watch.lap(Settling)
	progress.start(Committing, 0)
	return run.Commit(ctx, prepared, receipts, segments, watch.moment())
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
func prepare(ctx context.Context, run *pipeline.Run, segments *segments, progress *Progress) ([]pipeline.Prepared, error) {
	progress.start(Preparing, run.Bytes())
	prepared := make([]pipeline.Prepared, len(run.Ranges))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(run.Config.Workers)
	for i, r := range run.Ranges {
		g.Go(func() (err error) {
			if prepared[i], err = run.Prepare(ctx, r, segments); err != nil {
				return err
			}
			progress.addDone(r.Length)
			progress.addRows(prepared[i].Rows.Read)
			return run.CheckRejects(progress.addRejects(prepared[i].Rows.Rejected))
		})
	}
	return prepared, g.Wait()
}

// settle decides every part, several at a time.
func settle(ctx context.Context, run *pipeline.Run, prepared []pipeline.Prepared, segments *segments, progress *Progress) ([]pipeline.Receipt, error) {
	parts := run.Parts(prepared)
	progress.start(Settling, int64(len(parts)))
	receipts := make([]pipeline.Receipt, len(parts))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(run.Config.Workers)
	for n, part := range parts {
		g.Go(func() (err error) {
			if receipts[n], err = run.Settle(ctx, n, part, segments); err != nil {
				return fmt.Errorf("part %d: %w", n, err)
			}
			segments.Drop(part)
			progress.addDone(1)
			return nil
		})
	}
	return receipts, g.Wait()
}

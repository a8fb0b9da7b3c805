package watchfile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/local"
	"github.com/clearsweep/clearsweep/pipeline/trigger"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// sweep is an ordinary sweep of one delivery, in this process.
type sweep struct {
	config   pipeline.Config
	objects  []trigger.Object
	places   *storage.Places
	progress local.Progress
	clock    func() time.Time
}

// Run sweeps. Another that committed the same run while we were at work has made
// the result that is ours too.
func (s *sweep) Run(ctx context.Context) (trigger.Result, error) {
	result, err := s.run(ctx)
	if errors.Is(err, writers.ErrCommitted) {
		result, err = s.run(ctx) // finds the commit
	}
	switch {
	case errors.Is(err, pipeline.ErrTooManyRejects), errors.Is(err, pipeline.ErrUnfit):
		return trigger.Result{}, &trigger.Fault{Reason: trigger.Unfit, Err: err}
	case errors.Is(err, pipeline.ErrInputChanged):
		return trigger.Result{}, &trigger.Fault{Reason: trigger.Replaced, Err: err}
	case err != nil:
		return trigger.Result{}, err
	}
	totals := result.Manifest.Totals
	return trigger.Result{
		RunID: result.Manifest.RunID, Path: result.Path, Before: result.Before,
		Rows: totals.Read, Rejects: totals.Rejected,
	}, nil
}

func (s *sweep) run(ctx context.Context) (pipeline.Result, error) {
	if err := s.look(ctx); err != nil {
		return pipeline.Result{}, err
	}
	plan, err := pipeline.Open(ctx, s.config)
	if err != nil {
		return pipeline.Result{}, err
	}
	if err := s.pinned(plan); err != nil {
		return pipeline.Result{}, err
	}
	return local.Run(ctx, plan, &s.progress, s.clock)
}

// look sees whether the objects are still there: only of them is it a fault that
// something is missing. A layout that is missing may come back.
func (s *sweep) look(ctx context.Context) error {
	if _, err := s.places.Find(ctx, s.config.Inputs...); err != nil {
		return trigger.LookFault(err)
	}
	return nil
}

// pinned checks that the plan found the very objects of the delivery. What is
// replaced from here on, the plan notices itself.
func (s *sweep) pinned(plan *pipeline.Plan) error {
	found := map[string]trigger.Object{}
	for _, file := range plan.Files {
		o := file.Object()
		found[o.URI] = trigger.Object{URI: o.URI, Size: o.Info.Size, Version: o.Info.Version}
	}
	for _, o := range s.objects {
		if found[o.URI] != o {
			return &trigger.Fault{Reason: trigger.Replaced, Err: fmt.Errorf("%s is no longer the object that was delivered", o.URI)}
		}
	}
	if len(found) != len(s.objects) {
		return &trigger.Fault{Reason: trigger.Replaced, Err: fmt.Errorf("found %d objects where %d were delivered", len(found), len(s.objects))}
	}
	return nil
}

// Progress says what the sweep has done so far.
func (s *sweep) Progress() trigger.Progress {
	now := s.progress.Snapshot()
	return trigger.Progress{Phase: now.Phase.String(), Done: now.Done, Total: now.Total, Rows: now.Rows}
}

// asOf is the date on which the law is asked about a delivery: the same one for
// whoever sweeps it, whenever.
func asOf(e trigger.Entry, zone *time.Location) schemas.Date {
	at := e.RecordedAt
	if e.Schedule != "" {
		at = e.At
	}
	year, month, day := at.In(zone).Date()
	date, _ := schemas.NewDate(year, int(month), day) // a day that was is one
	return date
}

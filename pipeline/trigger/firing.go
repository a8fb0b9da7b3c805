package trigger

import (
	"context"
	"errors"
	"time"

	"github.com/clearsweep/clearsweep/storage"
)

// Timer submits a delivery at each firing of a schedule. All daemons of a ledger
// may have the same one: a firing is one delivery.
type Timer struct {
	Name     string
	Schedule Schedule
	// Locate finds what is to be swept, when it is due.
	Locate func(context.Context) ([]Object, error)
	// MakeUp sweeps for the last firing that came while no daemon ran, if one did
	// since the schedule was first known to the ledger. Otherwise missed firings
	// are left out.
	MakeUp bool

	last time.Time // the last firing that was dealt with
	next time.Time // the next that is to come
}

// beat is how often the clock is looked at. A firing may come so much late.
const beat = 5 * time.Second

// Run fires until ctx ends.
func (t *Timer) Run(ctx context.Context, d *Desk) {
	f := newFlights(d)
	defer f.wait()
	d.rounds(ctx, t.Name, beat, func(ctx context.Context) error { return t.look(ctx, d, f) })
}

// look submits the latest firing that is due. What counts is which firing is the
// latest, not how long was slept: the wall clock may jump.
func (t *Timer) look(ctx context.Context, d *Desk, f *flights) error {
	now := d.clock()
	if now.Before(t.next) {
		return nil
	}
	if t.last.IsZero() {
		since, err := d.Ledger.Since(ctx, t.Name, t.Schedule, d.Config, now)
		if err != nil {
			return err
		}
		if t.last = now; t.MakeUp {
			t.last = since
		}
	}
	latest, err := t.Schedule.Latest(now)
	if err == nil && latest.At.After(t.last) {
		if err := d.fire(ctx, t.Name, latest.At, t.Locate, f); err != nil {
			return err // and tried again: last is as it was
		}
		t.last = latest.At
	}
	next, err := t.Schedule.Next(now)
	if t.next = next.At; errors.Is(err, ErrNoFiring) {
		t.next = now.Add(24 * time.Hour)
	}
	return nil
}

// fire submits a firing that has not ended. One without inputs is refused.
func (d *Desk) fire(ctx context.Context, schedule string, at time.Time, locate func(context.Context) ([]Object, error), f *flights) error {
	delivery := Delivery{Source: schedule, Schedule: schedule, At: at.UTC(), Config: d.Config}
	if ended, err := d.Ledger.HasEnded(ctx, delivery.ID()); err != nil || ended {
		return err
	}
	objects, err := locate(ctx)
	if errors.Is(err, storage.ErrNotExist) {
		d.Log.Error("schedule has nothing to sweep", "source", schedule, "at", at)
		return d.refuse(ctx, Refusal{
			Source: schedule, Reason: Missing,
			Detail: "the firing of " + at.UTC().Format(time.RFC3339) + " found nothing to sweep: " + err.Error(),
		})
	}
	if err != nil {
		return err
	}
	delivery.Objects = objects
	return f.submit(ctx, delivery)
}

// refuse keeps what cannot become a delivery, and counts it.
func (d *Desk) refuse(ctx context.Context, r Refusal) error {
	r.At = d.clock().UTC()
	if err := d.Ledger.Refuse(ctx, r); err != nil {
		return err
	}
	d.Metrics.submitted(r.Source, "refused")
	return nil
}

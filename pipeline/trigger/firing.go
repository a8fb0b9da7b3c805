package trigger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clearsweep/clearsweep/storage"
)

// Locate finds what is to be swept when a schedule is due. The error is
// storage.ErrNotExist if there is nothing.
type Locate func(context.Context) ([]Object, error)

// Timer submits a delivery at each firing of a schedule. All daemons of a ledger
// may have the same one: a firing is one delivery.
type Timer struct {
	Name     string
	Schedule Schedule
	Locate   Locate
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
		delivery, err := d.firing(ctx, t.Name, t.Name, latest.At, t.Locate)
		if err == nil && delivery != nil {
			err = f.submit(ctx, *delivery)
		}
		if err != nil {
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

// firing is the delivery of a firing. One that has nothing to sweep is refused,
// and then there is none.
func (d *Desk) firing(ctx context.Context, source, schedule string, at time.Time, locate Locate) (*Delivery, error) {
	delivery := &Delivery{Source: source, Schedule: schedule, At: at.UTC(), Config: d.Config}
	if ended, err := d.Ledger.HasEnded(ctx, delivery.ID()); err != nil || ended {
		return delivery, err // what it found is in the ledger
	}
	var err error
	delivery.Objects, err = locate(ctx)
	if errors.Is(err, storage.ErrNotExist) {
		d.Log.Error("schedule has nothing to sweep", "source", source, "schedule", schedule, "at", at)
		return nil, d.refuse(ctx, Refusal{
			Source: source, Reason: Missing,
			Detail: fmt.Sprintf("the firing of %s at %s found nothing to sweep: %v", schedule, at.UTC().Format(time.RFC3339), err),
		})
	}
	return delivery, err
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

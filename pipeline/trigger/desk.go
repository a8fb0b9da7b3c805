package trigger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Sweep is one attempt at a delivery.
type Sweep interface {
	// Run sweeps to the commit. It is called once. After an error nothing counts;
	// a *Fault would come again. A run that is committed already, by whomever, is
	// a result.
	Run(ctx context.Context) (Result, error)
	// Progress may be called at any time, also while Run is at work.
	Progress() Progress
}

// Result is a committed run.
type Result struct {
	RunID string `json:"run_id"`
	Path  string `json:"path"` // of its folder, below the output
	// Before: it was committed before this attempt, which did nothing.
	Before  bool  `json:"before,omitempty"`
	Rows    int64 `json:"rows"`
	Rejects int64 `json:"rejects"`
}

// Options are how a Desk works. Zero values take the defaults.
type Options struct {
	// Lease is how long a claim holds without a sign of life: a delivery whose
	// daemon vanished waits so long.
	Lease time.Duration
	// Attempts is how often a delivery may fail before it is quarantined.
	Attempts int
	// Pause is how long a delivery that failed waits, at first, for its next attempt.
	Pause time.Duration
	// Grace is how long sweeps that are under way may go on when the daemon is
	// told to stop.
	Grace time.Duration
	// Parallel is the number of sweeps at once.
	Parallel int
}

// Defaults of Options.
const (
	DefaultLease    = 2 * time.Minute
	DefaultAttempts = 5
	DefaultPause    = 30 * time.Second
	DefaultGrace    = 25 * time.Second
)

// Desk is where all sources submit deliveries. It may be used by several
// goroutines at once, and several desks on one ledger do not do the same work
// twice, but for the time that a lease takes to run out.
type Desk struct {
	Ledger  *Ledger
	Metrics *Metrics
	Log     *slog.Logger
	// Config is the digest of what decides a sweep besides its inputs.
	Config string

	sweeps  func(Entry) Sweep
	clock   func() time.Time
	options Options
	slots   chan struct{}
}

// NewDesk is a desk that runs what sweeps returns for an entry.
func NewDesk(ledger *Ledger, sweeps func(Entry) Sweep, clock func() time.Time, options Options, log *slog.Logger) *Desk {
	if options.Lease == 0 {
		options.Lease = DefaultLease
	}
	if options.Attempts == 0 {
		options.Attempts = DefaultAttempts
	}
	if options.Pause == 0 {
		options.Pause = DefaultPause
	}
	options.Parallel = max(options.Parallel, 1)
	return &Desk{
		Ledger: ledger, Metrics: NewMetrics(), Log: log,
		sweeps: sweeps, clock: clock, options: options, slots: make(chan struct{}, options.Parallel),
	}
}

// Submit sees a delivery to its end: it returns how it ended, now or before. A
// *BusyError tells that another works on it, or when to try again; any other
// error is of the store, or of ctx. The caller then submits it again, and keeps
// what it has until it has an end.
//
// When ctx ends, a sweep that is under way goes on for the time of grace.
func (d *Desk) Submit(ctx context.Context, delivery Delivery) (End, error) {
	id := delivery.ID()
	end, err := d.submit(ctx, id, delivery)
	busy := (*BusyError)(nil)
	switch {
	case err == nil:
	case errors.As(err, &busy):
		d.Metrics.submitted(delivery.Source, "busy")
	default:
		d.Metrics.submitted(delivery.Source, "error")
	}
	return end, err
}

func (d *Desk) submit(ctx context.Context, id string, delivery Delivery) (End, error) {
	if ended, err := d.Ledger.HasEnded(ctx, id); err != nil {
		return End{}, fmt.Errorf("look for the end of delivery %s: %w", id, err)
	} else if ended {
		d.Metrics.submitted(delivery.Source, "duplicate")
		return d.Ledger.Ended(ctx, id)
	}
	entry, err := d.Ledger.Record(ctx, delivery, d.clock())
	if err != nil {
		return End{}, fmt.Errorf("record delivery %s: %w", id, err)
	}
	select {
	case d.slots <- struct{}{}:
		defer func() { <-d.slots }()
	case <-ctx.Done():
		return End{}, ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return End{}, err
	}
	lease, err := d.Ledger.Claim(ctx, id, d.clock(), d.options.Lease)
	if err != nil {
		return End{}, err
	}
	if ended, err := d.Ledger.HasEnded(ctx, id); err != nil || ended {
		// Between our first look and our claim somebody came to its end.
		end, endErr := End{}, err
		if ended {
			d.Metrics.submitted(delivery.Source, "duplicate")
			end, endErr = d.Ledger.Ended(ctx, id)
		}
		return end, errors.Join(endErr, lease.Drop(ctx))
	}
	return d.attempt(ctx, entry, lease)
}

// settleTime bounds what is left to write when the sweep is over, however it was.
const settleTime = 30 * time.Second

// attempt makes one attempt at a delivery that we hold the claim of.
func (d *Desk) attempt(ctx context.Context, entry Entry, lease *Lease) (End, error) {
	log := d.Log.With("delivery", entry.ID, "source", entry.Source, "attempt", lease.Attempt())
	var result Result
	var err error
	if lease.Attempt() > d.options.Attempts {
		// The last one vanished without a word, as the ones before it.
		err = &Fault{Exhausted, fmt.Errorf("%d attempts began and none came to an end; the last that said why: %q", lease.Attempt()-1, lease.claim.Detail)}
	} else {
		log.Info("sweep begins", "bytes", entry.Bytes(), "objects", len(entry.Objects))
		result, err = d.sweep(ctx, entry, lease, log)
	}
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	reason := Reason("")
	if err != nil {
		reason = reasonOf(err)
	}
	switch {
	case err == nil:
		return d.conclude(after, entry, lease, End{State: Committed, Run: result}, log)
	case errors.Is(err, ErrLost):
		log.Warn("sweep given up: the claim was taken over")
		return End{}, &BusyError{Until: d.clock().Add(d.options.Lease)}
	case reason == Transient && ctx.Err() != nil:
		log.Info("sweep stopped; the delivery is left for the next daemon")
		return End{}, errors.Join(ctx.Err(), lease.Yield(after, d.clock()))
	case reason == Transient && lease.Attempt() < d.options.Attempts:
		next := d.clock().Add(pause(d.options.Pause, lease.Attempt()))
		log.Warn("sweep failed", "reason", reason, "next", next)
		d.Metrics.submitted(entry.Source, "failed")
		if err := lease.Fail(after, reason, err.Error(), next); err != nil && !errors.Is(err, ErrLost) {
			return End{}, err
		}
		return End{}, &BusyError{Until: next}
	case reason == Transient:
		reason = Exhausted
	}
	return d.conclude(after, entry, lease, End{State: Quarantined, Reason: reason, Detail: err.Error()}, log)
}

// conclude ends a delivery and gives the claim up.
func (d *Desk) conclude(ctx context.Context, entry Entry, lease *Lease, end End, log *slog.Logger) (End, error) {
	end.ID, end.At = entry.ID, d.clock().UTC()
	end, first, err := d.Ledger.Conclude(ctx, end)
	if err != nil {
		return End{}, fmt.Errorf("end delivery %s: %w", entry.ID, err)
	}
	d.Metrics.ended(entry.Source, end, first)
	if end.State == Committed {
		log.Info("sweep committed", "run", end.Run.RunID, "rows", end.Run.Rows, "rejects", end.Run.Rejects, "before", end.Run.Before)
	} else {
		log.Error("delivery quarantined", "reason", end.Reason)
	}
	if err := lease.Drop(ctx); err != nil {
		log.Warn("claim of an ended delivery left behind", "error", err)
	}
	return end, nil
}

// sweep runs the sweep and holds the claim meanwhile. The error is ErrLost if it
// could not.
func (d *Desk) sweep(ctx context.Context, entry Entry, lease *Lease, log *slog.Logger) (Result, error) {
	work, cancel := outlive(ctx, d.options.Grace)
	defer cancel()
	work, lose := context.WithCancelCause(work)
	defer lose(nil)
	sweep := d.sweeps(entry)
	start := d.clock()
	d.Metrics.running.Inc()
	defer d.Metrics.running.Dec()

	beating, stop := context.WithCancel(work)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		d.hold(beating, lease, sweep, lose, log)
	}()
	result, err := sweep.Run(work)
	stop()
	<-stopped
	d.Metrics.duration.Observe(d.clock().Sub(start).Seconds())
	if err != nil && errors.Is(context.Cause(work), ErrLost) {
		err = ErrLost
	}
	return result, err
}

// hold renews the lease until ctx ends, and gives up when it is lost. A store
// that does not answer is asked again: should the lease run out meanwhile,
// another may begin, and the commit lets one of us win.
func (d *Desk) hold(ctx context.Context, lease *Lease, sweep Sweep, lose context.CancelCauseFunc, log *slog.Logger) {
	every := d.options.Lease / 3
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		call, cancel := context.WithTimeout(ctx, every)
		err := lease.Renew(call, d.clock().Add(d.options.Lease), sweep.Progress())
		cancel()
		switch {
		case errors.Is(err, ErrLost):
			d.Metrics.lost.Inc()
			lose(ErrLost)
			return
		case err != nil && ctx.Err() == nil:
			log.Warn("lease not renewed", "error", err)
		}
	}
}

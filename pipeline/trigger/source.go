package trigger

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A Source finds deliveries and submits them.
type Source interface {
	// Run works until ctx ends, and returns when what it began has ended. Errors
	// of the world are logged, counted and tried again.
	Run(ctx context.Context, d *Desk)
}

// Serve runs sources until ctx ends and what they began has ended. It also takes
// up deliveries that were left behind: by a daemon that vanished, by an attempt
// that failed, by a message that was lost after its delivery was recorded.
func (d *Desk) Serve(ctx context.Context, sources ...Source) {
	var all sync.WaitGroup
	for _, source := range append(sources, &leftovers{}) {
		all.Go(func() { source.Run(ctx, d) })
	}
	all.Wait()
}

// rounds calls round now, and then every so often until ctx ends.
func (d *Desk) rounds(ctx context.Context, name string, every time.Duration, round func(context.Context) error) {
	d.Metrics.expect(name)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		d.around(ctx, name, round(ctx))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// around notes that a source came round.
func (d *Desk) around(ctx context.Context, name string, err error) {
	if ctx.Err() != nil {
		return
	}
	d.Metrics.round(name, d.clock(), err)
	if err != nil {
		d.Log.Error("source had an error", "source", name, "error", err)
	}
}

// flights are submissions of one source that are under way. A delivery is in
// flight once, and one that is busy is left alone until it is worth asking again.
type flights struct {
	desk  *Desk
	slots chan struct{}
	group sync.WaitGroup

	mu       sync.Mutex
	inFlight map[string]bool
	busy     map[string]time.Time
}

func newFlights(d *Desk) *flights {
	return &flights{
		desk: d, slots: make(chan struct{}, cap(d.slots)+1),
		inFlight: map[string]bool{}, busy: map[string]time.Time{},
	}
}

// submit begins to submit a delivery that has not ended, and waits only while
// too many are under way.
func (f *flights) submit(ctx context.Context, delivery Delivery) error {
	id := delivery.ID()
	if ended, err := f.desk.Ledger.HasEnded(ctx, id); err != nil || ended || !f.free(id) {
		return err
	}
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	f.takeOff(id)
	f.group.Go(func() {
		defer func() { <-f.slots }()
		_, err := f.desk.Submit(ctx, delivery)
		busy, _ := errors.AsType[*BusyError](err)
		f.land(id, busy)
		if busy == nil {
			f.desk.around(ctx, delivery.Source, err)
		}
	})
	return nil
}

// free tells whether a delivery is neither in flight nor to be left alone.
func (f *flights) free(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.inFlight[id] && !f.desk.clock().Before(f.busy[id])
}

func (f *flights) takeOff(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inFlight[id] = true
}

func (f *flights) land(id string, busy *BusyError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.inFlight, id)
	delete(f.busy, id)
	if busy != nil {
		f.busy[id] = busy.Until
	}
}

func (f *flights) wait() { f.group.Wait() }

package watchfile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/clearsweep/clearsweep/cmd/program"
	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/trigger"
	"github.com/clearsweep/clearsweep/storage"
)

// Watch is what a watch.yaml opens.
type Watch struct {
	File    *File
	Desk    *trigger.Desk
	Sources []trigger.Source
	Inboxes []trigger.Inbox // of the queues among them
	Out     storage.Store

	config    pipeline.Config // of a sweep, without inputs and as-of date
	zone      *time.Location
	fixed     bool // the as-of date is that of the file
	places    *storage.Places
	watched   []trigger.Place
	schedules map[string]trigger.Locate // by name
}

// Open opens what the file names, and checks the sweep that it configures. The
// clock is the wall's.
func (f *File) Open(ctx context.Context, clock func() time.Time, log *slog.Logger) (*Watch, error) {
	w := &Watch{File: f, places: storage.NewPlaces(f.S3), schedules: map[string]trigger.Locate{}}
	var err error
	if w.zone, err = time.LoadLocation(f.TimeZone); err != nil {
		return nil, err
	}
	sweeps := f.File
	if w.fixed = sweeps.AsOf != AsOfDelivery; !w.fixed {
		sweeps.AsOf = clock().In(w.zone).Format(time.DateOnly) // stands in for the checks, and is replaced for each delivery
	}
	if w.config, err = sweeps.Config(); err != nil {
		return nil, fmt.Errorf("config: %s: %w", f.name, err)
	}
	if w.config.Version, w.config.Binary, err = program.Identify(); err != nil {
		return nil, err
	}
	digest, err := pipeline.Digest(w.config)
	if err != nil {
		return nil, fmt.Errorf("config: %s: %w", f.name, err)
	}
	if w.config.Out, err = absolute(w.config.Out); err != nil {
		return nil, fmt.Errorf("out: %w", err)
	}
	if w.Out, err = w.places.Make(ctx, w.config.Out); err != nil {
		return nil, fmt.Errorf("out: %w", err)
	}
	ledger := trigger.NewLedger(w.Out, owner())
	w.Desk = trigger.NewDesk(ledger, func(e trigger.Entry) trigger.Sweep { return w.sweep(e, clock) }, clock, trigger.Options{
		Lease: f.Lease, Attempts: f.Attempts, Grace: f.Grace, Parallel: f.Parallel,
	}, log)
	if !w.fixed {
		digest += "@" + f.TimeZone
	} else {
		digest += "@" + w.config.AsOf.String()
	}
	w.Desk.Config = digest
	return w, w.openSources(ctx)
}

// owner names this process for people.
func owner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return fmt.Sprintf("%s:%d", host, os.Getpid())
}

// sweep is the sweep of an entry of the ledger.
func (w *Watch) sweep(e trigger.Entry, clock func() time.Time) trigger.Sweep {
	s := &sweep{config: w.config, objects: e.Objects, places: w.places, clock: clock}
	s.config.Inputs = e.URIs()
	if !w.fixed {
		s.config.AsOf = asOf(e, w.zone)
	}
	return s
}

// openSources opens every source, and reports every fault. Schedules come first:
// messages may fire them.
func (w *Watch) openSources(ctx context.Context) error {
	for _, s := range w.File.Sources {
		if s.Schedule != nil {
			w.openSchedule(s)
		}
	}
	for i, s := range w.File.Sources {
		at := fmt.Sprintf("$.sources[%d]", i)
		if s.SQS != nil {
			w.openQueue(ctx, at+".sqs", s)
		}
		if s.Poll != nil {
			if place, ok := w.openPlace(ctx, at+".poll.place", s.Poll.Place); ok {
				w.Sources = append(w.Sources, &trigger.Poll{Name: s.Name, Place: place, Every: s.Poll.Every, Settle: *s.Poll.Settle})
			}
		}
	}
	return errors.Join(w.File.faults...)
}

// openSchedule notes what a schedule sweeps, and makes its timer if it has an
// expression.
func (w *Watch) openSchedule(s Source) {
	inputs := []string(s.Schedule.Inputs)
	if len(inputs) == 0 {
		inputs = w.File.Inputs
	}
	locate := func(ctx context.Context) ([]trigger.Object, error) { return w.locate(ctx, inputs) }
	w.schedules[s.Name] = locate
	if s.Schedule.Cron == "" {
		return
	}
	schedule, err := trigger.ParseSchedule(s.Schedule.Cron, w.File.TimeZone)
	if err != nil {
		panic("watchfile: a schedule that was checked is refused now: " + err.Error())
	}
	w.Sources = append(w.Sources, &trigger.Timer{Name: s.Name, Schedule: schedule, Locate: locate, MakeUp: s.Schedule.Misfire == runOnce})
}

// locate finds the objects that inputs name now.
func (w *Watch) locate(ctx context.Context, inputs []string) ([]trigger.Object, error) {
	names := make([]string, len(inputs))
	for i, input := range inputs {
		names[i] = input
		if storage.IsURL(input) { // a slash at the end says that it is a folder
			continue
		}
		var err error
		if names[i], err = absolute(input); err != nil {
			return nil, err
		}
	}
	found, err := w.places.Locate(ctx, names...)
	if err != nil {
		return nil, err
	}
	objects := make([]trigger.Object, len(found))
	for i, o := range found {
		objects[i] = trigger.Object{URI: o.URI, Size: o.Info.Size, Version: o.Info.Version}
	}
	return objects, nil
}

// Memory is what all sweeps at once may take.
func (w *Watch) Memory() int64 { return w.config.Memory * int64(w.File.Parallel) }

// Places are the watched places.
func (w *Watch) Places() []trigger.Place { return w.watched }

// PlaceOf is the place whose objects a queue tells of; it is empty for none.
func (w *Watch) PlaceOf(source string) trigger.Place {
	for _, inbox := range w.Inboxes {
		if inbox.Source == source {
			return inbox.Place
		}
	}
	return trigger.Place{}
}

// Submit submits an object, or what a marker completes, that lies in one of the
// watched places. With a reason, again sweeps once more what has ended.
func (w *Watch) Submit(ctx context.Context, name, again string) (trigger.End, error) {
	uri, err := absolute(name)
	if err != nil {
		return trigger.End{}, err
	}
	for i := range w.watched {
		objects, err := w.watched[i].Deliver(ctx, uri)
		if errors.Is(err, trigger.ErrElsewhere) {
			continue
		}
		if err != nil {
			return trigger.End{}, err
		}
		return w.Desk.Submit(ctx, trigger.Delivery{Source: "command", Objects: objects, Config: w.Desk.Config, Again: again})
	}
	return trigger.End{}, errors.New("lies in none of the watched places, or is none of their inputs")
}

// NamedSchedule is a schedule of the file.
type NamedSchedule struct {
	trigger.Schedule
	Name string
}

// Schedules are the schedules that have an expression.
func (f *File) Schedules() []NamedSchedule {
	var schedules []NamedSchedule
	for _, s := range f.Sources {
		if s.Schedule == nil || s.Schedule.Cron == "" {
			continue
		}
		if schedule, err := trigger.ParseSchedule(s.Schedule.Cron, f.TimeZone); err == nil { // it was checked
			schedules = append(schedules, NamedSchedule{schedule, s.Name})
		}
	}
	return schedules
}

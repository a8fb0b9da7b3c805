package trigger

import (
	"context"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/clearsweep/clearsweep/storage"
)

// Poll looks at a place again and again. It lists the whole of it each time, so
// that no late name and no lost event leaves an object behind.
type Poll struct {
	Name  string
	Place Place
	Every time.Duration
	// Settle is how long an object must stay as it is before it is taken for
	// complete. It is not asked where a marker says so.
	Settle time.Duration

	seen map[string]sighting // by key
}

// sighting is since when an object is as it is.
type sighting struct {
	object Object
	since  time.Time
}

// Run polls until ctx ends.
func (p *Poll) Run(ctx context.Context, d *Desk) {
	f := newFlights(d)
	defer f.wait()
	d.rounds(ctx, p.Name, p.Every, func(ctx context.Context) error {
		if p.seen == nil {
			if err := d.Ledger.Learn(ctx); err != nil {
				return err
			}
		}
		deliveries, err := p.look(ctx, d)
		if err != nil {
			return fmt.Errorf("list %s: %w", p.Place.Root, err)
		}
		for _, objects := range deliveries {
			if err := f.submit(ctx, Delivery{Source: p.Name, Objects: objects, Config: d.Config}); err != nil {
				return err
			}
		}
		return nil
	})
}

// look lists the place and returns what is complete.
func (p *Poll) look(ctx context.Context, d *Desk) ([][]Object, error) {
	now, seen := d.clock(), map[string]sighting{}
	var inputs []storage.Info
	marked := map[string]bool{}
	for info, err := range p.Place.Store.List(ctx, "") {
		if err != nil {
			return nil, err
		}
		if what, ok := p.Place.marks(info.Key); ok {
			marked[what] = true
		}
		if p.Place.refuses(info.Key) != "" {
			continue
		}
		seen[info.Key] = sighting{p.Place.object(info), now}
		if before := p.seen[info.Key]; before.object == seen[info.Key].object {
			seen[info.Key] = before
		}
		if err := storage.CheckKey(info.Key); err != nil {
			if _, before := p.seen[info.Key]; before {
				continue
			}
			err := d.refuse(ctx, Refusal{Source: p.Name, Reason: BadKey, URI: p.Place.uri(info.Key), ETag: info.Version, Detail: err.Error()})
			if err != nil {
				return nil, err
			}
			continue
		}
		inputs = append(inputs, info)
	}
	p.seen = seen
	if p.Place.Done == "" {
		inputs = slices.DeleteFunc(inputs, func(info storage.Info) bool { return now.Sub(seen[info.Key].since) < p.Settle })
		return p.each(inputs), nil
	}
	return p.marked(inputs, marked), nil
}

// each makes a delivery of each object.
func (p *Poll) each(inputs []storage.Info) [][]Object {
	deliveries := make([][]Object, len(inputs))
	for i, info := range inputs {
		deliveries[i] = []Object{p.Place.object(info)}
	}
	return deliveries
}

// marked makes a delivery of what each marker completes.
func (p *Poll) marked(inputs []storage.Info, marked map[string]bool) [][]Object {
	if !p.Place.perFolder() {
		return p.each(slices.DeleteFunc(inputs, func(info storage.Info) bool { return !marked[info.Key] }))
	}
	var deliveries [][]Object
	at := map[string]int{} // by folder; inputs of folders below one come between its own
	for _, info := range inputs {
		folder, _ := path.Split(info.Key)
		if !marked[folder] {
			continue
		}
		i, ok := at[folder]
		if !ok {
			i = len(deliveries)
			at[folder], deliveries = i, append(deliveries, nil)
		}
		deliveries[i] = append(deliveries[i], p.Place.object(info))
	}
	return deliveries
}

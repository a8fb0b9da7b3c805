package trigger

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/storage"
)

// Status is a reading of the ledger.
type Status struct {
	Deliveries []Standing `json:"deliveries"` // newest first
	Refused    []Refusal  `json:"refused"`    // newest first
}

// Standing is where a delivery stands.
type Standing struct {
	Entry
	State State  `json:"state"`
	Claim *Claim `json:"claim,omitempty"` // of one that runs or waits
	End   *End   `json:"end,omitempty"`   // of one that has ended
}

// readers is how many entries of a ledger are read at once.
const readers = 16

// Status reads the whole ledger. A claim whose lease has run out is waiting: its
// owner has vanished.
func (l *Ledger) Status(ctx context.Context, now time.Time) (Status, error) {
	ends, err := readAll[End](ctx, l, endsFolder)
	if err != nil {
		return Status{}, err
	}
	claims, err := readAll[Claim](ctx, l, claimsFolder)
	if err != nil {
		return Status{}, err
	}
	entries, err := readAll[Entry](ctx, l, deliveriesFolder)
	if err != nil {
		return Status{}, err
	}
	refused, err := readAll[Refusal](ctx, l, refusedFolder)
	if err != nil {
		return Status{}, err
	}
	s := Status{Deliveries: []Standing{}, Refused: []Refusal{}}
	for id, entry := range entries {
		standing := Standing{Entry: *entry, State: Waiting, Claim: claims[id], End: ends[id]}
		switch {
		case standing.End != nil:
			standing.State, standing.Claim = standing.End.State, nil
		case standing.Claim != nil && standing.Claim.Owner != "" && now.Before(standing.Claim.Until):
			standing.State = Running
		}
		s.Deliveries = append(s.Deliveries, standing)
	}
	for _, r := range refused {
		s.Refused = append(s.Refused, *r)
	}
	slices.SortFunc(s.Deliveries, func(a, b Standing) int {
		return cmp.Or(b.RecordedAt.Compare(a.RecordedAt), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(s.Refused, func(a, b Refusal) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Detail, b.Detail)) })
	return s, nil
}

// readAll reads every entry of a folder, by id. What goes away meanwhile is left
// out.
func readAll[T any](ctx context.Context, l *Ledger, folder string) (map[string]*T, error) {
	var mu sync.Mutex
	all := map[string]*T{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for info, err := range l.store.List(ctx, folder+"/") {
		if err != nil {
			return nil, errors.Join(err, g.Wait())
		}
		g.Go(func() error {
			entry := new(T)
			err := l.read(ctx, info.Key, entry)
			if errors.Is(err, storage.ErrNotExist) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			all[entryID(info.Key)] = entry
			return err
		})
	}
	return all, g.Wait()
}

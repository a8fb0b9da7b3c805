package trigger

import (
	"context"
	"errors"

	"github.com/clearsweep/clearsweep/storage"
)

// leftovers submits deliveries whose claim nobody holds: whoever recorded them
// has vanished, or waits for the next attempt. Only claims are listed, and an
// ended delivery has none, so this stays cheap.
type leftovers struct{}

const leftoversName = "leftovers"

// Run looks for leftovers twice a lease, until ctx ends.
func (*leftovers) Run(ctx context.Context, d *Desk) {
	f := newFlights(d)
	defer f.wait()
	d.rounds(ctx, leftoversName, d.options.Lease/2, func(ctx context.Context) error {
		for info, err := range d.Ledger.store.List(ctx, claimsFolder+"/") {
			if err != nil {
				return err
			}
			if err := d.takeUp(ctx, f, entryID(info.Key)); err != nil {
				return err
			}
		}
		return nil
	})
}

// takeUp submits a delivery whose claim has run out, and removes the claim of one
// that has ended.
func (d *Desk) takeUp(ctx context.Context, f *flights, id string) error {
	claim, version, err := d.Ledger.readClaim(ctx, id)
	if errors.Is(err, storage.ErrNotExist) || err == nil && d.clock().Before(claim.Until) {
		return nil
	}
	if err != nil {
		return err
	}
	ended, err := d.Ledger.HasEnded(ctx, id)
	if err != nil {
		return err
	}
	if ended {
		lease := &Lease{ledger: d.Ledger, claim: claim, version: version}
		return lease.Drop(ctx)
	}
	var entry Entry
	err = d.Ledger.read(ctx, entryKey(deliveriesFolder, id), &entry)
	if err != nil {
		return err
	}
	return f.submit(ctx, entry.Delivery)
}

package issue

import (
	"bytes"
	"context"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// What becomes of a row of the run.
type fate uint8

const (
	kept      fate = iota // told before, and nothing changed
	fresh                 // not told before
	corrected             // told before, and something changed
	repeated              // told before, and told again because all was asked for
	reversed              // told before, and taken back now
	held                  // taken back before: it is not given again by itself
	refused               // it cannot stand in the file
)

// meeting is one charge that is in the run, or known, or both.
type meeting struct {
	offer *offer // nil where the run does not have it
	known *Known // nil where the agency was never told
}

// merge calls meet with every charge of the run and of the list, in order of key.
func merge(ctx context.Context, offered *offers, store storage.Store, before writers.Output, meet func(meeting) error) (err error) {
	known, err := openList(ctx, store, before)
	if err != nil {
		return err
	}
	defer func() { _ = known.close() }() // it was read to its end, or there is another error
	// pass calls meet with the known ones up to a key, and returns the one of that key.
	pass := func(until *Key) (*Known, error) {
		for {
			k, ok, err := known.peek()
			if !ok || err != nil {
				return nil, err
			}
			order := -1
			if until != nil {
				order = bytes.Compare(k.Key[:], until[:])
			}
			if order > 0 {
				return nil, nil
			}
			copied := *k
			known.pass()
			if order == 0 {
				return &copied, nil
			}
			if err := meet(meeting{known: &copied}); err != nil {
				return nil, err
			}
		}
	}
	err = offered.each(ctx, func(o *offer) error {
		k, err := pass(&o.key)
		if err != nil {
			return err
		}
		return meet(meeting{o, k})
	})
	if err != nil {
		return err
	}
	_, err = pass(nil)
	return err
}

package trigger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/clearsweep/clearsweep/storage"
)

// ErrLost tells that somebody else holds the claim. The sweep is theirs now; the
// caller stops, or goes on in vain: the commit of the run lets one of them win.
var ErrLost = errors.New("the claim was taken over")

// BusyError tells that a delivery is not to be worked on now: somebody holds its
// claim, or its last attempt failed a short time ago.
type BusyError struct {
	Until time.Time // when to look again
	Owner string    // empty after a failure
}

func (e *BusyError) Error() string {
	until := e.Until.Format(time.RFC3339)
	if e.Owner == "" {
		return "waits for its next attempt, not before " + until
	}
	return "claimed by " + e.Owner + " until " + until + ", or longer"
}

// Claim is who works on a delivery, or when the next may.
type Claim struct {
	ID string `json:"id"`
	// Owner holds the claim until Until; without an owner nobody may before Until.
	Owner string    `json:"owner,omitempty"`
	Until time.Time `json:"until"`
	Since time.Time `json:"since"` // when the attempt began
	// Attempt counts from 1. An attempt whose owner was stopped politely does not
	// count; one whose owner vanished does.
	Attempt  int      `json:"attempt"`
	Progress Progress `json:"progress,omitzero"`
	Reason   Reason   `json:"reason,omitempty"` // why the last attempt failed
	Detail   string   `json:"detail,omitempty"`
	// Token is never used twice, so that no two writings of a claim are equal
	// bytes, and a writer whose answer was lost knows its own.
	Token string `json:"token"`
}

// Progress is what a sweep has done so far.
type Progress struct {
	Phase string `json:"phase"`
	Done  int64  `json:"done"` // in the measure of the phase
	Total int64  `json:"total"`
	Rows  int64  `json:"rows"`
}

// Lease is a claim that this process holds. It is for one goroutine.
type Lease struct {
	ledger  *Ledger
	claim   Claim
	version string
}

// Claim takes the claim of a delivery for a time: if nobody has one, or the
// owner has let it expire. The error is a *BusyError if somebody has.
func (l *Ledger) Claim(ctx context.Context, id string, now time.Time, length time.Duration) (*Lease, error) {
	lease := &Lease{ledger: l, claim: Claim{ID: id, Owner: l.owner, Since: now.UTC(), Attempt: 1}}
	for {
		old, version, err := l.readClaim(ctx, id)
		switch {
		case errors.Is(err, storage.ErrNotExist):
			lease.claim.Attempt = 1
			err = lease.write(ctx, "", now.Add(length))
		case err != nil:
			return nil, err
		case now.Before(old.Until):
			return nil, &BusyError{old.Until, old.Owner}
		default:
			lease.claim.Attempt = old.Attempt + 1
			lease.claim.Reason, lease.claim.Detail = old.Reason, old.Detail
			err = lease.write(ctx, version, now.Add(length))
		}
		if errors.Is(err, ErrLost) {
			continue // somebody was first; they are busy now, or gone already
		}
		if err != nil {
			return nil, fmt.Errorf("claim delivery %s: %w", id, err)
		}
		return lease, nil
	}
}

// Attempt is the number of this attempt, from 1.
func (l *Lease) Attempt() int { return l.claim.Attempt }

// Renew holds the claim longer. The error is ErrLost if it is another's now.
func (l *Lease) Renew(ctx context.Context, until time.Time, progress Progress) error {
	l.claim.Progress = progress
	return l.write(ctx, l.version, until)
}

// Fail gives the claim back after an attempt that failed; nobody tries before
// the next may.
func (l *Lease) Fail(ctx context.Context, reason Reason, detail string, next time.Time) error {
	l.claim.Owner, l.claim.Progress = "", Progress{}
	l.claim.Reason, l.claim.Detail = reason, detail
	return l.write(ctx, l.version, next)
}

// Yield gives the claim back as if the attempt had not been.
func (l *Lease) Yield(ctx context.Context, now time.Time) error {
	l.claim.Owner, l.claim.Progress = "", Progress{}
	l.claim.Attempt--
	return l.write(ctx, l.version, now)
}

// Drop removes the claim of a delivery that has ended. One that is left behind
// is harmless.
func (l *Lease) Drop(ctx context.Context) error {
	err := l.ledger.store.DeleteIfMatch(ctx, entryKey(claimsFolder, l.claim.ID), l.version)
	if errors.Is(err, storage.ErrChanged) || errors.Is(err, storage.ErrNotExist) {
		return nil
	}
	return err
}

// write writes the claim over the version, or as a new one. A store may apply a
// put and lose the answer: a claim with our token is ours, whatever it said.
func (l *Lease) write(ctx context.Context, version string, until time.Time) error {
	l.claim.Until, l.claim.Token = until.UTC(), rand.Text()
	data, err := encode(l.claim)
	if err != nil {
		return err
	}
	key := entryKey(claimsFolder, l.claim.ID)
	var info storage.Info
	if version == "" {
		info, err = l.ledger.store.PutIfAbsent(ctx, key, data)
	} else {
		info, err = l.ledger.store.PutIfMatch(ctx, key, data, version)
	}
	if err == nil {
		l.version = info.Version
		return nil
	}
	there, version, readErr := l.ledger.readClaim(ctx, l.claim.ID)
	if readErr == nil && there.Token == l.claim.Token {
		l.version = version
		return nil
	}
	if errors.Is(err, storage.ErrExists) || errors.Is(err, storage.ErrChanged) || errors.Is(err, storage.ErrNotExist) {
		return ErrLost
	}
	return err
}

// readClaim reads a claim and the version that it is of.
func (l *Ledger) readClaim(ctx context.Context, id string) (Claim, string, error) {
	key := entryKey(claimsFolder, id)
	for {
		info, err := l.store.Head(ctx, key)
		if err != nil {
			return Claim{}, "", err
		}
		var c Claim
		data, err := readVersion(ctx, l.store, key, info.Version)
		if errors.Is(err, storage.ErrChanged) {
			continue
		}
		if err == nil {
			err = decode(key, data, &c)
		}
		return c, info.Version, err
	}
}

// readVersion reads one version of an entry whole.
func readVersion(ctx context.Context, store storage.Store, key, version string) (data []byte, err error) {
	r, err := store.Open(ctx, key, 0, -1, version)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return io.ReadAll(io.LimitReader(r, entryLimit))
}

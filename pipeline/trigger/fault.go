package trigger

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/clearsweep/clearsweep/storage"
)

// Reason is one word for why something did not become a commit. It may stand in
// logs and metrics.
type Reason string

// The reasons.
const (
	Missing   Reason = "missing"   // the object is gone
	Replaced  Reason = "replaced"  // another version took its place before it was read; that one is a delivery of its own
	Unfit     Reason = "unfit"     // the layout does not read it, or too many of its rows are rejected
	BadKey    Reason = "key"       // a key that no store here can hold
	Message   Reason = "message"   // a message, or a record of one, that cannot be read
	Unknown   Reason = "unknown"   // the firing of a schedule that the configuration does not have
	Exhausted Reason = "exhausted" // it failed as often as is allowed
	Transient Reason = "transient" // it failed, and may do better the next time
)

// Fault is an error that another attempt would meet again. A sweep returns it,
// and the delivery is quarantined.
type Fault struct {
	Reason Reason
	Err    error
}

func (f *Fault) Error() string { return f.Err.Error() }
func (f *Fault) Unwrap() error { return f.Err }

// reasonOf sorts an error of a sweep: transient, unless the sweep knows that it
// would come again.
func reasonOf(err error) Reason {
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault.Reason
	}
	return Transient
}

// LookFault is an error of a look at an object, as a Fault if another look would
// find the same.
func LookFault(err error) error {
	switch {
	case errors.Is(err, storage.ErrNotExist):
		return &Fault{Missing, err}
	case errors.Is(err, storage.ErrKey):
		return &Fault{BadKey, err}
	}
	return err
}

const mostPause = 30 * time.Minute // between attempts

// pause is how long to wait after an attempt, from 1: twice as long as the one
// before, and up to a quarter longer by chance, so that not all come back at once.
func pause(first time.Duration, attempt int) time.Duration {
	p := first
	for range attempt - 1 {
		p = min(2*p, mostPause)
	}
	return p + rand.N(p/4) //nolint:gosec // nothing secret rests on it
}

// outlive is a context that ends a time after ctx does, or when cancel is called.
func outlive(ctx context.Context, grace time.Duration) (_ context.Context, cancel context.CancelFunc) {
	work, cancelWork := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancelWork(context.Cause(ctx))
		case <-work.Done():
		}
	})
	return work, func() {
		stop()
		cancelWork(context.Canceled)
	}
}

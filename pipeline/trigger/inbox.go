package trigger

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Inbox makes deliveries of messages: those of a queue, or of events that come by
// another way.
type Inbox struct {
	Source    string
	Place     Place             // of the objects; without one, none are accepted
	Schedules map[string]Locate // that messages may fire, by name
}

// Accept makes deliveries of all that a message asks for. What asks for nothing is
// counted, and what cannot become a delivery is refused and kept in the ledger.
// An error is of the store: the message is to come again.
func (in *Inbox) Accept(ctx context.Context, d *Desk, body string) ([]Delivery, error) {
	notices, err := ParseMessage([]byte(body))
	if err != nil {
		d.Log.Error("message refused", "source", in.Source, "reason", Message)
		return nil, d.refuse(ctx, Refusal{Source: in.Source, Reason: Message, Detail: err.Error(), Body: body})
	}
	var deliveries []Delivery
	for i, n := range notices {
		if n.Kind == Unreadable {
			d.Log.Error("record of a message refused", "source", in.Source, "reason", Message)
			err := d.refuse(ctx, Refusal{Source: in.Source, Reason: Message, Detail: fmt.Sprintf("record %d of %d: %s", i+1, len(notices), n.Fault), Body: body})
			if err != nil {
				return nil, err
			}
			continue
		}
		delivery, err := in.delivery(ctx, d, n)
		if err != nil {
			return nil, err
		}
		if delivery != nil {
			deliveries = append(deliveries, *delivery)
		}
	}
	return deliveries, nil
}

// Labels of notices that ask for no sweep.
const (
	otherBucket    = "other_bucket"
	waitsForMarker = "waits_for_marker"
	staleEvent     = "stale_event" // the object has changed since; it is swept as it is now
)

// delivery is what a notice asks for, if it asks for anything.
func (in *Inbox) delivery(ctx context.Context, d *Desk, n Notice) (*Delivery, error) {
	switch n.Kind {
	case Created:
		return in.created(ctx, d, n)
	case Due:
		locate := in.Schedules[n.Schedule]
		if locate == nil {
			d.Log.Error("firing refused", "source", in.Source, "reason", Unknown)
			return nil, d.refuse(ctx, Refusal{Source: in.Source, Reason: Unknown, Detail: fmt.Sprintf("no schedule %q in the configuration", n.Schedule)})
		}
		return d.firing(ctx, in.Source, n.Schedule, n.At, locate)
	case Removed, Test, Other, Unreadable:
	}
	d.Metrics.ignored(in.Source, n.Kind.String())
	return nil, nil
}

// created is the delivery of an object, as its store describes it now.
func (in *Inbox) created(ctx context.Context, d *Desk, n Notice) (*Delivery, error) {
	bucket := "s3://" + n.Bucket + "/"
	key, ours := strings.CutPrefix(bucket+n.Key, in.Place.Root)
	why := in.Place.refuses(key)
	switch {
	case !strings.HasPrefix(in.Place.Root, bucket):
		why = otherBucket
	case !ours:
		why = elsewhere
	case why == "" && in.Place.Done != "":
		why = waitsForMarker
	}
	if why != "" && why != doneMarker {
		d.Metrics.ignored(in.Source, why)
		return nil, nil
	}
	objects, err := in.Place.complete(ctx, key)
	if fault, ok := errors.AsType[*Fault](LookFault(err)); ok {
		d.Log.Error("notice refused", "source", in.Source, "reason", fault.Reason)
		return nil, d.refuse(ctx, Refusal{
			Source: in.Source, Reason: fault.Reason, URI: in.Place.uri(key), ETag: n.ETag, Detail: err.Error(),
		})
	}
	if err != nil {
		return nil, fmt.Errorf("look at an object: %w", withoutKey(err))
	}
	if in.Place.Done == "" && n.ETag != "" && !strings.Contains(objects[0].Version, n.ETag) {
		d.Metrics.ignored(in.Source, staleEvent)
	}
	return &Delivery{Source: in.Source, Objects: objects, Config: d.Config}, nil
}

// withoutKey is the innermost cause of an error: what stands around it may name
// objects, and is to be logged.
func withoutKey(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

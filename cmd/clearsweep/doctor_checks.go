package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"github.com/clearsweep/clearsweep/cmd/watchfile"
	"github.com/clearsweep/clearsweep/storage"
)

// doctor examines what a watch.yaml opened.
type doctor struct {
	w      *watchfile.Watch
	out    io.Writer
	faults int
}

func (d *doctor) examine(ctx context.Context) {
	d.fine("configuration: sources, policy and layout")
	d.output(ctx, d.w.Out)
	for _, place := range d.w.Places() {
		d.place(ctx, place.Root, place.Store)
	}
	for _, s := range d.w.File.Sources {
		if s.SQS != nil {
			d.queue(ctx, s)
		}
	}
	for _, s := range d.w.File.Schedules() {
		if _, err := s.Next(wall()); err != nil {
			d.mend("schedule "+s.Name, err.Error())
		} else {
			d.fine("schedule " + s.Name)
		}
	}
}

// output tries what the ledger and the commits do.
func (d *doctor) output(ctx context.Context, out storage.Store) {
	key := "ledger/doctor-" + strings.ToLower(rand.Text())
	before := wall()
	info, err := out.PutIfAbsent(ctx, key, []byte("1"))
	if !d.must(fmt.Sprintf("output %s: write", out), err) {
		return
	}
	if _, err := out.PutIfAbsent(ctx, key, []byte("2")); !errors.Is(err, storage.ErrExists) {
		d.mend("output: one of two writers wins", cmpErr(err).Error())
	} else {
		d.fine("output: one of two writers wins")
	}
	replaced, err := out.PutIfMatch(ctx, key, []byte("3"), info.Version)
	d.must("output: compare and replace", err)
	if _, err := out.PutIfMatch(ctx, key, []byte("4"), info.Version); !errors.Is(err, storage.ErrChanged) {
		d.mend("output: refuse what is out of date", cmpErr(err).Error())
	} else {
		d.fine("output: refuse what is out of date")
	}
	_, err = storage.ReadAll(ctx, out, key, 1)
	d.must("output: read", err)
	d.clock(ctx, out, key, before)
	d.must("output: list", listOne(ctx, out, "ledger/"))
	d.must("output: remove", out.DeleteIfMatch(ctx, key, replaced.Version))
	if bucket, ok := out.(*storage.S3Store); ok {
		d.keeping(ctx, "output", bucket, true)
	}
}

func cmpErr(err error) error {
	if err == nil {
		return errNotRefused
	}
	return err
}

// clock compares the wall clock with that of the store.
func (d *doctor) clock(ctx context.Context, out storage.Store, key string, before time.Time) {
	info, err := out.Head(ctx, key)
	if err != nil || info.Modified.IsZero() {
		d.advise("clock", "the store does not tell its time, so nothing can be said of ours")
		return
	}
	// The store tells whole seconds, of a moment between before and now.
	apart := max(before.Sub(info.Modified)-time.Second, info.Modified.Sub(wall()), 0)
	if most := d.w.File.Lease / 4; apart > most {
		d.mend("clock", fmt.Sprintf("it is %v apart from the store's; synchronise it (NTP), or others take over what this daemon works on", apart.Round(time.Second)))
		return
	}
	d.fine("clock: agrees with the store's")
}

// place tries to list and to read.
func (d *doctor) place(ctx context.Context, name string, store storage.Store) {
	var first string
	for info, err := range store.List(ctx, "") {
		if err != nil {
			d.mend("place "+name+": list", err.Error())
			return
		}
		if storage.CheckKey(info.Key) == nil {
			first = info.Key
			break
		}
	}
	d.fine("place " + name + ": list")
	if first == "" {
		d.advise("place "+name+": read", "it is empty, so reading cannot be tried")
	} else {
		_, err := store.Head(ctx, first)
		if err == nil {
			var r io.ReadCloser
			if r, err = store.Open(ctx, first, 0, 1, ""); err == nil {
				_, err = io.ReadAll(r)
				err = errors.Join(err, r.Close())
			}
		}
		d.must("place "+name+": read", err)
	}
	if bucket, ok := store.(*storage.S3Store); ok {
		d.keeping(ctx, "place "+name, bucket, false)
	}
}

// keeping asks how a bucket keeps what it holds.
func (d *doctor) keeping(ctx context.Context, what string, bucket *storage.S3Store, ours bool) {
	switch versioned, err := bucket.Versioned(ctx); {
	case err != nil:
		d.advise(what+": versioning", "cannot be asked; look yourself: "+err.Error())
	case !versioned:
		d.advise(what+": versioning", "is off, so what is overwritten is gone; turn it on")
	default:
		d.fine(what + ": versioning")
	}
	if !ours {
		return
	}
	l, err := bucket.Lifecycle(ctx)
	if err != nil {
		d.advise(what+": lifecycle", "cannot be asked; look yourself: "+err.Error())
		return
	}
	if l.AbortsUploads {
		d.fine(what + ": unfinished uploads are removed")
	} else {
		d.advise(what+": unfinished uploads", "are kept, and paid for, when a daemon is killed; add a lifecycle rule AbortIncompleteMultipartUpload of 7 days")
	}
	if len(l.Expires) == 0 {
		d.fine(what + ": nothing expires")
	} else {
		d.mend(what+": lifecycle", fmt.Sprintf("rules for %q remove objects after a time; commits and ledger must not expire, or deliveries are swept again", l.Expires))
	}
}

func listOne(ctx context.Context, store storage.Store, prefix string) error {
	for _, err := range store.List(ctx, prefix) {
		return err
	}
	return nil
}

// queue asks how a queue is kept, and whether we may do with it what we must.
func (d *doctor) queue(ctx context.Context, s watchfile.Source) {
	what := "queue " + s.Name
	client, err := s.SQS.Client(ctx)
	if err != nil {
		d.mend(what, err.Error())
		return
	}
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &s.SQS.Queue, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if !d.must(what+": reach", err) {
		return
	}
	d.redrive(what, out.Attributes)
	d.permitted(ctx, what, client, s.SQS.Queue)
	d.notified(ctx, what, out.Attributes["QueueArn"], s.Name)
}

const leastReceives = 3

func (d *doctor) redrive(what string, attributes map[string]string) {
	var redrive struct {
		MaxReceiveCount json.Number `json:"maxReceiveCount"`
	}
	err := json.Unmarshal([]byte(attributes["RedrivePolicy"]), &redrive)
	n, countErr := redrive.MaxReceiveCount.Int64()
	switch {
	case err != nil || countErr != nil:
		d.mend(what+": dead letters", "it has no dead-letter queue, so a message that kills its daemon comes for ever; give it one, with maxReceiveCount 5")
	case n < leastReceives:
		d.advise(what+": dead letters", fmt.Sprintf("maxReceiveCount is %d, so two daemons that are killed lose a message to them; make it 5", n))
	default:
		d.fine(what + ": dead letters")
	}
	const wanted = 4 * 24 * time.Hour
	if seconds, err := strconv.Atoi(attributes["MessageRetentionPeriod"]); err == nil && time.Duration(seconds)*time.Second < wanted {
		d.advise(what+": retention", "messages are kept for less than four days, which a long weekend may outlast; make it 14 days")
	}
}

// permitted asks to delete and to hide a message that is not there: who may gets
// another answer than who may not.
func (d *doctor) permitted(ctx context.Context, what string, client *sqs.Client, queue string) {
	handle := aws.String("clearsweep-doctor")
	_, err := client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: handle})
	d.must(what+": may delete", denied(err))
	_, err = client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &queue, ReceiptHandle: handle, VisibilityTimeout: 0})
	d.must(what+": may hide", denied(err))
}

// denied is err if it says that we may not, or that nobody answered.
func denied(err error) error {
	api, ok := errors.AsType[smithy.APIError](err)
	if ok && !strings.Contains(api.ErrorCode(), "AccessDenied") && api.ErrorFault() != smithy.FaultServer {
		return nil
	}
	return err
}

// notified asks whether the bucket tells the queue of new objects.
func (d *doctor) notified(ctx context.Context, what, arn, source string) {
	bucket, ok := d.w.PlaceOf(source).Store.(*storage.S3Store)
	if !ok {
		return
	}
	told, err := bucket.Notifies(ctx)
	switch {
	case err != nil:
		d.advise(what+": events of the bucket", "cannot be asked; look yourself: "+err.Error())
	case slices.Contains(told, arn):
		d.fine(what + ": events of the bucket")
	case slices.ContainsFunc(told, func(to string) bool { return to == "events" || strings.Contains(to, ":sns:") }):
		d.advise(what+": events of the bucket", "go to a topic or to EventBridge; see that these pass them on to the queue")
	default:
		d.mend(what+": events of the bucket", "it tells this queue nothing; add a notification for s3:ObjectCreated:*, or poll the place")
	}
}

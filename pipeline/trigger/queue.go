package trigger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

// Queue is a queue of SQS whose messages speak of objects in a place, or of
// schedules that are due.
//
// A message is kept invisible from its receipt until all that it speaks of has
// ended, and is deleted then. It is given back when the store is in trouble, so
// that the queue's own rules send what never works to its dead letters, and when
// the daemon stops.
type Queue struct {
	Inbox

	Client     *sqs.Client
	URL        string
	Visibility time.Duration // how long a message is hidden without a sign of life; whole seconds

	hands chan struct{} // messages that are worked on
	held  chan struct{} // messages that wait for another's sweep, or for their next attempt
}

const (
	longPoll    = 20 * time.Second // the most that SQS allows
	callTimeout = 15 * time.Second
	mostBatch   = 10  // messages of one receipt
	mostHeld    = 100 // messages that wait
	afterError  = 5 * time.Second
	mostHidden  = 12 * time.Hour // from receipt, says SQS
)

// Run receives until ctx ends.
func (q *Queue) Run(ctx context.Context, d *Desk) {
	q.hands, q.held = make(chan struct{}, cap(d.slots)), make(chan struct{}, mostHeld)
	d.Metrics.expect(q.Source)
	var group sync.WaitGroup
	defer group.Wait()
	for ctx.Err() == nil {
		free := q.waitForHands(ctx)
		if free == 0 {
			return
		}
		messages, err := q.receive(ctx, d, free)
		d.around(ctx, q.Source, err)
		for range free - len(messages) {
			<-q.hands
		}
		for _, m := range messages {
			group.Go(func() { q.handle(ctx, d, m) })
		}
		if err != nil {
			sleep(ctx, afterError)
		}
	}
}

// waitForHands takes hands for as many messages as can be worked on now, and
// waits until it is one. It is 0 when ctx has ended.
func (q *Queue) waitForHands(ctx context.Context) int {
	select {
	case q.hands <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	for n := 1; ; n++ {
		if n == mostBatch {
			return n
		}
		select {
		case q.hands <- struct{}{}:
		default:
			return n
		}
	}
}

// receive waits for messages. A daemon that stops lets the wait come to its end:
// a message that is sent to a caller who has gone stays hidden for nothing.
func (q *Queue) receive(ctx context.Context, d *Desk, most int) ([]types.Message, error) {
	waiting, cancel := outlive(ctx, d.options.Grace)
	defer cancel()
	waiting, timeout := context.WithTimeout(waiting, longPoll+callTimeout)
	defer timeout()
	out, err := q.Client.ReceiveMessage(waiting, &sqs.ReceiveMessageInput{
		QueueUrl:                    &q.URL,
		MaxNumberOfMessages:         int32(most), //nolint:gosec // at most mostBatch
		VisibilityTimeout:           seconds(q.Visibility),
		WaitTimeSeconds:             seconds(longPoll),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil {
		return nil, fmt.Errorf("receive messages: %w", err)
	}
	return out.Messages, nil
}

// handle works on a message until all it speaks of has ended, and deletes it. It
// holds one hand and gives it back.
func (q *Queue) handle(ctx context.Context, d *Desk, m types.Message) {
	log := d.Log.With("source", q.Source, "message", aws.ToString(m.MessageId))
	beating, stop := context.WithCancel(context.WithoutCancel(ctx))
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if err := q.keepHidden(beating, m); err != nil {
			// It will come again, and is then found to have ended, or to be
			// worked on.
			log.Warn("message not kept hidden", "error", err)
		}
	}()
	err := q.work(ctx, d, m)
	stop()
	<-stopped
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	switch {
	case err == nil:
		_, err = q.Client.DeleteMessage(after, &sqs.DeleteMessageInput{QueueUrl: &q.URL, ReceiptHandle: m.ReceiptHandle})
		if err != nil {
			log.Warn("message not deleted; it will come again and be found to have ended", "error", err)
		}
	case ctx.Err() != nil:
		q.giveBack(after, m, 0)
	default:
		d.around(ctx, q.Source, err)
		q.giveBack(after, m, pause(d.options.Pause, receiveCount(m)))
	}
}

// work sees all that a message speaks of to its end.
func (q *Queue) work(ctx context.Context, d *Desk, m types.Message) error {
	holding := q.hands
	defer func() { <-holding }()
	pending, err := q.Accept(ctx, d, aws.ToString(m.Body))
	for err == nil && len(pending) > 0 {
		var again time.Time
		if pending, again, err = q.submit(ctx, d, pending); err != nil || len(pending) == 0 {
			break
		}
		// Another works on the rest, or it waits for its next attempt: let go of
		// the hand meanwhile, but not of the message.
		select {
		case q.held <- struct{}{}:
		default:
			return errTooManyHeld
		}
		<-q.hands
		holding = q.held
		sleep(ctx, again.Sub(d.clock()))
		select {
		case q.hands <- struct{}{}:
			<-q.held
			holding = q.hands
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

var errTooManyHeld = errors.New("too many messages wait for their deliveries; this one is given back")

// submit submits deliveries and returns those that have not ended, and when to
// try the first of them again.
func (q *Queue) submit(ctx context.Context, d *Desk, deliveries []Delivery) (pending []Delivery, again time.Time, err error) {
	for _, delivery := range deliveries {
		_, err := d.Submit(ctx, delivery)
		busy, ok := errors.AsType[*BusyError](err)
		switch {
		case err == nil:
		case !ok:
			return nil, again, err
		default:
			pending = append(pending, delivery)
			if again.IsZero() || busy.Until.Before(again) {
				again = busy.Until
			}
		}
	}
	return pending, again, nil
}

// keepHidden tells the queue now and then that the message is in good hands,
// until ctx ends.
func (q *Queue) keepHidden(ctx context.Context, m types.Message) error {
	tick := time.NewTicker(q.Visibility / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		call, cancel := context.WithTimeout(ctx, q.Visibility/3)
		_, err := q.Client.ChangeMessageVisibility(call, &sqs.ChangeMessageVisibilityInput{
			QueueUrl: &q.URL, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds(q.Visibility),
		})
		cancel()
		if ctx.Err() == nil && isGone(err) {
			return err
		}
	}
}

// isGone tells whether the queue no longer knows the message as ours: it is
// deleted, or visible again, or has been hidden for as long as is allowed. Other
// errors may pass.
func isGone(err error) bool {
	if _, ok := errors.AsType[*types.ReceiptHandleIsInvalid](err); ok {
		return true
	}
	if _, ok := errors.AsType[*types.MessageNotInflight](err); ok {
		return true
	}
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "InvalidParameterValue"
}

// giveBack makes a message visible again after a time.
func (q *Queue) giveBack(ctx context.Context, m types.Message, after time.Duration) {
	// If it fails, the message comes back when its time is over.
	_, _ = q.Client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &q.URL, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds(min(after, mostHidden)),
	})
}

func receiveCount(m types.Message) int {
	n, err := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	if err != nil {
		return 1
	}
	return n
}

func seconds(d time.Duration) int32 { return int32(d / time.Second) } //nolint:gosec // at most half a day

// sleep waits, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

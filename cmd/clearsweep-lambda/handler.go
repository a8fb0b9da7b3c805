package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/clearsweep/clearsweep/cmd/watchfile"
	"github.com/clearsweep/clearsweep/pipeline/trigger"
)

// handler answers invocations.
type handler struct {
	desk   *trigger.Desk
	inbox  trigger.Inbox
	queue  *watchfile.SQS // of the daemon
	client *sqs.Client
	inline int64 // bytes of the largest delivery that is swept here
}

// newHandler is a handler for the one queue of the file.
func newHandler(ctx context.Context, w *watchfile.Watch, inline int64) (*handler, error) {
	h := &handler{desk: w.Desk, inline: inline}
	for _, s := range w.File.Sources {
		if s.SQS != nil {
			h.queue = s.SQS
		}
	}
	if len(w.Inboxes) != 1 {
		return nil, fmt.Errorf("the configuration has %d sources with a queue; give one: its place is where deliveries arrive, and its queue is that of the daemon", len(w.Inboxes))
	}
	h.inbox = w.Inboxes[0]
	var err error
	h.client, err = h.queue.Client(ctx)
	return h, err
}

// before is the time that is left to give a sweep up in.
const before = 10 * time.Second

// Handle answers one invocation: a batch of a queue, of which it reports the
// messages that are to come again, or an event of S3 or EventBridge, which comes
// again as a whole if it returns an error.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-before))
		defer cancel()
	}
	var batch events.SQSEvent
	if err := json.Unmarshal(payload, &batch); err != nil || len(batch.Records) == 0 || batch.Records[0].EventSource != "aws:sqs" {
		return nil, h.message(ctx, string(payload), "")
	}
	answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for i := range batch.Records {
		m := &batch.Records[i]
		if err := h.message(ctx, m.Body, m.EventSourceARN); err != nil {
			h.desk.Log.Warn("message is to come again", "message", m.MessageId, "error", err)
			answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return answer, nil
}

// message sees all that a message speaks of to its end, or hands the message to
// the daemon. From is the ARN of the queue that it came from, if it is known.
func (h *handler) message(ctx context.Context, body, from string) error {
	deliveries, err := h.inbox.Accept(ctx, h.desk, body)
	if err != nil {
		return err
	}
	large := 0
	var faults []error
	for i := range deliveries {
		if deliveries[i].Bytes() > h.inline && !h.comesFromQueue(from) {
			large++
			continue
		}
		_, err := h.desk.Submit(ctx, deliveries[i])
		faults = append(faults, err)
	}
	if large > 0 {
		h.desk.Log.Info("message handed to the queue", "deliveries", large)
		_, err := h.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &h.queue.Queue, MessageBody: &body})
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// comesFromQueue tells whether a message was taken from the queue that large
// deliveries are handed to. To hand it there again would go round for ever.
func (h *handler) comesFromQueue(arn string) bool {
	return arn != "" && arn[strings.LastIndexByte(arn, ':')+1:] == path.Base(h.queue.Queue)
}

package watchfile

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/clearsweep/clearsweep/pipeline/trigger"
)

// Client is the way to the queue. Credentials come by the SDK's default chain.
func (q *SQS) Client(ctx context.Context) (*sqs.Client, error) {
	var load []func(*config.LoadOptions) error
	if region := q.region(); region != "" {
		load = append(load, config.WithRegion(region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, fmt.Errorf("sqs: %w", err)
	}
	return sqs.NewFromConfig(cfg, func(o *sqs.Options) {
		if q.Endpoint != "" {
			o.BaseEndpoint = aws.String(q.Endpoint)
		}
	}), nil
}

// region is the one given, or that in the name of a queue of AWS:
// sqs.REGION.amazonaws.com.
func (q *SQS) region() string {
	if q.Region != "" {
		return q.Region
	}
	u, err := url.Parse(q.Queue)
	if err != nil {
		return ""
	}
	host := strings.Split(u.Hostname(), ".")
	if len(host) >= 4 && strings.HasPrefix(host[0], "sqs") && host[2] == "amazonaws" {
		return host[1]
	}
	return ""
}

// openQueue opens a queue, or notes why it cannot be watched.
func (w *Watch) openQueue(ctx context.Context, at string, s Source) {
	inbox := trigger.Inbox{Source: s.Name, Schedules: w.schedules}
	if s.SQS.Place.Place != "" {
		place, ok := w.openPlace(ctx, at+".place", s.SQS.Place)
		if !ok {
			return
		}
		inbox.Place = place
	}
	w.Inboxes = append(w.Inboxes, inbox)
	client, err := s.SQS.Client(ctx)
	if err != nil {
		w.File.fault(at, "%s", err)
		return
	}
	w.Sources = append(w.Sources, &trigger.Queue{Inbox: inbox, Client: client, URL: s.SQS.Queue, Visibility: s.SQS.Visibility})
}

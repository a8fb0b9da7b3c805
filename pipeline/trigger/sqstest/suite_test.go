package sqstest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/clearsweep/clearsweep/pipeline/trigger/sqstest"
)

// queue is a queue under test.
type queue struct {
	client *sqs.Client
	url    string
}

func TestTheFakeAndTheServerAgree(t *testing.T) {
	t.Run("fake", func(t *testing.T) {
		suite(t, func(t *testing.T) queue {
			f := sqstest.NewFake(t)
			return queue{f.Client, f.URL}
		})
	})
	t.Run("server", func(t *testing.T) {
		server := sqstest.StartServer(t)
		suite(t, func(t *testing.T) queue { return queue{server.Client, server.Queue(t)} })
	})
}

func suite(t *testing.T, open func(*testing.T) queue) {
	for name, test := range map[string]func(*testing.T, queue){
		"a message is hidden, comes again, and is deleted": comesAgain,
		"a sign of life hides it longer":                   signOfLife,
		"given back, it comes at once":                     givenBack,
		"a long poll wakes":                                wakes,
		"bad handles are refused":                          badHandles,
		"a batch":                                          batch,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func (q queue) send(t *testing.T, body string) {
	t.Helper()
	if _, err := q.client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body}); err != nil {
		t.Fatal(err)
	}
}

func (q queue) receive(t *testing.T, hidden, wait int32) []types.Message {
	t.Helper()
	out, err := q.client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &q.url, MaxNumberOfMessages: 10, VisibilityTimeout: hidden, WaitTimeSeconds: wait,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

func (q queue) hide(t *testing.T, m types.Message, hidden int32) error {
	t.Helper()
	_, err := q.client.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: hidden,
	})
	return err
}

func (q queue) delete(t *testing.T, m types.Message) {
	t.Helper()
	if _, err := q.client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
}

func one(t *testing.T, messages []types.Message, body, count string) types.Message {
	t.Helper()
	if len(messages) != 1 || aws.ToString(messages[0].Body) != body || messages[0].Attributes["ApproximateReceiveCount"] != count {
		t.Fatalf("got %d messages: %+v", len(messages), messages)
	}
	return messages[0]
}

func none(t *testing.T, messages []types.Message) {
	t.Helper()
	if len(messages) > 0 {
		t.Fatalf("got %+v", messages)
	}
}

func comesAgain(t *testing.T, q queue) {
	q.send(t, "body")
	first := one(t, q.receive(t, 1, 0), "body", "1")
	none(t, q.receive(t, 1, 0))
	second := one(t, q.receive(t, 1, 5), "body", "2")
	if *first.ReceiptHandle == *second.ReceiptHandle || *first.MessageId != *second.MessageId {
		t.Error("the handle stays, or the id does not")
	}
	q.delete(t, second)
	none(t, q.receive(t, 1, 2))
	q.delete(t, second) // is no error
}

func signOfLife(t *testing.T, q queue) {
	q.send(t, "body")
	m := one(t, q.receive(t, 1, 0), "body", "1")
	if err := q.hide(t, m, 4); err != nil {
		t.Fatal(err)
	}
	none(t, q.receive(t, 1, 2))
	one(t, q.receive(t, 1, 5), "body", "2")
}

func givenBack(t *testing.T, q queue) {
	q.send(t, "body")
	m := one(t, q.receive(t, 30, 0), "body", "1")
	if err := q.hide(t, m, 0); err != nil {
		t.Fatal(err)
	}
	one(t, q.receive(t, 30, 2), "body", "2")
}

func wakes(t *testing.T, q queue) {
	sent := make(chan error)
	go func() {
		time.Sleep(200 * time.Millisecond)
		_, err := q.client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: aws.String("body")})
		sent <- err
	}()
	start := time.Now() //nolint:forbidigo // how long it waited
	got := q.receive(t, 30, 10)
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	one(t, got, "body", "1")
	if waited := time.Since(start); waited > 5*time.Second {
		t.Errorf("waited %v", waited)
	}
}

// Queues tell in one of two ways that a handle is no longer good.
func badHandles(t *testing.T, q queue) {
	q.send(t, "body")
	old := one(t, q.receive(t, 1, 0), "body", "1")
	one(t, q.receive(t, 30, 5), "body", "2")
	for name, handle := range map[string]*string{"of an earlier receipt": old.ReceiptHandle, "that is none": aws.String("none")} {
		var visible *types.MessageNotInflight
		var invalid *types.ReceiptHandleIsInvalid
		if err := q.hide(t, types.Message{ReceiptHandle: handle}, 10); !errors.As(err, &visible) && !errors.As(err, &invalid) {
			t.Errorf("a handle %s: got %v", name, err)
		}
	}
}

func batch(t *testing.T, q queue) {
	for range 12 {
		q.send(t, "body")
	}
	if got := len(q.receive(t, 30, 0)); got == 0 || got > 10 {
		t.Errorf("received %d", got)
	}
}

// Package sqstest holds two queues to test with: a fake in this process, which
// fails as it is told to, and an SQS server of others, fauxqs, which checks the
// fake. One suite runs against both.
//
// In goes an ordinary SQS client; out come answers in the JSON protocol of SQS. It
// must never be kinder than SQS: messages come twice, in any order, and again when
// their time is over.
package sqstest

import (
	"crypto/md5" //nolint:gosec // SQS says so
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Fault is how an operation of a Fake fails.
type Fault int

// The faults.
const (
	None      Fault = iota
	Throttled       // refused, and to be tried again
	Lost            // done, and the answer lost
	Ignored         // not done, and answered as if it had been
	Stale           // the handle is no longer good
)

// Fake is a queue of SQS in this process.
type Fake struct {
	Client *sqs.Client
	URL    string

	// Shuffle takes messages in any order, and Twice hands each of them out once
	// more than it should.
	Shuffle, Twice bool
	// Fault is asked before each operation: ReceiveMessage, DeleteMessage,
	// ChangeMessageVisibility or SendMessage, the n-th of its kind, from 1.
	Fault func(operation string, n int) Fault

	mu       sync.Mutex
	messages []*message
	handles  int
	calls    map[string]int
}

type message struct {
	id, body string
	visible  time.Time
	handle   string // of the last receipt
	received int
	twice    bool // handed out once more
}

// NewFake is an empty queue that ends with the test.
func NewFake(t testing.TB) *Fake {
	t.Helper()
	f := &Fake{calls: map[string]int{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.Client, f.URL = client(server.URL), server.URL+"/000000000000/queue"
	return f
}

func client(endpoint string) *sqs.Client {
	return sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(endpoint),
		Credentials:      credentials.NewStaticCredentialsProvider("clearsweep-test", "not-a-secret", ""),
		RetryMaxAttempts: 2,
	})
}

// Left is the number of messages that are not deleted.
func (f *Fake) Left() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.messages)
}

// Calls is how often an operation was called.
func (f *Fake) Calls(operation string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[operation]
}

// request has the fields of all operations.
type request struct {
	MessageBody         string
	ReceiptHandle       string
	MaxNumberOfMessages int
	VisibilityTimeout   *int
	WaitTimeSeconds     int
}

// ServeHTTP answers one operation.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var in request
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		refuse(w, "SerializationException")
		return
	}
	fault := f.fault(operation)
	switch fault {
	case Throttled:
		refuse(w, "RequestThrottled")
		return
	case Stale:
		refuse(w, "ReceiptHandleIsInvalid")
		return
	case None, Lost, Ignored:
	}
	out, failure := map[string]any{}, ""
	if fault != Ignored {
		out, failure = f.do(r, operation, in)
	}
	switch {
	case fault == Lost:
		panic(http.ErrAbortHandler) // cuts the connection
	case failure != "":
		refuse(w, failure)
	default:
		answer(w, http.StatusOK, out)
	}
}

func (f *Fake) fault(operation string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[operation]++
	if f.Fault == nil {
		return None
	}
	return f.Fault(operation, f.calls[operation])
}

func (f *Fake) do(r *http.Request, operation string, in request) (out map[string]any, failure string) {
	switch operation {
	case "SendMessage":
		return f.send(in), ""
	case "ReceiveMessage":
		return f.receive(r, in), ""
	case "DeleteMessage":
		return map[string]any{}, f.remove(in)
	case "ChangeMessageVisibility":
		return map[string]any{}, f.change(in)
	case "GetQueueAttributes":
		return map[string]any{"Attributes": map[string]string{"ApproximateNumberOfMessages": strconv.Itoa(f.Left())}}, ""
	}
	return nil, "UnsupportedOperation"
}

func (f *Fake) send(in request) map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.handles++
	m := &message{id: fmt.Sprintf("message-%d", f.handles), body: in.MessageBody}
	f.messages = append(f.messages, m)
	return map[string]any{"MessageId": m.id, "MD5OfMessageBody": sum(in.MessageBody)}
}

// receive waits until there is a message or the caller's time is over.
func (f *Fake) receive(r *http.Request, in request) map[string]any {
	until := time.Now().Add(time.Duration(in.WaitTimeSeconds) * time.Second) //nolint:forbidigo // as long as the caller says
	for {
		if found := f.take(in); len(found) > 0 {
			return map[string]any{"Messages": found}
		}
		if time.Now().After(until) { //nolint:forbidigo // see above
			return map[string]any{}
		}
		select {
		case <-r.Context().Done():
			return map[string]any{}
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// take hides the messages that it hands out.
func (f *Fake) take(in request) (found []map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now() //nolint:forbidigo // visibility is a matter of the wall clock
	order := slices.Clone(f.messages)
	if f.Shuffle {
		slices.SortFunc(order, func(a, b *message) int { return strings.Compare(sum(a.id+a.body), sum(b.id+b.body)) })
	}
	for _, m := range order {
		if len(found) == max(in.MaxNumberOfMessages, 1) {
			break
		}
		again := f.Twice && m.received == 1 && !m.twice
		if now.Before(m.visible) && !again {
			continue
		}
		m.twice = again
		f.handles++
		m.received++
		m.handle = fmt.Sprintf("handle-%d", f.handles)
		hidden := 30
		if in.VisibilityTimeout != nil {
			hidden = *in.VisibilityTimeout
		}
		m.visible = now.Add(time.Duration(hidden) * time.Second)
		found = append(found, map[string]any{
			"MessageId": m.id, "ReceiptHandle": m.handle, "Body": m.body, "MD5OfBody": sum(m.body),
			"Attributes": map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.received)},
		})
	}
	return found
}

// remove deletes a message. An old handle is answered with success and does
// nothing, as SQS may.
func (f *Fake) remove(in request) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !strings.HasPrefix(in.ReceiptHandle, "handle-") {
		return "ReceiptHandleIsInvalid"
	}
	f.messages = slices.DeleteFunc(f.messages, func(m *message) bool { return m.handle == in.ReceiptHandle })
	return ""
}

func (f *Fake) change(in request) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now() //nolint:forbidigo // see take
	for _, m := range f.messages {
		if m.handle != in.ReceiptHandle {
			continue
		}
		if now.After(m.visible) {
			return "com.amazonaws.sqs#MessageNotInflight"
		}
		m.visible = now.Add(time.Duration(*in.VisibilityTimeout) * time.Second)
		return ""
	}
	return "ReceiptHandleIsInvalid"
}

func refuse(w http.ResponseWriter, code string) {
	answer(w, http.StatusBadRequest, map[string]any{"__type": "com.amazonaws.sqs#" + strings.TrimPrefix(code, "com.amazonaws.sqs#"), "message": code})
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller has gone
}

func sum(text string) string {
	digest := md5.Sum([]byte(text)) //nolint:gosec // SQS says so
	return hex.EncodeToString(digest[:])
}

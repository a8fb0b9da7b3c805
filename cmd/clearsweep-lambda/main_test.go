package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/clearsweep/clearsweep/pipeline/trigger"
	"github.com/clearsweep/clearsweep/pipeline/trigger/sqstest"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/storage/storagetest"
)

// asCommand makes the test binary be the command: see TestMain.
const asCommand = "CLEARSWEEP_TEST_AS_LAMBDA"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// runtime is the service of AWS that a Lambda asks for its invocations.
type runtime struct {
	invocations chan string
	answers     chan string // an error begins with an exclamation mark
}

func (r *runtime) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	switch {
	case strings.HasSuffix(q.URL.Path, "/invocation/next"):
		select {
		case payload := <-r.invocations:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "request")
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10)) //nolint:forbidigo // as the service does
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:sweep")
			_, _ = io.WriteString(w, payload)
		case <-q.Context().Done():
		}
	default:
		body, _ := io.ReadAll(q.Body)
		answer := string(body)
		if strings.HasSuffix(q.URL.Path, "/error") {
			answer = "!" + answer
		}
		r.answers <- answer
		w.WriteHeader(http.StatusAccepted)
	}
}

// started is the Lambda as a process, with a bucket and a queue of the daemon.
type started struct {
	*runtime
	t      *testing.T
	server *storagetest.Server
	bucket string
	queue  *sqstest.Fake
	out    string
	said   *bytes.Buffer
}

const extract = "person_id,county,statute,disposition,disposition_date\nP1,ALPINE,11358 HS,GUILTY,2001-01-01\n"

func start(t *testing.T) *started {
	t.Helper()
	s := &started{
		runtime: &runtime{make(chan string), make(chan string, 1)}, t: t,
		server: storagetest.StartServer(t), queue: sqstest.NewFake(t), out: t.TempDir(), said: &bytes.Buffer{},
	}
	s.bucket = s.server.Bucket(t)
	queueURL, err := url.Parse(s.queue.URL)
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "watch.yaml")
	text := fmt.Sprintf(`layout: generic/charges
policy: us-ca/prop64-county-options
params: {county: ALPINE}
as_of: delivery
out: %s
memory: 64MiB
s3: {endpoint: %s, path_style: true}
sources:
  - name: uploads
    sqs: {queue: %s, endpoint: 'http://%s', place: 's3://%s/in/', match: '*.csv'}
`, s.out, s.server.Endpoint, s.queue.URL, queueURL.Host, s.bucket)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(s.runtime)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), asCommand+"=1", "CLEARSWEEP_CONFIG="+config, "CLEARSWEEP_INLINE_BYTES=1000",
		"AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(api.URL, "http://"))
	cmd.Stderr = s.said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed
		api.Close()
		if t.Failed() {
			t.Log(s.said)
		}
	})
	return s
}

// invoke is the answer to a payload.
func (s *started) invoke(payload string) string {
	s.t.Helper()
	timeout := time.After(time.Minute)
	select {
	case s.invocations <- payload:
	case <-timeout:
		s.t.Fatal("the Lambda asks for no invocation")
	}
	select {
	case answer := <-s.answers:
		return answer
	case <-timeout:
		s.t.Fatal("the Lambda does not answer")
	}
	return ""
}

func (s *started) event(key string) string {
	return fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":%q},"object":{"key":%q}}}]}`, s.bucket, url.QueryEscape(key))
}

// batch is what Lambda is given of a queue.
func batch(t *testing.T, bodies ...string) string {
	t.Helper()
	var e events.SQSEvent
	for i, body := range bodies {
		e.Records = append(e.Records, events.SQSMessage{
			MessageId: fmt.Sprintf("m%d", i), Body: body, EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:123456789012:events",
		})
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (s *started) states() map[trigger.State]int {
	s.t.Helper()
	disk, err := storage.OpenDisk(s.out)
	if err != nil {
		s.t.Fatal(err)
	}
	defer disk.Close()                                                           //nolint:errcheck // read only
	status, err := trigger.NewLedger(disk, "").Status(s.t.Context(), time.Now()) //nolint:forbidigo // which leases hold
	if err != nil {
		s.t.Fatal(err)
	}
	count := map[trigger.State]int{"refused": len(status.Refused)}
	for _, d := range status.Deliveries {
		count[d.State]++
	}
	return count
}

func TestSmallDeliveriesAreSweptAndLargeOnesHandedOn(t *testing.T) {
	s := start(t)
	s.server.Put(t, s.bucket, "in/a b+c.csv", extract)
	s.server.Put(t, s.bucket, "in/bad.csv", "no header\n")
	s.server.Put(t, s.bucket, "in/large.csv", extract+strings.Repeat("P2,ALPINE,11358 HS,GUILTY,2001-01-01\n", 100))
	answer := s.invoke(batch(t, s.event("in/a b+c.csv"), s.event("in/large.csv"), s.event("in/bad.csv"), "poison", s.event("in/a b+c.csv"), s.event("in/gone.csv")))
	if answer != `{"batchItemFailures":[]}` {
		t.Errorf("got %s", answer)
	}
	if got := s.states(); got[trigger.Committed] != 1 || got[trigger.Quarantined] != 1 || got["refused"] != 2 {
		t.Errorf("got %v", got)
	}
	if s.queue.Left() != 1 {
		t.Errorf("%d messages handed on, want 1", s.queue.Left())
	}
	// The same, straight from S3: swept already.
	if answer := s.invoke(s.event("in/a b+c.csv")); answer != "null" || s.states()[trigger.Committed] != 1 {
		t.Errorf("got %s", answer)
	}
}

// A message that another works on is to come again; the others of its batch are
// not.
func TestPartsOfABatchFail(t *testing.T) {
	s := start(t)
	s.server.Put(t, s.bucket, "in/a.csv", extract)
	s.server.Put(t, s.bucket, "in/b.csv", extract)
	s.invoke(s.event("in/a.csv"))
	// Somebody holds b: what the ledger of a says of it, for b.
	disk, err := storage.OpenDisk(s.out)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close() //nolint:errcheck // read only
	ledger := trigger.NewLedger(disk, "rival")
	status, err := ledger.Status(t.Context(), time.Now()) //nolint:forbidigo // which leases hold
	if err != nil || len(status.Deliveries) != 1 {
		t.Fatal(err, status)
	}
	b := status.Deliveries[0].Delivery
	b.Objects[0].URI = strings.Replace(b.Objects[0].URI, "/a.csv", "/b.csv", 1)         // equal bytes: an equal version
	if _, err := ledger.Claim(t.Context(), b.ID(), time.Now(), time.Hour); err != nil { //nolint:forbidigo // see above
		t.Fatal(err)
	}
	if answer := s.invoke(batch(t, s.event("in/a.csv"), s.event("in/b.csv"))); answer != `{"batchItemFailures":[{"itemIdentifier":"m1"}]}` {
		t.Errorf("got %s", answer)
	}
	if answer := s.invoke(s.event("in/b.csv")); !strings.HasPrefix(answer, "!") || !strings.Contains(answer, "claimed by rival") {
		t.Errorf("got %s", answer)
	}
}

// A queue that hands large deliveries on to itself would do so for ever.
func TestNothingGoesRound(t *testing.T) {
	s := start(t)
	s.server.Put(t, s.bucket, "in/large.csv", extract+strings.Repeat("P2,ALPINE,11358 HS,GUILTY,2001-01-01\n", 100))
	payload := strings.ReplaceAll(batch(t, s.event("in/large.csv")), ":events", ":queue")
	if answer := s.invoke(payload); answer != `{"batchItemFailures":[]}` || s.queue.Left() != 0 || s.states()[trigger.Committed] != 1 {
		t.Errorf("got %s, %d messages handed on, %v", answer, s.queue.Left(), s.states())
	}
}

func TestALambdaThatIsNotConfigured(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, env := range map[string]string{
		"no file":  "CLEARSWEEP_CONFIG=" + filepath.Join(t.TempDir(), "none.yaml"),
		"no bytes": "CLEARSWEEP_INLINE_BYTES=many",
	} {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), asCommand+"=1", env)
		var exit *exec.ExitError
		if text, err := cmd.CombinedOutput(); !errors.As(err, &exit) || !bytes.Contains(text, []byte("not started")) {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

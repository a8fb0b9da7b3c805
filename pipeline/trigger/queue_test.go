package trigger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/clearsweep/clearsweep/pipeline/trigger"
	"github.com/clearsweep/clearsweep/pipeline/trigger/sqstest"
	"github.com/clearsweep/clearsweep/storage"
)

// queued is a daemon that is told of a bucket by a queue. The bucket is a folder.
type queued struct {
	t       *testing.T
	in, out string
	client  *sqs.Client
	url     string
	log     *locked
	hidden  time.Duration // visibility
	lease   time.Duration
	sweeps  int // at once
}

func newQueued(t *testing.T, client *sqs.Client, queueURL string) *queued {
	return &queued{t: t, in: t.TempDir(), out: t.TempDir(), client: client, url: queueURL, log: &locked{}, hidden: 3 * time.Second, lease: 3 * time.Second, sweeps: 2}
}

func (q *queued) put(key, text string) {
	q.t.Helper()
	write(q.t, filepath.Join(q.in, key), text)
}

func (q *queued) send(bodies ...string) {
	q.t.Helper()
	for _, body := range bodies {
		if _, err := q.client.SendMessage(q.t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body}); err != nil {
			q.t.Fatal(err)
		}
	}
}

// created is the event of an object, with its key written as in events.
func created(key string) string {
	return s3Event("ObjectCreated:Put", "extracts", url.QueryEscape(key))
}

// serve starts a daemon; stop ends it and waits.
func (q *queued) serve(owner string, place trigger.Place, sweeps func(storage.Store, trigger.Entry) trigger.Sweep) (d *trigger.Desk, stop func()) {
	q.t.Helper()
	out := openStore(q.t, q.out)
	if place.Root == "" {
		place.Root = "s3://extracts/"
	}
	place.Store = openStore(q.t, filepath.Join(q.in, strings.TrimPrefix(place.Root, "s3://extracts/")))
	d = trigger.NewDesk(trigger.NewLedger(out, owner), func(e trigger.Entry) trigger.Sweep { return sweeps(out, e) }, now,
		trigger.Options{Lease: q.lease, Pause: time.Second, Parallel: q.sweeps}, slog.New(slog.NewTextHandler(q.log, nil)))
	source := &trigger.Queue{
		Inbox: trigger.Inbox{
			Source: "uploads", Place: place,
			Schedules: map[string]trigger.Locate{"nightly": func(context.Context) ([]trigger.Object, error) {
				return []trigger.Object{{URI: "s3://extracts/all.csv", Size: 1, Version: "v1"}}, nil
			}},
		},
		Client: q.client, URL: q.url, Visibility: q.hidden,
	}
	ctx, cancel := context.WithCancel(q.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Serve(ctx, source)
	}()
	return d, func() {
		cancel()
		<-done
	}
}

// locked is text that several goroutines write.
type locked struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (q *queued) status() trigger.Status {
	q.t.Helper()
	s, err := trigger.NewLedger(openStore(q.t, q.out), "").Status(q.t.Context(), now())
	if err != nil {
		q.t.Fatal(err)
	}
	return s
}

// within waits for something that is to come to pass.
func within(t *testing.T, span time.Duration, what string, ok func() bool) {
	t.Helper()
	for range span / (10 * time.Millisecond) {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("not within %v: %s", span, what)
}

func soon(store storage.Store, e trigger.Entry) trigger.Sweep {
	return committing(store, e, 10*time.Millisecond)
}

// Whatever a message says: it is handled as docs/formats/watch.md has it, and the
// queue is empty afterwards.
func TestWhatMessagesAskFor(t *testing.T) {
	for name, tc := range map[string]struct {
		place   trigger.Place
		put     []string // keys of objects
		send    []string
		want    string // objects swept
		refused trigger.Reason
		ignored string
	}{
		"an object":                  {put: []string{"in/a.csv"}, send: []string{created("in/a.csv")}, want: "in/a.csv"},
		"an object, twice":           {put: []string{"in/a.csv"}, send: []string{created("in/a.csv"), created("in/a.csv")}, want: "in/a.csv"},
		"odd keys":                   {put: []string{"in/a b+%[1]*?.csv"}, send: []string{created("in/a b+%[1]*?.csv")}, want: "in/a b+%[1]*?.csv"},
		"an object of no bytes":      {put: []string{"in/empty.csv"}, send: []string{created("in/empty.csv")}, want: "in/empty.csv"},
		"a test event":               {send: []string{`{"Service":"Amazon S3","Event":"s3:TestEvent"}`}, ignored: "test"},
		"a removed object":           {send: []string{s3Event("ObjectRemoved:Delete", "extracts", "in/a.csv")}, ignored: "removed"},
		"another bucket":             {put: []string{"in/a.csv"}, send: []string{s3Event("ObjectCreated:Put", "other", "in/a.csv")}, ignored: "other_bucket"},
		"another prefix":             {place: trigger.Place{Root: "s3://extracts/in/"}, put: []string{"a.csv"}, send: []string{created("a.csv")}, ignored: "other_place"},
		"a prefix of a bucket":       {place: trigger.Place{Root: "s3://extracts/in/"}, put: []string{"in/a.csv"}, send: []string{created("in/a.csv")}, want: "in/a.csv"},
		"our own output":             {place: trigger.Place{Own: []string{"out/"}}, put: []string{"out/runs/1/update.csv"}, send: []string{created("out/runs/1/update.csv")}, ignored: "own_output"},
		"a folder marker":            {send: []string{created("in/")}, ignored: "folder_marker"},
		"another name":               {place: trigger.Place{Match: "*.csv"}, put: []string{"in/a.txt"}, send: []string{created("in/a.txt")}, ignored: "other_name"},
		"an object that is gone":     {send: []string{created("in/gone.csv")}, refused: trigger.Missing},
		"a key that no store takes":  {send: []string{created("in//a.csv")}, refused: trigger.BadKey},
		"a poison message":           {send: []string{"{ MARKER"}, refused: trigger.Message},
		"a record that is bad":       {put: []string{"a.csv"}, send: []string{strings.Replace(created("a.csv"), `{"Records":[`, `{"Records":[{"eventName":"ObjectCreated:Put"},`, 1)}, want: "a.csv", refused: trigger.Message},
		"a schedule":                 {send: []string{`{"schedule":"nightly","at":"2026-11-23T02:30:00Z"}`}, want: "all.csv"},
		"a schedule that is none":    {send: []string{`{"schedule":"yearly","at":"2026-11-23T02:30:00Z"}`}, refused: trigger.Unknown},
		"an object before its mark":  {place: trigger.Place{Done: "*.done"}, put: []string{"a.csv"}, send: []string{created("a.csv")}, ignored: "waits_for_marker"},
		"the mark of an object":      {place: trigger.Place{Done: "*.done"}, put: []string{"a.csv", "b.csv", "a.csv.done"}, send: []string{created("a.csv.done")}, want: "a.csv"},
		"the mark of a folder":       {place: trigger.Place{Done: "_DONE"}, put: []string{"may/a.csv", "may/b.csv", "may/_DONE"}, send: []string{created("may/_DONE")}, want: "may/a.csv may/b.csv"},
		"the mark of nothing":        {place: trigger.Place{Done: "_DONE"}, put: []string{"may/_DONE"}, send: []string{created("may/_DONE")}, refused: trigger.Missing},
		"the mark of what is at top": {place: trigger.Place{Done: "_DONE"}, put: []string{"a.csv", "_DONE"}, send: []string{created("_DONE")}, want: "a.csv"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := sqstest.NewFake(t)
			q := newQueued(t, fake.Client, fake.URL)
			for _, key := range tc.put {
				q.put(key, map[bool]string{true: "", false: "1\n"}[key == "in/empty.csv"])
			}
			q.send(tc.send...)
			var s swept
			d, stop := q.serve("a", tc.place, s.sweeps("s3://extracts/"))
			within(t, 10*time.Second, "the queue is empty", func() bool { return fake.Left() == 0 })
			stop()
			if got := strings.Join(s.take(), ", "); got != tc.want {
				t.Errorf("swept %q, want %q", got, tc.want)
			}
			status := q.status()
			reasons := trigger.Reason("")
			for _, r := range status.Refused {
				reasons += r.Reason
			}
			if reasons != tc.refused {
				t.Errorf("refused %q, want %q", reasons, tc.refused)
			}
			if got := ignoredOf(t, d); got != tc.ignored {
				t.Errorf("ignored %q, want %q", got, tc.ignored)
			}
			if strings.Contains(q.log.String(), "csv") || strings.Contains(q.log.String(), "MARKER") {
				t.Errorf("the log has a key or a message:\n%s", q.log)
			}
		})
	}
}

// ignoredOf are the reasons for which notices were ignored, of a stale event
// aside: objects in a folder have no tags.
func ignoredOf(t *testing.T, d *trigger.Desk) string {
	t.Helper()
	var reasons []string
	for line := range strings.Lines(scrape(t, d)) {
		if _, rest, ok := strings.Cut(line, `clearsweep_notices_ignored_total{reason="`); ok {
			if reason, _, _ := strings.Cut(rest, `"`); reason != "stale_event" {
				reasons = append(reasons, reason)
			}
		}
	}
	return strings.Join(reasons, ", ")
}

// An event of the largest size has hundreds of records: each is swept, then the
// message is deleted.
func TestAMessageOfManyRecords(t *testing.T) {
	t.Parallel()
	fake := sqstest.NewFake(t)
	q := newQueued(t, fake.Client, fake.URL)
	var records []string
	for n := 0; len(strings.Join(records, ",")) < 63<<10; n++ {
		key := fmt.Sprintf("in/%d.csv", n)
		q.put(key, "1\n")
		records = append(records, strings.TrimSuffix(strings.TrimPrefix(created(key), `{"Records":[`), `]}`))
	}
	q.send(`{"Records":[` + strings.Join(records, ",") + `]}`)
	_, stop := q.serve("a", trigger.Place{}, soon)
	within(t, 60*time.Second, "the queue is empty", func() bool { return fake.Left() == 0 })
	stop()
	if got := len(commits(t, q.out)); got != len(records) {
		t.Errorf("%d commits of %d records", got, len(records))
	}
}

// While a sweep is under way the message is kept, hidden, however long it takes;
// another daemon's copy of it waits, and both are deleted after the commit.
func TestAMessageOutlivesItsSweep(t *testing.T) {
	t.Parallel()
	fake := sqstest.NewFake(t)
	q := newQueued(t, fake.Client, fake.URL)
	q.lease = 9 * time.Second // a busy machine may stand still for as long as it takes to renew twice
	q.put("a.csv", "1\n")
	q.send(created("a.csv"), created("a.csv"))
	var runs atomic.Int32
	slow := func(store storage.Store, e trigger.Entry) trigger.Sweep {
		runs.Add(1)
		return committing(store, e, 12*time.Second) // longer than visibility and lease
	}
	_, stopA := q.serve("a", trigger.Place{}, slow)
	_, stopB := q.serve("b", trigger.Place{}, slow)
	time.Sleep(8 * time.Second)
	if fake.Left() != 2 || len(commits(t, q.out)) != 0 {
		t.Errorf("before the commit %d messages are left, want 2", fake.Left())
	}
	within(t, 30*time.Second, "the queue is empty", func() bool { return fake.Left() == 0 })
	stopA()
	stopB()
	if runs.Load() != 1 || len(commits(t, q.out)) != 1 {
		t.Errorf("%d runs, %d commits", runs.Load(), len(commits(t, q.out)))
	}
}

// A daemon that stops gives back at once what it has not begun to end.
func TestMessagesAreGivenBack(t *testing.T) {
	t.Parallel()
	fake := sqstest.NewFake(t)
	q := newQueued(t, fake.Client, fake.URL)
	q.hidden, q.sweeps = time.Hour, 1 // so that no poll waits that would take it back
	q.put("a.csv", "1\n")
	q.send(created("a.csv"))
	begun := make(chan struct{})
	_, stop := q.serve("a", trigger.Place{}, func(storage.Store, trigger.Entry) trigger.Sweep {
		return sweepFunc(func(ctx context.Context) (trigger.Result, error) {
			close(begun)
			<-ctx.Done()
			return trigger.Result{}, ctx.Err()
		})
	})
	<-begun
	stop() // without grace
	_, stop = q.serve("b", trigger.Place{}, soon)
	within(t, 30*time.Second, "another daemon sweeps", func() bool { return len(commits(t, q.out)) == 1 })
	within(t, 30*time.Second, "the queue is empty", func() bool { return fake.Left() == 0 })
	stop()
}

// Whatever the queue does: duplicates, disorder, deletions and answers that are
// lost, handles that go stale, throttling. Every object has one commit, and the
// queue is empty in the end.
func TestWhateverTheQueueDoes(t *testing.T) {
	t.Parallel()
	const objects, daemons = 60, 3
	fake := sqstest.NewFake(t)
	fake.Shuffle, fake.Twice = true, true
	random := rand.New(rand.NewPCG(3, 4))
	var mu sync.Mutex
	fake.Fault = func(operation string, _ int) sqstest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if operation == "SendMessage" || random.IntN(4) > 0 {
			return sqstest.None
		}
		fault := []sqstest.Fault{sqstest.Throttled, sqstest.Lost, sqstest.Ignored, sqstest.Stale}[random.IntN(4)]
		if operation == "ReceiveMessage" && (fault == sqstest.Stale || fault == sqstest.Ignored) {
			return sqstest.None
		}
		return fault
	}
	q := newQueued(t, fake.Client, fake.URL)
	var bodies []string
	for n := range objects {
		key := fmt.Sprintf("in/%d.csv", n)
		q.put(key, "1\n")
		bodies = append(bodies, created(key), created(key))
	}
	rand.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
	q.send(bodies...)
	var wins atomic.Int32
	for n := range daemons {
		_, stop := q.serve(fmt.Sprint("daemon ", n), trigger.Place{}, func(store storage.Store, e trigger.Entry) trigger.Sweep {
			return sweepFunc(func(ctx context.Context) (trigger.Result, error) {
				result, err := committing(store, e, 5*time.Millisecond).Run(ctx)
				if err == nil && !result.Before {
					wins.Add(1)
				}
				return result, err
			})
		})
		defer stop()
	}
	within(t, 2*time.Minute, "the queue is empty", func() bool { return fake.Left() == 0 })
	if got := len(commits(t, q.out)); got != objects || wins.Load() != objects {
		t.Errorf("%d commits, %d sweeps won, want %d", got, wins.Load(), objects)
	}
	for _, d := range q.status().Deliveries {
		if d.State != trigger.Committed {
			t.Errorf("%s is %s", d.ID, d.State)
		}
	}
}

// A store in trouble is no reason to lose a message: it is given back.
func TestAStoreInTrouble(t *testing.T) {
	t.Parallel()
	fake := sqstest.NewFake(t)
	q := newQueued(t, fake.Client, fake.URL)
	q.put("a.csv", "1\n")
	q.send(created("a.csv"))
	if err := os.WriteFile(filepath.Join(q.out, "ledger"), nil, 0o600); err != nil { // in the place of a folder
		t.Fatal(err)
	}
	d, stop := q.serve("a", trigger.Place{}, soon)
	within(t, 5*time.Second, "the trouble is counted", func() bool {
		return strings.Contains(scrape(t, d), `clearsweep_source_errors_total{source="uploads"}`)
	})
	stop()
	if fake.Left() != 1 {
		t.Error("the message is lost")
	}
}

var errReset = errors.New("connection reset")

// A sweep that fails is tried again by whoever holds the message, and one message
// is received once.
func TestAFailedSweepKeepsItsMessage(t *testing.T) {
	t.Parallel()
	fake := sqstest.NewFake(t)
	q := newQueued(t, fake.Client, fake.URL)
	q.put("a.csv", "1\n")
	q.send(created("a.csv"))
	var runs atomic.Int32
	_, stop := q.serve("a", trigger.Place{}, func(store storage.Store, e trigger.Entry) trigger.Sweep {
		if runs.Add(1) == 1 {
			return sweepFunc(func(context.Context) (trigger.Result, error) { return trigger.Result{}, errReset })
		}
		return soon(store, e)
	})
	within(t, 15*time.Second, "the queue is empty", func() bool { return fake.Left() == 0 })
	stop()
	if runs.Load() != 2 || len(commits(t, q.out)) != 1 {
		t.Errorf("%d runs", runs.Load())
	}
}

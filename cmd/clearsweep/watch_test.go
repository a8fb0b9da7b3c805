package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/clearsweep/clearsweep/pipeline/trigger"
	"github.com/clearsweep/clearsweep/pipeline/trigger/sqstest"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/storage/storagetest"
	"github.com/clearsweep/clearsweep/writers"
)

// bridge passes the events of a store on to a queue, as S3 itself would send them:
// the store of the tests writes keys as they are. The events of the extracts wait
// until all are there, and are then sent twice and in any order.
type bridge struct {
	t      *testing.T
	client *sqs.Client
	queue  string

	mu       sync.Mutex
	released bool
	waiting  []string
	passed   int
}

func (b *bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var event struct {
		Records []struct {
			EventName string
			S3        struct {
				Bucket struct{ Name string }
				Object struct{ Key string }
			}
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, record := range event.Records {
		key, err := url.PathUnescape(record.S3.Object.Key)
		if err != nil {
			key = record.S3.Object.Key
		}
		body := fmt.Sprintf(`{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":%q,"s3":{"bucket":{"name":%q},"object":{"key":%q}}}]}`,
			strings.TrimPrefix(record.EventName, "s3:"), record.S3.Bucket.Name, url.QueryEscape(key))
		b.pass(body, strings.HasPrefix(key, "in/"))
	}
}

func (b *bridge) pass(body string, extract bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if extract && !b.released {
		b.waiting = append(b.waiting, body)
		return
	}
	b.send(body)
}

func (b *bridge) send(body string) {
	b.passed++
	if _, err := b.client.SendMessage(b.t.Context(), &sqs.SendMessageInput{QueueUrl: &b.queue, MessageBody: &body}); err != nil && b.t.Context().Err() == nil {
		b.t.Error(err)
	}
}

// release sends what has waited, once it is so many.
func (b *bridge) release(extracts int) {
	b.t.Helper()
	waitFor(b.t, 30*time.Second, "the events of all extracts", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.waiting) >= extracts
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	bodies := slices.Concat(b.waiting, b.waiting)
	rand.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
	for _, body := range bodies {
		b.send(body)
	}
	b.released = true
}

func waitFor(t *testing.T, span time.Duration, what string, ok func() bool) {
	t.Helper()
	for range span / (50 * time.Millisecond) {
		if ok() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("not within %v: %s", span, what)
}

// daemon is 'clearsweep watch' in a process of its own.
func daemon(t *testing.T, config string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "watch", "--config", config)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	said := &bytes.Buffer{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, said
}

const watchedObjects, rowsOfEach = 60, 400

// TestEachObjectIsCommittedOnce: 60 objects in S3, the events of each sent twice
// and shuffled among those of all that the sweeps write into the same bucket,
// three daemons, one of which is killed in the middle of a sweep. In the end there
// are 60 commits, every row is in one of them and once, no attempt is left that no
// commit stands for, and the queue is empty.
func TestEachObjectIsCommittedOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: waits until a killed daemon's messages come again")
	}
	b := &bridge{t: t}
	receiver := httptest.NewServer(b)
	t.Cleanup(receiver.Close)
	queues := sqstest.StartServer(t)
	b.client, b.queue = queues.Client, queues.Queue(t)
	server := storagetest.StartServer(t, "--event-webhook-url", receiver.URL)
	bucket := server.Bucket(t)
	want := putExtracts(t, server, bucket)
	b.release(watchedObjects)

	config, scratch := filepath.Join(t.TempDir(), "watch.yaml"), t.TempDir()
	writeFile(t, config, fmt.Sprintf(`layout: generic/charges
policy: us-ca/prop64-county-options
params: {county: ALPINE}
as_of: delivery
out: s3://%[1]s/out
memory: 32MiB
workers: 1
scratch: %[5]s
lease: 10s
grace: 1s
listen: 127.0.0.1:0
s3: {endpoint: %[2]s, path_style: true}
sources:
  - name: uploads
    sqs: {queue: %[3]s, endpoint: %[4]s, place: 's3://%[1]s', match: '*.csv', visibility: 30s}
`, bucket, server.Endpoint, b.queue, queues.Endpoint, scratch))
	s3, err := storage.OpenS3(t.Context(), server.Options())
	if err != nil {
		t.Fatal(err)
	}
	out, err := s3.Store(bucket, "out")
	if err != nil {
		t.Fatal(err)
	}
	ledger := trigger.NewLedger(out, "test")

	victim, _ := daemon(t, config)
	waitFor(t, time.Minute, "the first daemon is in the middle of a sweep, after others", func() bool {
		s := ledgerStatus(t, ledger)
		return s[trigger.Committed] > 2 && s[trigger.Running] > 0
	})
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait() // it was killed
	if s := ledgerStatus(t, ledger); s[trigger.Running] != 1 {
		t.Errorf("the killed daemon left %v, want one that runs", s)
	}
	var rest []*exec.Cmd
	var logs []*bytes.Buffer
	for range 2 {
		cmd, said := daemon(t, config)
		rest, logs = append(rest, cmd), append(logs, said)
	}
	waitFor(t, 3*time.Minute, "all are committed and the queue is empty", func() bool {
		return ledgerStatus(t, ledger)[trigger.Committed] >= watchedObjects && left(t, b) == 0
	})
	for i, cmd := range rest {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("stopped: %v\n%s", err, logs[i])
		}
		if text := logs[i].String(); strings.Contains(text, "extract") || strings.Contains(text, "PERSON") {
			t.Errorf("the log names an object or a person:\n%s", text)
		}
	}
	if b.passed < 10*watchedObjects {
		t.Errorf("%d events were sent, too few to be those of the outputs too", b.passed)
	}
	commits, err := writers.Commits(t.Context(), out)
	if err != nil || len(commits) != watchedObjects {
		t.Fatalf("%d commits, want %d (%v)", len(commits), watchedObjects, err)
	}
	got := map[string]int{}
	for _, c := range commits {
		if _, err := writers.Verify(t.Context(), out, &writers.Run{Commit: c}, false); err != nil {
			t.Error(err)
		}
		countPersons(t, out, c, got)
	}
	if !maps.Equal(got, want) {
		t.Errorf("%d rows in the commits, want each of %d once", len(got), len(want))
	}
	wantNoOrphan(t, out, scratch, commits)
}

// wantNoOrphan removes what the killed daemon left, as gc does when it is old
// enough, and wants nothing then but what commits stand for.
func wantNoOrphan(t *testing.T, out storage.Store, scratch string, commits []writers.Commit) {
	t.Helper()
	later := wall().Add(time.Hour)
	orphans, err := writers.Orphans(t.Context(), out, later)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range orphans {
		t.Logf("gc removes %s %s", o.Kind, o.Name)
		if err := writers.RemoveOrphan(t.Context(), out, o, later); err != nil {
			t.Error(err)
		}
	}
	folders, err := storage.StaleScratch(scratch, later)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if err := storage.DiscardScratch(folder, later); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("left of scratch: %v, %v", left, err)
	}
	for info, err := range out.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		committed := slices.ContainsFunc(commits, func(c writers.Commit) bool { return strings.HasPrefix(info.Key, c.Path+"/") })
		kept := info.Key == "current.json" || strings.HasPrefix(info.Key, "commits/") || strings.HasPrefix(info.Key, "ledger/deliveries/") || strings.HasPrefix(info.Key, "ledger/ends/")
		if !committed && !kept {
			t.Errorf("%s is left, and no commit stands for it", info.Key)
		}
	}
}

// putExtracts puts the extracts, and returns the rows that are to be decided.
func putExtracts(t *testing.T, server *storagetest.Server, bucket string) map[string]int {
	t.Helper()
	want := map[string]int{}
	for n := range watchedObjects {
		var text strings.Builder
		text.WriteString("person_id,county,statute,disposition,disposition_date\n")
		for row := range rowsOfEach {
			person := fmt.Sprintf("PERSON-%d-%d", n, row)
			want[person] = 1
			fmt.Fprintf(&text, "%s,ALPINE,11358 HS,GUILTY,2001-01-01\n", person)
		}
		server.Put(t, bucket, fmt.Sprintf("in/extract %d+%%.csv", n), text.String())
	}
	return want
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func ledgerStatus(t *testing.T, ledger *trigger.Ledger) map[trigger.State]int {
	t.Helper()
	status, err := ledger.Status(t.Context(), wall())
	if err != nil {
		t.Fatal(err)
	}
	count := map[trigger.State]int{}
	for _, d := range status.Deliveries {
		count[d.State]++
	}
	return count
}

// left is the number of messages of a queue, hidden or not.
func left(t *testing.T, b *bridge) int {
	t.Helper()
	out, err := b.client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &b.queue, AttributeNames: []types.QueueAttributeName{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"},
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, text := range out.Attributes {
		count, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		n += count
	}
	return n
}

// countPersons counts the determinations of a run, by person.
func countPersons(t *testing.T, out storage.Store, c writers.Commit, count map[string]int) {
	t.Helper()
	var text bytes.Buffer
	options := writers.PrintOptions{Format: writers.CSV, Columns: []string{"person_id"}}
	if err := writers.Print(t.Context(), writers.Folder{Store: out}, c.Path+"/determinations", options, &text); err != nil {
		t.Fatal(err)
	}
	rows := csv.NewReader(&text)
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if row[0] != "person_id" {
			count[row[0]]++
		}
	}
}

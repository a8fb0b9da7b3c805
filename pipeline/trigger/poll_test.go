package trigger_test

import (
	"context"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clearsweep/clearsweep/pipeline/trigger"
	"github.com/clearsweep/clearsweep/storage"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// swept are the deliveries that sweeps began, as the names of their objects.
type swept struct {
	mu   sync.Mutex
	list []string
}

func (s *swept) sweeps(root string) func(storage.Store, trigger.Entry) trigger.Sweep {
	return func(store storage.Store, e trigger.Entry) trigger.Sweep {
		return sweepFunc(func(ctx context.Context) (trigger.Result, error) {
			names := make([]string, len(e.Objects))
			for i, o := range e.Objects {
				names[i] = strings.TrimPrefix(o.URI, root)
			}
			s.mu.Lock()
			s.list = append(s.list, strings.Join(names, " "))
			s.mu.Unlock()
			return committing(store, e, time.Second).Run(ctx)
		})
	}
}

func (s *swept) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Sorted(slices.Values(s.list))
	s.list = nil
	return list
}

func wantSwept(t *testing.T, s *swept, when string, want ...string) {
	t.Helper()
	if got := s.take(); !slices.Equal(got, want) {
		t.Errorf("%s: swept %q, want %q", when, got, want)
	}
}

// polled serves one poll of a folder; call moves the clock on.
func polled(t *testing.T, poll *trigger.Poll, test func(in string, s *swept, wait func(time.Duration))) {
	in, out := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s swept
		root := in + "/"
		poll.Name, poll.Every = "incoming", time.Minute
		poll.Place.Root = root + poll.Place.Root
		poll.Place.Store = openStore(t, poll.Place.Root)
		d := desk(t, out, "a", s.sweeps(root))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); d.Serve(ctx, poll) }()
		test(in, &s, time.Sleep)
		stop()
		<-done
	})
}

func TestPollWaitsUntilAnObjectSettles(t *testing.T) {
	polled(t, &trigger.Poll{Settle: 90 * time.Second}, func(in string, s *swept, wait func(time.Duration)) {
		write(t, filepath.Join(in, "a.csv"), "1\n")
		wait(80 * time.Second)
		wantSwept(t, s, "soon")
		write(t, filepath.Join(in, "a.csv"), "1\n2\n") // it still grows
		wait(100 * time.Second)
		wantSwept(t, s, "while it grows")
		wait(2 * time.Minute)
		wantSwept(t, s, "when it has settled", "a.csv")
		wait(time.Hour)
		wantSwept(t, s, "later")
		write(t, filepath.Join(in, "a.csv"), "1\n2\n3\n")
		wait(time.Hour)
		wantSwept(t, s, "replaced", "a.csv")
	})
}

func TestPollFindsLateNamesAndOddNames(t *testing.T) {
	polled(t, &trigger.Poll{Place: trigger.Place{Root: "in/", Match: "*.csv", Own: []string{"out/"}}, Settle: time.Second}, func(in string, s *swept, wait func(time.Duration)) {
		for _, name := range []string{
			"in/z.csv", "in/ñ 日%2B+[1]*?.csv", "in/deep/er.csv", // inputs
			"in/.hidden.csv", "in/notes.txt", "elsewhere/a.csv", "in/out/runs/x/update.csv", // none
		} {
			write(t, filepath.Join(in, name), "1\n")
		}
		wait(3*time.Minute + time.Second)
		wantSwept(t, s, "first", "in/deep/er.csv", "in/z.csv", "in/ñ 日%2B+[1]*?.csv")
		write(t, filepath.Join(in, "in/a.csv"), "1\n") // sorts before what was seen
		wait(3*time.Minute + time.Second)
		wantSwept(t, s, "late", "in/a.csv")
	})
}

func TestPollWaitsForTheMarkerOfAnObject(t *testing.T) {
	polled(t, &trigger.Poll{Place: trigger.Place{Done: "*.done"}, Settle: time.Hour}, func(in string, s *swept, wait func(time.Duration)) {
		write(t, filepath.Join(in, "a.csv"), "1\n")
		write(t, filepath.Join(in, "b.csv"), "1\n")
		write(t, filepath.Join(in, "c.csv.done"), "")
		write(t, filepath.Join(in, "deep/b.csv.done"), "")
		wait(5 * time.Minute)
		wantSwept(t, s, "without its marker")
		write(t, filepath.Join(in, "b.csv.done"), "")
		wait(2 * time.Minute)
		wantSwept(t, s, "with it", "b.csv")
	})
}

func TestPollWaitsForTheMarkerOfAFolder(t *testing.T) {
	polled(t, &trigger.Poll{Place: trigger.Place{Done: "_DONE"}}, func(in string, s *swept, wait func(time.Duration)) {
		for _, name := range []string{"top.csv", "may/a.csv", "may/b.csv", "may/part/c.csv", "june/a.csv", "july/_DONE"} {
			write(t, filepath.Join(in, name), "1\n")
		}
		wait(5 * time.Minute)
		wantSwept(t, s, "without markers")
		write(t, filepath.Join(in, "may/_DONE"), "")
		wait(2 * time.Minute)
		wantSwept(t, s, "with one", "may/a.csv may/b.csv")
		write(t, filepath.Join(in, "_DONE"), "")
		wait(2 * time.Minute)
		wantSwept(t, s, "at the top", "top.csv")
	})
}

// ask is an answer of a daemon's health.
func ask(d *trigger.Desk, path string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	d.Handler(func() bool { return false }).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return answer
}

func scrape(t *testing.T, d *trigger.Desk) string {
	t.Helper()
	answer := ask(d, "/metrics")
	if answer.Code != http.StatusOK {
		t.Fatalf("metrics: %d", answer.Code)
	}
	return answer.Body.String()
}

// odd is a store that lists a key which is no plain path, as buckets may have.
type odd struct{ storage.Store }

func (s odd) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		if !yield(storage.Info{Key: "a//b.csv", Size: 5, Version: "v1"}, nil) {
			return
		}
		s.Store.List(ctx, prefix)(yield)
	}
}

// A key that cannot be read keeps no other from being swept, and is not lost.
func TestPollRefusesKeysThatAreNoPaths(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s swept
		write(t, filepath.Join(in, "a.csv"), "1\n")
		d := desk(t, out, "a", s.sweeps(in+"/"))
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
		defer stop()
		d.Serve(ctx, &trigger.Poll{Name: "incoming", Every: time.Minute, Place: trigger.Place{Store: odd{openStore(t, in)}, Root: in + "/"}})
		wantSwept(t, &s, "beside it", "a.csv")
		status, err := d.Ledger.Status(t.Context(), now())
		if err != nil || len(status.Refused) != 1 || status.Refused[0].Reason != trigger.BadKey || status.Refused[0].URI != in+"/a//b.csv" {
			t.Errorf("refused %+v, %v", status.Refused, err)
		}
	})
}

// What was recorded and left behind is taken up, though no source has it.
func TestLeftovers(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var s swept
		gone := trigger.NewLedger(openStore(t, out), "gone")
		entry, err := gone.Record(t.Context(), delivery(7), now())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := gone.Claim(t.Context(), entry.ID, now(), trigger.DefaultLease); err != nil {
			t.Fatal(err)
		}
		d := desk(t, out, "a", s.sweeps("s3://extracts/"))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			d.Serve(ctx, &trigger.Poll{Name: "incoming", Every: time.Minute, Place: trigger.Place{Store: openStore(t, in)}})
		}()
		time.Sleep(trigger.DefaultLease - time.Second)
		wantSwept(t, &s, "while its lease holds")
		time.Sleep(trigger.DefaultLease)
		wantSwept(t, &s, "when it has run out", "in/7.csv")
		if answer := ask(d, "/readyz"); answer.Code != http.StatusOK {
			t.Errorf("readyz: %d %s", answer.Code, answer.Body)
		}
		stop()
		<-done
	})
}

func TestTimer(t *testing.T) {
	out := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // begins at midnight UTC, 2000-01-01
		var s swept
		found := []trigger.Object{{URI: "a.csv", Size: 1, Version: "v1"}}
		var missing error
		serve := func(owner string, makeUp bool, span time.Duration) {
			d := desk(t, out, owner, s.sweeps(""))
			d.Config = "config"
			timer := func() *trigger.Timer {
				return &trigger.Timer{
					Name: "nightly", Schedule: schedule(t, "30 2 * * *", "UTC"), MakeUp: makeUp,
					Locate: func(context.Context) ([]trigger.Object, error) { return found, missing },
				}
			}
			ctx, stop := context.WithTimeout(t.Context(), span)
			defer stop()
			d.Serve(ctx, timer(), timer()) // as two daemons would
		}
		serve("a", true, 2*time.Hour)
		wantSwept(t, &s, "before the first: those of the past were not missed")
		serve("a", true, 25*time.Hour) // until 03:00 on the second
		wantSwept(t, &s, "two nights", "a.csv", "a.csv")
		serve("b", true, time.Hour)
		wantSwept(t, &s, "started again")
		time.Sleep(72 * time.Hour)
		serve("a", false, time.Hour)
		wantSwept(t, &s, "three nights missed, left out")
		serve("b", true, time.Hour)
		wantSwept(t, &s, "three nights missed, one made up for", "a.csv")
		missing = storage.ErrNotExist
		serve("a", true, 24*time.Hour)
		wantSwept(t, &s, "nothing to sweep")
		refused, err := filepath.Glob(filepath.Join(out, "ledger", "refused", "*.json"))
		if err != nil || len(refused) != 1 {
			t.Errorf("refused: %q, %v", refused, err)
		}
	})
}

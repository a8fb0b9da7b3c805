package watchfile

import (
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clearsweep/clearsweep/pipeline/trigger"
)

func read(t *testing.T, text string) (*File, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "watch.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(name)
}

// The configurations that people start from, and the one in the documentation,
// are such.
func TestExamplesCanBeRead(t *testing.T) {
	if _, err := Read("../../deploy/watch.yaml"); err != nil {
		t.Error(err)
	}
	page, err := os.ReadFile("../../docs/formats/watch.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	text, _, _ := strings.Cut(rest, "```\n")
	f, err := read(t, text)
	if err != nil || len(f.Sources) != 3 {
		t.Errorf("docs/formats/watch.md: %v", err)
	}
}

// What the example policy allows is what a daemon and its doctor ask for.
func TestTheExamplePolicy(t *testing.T) {
	text, err := os.ReadFile("../../deploy/iam-policy.json")
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Statement []struct {
			Effect   string
			Action   any
			Resource any
		}
	}
	if err := json.Unmarshal(text, &policy); err != nil {
		t.Fatal(err)
	}
	var allowed []string
	for _, s := range policy.Statement {
		switch action := s.Action.(type) {
		case string:
			allowed = append(allowed, action)
		case []any:
			for _, a := range action {
				allowed = append(allowed, a.(string))
			}
		}
		if s.Effect != "Allow" || s.Resource == "*" {
			t.Errorf("a statement with effect %s on %v", s.Effect, s.Resource)
		}
	}
	slices.Sort(allowed)
	want := []string{
		"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetBucketNotification", "s3:GetBucketVersioning",
		"s3:GetLifecycleConfiguration", "s3:GetObject", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:PutObject",
		"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage",
	}
	if got := slices.Compact(allowed); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

const least = `layout: generic/charges
policy: us-ca/prop64-county-options
params: {county: ALPINE}
as_of: delivery
out: %OUT
sources: [{name: incoming, poll: {place: %IN}}]
`

// open opens the least configuration with something replaced.
func open(t *testing.T, in, out string, replace ...string) (*Watch, error) {
	t.Helper()
	replace = append(replace, "%OUT", out, "%IN", in)
	f, err := read(t, strings.NewReplacer(replace...).Replace(least))
	if err != nil {
		t.Fatal(err)
	}
	return f.Open(t.Context(), func() time.Time { return time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC) }, slog.New(slog.DiscardHandler))
}

func TestTheConfigurationIsPartOfTheIdentity(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	digest := func(replace ...string) string {
		w, err := open(t, in, out, replace...)
		if err != nil {
			t.Fatal(err)
		}
		return w.Desk.Config
	}
	first := digest()
	for name, replace := range map[string][]string{
		"a parameter": {"ALPINE", "INYO"}, "the date": {"as_of: delivery", "as_of: 2026-11-23"},
		"where the day begins": {"as_of: delivery", "as_of: delivery\ntime_zone: America/Los_Angeles"},
		"the policy":           {"us-ca/prop64-county-options\nparams: {county: ALPINE}", "us-ca/prop64"},
		"the layout":           {"generic/charges", "us-ca/doj-extract"},
	} {
		if digest(replace...) == first {
			t.Errorf("%s decides nothing", name)
		}
	}
	for name, replace := range map[string][]string{
		"the number of workers": {"as_of", "workers: 1\nas_of"}, "the rejects that are borne": {"as_of", "max_rejects: 7\nas_of"},
		"the name of a source": {"name: incoming", "name: other"},
	} {
		if digest(replace...) != first {
			t.Errorf("%s decides", name)
		}
	}
}

// The as-of date is the day of the record, or of the firing, where the agency is.
func TestTheDayOfADelivery(t *testing.T) {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	recorded := trigger.Entry{RecordedAt: time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)} // nine in the evening before
	fired := trigger.Entry{
		RecordedAt: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC),
		Delivery:   trigger.Delivery{Schedule: "nightly", At: time.Date(2026, 11, 24, 10, 30, 0, 0, time.UTC)},
	}
	if got := asOf(recorded, zone).String(); got != "2026-11-22" {
		t.Errorf("recorded: %s", got)
	}
	if got := asOf(fired, zone).String(); got != "2026-11-24" {
		t.Errorf("fired: %s", got)
	}
}

func TestPlacesThatSweepsWriteTo(t *testing.T) {
	for name, tc := range map[string]struct {
		place, out, own string
		ok              bool
	}{
		"apart":                {"s3://in/", "s3://out/", "", true},
		"side by side":         {"s3://b/in/", "s3://b/out/", "", true},
		"names that are alike": {"s3://b/in/", "s3://b/in-out/", "", true},
		"the output within":    {"s3://b/", "s3://b/out/", "out/", true},
		"within the output":    {"s3://b/out/runs/", "s3://b/out/", "", false},
		"the same":             {"/data/", "/data/", "", false},
	} {
		if own, ok := ownBelow(tc.place, tc.out); own != tc.own || ok != tc.ok {
			t.Errorf("%s: got %q, %v", name, own, ok)
		}
	}
	in := t.TempDir()
	w, err := open(t, in, filepath.Join(in, "out"))
	if err != nil || !slices.Equal(w.Places()[0].Own, []string{"out/"}) {
		t.Errorf("the output within: %+v, %v", w.Places(), err)
	}
	if _, err := open(t, in, in); err == nil || !strings.Contains(err.Error(), "watch.yaml:6: sources[0].poll.place") {
		t.Errorf("the same: %v", err)
	}
}

func TestRegionsOfQueues(t *testing.T) {
	for url, want := range map[string]string{
		"https://sqs.us-west-2.amazonaws.com/123456789012/q":          "us-west-2",
		"https://sqs-fips.us-gov-west-1.amazonaws.com/123456789012/q": "us-gov-west-1",
		"http://127.0.0.1:4569/000000000000/q":                        "",
		"http://sqs.us-east-1.localhost:4569/000000000000/q":          "",
	} {
		if got := (&SQS{Queue: url}).region(); got != want {
			t.Errorf("%s: got %q, want %q", url, got, want)
		}
	}
	if got := (&SQS{Queue: "https://sqs.us-west-2.amazonaws.com/1/q", Region: "eu-west-1"}).region(); got != "eu-west-1" {
		t.Errorf("given: got %q", got)
	}
}

// What becomes of a delivery whose object is not what it was, or whose
// configuration is out of reach for a time.
func TestHowSweepsFail(t *testing.T) {
	const extract = "person_id,county,statute,disposition,disposition_date\nP1,ALPINE,11358 HS,GUILTY,2001-01-01\n"
	layout, err := os.ReadFile("../../schemas/layouts/generic/charges.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		text  string
		spoil func(object, layout string) error
		want  trigger.Reason // none for an error that may pass
	}{
		"removed":             {extract, func(object, _ string) error { return os.Remove(object) }, trigger.Missing},
		"replaced":            {extract, func(object, _ string) error { return os.WriteFile(object, []byte(extract+extract), 0o600) }, trigger.Replaced},
		"not of the layout":   {"nothing\n", nil, trigger.Unfit},
		"empty":               {"", nil, trigger.Unfit},
		"too many rejects":    {extract + "bad\n", nil, trigger.Unfit},
		"the layout is gone":  {extract, func(_, layout string) error { return os.Remove(layout) }, ""},
		"nothing is the case": {extract, nil, trigger.Reason(trigger.Committed)},
	} {
		t.Run(name, func(t *testing.T) {
			in, name := t.TempDir(), filepath.Join(t.TempDir(), "layout.yaml")
			object := filepath.Join(in, "a[1]*.csv")
			if err := errors.Join(os.WriteFile(name, layout, 0o600), os.WriteFile(object, []byte(tc.text), 0o600)); err != nil {
				t.Fatal(err)
			}
			w, err := open(t, in, t.TempDir(), "generic/charges", name, "as_of", "max_rejects: 0\nas_of")
			if err != nil {
				t.Fatal(err)
			}
			place := w.Places()[0]
			objects, err := place.Deliver(t.Context(), object)
			if err != nil {
				t.Fatal(err)
			}
			if tc.spoil != nil {
				if err := tc.spoil(object, name); err != nil {
					t.Fatal(err)
				}
			}
			end, err := w.Desk.Submit(t.Context(), trigger.Delivery{Source: "test", Objects: objects, Config: w.Desk.Config})
			got := end.Reason
			if end.State == trigger.Committed {
				got = trigger.Reason(end.State)
			}
			var busy *trigger.BusyError
			if got != tc.want || (tc.want == "") != errors.As(err, &busy) {
				t.Errorf("got %+v, %v", end, err)
			}
		})
	}
}

package track_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/pipeline/issue"
	"github.com/clearsweep/clearsweep/pipeline/track"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/journal"
	"github.com/clearsweep/clearsweep/writers/profile"
)

const court = "court-us-ca-kern"

// ledgerOf is the ledger of a batch of 10 changes for one court on 2026-03-02, and of what was
// noted after it.
func ledgerOf(t testing.TB, noted ...any) *track.Ledger {
	t.Helper()
	store, err := storage.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Read(context.Background(), store)
	if err != nil {
		t.Fatal(err)
	}
	d, err := agencies.Load(schemas.Agencies, "US-CA")
	if err != nil {
		t.Fatal(err)
	}
	batch := issue.Batch{ID: "batch-000001", Number: 1, OnText: "2026-03-02", DirectoryHash: d.Digest, Agencies: []issue.Told{
		{Agency: court, Kind: "court", File: writers.Output{Rows: 10}, Control: profile.Control{Rows: 10, HashTotal: 7}},
	}}
	for _, body := range append([]any{batch}, noted...) {
		kind := issue.Issued
		switch body.(type) {
		case track.Delivery:
			kind = track.DeliveredEntry
		case *track.Ack:
			kind = track.AcknowledgedEntry
		case track.Check:
			kind = track.VerifiedEntry
		}
		if _, err := j.Append(context.Background(), time.Unix(0, 0), "a test", kind, body); err != nil {
			t.Fatal(err)
		}
	}
	history, err := issue.ReadHistory(j)
	if err != nil {
		t.Fatal(err)
	}
	l, err := track.ReadLedger(history)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func ack(m agencies.Milestone, on string, nacks, refusals map[int64]string) *track.Ack {
	return &track.Ack{Batch: "batch-000001", Agency: court, Milestone: m, On: on, Rows: 10, Nacks: nacks, Refusals: refusals}
}

func check(shown, gone, missing, unclear int64) track.Check {
	return track.Check{Batch: "batch-000001", Agency: court, On: "2026-06-01", Shown: shown, Gone: gone, Missing: missing, Unclear: unclear}
}

// TestWhatIsReached says which milestones an artefact shows.
func TestWhatIsReached(t *testing.T) {
	delivery := track.Delivery{Batch: "batch-000001", Agency: court, On: "2026-03-03"}
	for name, c := range map[string]struct {
		noted []any
		want  map[agencies.Milestone]string
	}{
		"silence":   {nil, map[agencies.Milestone]string{}},
		"a receipt": {[]any{delivery}, map[agencies.Milestone]string{agencies.Delivered: "2026-03-03"}},
		"received":  {[]any{ack(agencies.Received, "2026-03-04", nil, nil)}, map[agencies.Milestone]string{agencies.Delivered: "2026-03-04", agencies.Received: "2026-03-04"}},
		"applied":   {[]any{delivery, ack(agencies.Applied, "2026-03-09", map[int64]string{1: "no_such_case"}, nil)}, map[agencies.Milestone]string{agencies.Delivered: "2026-03-03", agencies.Received: "2026-03-09", agencies.Applied: "2026-03-09"}},
		"applied as it likes": {
			[]any{delivery, ack(agencies.Applied, "2026-03-09", nil, map[int64]string{1: "discretion"})},
			map[agencies.Milestone]string{agencies.Delivered: "2026-03-03", agencies.Received: "2026-03-09"},
		},
		"shown":               {[]any{check(9, 1, 0, 0)}, map[agencies.Milestone]string{agencies.Delivered: "2026-06-01", agencies.Received: "2026-06-01", agencies.Applied: "2026-06-01", agencies.Verified: "2026-06-01"}},
		"one is missing":      {[]any{check(9, 0, 1, 0)}, map[agencies.Milestone]string{}},
		"nothing is left":     {[]any{check(0, 0, 0, 0)}, map[agencies.Milestone]string{agencies.Verified: "2026-06-01"}},
		"nothing can show":    {[]any{check(0, 0, 0, 3)}, map[agencies.Milestone]string{agencies.Verified: "2026-06-01"}},
		"missing, then shown": {[]any{check(9, 0, 1, 0), check(10, 0, 0, 0)}, map[agencies.Milestone]string{agencies.Delivered: "2026-06-01", agencies.Received: "2026-06-01", agencies.Applied: "2026-06-01", agencies.Verified: "2026-06-01"}},
	} {
		got := map[agencies.Milestone]string{}
		for m, on := range ledgerOf(t, c.noted...).Standings[0].Reached {
			if m != agencies.Listed {
				got[m] = on.String()
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// TestStatusOfADay counts what is late, and what was applied, on a day and not after it.
func TestStatusOfADay(t *testing.T) {
	l := ledgerOf(t, ack(agencies.Received, "2026-03-04", nil, nil), ack(agencies.Applied, "2026-04-10", map[int64]string{1: "already_applied", 2: "no_such_case"}, nil))
	d, err := agencies.Load(schemas.Agencies, "US-CA")
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]struct {
		overdue int
		applied int64
	}{
		"2026-03-02": {0, 0}, "2026-04-03": {0, 0}, "2026-04-04": {1, 0}, "2026-04-09": {1, 0}, "2026-04-10": {0, 9}, "2026-07-09": {0, 9}, "2026-07-10": {1, 9},
	} {
		day, err := schemas.ParseDate(on)
		if err != nil {
			t.Fatal(err)
		}
		st, err := l.On(day, d)
		if err != nil || st.Overdue != want.overdue || st.Applied != want.applied {
			t.Errorf("%s: %d overdue, %d applied, %v; want %+v", on, st.Overdue, st.Applied, err, want)
		}
	}
}

package purge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/pipeline/issue"
	"github.com/clearsweep/clearsweep/pipeline/purge"
	"github.com/clearsweep/clearsweep/pipeline/track"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/journal"
)

var errKilled = errors.New("the program was killed")

// dying fails its n-th change, and all after it.
type dying struct {
	storage.Store
	left int
}

func (d *dying) die() error {
	if d.left--; d.left <= 0 {
		return errKilled
	}
	return nil
}

func (d *dying) Create(ctx context.Context, key string) (storage.Writer, error) {
	if err := d.die(); err != nil {
		return nil, err
	}
	return d.Store.Create(ctx, key)
}

func (d *dying) Remove(ctx context.Context, prefix string) error {
	if err := d.die(); err != nil {
		return err
	}
	return d.Store.Remove(ctx, prefix)
}

func (d *dying) PutIfAbsent(ctx context.Context, key string, data []byte) (storage.Info, error) {
	if err := d.die(); err != nil {
		return storage.Info{}, err
	}
	return d.Store.PutIfAbsent(ctx, key, data)
}

const (
	told  = "issued/batch-000001/a=x/agencies/court-us-ca-kern/update.csv"
	known = "issued/batch-000001/a=x/agencies/court-us-ca-kern/known"
)

// issued is an output with a batch of one file, which an extract has shown the agency to act on.
func issued(t *testing.T) *storage.DiskStore {
	t.Helper()
	store, err := storage.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{told, known, "archive/batch-000001/a=x/rows.parquet"} {
		if err := storage.Write(t.Context(), store, key, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	batch := issue.Batch{ID: "batch-000001", Number: 1, OnText: "2026-03-02", Folder: "issued/batch-000001/a=x", Agencies: []issue.Told{
		{Agency: "court-us-ca-kern", Kind: "court", File: writers.Output{Path: told, Rows: 1}, Known: writers.Output{Path: known}},
	}}
	check := track.Check{Batch: "batch-000001", Agency: "court-us-ca-kern", On: "2026-04-02", Shown: 1}
	j := read(t, store)
	for _, e := range []struct {
		kind string
		body any
	}{{issue.Issued, batch}, {track.VerifiedEntry, check}} {
		if _, err := j.Append(t.Context(), time.Unix(0, 0), "a test", e.kind, e.body); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

// destroy purges, and returns what it found.
func destroy(t *testing.T, store storage.Store) (*purge.Purge, error) {
	t.Helper()
	p, err := purge.Find(t.Context(), store, ledgerOf(t, read(t, store)), purge.Rule{Before: day(t, "2026-03-03"), Cite: "a schedule"})
	if err != nil || len(p.Files) == 0 {
		return p, err
	}
	_, err = p.Destroy(t.Context(), issue.Moment{At: time.Unix(0, 0), Who: "a test"})
	return p, err
}

func read(t *testing.T, store storage.Store) *journal.Journal {
	t.Helper()
	j, err := journal.Read(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func ledgerOf(t *testing.T, j *journal.Journal) *track.Ledger {
	t.Helper()
	history, err := issue.ReadHistory(j)
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := track.ReadLedger(history)
	if err != nil {
		t.Fatal(err)
	}
	return ledger
}

func day(t *testing.T, text string) schemas.Date {
	t.Helper()
	d, err := schemas.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func there(store storage.Store, key string) bool {
	_, err := store.Head(context.Background(), key)
	return err == nil
}

// However often a purge is killed, the one after it destroys what was to be destroyed, nothing
// else, and certifies all of it.
func TestKilledPurgesAreEnded(t *testing.T) {
	kills := 0
	for n := 1; ; n++ {
		store := issued(t)
		p, err := destroy(t, &dying{store, n})
		if err != nil {
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			kills++
			if !there(store, told) && !there(store, "certificates/000001.json") {
				t.Errorf("killed at change %d: a file is gone, and nothing says so", n)
			}
			if p, err = destroy(t, store); err != nil {
				t.Fatalf("after a kill at change %d: %v", n, err)
			}
		}
		if len(p.Files) != 1 || p.Files[0].Path != told || p.Files[0].Bytes != int64(len(told)) || p.Ended == nil {
			t.Errorf("killed at change %d: the certificate has %+v", n, p.Certificate)
		}
		if there(store, told) || !there(store, known) || !there(store, "archive/batch-000001/a=x/rows.parquet") {
			t.Errorf("killed at change %d: not exactly the list is gone", n)
		}
		again, err := destroy(t, store)
		if err != nil || len(again.Files) > 0 {
			t.Errorf("killed at change %d: a second purge finds %d files (%v)", n, len(again.Files), err)
		}
		j := read(t, store)
		begun := 0
		for _, e := range j.Entries {
			if e.Kind == purge.BegunEntry {
				begun++
			}
		}
		if begun != 1 {
			t.Errorf("killed at change %d: the journal says %d times that it was begun", n, begun)
		}
		if count, err := purge.Check(t.Context(), store, j, nil); err != nil || count != 1 {
			t.Errorf("killed at change %d: %d certificates (%v)", n, count, err)
		}
		if kills < n {
			break
		}
	}
	if kills < 5 {
		t.Errorf("only %d kills", kills)
	}
}

// What an agency was not shown to have acted on stays.
func TestOpenBatchesStay(t *testing.T) {
	for name, reached := range map[string]agencies.Milestone{"applied": agencies.Applied, "delivered": agencies.Delivered} {
		store := issued(t)
		j := read(t, store)
		j.Entries = j.Entries[:1] // without the check
		ledger := ledgerOf(t, j)
		ledger.Standings[0].Reached[reached] = day(t, "2026-03-02")
		p, err := purge.Find(t.Context(), store, ledger, purge.Rule{Before: day(t, "2027-01-01"), Cite: "a schedule"})
		if err != nil || len(p.Files) > 0 || !strings.Contains(fmt.Sprint(p.Kept), "batch-000001") {
			t.Errorf("%s: %d files would go, kept %q (%v)", name, len(p.Files), p.Kept, err)
		}
	}
}

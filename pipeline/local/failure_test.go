package local_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/local"
)

// published lists what an output folder shows: commits and the pointer.
func published(t *testing.T, out string) []string {
	t.Helper()
	var seen []string
	for _, folder := range []string{"commits", "current"} {
		entries, err := os.ReadDir(filepath.Join(out, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		for _, e := range entries {
			seen = append(seen, folder+"/"+e.Name())
		}
	}
	return seen
}

// leftovers lists the files below an output folder that showed nothing before.
func leftovers(t *testing.T, out string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(out, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestARunThatEndsBadlyPublishesNothing(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(t *testing.T, cfg *pipeline.Config)
		want  string
	}{
		"more rejects than allowed": {
			func(t *testing.T, cfg *pipeline.Config) {
				write(t, cfg.Inputs[0], "1,2,3\n4,5,6\n")
				cfg.MaxRejects = 1
			}, "too many rejected rows: 2 so far, and max_rejects is 1",
		},
		"an empty source": {
			func(t *testing.T, cfg *pipeline.Config) { write(t, cfg.Inputs[0], "") }, "extract.csv",
		},
		"a layout of another state": {
			func(_ *testing.T, cfg *pipeline.Config) { cfg.Layout = "us-il/cook-felonies" }, "is of US-IL, but the policy",
		},
		"an input that is not there": {
			func(_ *testing.T, cfg *pipeline.Config) { cfg.Inputs = []string{"no/such/*.csv"} }, `inputs: input "no/such/*.csv"`,
		},
		"a misspelt parameter": {
			func(_ *testing.T, cfg *pipeline.Config) { cfg.Params["contry"] = "ALPINE" }, "contry",
		},
		"a parameter out of range": {
			func(_ *testing.T, cfg *pipeline.Config) { cfg.Params["age_threshold"] = "39" }, "age_threshold",
		},
		"nothing configured": {
			func(_ *testing.T, cfg *pipeline.Config) { *cfg = pipeline.Config{Out: cfg.Out} }, "as_of: give the date",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t, "ALPINE", filepath.Join(t.TempDir(), "extract.csv"))
			write(t, cfg.Inputs[0], read(t, agency("us-ca/doj-extract.csv")))
			tc.spoil(t, &cfg)
			_, err := trySweep(t.Context(), cfg)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: got %v, want one with %q", err, tc.want)
			}
			if seen := published(t, cfg.Out); len(seen) > 0 {
				t.Errorf("published %v", seen)
			}
			if files := leftovers(t, cfg.Out); len(files) > 0 {
				t.Errorf("left behind %v", files)
			}
		})
	}
}

func TestASourceThatChangesStopsTheRun(t *testing.T) {
	cfg := config(t, "ALPINE", filepath.Join(t.TempDir(), "extract.csv"))
	text := read(t, agency("us-ca/doj-extract.csv"))
	write(t, cfg.Inputs[0], text)
	plan, err := pipeline.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	write(t, cfg.Inputs[0], text+text) // after it was listed, before it is read
	_, err = local.Run(t.Context(), plan, new(local.Progress), nil)
	if err == nil || !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("error: got %v", err)
	}
	if seen := published(t, cfg.Out); len(seen) > 0 {
		t.Errorf("published %v", seen)
	}
}

func TestACancelledRunPublishesNothing(t *testing.T) {
	cfg := config(t, "ALPINE", agency("us-ca/doj-extract.csv"))
	ctx, cancel := context.WithCancel(t.Context())
	plan, err := pipeline.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err = local.Run(ctx, plan, new(local.Progress), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error: got %v, want context.Canceled", err)
	}
	if seen := published(t, cfg.Out); len(seen) > 0 {
		t.Errorf("published %v", seen)
	}
}

func TestTheSameSweepIsDoneOnce(t *testing.T) {
	cfg := config(t, "ALPINE", agency("us-ca/doj-extract.csv"))
	first := sweep(t, cfg)
	cfg.Workers, cfg.Memory = 1, pipeline.LeastMemory // they decide nothing
	second := sweep(t, cfg)
	if first.Before || !second.Before {
		t.Errorf("committed before: got %v and %v, want false and true", first.Before, second.Before)
	}
	if first.Manifest.RunID != second.Manifest.RunID {
		t.Errorf("runs %s and %s, want one", first.Manifest.RunID, second.Manifest.RunID)
	}
	cfg.AsOf++
	if third := sweep(t, cfg); third.Before || third.Manifest.RunID == first.Manifest.RunID {
		t.Error("a sweep as of another date is taken for the same run")
	}
}

func TestAFileDeliveredTwiceIsReadOnce(t *testing.T) {
	folder := t.TempDir()
	text := read(t, agency("us-ca/doj-extract.csv"))
	write(t, filepath.Join(folder, "monday.csv"), text)
	write(t, filepath.Join(folder, "tuesday.csv"), text)
	cfg := config(t, "ALPINE", folder)
	m := sweep(t, cfg).Manifest
	rows := m.Inputs[0].Totals.Read
	if got := m.Inputs[1].Totals.Rows; got.Read != rows || got.Duplicate != rows {
		t.Errorf("the second delivery: got %+v, want %d rows, all duplicate", got, rows)
	}
	if m.Totals.Accepted != rows {
		t.Errorf("accepted %d rows, want %d", m.Totals.Accepted, rows)
	}
	if !strings.Contains(strings.Join(m.Warnings, "\n"), "tuesday.csv holds the same bytes as monday.csv") {
		t.Errorf("no warning of it in %q", m.Warnings)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

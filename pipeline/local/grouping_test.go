package local_test

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/clearsweep/clearsweep/benchmarks/synth"
	"github.com/clearsweep/clearsweep/pipeline"
)

// grouped is a sweep of an invented extract whose persons' rows stand together, in
// one file; some rows cannot be read.
func grouped(t *testing.T, rows int64) pipeline.Config {
	t.Helper()
	folder := t.TempDir()
	made := synth.Defaults()
	made.Rows, made.Files, made.Scatter, made.Ragged = rows, 1, 0, 0.001
	if _, err := synth.Generate(t.Context(), folder, made); err != nil {
		t.Fatal(err)
	}
	cfg := config(t, "LOS ANGELES", filepath.Join(folder, "charges-*"))
	cfg.Layout = "generic/charges"
	return cfg
}

// told is what agencies are told, whatever the order and the number of it.
func told(t *testing.T, cfg pipeline.Config, result pipeline.Result) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(cfg.Out, result.Path, "agencies", "*", "update.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		for _, row := range readCSV(t, file) {
			delete(row, "sequence")
			all = append(all, filepath.Base(filepath.Dir(file))+fmt.Sprint(row))
		}
	}
	slices.Sort(all)
	return all
}

// In one pass, wherever the ranges are cut, and by partitions: every decision, every
// total and everything that agencies are told is the same.
func TestGroupingChangesNoDecision(t *testing.T) {
	base := grouped(t, 6_000)
	base.Grouping = pipeline.Partition
	wantDecisions := decisions(t, base)
	wantResult := sweep(t, base)
	wantTold := told(t, base, wantResult)
	if len(wantTold) == 0 {
		t.Fatal("no agency is told anything")
	}
	for _, way := range []struct {
		grouping pipeline.Grouping
		bytes    int64
		workers  int
	}{
		{pipeline.Contiguous, 0, 2},
		{pipeline.Contiguous, 50 << 10, 3},
		{pipeline.Contiguous, 3 << 10, 1},
		{pipeline.Contiguous, 500, 4},
		{pipeline.Auto, 100 << 10, 2},
	} {
		t.Run(fmt.Sprint(way), func(t *testing.T) {
			cfg := base
			cfg.Out, cfg.Grouping, cfg.RangeBytes, cfg.Workers = t.TempDir(), way.grouping, way.bytes, way.workers
			got := decisions(t, cfg)
			if !slices.Equal(got, wantDecisions) {
				t.Errorf("%d decisions differ from those of partition mode", differences(got, wantDecisions))
			}
			result := sweep(t, cfg) // finds what is committed
			if !slices.Equal(told(t, cfg, result), wantTold) {
				t.Error("agencies are told something else")
			}
			if !maps.Equal(result.Manifest.Totals.Outcomes, wantResult.Manifest.Totals.Outcomes) ||
				result.Manifest.Totals.Rows != wantResult.Manifest.Totals.Rows ||
				result.Manifest.Totals.Persons != wantResult.Manifest.Totals.Persons {
				t.Errorf("totals: got %+v, want %+v", result.Manifest.Totals, wantResult.Manifest.Totals)
			}
		})
	}
}

// In one pass too, workers and memory change no byte.
func TestTuningChangesNothingInOnePass(t *testing.T) {
	base := grouped(t, 40_000)
	base.Grouping = pipeline.Contiguous
	var want map[string]string
	for _, tuning := range []struct {
		workers int
		memory  int64
	}{{1, pipeline.DefaultMemory}, {8, pipeline.DefaultMemory}, {2, pipeline.LeastMemory}} {
		cfg := base
		cfg.Out, cfg.Workers, cfg.Memory = t.TempDir(), tuning.workers, tuning.memory
		result := sweep(t, cfg)
		got := hashes(t, filepath.Join(cfg.Out, result.Path))
		if want == nil {
			want = got
		}
		if !maps.Equal(got, want) {
			t.Errorf("%d workers, %d MiB: the files differ", tuning.workers, tuning.memory>>20)
		}
	}
}

// A person who comes back: auto sorts all rows after all, contiguous publishes
// nothing.
func TestAPersonWhoComesBack(t *testing.T) {
	for name, rows := range map[string][]string{
		"after others": {
			"P1,1970-01-01,A,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
			"P2,1970-01-01,B,two,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
			"P3,1970-01-01,C,three,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
			"P1,1970-01-01,D,four,ALPINE,187 PC,felony,CONVICTED,2001-01-01",
		},
		"as a row that cannot be read": {
			"P1,1970-01-01,A,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
			"P2,1970-01-01,B,two,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
			"P1,1970-01-01,D,four,ALPINE,187 PC,felony,CONVICTED,2001-01-01,one field too many",
			"P2,1970-01-01,B,three,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
		},
		"as a row that cannot be read, at the end": {
			"P1,1970-01-01,A,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
			"P2,1970-01-01,B,two,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
			"P3,1970-01-01,C,three,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
			"P1,1970-01-01,D,four,ALPINE,187 PC,felony,CONVICTED,2001-01-01,one field too many",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"}, rows...)
			cfg.Grouping = pipeline.Contiguous
			if _, err := trySweep(t.Context(), cfg); !errors.Is(err, pipeline.ErrNotGrouped) {
				t.Errorf("got %v, want ErrNotGrouped", err)
			}
			if seen := published(t, cfg.Out); len(seen) > 0 {
				t.Errorf("published %v", seen)
			}
			cfg.Out, cfg.Grouping = t.TempDir(), pipeline.Auto
			sweep(t, cfg)
			if got := outcomes(t, cfg)["one"]; got == "ELIGIBLE" {
				t.Errorf("a charge of a person of whom another row was not seen is %s", got)
			}
			if got := leftovers(t, filepath.Join(cfg.Out, "runs")); len(got) == 0 {
				t.Error("nothing was written")
			}
		})
	}
}

// A row that cannot be read begins a person's rows, and ends a batch: it is still of
// that person, whatever the size of the batches.
func TestABrokenRowAtTheEndOfABatch(t *testing.T) {
	const batch = 1024 // rows, in the least memory of eight workers
	var rows []string
	for i := 1; i < batch; i++ {
		rows = append(rows, fmt.Sprintf("P%d,1970-01-01,A,a%d,ALPINE,11359 HS,felony,CONVICTED,2001-01-01", i, i))
	}
	rows = append(rows,
		"LAST,1970-01-01,A,broken,ALPINE,187 PC,felony,CONVICTED,2001-01-01,one field too many",
		"LAST,1970-01-01,A,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01")
	for _, memory := range []int64{pipeline.LeastMemory, pipeline.DefaultMemory} {
		cfg := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"}, rows...)
		cfg.Grouping, cfg.Workers, cfg.Memory = pipeline.Contiguous, 8, memory
		sweep(t, cfg)
		if got := outcomes(t, cfg); got["one"] != "REVIEW" || got["a1"] != "ELIGIBLE" {
			t.Errorf("%d MiB: got %s and %s, want REVIEW and ELIGIBLE", memory>>20, got["one"], got["a1"])
		}
	}
}

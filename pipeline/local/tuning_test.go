package local_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/benchmarks/synth"
	"github.com/clearsweep/clearsweep/pipeline"
)

// synthetic is a sweep of an invented extract in a form, and the extract's
// folder. Its persons are spread over files, and much is wrong with its rows.
func synthetic(t *testing.T, rows int64, format synth.Format) (pipeline.Config, string) {
	t.Helper()
	folder := t.TempDir()
	made := synth.Defaults()
	made.Rows, made.Files, made.Format, made.Scatter, made.Ragged = rows, 3, format, 0.3, 0.002
	if _, err := synth.Generate(t.Context(), folder, made); err != nil {
		t.Fatal(err)
	}
	cfg := config(t, "LOS ANGELES", filepath.Join(folder, "charges-*"))
	cfg.Layout = map[synth.Format]string{
		synth.CSV: "generic/charges", synth.Fixed: "generic/charges-fixed", synth.Segments: "generic/segments",
	}[format]
	return cfg, folder
}

// The truth is worked out by the generator with a ladder of its own.
func TestSyntheticExtractsAreDecidedAsTheirTruthSays(t *testing.T) {
	for _, format := range []synth.Format{synth.CSV, synth.Fixed, synth.Segments} {
		t.Run(string(format), func(t *testing.T) {
			cfg, folder := synthetic(t, 20_000, format)
			sweep(t, cfg)
			got := map[string][3]string{}
			for _, row := range table(t, cfg, "determinations") {
				decision := [3]string{row["outcome"]}
				if row["outcome"] == "ELIGIBLE" {
					decision[1], decision[2] = row["remedy_floor"], row["reason"]
				}
				got[row["charge_id"]] = decision
			}
			truth := readCSV(t, filepath.Join(folder, "truth.csv"))
			if len(got) != len(truth) {
				t.Errorf("%d charges decided, the truth has %d", len(got), len(truth))
			}
			for _, row := range truth {
				if want := [3]string{row["outcome"], row["remedy"], row["reason"]}; got[row["charge_id"]] != want {
					t.Fatalf("charge %s: got %q, want %q", row["charge_id"], got[row["charge_id"]], want)
				}
			}
		})
	}
}

// Workers and memory change no byte of what is published.
func TestTuningChangesNothing(t *testing.T) {
	base, _ := synthetic(t, 40_000, synth.CSV)
	var want map[string]string
	for _, tuning := range []struct {
		workers int
		memory  int64
	}{{1, pipeline.DefaultMemory}, {8, pipeline.DefaultMemory}, {2, pipeline.LeastMemory}, {8, 1 << 30}} {
		cfg := base
		cfg.Out, cfg.Workers, cfg.Memory = t.TempDir(), tuning.workers, tuning.memory
		result := sweep(t, cfg)
		got := hashes(t, filepath.Join(cfg.Out, result.Path))
		if want == nil {
			want = got
		}
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%d workers, %d MiB: %s differs", tuning.workers, tuning.memory>>20, name)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%d workers, %d MiB: the files differ", tuning.workers, tuning.memory>>20)
		}
	}
}

// hashes are the SHA-256 of the files below a folder.
func hashes(t *testing.T, folder string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		sum := sha256.Sum256(text)
		sums[strings.TrimPrefix(name, folder)] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// The same rows in one file, or shuffled over seven, get the same decisions.
func TestSplittingTheInputChangesNoDecision(t *testing.T) {
	whole, _ := synthetic(t, 15_000, synth.CSV)
	want := decisions(t, whole)
	split := whole
	split.Out = t.TempDir()
	split.Inputs = []string{shuffled(t, whole.Inputs[0], 7)}
	for _, tuning := range []struct {
		workers int
		memory  int64
	}{{1, pipeline.LeastMemory}, {8, 1 << 30}} {
		split.Out, split.Workers, split.Memory = t.TempDir(), tuning.workers, tuning.memory
		if got := decisions(t, split); !slices.Equal(got, want) {
			t.Errorf("%d workers, %d MiB: %d decisions on seven shuffled files differ from those on the extract",
				tuning.workers, tuning.memory>>20, differences(got, want))
		}
	}
}

// decisions are all determinations but for where their rows stood.
func decisions(t *testing.T, cfg pipeline.Config) []string {
	t.Helper()
	sweep(t, cfg)
	var all []string
	for _, row := range table(t, cfg, "determinations") {
		delete(row, "source")
		delete(row, "line")
		all = append(all, fmt.Sprint(row)) // fmt sorts the keys
	}
	slices.Sort(all)
	return all
}

func differences(a, b []string) int {
	n := 0
	for i := range min(len(a), len(b)) {
		n += min(1, max(cmp.Compare(a[i], b[i]), cmp.Compare(b[i], a[i])))
	}
	return n + max(len(a), len(b)) - min(len(a), len(b))
}

// shuffled writes the rows of the files of a glob in any order over n files
// with one header each, and returns their folder.
func shuffled(t *testing.T, glob string, n int) string {
	t.Helper()
	names, err := filepath.Glob(glob)
	if err != nil {
		t.Fatal(err)
	}
	var header string
	var rows []string
	for _, name := range names {
		lines := strings.SplitAfter(strings.TrimSuffix(read(t, name), "\n"), "\n")
		header = lines[0]
		for _, line := range lines[1:] {
			rows = append(rows, strings.TrimSuffix(line, "\n")+"\n")
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	folder := t.TempDir()
	for i := range n {
		part := rows[i*len(rows)/n : (i+1)*len(rows)/n]
		write(t, filepath.Join(folder, fmt.Sprintf("part-%d.csv", i)), header+strings.Join(part, ""))
	}
	return folder
}

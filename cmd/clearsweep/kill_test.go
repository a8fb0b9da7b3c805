package main

import (
	"context"
	"crypto/sha256"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clearsweep/clearsweep/benchmarks/synth"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// asCommand makes the test binary be the command: see TestMain.
const asCommand = "CLEARSWEEP_TEST_AS_COMMAND"

// sweepProcess is a sweep of an extract in a process of its own.
func sweepProcess(ctx context.Context, t *testing.T, extract, out string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self, "sweep", "--config", filepath.Join(extract, "params.yaml"),
		"--layout", "generic/charges", "--input", filepath.Join(extract, "charges-*.csv"), "--out", out, "--memory", "64MiB")
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

// A run that is killed at any moment shows nothing, and the next one publishes
// what an undisturbed one would.
func TestKilledRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: runs a dozen processes")
	}
	extract := t.TempDir()
	made := synth.Defaults()
	made.Rows = 150_000
	if _, err := synth.Generate(t.Context(), extract, made); err != nil {
		t.Fatal(err)
	}
	calm, rough := t.TempDir(), t.TempDir()
	start := time.Now() //nolint:forbidigo // how long a run takes here, to kill others before its end
	if text, err := sweepProcess(t.Context(), t, extract, calm).CombinedOutput(); err != nil {
		t.Fatalf("undisturbed run: %v\n%s", err, text)
	}
	whole := time.Since(start)
	random := rand.New(rand.NewPCG(7, 11))
	for range 8 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.Int64N(int64(whole))))
		err := sweepProcess(ctx, t, extract, rough).Run()
		cancel()
		if err == nil {
			continue // it was done before it was killed
		}
		if commits, _ := filepath.Glob(filepath.Join(rough, "commits", "*.json")); len(commits) == 0 {
			if _, err := os.Stat(filepath.Join(rough, "current")); err == nil {
				t.Error("a killed run is pointed at without a commit")
			}
		}
	}
	if text, err := sweepProcess(t.Context(), t, extract, rough).CombinedOutput(); err != nil {
		t.Fatalf("run after the kills: %v\n%s", err, text)
	}
	want, got := published(t, calm), published(t, rough)
	if len(want) == 0 || !maps.Equal(got, want) {
		t.Errorf("after the kills %d files were published, undisturbed %d, or their bytes differ", len(got), len(want))
	}
}

// published are the hashes of the files of all committed runs of an output
// folder, by run and name.
func published(t *testing.T, out string) map[string][32]byte {
	t.Helper()
	store, err := storage.OpenDisk(out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	return publishedIn(t, store)
}

func publishedIn(t *testing.T, store storage.Store) map[string][32]byte {
	t.Helper()
	commits, err := writers.Commits(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string][32]byte{}
	for _, c := range commits {
		for info, err := range store.List(t.Context(), c.Path+"/") {
			if err != nil {
				t.Fatal(err)
			}
			text, err := storage.ReadAll(t.Context(), store, info.Key, 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			sums[c.RunID+strings.TrimPrefix(info.Key, c.Path)] = sha256.Sum256(text)
		}
	}
	return sums
}

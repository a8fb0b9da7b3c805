package local_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/local"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// countyOptions are the parameters that testdata and the real California
// extract are decided with.
func countyOptions(county string) map[string]string {
	return map[string]string{
		"county": county, "dismiss": "11357,11358", "reduce": "11359,11360",
		"under_21_at_conviction": "true", "age_threshold": "57", "years_since_conviction": "10",
		"deceased": "true", "only_prop64": "true",
	}
}

// config is a sweep of inputs with California's county options.
func config(t *testing.T, county string, inputs ...string) pipeline.Config {
	t.Helper()
	return pipeline.Config{
		Inputs: inputs, Layout: "us-ca/doj-extract", Policy: "us-ca/prop64-county-options",
		Params: countyOptions(county), AsOf: date(t, "2019-11-11"), Out: t.TempDir(),
		MaxRejects: -1, Workers: 2, Memory: pipeline.DefaultMemory, RangeBytes: 1 << 20, Version: "test",
	}
}

func date(t *testing.T, s string) schemas.Date {
	t.Helper()
	d, err := schemas.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sweep runs cfg to its commit.
func sweep(t *testing.T, cfg pipeline.Config) pipeline.Result {
	t.Helper()
	result, err := trySweep(t.Context(), cfg)
	if err != nil {
		t.Fatalf("sweep: %v", err)
	}
	return result
}

func trySweep(ctx context.Context, cfg pipeline.Config) (pipeline.Result, error) {
	plan, err := pipeline.Open(ctx, cfg)
	if err != nil {
		return pipeline.Result{}, err
	}
	return local.Run(ctx, plan, new(local.Progress), nil)
}

// newestRun is the newest run of an output on disk.
func newestRun(t *testing.T, cfg pipeline.Config) (*storage.DiskStore, *writers.Run) {
	t.Helper()
	store, err := storage.OpenDisk(cfg.Out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() }) // it is read only
	run, err := writers.OpenRun(t.Context(), store, "")
	if err != nil {
		t.Fatal(err)
	}
	return store, run
}

// table is a folder of Parquet files of the newest run, as rows by column.
func table(t *testing.T, cfg pipeline.Config, folder string) []map[string]string {
	t.Helper()
	store, run := newestRun(t, cfg)
	var text bytes.Buffer
	if err := writers.Print(t.Context(), run.Folder(store), folder, writers.PrintOptions{Format: writers.CSV}, &text); err != nil {
		t.Fatal(err)
	}
	return readTable(t, &text)
}

func readTable(t *testing.T, text *bytes.Buffer) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func readCSV(t *testing.T, name string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return readTable(t, bytes.NewBuffer(text))
}

// realData is the folder of real extracts, which are not part of the project.
func realData(t *testing.T, name string) string {
	t.Helper()
	folder := os.Getenv("CLEARSWEEP_DATA")
	if folder == "" {
		t.Skip("SKIPPED: CLEARSWEEP_DATA is not set, so the real extracts are not compared")
	}
	return filepath.Join(folder, name)
}

func agency(name string) string { return filepath.Join("..", "..", "testdata", "agencies", name) }

package benchmarks

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/benchmarks/synth"
	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/local"
	"github.com/clearsweep/clearsweep/schemas"
)

// BenchmarkSweep is a sweep of 200,000 charges from files to commit.
func BenchmarkSweep(b *testing.B) {
	const rows = 200_000
	extract := b.TempDir()
	made := synth.Defaults()
	made.Rows = rows
	sum, err := synth.Generate(b.Context(), extract, made)
	if err != nil {
		b.Fatal(err)
	}
	asOf, err := schemas.ParseDate(synth.AsOf)
	if err != nil {
		b.Fatal(err)
	}
	params := map[string]string{}
	for _, param := range synth.Params() {
		key, value, _ := strings.Cut(param, "=")
		params[key] = value
	}
	b.SetBytes(sum.Bytes)
	b.ReportAllocs()
	for b.Loop() {
		cfg := pipeline.Config{
			Inputs: []string{filepath.Join(extract, "charges-*.csv")}, Layout: "generic/charges",
			Policy: synth.Policy, Params: params, AsOf: asOf, Out: b.TempDir(),
			MaxRejects: -1, Workers: 2, Memory: pipeline.DefaultMemory, Version: "benchmark",
		}
		plan, err := pipeline.Open(b.Context(), cfg)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := local.Run(b.Context(), plan, new(local.Progress), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

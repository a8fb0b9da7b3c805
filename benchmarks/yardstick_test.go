package benchmarks

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/clearsweep/clearsweep/benchmarks/synth"
)

// BenchmarkYardstick reads the 36 columns of 'synth --profile bench' with encoding/csv and does
// nothing else: what it takes tells how fast a machine is, and figures of two machines can be
// compared by it.
func BenchmarkYardstick(b *testing.B) {
	const rows = 100_000
	extract := b.TempDir()
	if _, err := synth.GenerateWide(b.Context(), extract, synth.Wide{Rows: rows, Files: 1, Seed: 1}); err != nil {
		b.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(extract, "charges-001.csv"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		in := csv.NewReader(bytes.NewReader(text))
		in.ReuseRecord = true
		for err = nil; err == nil; {
			_, err = in.Read()
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

package synth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// small is a config with more of everything than Defaults has.
func small(format Format) Config {
	cfg := Defaults()
	cfg.Rows, cfg.Files, cfg.Format = 3000, 3, format
	cfg.Scatter, cfg.Placeholder, cfg.Ragged, cfg.MissingCounty = 0.2, 0.02, 0.01, 0.02
	return cfg
}

func generate(t testing.TB, cfg Config) (string, Summary) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "extract")
	sum, err := Generate(context.Background(), dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return dir, sum
}

func read(t testing.TB, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func digests(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		sum := sha256.Sum256(read(t, dir, e.Name()))
		out[e.Name()] = hex.EncodeToString(sum[:])
	}
	return out
}

func TestSameSeedSameBytes(t *testing.T) {
	for _, format := range formats {
		t.Run(string(format), func(t *testing.T) {
			cfg := small(format)
			first, firstSum := generate(t, cfg)
			second, secondSum := generate(t, cfg)
			if diff := cmp.Diff(digests(t, first), digests(t, second)); diff != "" {
				t.Errorf("equal configs, other bytes\n%s", diff)
			}
			if diff := cmp.Diff(firstSum, secondSum); diff != "" {
				t.Errorf("equal configs, other summary\n%s", diff)
			}
			cfg.Seed++
			other, _ := generate(t, cfg)
			if digests(t, first)["truth.csv"] == digests(t, other)["truth.csv"] {
				t.Error("another seed gave the same truth")
			}
		})
	}
}

// row is what a reader finds in the extract.
type row map[string]string

// parseBack reads an extract with parsers of its own and counts the rows that
// cannot be read.
func parseBack(t testing.TB, dir string, format Format) (rows []row, ragged int64) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "charges-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		var more []row
		var bad int64
		text := read(t, dir, filepath.Base(path))
		if !utf8.Valid(text) {
			t.Errorf("%s is not UTF-8", path)
		}
		if format == CSV {
			more, bad = parseCSV(t, text)
		} else {
			more, bad = parseFixed(t, text)
		}
		rows, ragged = append(rows, more...), ragged+bad
	}
	return rows, ragged
}

func parseCSV(t testing.TB, text []byte) (rows []row, ragged int64) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		if len(record) != len(records[0]) {
			ragged++
			continue
		}
		got := row{}
		for i, name := range records[0] {
			got[name] = strings.TrimSpace(record[i])
		}
		rows = append(rows, got)
	}
	return rows, ragged
}

func parseFixed(t testing.TB, text []byte) (rows []row, ragged int64) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	last := len(lines) - 1
	want, err := strconv.Atoi(lines[last][1:])
	if lines[0][0] != 'H' || lines[last][0] != 'T' || len(lines[last]) != 13 || err != nil || want != len(lines)-2 {
		t.Fatalf("header %q, trailer %q of %d lines", lines[0], lines[last], len(lines))
	}
	for _, l := range lines[1:last] {
		if len(l) != 311 {
			ragged++
			continue
		}
		got, at := row{}, 1
		for _, c := range columns {
			got[c.name] = strings.TrimSpace(l[at : at+c.width])
			at += c.width
		}
		rows = append(rows, got)
	}
	return rows, ragged
}

func TestParseBack(t *testing.T) {
	for _, format := range []Format{CSV, Fixed} {
		t.Run(string(format), func(t *testing.T) {
			cfg := small(format)
			dir, sum := generate(t, cfg)
			rows, ragged := parseBack(t, dir, format)
			got := Summary{Files: cfg.Files, Ragged: ragged, Scattered: sum.Scattered, Outcomes: sum.Outcomes}
			count(rows, &got)
			got.Bytes = size(t, dir)
			if diff := cmp.Diff(sum, got); diff != "" {
				t.Errorf("-summary +files\n%s", diff)
			}
			if sum.Charges != cfg.Rows || sum.Facts == 0 || sum.Ragged == 0 || sum.Unkeyed == 0 || sum.Scattered == 0 {
				t.Errorf("something is missing: %+v", sum)
			}
		})
	}
}

// count counts rows as Summary does.
func count(rows []row, sum *Summary) {
	persons := map[string]int64{}
	for _, r := range rows {
		isCharge := r["record"] == "" || r["record"] == "charge"
		keyed := strings.HasPrefix(r["person_id"], "P")
		switch {
		case !isCharge:
			sum.Facts++
		case !keyed:
			sum.Unkeyed++
			fallthrough
		default:
			sum.Charges++
		}
		if keyed {
			persons[r["person_id"]] += 0
			if isCharge {
				persons[r["person_id"]]++
				sum.MostCharges = max(sum.MostCharges, persons[r["person_id"]])
			}
		}
	}
	sum.Persons = int64(len(persons))
}

func size(t testing.TB, dir string) (n int64) {
	t.Helper()
	for name := range digests(t, dir) {
		if strings.HasPrefix(name, "charges-") {
			n += int64(len(read(t, dir, name)))
		}
	}
	return n
}

// TestTruthCoversEveryCharge draws configs and checks that the extract and the
// truth name the same charges, each once.
func TestTruthCoversEveryCharge(t *testing.T) {
	dir, drawn := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		cfg := small(rapid.SampledFrom([]Format{CSV, Fixed}).Draw(rt, "format"))
		cfg.Rows = rapid.Int64Range(1, 400).Draw(rt, "rows")
		cfg.Files = rapid.IntRange(1, 5).Draw(rt, "files")
		cfg.Seed = rapid.Uint64().Draw(rt, "seed")
		cfg.Scatter = rapid.Float64Range(0, 1).Draw(rt, "scatter")
		cfg.Placeholder = rapid.Float64Range(0, 1).Draw(rt, "placeholder")
		drawn++
		out := filepath.Join(dir, strconv.Itoa(drawn))
		if _, err := Generate(context.Background(), out, cfg); err != nil {
			rt.Fatal(err)
		}
		rows, _ := parseBack(t, out, cfg.Format)
		var charges, answered []string
		for _, r := range rows {
			if r["charge_id"] != "" {
				charges = append(charges, r["charge_id"])
			}
		}
		truth, _ := parseCSV(t, read(t, out, "truth.csv"))
		for _, r := range truth {
			answered = append(answered, r["charge_id"])
		}
		slices.Sort(charges)
		slices.Sort(answered)
		if int64(len(slices.Compact(answered))) != cfg.Rows || !slices.Equal(charges, answered) {
			rt.Fatalf("%d charges, %d answers, want %d of each", len(charges), len(answered), cfg.Rows)
		}
	})
}

func TestParamsFile(t *testing.T) {
	dir, _ := generate(t, small(CSV))
	want := `policy: us-ca/prop64-county-options
as_of: 2019-11-11
params:
  county: LOS ANGELES
  dismiss: [11357, 11358]
  reduce: [11359, 11360]
  under_21_at_conviction: true
  age_threshold: 57
  years_since_conviction: 10
  only_prop64: true
  deceased: true
`
	if diff := cmp.Diff(want, string(read(t, dir, "params.yaml"))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestGenerateRefuses(t *testing.T) {
	t.Run("faults of the config", func(t *testing.T) {
		_, err := Generate(context.Background(), t.TempDir(), Config{Format: "xml", Ragged: 2})
		for _, want := range []string{"rows is 0", "files is 0", `format is "xml"`, "share of ragged is 2"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q in it", err, want)
			}
		}
	})
	t.Run("an extract that is there", func(t *testing.T) {
		dir, _ := generate(t, small(CSV))
		if _, err := Generate(context.Background(), dir, small(CSV)); !errors.Is(err, os.ErrExist) {
			t.Errorf("got %v, want %v", err, os.ErrExist)
		}
	})
	t.Run("a context that has ended", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		dir := t.TempDir()
		if _, err := Generate(ctx, dir, small(CSV)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
		if _, err := os.Stat(filepath.Join(dir, "params.yaml")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("params.yaml: got %v, want %v", err, os.ErrNotExist)
		}
	})
}

// TestPersonsAreSpread checks that with one person in two scattered, rows of a
// person are found in two files.
func TestPersonsAreSpread(t *testing.T) {
	cfg := small(CSV)
	cfg.Scatter = 0.5
	dir, _ := generate(t, cfg)
	first := map[string]bool{}
	rows, _ := parseCSV(t, read(t, dir, "charges-001.csv"))
	for _, r := range rows {
		first[r["person_id"]] = true
	}
	rows, _ = parseCSV(t, read(t, dir, "charges-003.csv"))
	both := 0
	for _, r := range rows {
		if first[r["person_id"]] {
			both++
		}
	}
	if both < 100 {
		t.Errorf("%d rows of charges-003.csv are of persons in charges-001.csv, want 100 and more", both)
	}
}

// TestManyCharges draws an extract that has room for a person with thousands.
func TestManyCharges(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: makes 400,000 rows")
	}
	cfg := Defaults()
	cfg.Rows, cfg.Files, cfg.Seed = 400_000, 2, 3
	_, sum := generate(t, cfg)
	if sum.MostCharges < manyCharges/5 || sum.Charges != cfg.Rows {
		t.Errorf("got %d charges of one person, %d in all", sum.MostCharges, sum.Charges)
	}
	for _, outcome := range []string{"ELIGIBLE", "OUT_OF_SCOPE", "REVIEW"} {
		if sum.Outcomes[outcome] < 100 {
			t.Errorf("got %d %s, want more", sum.Outcomes[outcome], outcome)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	for _, format := range formats {
		b.Run(string(format), func(b *testing.B) {
			cfg := Defaults()
			cfg.Rows, cfg.Format = 200_000, format
			dir := b.TempDir()
			b.ReportAllocs()
			rows, runs := int64(0), 0
			for b.Loop() {
				runs++
				out := filepath.Join(dir, strconv.Itoa(runs))
				sum, err := Generate(context.Background(), out, cfg)
				if err != nil {
					b.Fatal(err)
				}
				rows += sum.Rows()
				b.SetBytes(sum.Bytes)
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

package local_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/benchmarks/corpus"
	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/writers"
)

// brokenRows have a field too many, a quote that stays open, and a date that cannot be. The marker
// stands for what nobody may see.
var brokenRows = []string{
	"P1,1970-01-01,A,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
	"P1,1970-01-01,B,two,ALPINE,11359 HS,felony,CONVICTED,2001-01-01,MARKER",
	"P2,1970-01-01,C,three,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
	"P2,1970-01-01,D,four,ALPINE,\"11359 HS,felony,CONVICTED,2001-01-01 MARKER",
	"P3,1970-31-31,E,five,ALPINE,11359 HS,felony,MARKER,2001-01-41",
}

// openKept decrypts the rejected rows of the newest run.
func openKept(t *testing.T, cfg pipeline.Config, identity string) ([]writers.KeptRow, error) {
	t.Helper()
	store, run := newestRun(t, cfg)
	var err error
	if run.Keys, err = age.ParseIdentities(strings.NewReader(identity)); err != nil {
		t.Fatal(err)
	}
	r, err := writers.OpenKeptRows(t.Context(), store, run)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	var rows []writers.KeptRow
	for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
		var row writers.KeptRow
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows, r.Close()
}

func newIdentity(t *testing.T) *age.X25519Identity {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

// What was rejected is kept for one who mends it, and what is mended is read in its place.
func TestRejectedRowsAreMended(t *testing.T) {
	identity := newIdentity(t)
	cfg := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"}, brokenRows...)
	plain := cfg
	plain.Out = t.TempDir()
	sweep(t, plain)
	if _, err := openKept(t, plain, identity.String()); !errors.Is(err, writers.ErrNoKeptRows) {
		t.Errorf("of a run that kept none: %v", err)
	}
	cfg.KeepRows = []string{identity.Recipient().String()}
	result := sweep(t, cfg)
	rows, err := openKept(t, cfg, identity.String())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows {
		got = append(got, strings.Join(row.Why, ", ")+": "+row.Row)
	}
	want := []string{
		"field_count: " + brokenRows[1], "open_quote: " + brokenRows[3],
		"bad_date birth_date, unmapped_value disposition, bad_date disposition_date: " + brokenRows[4],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("kept rows (-want +got):\n%s", diff)
	}
	if got := outcomes(t, cfg); got["one"] != "REVIEW" || got["three"] != "REVIEW" {
		t.Errorf("charges of persons with a hole: %v", got)
	}
	if files := withMarker(t, filepath.Join(cfg.Out, "runs")); len(files) != 2 { // the value stands among the determinations and to be mapped
		t.Errorf("the marker stands in clear in %v", files)
	}
	if _, err := openKept(t, cfg, newIdentity(t).String()); err == nil {
		t.Error("another key opens the rows")
	}

	rows[0].Row = strings.TrimSuffix(brokenRows[1], ",MARKER")
	rows[1].Row = strings.ReplaceAll(strings.TrimSuffix(brokenRows[3], " MARKER"), `"`, "")
	mended := cfg
	mended.Out, mended.KeepRows, mended.Repairs = t.TempDir(), nil, repairsFile(t, rows[:2]...)
	for _, grouping := range []pipeline.Grouping{pipeline.Contiguous, pipeline.Partition} {
		mended.Out, mended.Grouping = t.TempDir(), grouping
		again := sweep(t, mended)
		if got := outcomes(t, mended); got["one"] != "ELIGIBLE" || got["two"] != "ELIGIBLE" || got["four"] != "ELIGIBLE" {
			t.Errorf("%s: mended: %v", grouping, got)
		}
		if totals := again.Manifest.Totals; totals.Repaired != 2 || totals.Rejected != 0 || again.Manifest.RunID == result.Manifest.RunID {
			t.Errorf("%s: totals %+v of run %s", grouping, totals, again.Manifest.RunID)
		}
	}
}

// repairsFile writes rows as repairs.
func repairsFile(t *testing.T, rows ...writers.KeptRow) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for _, row := range rows {
		if err := e.Encode(row); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(t.TempDir(), "repairs.ndjson")
	write(t, name, b.String())
	return name
}

// withMarker are the files below a folder that hold the marker.
func withMarker(t *testing.T, folder string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.Contains(read(t, path), "MARKER") {
			found = append(found, filepath.Base(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRepairsThatAreRefused(t *testing.T) {
	cfg := generic(t, map[string]string{"county": "ALPINE"}, brokenRows...)
	identity := newIdentity(t)
	cfg.KeepRows = []string{identity.Recipient().String()}
	sweep(t, cfg)
	rows, err := openKept(t, cfg, identity.String())
	if err != nil {
		t.Fatal(err)
	}
	other, nowhere, bytes64 := rows[0], rows[0], rows[0]
	other.SHA256 = strings.Repeat("0", 64)
	nowhere.Line = 99
	bytes64.Row, bytes64.Base64 = "", []byte("\xff")
	for name, c := range map[string]struct {
		rows []writers.KeptRow
		want string
	}{
		"of another delivery":  {[]writers.KeptRow{other}, "line 1: no input has these bytes"},
		"of a line beyond":     {[]writers.KeptRow{rows[0], nowhere}, "2 rows were mended, and 1 of them are there"},
		"mended twice":         {[]writers.KeptRow{rows[0], rows[0]}, "line 2: the row was mended on an earlier line"},
		"bytes":                {[]writers.KeptRow{bytes64}, "line 1: row must be the mended row"},
		"no source or no line": {[]writers.KeptRow{{Row: "MARKER"}}, "line 1: sha256 and line say which row it is"},
	} {
		again := cfg
		again.Out, again.KeepRows, again.Repairs = t.TempDir(), nil, repairsFile(t, c.rows...)
		_, err := trySweep(t.Context(), again)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: got %v, want %q and nothing of the row", name, err, c.want)
		}
		if seen := published(t, again.Out); len(seen) > 0 {
			t.Errorf("%s: published %v", name, seen)
		}
	}
	again := cfg
	again.KeepRows = []string{"age1nobody"}
	if _, err := trySweep(t.Context(), again); err == nil {
		t.Error("rows are kept for nobody")
	}
}

// Records of bytes are kept as they are, and nobody mends them by hand.
func TestRecordsAreKeptAndNotMended(t *testing.T) {
	kinds := corpus.Kinds()
	kind := kinds[slices.IndexFunc(kinds, func(k corpus.Kind) bool { return k.Name == "a record below nothing" })]
	folder, layout, err := kind.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	identity := newIdentity(t)
	cfg := config(t, "LOS ANGELES", filepath.Join(folder, "*"))
	cfg.Layout, cfg.KeepRows = layout, []string{identity.Recipient().String()}
	sweep(t, cfg)
	rows, err := openKept(t, cfg, identity.String())
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0].Row != "" || !bytes.Contains(kind.Files[0].Data, rows[0].Base64) || len(rows[0].Base64) == 0 {
		t.Fatalf("%d records are kept, and the first is not that of the file", len(rows))
	}
	rows[0].Row, rows[0].Base64 = "mended", nil
	cfg.Out, cfg.Repairs = t.TempDir(), repairsFile(t, rows...)
	if _, err := trySweep(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "are records of bytes") {
		t.Errorf("mended records: %v", err)
	}
}

package readers_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

// The counts of 705 daily files that two other programs agree on. Rows that are
// in more than one file are counted as often as they were delivered.
func TestHarrisBookings(t *testing.T) {
	agencyFile(t, "harris-county-tx/2016/2016-08-20.csv") // or there is nothing to read
	files, err := filepath.Glob(filepath.Join(os.Getenv("CLEARSWEEP_DATA"), "harris-county-tx", "*", "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	l := load(t, "us-tx/harris-bookings")
	var rows schemas.Rows
	var charges, unkeyed int64
	var headerOnly, statutes int
	reasons := map[schemas.RejectReason]int{}
	degrees := map[string]int{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := readAll(t, l, source, 20_000, 4096)
		rows.Add(got.rows)
		charges, unkeyed = charges+got.charges, unkeyed+got.unkeyed
		if got.survey.Rows == 0 && len(got.survey.Warnings) == 1 {
			headerOnly++
		}
		for reason, n := range got.count() {
			reasons[reason] += n
		}
		for _, r := range got.records {
			degrees[r["degree"]]++
			if r["statute_raw"] == "356226" {
				statutes++
			}
		}
	}
	if want := (schemas.Rows{Read: 284_297, Accepted: 284_297}); len(files) != 705 || rows != want || charges != rows.Read || unkeyed != rows.Read {
		t.Errorf("%d files, rows %+v, %d charges, %d without a person; want 705, %+v, all, all", len(files), rows, charges, unkeyed, want)
	}
	if statutes != 6_250 || headerOnly != 30 {
		t.Errorf("%d rows of code 356226, %d files of a header; want 6250, 30", statutes, headerOnly)
	}
	// 29 February 2018, four times, and ten more days that never were: the dates are
	// unknown, the rows are read.
	if diff := cmp.Diff(map[schemas.RejectReason]int{schemas.FieldDate: 14}, reasons); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
	want := map[string]int{
		"MC": 79_054, "MB": 59_793, "MA": 47_339, "FS": 33_174, "F3": 28_819, "F2": 17_378, "F1": 8_677, "F": 7_872,
		"M": 1_898, "FC": 186, "": 102, "F1-2": 5,
	}
	if diff := cmp.Diff(want, degrees); diff != "" {
		t.Errorf("degrees (-want +got):\n%s", diff)
	}
}

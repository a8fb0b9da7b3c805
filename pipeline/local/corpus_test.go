package local_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/benchmarks/corpus"
	"github.com/clearsweep/clearsweep/pipeline"
)

// Each of the 158 kinds of trouble has the outcome that is expected of it, and costs its
// neighbours nothing.
func TestEveryKindOfTrouble(t *testing.T) {
	kinds := corpus.Kinds()
	if len(kinds) != 158 {
		t.Fatalf("%d kinds", len(kinds))
	}
	for _, k := range kinds {
		t.Run(fmt.Sprintf("%03d %s", k.Number, k.Name), func(t *testing.T) {
			t.Parallel()
			folder, layout, err := k.Write(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			cfg := config(t, "LOS ANGELES", filepath.Join(folder, "*"))
			cfg.Layout = layout
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			result, err := trySweep(ctx, cfg)
			if k.Want.Refused != "" {
				if err == nil || !strings.Contains(err.Error(), k.Want.Refused) {
					t.Errorf("error %v, want %q", err, k.Want.Refused)
				}
				return
			}
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
			checkKind(t, cfg, k.Want, result)
		})
	}
}

func checkKind(t *testing.T, cfg pipeline.Config, want corpus.Want, result pipeline.Result) {
	t.Helper()
	got := corpus.Want{Warns: want.Warns}
	totals := result.Manifest.Totals
	got.Accepted, got.NonData, got.Duplicate = totals.Accepted, totals.NonData, totals.Duplicate
	var rejects, outcomes []string
	rows := int64(0)
	for _, r := range table(t, cfg, "rejects") {
		rejects = append(rejects, r["reason"])
		if r["row_rejected"] == "true" {
			rows++
		}
	}
	got.Rejects = strings.Join(rejects, " ")
	for _, d := range table(t, cfg, "determinations") {
		switch d["person_id"] {
		case "ODD":
			outcomes = append(outcomes, d["outcome"])
		case "NEAR1", "NEAR2":
			if d["outcome"] != "ELIGIBLE" {
				t.Errorf("the neighbour's charge is %s", d["outcome"])
			}
		}
	}
	slices.Sort(outcomes)
	got.Odd = strings.Join(slices.Compact(outcomes), " ")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if rows != totals.Rejected {
		t.Errorf("%d rejects of rows, %d rows rejected", rows, totals.Rejected)
	}
	warned := slices.ContainsFunc(result.Manifest.Warnings, func(w string) bool { return strings.Contains(w, want.Warns) })
	if !warned {
		t.Errorf("no warning says %q: %q", want.Warns, result.Manifest.Warnings)
	}
}

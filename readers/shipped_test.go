package readers_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// What the layouts that ship make of the invented extracts in testdata.
func TestShippedLayouts(t *testing.T) {
	cases := map[string]string{
		"us-ca-doj-extract.csv":              "us-ca/doj-extract",
		"us-il-cook-invented.csv":            "us-il/cook-felonies",
		"us-il-cook-sentencing-invented.csv": "us-il/cook-felonies",
		"us-il-cook-initiation-invented.csv": "us-il/cook-felonies",
		"us-il-cook-intake-invented.csv":     "us-il/cook-felonies",
		"us-tx-harris-invented.csv":          "us-tx/harris-bookings",
		"generic-charges.csv":                "generic/charges",
		"generic-charges-fixed.txt":          "generic/charges-fixed",
	}
	for file, layout := range cases {
		t.Run(file, func(t *testing.T) {
			path := filepath.Join("..", "testdata", "layouts", file)
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			read := readAll(t, load(t, layout), source, 1000, 5)
			got := read.String()
			path += ".want"
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// String is everything that was read, a line for each row and each reject.
func (r *read) String() string {
	var b strings.Builder
	for _, rec := range r.records {
		for _, f := range schemas.Charges.Fields() {
			if v, ok := rec[f.Name]; ok && f.Name != "source" {
				fmt.Fprintf(&b, "%s=%s; ", f.Name, v)
			}
		}
		b.WriteString("\n")
	}
	for _, rej := range r.rejects {
		fmt.Fprintf(&b, "reject line=%d offset=%d column=%q %s\n", rej.Line, rej.Offset, rej.Column, rej.Explain())
	}
	fmt.Fprintf(&b, "read=%d accepted=%d rejected=%d non_data=%d\n", r.rows.Read, r.rows.Accepted, r.rows.Rejected, r.rows.NonData)
	return b.String()
}

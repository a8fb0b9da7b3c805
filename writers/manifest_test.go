package writers

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRunIDIsDecidedByWhatDecidesTheResult(t *testing.T) {
	base := func() *Manifest {
		m := inventedManifest(5)
		m.Inputs = append(m.Inputs, Input{Name: "b.csv", SHA256: "2"})
		return m
	}
	want, err := RunID(base())
	if err != nil || len(want) != 32 {
		t.Fatalf("got %q, %v", want, err)
	}
	for name, test := range map[string]struct {
		change func(*Manifest)
		same   bool
	}{
		"order of inputs": {func(m *Manifest) { slices.Reverse(m.Inputs) }, true},
		"binary":          {func(m *Manifest) { m.BinarySHA256 = "x" }, true},
		"outputs":         {func(m *Manifest) { m.Outputs = []Output{{Path: "x"}} }, true},
		"totals":          {func(m *Manifest) { m.Totals.Read++ }, true},
		"input bytes":     {func(m *Manifest) { m.Inputs[0].SHA256 = "x" }, false},
		"input name":      {func(m *Manifest) { m.Inputs[0].Name = "x" }, false},
		"swapped names":   {func(m *Manifest) { m.Inputs[0].Name, m.Inputs[1].Name = m.Inputs[1].Name, m.Inputs[0].Name }, false},
		"policy":          {func(m *Manifest) { m.Policy.SHA256 = "x" }, false},
		"parameter":       {func(m *Manifest) { m.Policy.Params = map[string]string{"county": "x"} }, false},
		"layout":          {func(m *Manifest) { m.Layouts[0].SHA256 = "x" }, false},
		"code table":      {func(m *Manifest) { m.CodeTables = nil }, false},
		"crosswalk":       {func(m *Manifest) { m.CrosswalkSHA256 = "x" }, false},
		"repairs":         {func(m *Manifest) { m.RepairsSHA256 = "x" }, false},
		"recipients":      {func(m *Manifest) { m.RecipientsSHA256 = "x" }, false},
		"encrypted":       {func(m *Manifest) { m.EncryptedFor = []string{"age1x"} }, false},
		"rows kept":       {func(m *Manifest) { m.RowsKeptFor = []string{"age1x"} }, false},
		"as-of date":      {func(m *Manifest) { m.AsOf = "2026-01-03" }, false},
		"version":         {func(m *Manifest) { m.Version = "v9" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := base()
			test.change(m)
			got, err := RunID(m)
			if err != nil || (got == want) != test.same {
				t.Errorf("got %s, without the change %s (%v)", got, want, err)
			}
		})
	}
	if _, err := RunID(&Manifest{}); err == nil {
		t.Error("an empty manifest has a run id")
	}
}

func TestManifestWriteThenReadIsIdentity(t *testing.T) {
	m := inventedManifest(5)
	m.Warnings = []string{"b", "a"}
	m.Outputs = []Output{{Path: "b", Rows: 1}, {Path: "a"}}
	data, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	m.Schema, m.Warnings, m.Outputs = ManifestVersion, []string{"a", "b"}, []Output{{Path: "a"}, {Path: "b", Rows: 1}}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Error(diff)
	}
	if _, err := decodeManifest([]byte(`{"schema": 99}`)); err == nil {
		t.Error("a manifest of another form is read")
	}
}

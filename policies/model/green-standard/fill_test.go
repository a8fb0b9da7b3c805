// Package greenstandard_test fills the template of this folder as its README
// tells a state to, and holds the result to the lint and to its own cases.
package greenstandard_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/policies"
)

// illinois fills every place. The shared section is there to be exercised: the
// state has an act of its own for cannabis.
var illinois = map[string]string{
	"<STATE>": "IL", "<state>": "il",
	"<ACT>":       "410 ILCS 705 (model policy)",
	"<EFFECTIVE>": "2020-01-01", "<DAY-BEFORE>": "2019-12-31", "<DUE>": "2021-01-01", "<AS-OF>": "2026-11-23", "<CHECKED>": "2026-11-23",
	"<INCHOATE>":  "720 ILCS 5/8-1, 8-2, 8-4, 5-1",
	"<COURT>":     "the clerk of the circuit court",
	"<LEGALIZED>": "720 550/4/*", "<UNCHARGEABLE>": "720 600/3.5/*", "<SHARED>": "720 570/402(c)/*",
	"<LEGALIZED-CODE>": "IL:720:550/4(a)", "<UNCHARGEABLE-CODE>": "IL:720:600/3.5(a)", "<SHARED-CODE>": "IL:720:570/402(c)",
	"<OTHER-CODE>": "IL:720:5/19-1", "<OTHER-STATUTE>": "720 ILCS 5/11-9.1",
}

var place = regexp.MustCompile(`<[A-Za-z-]+>`)

// template returns the files that a state copies.
func template(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{"policy.yaml", "cases.yaml", "SOURCES.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	return files
}

// fill copies the template with each place replaced, and parses the copy.
func fill(t *testing.T, with map[string]string) (*policies.Pack, error) {
	t.Helper()
	return filled(template(t), with)
}

func filled(files, with map[string]string) (*policies.Pack, error) {
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(place.ReplaceAllStringFunc(text, func(s string) string {
			if value, ok := with[s]; ok {
				return value
			}
			return s
		}))}
	}
	return policies.Parse("filled", folder)
}

func TestFilledTemplateHolds(t *testing.T) {
	pack, err := fill(t, illinois)
	if err != nil {
		t.Fatal(err)
	}
	if pack.Profile != policies.GreenStandard {
		t.Errorf("profile: got %s, want %s, which refuses waits, counts and bars", pack.Profile, policies.GreenStandard)
	}
	for _, fault := range pack.Lint() {
		t.Errorf("%s", fault)
	}
	for name, text := range pack.Files() {
		if left := place.FindAllString(string(text), -1); left != nil {
			t.Errorf("%s: got %v left to fill, want nothing", name, left)
		}
	}
	results, err := evaluate.RunCases(pack, func(statute string) (string, bool) {
		section, ok := strings.CutPrefix(statute, "720 ILCS ")
		return "IL:720:" + section, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(results) < 10 {
		t.Errorf("cases: got %d, want all of the template", len(results))
	}
	for i := range results {
		for _, fault := range results[i].Faults {
			t.Errorf("%s: %s", results[i].Case.ID, fault)
		}
	}
}

// TestUnfilledTemplateIsRefused leaves out one place at a time. A citation that
// is left open reads as text; what decides charges does not.
func TestUnfilledTemplateIsRefused(t *testing.T) {
	for _, open := range []string{"<STATE>", "<state>", "<EFFECTIVE>", "<DAY-BEFORE>", "<DUE>", "<LEGALIZED>", "<UNCHARGEABLE>", "<SHARED>"} {
		t.Run(strings.Trim(open, "<>"), func(t *testing.T) {
			with := map[string]string{}
			for name, value := range illinois {
				if name != open {
					with[name] = value
				}
			}
			if _, err := fill(t, with); err == nil {
				t.Errorf("with %s left open: got a policy, want a refusal", open)
			}
		})
	}
}

// TestTemplateWithoutWhatAStateLacks removes, as the README says, the sets that
// not every state needs.
func TestTemplateWithoutWhatAStateLacks(t *testing.T) {
	files := template(t)
	cut := func(name, from, to string) {
		before, rest, found := strings.Cut(files[name], from)
		_, after, ended := strings.Cut(rest, to)
		if !found || !ended {
			t.Fatalf("%s: nothing between %q and %q", name, from, to)
		}
		files[name] = before + to + after
	}
	cut("policy.yaml", "  # Recommendation 5: what can no longer be charged", "\nconditions:")
	files["policy.yaml"] = strings.Replace(files["policy.yaml"], ", unchargeable, shared]", "]", 1)
	cut("cases.yaml", "  - id: can-no-longer-be-charged", "  - id: ended-without-conviction")
	pack, err := filled(files, illinois)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range pack.Lint() {
		t.Errorf("%s", fault)
	}
	if cases, err := pack.Cases(); err != nil || len(cases) < 7 {
		t.Errorf("cases: got %d, %v, want the rest of the template", len(cases), err)
	}
}

// TestReadmeNamesEveryPlace compares the table of the README with the places
// that the files have.
func TestReadmeNamesEveryPlace(t *testing.T) {
	var have []string
	for _, text := range template(t) {
		have = append(have, place.FindAllString(text, -1)...)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for line := range strings.Lines(string(readme)) {
		if cells := strings.Split(line, "|"); strings.HasPrefix(line, "| `<") {
			named = append(named, place.FindAllString(cells[1], -1)...)
		}
	}
	if diff := cmp.Diff(distinct(have), distinct(named)); diff != "" {
		t.Errorf("places (- in the files, + in the README):\n%s", diff)
	}
	for _, name := range distinct(have) {
		if _, ok := illinois[name]; !ok {
			t.Errorf("%s: the test does not fill it", name)
		}
	}
}

func distinct(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

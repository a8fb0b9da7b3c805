package policies

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/parser"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestPage compares the page of one pack with the one that was read and
// accepted.
func TestPage(t *testing.T) {
	p, err := Load("../testdata/policies/whole")
	if err != nil {
		t.Fatal(err)
	}
	p.name = "whole"
	golden(t, "../testdata/policies/whole.page.golden.md", p.Page())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (- want, + got):\n%s", name, diff)
	}
}

// TestWaitsInWords says what each event is, without the language of the file.
func TestWaitsInWords(t *testing.T) {
	for written, want := range map[string]string{
		"since: sentence_date, years: 5":                "5 years from the sentence",
		"since: person.last, months: $wait":             "{wait} months from the day that is the fact last",
		"since: supervision_end_date, years: 0":         "at once from the end of supervision",
		"since: arrest_date, years: 1, boundary: after": "1 year from the arrest; the day on which they have passed does not count yet",
		"since: {later_of: [disposition_date, {if_incarcerated: release_date, else: disposition_date}]}, years: 5":                 "5 years from the later of the disposition and, if incarcerated, the release",
		"since: {later_of: [sentence_date, disposition_date, release_date]}, days: 90":                                             "90 days from the latest of the sentence, the disposition and the release",
		"since: {if_incarcerated: release_date, else: {first_known_of: [sentence_date, disposition_date]}}, years: 3":              "3 years from the release if incarcerated, else (the first on record of the sentence and the disposition)",
		"since: sentence_date, years: 3, restart_on: {where: {severity: {in: [felony]}}, after: arrest_date}":                      "3 years from the sentence; the clock starts again with each later charge that is described, later by the arrest",
		"since: sentence_date, years: 3, pause_on: {of: this, from: sentence_date, to: release_date}":                              "3 years from the sentence; the clock stands still from the sentence to the release of this charge",
		"since: sentence_date, years: 3, pause_on: {of: person, where: {incarcerated: true}, from: arrest_date, to: release_date}": "3 years from the sentence; the clock stands still from the arrest to the release of every charge that is described",
	} {
		file, err := parser.ParseBytes([]byte("{"+written+"}"), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := waitWords(treeOf(file.Docs[0].Body)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", written, got, want)
		}
	}
}

// TestPageNamesWhoSigned prints each signature of SOURCES.md.
func TestPageNamesWhoSigned(t *testing.T) {
	folder := packOf(strings.Replace(small, "signed_off: false", "signed_off: true", 1))
	folder[sourcesFile].Data = []byte("# Sources\n\nSigned: Jane Roe, counsel, 2026-03-01\r\nSigned: nobody yet\nSigned: John Doe, 2026-13-01\n")
	p, err := Parse("small", folder)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Signatures(); len(got) != 1 || got[0].Name != "Jane Roe, counsel" || got[0].Day.String() != "2026-03-01" {
		t.Errorf("signatures: got %v, want that of Jane Roe alone", got)
	}
	if want := "- Signed off: by Jane Roe, counsel, 2026-03-01\n"; !strings.Contains(p.Page(), want) {
		t.Errorf("the page does not say %q", want)
	}
}

// TestPageSaysEverything looks in the page of every pack for every text of its
// file, so that no clause is left out. Some words are said otherwise.
func TestPageSaysEverything(t *testing.T) {
	for _, p := range allPacks(t) {
		text := strings.NewReplacer(`\`, "").Replace(p.Page())
		var visit func(n *tree, path string)
		visit = func(n *tree, path string) {
			if n.text != "" && !strings.Contains(text, strings.TrimPrefix(n.text, "$")) && !strings.Contains(text, verbWords(n.text)) {
				t.Errorf("%s: the page does not say %s: %q", p.Name(), path, n.text)
			}
			said := n.without("signed_off", "presume", "else", "type", "outcome", "jurisdiction_retained", "temporary", "required")
			if strings.HasSuffix(path, "/patch") {
				said = said.without("at") // the rule is named
			}
			for _, key := range said.keys {
				visit(n.of[key], path+"/"+key)
			}
			for _, item := range n.items {
				visit(item, path)
			}
		}
		root := p.source().without("schema")
		visit(root, "")
	}
}

// TestPageKeepsWhatItHasNoWordsFor guards against a language that grows faster
// than the page.
func TestPageKeepsWhatItHasNoWordsFor(t *testing.T) {
	p, err := parseText(t, small)
	if err != nil {
		t.Fatal(err)
	}
	grown := strings.NewReplacer(
		"title:", "novelty: {a: 1}\ntitle:",
		"    enabled_if:", "    invention: [2, 3]\n    enabled_if:",
		"relief: {", "relief: {oddity: 4, ",
		"members: [", "rarity: 5, members: [",
	).Replace(small)
	p.files[policyFile] = []byte(grown)
	text := p.Page()
	for _, want := range []string{"novelty: `{a: 1}`", "invention: `[2, 3]`", "oddity: `4`", "rarity: `5`"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not keep %s", want)
		}
	}
}

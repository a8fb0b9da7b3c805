package policies

import (
	"flag"
	"os"
	"strings"
	"testing"

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

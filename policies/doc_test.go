package policies

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// TestDocumentedExampleIsAccepted reads the examples of docs/formats/policy.md
// as a policy and its cases.
func TestDocumentedExampleIsAccepted(t *testing.T) {
	doc, err := os.ReadFile("../docs/formats/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	variants, sources := "", ""
	for i, part := range strings.Split(string(doc), "```") {
		if text, ok := strings.CutPrefix(part, "yaml\n"); ok && i%2 == 1 {
			blocks = append(blocks, text)
		}
		if text, ok := strings.CutPrefix(part, "yml\n"); ok && strings.HasPrefix(text, "variants:") {
			variants = text
		}
		if text, ok := strings.CutPrefix(part, "markdown\n"); ok && i%2 == 1 {
			sources = text
		}
	}
	if len(blocks) != 2 {
		t.Fatalf("examples: got %d, want the policy and its cases", len(blocks))
	}
	p, err := Parse("example", fstest.MapFS{policyFile: {Data: []byte(blocks[0] + variants)}, casesFile: {Data: []byte(blocks[1])}, sourcesFile: {Data: []byte(sources)}})
	if err != nil {
		t.Fatal(err)
	}
	if faults := p.Lint(); len(faults) != 0 {
		t.Errorf("warnings: got %v, want none", faults)
	}
	if len(p.Variants()) != 2 {
		t.Errorf("variants: got %d, want 2", len(p.Variants()))
	}
	cases, err := p.Cases()
	if err != nil || len(cases) != 1 {
		t.Fatalf("cases: got %d, %v, want one", len(cases), err)
	}
}

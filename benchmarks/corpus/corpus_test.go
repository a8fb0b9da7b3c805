package corpus_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/benchmarks/corpus"
)

// The page lists every kind, and what comes of it. Where it does not, the test prints the
// table that it should have.
func TestThePageListsEveryKind(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "CORPUS.md"))
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, k := range corpus.Kinds() {
		fmt.Fprintf(&table, "| %d | %s | %s |\n", k.Number, k.Name, k.Want)
	}
	if !strings.Contains(string(page), table.String()) {
		t.Errorf("docs/CORPUS.md should have:\n%s", table.String())
	}
}

// Nothing is written over.
func TestWriteMakesEveryFileOnce(t *testing.T) {
	dir := t.TempDir()
	if err := corpus.Write(dir); err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob(filepath.Join(dir, "[0-9][0-9][0-9]"))
	if err != nil || len(folders) != len(corpus.Kinds()) {
		t.Errorf("%d folders of %d kinds, error %v", len(folders), len(corpus.Kinds()), err)
	}
	if err := corpus.Write(dir); err == nil {
		t.Error("it was written over")
	}
}

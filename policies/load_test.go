package policies

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestBuiltInPacksAreAccepted(t *testing.T) {
	want, err := filepath.Glob("us-*/*/" + policyFile)
	if err != nil || len(want) < 3 {
		t.Fatalf("packs on disk: got %v, %v", want, err)
	}
	for i := range want {
		want[i] = filepath.ToSlash(filepath.Dir(want[i]))
	}
	if diff := cmp.Diff(Packs(), want); diff != "" {
		t.Errorf("built-in packs (-got +want):\n%s", diff)
	}
	for _, name := range Packs() {
		t.Run(name, func(t *testing.T) {
			p, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range p.Lint() {
				t.Errorf("%s", f)
			}
			if _, err := p.Cases(); err != nil {
				t.Error(err)
			}
			if p.SignedOff {
				t.Error("signed off: no lawyer has signed it")
			}
		})
	}
}

// TestStoredCopyIsTheSamePack reloads a pack from its files, from memory and
// from disk.
func TestStoredCopyIsTheSamePack(t *testing.T) {
	p, err := Load("us-ca/prop64")
	if err != nil {
		t.Fatal(err)
	}
	memory, folder := fstest.MapFS{}, t.TempDir()
	for name, content := range p.Files() {
		memory[name] = &fstest.MapFile{Data: content}
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	copied, err := Parse("stored", memory)
	if err != nil {
		t.Fatal(err)
	}
	onDisk, err := Load(filepath.Join(folder, policyFile))
	if err != nil {
		t.Fatal(err)
	}
	if copied.Digest() != p.Digest() || onDisk.Digest() != p.Digest() {
		t.Errorf("digests: got %s and %s, want %s", copied.Digest(), onDisk.Digest(), p.Digest())
	}
	memory["cases.yaml"] = &fstest.MapFile{Data: append([]byte("# changed\n"), p.Files()["cases.yaml"]...)}
	changed, err := Parse("stored", memory)
	if err != nil {
		t.Fatal(err)
	}
	if changed.Digest() == p.Digest() {
		t.Error("a changed file does not change the digest")
	}
}

func TestNoSuchPack(t *testing.T) {
	_, err := Load("us-ca/prop65")
	if !errors.Is(err, ErrNoPack) || !strings.Contains(err.Error(), "us-ca/prop64") {
		t.Errorf("got %v, want ErrNoPack with the list of packs", err)
	}
}

func TestCasesAreStrict(t *testing.T) {
	tests := map[string]struct{ cases, want string }{
		"no day":            {"cases: []", "as_of is missing"},
		"unknown key":       {"as_of: 2020-01-01\ncases:\n  - {id: a, confidence: H, charges: [{statut: x}]}", `do you mean "statute"?`},
		"unknown outcome":   {"as_of: 2020-01-01\ncases:\n  - {id: a, confidence: H, charges: [{expect: {outcome: MAYBE}}]}", "is no outcome"},
		"confidence":        {"as_of: 2020-01-01\ncases:\n  - {id: a, confidence: X, charges: [{statute: x}]}", "is not known (H, M, L)"},
		"twice":             {"as_of: 2020-01-01\ncases:\n  - {id: a, confidence: H, charges: [{statute: x}]}\n  - {id: a, confidence: H, charges: [{statute: x}]}", "given twice"},
		"bad param":         {"as_of: 2020-01-01\nparams: {years: 3}\ncases: []", "allowed: 0 or 5..10"},
		"attempt in words":  {"as_of: 2020-01-01\ncases:\n  - {id: a, confidence: H, charges: [{code: \"attempt PA:18:5506\"}]}", "of an attempt, attempt:CA:HSC:11357(c)"},
		"attempt as a path": {"as_of: 2020-01-01\ncases:\n  - {id: a, confidence: H, charges: [{code: \"PA:18:901/5506\"}]}", "no canonical code"},
		"small letters":     {"as_of: 2020-01-01\ncases:\n  - {id: a, confidence: H, charges: [{code: \"pa:18:5506\"}]}", "no canonical code"},
		"violation":         {"as_of: 2020-01-01\ncases:\n  - {id: a, confidence: H, charges: [{statute: x, severity: violation}]}", "is an infraction"},
		"no code":           {"as_of: 2020-01-01\ncases:\n  - {id: a, confidence: H, charges: [{code: 11357}]}", "no canonical code"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := Parse("small", fstest.MapFS{policyFile: {Data: []byte(small)}, casesFile: {Data: []byte(test.cases)}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Cases()
			var faults Faults
			if !errors.As(err, &faults) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want Faults that say %q", err, test.want)
			}
		})
	}
}

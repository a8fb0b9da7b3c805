package policies

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const badFolder = "../testdata/policies/bad"

// badPolicies are the rows of index.csv: folder, code, line, and a phrase of
// the message.
func badPolicies(t *testing.T) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(badFolder, "index.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("index: %d rows, %v", len(rows), err)
	}
	return rows[1:]
}

// TestBadPolicies reads policies that each have one thing wrong with them, and
// expects that refusal first, and no other.
func TestBadPolicies(t *testing.T) {
	for _, row := range badPolicies(t) {
		folder, code, place, phrase := row[0], row[1], row[2], row[3]
		t.Run(folder, func(t *testing.T) {
			_, err := Load(filepath.Join(badFolder, folder))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v, want Faults", err)
			}
			if strconv.Itoa(faults[0].Line) != place {
				t.Errorf("got %v, want line %s", faults[0], place)
			}
			for _, f := range faults {
				if f.Code != code || !strings.Contains(f.Message, phrase) {
					t.Errorf("got  %v\nwant %s: ...%s...", f, code, phrase)
				}
			}
		})
	}
}

// TestBadPoliciesAreAllInTheIndex also sees to it that no two are alike.
func TestBadPoliciesAreAllInTheIndex(t *testing.T) {
	indexed := map[string]bool{}
	for _, row := range badPolicies(t) {
		indexed[row[0]] = true
	}
	entries, err := os.ReadDir(badFolder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() && !indexed[entry.Name()] {
			t.Errorf("%s is not in index.csv", entry.Name())
		}
	}
	if len(indexed) < 40 {
		t.Errorf("got %d bad policies, want at least 40", len(indexed))
	}
}

// TestBombs reads files that are made to cost time. They are too large to keep.
func TestBombs(t *testing.T) {
	var many strings.Builder
	for i := range 10_000 {
		many.WriteString("        - {id: c" + strconv.Itoa(i) + ", disposition: {in: [convicted]}, cite: \"Act 8." + strconv.Itoa(i) + "\"}\n")
	}
	for name, test := range map[string]struct{ policy, want string }{
		"conditions": {strings.Replace(small, "        - {id: wait", many.String()+"        - {id: wait", 1), "far more than people can check"},
		"brackets":   {strings.Repeat("[", 1_000_000), "nested more than 64 deep"},
		"lines":      {strings.Repeat("[\n", 1_000_000), "nested more than 64 deep"},
		"hyphens":    {strings.Repeat("- ", 1_000_000), "nested more than 64 deep"},
		"questions":  {strings.Repeat("? ", 1_000_000), "nested more than 64 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseText(t, test.policy)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a refusal: %s", err, test.want)
			}
		})
	}
}

func TestFileTooLarge(t *testing.T) {
	_, err := Parse("large", fstest.MapFS{policyFile: {Data: make([]byte, maxFile+1)}})
	if err == nil || !strings.Contains(err.Error(), "a file of a policy has at most") {
		t.Errorf("got %v, want a refusal of the size", err)
	}
}

// TestVerbsFitUpdateFiles: the column action is 32 bytes wide.
func TestVerbsFitUpdateFiles(t *testing.T) {
	for _, name := range verbNames {
		if len(name) > 32 {
			t.Errorf("verb %s is %d bytes long, the update files have room for 32", name, len(name))
		}
	}
}

func TestOneID(t *testing.T) {
	named := func(name, policy string) *Pack {
		p, err := Parse(name, fstest.MapFS{policyFile: {Data: []byte(policy)}})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	a, b := named("a", small), named("b", strings.Replace(small, "A small", "Another small", 1))
	c := named("c", strings.Replace(small, "us-ca.small", "us-ca.other", 1))
	if err := OneID([]*Pack{a, a, c}); err != nil {
		t.Errorf("a pack given twice: got %v, want no fault", err)
	}
	err := OneID([]*Pack{a, c, b})
	if err == nil || !strings.Contains(err.Error(), "b/policy.yaml:2:1: schema: id us-ca.small is taken by a") {
		t.Errorf("two packs of one id: got %v", err)
	}
}

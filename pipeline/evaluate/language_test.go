package evaluate

import (
	"path/filepath"
	"testing"

	"github.com/clearsweep/clearsweep/policies"
)

// TestLanguage runs the worked examples of packs that use every part of the
// language.
func TestLanguage(t *testing.T) {
	for _, name := range languagePacks {
		pack, err := policies.Load(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		results, err := RunCases(pack, readCode)
		if err != nil {
			t.Fatal(err)
		}
		for i := range results {
			r := &results[i]
			t.Run(name+"/"+r.Case.ID, func(t *testing.T) {
				for _, fault := range r.Faults {
					t.Error(fault)
				}
			})
		}
	}
}

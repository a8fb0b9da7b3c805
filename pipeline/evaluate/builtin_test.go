package evaluate_test

import (
	"testing"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/policies"
)

// TestBuiltInCases runs the worked examples of the packs that travel with the
// program, with the statutes read as a sweep reads them.
func TestBuiltInCases(t *testing.T) {
	for _, name := range policies.Packs() {
		pack, err := policies.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		statutes, err := normalize.New(pack.Jurisdiction)
		if err != nil {
			t.Fatal(err)
		}
		results, err := evaluate.RunCases(pack, func(statute string) (string, bool) {
			code := statutes.Statute(statute).String()
			return code, code != ""
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(results) == 0 {
			t.Errorf("%s has no cases", name)
		}
		for i := range results {
			r := &results[i]
			t.Run(name+"/"+r.Case.ID, func(t *testing.T) {
				for _, fault := range r.Faults {
					if r.Binding() {
						t.Error(fault)
					} else {
						t.Logf("%s, pending sign-off: %s", r.Case.Confidence, fault)
					}
				}
			})
		}
	}
}

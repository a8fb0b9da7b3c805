package evaluate

import (
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/policies"
)

// readCode is as much of a statute reader as the cases of the built-in packs
// need: "11357(B) HS-WORDS", "664/11358 HS", "720 ILCS 550/4(a)".
func readCode(statute string) (string, bool) {
	if il, ok := strings.CutPrefix(statute, "720 ILCS "); ok {
		if object, ok := strings.CutPrefix(il, "5/8-4("); ok {
			return "attempt:IL:720:" + strings.TrimSuffix(object, ")"), true
		}
		return "IL:720:" + il, true
	}
	section, rest, ok := strings.Cut(statute, " ")
	if !ok {
		return "", false
	}
	prefix := ""
	if object, ok := strings.CutPrefix(section, "664/"); ok {
		prefix, section = "attempt:", object
	}
	name := "PC"
	if strings.HasPrefix(rest, "HS") {
		name = "HSC"
	}
	return prefix + "CA:" + name + ":" + strings.ToLower(section), true
}

func TestBuiltInCases(t *testing.T) {
	for _, name := range policies.Packs() {
		pack, err := policies.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		results, err := RunCases(pack, readCode)
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

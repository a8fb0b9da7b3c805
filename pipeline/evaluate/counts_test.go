package evaluate

import (
	"testing"

	"github.com/clearsweep/clearsweep/policies"
)

// A code leaf asks of every offence that a count names.
func TestCountsOfTwoOffencesAgreeOrAreUnknown(t *testing.T) {
	cannabis := func(code *policies.Code) truth {
		if code == nil {
			return unknown
		}
		return truthOf(code.Name == "HSC")
	}
	for canonical, want := range map[string]truth{
		"CA:HSC:11359":              yes,
		"CA:HSC:11359+CA:HSC:11358": yes,
		"CA:HSC:11359+CA:PC:459":    unknown,
		"CA:PC:459+CA:HSC:11359":    unknown,
		"CA:PC:484(a)+CA:PC:490.5":  no,
	} {
		codes, ok := parseCodes(canonical)
		if !ok {
			t.Errorf("%s cannot be read", canonical)
			continue
		}
		if got := agree(cannabis, codes[0], codes[1:]); got != want {
			t.Errorf("%s: got %v, want %v", canonical, got, want)
		}
	}
	for _, bad := range []string{"", "+", "CA:HSC:11359+", "CA:HSC:11359+nonsense"} {
		if codes, ok := parseCodes(bad); ok {
			t.Errorf("%q is read as %v", bad, codes)
		}
	}
}

package normalize

import (
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// A state without a grammar of its own is read plainly, or not at all.
func TestStatesWithoutAGrammar(t *testing.T) {
	n, err := New("US-DE")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"16 4764":                      "DE:16:4764",
		"16 § 4764(a)":                 "DE:16:4764(a)",
		"16 §4764(A)(2)":               "DE:16:4764(a)(2)",
		"16 Section 4764":              "DE:16:4764",
		"16 4764-POSSESSION MARIJUANA": "DE:16:4764",
		"16 4764(a) - POSSESSION":      "DE:16:4764(a)",
		"54 21A-279(c)":                "DE:54:21a-279(c)",
		"rcw 69.50.4014":               "DE:RCW:69.50.4014",
		"2C:35 10(a)(4)":               "",
		"":                             "",
		"4764":                         "",
		"POSSESSION 16":                "",
		"ATT 16-4764":                  "",
		"16 4764 ATTEMPT":              "",
		"16 4764/531":                  "",
		"16 4764 AND 4765":             "",
		"ATT 16 4764":                  "",
		"16 MARIJUANA":                 "",
		"16 4764(":                     "",
		"16 4764²":                     "",
	} {
		got := n.Statute(text)
		if got.String() != want || want != "" && got.Match != schemas.Grammar {
			t.Errorf("%q: got %q (%v), want %q", text, got, got.Match, want)
		}
		if want != "" {
			if again := n.Statute(n.Written(got)); again.String() != want {
				t.Errorf("%q written %q and read again: %q", text, n.Written(got), again)
			}
		}
	}
	for _, jurisdiction := range []string{"DE", "US-", "US-D1", "US-de", "CA-ON", "US-DEL"} {
		if _, err := New(jurisdiction); err == nil {
			t.Errorf("%q is taken for a state", jurisdiction)
		}
	}
}

package normalize

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

func mustNew(t testing.TB, jurisdiction string) *Normalizer {
	t.Helper()
	n, err := New(jurisdiction)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestCalifornia names the code of a text, and after it how it was matched
// where that is not by the table of sections.
func TestCalifornia(t *testing.T) {
	n := mustNew(t, "US-CA")
	for form, cases := range map[string]map[string]string{
		"section then code": {
			"11357(C) HS-POSS MARIJUANA OVER 1 OZ/28.5 GRAM": "CA:HSC:11357(c)",
			"11357(C)HS-POSSESS":                             "CA:HSC:11357(c)",
			"11357(C)HS-":                                    "CA:HSC:11357(c)",
			"11357 HS":                                       "CA:HSC:11357",
			"11357A HS":                                      "CA:HSC:11357(a)",
			"11357B2 HS":                                     "CA:HSC:11357(b)(2)",
			"11360A2 HS-SELL/FURNISH/ETC":                    "CA:HSC:11360(a)(2)",
			"11359HS-INTENT SELL CANNABIS":                   "CA:HSC:11359",
			"11359 HS":                                       "CA:HSC:11359",
			"220 PC- COMMIT MAYHEM":                          "CA:PC:220",
			"4149 BP - UNLICENSED HYPODERMICS":               "CA:BPC:4149",
			"11357 (a) hs":                                   "CA:HSC:11357(a)",
			"/11357 HS":                                      "CA:HSC:11357",
			"--40508 VC--":                                   "CA:VC:40508",
			"CHRG-11358 HS-CULTIVATE":                        "CA:HSC:11358",
			"314(1) PC-INDECENT EXPOSURE":                    "CA:PC:314(1)",
			"290 PC REGISTRATION":                            "CA:PC:290",
			"1170(H) PC-SENTENCING":                          "CA:PC:1170(h)",
			"667(E)(2)(C)(IV) PC":                            "CA:PC:667(e)(2)(c)(iv)",
			"11357 HS, 187 PC":                               "CA:HSC:11357",
			"１１３５７ ＨＳ":                                       "CA:HSC:11357",
			"§ 11357 HS":                                     "CA:HSC:11357",
			"11358  HS   CULTIVATING MARIJUANA":              "CA:HSC:11358",
		},
		"code then section": {
			"HS 11357(A)":                         "CA:HSC:11357(a)",
			"HS11357A":                            "CA:HSC:11357(a)",
			"H&S 11357":                           "CA:HSC:11357",
			"h & s 11357(b)":                      "CA:HSC:11357(b)",
			"HSC 11357":                           "CA:HSC:11357",
			"HS § 11357(a)":                       "CA:HSC:11357(a)",
			"PC SEC. 459":                         "CA:PC:459",
			"Penal Code section 459":              "CA:PC:459",
			"HS 11357(A)-POSSESS":                 "CA:HSC:11357(a)",
			"PC 459 BURGLARY":                     "CA:PC:459",
			"Health and Safety Code 11360 (a)(2)": "CA:HSC:11360(a)(2)",
		},
		"attempt": {
			"664/11358 HS":            "attempt:CA:HSC:11358",
			"664/11359(C) HS-SELL":    "attempt:CA:HSC:11359(c)",
			"664-11357(c) HS":         "attempt:CA:HSC:11357(c)",
			"664.11357(c) HS":         "attempt:CA:HSC:11357(c)",
			"66411357(c) HS":          "attempt:CA:HSC:11357(c)",
			"11359/664 HS":            "attempt:CA:HSC:11359",
			"11359-664 HS":            "attempt:CA:HSC:11359",
			"11359 HS/664 PC":         "attempt:CA:HSC:11359",
			"PC 664/HS 11358":         "attempt:CA:HSC:11358",
			"664(A)/187(A) PC":        "attempt:CA:PC:187(a)",
			"11358 HS-ATTEMPTED":      "attempt:CA:HSC:11358",
			"11358 HS-GROW-ATTEMPTED": "attempt:CA:HSC:11358",
			"664 PC":                  "CA:PC:664",
			"664 PC-ATTEMPTED":        "CA:PC:664",
			"664 HS":                  " ambiguous",
		},
		"other inchoate forms": {
			"182(A)(1) PC":          "CA:PC:182(a)(1)",
			"182(A)(1)/11359 HS":    "conspiracy:CA:HSC:11359",
			"182/487 PC":            "conspiracy:CA:PC:487",
			"32/211 PC":             "accessory:CA:PC:211",
			"32 PC":                 "CA:PC:32",
			"653F(B)/187 PC":        "solicitation:CA:PC:187",
			"653F(B) PC":            "CA:PC:653f(b)",
			"664/182/11359 HS":      " unmatched",
			"182/186.22(B)(4) PC":   "CA:PC:182",
			"182(A)(1) PC-CONSPIRE": "CA:PC:182(a)(1)",
		},
		"two sections": {
			"484(A)/490.5 PC":        "CA:PC:484(a)",
			"246/186.22(B)(4) PC":    "CA:PC:246",
			"215 + 186.22(B)(4) PC":  "CA:PC:215",
			"11357/11358 HS":         "CA:HSC:11357",
			"11357-11360 HS":         " unmatched", // a range
			"11357/99 HS":            " unmatched", // no such second section
			"11357 HS OR 11358 HS":   " unmatched",
			"11357 HS/459 PC/664 PC": "attempt:CA:HSC:11357",
		},
		"sections that look alike": {
			"11357.5 HS": "CA:HSC:11357.5",
			"11366.5 HS": "CA:HSC:11366.5",
			"11361 HS":   "CA:HSC:11361",
			"1187 PC":    "CA:PC:1187 grammar",
			"12187 PC":   "CA:PC:12187 grammar",
			"1290 PC":    "CA:PC:1290 grammar",
			"537 PC":     "CA:PC:537",
			"40508 VC":   "CA:VC:40508",
			"288A PC":    "CA:PC:288a",
			"288(A) PC":  "CA:PC:288(a)",
			"288A(B) PC": "CA:PC:288a(b)",
			"273AB PC":   "CA:PC:273ab",
			"273A(B) PC": "CA:PC:273a(b)",
			"647F PC":    "CA:PC:647(f)",
			"647BPC":     "CA:PC:647(b)",
			"4140BPC":    "CA:BPC:4140",
			"602L1 PC":   "CA:PC:602(l)(1)",
			"999(B) PC":  "CA:PC:999(b) grammar",
			"999B PC":    " ambiguous",
		},
		"a code that has no such section": {
			"PC 11357":  " ambiguous",
			"11357 PC":  " ambiguous",
			"11359 VC":  " ambiguous",
			"11364 BP":  " ambiguous",
			"99999 PC":  " unmatched",
			"999999 HS": " unmatched",
			"011357 HS": " unmatched",
			"0 PC":      " unmatched",
		},
		"mistyped": {
			"1l357 HS":   "CA:HSC:11357",
			"1I357(A)HS": "CA:HSC:11357(a)",
			"11357,5 HS": "CA:HSC:11357.5",
			"1135O HS":   " ambiguous", // the letter stands at the end of the number
			"113O7 HS":   " ambiguous", // 11307 is not listed either
		},
		"from the table of whole texts": {
			"HS 11357 A": "CA:HSC:11357(a) exact",
			"11357 b hs": "CA:HSC:11357(b) exact",
		},
		"not a statute": {
			"":                                     " unmatched",
			" ":                                    " unmatched",
			"11357":                                " unmatched",
			"CR11357":                              " unmatched",
			"BA113570-01":                          " unmatched",
			"PC11357-01":                           " unmatched",
			"2011HS11357":                          " unmatched",
			"HS 11357-5":                           " unmatched",
			"HS-11357-2011":                        " unmatched",
			"POSSESSION OF MARIJUANA":              " unmatched",
			"SEE COMMENT FOR CHARGE":               " unmatched",
			"POSS 11357 HS":                        " unmatched",
			"11357(MISD) HS":                       " unmatched",
			"11357(A HS":                           " unmatched",
			"11357 HSX":                            " unmatched",
			"HS":                                   " unmatched",
			"/":                                    " unmatched",
			strings.Repeat("1HS/", 60) + "1HS":     " unmatched", // slow, if every way to part it were tried
			strings.Repeat("HS 1/", 50) + "HS 1":   " unmatched",
			"11357(A)(1)(2)(B) ":                   " unmatched",
			strings.Repeat("1", 300):               " unmatched",
			"11357 HS-" + strings.Repeat("X", 300): " unmatched",
		},
	} {
		t.Run(form, func(t *testing.T) {
			for text, want := range cases {
				checkStatute(t, n, text, want)
			}
		})
	}
}

// checkStatute compares the code of a text; a word after a blank in want is
// the way of matching, else it is by section.
func checkStatute(t *testing.T, n *Normalizer, text, want string) {
	t.Helper()
	code, match, _ := strings.Cut(want, " ")
	if match == "" {
		match = schemas.Section.String()
	}
	got := n.Statute(text)
	if got.String() != code || got.Match.String() != match {
		t.Errorf("%q: got %q by %s (%s), want %q by %s", text, got, got.Match, got.Rule, code, match)
	}
}

func TestCaliforniaStatute(t *testing.T) {
	n := mustNew(t, "US-CA")
	got := n.Statute("664/215(A) + 186.22(B)(4) PC-TAKE CAR")
	want := Statute{
		Jurisdiction: "CA",
		Code:         "PC",
		Section:      "215",
		Subdivisions: []string{"a"},
		Inchoate:     schemas.Attempt,
		Match:        schemas.Section,
		Rule:         "section then code, attempt",
		Title:        "carjacking",
		Also:         []string{"CA:PC:186.22(b)(4)"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A count that names two offences has both in its code; an enhancement is none.
func TestCountsOfTwoOffences(t *testing.T) {
	n, err := New("US-CA")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"11359 HS/459 PC":       "CA:HSC:11359+CA:PC:459",
		"484(A)/490.5 PC":       "CA:PC:484(a)+CA:PC:490.5",
		"246/186.22(B)(4) PC":   "CA:PC:246",
		"215 + 186.22(B)(4) PC": "CA:PC:215",
		"664/11359 HS":          "attempt:CA:HSC:11359",
		"11359 HS":              "CA:HSC:11359",
		"11359² HS":             "",
	} {
		if got := n.look(text).code; got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

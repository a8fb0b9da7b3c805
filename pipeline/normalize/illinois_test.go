package normalize

import "testing"

func TestIllinois(t *testing.T) {
	n := mustNew(t, "US-IL")
	for form, cases := range map[string]map[string]string{
		"chapter, act, section": {
			"720 ILCS 570/402(c)":         "IL:720:570/402(c)",
			"720 ILCS 550/4(a)":           "IL:720:550/4(a)",
			"720 ilcs 550/4 (a)":          "IL:720:550/4(a)",
			"720 I.L.C.S. 550/4(a)":       "IL:720:550/4(a)",
			"720-550/4-A":                 "IL:720:550/4(a)",
			"720 ILCS 550.0/4-A":          "IL:720:550/4(a)",
			"720 570 402(c)":              "IL:720:570/402(c)",
			"720/570/402(c)":              "IL:720:570/402(c)",
			"720 ILCS 5 / 16-1":           "IL:720:5/16-1",
			"720 ILCS 5/24-1.6(a)(1)":     "IL:720:5/24-1.6(a)(1)",
			"720 ILCS 570/402(c) - DRUG":  "IL:720:570/402(c)",
			"720 ILCS 570/402(c) POSSESS": "IL:720:570/402(c)",
			"570/402(c)":                  "IL:720:570/402(c)",
		},
		"sections": {
			"720 ILCS 5/12-3.05(d)(4)":    "IL:720:5/12-3.05(d)(4)",
			"730 ILCS 5/5-8A-4.1(a)":      "IL:730:5/5-8A-4.1(a)",
			"15 ILCS 335/14A(b)(1)":       "IL:15:335/14A(b)(1)",
			"720 ILCS 5/12C-5(a)(1)":      "IL:720:5/12C-5(a)(1)",
			"720 ILCS 5/24-3(A)(g)":       "IL:720:5/24-3(A)(g)",
			"720 ILCS 5/11-1.60(c)(1)(i)": "IL:720:5/11-1.60(c)(1)(i)",
			"720 ILCS 570/401(a)(1.5)(A)": "IL:720:570/401(a)(1.5)(A)",
			"720 ILCS 570/401.5(a-5)":     "IL:720:570/401.5(a-5)",
			"720 ILCS 5/31-1(a-7)":        "IL:720:5/31-1(a-7)",
			"720 ILCS 5/31-1a(b)":         "IL:720:5/31-1a(b)",
			"720 ILCS 5/24-3B(a)":         "IL:720:5/24-3B(a)",
			"720 ILCS 5/12C-30(b)":        "IL:720:5/12C-30(b) grammar",
			"720 ILCS 570/402c":           " ambiguous",
			"720 ILCS 57O/402(c)":         " unmatched",
			"720 ILCS 570/4O2(c)":         "IL:720:570/402(c)",
			"720 ILCS 550/5(C)":           "IL:720:550/5(C)",
			"720 ILCS 550/4.5":            "IL:720:550/4.5 grammar",
			"720 ILCS 5/8-4":              "IL:720:5/8-4",
			"720 ILCS 5/8-4(a)":           "IL:720:5/8-4(a)",
			"720 ILCS 5/8-1.2(a)":         "IL:720:5/8-1.2(a)",
		},
		"attempt": {
			"720 ILCS 5/8-4(550/4(d))":              "attempt:IL:720:550/4(d)",
			"5/8-4(24-1.6(a)(1))":                   "attempt:IL:720:5/24-1.6(a)(1)",
			"8-4(720-550/5(d))":                     "attempt:IL:720:550/5(d)",
			"720 ILCS 5/8-4(730 ILCS 150/6)":        "attempt:IL:730:150/6",
			"8-4(730 ILCS 150/6)":                   "attempt:IL:730:150/6",
			"8-4(625 ILCS 5/11-1431(a))":            "attempt:IL:625:5/11-1431(a)",
			"8-4(a)(720-5/9-1(a)(1))":               "attempt:IL:720:5/9-1(a)(1)",
			"8-4( 406.2(a)(2) )":                    "attempt:IL:720:570/406.2(a)(2)",
			"8-4(14A(b)(1))":                        "attempt:IL:15:335/14A(b)(1)",
			"8-4(730 ILCS 150/3(a)":                 "attempt:IL:730:150/3(a)",
			"625 ILCS 5/8-4(4-103(a)(1))":           "attempt:IL:625:5/4-103(a)(1)",
			"720 ILCS 5/8-4(99-9)":                  "attempt:IL:720:5/99-9 grammar",
			"720 ILCS 5/8-4(999)":                   " ambiguous",
			"720 ILCS 5/8-4(10(a))":                 " ambiguous", // several acts have a section 10
			"720 ILCS 5/8-4(8-2(720 ILCS 570/402))": " unmatched",
			"720 ILCS 5/8-4(POSSESSION)":            " unmatched",
			"720 ILCS 5/8-4()":                      " unmatched",
			"550/8-4(720 ILCS 550/4)":               " unmatched",
		},
		"conspiracy and solicitation": {
			"720 ILCS 5/8-2(570/401(a)(1)(A))": "conspiracy:IL:720:570/401(a)(1)(A)",
			"720 ILCS 5/8-1(9-1(a)(1))":        "solicitation:IL:720:5/9-1(a)(1)",
		},
		"chapter 56 1/2": {
			"56.5-704":                  "IL:720:550/4",
			"56.5-704(a)":               "IL:720:550/4(a)",
			"56.5-704(A)":               "IL:720:550/4(a)",
			"56 1/2-705(d)":             "IL:720:550/5(d)",
			"56½-704(a)":                "IL:720:550/4(a)",
			"56½ ¶ 704(a)":              "IL:720:550/4(a)",
			"Ch. 56 1/2, par. 704(b)":   "IL:720:550/4(b)",
			"CHAPTER 56 1/2, PARA. 704": "IL:720:550/4",
			"56.5-704-A":                "IL:720:550/4(a)",
			"56.5-704(a) CANNABIS":      "IL:720:550/4(a)",
			"56.5-999":                  " unmatched",
			"56.5-7041":                 " unmatched",
			"56.5-1402(b)":              " unmatched", // of another act, and nobody has read which section it became
			"56.5":                      " unmatched",
			"56 1/2":                    " unmatched",
			"156.5-704(a)":              " unmatched",
			"56.5-704(a) OR 705":        " unmatched",
		},
		"not a statute": {
			"":                     " unmatched",
			"402(c)":               " unmatched",
			"24-1.6(a)(1)":         " unmatched",
			"19CR0055001":          " unmatched",
			"721 ILCS 570/402(c)":  " unmatched", // there is no chapter 721
			"720 ILCS 570/402(c)9": " unmatched",
			"720 ILCS 570/402(c":   " unmatched",
			"720 ILCS 570":         " unmatched",
			"720 ILCS":             " unmatched",
			"720":                  " unmatched",
			"5/24-1999":            " ambiguous", // three chapters have an act 5
			"2019-02-04":           " unmatched",
		},
	} {
		t.Run(form, func(t *testing.T) {
			for text, want := range cases {
				checkStatute(t, n, text, want)
			}
		})
	}
}

// TestActOf looks for the act of a section that is cited alone, inside
// 720 ILCS 5.
func TestActOf(t *testing.T) {
	listed := map[sectionKey]Section{}
	for _, key := range []sectionKey{
		{"720", "5/1-1"}, {"625", "5/1-1"}, // here and there
		{"625", "5/2-2"},                   // there
		{"625", "5/3-3"}, {"730", "5/3-3"}, // there, twice
	} {
		listed[key] = Section{Kind: "offence"}
	}
	g := newIllinois(&tables{sections: listed}).(*illinois)
	for number, want := range map[string]struct {
		key      sectionKey
		doubtful bool
	}{
		"1-1": {sectionKey{"720", "5/1-1"}, false},
		"2-2": {sectionKey{"625", "5/2-2"}, false},
		"3-3": {sectionKey{"720", "5/3-3"}, true},
		"4-4": {sectionKey{"720", "5/4-4"}, false},
		"5":   {sectionKey{"720", "5/5"}, true},
	} {
		key, doubtful := g.actOf(number, sectionKey{"720", "5/" + number})
		if key != want.key || doubtful != want.doubtful {
			t.Errorf("%s: got %v, doubtful %v; want %v, %v", number, key, doubtful, want.key, want.doubtful)
		}
	}
}

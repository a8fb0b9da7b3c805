package normalize

import "testing"

func TestTexas(t *testing.T) {
	n := mustNew(t, "US-TX")
	for form, cases := range map[string]map[string]string{
		"code and section": {
			"PC 30.02":                                "TX:PC:30.02",
			"Penal Code 30.02(c)(2)":                  "TX:PC:30.02(c)(2)",
			"Tex. Penal Code § 30.02(c)(2)":           "TX:PC:30.02(c)(2)",
			"TX PENAL CODE 19.02":                     "TX:PC:19.02",
			"HSC 481.121(b)(1)":                       "TX:HSC:481.121(b)(1)",
			"H&S 481.121(b)(1)":                       "TX:HSC:481.121(b)(1)",
			"Health & Safety Code § 481.121 (b)(1)":   "TX:HSC:481.121(b)(1)",
			"Health and Safety Code Sec. 481.1151(b)": "TX:HSC:481.1151(b)",
			"481.121(b)(1) HSC":                       "TX:HSC:481.121(b)(1)",
			"481.121(b)(1) HSC - POSS MARIJ":          "TX:HSC:481.121(b)(1)",
			"Section 481.121, Health and Safety Code": "TX:HSC:481.121",
			"30.02(c)(2), PENAL CODE":                 "TX:PC:30.02(c)(2)",
			"30.02 PC":                                "TX:PC:30.02",
			"481.121":                                 "TX:HSC:481.121",
			"481.121(b)(1)":                           "TX:HSC:481.121(b)(1)",
			"481.121B1":                               "TX:HSC:481.121(b)(1)",
			"PC 22.01(a)(1) ASSAULT":                  "TX:PC:22.01(a)(1)",
			"PC 20A.02(a)(7)":                         "TX:PC:20A.02(a)(7)",
			"Transportation Code 521.457":             "TX:TRC:521.457",
			"TRC 545.421(a-1)":                        "TX:TRC:545.421(a-1)",
			"CCP Art. 62.102(b)(2)":                   "TX:CCP:62.102(b)(2)",
			"PC 49.04(d)":                             "TX:PC:49.04(d)",
			"PC 32.99":                                "TX:PC:32.99 grammar",
			"481,121(b)":                              "TX:HSC:481.121(b)",
			"481.12l(b)":                              " unmatched",
			"481.l21(b)":                              " unmatched",
		},
		"sections that look alike": {
			"HSC 481.112":   "TX:HSC:481.112",
			"HSC 481.1121":  "TX:HSC:481.1121",
			"HSC 481.12":    "TX:HSC:481.12 grammar",
			"HSC 481.1210":  "TX:HSC:481.1210 grammar",
			"PC 22.011":     "TX:PC:22.011",
			"PC 22.01":      "TX:PC:22.01",
			"PC 30.2":       " ambiguous",
			"PC 32.99A":     " ambiguous",
			"PC 481.121":    " unmatched", // the Penal Code has no chapter 481
			"481.999":       " unmatched",
			"1481.121":      " unmatched",
			"481.121.1":     " unmatched",
			"HSC 0481.121":  " unmatched",
			"2481.12100":    " unmatched",
			"481.121 / 122": " unmatched",
		},
		"inchoate": {
			"PC 15.01":                      "TX:PC:15.01",
			"PC 15.01/30.02":                "attempt:TX:PC:30.02",
			"PC 15.01/PC 30.02(c)(2)":       "attempt:TX:PC:30.02(c)(2)",
			"Penal Code 15.01(a), 30.02":    "attempt:TX:PC:30.02",
			"PC 15.01/HSC 481.121(b)(3)":    "attempt:TX:HSC:481.121(b)(3)",
			"PC 15.01/481.121(b)(3)":        "attempt:TX:HSC:481.121(b)(3)",
			"15.01, PC 30.02":               "attempt:TX:PC:30.02",
			"15.01/481.121":                 "attempt:TX:HSC:481.121",
			"19.02(b)(1)/15.01 PC":          "attempt:TX:PC:19.02(b)(1)",
			"PC 15.02/HSC 481.112":          "conspiracy:TX:HSC:481.112",
			"PC 15.03/PC 19.03":             "solicitation:TX:PC:19.03",
			"PC 15.031":                     "TX:PC:15.031",
			"PC 15.01-CRIMINAL ATTEMPT":     "TX:PC:15.01",
			"PC 15.01/15.02/30.02":          " unmatched",
			"PC 30.02/31.03":                " unmatched", // two offences
			"HSC 481.121/PC 15.01":          "attempt:TX:HSC:481.121",
			"PC 15.01/HSC 481.121 POSSESS ": "attempt:TX:HSC:481.121",
		},
		"codes of counties": {
			"356226":   "TX:HSC:481.121(b)(1) exact",
			"356218":   "TX:HSC:481.121(b)(3) exact",
			"559904":   "TX:HSC:481.115(b) exact",
			"540416":   " unmatched", // not approved by anybody
			"3562260":  " unmatched",
			"35622":    " unmatched",
			"356226.0": " unmatched",
		},
		"not a statute": {
			"":                " unmatched",
			"POSS MARIJ":      " unmatched",
			"PC":              " unmatched",
			"CR-30.02-19":     " unmatched",
			"2019PC30.02":     " unmatched",
			"PCX 30.02":       " unmatched",
			"30.02(c":         " unmatched",
			"30.02 OR 31.03":  " unmatched",
			"HSC 481.121(b)1": " unmatched",
		},
	} {
		t.Run(form, func(t *testing.T) {
			for text, want := range cases {
				checkStatute(t, n, text, want)
			}
		})
	}
}

// TestSectionAlone reads a section without a code where two codes list it, and
// where one does.
func TestSectionAlone(t *testing.T) {
	listed := &tables{
		sections: map[sectionKey]Section{
			{"PC", "10.10"}: {Kind: "offence"}, {"HSC", "10.10"}: {Kind: "offence"}, {"PC", "10.11"}: {Kind: "offence"},
			{"PL", "100.10"}: {Kind: "offence"}, {"CPL", "100.10"}: {Kind: "offence"}, {"PL", "100.11"}: {Kind: "offence"},
		},
		tokens: []token{{"PC", "PC", 99}, {"HSC", "HSC", 99}},
	}
	for name, c := range map[string]struct {
		grammar grammar
		text    string
		want    int
	}{
		"Texas, two codes":    {newTexas(listed), "10.10", 0},
		"Texas, one code":     {newTexas(listed), "10.11", 1},
		"New York, two laws":  {newNewYork(listed), "100.10", 0},
		"New York, one law":   {newNewYork(listed), "100.11", 1},
		"New York, no law":    {newNewYork(listed), "100.12", 0},
		"New York, no number": {newNewYork(listed), "10011", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.grammar.read(c.text); len(got) != c.want {
				t.Errorf("%q: got %d readings, want %d", c.text, len(got), c.want)
			}
		})
	}
}

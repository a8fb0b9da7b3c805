package normalize

import "testing"

func TestNewYork(t *testing.T) {
	n := mustNew(t, "US-NY")
	for form, cases := range map[string]map[string]string{
		"law and section": {
			"PL 221.10":                   "NY:PL:221.10",
			"PL 221.10(1)":                "NY:PL:221.10(01)",
			"PL 221.10 (1)":               "NY:PL:221.10(01)",
			"PL 221.10 01":                "NY:PL:221.10(01)",
			"PL 221.10(01)":               "NY:PL:221.10(01)",
			"PL221.10":                    "NY:PL:221.10",
			"P.L. § 221.10":               "NY:PL:221.10",
			"Penal Law section 221.10":    "NY:PL:221.10",
			"221.10 PL":                   "NY:PL:221.10",
			"221.10(1) PL":                "NY:PL:221.10(01)",
			"221.10":                      "NY:PL:221.10",
			"PL 220.06(4)":                "NY:PL:220.06(04)",
			"PL 265.02(5)(i)":             "NY:PL:265.02(05)(i)",
			"PL 240.37 02":                "NY:PL:240.37(02)",
			"PL 221.10 00":                "NY:PL:221.10",
			"PL 221.10 MARIJUANA":         "NY:PL:221.10",
			"PL 221.10-POSSESS MARIJUANA": "NY:PL:221.10",
			"PL 222.30":                   "NY:PL:222.30",
			"PL 199.50":                   "NY:PL:199.50 grammar",
		},
		"rap sheet": {
			"PL 221.10 Sub 01 Class B Misdemeanor Degree 5 NCIC 3562":    "NY:PL:221.10(01)",
			"PL 221.05 Sub 00 Violation":                                 "NY:PL:221.05",
			"PL 110-221.20 Sub 00 Class A Misdemeanor Degree 3":          "attempt:NY:PL:221.20",
			"PL 120.05 Sub 03-A Class D Felony Degree 2 NCIC 1399":       "NY:PL:120.05(03-a)",
			"PL 220.18 Sub 01 Class A-II Felony":                         "NY:PL:220.18(01)",
			"PL 221.10 Sub 01 Class B Misdemeanor Degree 5 NCIC 3562 99": " unmatched",
		},
		"run together": {
			"PL 2211001":  "NY:PL:221.10(01)",
			"PL 2211500":  "NY:PL:221.15",
			"PL 2200300":  "NY:PL:220.03",
			"PL 22003":    "NY:PL:220.03",
			"PL 13065A1":  "NY:PL:130.65-a(01)",
			"VTL1192001":  "NY:VTL:1192(01)",
			"VTL0511001":  "NY:VTL:511(01)",
			"VTL1192000":  "NY:VTL:1192",
			"VTL051101A":  " ambiguous", // 511(1)(a), or (1-a)
			"PL 120053A":  " ambiguous",
			"VTL11920U2":  " unmatched",
			"PL 12000WC":  " unmatched",
			"PL 2211099X": " unmatched",
			"PL 9991001":  " unmatched",
			"2211001":     " unmatched", // without the name of a law it may be anything
		},
		"other laws": {
			"VTL 1192(1)":        "NY:VTL:1192(01)",
			"VTL 1192.3":         "NY:VTL:1192(03)",
			"VTL 1192(2-a)(a)":   "NY:VTL:1192(02-a)(a)",
			"VTL 1192-a":         "NY:VTL:1192-a",
			"VTL 511(1)(a)":      "NY:VTL:511(01)(a)",
			"V&T 511":            "NY:VTL:511",
			"AML 353-A":          "NY:AML:353-a",
			"PHL 3304":           "NY:PHL:3304",
			"COR 168-F(4)":       "NY:COR:168-f(04)",
			"CPL 570.06":         "NY:CPL:570.06",
			"AC 10-125":          "NY:AC:10-125",
			"AC 10-125(b)":       "NY:AC:10-125(b)",
			"VTL 9999":           "NY:VTL:9999 grammar",
			"PL 130.65-A":        "NY:PL:130.65-a",
			"PL 130.65A":         "NY:PL:130.65-a",
			"PL 265.01-B(1)":     "NY:PL:265.01-b(01)",
			"PL 221.10A":         " ambiguous",
			"AML 353B":           "NY:AML:353-b",
			"AML 350A":           " ambiguous",
			"VTL 1192-3":         " unmatched",
			"VTL 1192 03 AND 02": " unmatched",
		},
		"inchoate": {
			"110-221.20":             "attempt:NY:PL:221.20",
			"110/221.20":             "attempt:NY:PL:221.20",
			"PL 110-221.20":          "attempt:NY:PL:221.20",
			"PL 110.00/221.15":       "attempt:NY:PL:221.15",
			"PL 110.00/PL 221.15(1)": "attempt:NY:PL:221.15(01)",
			"PL 110/130.65":          "attempt:NY:PL:130.65",
			"PL 1102212000":          "attempt:NY:PL:221.20",
			"PL 1101306501":          "attempt:NY:PL:130.65(01)",
			"PL 110.00":              "NY:PL:110.00",
			"PL 110.00-ATTEMPT":      "NY:PL:110.00",
			"PL 105.15/220.39":       "conspiracy:NY:PL:220.39",
			"PL 105.15":              "NY:PL:105.15",
			"PL 100.10/125.25(1)":    "solicitation:NY:PL:125.25(01)",
			"PL 110.00/VTL 511(3)":   "attempt:NY:VTL:511(03)",
			"PL 120.00-125.00":       " unmatched", // a range
			"110-999.99":             " unmatched",
		},
		"mistyped": {
			"PL 22l.10": " unmatched", // the letter does not stand between two digits
			"PL 1l5.00": "NY:PL:115.00",
			"PL 22O.03": " unmatched",
			"PL 221,10": "NY:PL:221.10",
			"PL 2l1.05": " unmatched", // there is no 211.05
		},
		"must not match": {
			"PL 221.1":      " ambiguous", // a spreadsheet's 221.10, or nothing
			"PL 221.100":    " unmatched",
			"PL 2211":       " unmatched",
			"PL 221":        " unmatched",
			"PL 0221.10":    " unmatched",
			"CR-221.10-14":  " unmatched",
			"2014NY221.10":  " unmatched",
			"PLX 221.10":    " unmatched",
			"221.10 221.15": " unmatched",
			"PL":            " unmatched",
			"":              " unmatched",
			"160.50":        " unmatched", // no section of the Penal Law
		},
	} {
		t.Run(form, func(t *testing.T) {
			for text, want := range cases {
				checkStatute(t, n, text, want)
			}
		})
	}
}

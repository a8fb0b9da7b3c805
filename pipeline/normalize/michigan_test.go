package normalize

import "testing"

func TestMichigan(t *testing.T) {
	n := mustNew(t, "US-MI")
	for form, cases := range map[string]map[string]string{
		"with separators": {
			"333.7403(2)(d)":             "MI:MCL:333.7403(2)(d)",
			"333.7403(2)(D)":             "MI:MCL:333.7403(2)(d)",
			"MCL 333.7403(2)(D)":         "MI:MCL:333.7403(2)(d)",
			"M.C.L. § 333.7403 (2)(d)":   "MI:MCL:333.7403(2)(d)",
			"MCLA 750.529":               "MI:MCL:750.529",
			"333.7401(2)(d)(iii)":        "MI:MCL:333.7401(2)(d)(iii)",
			"333.7401(2)(D)(3)":          "MI:MCL:333.7401(2)(d)(iii)",
			"750.81(2)":                  "MI:MCL:750.81(2)",
			"750.377a(1)(d)":             "MI:MCL:750.377a(1)(d)",
			"257.625(1)":                 "MI:MCL:257.625(1)",
			"750.81(2) - DOMESTIC":       "MI:MCL:750.81(2)",
			"750.167 DISORDERLY PERSON":  "MI:MCL:750.167",
			"750.566":                    "MI:MCL:750.566 grammar",
			"750.520b(1)(b)(i)":          "MI:MCL:750.520b(1)(b)(i)",
			"333.26424":                  "MI:MCL:333.26424",
			"MCL 750.167(1)(a) - PERSON": "MI:MCL:750.167(1)(a)",
		},
		"run together": {
			"333.74032D":             "MI:MCL:333.7403(2)(d)",
			"333.74042D":             "MI:MCL:333.7404(2)(d)",
			"333.74032A5":            "MI:MCL:333.7403(2)(a)(v)",
			"333.74032AV":            "MI:MCL:333.7403(2)(a)(v)",
			"333.74012D3":            "MI:MCL:333.7401(2)(d)(iii)",
			"333.74012DIII":          "MI:MCL:333.7401(2)(d)(iii)",
			"750.812":                "MI:MCL:750.81(2)",
			"750.81A2":               "MI:MCL:750.81a(2)",
			"750.356D4":              "MI:MCL:750.356d(4)",
			"750.356C":               "MI:MCL:750.356c",
			"750.520B2C":             "MI:MCL:750.520b(2)(c)",
			"750.520B1BI":            "MI:MCL:750.520b(1)(b)(i)",
			"750.543F":               "MI:MCL:750.543f",
			"257.6251A":              "MI:MCL:257.625(1)(a)",
			"257.6251":               "MI:MCL:257.625(1)",
			"257.9041B":              "MI:MCL:257.904(1)(b)",
			"750.110A2":              "MI:MCL:750.110a(2)",
			"333.74032D-POSS MARIJ":  "MI:MCL:333.7403(2)(d)",
			"333.74032D POSSESSION":  "MI:MCL:333.7403(2)(d)",
			"750.377A1D":             "MI:MCL:750.377a(1)(d)",
			"750.3562A":              "MI:MCL:750.356(2)(a)",
			"750.504":                " ambiguous", // section 504, or 50(4)
			"750.505":                "MI:MCL:750.505",
			"750.492A1":              " ambiguous", // 492a(1), or 49(2)(a)(i)
			"750.492a(1)":            "MI:MCL:750.492a(1)",
			"750.8110":               "MI:MCL:750.81(10)",
			"750.999":                " unmatched",
			"750.564B":               " ambiguous", // 564b, or 564(b)
			"333.7403D":              " ambiguous",
			"333.74032D3X":           " unmatched",
			"333.7403 2D":            " unmatched",
			"750.8123456":            " unmatched",
			"333.74O32D":             "MI:MCL:333.7403(2)(d)",
			"333,74032D":             "MI:MCL:333.7403(2)(d)",
			"333.7403(2)(d) or (2A)": " unmatched",
		},
		"inchoate": {
			"333.74032D[A]":               "attempt:MI:MCL:333.7403(2)(d)",
			"333.74032D [A]":              "attempt:MI:MCL:333.7403(2)(d)",
			"333.74032D-A":                "attempt:MI:MCL:333.7403(2)(d)",
			"333.74032D-A POSSESSION":     "attempt:MI:MCL:333.7403(2)(d)",
			"750.110-A":                   " ambiguous", // there is a section 110a
			"750.530-A":                   "attempt:MI:MCL:750.530",
			"257.6251-A":                  " ambiguous", // an attempt, or (1)(a)
			"257.6251[A]":                 "attempt:MI:MCL:257.625(1)",
			"750.92":                      "MI:MCL:750.92",
			"750.92(2)":                   "MI:MCL:750.92(2)",
			"750.922":                     "MI:MCL:750.92(2)",
			"750.92/333.74032D":           "attempt:MI:MCL:333.7403(2)(d)",
			"750.92 333.74032D":           "attempt:MI:MCL:333.7403(2)(d)",
			"750.92(3)/750.360":           "attempt:MI:MCL:750.360",
			"750.157A":                    "MI:MCL:750.157a",
			"750.157a(1)":                 "MI:MCL:750.157a(1)",
			"750.157A/333.74012A4":        "conspiracy:MI:MCL:333.7401(2)(a)(iv)",
			"750.157a / 750.529":          "conspiracy:MI:MCL:750.529",
			"750.157B/750.316":            "solicitation:MI:MCL:750.316",
			"750.157A/333.74012A4[A]":     " unmatched", // an attempt at a conspiracy
			"750.92/750.157a/750.529":     " unmatched",
			"750.157A-CONSPIRACY":         "MI:MCL:750.157a",
			"750.92-ATTEMPT":              "MI:MCL:750.92",
			"750.530[A]-UNARMED ROBBERY":  "attempt:MI:MCL:750.530",
			"750.92/999.1":                " unmatched",
			"333.7403(2)(d)-A":            "attempt:MI:MCL:333.7403(2)(d)",
			"750.530 [A] UNARMED ROBBERY": "attempt:MI:MCL:750.530",
		},
		"must not match": {
			"333.7403.5":     " unmatched",
			"1333.7403":      " unmatched",
			"33.7403":        " unmatched",
			"333.07403":      " unmatched",
			"333.7403-2":     " unmatched",
			"2019-333.7403":  " unmatched",
			"7403(2)(d)":     " unmatched",
			"333.740":        "MI:MCL:333.740 grammar",
			"333.74030":      " unmatched",
			"ORD 333":        " unmatched",
			"":               " unmatched",
			"MCL":            " unmatched",
			"333.7403(2)(d":  " unmatched",
			"333.7403(MISD)": " unmatched",
		},
	} {
		t.Run(form, func(t *testing.T) {
			for text, want := range cases {
				checkStatute(t, n, text, want)
			}
		})
	}
}

package normalize

import "testing"

func TestPennsylvania(t *testing.T) {
	n := mustNew(t, "US-PA")
	for form, cases := range map[string]map[string]string{
		"dockets": {
			"35 § 780-113 §§ A16":        "PA:35PS:780-113(a)(16)",
			"35 § 780-113 §§ A30":        "PA:35PS:780-113(a)(30)",
			"35 § 780-113 §§ A31":        "PA:35PS:780-113(a)(31)",
			"35 § 780-113 §§ A31I":       "PA:35PS:780-113(a)(31)(i)",
			"35 § 780-113 §§ A31II":      "PA:35PS:780-113(a)(31)(ii)",
			"35 § 780-113 §§ A3":         "PA:35PS:780-113(a)(3)",
			"18 § 2701 §§ A1":            "PA:18:2701(a)(1)",
			"75 § 3802 §§ A1*":           "PA:75:3802(a)(1)",
			"75 § 3802 §§ A1**":          "PA:75:3802(a)(1)",
			"75 § 3802 §§ A1* DUI":       "PA:75:3802(a)(1)",
			"18 § 3503 §§ B.1":           "PA:18:3503(b.1)",
			"18 § 3503 §§ B.1I":          "PA:18:3503(b.1)(i)",
			"18 § 3503 §§ B.11I":         " ambiguous", // (b.1)(1)(i), or (b.11)(i)
			"75 § 1543 §§ B1.1I":         "PA:75:1543(b)(1.1)(i)",
			"18 § 5503 §§ A4":            "PA:18:5503(a)(4)",
			"18 § 5503":                  "PA:18:5503",
			"18 § 2709 §§ A1 Harassment": "PA:18:2709(a)(1)",
			"18 § 3929 §§ A1 - Retail":   "PA:18:3929(a)(1)",
			"18 § 9998":                  "PA:18:9998 grammar",
		},
		"citations": {
			"35 § 780-113(a)(16)":            "PA:35PS:780-113(a)(16)",
			"35 P.S. §780-113 A 30":          "PA:35PS:780-113(a)(30)",
			"35 P.S. § 780-113(a)(30)":       "PA:35PS:780-113(a)(30)",
			"35 P.S. 780-113 A 31":           "PA:35PS:780-113(a)(31)",
			"35 PS 780-113A16":               "PA:35PS:780-113(a)(16)",
			"18 § 2901(a.1)":                 "PA:18:2901(a.1)",
			"18 Pa.C.S. 3929":                "PA:18:3929",
			"18 Pa.C.S.A. § 3929(a)(1)":      "PA:18:3929(a)(1)",
			"18 Pa. C.S. § 3929.1":           "PA:18:3929.1",
			"18 PACS 2709.1":                 "PA:18:2709.1",
			"75 Pa.C.S. § 3802(d)(1)(i)":     "PA:75:3802(d)(1)(i)",
			"18 § 7512 CRIMINAL USE":         "PA:18:7512",
			"18 2701 A SIMPLE ASSAULT":       "PA:18:2701(a)",
			"35 P.S. 780-113 A 30 W DELIVER": " unmatched",
			"62 P.S. § 481(a)":               "PA:62PS:481(a)",
			"35 § 7707":                      "PA:35:7707",
			"35 § 9999":                      " ambiguous", // of Pa.C.S., or of P.S.
			"18 3921 M1":                     " ambiguous", // (m)(1), or a grade
			"18 3921(m)(1)":                  "PA:18:3921(m)(1)",
			"18 § 39O1":                      " ambiguous", // 3901, or 39(o)(1)
			"18 § 37O1 §§ A1":                "PA:18:3701(a)(1)",
			"18 § 3 929":                     " unmatched",
		},
		"inchoate": {
			"18 § 901 §§ A":  "PA:18:901(a)",
			"18 § 903":       "PA:18:903",
			"18 § 903 §§ A1": "PA:18:903(a)(1)",
			"18 § 903 §§ A1 Conspiracy - Manufacture":    "PA:18:903(a)(1)",
			"18 § 903 §§ C / 35 § 780-113 §§ A30":        "conspiracy:PA:35PS:780-113(a)(30)",
			"18 § 901(a)/18 § 3502(a)(1)":                "attempt:PA:18:3502(a)(1)",
			"18 § 902 §§ A, 18 § 2502":                   "solicitation:PA:18:2502",
			"18 Pa.C.S. § 903/35 P.S. § 780-113(a)(30)":  "conspiracy:PA:35PS:780-113(a)(30)",
			"18 § 903/18 § 901/18 § 3502":                " unmatched",
			"18 § 3502/18 § 3921":                        " unmatched",
			"18 § 903 §§ A1 / CRIMINAL CONSPIRACY OBJEC": " unmatched",
		},
		"must not match": {
			"780-113 A30":            " unmatched", // no title
			"35 § 780-1130":          "PA:35PS:780-1130 grammar",
			"35 § 780-113.1":         "PA:35PS:780-113.1",
			"35 § 780-113 §§ A300":   " unmatched",
			"35 § 780-113 §§":        " unmatched",
			"35 § 780-113 §§ AA":     " unmatched",
			"35 § 780-113 §§ AA1":    " unmatched",
			"18 § 780-113 §§ A30":    " unmatched", // title 18 is consolidated
			"1878 § 3929":            " unmatched",
			"CP-51-CR-0780113-2014":  " unmatched",
			"99 § 3929":              " unmatched",
			"018 § 3929":             " unmatched",
			"18 § 03929":             " unmatched",
			"LO § 10":                " unmatched",
			"18 § 3929 §§ A1 / A2":   " unmatched",
			"":                       " unmatched",
			"18":                     " unmatched",
			"35 § 780-113 §§ A16A30": " unmatched",
			"35 § 780-113 §§ A1C":    " unmatched",
		},
	} {
		t.Run(form, func(t *testing.T) {
			for text, want := range cases {
				checkStatute(t, n, text, want)
			}
		})
	}
}

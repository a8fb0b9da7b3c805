package normalize

import (
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestFormsSeenInExtracts reads each form in which agencies have been seen to
// write a charge, by state: the code, and how it was matched if not by section.
func TestFormsSeenInExtracts(t *testing.T) {
	for state, forms := range map[string]map[string]string{
		"US-CA": {
			"11357 HS-POSSESSION OF MARIJUANA":               "CA:HSC:11357",
			"11357(A) HS-POSSESS CONCENTRATED CANNABIS":      "CA:HSC:11357(a)",
			"11357(C) HS-POSS MARIJUANA OVER 1 OZ/28.5 GRAM": "CA:HSC:11357(c)",
			"11357A HS":  "CA:HSC:11357(a)",
			"11357B2 HS": "CA:HSC:11357(b)(2)",
			"11360A2 HS-SELL/FURNISH/ETC MARIJUANA/HASH": "CA:HSC:11360(a)(2)",
			"HS 11357(A)":            "CA:HSC:11357(a)",
			"11357(A)HS":             "CA:HSC:11357(a)",
			"HS11357A":               "CA:HSC:11357(a)",
			"H&S 11357":              "CA:HSC:11357",
			"/11357 HS":              "CA:HSC:11357",
			"--40508 VC--":           "CA:VC:40508",
			"484(A)/490.5 PC":        "CA:PC:484(a)",
			"246/186.22(B)(4) PC":    "CA:PC:246",
			"215 + 186.22(B)(4) PC":  "CA:PC:215",
			"SEE COMMENT FOR CHARGE": " unmatched",
			"CHRG-11358 HS":          "CA:HSC:11358",
			"664/11359 HS":           "attempt:CA:HSC:11359",
			"664-11357(c) HS":        "attempt:CA:HSC:11357(c)",
			"664.11357(c) HS":        "attempt:CA:HSC:11357(c)",
			"66411357(c) HS":         "attempt:CA:HSC:11357(c)",
			"11359-664 HS":           "attempt:CA:HSC:11359",
			"11359/664 HS":           "attempt:CA:HSC:11359",
			"(664)/11359 HS":         "attempt:CA:HSC:11359",
			"(664)11359 HS":          "attempt:CA:HSC:11359",
			"664/11359":              " unmatched", // of no code
			"664 PC":                 "CA:PC:664",
			"182(A)(1)/11359 HS":     "conspiracy:CA:HSC:11359",
			"653F(D)/11352 HS":       "solicitation:CA:HSC:11352",
			"32/11359 HS":            "accessory:CA:HSC:11359",
		},
		"US-NY": {
			"PL 221.10":    "NY:PL:221.10",
			"PL 221.10(1)": "NY:PL:221.10(01)",
			"PL 221.10 01": "NY:PL:221.10(01)",
			"PL 221.10 Sub 01 Class B Misdemeanor Degree 5 NCIC 3562": "NY:PL:221.10(01)",
			"PL 2211001":          "NY:PL:221.10(01)",
			"VTL1192001":          "NY:VTL:1192(01)",
			"110-221.20":          "attempt:NY:PL:221.20",
			"110/221.20":          "attempt:NY:PL:221.20",
			"PL 1102212000":       "attempt:NY:PL:221.20",
			"PL 105.15/220.39(1)": "conspiracy:NY:PL:220.39(01)",
			"PL 100.10/220.39(1)": "solicitation:NY:PL:220.39(01)",
		},
		"US-PA": {
			"35 § 780-113 §§ A16":                     "PA:35PS:780-113(a)(16)",
			"35 § 780-113 §§ A31I":                    "PA:35PS:780-113(a)(31)(i)",
			"35 § 780-113(a)(16)":                     "PA:35PS:780-113(a)(16)",
			"35 P.S. §780-113 A 30":                   "PA:35PS:780-113(a)(30)",
			"18 § 2901(a.1)":                          "PA:18:2901(a.1)",
			"75 § 3802 §§ A1*":                        "PA:75:3802(a)(1)",
			"35 Â§ 780-113 Â§Â§ A16":                  "PA:35PS:780-113(a)(16)",
			"18 § 901 §§ A":                           "PA:18:901(a)",
			"18 § 902":                                "PA:18:902",
			"18 § 903 Criminal Conspiracy - Engaging": "PA:18:903",
		},
		"US-MI": {
			"333.74032D":          "MI:MCL:333.7403(2)(d)",
			"333.7403(2)(D)":      "MI:MCL:333.7403(2)(d)",
			"333.74012D3":         "MI:MCL:333.7401(2)(d)(iii)",
			"750.812":             "MI:MCL:750.81(2)",
			"257.6251A":           "MI:MCL:257.625(1)(a)",
			"750.520B2C":          "MI:MCL:750.520b(2)(c)",
			"750.543F":            "MI:MCL:750.543f",
			"333.74032D[A]":       "attempt:MI:MCL:333.7403(2)(d)",
			"333.74032D-A":        "attempt:MI:MCL:333.7403(2)(d)",
			"750.92/333.74032D":   "attempt:MI:MCL:333.7403(2)(d)",
			"750.92333.74032D":    " unmatched", // run together, it may be anything
			"750.157A/333.74032D": "conspiracy:MI:MCL:333.7403(2)(d)",
		},
		"US-IL": {
			"720 ILCS 550/4(a)":     "IL:720:550/4(a)",
			"720-550/4-A":           "IL:720:550/4(a)",
			"720 ILCS 550.0/4-A":    "IL:720:550/4(a)",
			"56.5-704(a)":           "IL:720:550/4(a)",
			"5/8-4(550/5)":          "attempt:IL:720:550/5",
			"720 ILCS 5/8-2(550/5)": "conspiracy:IL:720:550/5",
			"720 ILCS 5/8-1(550/5)": "solicitation:IL:720:550/5",
		},
		"US-MA": {
			"c94C §34": "MA:94C:34", "94C/34": "MA:94C:34", "c. 94C s. 32C(a)": "MA:94C:32C(a)", "c94C Â§34": "MA:94C:34",
			"c. 274 s. 6/c. 94C s. 34": "attempt:MA:94C:34", "c. 274 s. 7/c. 94C s. 32": "conspiracy:MA:94C:32", "c. 274 s. 8/c. 94C s. 32": "solicitation:MA:94C:32",
		},
		"US-TX": {
			"HSC 481.121(b)(1)": "TX:HSC:481.121(b)(1)", "481.121(B)(1) HSC": "TX:HSC:481.121(b)(1)", "356226": "TX:HSC:481.121(b)(1) exact",
			"PC 15.01/HSC 481.121": "attempt:TX:HSC:481.121", "PC 15.02/HSC 481.121": "conspiracy:TX:HSC:481.121", "PC 15.03/HSC 481.121": "solicitation:TX:HSC:481.121",
		},
	} {
		n := mustNew(t, state)
		for text, want := range forms {
			checkStatute(t, n, text, want)
		}
	}
}

// TestNumbersThatMustNotMatch reads texts that others have taken for a section
// that they do not name.
func TestNumbersThatMustNotMatch(t *testing.T) {
	for state, texts := range map[string]map[string]string{
		"US-CA": {
			"11357.5 HS": "11357", "11366.5 HS": "11366", "11361 HS": "11360", "1187 PC": "187", "12187 PC": "187",
			"40508 VC": "4050", "1290 PC": "290", "PC 11357": "11357", "CR11357": "11357", "11357-2011": "11357", "BA 113579 HS-1": "11357",
			"664 PC": "", "288(A) PC": "288a", "288A PC": "288",
		},
		"US-NY": {
			"PL 221.1": "221.10", "PL 2211001": "2211", "PL 121.10": "221.10", "PL 221.100": "221.10", "2014NY221.10": "221.10", "PL 110.00": "",
		},
		"US-PA": {
			"35 § 780-113 §§ A3": "780-113(a)(30)", "35 § 780-113 §§ A30": "780-113(a)(3)", "35 § 780-113 §§ A31": "780-113(a)(3)",
			"35 § 780-1131": "780-113", "780-113 A30": "780-113(a)(30)", "18 § 55331": "5533",
		},
		"US-MI": {"333.74030": "333.7403", "1333.7403": "333.7403", "333.7403.5": "333.7403", "750.8123456": "750.81"},
		"US-IL": {"720 ILCS 550/45": "550/4", "720 ILCS 5501/4": "550/4", "19CR0055004": "550/4", "720 ILCS 550/4.5": "550/4"},
		"US-MA": {"94C/345": "34", "194C/34": "34", "c. 94C s. 341": "34", "265/13A/B": "13A(b)"},
		"US-TX": {"HSC 481.1121": "481.112", "1481.121": "481.121", "PC 22.011": "22.01", "3562260": "481.121"},
	} {
		n := mustNew(t, state)
		for text, never := range texts {
			s := n.Statute(text)
			got := strings.TrimPrefix(Statute{Section: s.Section, Subdivisions: s.Subdivisions}.String(), "::")
			if never != "" && got == never || never == "" && s.Inchoate != schemas.Completed {
				t.Errorf("%s %q: read as %s", state, text, s)
			}
		}
	}
}

// TestLinesThatAreNoOffences reads what stands beside the offences of a record.
func TestLinesThatAreNoOffences(t *testing.T) {
	n := mustNew(t, "US-CA")
	for _, text := range []string{"1170(H) PC-SENTENCING", "1203.4 PC", "290 PC REGISTRATION"} {
		if section, ok := n.Section(n.Statute(text)); !ok || section.Kind != "procedure" {
			t.Errorf("%q: got kind %q, want procedure", text, section.Kind)
		}
	}
	checkStatute(t, n, "1203.4", " unmatched")
}

package normalize

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

func TestMassachusetts(t *testing.T) {
	n := mustNew(t, "US-MA")
	for form, cases := range map[string]map[string]string{
		"chapter and section": {
			"c. 94C s. 34":                "MA:94C:34",
			"c94C §34":                    "MA:94C:34",
			"C94C S34 ":                   "MA:94C:34",
			"C94CS34":                     "MA:94C:34",
			"c. 94C, § 34":                "MA:94C:34",
			"G.L. c. 94C, § 34":           "MA:94C:34",
			"M.G.L. ch. 94C sec. 34":      "MA:94C:34",
			"94C/34":                      "MA:94C:34",
			"ch 265 sec 13A(b)":           "MA:265:13A(b)",
			"chapter 265, section 13A(b)": "MA:265:13A(b)",
			"c265 S 13A(B)":               "MA:265:13A(b)",
			"c94C/32E(c)(2)":              "MA:94C:32E(c)(2)",
			"c265 §13B½":                  "MA:265:13B.5",
			"c265 §13B1/2":                "MA:265:13B.5",
			"c265 §13 1/2":                "MA:265:13.5",
			"c265 §13K(a1/2)":             "MA:265:13K(a.5)",
			"c265 §13B¾":                  "MA:265:13B.75",
			"c90S23":                      "MA:90:23",
			"c269 §10EE":                  "MA:269:10EE grammar",
			"c90 §24v":                    "MA:90:24V",
		},
		"words before and behind": {
			"LARCENY, OVER $250, 2ND OFF. c266 §30(1)":       "MA:266:30(1)",
			"DRUG, POSSESS CLASS C c94C §34":                 "MA:94C:34",
			"DRUG, POSSESS CLASS C, SUBSQ.OFF. c. 94C s. 34": "MA:94C:34",
			"Larceny, habitual,c266,s30":                     "MA:266:30",
			"BURGLARY BY DAY c266 §18 - HABITUAL":            "MA:266:18",
			"BURGLARY BY DAY c266 §18-HABITUAL":              "MA:266:18",
			"ATTEMPT c. 274 s. 6 - 5 year felony":            "MA:274:6",
			"FOUND BY NIGHT 1/2 OF c266 §16":                 "MA:266:16",
			"FIREARM (AGAIN) 269/10(a)":                      "MA:269:10(a)",
			"ENDANGERED CHILD 265§13L":                       "MA:265:13L",
			"SHIP VIOLATION * 999 CMR §4.01(2)(a)":           "MA:999CMR:4.01(2)(a) grammar",
			"SHIP VIOLATION 999CMR 4.01":                     "MA:999CMR:4.01 grammar",
			"LESS THAN 1/2 OF IT":                            " unmatched",
			"IN 2011 BY 265/99":                              " unmatched", // no such section is listed
		},
		"the courts' offence letters are no subdivisions": {
			"265/13A/B":       "MA:265:13A",
			"c265 §13K/F":     "MA:265:13K",
			"269/10/TT":       "MA:269:10",
			"c266 §35/A(b)4":  " unmatched",
			"265/13A/B/C":     " unmatched",
			"265/13A/BATTERY": " unmatched",
		},
		"several sections": {
			"c266 §37 & §30(1)":                    "MA:266:37",
			"c266 §34 & 30(1)":                     "MA:266:34",
			"c269 §10(a) & (d)":                    "MA:269:10(a)",
			"c90 §§8 & 10":                         "MA:90:8 grammar",
			"c266 §37 & c267 §1":                   "MA:266:37",
			"c266 §37 & 99":                        " unmatched",
			"c266 §37 or §30":                      " unmatched",
			"c266 §37(a) or (b)":                   " unmatched",
			"c139 §4-§5":                           " unmatched",
			"c6 §178H(a)-(c)":                      " unmatched",
			"SOLD (c. 94C s. 31) AND c. 94C s. 32": " unmatched",
			"c94C s34 c94C s32":                    " unmatched",
		},
		"inchoate": {
			"c. 274 s. 6":                       "MA:274:6",
			"c. 274 s. 6/c. 266 s. 30":          "attempt:MA:266:30",
			"c266 §30(5) & c274 §6":             "attempt:MA:266:30(5)",
			"c. 274 s. 7 & c. 94C s. 32":        "conspiracy:MA:94C:32",
			"c274 §8/c265 §1":                   "solicitation:MA:265:1",
			"c. 274 s. 6/c. 274 s. 7":           " unmatched",
			"c274 §6/c274 §7/c265 §1":           " unmatched",
			"ATTEMPT TO BREAK AND ENTER c. 266": " unmatched",
		},
		"must not match": {
			"c. 94C s. 341":   "MA:94C:341 grammar",
			"c. 94C":          " unmatched",
			"c. 94C s. 34.5":  " unmatched",
			"c. 283 s. 1":     " unmatched", // the General Laws end with chapter 282
			"c. 094C s. 34":   " unmatched",
			"c. 94CC s. 34":   " unmatched",
			"ABC94C S34":      " unmatched",
			"194C/34":         " unmatched",
			"94C/345":         " unmatched",
			"94C-34":          " unmatched",
			"1994C/34":        " unmatched",
			"94C/34/2011":     " unmatched",
			"":                " unmatched",
			"RESIST ARREST":   " unmatched",
			"c265 §37EC1/2":   " unmatched",
			"c. 94C s. 34 99": " unmatched",
		},
	} {
		t.Run(form, func(t *testing.T) {
			for text, want := range cases {
				checkStatute(t, n, text, want)
			}
		})
	}
}

func TestMassachusettsStatute(t *testing.T) {
	n := mustNew(t, "US-MA")
	got := n.Statute("LARCENY c266 §30(1) & §37 & c267 §1")
	want := Statute{
		Jurisdiction: "MA", Code: "266", Section: "30", Subdivisions: []string{"1"},
		Match: schemas.Section, Rule: "chapter and section", Title: "larceny",
		Also: []string{"MA:266:37", "MA:267:1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := n.Statute("265/13A/B").Rule; got != "chapter and section, without offence letter B" {
		t.Errorf("265/13A/B: got rule %q", got)
	}
}

package normalize

import (
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestWordsOfAnAttempt puts the words with which clerks mark an attempt and the
// like behind sections of every state: none may be read as the completed offence.
func TestWordsOfAnAttempt(t *testing.T) {
	for state, sections := range map[string][]string{
		"US-CA": {"11359 HS", "HS 11359", "459 PENAL CODE"},
		"US-IL": {"720 ILCS 570/402(c)", "570/402"},
		"US-MA": {"c. 94C s. 34", "c266 §20", "LARCENY c266 §30(1)"},
		"US-MI": {"MCL 333.7403(2)(d)", "333.74032D"},
		"US-NY": {"PL 221.10(1)", "PL 221.10 Sub 01", "PL 155.25 Class A Misdemeanor", "VTL 1192-a"},
		"US-PA": {"18 5506", "18 § 2701 §§ A1", "35 P.S. § 780-113(a)(30)", "18 2701 A"},
		"US-TX": {"PC 30.02", "481.121(B)(1) HSC"},
	} {
		n := mustNew(t, state)
		for _, section := range sections {
			whole := n.Statute(section)
			if whole.Inchoate != schemas.Completed || whole.Match < schemas.Grammar {
				t.Fatalf("%s %q: got %q by %s", state, section, whole, whole.Match)
			}
			for _, words := range []string{
				" ATT", " ATT.", " att", " Attempt", " ATTEMPTED", " CONSP", " CONSPIRACY", " SOLICIT", " AID/ABET", " AIDING AND ABETTING",
				" THEFT (ATTEMPT)", " CRIMINAL ATTEMPT", " ATT - THEFT", "-ATT", " - CONSPIRACY",
			} {
				if got := n.Statute(section + words); got.Inchoate == schemas.Completed && got.String() != "" {
					t.Errorf("%s %q: read as the completed offence %s", state, section+words, got)
				}
			}
		}
	}
}

// TestWordsThatAreTheOffence reads sections that are rightly called an attempt or
// the like, and words that only look like one.
func TestWordsThatAreTheOffence(t *testing.T) {
	for state, texts := range map[string]map[string]string{
		"US-CA": {
			"664 PC ATTEMPT": "CA:PC:664", "182(A)(1) PC CONSPIRACY": "CA:PC:182(a)(1)", "11358 HS-ATTEMPTED": "attempt:CA:HSC:11358",
			"459 PC-ATTEMPT TO ENTER": "CA:PC:459", "459 PC BURGLARY": "CA:PC:459", "459 PC ATTACK": "CA:PC:459",
		},
		"US-IL": {"720 ILCS 5/8-1.2 SOLICITATION": "IL:720:5/8-1.2"},
		"US-MA": {"ATTEMPT TO COMMIT CRIME c274 §6": "MA:274:6", "c268 §15 AIDING ESCAPE": "MA:268:15"},
		"US-MI": {"750.183 AIDING ESCAPE": "MI:MCL:750.183", "333.74032D[A] ATTEMPT": "attempt:MI:MCL:333.7403(2)(d)"},
		"US-NY": {"110-221.20 ATTEMPT": "attempt:NY:PL:221.20"},
		"US-PA": {
			"18 § 903 CRIMINAL CONSPIRACY":                "PA:18:903",
			"18 § 902 SOLICITATION":                       "PA:18:902",
			"18 § 903 §§ C / 35 § 780-113 §§ A30 CONSP":   "conspiracy:PA:35PS:780-113(a)(30)",
			"18 § 6319 SOLICITING A MINOR TO SOLICIT":     "PA:18:6319",
			"18 5506 LOITERING AND PROWLING AT NIGHTTIME": "PA:18:5506",
		},
		"US-TX": {"PC 15.031 SOLICITATION OF A MINOR": "TX:PC:15.031"},
	} {
		n := mustNew(t, state)
		for text, want := range texts {
			checkStatute(t, n, text, want)
		}
	}
}

// TestWordsOfAnAttemptAreNominated proposes the form that the words name, not the
// completed offence.
func TestWordsOfAnAttemptAreNominated(t *testing.T) {
	n := mustNew(t, "US-PA")
	got := n.Nominate("18 5506 CONSP", "", 1, 0)
	if len(got) != 1 || got[0].Code != "conspiracy:PA:18:5506" {
		t.Errorf("got %v, want conspiracy:PA:18:5506", got)
	}
}

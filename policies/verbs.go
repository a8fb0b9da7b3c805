package policies

import "fmt"

// Verb is what an agency is asked to do to its record. Every verb adds to the
// record; none destroys.
type Verb int16

// The verbs, from the weakest relief to the strongest. The order decides which
// of two reliefs is the floor.
const (
	NoVerb            Verb = iota - 1
	ReliefGrantedNote      // a note beside a record that stays as it is
	RecallResentence
	RedesignateMisdemeanor
	Reduce
	RedesignateInfraction
	LimitedAccess // to the record, but for those whom the law names
	Seal
	Dismiss
	DismissLegalInvalidity
	DismissAndSeal
	SetAside
	Vacate
	Expunge // sealing under a law that calls it so
	verbCount
)

var verbNames = []string{
	"relief_granted_note", "recall_resentence", "redesignate_misdemeanor", "reduce", "redesignate_infraction",
	"limited_access", "seal", "dismiss", "dismiss_legal_invalidity", "dismiss_and_seal", "set_aside", "vacate", "expunge",
}

// String is the verb as it is written in a pack and in the outputs, empty for
// NoVerb.
func (v Verb) String() string {
	if v < 0 || v >= verbCount {
		return ""
	}
	return verbNames[v]
}

// ParseVerb reads the name of a verb.
func ParseVerb(s string) (Verb, error) {
	for i, name := range verbNames {
		if name == s {
			return Verb(i), nil
		}
	}
	return NoVerb, fmt.Errorf("%q is no verb (one of %q)", s, verbNames)
}

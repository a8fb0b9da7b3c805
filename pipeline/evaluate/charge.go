package evaluate

import (
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Charge is one row of a person in the form in which it is decided: small
// numbers, no strings.
type Charge struct {
	Code   int32 // from Evaluator.Code
	County int32 // from Evaluator.County
	Case   int32 // ordinal of the case within the person; -1 when there is none
	Key    int32 // ordinal of the charge key within the person; -1 when there is none

	Offense, Arrest, Disposed, Challenge schemas.Date

	Severity    schemas.Severity
	Disposition schemas.Disposition
	Sentence    schemas.Sentence
	Kind        schemas.RowKind
}

// Person is everything that is known of one person: all rows, also those that
// are no charge.
type Person struct {
	Birth   schemas.Date // NoDate also when rows disagree
	Keyed   bool         // false for a row without a person key, which stands alone
	Charges []Charge
}

// Decision is what the law gives for one charge. The zero Decision, of a row
// that is no charge, is a review that asks nothing.
type Decision struct {
	Outcome schemas.Outcome
	// Rule is the position of the rule that decided, -1 when none applied.
	Rule int16
	// Leaf is the bit of the condition that asks (Review) or decided
	// (OutOfScope, NotYet); -1 when there is none.
	Leaf int16
	// Floor and Ceiling are the least and the most relief: of Eligible what is
	// given, of Review what is certain and what is possible. NoVerb otherwise.
	Floor, Ceiling policies.Verb

	True, False, Presumed uint64 // bit n is leaf n of Law.Leaves

	EligibleOn schemas.Date // the day on which time alone gave or gives relief
	DueOn      schemas.Date // the day by which the law says relief shall be given
}

// Text is a Decision in words.
type Text struct {
	Rule          string
	RemedyFloor   string
	RemedyCeiling string
	LegalBasis    string
	Clause        string
	Reason        string
	Question      string // Review only
	Who           string // who can answer
	Leaf          string
}

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
	Degree int32 // from Evaluator.Degree
	Case   int32 // ordinal of the case within the person; -1 when there is none
	Key    int32 // ordinal of the charge key within the person; -1 when there is none

	// Rank is the place of the charge in the order of county, case, charge and
	// line, as texts. It decides ties under a cap; see Evaluator.NeedsRank.
	Rank int32

	Offense, Arrest, Disposed, Challenge schemas.Date
	Sentenced, Released, SupervisionEnd  schemas.Date

	Partial *Partial // nil where every date is known in full, or not at all

	MaxPenalty       int32 // days, or NoNumber
	TermMin, TermMax int32 // months, or NoNumber

	Severity     schemas.Severity
	Disposition  schemas.Disposition
	Sentence     schemas.Sentence
	Incarcerated schemas.Incarceration
	Restitution  schemas.Restitution
	Kind         schemas.RowKind

	// Substances are what Evidence names, none where that could not be read; only
	// evidence that decides counts.
	// NCIC is what the NCIC code of the offence names, which never decides.
	Substances, NCIC schemas.Substances
	Evidence         schemas.Evidence
	VictimAge        int32 // years, or NoNumber
	VictimRelation   schemas.VictimRelation
}

// NoNumber is a number that is not known. Real ones are not negative.
const NoNumber = -1

// Blank is a row of which nothing is known but what it is.
func Blank(kind schemas.RowKind) Charge {
	return Charge{
		Kind: kind, Case: -1, Key: -1,
		Offense: schemas.NoDate, Arrest: schemas.NoDate, Disposed: schemas.NoDate, Challenge: schemas.NoDate,
		Sentenced: schemas.NoDate, Released: schemas.NoDate, SupervisionEnd: schemas.NoDate,
		MaxPenalty: NoNumber, TermMin: NoNumber, TermMax: NoNumber,
		VictimAge: NoNumber,
	}
}

// Person is everything that is known of one person: all rows, also those that
// are no charge.
type Person struct {
	// Birth is the first day on which the birth may have been, and BirthDays how many days
	// later it may have been: 0 where the day is known, 364 of a year. NoDate also when rows
	// disagree.
	Birth     schemas.Date
	BirthDays int32

	Keyed   bool // false for a row without a person key, which stands alone
	Charges []Charge
	Doubts  Doubts // set when the person is decided: what was made unknown

	ends []ending // scratch of reconcile
	said []circumstances
}

// births are the days between which the birth lies; NoDate both where nothing is known.
func (p *Person) births() days {
	if !p.Birth.Known() {
		return days{schemas.NoDate, schemas.NoDate}
	}
	return days{p.Birth, p.Birth + schemas.Date(p.BirthDays)}
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
	// Cap is 1 + the position of the lifetime cap that took relief back, or that
	// asks whether it does; 0 when none did.
	Cap int16
	// Serving marks relief while the sentence is known to run still, in custody
	// or under supervision.
	Serving bool
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
	Priority      string // Review only: normal, or high
}

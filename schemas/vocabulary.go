package schemas

import "fmt"

// The vocabularies below are closed. Their zero value is the one that claims
// least: unknown, unmatched, needs review.

// Severity is the level of the offence a charge names. Order is gravity.
type Severity uint8

// The severities, from unknown to the gravest.
const (
	SeverityUnknown Severity = iota
	Infraction
	Misdemeanor
	Felony
)

var severityNames = names[Severity]{"unknown", "infraction", "misdemeanor", "felony"}

func (s Severity) String() string { return severityNames.name(s) }

// ParseSeverity reads the name of a severity.
func ParseSeverity(s string) (Severity, error) { return severityNames.parse("severity", s) }

// Disposition is what became of a charge (nc:DispositionCategoryText), brought
// into one vocabulary. The source's own words travel beside it.
type Disposition uint8

// The dispositions.
const (
	// DispositionUnknown is a disposition that is missing, or whose words no
	// table maps. It may be a conviction.
	DispositionUnknown Disposition = iota
	// Convicted covers pleas of guilty and of no contest, findings and verdicts
	// of guilt.
	Convicted
	// SetAside is a row that records relief from an earlier conviction which
	// leaves the record in place (for example Cal. Pen. Code 1203.4).
	SetAside
	// Vacated is a conviction that a court has annulled.
	Vacated
	// Acquitted covers verdicts and findings of not guilty.
	Acquitted
	// Dismissed covers dismissal, nolle prosequi and abatement.
	Dismissed
	// NotFiled is an arrest or charge that the prosecutor declined.
	NotFiled
	// Diverted is a programme completed without a judgment.
	Diverted
	// Superseded is a charge that another charging paper has replaced.
	Superseded
	// Transferred is a charge sent to another court or jurisdiction; its end
	// is recorded there.
	Transferred
	// Pending is a charge that has not ended: open, mistried, or waiting on a
	// warrant.
	Pending
	// ArrestOnly is a row that records an arrest, where the source records the
	// end of the charge on another row. It is never a conviction.
	ArrestOnly
)

var dispositionNames = names[Disposition]{
	"unknown", "convicted", "set_aside", "vacated", "acquitted", "dismissed", "not_filed",
	"diverted", "superseded", "transferred", "pending", "arrest_only",
}

func (d Disposition) String() string { return dispositionNames.name(d) }

// ParseDisposition reads the name of a disposition.
func ParseDisposition(s string) (Disposition, error) {
	return dispositionNames.parse("disposition", s)
}

// Inchoate says in which way a charge falls short of the offence its code
// names.
type Inchoate uint8

// The inchoate forms.
const (
	Completed Inchoate = iota
	Attempt
	Conspiracy
	Solicitation
	Accessory
)

var inchoateNames = names[Inchoate]{"none", "attempt", "conspiracy", "solicitation", "accessory"}

func (i Inchoate) String() string { return inchoateNames.name(i) }

// ParseInchoate reads the name of an inchoate form.
func ParseInchoate(s string) (Inchoate, error) { return inchoateNames.parse("inchoate form", s) }

// CodeMatch says how the text of a charge became a code.
type CodeMatch uint8

// The ways of matching, from none to best.
const (
	// Unmatched text names no code that we could read; it is on the worklist.
	Unmatched CodeMatch = iota
	// Ambiguous text can be read as two codes; it has none, and is on the
	// worklist.
	Ambiguous
	// Grammar text parses as a section of a code whose sections we do not list.
	Grammar
	// Section text parses as a section that the state's table lists.
	Section
	// Exact text stands word for word in the state's table.
	Exact
)

var codeMatchNames = names[CodeMatch]{"unmatched", "ambiguous", "grammar", "section", "exact"}

func (m CodeMatch) String() string { return codeMatchNames.name(m) }

// Sentence says whether the sentence of a charge still runs.
type Sentence uint8

// The states of a sentence.
const (
	SentenceUnknown Sentence = iota
	SentenceCompleted
	// SentenceServing is time in custody, or a sentence that runs without a word
	// on where it is served.
	SentenceServing
	// SentenceSupervised is probation, parole or another supervision that runs.
	SentenceSupervised
)

var sentenceNames = names[Sentence]{"unknown", "completed", "serving", "supervised"}

func (s Sentence) String() string { return sentenceNames.name(s) }

// ParseSentence reads the name of a state of a sentence.
func ParseSentence(s string) (Sentence, error) { return sentenceNames.parse("sentence status", s) }

// Runs tells whether the sentence is known to run still.
func (s Sentence) Runs() bool { return s == SentenceServing || s == SentenceSupervised }

// Incarceration says whether the sentence of a charge took the person's liberty:
// jail or prison, for any time.
type Incarceration uint8

// The answers.
const (
	IncarcerationUnknown Incarceration = iota
	NotIncarcerated
	Incarcerated
)

var incarcerationNames = names[Incarceration]{"unknown", "no", "yes"}

func (i Incarceration) String() string { return incarcerationNames.name(i) }

// ParseIncarceration reads the name of an answer.
func ParseIncarceration(s string) (Incarceration, error) {
	return incarcerationNames.parse("incarceration", s)
}

// Restitution says whether restitution that a court ordered is still owed.
type Restitution uint8

// The states of restitution.
const (
	RestitutionUnknown Restitution = iota
	// NoneOwed covers restitution that was paid and none ordered.
	NoneOwed
	Owed
)

var restitutionNames = names[Restitution]{"unknown", "none_owed", "owed"}

func (r Restitution) String() string { return restitutionNames.name(r) }

// ParseRestitution reads the name of a state of restitution.
func ParseRestitution(s string) (Restitution, error) {
	return restitutionNames.parse("state of restitution", s)
}

// Outcome is what the law gives for one charge. The zero value asks a human.
type Outcome uint8

// The outcomes.
const (
	// Review: a needed fact is unknown, or the law is unsettled. Carries the
	// question.
	Review Outcome = iota
	// Eligible: every condition is shown, or presumed by a cited clause.
	// Carries the remedy, floor and ceiling.
	Eligible
	// NotYet: only the clock is missing. Carries the date.
	NotYet
	// Blocked: a bar that can end, on no date that can be computed.
	Blocked
	// NotEligible: a bar in this law that does not end. Carries the clause.
	NotEligible
	// OutOfScope: this law does not speak about this charge.
	OutOfScope
	// History: the row is no longer in force, as the source itself says. No law was
	// asked.
	History
)

// Outcomes is the number of outcomes: arrays of counts have this length.
const Outcomes = 7

var outcomeNames = names[Outcome]{"REVIEW", "ELIGIBLE", "NOT_YET", "BLOCKED", "NOT_ELIGIBLE", "OUT_OF_SCOPE", "HISTORY"}

func (o Outcome) String() string { return outcomeNames.name(o) }

// ParseOutcome reads the name of an outcome.
func ParseOutcome(s string) (Outcome, error) { return outcomeNames.parse("outcome", s) }

// names maps a vocabulary's values, by position, to their spelling.
type names[T ~uint8] []string

func (n names[T]) name(v T) string {
	if int(v) < len(n) {
		return n[v]
	}
	return fmt.Sprintf("%T(%d)", v, v)
}

func (n names[T]) parse(what, s string) (T, error) {
	for i, name := range n {
		if name == s {
			return T(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no %s (one of %q)", s, what, []string(n))
}

package policies

import "github.com/clearsweep/clearsweep/schemas"

// Condition is a node of a rule's condition: a leaf, or all, any or none of
// further conditions. Exactly one of Leaf and Terms is set.
type Condition struct {
	Op    Op
	Terms []*Condition
	Leaf  *Leaf
	At    Position
}

// Op joins the terms of a condition.
type Op uint8

// The operators.
const (
	All Op = iota
	Any
	None
)

// Leaf is one question that the law asks, with its source. Leaves that are
// named by reference are the same *Leaf.
type Leaf struct {
	ID        string // qualified by its rule: dismiss.convicted, scope.in-county
	Cite      string
	Test      Test
	Unknown   Unknown
	Temporary bool // a bar that can end on no date that can be computed
	Say       Say
	Ask       string // the question when unknown; Say.Unknown when not given
	Who       string // who can answer
	At        Position

	definition string
}

// Definition is what the leaf asks, as written, without its id and its words.
// Leaves of one definition are one question and share a bit of the trace.
func (l *Leaf) Definition() string { return l.definition }

// Question is what to ask when the facts do not answer the leaf.
func (l *Leaf) Question() string {
	if l.Ask != "" {
		return l.Ask
	}
	return l.Say.Unknown
}

// Unknown says what happens when the facts do not answer a leaf. The zero value
// sends the charge to review.
type Unknown struct {
	Presume bool // the law presumes an answer
	Answer  bool // the presumed answer
	Cite    string
	// If is the fact, of the charge alone, on which the law presumes; empty when
	// it always does.
	If string
	// Closed is the fact that counts, in place of that of the leaf, without the
	// pending charges that If presumes closed. Empty when Answer is presumed.
	Closed string
}

// Always tells whether the law presumes the answer of every charge.
func (u *Unknown) Always() bool { return u.Presume && u.If == "" }

// Say is a leaf in words for the person concerned: templates of parameters.
type Say struct{ Yes, No, Unknown string }

// Test is what a leaf looks at: one of the types below.
type Test interface{ test() }

// Field is a date of a charge or of the person.
type Field uint8

// The date fields.
const (
	OffenseDate Field = iota
	ArrestDate
	DispositionDate
	ChallengeDate
	BirthDate
	AsOf
	SentenceDate
	ReleaseDate
	SupervisionEnd

	Fields = iota // how many there are
)

var fieldNames = []string{
	"offense_date", "arrest_date", "disposition_date", "challenge_date", "birth_date", "as_of",
	"sentence_date", "release_date", "supervision_end_date",
}

func (f Field) String() string { return fieldNames[f] }

type (
	// CodeIn asks whether the charge's code is in one of the sets.
	CodeIn struct{ Sets []string }
	// SectionIn asks whether the bare section of the code is in a list
	// parameter.
	SectionIn struct{ Param string }
	// DispositionIn asks what became of the charge.
	DispositionIn struct{ In []schemas.Disposition }
	// SeverityIn asks for the level of the offence.
	SeverityIn struct{ In []schemas.Severity }
	// InchoateIn asks in which way the charge falls short of the offence.
	InchoateIn struct{ In []schemas.Inchoate }
	// CountyIs compares the county, spaces trimmed and case folded.
	CountyIs struct{ County TextArg }
	// SentenceIn asks whether the sentence still runs.
	SentenceIn struct{ In []schemas.Sentence }
	// DateIs compares a date with a bound. ImpliedBy names fields that are
	// never earlier than Field, so that they bound it when it is missing.
	DateIs struct {
		Field     Field
		Compare   Compare
		Date      DateArg
		ImpliedBy []Field
	}
	// AgeIs asks for the person's age, in anniversaries, on a day.
	AgeIs struct {
		At        Field // one of ageFields
		Under     bool  // under Years, otherwise at least Years
		Years     IntArg
		ImpliedBy []Field
	}
	// Elapsed asks whether years, months or days have passed on the as-of date
	// since an event.
	Elapsed struct {
		Since               Event
		Years, Months, Days IntArg // one of them is given
		After               bool   // true from the day after the anniversary, not on it
		// Restart is the name of the fact whose later events start the clock
		// again, empty when none does.
		Restart string
		// Pause is the name of the fact during which the clock stands still, empty
		// when nothing stops it.
		Pause string
		// Clock says in the words of the file what starts the clock again and
		// what stops it.
		Clock string
	}
	// NoActivity asks whether nothing is on record, of the charge or its case,
	// for so many years.
	NoActivity struct{ Years IntArg }
	// IncarceratedIs asks whether the sentence took the person's liberty.
	IncarceratedIs struct{ In []schemas.Incarceration }
	// RestitutionIn asks whether restitution is still owed.
	RestitutionIn struct{ In []schemas.Restitution }
	// Deceased asks whether the person's death is recorded.
	Deceased struct{}
	// Registered asks whether the person is registered as an offender, under a
	// section in one of the sets; no sets mean any section.
	Registered struct{ Sets []string }
	// FactIs compares a fact that is a count.
	FactIs struct {
		Fact   string // the fact's name; of one written in place, the leaf's id
		AtMost bool   // at most N, otherwise at least N
		N      IntArg
	}
)

func (CodeIn) test()        {}
func (SectionIn) test()     {}
func (DispositionIn) test() {}
func (SeverityIn) test()    {}
func (InchoateIn) test()    {}
func (CountyIs) test()      {}
func (SentenceIn) test()    {}
func (DateIs) test()        {}
func (AgeIs) test()         {}
func (Elapsed) test()       {}
func (NoActivity) test()    {}
func (Deceased) test()      {}
func (Registered) test()    {}
func (FactIs) test()        {}

func (IncarceratedIs) test() {}
func (RestitutionIn) test()  {}

// ageFields are the days on which an age may be asked for.
var ageFields = []Field{OffenseDate, ArrestDate, DispositionDate, SentenceDate, AsOf}

// Compare is a comparison of dates.
type Compare uint8

// The comparisons.
const (
	Before Compare = iota
	OnOrBefore
	After
	OnOrAfter
)

var compareNames = []string{"before", "on_or_before", "after", "on_or_after"}

func (c Compare) String() string { return compareNames[c] }

// IntArg is a number, or the parameter that gives it.
type IntArg struct {
	Param string
	Value int
}

// DateArg is a date, or the parameter that gives it.
type DateArg struct {
	Param string
	Value schemas.Date
}

// TextArg is a text, or the parameter that gives it.
type TextArg struct{ Param, Value string }

package policies

import (
	"slices"

	"github.com/clearsweep/clearsweep/schemas"
)

// Pack is a policy as written: checked, with references resolved, and with
// parameters still open. A Pack is not changed after Parse and may be used by
// many at once.
type Pack struct {
	ID           string // us-ca.prop64
	Title        string
	Jurisdiction string // US-CA
	Profile      Profile
	Law          Law
	SignedOff    bool // a named lawyer has signed this version; see Signatures
	Params       []Param
	Codes        []CodeSet
	Degrees      Degrees
	Penalties    []Penalty
	Facts        []Fact
	Scope        *Condition // nil when the law speaks of every charge
	Rules        []Rule
	Caps         []Cap
	Otherwise    Otherwise

	SubstanceUnknown  SubstanceUnknown
	SubstanceEvidence SubstanceEvidence

	name       string
	variant    string // of a variant: its name
	variants   []Variant
	patched    *tree // of a variant: the policy as it has it
	files      map[string][]byte
	warnings   Faults
	conditions []*Leaf // the pack's named conditions
}

// Name is what the pack was loaded as: a built-in id or a path.
func (p *Pack) Name() string { return p.name }

// Called is what a run calls the pack, wherever it lay: the name of one that is built
// in, and of another its id.
func (p *Pack) Called() string {
	if slices.Contains(Packs(), p.name) {
		return p.name
	}
	return p.ID
}

// State is the two-letter state of the pack's jurisdiction, as canonical codes
// begin with it.
func (p *Pack) State() string { return p.Jurisdiction[len("US-"):] }

// CodeSet returns the code set of a name, or nil.
func (p *Pack) CodeSet(name string) *CodeSet {
	for i := range p.Codes {
		if p.Codes[i].Name == name {
			return &p.Codes[i]
		}
	}
	return nil
}

// Fact returns the position of the fact of a name in Facts, or -1.
func (p *Pack) Fact(name string) int {
	for i := range p.Facts {
		if p.Facts[i].Name == name {
			return i
		}
	}
	return -1
}

// Param returns the parameter of a name, or nil.
func (p *Pack) Param(name string) *Param {
	for i := range p.Params {
		if p.Params[i].Name == name {
			return &p.Params[i]
		}
	}
	return nil
}

// Profile says what kind of policy a pack is, and so what it may contain.
type Profile string

// The profiles.
const (
	// GreenStandard gives relief without waits, counts, ages or bars.
	GreenStandard Profile = "green-standard"
	// Statutory is an enacted law as it stands.
	Statutory Profile = "statutory"
	// LocalOption is a choice that an enacted law leaves to a named official.
	LocalOption Profile = "local-option"
)

// Law names the act of a pack.
type Law struct {
	Effective schemas.Date
	Cite      string
}

// Rule is one ordered rule of a pack.
type Rule struct {
	ID   string
	Cite string
	// EnabledIf is the parameter that switches the rule on, empty when it
	// always is.
	EnabledIf string
	When      *Condition
	Gives     Consequence
	Reason    string // template: {section}, {eligible_on} and parameters
	// Lapses is the source of a statute that ends relief with time; empty when
	// none does.
	Lapses string
	At     Position
}

// Consequence is what a rule that applies gives. Only the fields of its
// outcome are set.
type Consequence struct {
	Outcome schemas.Outcome
	Relief  Relief // Eligible
	// Question and Who are what a review rule asks, and who can answer.
	Question, Who string
	TryNext       string // NotEligible: the law to look at next
	OtherLaw      string // OutOfScope: the law that speaks of the charge
	Lifts         string // Blocked: what would lift the bar
}

// Relief is what the law gives: at least Floor and at most Ceiling.
type Relief struct {
	Floor, Ceiling Verb
	// WhileServing replaces both while the sentence is known to run; NoVerb
	// when the law makes no difference.
	WhileServing Verb
	LegalBasis   string
	// Due is the day by which the law says that relief shall be given.
	Due schemas.Date
}

// Otherwise is what a charge in scope gets when no rule applies to it.
type Otherwise struct {
	Outcome schemas.Outcome // NotEligible or Review
	Cite    string
	Reason  string
	TryNext string
	// Question and Who are set when the outcome is Review.
	Question, Who string
}

// Position is a place in a file of the pack.
type Position struct {
	File         string
	Line, Column int
}

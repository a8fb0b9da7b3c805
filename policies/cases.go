package policies

import "github.com/clearsweep/clearsweep/schemas"

// Case is one worked example of a pack: a record and what the law gives for
// each of its charges.
type Case struct {
	ID         string
	Confidence string // H must hold; M and L wait for a lawyer
	Note       string
	AsOf       schemas.Date
	Params     map[string]string
	Person     CasePerson
	Charges    []CaseCharge
	At         Position
}

// CasePerson is what a case says about the person.
type CasePerson struct {
	Birth      schemas.Date
	Unkeyed    bool // the rows carry no person key
	Incomplete bool // a row of the person could not be read
	Deceased   bool
	Registered []string // the sections under which the person is registered, as statutes
}

// CaseCharge is one charge of a case.
type CaseCharge struct {
	Statute     string // as written; the normalizer reads it
	Code        string // canonical; used when Statute is empty
	County      string
	Case        string
	Key         string // rows that share a key are one charge
	Severity    schemas.Severity
	Disposition schemas.Disposition
	Sentence    schemas.Sentence
	Disposed    schemas.Date
	Offense     schemas.Date
	Arrest      schemas.Date
	Challenge   schemas.Date

	Degree              string
	Sentenced, Released schemas.Date
	SupervisionEnd      schemas.Date
	MaxPenalty          int32 // days; -1 when not given, as the two below
	TermMin, TermMax    int32 // months
	Incarcerated        schemas.Incarceration
	Restitution         schemas.Restitution

	Substances     schemas.Substances
	Evidence       schemas.Evidence // that names them
	NCIC           string
	VictimAge      int32 // years; -1 when not given
	VictimRelation schemas.VictimRelation

	Expect *Expect // nil when the case expects nothing of this charge
	At     Position
}

// Expect is what a case expects of a charge. Keys that are not given are not
// compared; a date given as none must be absent.
type Expect struct {
	// Fields are the expected values by the name of the output column; an
	// empty value must be absent. Outcome is always among them.
	Fields map[string]string
}

// expectKeys are the names that an Expect may give.
var expectKeys = []string{
	"outcome", "rule", "remedy_floor", "remedy_ceiling", "legal_basis", "clause", "reason",
	"question", "who", "leaf", "eligible_on", "due_on",
}

package policies

// Fact is a fold over the charges of a person: how many, or the latest date,
// of those that satisfy Where. Rows that share a charge key are one charge.
type Fact struct {
	Name string
	Cite string
	// Count makes the fact a count of Unit.
	Count bool
	Unit  Unit
	// Restart makes the fact the later events that start a clock again: those of
	// charges whose Field lies after that of the charge under decision.
	Restart bool
	Event   Event // of a fact that is a date, and of a restart
	Field   Field // of a restart: the date by which charges follow each other
	Where   *Condition
	// Prior narrows a count to charges before or after the one under decision.
	// Nil when it does not.
	Prior *Prior
	// SameCase narrows a count to charges of the case of the one under decision.
	SameCase bool
	// SameDay says by which date a charge without a docket is of the case of
	// another: by that of one day. Nil when its case is not known.
	SameDay *Field
	// Others leaves the charge under decision itself out.
	Others bool
	// OnCharge makes the fact what Where says of the charge under decision.
	OnCharge bool
	// Pause makes the fact the time in which a clock stands still. Nil when it
	// is no such time.
	Pause *Pause
	At    Position

	written    string // as it stands in the file
	definition string
}

// Definition is what a named fact comes to, as written, with the values that a
// variant fixes in it: those of a pack and its variants with equal definitions
// are one fact. Empty for a fact that stands in the place of a condition, which
// goes by the definition of that.
func (f *Fact) Definition() string { return f.definition }

// FactKind is what a fact comes to.
type FactKind uint8

// The kinds of facts.
const (
	CountOf FactKind = iota
	LatestDate
	RestartDate
	ChargeTruth
	PausedTime
)

// Kind is what the fact comes to.
func (f *Fact) Kind() FactKind {
	switch {
	case f.Count:
		return CountOf
	case f.Restart:
		return RestartDate
	case f.OnCharge:
		return ChargeTruth
	case f.Pause != nil:
		return PausedTime
	default:
		return LatestDate
	}
}

// Relative tells whether the fact depends on the charge under decision.
func (f *Fact) Relative() bool { return f.Prior != nil || f.SameCase || f.Others }

// Unit is what a fact counts.
type Unit uint8

// The units.
const (
	Charges Unit = iota
	// Cases are court cases.
	Cases
	// Episodes are charges of one case, or of events within a day.
	Episodes
)

var unitNames = []string{"charges", "cases", "episodes"}

func (u Unit) String() string { return unitNames[u] }

// Pause is the time in which a clock stands still: from the day of one event of
// a charge to the day of another, which counts again.
type Pause struct {
	From, To Event
	// Own means the charge under decision only, and not all charges of the person.
	Own bool
}

// Prior relates other charges to the charge under decision: Field of the other
// lies before, after, or on This of the one under decision.
type Prior struct {
	Field Field
	After bool
	On    bool // on the same day
	This  Field
	// Within bounds the distance to so many years, both ends included. Nil when
	// it is not bounded.
	Within *IntArg
}

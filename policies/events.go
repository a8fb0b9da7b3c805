package policies

// Event is the day from which a statute counts: a date of the charge, a fact
// that is a date, or a choice among events.
type Event struct {
	Op    EventOp
	Field Field   // OneDate
	Fact  string  // OneFact: the fact's name
	Terms []Event // the others; IfIncarcerated has exactly two
}

// EventOp says how an event is found.
type EventOp uint8

// The ways to find an event.
const (
	OneDate EventOp = iota
	OneFact
	// FirstKnownOf is the first of its terms whose day is known.
	FirstKnownOf
	// LaterOf is the latest of its terms.
	LaterOf
	// IfIncarcerated is its first term when the sentence took the person's
	// liberty, its second when it did not. A release that is on record shows
	// that it did.
	IfIncarcerated
)

// IsDate tells whether the event is one date of the charge.
func (e *Event) IsDate() bool { return e.Op == OneDate }

// eventFields are the dates from which a statute may count.
var eventFields = []Field{OffenseDate, ArrestDate, DispositionDate, SentenceDate, ReleaseDate, SupervisionEnd}

package readers

import (
	"bytes"
	"reflect"
	"slices"
)

// Layout says how the rows of a source become charges. It is made by LoadLayout
// or ParseLayout, is never changed, and may be used by any number of goroutines
// at once.
type Layout struct {
	name         string
	about        string
	jurisdiction string
	digest       string
	source       []byte

	// forms are the layouts of the file, of which a source has one. The first is
	// this one; the others have no forms of their own.
	forms []*Layout

	// tables are the same layouts for sources whose rows come as tables with named
	// columns; nil where the layout finds none by name.
	tables  *Layout
	tabular bool // one of tables

	encoding     encoding
	maxRow       int
	emptyAllowed bool
	blanks       *blanks
	nulls        words
	columns      []column
	used         []int // columns that something reads, ascending
	delimited    *delimited
	fixed        *fixedWidth
	rows         rowKinds
	repeats      repeats
	fields       [fieldCount]field
	present      []fieldID // fields that the layout has, in order
	required     []fieldID // fields without which a row is rejected
}

// has tells whether rows of the layout can have the field.
func (l *Layout) has(id fieldID) bool {
	f := &l.fields[id]
	switch id { //nolint:exhaustive // the others are alike
	case fieldPerson:
		return true
	case fieldSubstances:
		return f.substances != nil
	case fieldEvidence:
		return f.classes != nil || l.has(fieldSubstances)
	default:
		return f.from != nil || f.constant != nil
	}
}

// NamesPersons tells whether rows may have a surname, a given name and a date of birth.
func (l *Layout) NamesPersons() bool {
	return slices.ContainsFunc(l.forms, func(f *Layout) bool {
		return f.has(fieldSurname) && f.has(fieldGivenName) && f.has(fieldBirthDate)
	})
}

// lesserKeys tells whether rows may have a person key of a lesser kind.
func (l *Layout) lesserKeys() bool {
	return slices.ContainsFunc(l.fields[fieldPerson].from, func(e expression) bool { return e.lesser })
}

// Name is the name that stands in the layout: us-ca/doj-extract.
func (l *Layout) Name() string { return l.name }

// About is one line on what the layout reads.
func (l *Layout) About() string { return l.about }

// Jurisdiction is the one all charges of the source are under (US-CA), or empty
// where the layout leaves it open.
func (l *Layout) Jurisdiction() string { return l.jurisdiction }

// Digest is the SHA-256 of the layout's file, in hexadecimal.
func (l *Layout) Digest() string { return l.digest }

// Source is the layout's file, byte for byte.
func (l *Layout) Source() []byte { return bytes.Clone(l.source) }

// rowKinds says what a row contributes. A nil charge condition makes every row
// a charge; the other rules hold only where their condition is given.
type rowKinds struct {
	charge     *condition
	never      bool // no row is a charge
	deceased   *condition
	registered *condition
	person     *condition
	deleted    *condition
	past       *condition
}

// repeats says what a row is that is equal to an earlier one of the run.
type repeats uint8

const (
	repeatsUnknown repeats = iota // nobody looks
	repeatsKept                   // a row like any other; they are counted
	repeatsHistory                // the earlier row once more
)

// repeatNames are the words of a layout file.
var repeatNames = []string{"unknown", "kept", "history"}

// Repeats tells whether rows that are equal to an earlier one are looked for, and
// whether they are that row once more.
func (l *Layout) Repeats() (looked, history bool) {
	for _, form := range l.forms {
		looked, history = looked || form.repeats != repeatsUnknown, history || form.repeats == repeatsHistory
	}
	return looked, history
}

// Versions tells whether rows may be no longer in force: because of a later version of
// their charge, or because a row says so.
func (l *Layout) Versions() bool {
	for _, form := range l.forms {
		if form.has(fieldVersion) || form.rows.deleted != nil || form.rows.past != nil {
			return true
		}
	}
	return false
}

// field says how one canonical column is made.
type field struct {
	from         []expression // the first that is not null counts
	constant     []byte
	plain        int         // the column that the field is as it is, on every row; -1 where it is more
	placeholders words       // person_id: keys that stand for nobody
	dates        *dates      // date fields
	classes      *classes    // class fields
	substances   *substances // substances
}

// equals tells whether a field of words has the text of another on every row.
func (f *field) equals(other *field) bool {
	return slices.Equal(f.constant, other.constant) && reflect.DeepEqual(f.from, other.from)
}

// fieldID numbers the canonical fields, in the order of schemas.Charges.
type fieldID int

const (
	fieldPerson fieldID = iota
	fieldSurname
	fieldGivenName
	fieldBirthDate
	fieldCase
	fieldCharge
	fieldCounty
	fieldCourt
	fieldAgency
	fieldTransferredTo
	fieldStatute
	fieldDescription
	fieldDegree
	fieldSeverity
	fieldDisposition
	fieldDispositionDate
	fieldOffenseDate
	fieldArrestDate
	fieldSentence
	fieldChallengeDate
	fieldSentenceDate
	fieldReleaseDate
	fieldSupervisionEnd
	fieldMaxPenalty
	fieldTermMin
	fieldTermMax
	fieldIncarcerated
	fieldRestitution
	fieldSubstances
	fieldEvidence
	fieldNCIC
	fieldVictimAge
	fieldVictimRelation
	fieldVersion
	fieldCount // keep last
)

// fieldNames are the words of a layout file.
var fieldNames = [fieldCount]string{
	"person_id", "surname", "given_name", "birth_date", "case_id", "charge_id", "county", "court", "agency", "transferred_to", "statute", "description",
	"degree", "severity", "disposition", "disposition_date", "offense_date", "arrest_date", "sentence", "challenge_date",
	"sentence_date", "release_date", "supervision_end_date", "max_penalty_days", "term_min_months", "term_max_months",
	"incarcerated", "restitution", "substances", "substance_evidence", "ncic", "victim_age", "victim_relation",
	"version",
}

// holdsDate tells whether the field is a date.
func (f fieldID) holdsDate() bool { return dateFields[f] }

var dateFields = [fieldCount]bool{
	fieldBirthDate: true, fieldDispositionDate: true, fieldOffenseDate: true, fieldArrestDate: true, fieldChallengeDate: true,
	fieldSentenceDate: true, fieldReleaseDate: true, fieldSupervisionEnd: true,
}

// holdsClass tells whether the field is a value of a closed vocabulary.
func (f fieldID) holdsClass() bool { return classFields[f] }

var classFields = [fieldCount]bool{
	fieldSeverity: true, fieldDisposition: true, fieldSentence: true, fieldIncarcerated: true, fieldRestitution: true,
	fieldEvidence: true, fieldVictimRelation: true,
}

// holdsNumber tells whether the field is a whole number, of days, months or years.
func (f fieldID) holdsNumber() bool {
	return f == fieldMaxPenalty || f == fieldTermMin || f == fieldTermMax || f == fieldVictimAge
}

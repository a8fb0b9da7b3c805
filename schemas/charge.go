package schemas

import "github.com/apache/arrow/go/v17/arrow"

// RowKind says what a row of a source contributes. A row may be a charge and
// carry a fact about the person at once.
type RowKind uint8

// The kinds, as bits.
const (
	// RowCharge is a row that becomes exactly one determination.
	RowCharge RowKind = 1 << iota
	// RowDeceased is a row that records the person's death.
	RowDeceased
	// RowRegistered is a row that records a registration as an offender; the
	// row's statute says under which section.
	RowRegistered
	// RowIncomplete stands for a row of the person that could not be read: what
	// we know of the person has a hole, and nothing may be concluded from the
	// absence of a charge.
	RowIncomplete
	// RowPerson is a row that says who somebody is and nothing else.
	RowPerson
	// RowDeleted takes back the charge that has its charge key.
	RowDeleted
	// RowPast is a charge as it was before a change: history, whatever else it says.
	RowPast
	// RowLesserKey has a person key of a kind under which the source keeps only some
	// of a person's rows: nothing may be concluded from the absence of a charge.
	RowLesserKey
)

// Columns of a batch of charges, by position. Positions are fixed: code reads
// columns by these constants and never by name.
//
// Null means unknown, always. Strings are valid UTF-8, trimmed. Words are strings
// that many rows share, as a dictionary column. The number of a word holds within
// its batch only: a dictionary may hold words that no row has, and need not be
// that of the batch before.
const (
	ColSource          = iota // uint32: ordinal of the source in the run, sources in order of name
	ColLine                   // int64: line of the row in its source, from 1
	ColKind                   // uint8: RowKind bits
	ColPerson                 // string: the person key; null where missing or a placeholder, and then the row stands alone
	ColSurname                // string: nc:PersonSurName; for agencies to know the person by, no law asks for it
	ColGivenName              // string: nc:PersonGivenName; the same
	ColBirthDate              // date32
	ColCase                   // string: court case (nc:CaseDocketID), unique within county
	ColCharge                 // string: charge key; rows of a person that share it are one charge
	ColCounty                 // words
	ColCourt                  // words: court (ORI or name)
	ColAgency                 // words: arresting agency (ORI or name)
	ColTransferredTo          // words: county whose court the case went to
	ColStatute                // words: statute as written
	ColDescription            // words: offence as written
	ColDegree                 // words: class or degree as written
	ColSeverity               // uint8: Severity
	ColDispositionText        // words: disposition as written
	ColDisposition            // uint8: Disposition
	ColDispositionDate        // date32
	ColOffenseDate            // date32
	ColArrestDate             // date32
	ColSentence               // uint8: Sentence
	ColChallengeDate          // date32: a prosecutor's challenge to relief was filed
	ColSentenceDate           // date32: the sentence was imposed
	ColReleaseDate            // date32: last release from incarceration for the charge
	ColSupervisionEnd         // date32: probation, parole or other supervision ended, or will end
	ColMaxPenalty             // int32: the most that the law allows for the offence, in days (a year is 365)
	ColTermMin                // int32: shortest term of the sentence imposed, in months
	ColTermMax                // int32: longest term of the sentence imposed, in months
	ColIncarcerated           // uint8: Incarceration
	ColRestitution            // uint8: Restitution
	ColSubstances             // uint16: Substances
	ColEvidence               // uint8: Evidence that names them
	ColNCIC                   // words: NCIC code of the offence as written (j:ChargeNCICText)
	ColVictimAge              // int32: age of the victim at the offence, in years (nc:PersonAgeMeasure)
	ColVictimRelation         // uint8: VictimRelation (j:VictimToSubjectRelationshipCode)
	ColPartialDates           // words: dates of which the year, or the year and month, is known: "disposition_date 2001-05; arrest_date 1999"
	ColVersion                // int64: of rows that are versions of one charge the highest is in force
	ColDigest                 // uint64: of the row as written, where repetitions are looked for
	chargeColumns             // columns below are added by normalize

	ColCode      = iota - 1 // words: canonical code, see docs/formats/codes.md; null if unmatched
	ColCodeMatch            // uint8: CodeMatch
	ColInchoate             // uint8: Inchoate
)

// Words is the type of a column of words. Numbers of words are not ordered.
var Words = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}

func words(name string) arrow.Field {
	return arrow.Field{Name: name, Type: Words, Nullable: true}
}

// Charges is the schema of what readers yield: one row for each accepted row
// of a source, in the order of the source.
var Charges = arrow.NewSchema(chargeFields(), nil)

// Coded is Charges after normalization: the same rows in the same order with
// the code of each added.
var Coded = arrow.NewSchema(append(chargeFields(),
	words("code"),
	arrow.Field{Name: "code_match", Type: arrow.PrimitiveTypes.Uint8},
	arrow.Field{Name: "inchoate", Type: arrow.PrimitiveTypes.Uint8},
), nil)

func chargeFields() []arrow.Field {
	code := func(name string) arrow.Field {
		return arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Uint8}
	}
	number := func(name string) arrow.Field {
		return arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Int32, Nullable: true}
	}
	return []arrow.Field{
		ColSource:          {Name: "source", Type: arrow.PrimitiveTypes.Uint32},
		ColLine:            {Name: "line", Type: arrow.PrimitiveTypes.Int64},
		ColKind:            code("kind"),
		ColPerson:          text("person_id", true),
		ColSurname:         text("surname", true),
		ColGivenName:       text("given_name", true),
		ColBirthDate:       date("birth_date"),
		ColCase:            text("case_id", true),
		ColCharge:          text("charge_id", true),
		ColCounty:          words("county"),
		ColCourt:           words("court"),
		ColAgency:          words("agency"),
		ColTransferredTo:   words("transferred_to"),
		ColStatute:         words("statute_raw"),
		ColDescription:     words("description_raw"),
		ColDegree:          words("degree"),
		ColSeverity:        code("severity"),
		ColDispositionText: words("disposition_raw"),
		ColDisposition:     code("disposition"),
		ColDispositionDate: date("disposition_date"),
		ColOffenseDate:     date("offense_date"),
		ColArrestDate:      date("arrest_date"),
		ColSentence:        code("sentence"),
		ColChallengeDate:   date("challenge_date"),
		ColSentenceDate:    date("sentence_date"),
		ColReleaseDate:     date("release_date"),
		ColSupervisionEnd:  date("supervision_end_date"),
		ColMaxPenalty:      number("max_penalty_days"),
		ColTermMin:         number("term_min_months"),
		ColTermMax:         number("term_max_months"),
		ColIncarcerated:    code("incarcerated"),
		ColRestitution:     code("restitution"),
		ColSubstances:      {Name: "substances", Type: arrow.PrimitiveTypes.Uint16},
		ColEvidence:        code("substance_evidence"),
		ColNCIC:            words("ncic"),
		ColVictimAge:       number("victim_age"),
		ColVictimRelation:  code("victim_relation"),
		ColPartialDates:    words("partial_dates"),
		ColVersion:         {Name: "version", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		ColDigest:          {Name: "digest", Type: arrow.PrimitiveTypes.Uint64, Nullable: true},
	}
}

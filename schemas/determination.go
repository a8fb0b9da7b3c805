package schemas

import "github.com/apache/arrow/go/v17/arrow"

// Determinations is the schema of determinations/part-*.parquet: one row for
// each charge, in the order of the extract where it was decided in one pass, else
// ordered by person hash, person, source and line. A null is something the source or
// the law does not say.
//
// leaves_true, leaves_false and leaves_presumed are the trace: bit n is leaf n
// of the policy as listed in the manifest. A leaf in neither of the first two
// is unknown.
var Determinations = arrow.NewSchema([]arrow.Field{
	text("source", false), // name of the source
	{Name: "line", Type: arrow.PrimitiveTypes.Int64},
	text("person_id", true),
	text("case_id", true),
	text("charge_id", true),
	text("county", true),
	text("statute_raw", true),
	text("description_raw", true),
	text("code", true),
	text("code_match", false),
	text("inchoate", false),
	text("severity", false),
	text("degree", true),
	text("disposition", false),
	text("disposition_raw", true),
	date("disposition_date"),
	date("offense_date"),
	date("arrest_date"),
	date("challenge_date"),
	text("sentence", false),
	date("sentence_date"),
	date("release_date"),
	date("supervision_end_date"),
	{Name: "max_penalty_days", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "term_min_months", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "term_max_months", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	text("incarcerated", false),
	text("restitution", false),
	text("partial_dates", true), // events, and births, of which only the year, or the year and month, is on record
	date("birth_date"),          // of the row; the law is asked without one where rows disagree
	text("surname", true),       // of whom relief is due alone: the archive keeps it
	text("given_name", true),    // the same
	text("substances", true),
	text("substance_evidence", true),
	text("ncic", true),
	{Name: "victim_age", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	text("victim_relation", true),
	text("policy", false),
	text("rule", true), // the rule that decided; null where none applied
	text("outcome", false),
	text("remedy_floor", true),
	text("remedy_ceiling", true),
	text("legal_basis", true),
	text("clause", true), // the law that decided: statute and subsection
	text("reason", true),
	text("question", true), // REVIEW only: what must be answered
	date("eligible_on"),    // the day on which time alone gives relief, or gave it
	date("due_on"),         // the day by which the law says relief shall be given
	{Name: "leaves_true", Type: arrow.PrimitiveTypes.Uint64},
	{Name: "leaves_false", Type: arrow.PrimitiveTypes.Uint64},
	{Name: "leaves_presumed", Type: arrow.PrimitiveTypes.Uint64},
}, nil)

// Persons is the schema of persons/part-*.parquet: one row for each person,
// ordered as the determinations are.
var Persons = arrow.NewSchema([]arrow.Field{
	text("person_id", true),
	{Name: "charges", Type: arrow.PrimitiveTypes.Int64},
	{Name: "convictions", Type: arrow.PrimitiveTypes.Int64},
	{Name: "eligible", Type: arrow.PrimitiveTypes.Int64},
	{Name: "not_yet", Type: arrow.PrimitiveTypes.Int64},
	{Name: "blocked", Type: arrow.PrimitiveTypes.Int64},
	{Name: "not_eligible", Type: arrow.PrimitiveTypes.Int64},
	{Name: "out_of_scope", Type: arrow.PrimitiveTypes.Int64},
	{Name: "review", Type: arrow.PrimitiveTypes.Int64},
	date("next_eligible_on"),                                         // earliest future eligible_on
	{Name: "record_incomplete", Type: arrow.FixedWidthTypes.Boolean}, // a row of the person was rejected
}, nil)

// Reviews is the schema of reviews/part-*.parquet: one row for each charge
// whose outcome is REVIEW, with what must be answered and by whom.
var Reviews = arrow.NewSchema([]arrow.Field{
	text("source", false),
	{Name: "line", Type: arrow.PrimitiveTypes.Int64},
	text("person_id", true),
	text("case_id", true),
	text("charge_id", true),
	text("policy", false),
	text("rule", true),
	text("leaf", true),
	text("clause", true),
	text("question", false),
	text("who", true),       // who can answer
	text("priority", false), // high where weaker evidence supports what the law asks
}, nil)

// Active is the schema of active/part-*.parquet: one row for each charge that is
// eligible while its sentence still runs, in custody or under supervision. They
// are among the determinations too.
var Active = arrow.NewSchema([]arrow.Field{
	text("source", false),
	{Name: "line", Type: arrow.PrimitiveTypes.Int64},
	text("person_id", true),
	text("case_id", true),
	text("charge_id", true),
	text("county", true),
	text("sentence", false), // serving or supervised
	date("supervision_end_date"),
	text("policy", false),
	text("rule", true),
	text("remedy", true), // what the policy gives while the sentence runs
	text("legal_basis", true),
	text("clause", true),
	date("eligible_on"),
}, nil)

// Rejects is the schema of rejects/part-*.parquet, ordered by source and line.
var Rejects = arrow.NewSchema([]arrow.Field{
	text("source", false),
	{Name: "line", Type: arrow.PrimitiveTypes.Int64},
	{Name: "offset", Type: arrow.PrimitiveTypes.Int64},
	text("column", true),
	text("reason", false),
	text("explanation", false),
	{Name: "row_rejected", Type: arrow.FixedWidthTypes.Boolean},
}, nil)

func text(name string, nullable bool) arrow.Field {
	return arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: nullable}
}

func date(name string) arrow.Field {
	return arrow.Field{Name: name, Type: arrow.FixedWidthTypes.Date32, Nullable: true}
}

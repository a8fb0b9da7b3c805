package writers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

// FindPerson returns every determination of the person with a key, in the order
// of the file; none if the run has no such person.
func FindPerson(ctx context.Context, store storage.Store, run *Run, person string) ([]Determination, error) {
	var found []Determination
	for _, out := range run.Determinations() {
		n := 0
		err := eachBatch(ctx, run.Folder(store), out.Path, []string{"person_id"}, func(batch arrow.Record) {
			n += len(rowsOf(batch, person))
		})
		if err == nil && n > 0 {
			err = eachBatch(ctx, run.Folder(store), out.Path, nil, func(batch arrow.Record) {
				for _, row := range rowsOf(batch, person) {
					found = append(found, readDetermination(batch, row))
				}
			})
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", out.Path, err)
		}
	}
	return found, nil
}

// eachBatch calls do for every batch of the named columns of a Parquet file, all
// columns if none is named.
func eachBatch(ctx context.Context, from Folder, name string, names []string, do func(arrow.Record)) error {
	return guard("read", func() (err error) {
		f, err := openParquet(ctx, from, name)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		var columns []int
		for i, field := range f.schema.Fields() {
			if len(names) == 0 || slices.Contains(names, field.Name) {
				columns = append(columns, i)
			}
		}
		batches, err := f.batches(ctx, columns)
		if err != nil {
			return err
		}
		defer batches.Release()
		for batches.Next() {
			do(batches.Record())
		}
		return batchesError(batches)
	})
}

// rowsOf are the rows of a person in a batch that has the column person_id.
func rowsOf(batch arrow.Record, person string) []int {
	var rows []int
	for _, i := range batch.Schema().FieldIndices("person_id") {
		column := batch.Column(i).(*array.String)
		for row := range column.Len() {
			if column.IsValid(row) && column.Value(row) == person {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// readDetermination is a row of a batch of schemas.Determinations. What is not
// in its vocabulary is its zero value, which claims least.
func readDetermination(batch arrow.Record, row int) Determination {
	text := func(name string) string {
		column := batch.Column(schemas.Determinations.FieldIndices(name)[0]).(*array.String)
		if column.IsNull(row) {
			return ""
		}
		return strings.Clone(column.Value(row))
	}
	date := func(name string) schemas.Date {
		column := batch.Column(schemas.Determinations.FieldIndices(name)[0]).(*array.Date32)
		if column.IsNull(row) {
			return schemas.NoDate
		}
		return schemas.Date(column.Value(row))
	}
	number := func(name string) int32 {
		column := batch.Column(schemas.Determinations.FieldIndices(name)[0]).(*array.Int64)
		if column.IsNull(row) {
			return -1
		}
		return int32(column.Value(row)) //nolint:gosec // written from an int32
	}
	mask := func(name string) uint64 {
		return batch.Column(schemas.Determinations.FieldIndices(name)[0]).(*array.Uint64).Value(row)
	}
	d := Determination{
		Source: text("source"), Line: batch.Column(1).(*array.Int64).Value(row),
		Person: text("person_id"), Case: text("case_id"), Charge: text("charge_id"), County: text("county"),
		Statute: text("statute_raw"), Description: text("description_raw"), Code: text("code"),
		DispositionText: text("disposition_raw"), DispositionDate: date("disposition_date"), OffenseDate: date("offense_date"),
		ArrestDate: date("arrest_date"), ChallengeDate: date("challenge_date"), PartialDates: text("partial_dates"), BirthDate: date("birth_date"),
		Degree: text("degree"), SentenceDate: date("sentence_date"), ReleaseDate: date("release_date"),
		SupervisionEnd: date("supervision_end_date"),
		MaxPenalty:     number("max_penalty_days"), TermMin: number("term_min_months"), TermMax: number("term_max_months"),
		Policy: text("policy"), Rule: text("rule"),
		RemedyFloor: text("remedy_floor"), RemedyCeiling: text("remedy_ceiling"), LegalBasis: text("legal_basis"),
		Clause: text("clause"), Reason: text("reason"), Question: text("question"),
		EligibleOn: date("eligible_on"), DueOn: date("due_on"),
		LeavesTrue: mask("leaves_true"), LeavesFalse: mask("leaves_false"), LeavesPresumed: mask("leaves_presumed"),
		NCIC: text("ncic"), VictimAge: number("victim_age"),
	}
	d.Substances, _ = schemas.ParseSubstances(text("substances"))
	d.SubstanceEvidence, _ = schemas.ParseEvidence(text("substance_evidence"))
	d.VictimRelation, _ = schemas.ParseVictimRelation(text("victim_relation"))
	d.Severity, _ = schemas.ParseSeverity(text("severity"))
	d.Disposition, _ = schemas.ParseDisposition(text("disposition"))
	d.Inchoate, _ = schemas.ParseInchoate(text("inchoate"))
	d.Sentence, _ = schemas.ParseSentence(text("sentence"))
	d.Incarcerated, _ = schemas.ParseIncarceration(text("incarcerated"))
	d.Restitution, _ = schemas.ParseRestitution(text("restitution"))
	d.Outcome, _ = schemas.ParseOutcome(text("outcome"))
	return d
}

package writers

import (
	"context"
	"fmt"
	"path"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

// ChargeState is how a charge stands in a run. Its texts are good until the next one.
type ChargeState struct {
	Person, County, Case, Charge, Code string
	Severity                           schemas.Severity
	Disposition                        schemas.Disposition
	Outcome                            schemas.Outcome
	Disposed, Arrested                 schemas.Date
}

// EachCharge calls do with every determination of a run, in the order of its files, and stops
// at the first error.
func EachCharge(ctx context.Context, store storage.Store, run *Run, do func(*ChargeState) error) error {
	names := []string{"person_id", "county", "case_id", "charge_id", "code", "severity", "disposition", "outcome", "disposition_date", "arrest_date"}
	return EachDetermination(ctx, store, run, names, func(batch arrow.Record) error { return chargesOf(batch, do) })
}

// EachDetermination calls do with every batch of the determinations of a run, in the order of
// its files, and stops at the first error. The batch has the named columns, or all if none is
// named; it is good until do returns.
func EachDetermination(ctx context.Context, store storage.Store, run *Run, names []string, do func(arrow.Record) error) error {
	for _, out := range run.Determinations() {
		if err := run.EachBatch(ctx, store, out, names, do); err != nil {
			return err
		}
	}
	return nil
}

// Determinations are the files of the run's determinations, in order.
func (r *Run) Determinations() (list []Output) {
	for _, out := range r.Manifest.Outputs {
		if path.Dir(out.Path) == "determinations" {
			list = append(list, out)
		}
	}
	return list
}

// EachBatch calls do with every batch of a Parquet file of the run, and stops at the first error.
// The batch has the named columns, or all if none is named; it is good until do returns.
func (r *Run) EachBatch(ctx context.Context, store storage.Store, of Output, names []string, do func(arrow.Record) error) error {
	var stopped error
	err := eachBatch(ctx, r.Folder(store), of.Path, names, func(batch arrow.Record) {
		if stopped == nil {
			stopped = do(batch)
		}
	})
	if stopped != nil {
		return stopped
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", of.Path, err)
	}
	return nil
}

func chargesOf(batch arrow.Record, do func(*ChargeState) error) error {
	column := func(name string) *array.String {
		return batch.Column(batch.Schema().FieldIndices(name)[0]).(*array.String)
	}
	text := func(of *array.String, row int) string {
		if of.IsNull(row) {
			return ""
		}
		return of.Value(row)
	}
	person, county, docket, charge, code := column("person_id"), column("county"), column("case_id"), column("charge_id"), column("code")
	severity, disposition, outcome := column("severity"), column("disposition"), column("outcome")
	date := func(name string) func(row int) schemas.Date {
		of := batch.Column(batch.Schema().FieldIndices(name)[0]).(*array.Date32)
		return func(row int) schemas.Date {
			if of.IsNull(row) {
				return schemas.NoDate
			}
			return schemas.Date(of.Value(row))
		}
	}
	disposed, arrested := date("disposition_date"), date("arrest_date")
	var c ChargeState
	for row := range int(batch.NumRows()) {
		c = ChargeState{Person: text(person, row), County: text(county, row), Case: text(docket, row), Charge: text(charge, row), Code: text(code, row)}
		c.Severity, _ = schemas.ParseSeverity(severity.Value(row))
		c.Disposition, _ = schemas.ParseDisposition(disposition.Value(row))
		c.Outcome, _ = schemas.ParseOutcome(outcome.Value(row))
		c.Disposed, c.Arrested = disposed(row), arrested(row)
		if err := do(&c); err != nil {
			return err
		}
	}
	return nil
}

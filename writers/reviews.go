package writers

import (
	"context"
	"io"
	"log/slog"
	"path"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

// Review is a row of schemas.Reviews: a charge the law could not decide, what
// must be answered, and by whom.
type Review struct {
	Source   string // name of the source
	Line     int64
	Person   string
	Case     string
	Charge   string
	Policy   string
	Rule     string
	Leaf     string
	Clause   string
	Question string
	Who      string
	Priority string // normal, or high
}

// LogValue keeps a person's charge out of logs.
func (Review) LogValue() slog.Value { return redacted }

// Reviews writes a file of schemas.Reviews.
type Reviews struct{ *Table }

// NewReviews starts a file of reviews on w.
func NewReviews(w io.Writer, mem memory.Allocator) (*Reviews, error) {
	t, err := NewTable("reviews", w, schemas.Reviews, mem)
	return &Reviews{t}, err
}

// Append adds a row. It copies what it keeps of r.
func (t *Reviews) Append(r *Review) error {
	t.text(r.Source)
	t.integer(r.Line)
	t.text(r.Person)
	t.text(r.Case)
	t.text(r.Charge)
	t.text(r.Policy)
	t.text(r.Rule)
	t.text(r.Leaf)
	t.text(r.Clause)
	t.text(r.Question)
	t.text(r.Who)
	t.text(r.Priority)
	return at(t.end(), r.Source, r.Line)
}

// EachReview calls do with every review of a run, in the order of its files, and stops at the
// first error. Its texts are good until do returns.
func EachReview(ctx context.Context, store storage.Store, run *Run, do func(*Review) error) error {
	for _, out := range run.Manifest.Outputs {
		if path.Dir(out.Path) != "reviews" {
			continue
		}
		err := run.EachBatch(ctx, store, out, nil, func(batch arrow.Record) error {
			for row := range int(batch.NumRows()) {
				r := readReview(batch, row)
				if err := do(&r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func readReview(batch arrow.Record, row int) Review {
	text := func(name string) string {
		column := batch.Column(schemas.Reviews.FieldIndices(name)[0]).(*array.String)
		if column.IsNull(row) {
			return ""
		}
		return column.Value(row)
	}
	return Review{
		Source: text("source"), Line: batch.Column(schemas.Reviews.FieldIndices("line")[0]).(*array.Int64).Value(row),
		Person: text("person_id"), Case: text("case_id"), Charge: text("charge_id"), Policy: text("policy"), Rule: text("rule"),
		Leaf: text("leaf"), Clause: text("clause"), Question: text("question"), Who: text("who"), Priority: text("priority"),
	}
}

package writers

import (
	"io"
	"log/slog"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
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

package writers

import (
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Rejects writes a file of schemas.Rejects.
type Rejects struct {
	*Table
	sources []string
}

// NewRejects starts a file of rejects on w. The sources are the names of the
// run's sources by their ordinals.
func NewRejects(w io.Writer, sources []string, mem memory.Allocator) (*Rejects, error) {
	t, err := NewTable("rejects", w, schemas.Rejects, mem)
	return &Rejects{t, sources}, err
}

// Append adds a row.
func (t *Rejects) Append(r schemas.Reject) error {
	if int(r.Source) >= len(t.sources) {
		return fmt.Errorf("rejects: source %d of %d", r.Source, len(t.sources))
	}
	t.text(t.sources[r.Source])
	t.integer(r.Line)
	t.integer(r.Offset)
	t.text(r.Column)
	t.text(r.Reason.String())
	t.text(r.Explain())
	t.flag(r.Reason.RejectsRow())
	return at(t.end(), t.sources[r.Source], r.Line)
}

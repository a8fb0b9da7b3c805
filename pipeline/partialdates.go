package pipeline

import (
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
)

// partialDates are what the texts of schemas.ColPartialDates say, each read once: they are
// of years and months, of which there are few.
type partialDates map[string]*evaluate.Partial

func (d partialDates) of(text string) *evaluate.Partial {
	p, ok := d[text]
	if !ok {
		p = evaluate.ParsePartial(text)
		d[strings.Clone(text)] = p
	}
	return p
}

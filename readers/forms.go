package readers

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// formOf is which form of the layout a source has, by its beginning: the first
// that names all columns of the header, else the first whose columns are all
// there. Of one form, nothing is asked.
func (l *Layout) formOf(head []byte, whole bool) (int, error) {
	if len(l.forms) == 1 {
		return 0, nil
	}
	var faults []error
	fits := -1
	for i, form := range l.forms {
		found, err := form.probe(head, whole)
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("form %d, %s: %w", i+1, form.name, err))
		case found.header != nil && len(found.header.warnings) == 0:
			return i, nil
		case fits < 0:
			fits = i
		}
	}
	if fits < 0 {
		return 0, fmt.Errorf("it has none of the layout's %d forms: %w", len(l.forms), errors.Join(faults...))
	}
	return fits, nil
}

// probe finds the header as far as the beginning of a source tells.
func (l *Layout) probe(head []byte, whole bool) (lead, error) {
	s := &Survey{}
	body, err := l.open(s, head)
	if err != nil {
		return lead{}, err
	}
	text := s.decoded(body)
	s.guessTerminator(text)
	return l.findLead(s, text, int64(len(head)-len(body)), whole)
}

// checkForm refuses a form that could never be told from those before it.
func (d *document) checkForm(root ast.Node, before []*Layout, l *Layout) {
	if len(before) == 0 {
		return
	}
	if last := before[len(before)-1]; last.delimited == nil || last.delimited.header != headerRequired {
		d.at(root, "the form before this one has no header by which it is known: set header: required there, or put it last")
	}
	if l.jurisdiction != before[0].jurisdiction {
		d.at(root, "all forms of a layout must be of one jurisdiction")
	}
}

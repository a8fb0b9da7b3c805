package readers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/tables"
)

// tablesOf are the layouts of the columns that are found by name, for sources that come
// as tables: their text has no quotes, no comments and no lines.
func tablesOf(forms []*Layout) *Layout {
	var all []*Layout
	for _, form := range forms {
		if form.delimited == nil || !form.delimited.byName {
			continue
		}
		l := *form
		l.encoding, l.forms, l.tables, l.tabular = encodings[0], nil, nil, true
		l.delimited = &delimited{
			delimiter: string(tables.FieldEnd), terminator: string(tables.RowEnd), header: headerRequired, byName: true, exact: true,
		}
		l.delimited.compile()
		all = append(all, &l)
	}
	if len(all) == 0 {
		return nil
	}
	all[0].forms = all
	return all[0]
}

// Columns are the names of the columns that the layout finds by name, of all its forms.
func (l *Layout) Columns() []string {
	var names []string
	if l.tables == nil {
		return nil
	}
	for _, form := range l.tables.forms {
		for _, c := range form.columns {
			names = append(names, c.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// SurveyTable is Survey for the rows of a table, as package tables gives them of a kind. A layout
// that finds its columns by position cannot read one.
func (l *Layout) SurveyTable(ctx context.Context, name string, kind containers.Kind, r io.Reader, target int64) (*Survey, error) {
	if l.tables == nil {
		return nil, fmt.Errorf("read %s: %w", name, errNoNames)
	}
	s, err := l.tables.Survey(ctx, name, r, target)
	if err != nil {
		return nil, err
	}
	s.Table = string(kind)
	return s, nil
}

var errNoNames = errors.New("a table has its columns by name, and the layout finds them by position: say columns_by: name")

package readers

import (
	"context"
	"encoding/hex"
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

// SurveyTable is Survey for a table of a kind: for the rows that package tables makes of it, or, of JSON,
// for the content as it is. The ranges of JSON are of its lines, each of which is read by itself, so
// that a column that comes behind the head is only seen by Read. A layout that finds its columns by
// position cannot read a table.
func (l *Layout) SurveyTable(ctx context.Context, name string, kind containers.Kind, r io.Reader, target int64) (s *Survey, err error) {
	switch {
	case l.tables == nil:
		err = errNoNames
	case kind == tables.JSON:
		s, err = l.tables.surveyJSON(ctx, r, l.Columns(), target)
	default:
		s, err = l.tables.survey(ctx, r, target)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	s.Name, s.Table = name, string(kind)
	return s, nil
}

func (l *Layout) surveyJSON(ctx context.Context, r io.Reader, wanted []string, target int64) (*Survey, error) {
	in := &surveyed{ctx: ctx, r: r, digest: newDigester()}
	defer in.digest.stop()
	head := make([]byte, tables.JSONHead)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	header, err := tables.JSONHeader(head[:n], wanted)
	if err != nil {
		return nil, err
	}
	s := &Survey{Terminator: lineFeed}
	if s.Form, err = l.formOf(header, true); err != nil {
		return nil, err
	}
	found, err := l.forms[s.Form].probe(header, true)
	if err != nil {
		return nil, err
	}
	s.head(&found)
	lines := newCutter('\n', target, 0)
	lines.write(head[:n])
	for !errors.Is(err, io.EOF) {
		if n, err = in.Read(head); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		lines.write(head[:n])
	}
	s.Ranges = lines.finish()
	for _, rng := range s.Ranges {
		s.Rows += rng.Rows
	}
	s.SHA256, s.Bytes = hex.EncodeToString(in.digest.sum()), in.bytes
	s.Warnings = append(s.Warnings, in.odd.warnings()...)
	return s, nil
}

// jsonRows are the rows of a range of JSON objects.
func (l *Layout) jsonRows(s *Survey, rng Range, r io.Reader) (*tables.Lines, error) {
	var wanted []string
	for i := range l.columns {
		wanted = append(wanted, l.columns[i].name)
	}
	return tables.JSONLines(r, []byte(s.Header), wanted, rng.FirstLine)
}

var errNoNames = errors.New("a table has its columns by name, and the layout finds them by position: say columns_by: name")

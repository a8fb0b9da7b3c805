package readers

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
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

// SurveyTable is Survey for a table of JSON or XML. Its ranges are of its lines or elements, each of which is
// read by itself, so that what is wrong with one, and a column that comes behind the head, is only seen by Read.
// A layout that finds its columns by position cannot read a table.
func (l *Layout) SurveyTable(ctx context.Context, name string, kind containers.Kind, r io.Reader, target int64) (s *Survey, err error) {
	switch {
	case l.tables == nil:
		err = errNoNames
	case kind == tables.JSON:
		s, err = l.tables.surveyStanding(ctx, r, target, tables.JSONHeader, cutLines)
	default:
		s, err = l.tables.surveyStanding(ctx, r, target, tables.XMLHeader, cutElements)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	s.Name, s.Table = name, string(kind)
	return s, nil
}

// SurveyGroups is Survey for a Parquet file. Its ranges are of groups of rows: Offset and Length are those of what is
// wanted of them in the file, and lines are the numbers of rows. How long its text is, and whether it was spoilt, is told by
// a sample. The bytes of the file are the caller's to digest.
func (l *Layout) SurveyGroups(name string, f *tables.File, sample tables.Sample, target int64) (*Survey, error) {
	if l.tables == nil {
		return nil, fmt.Errorf("read %s: %w", name, errNoNames)
	}
	s, err := l.tables.surveyNames(f.Header())
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	s.Name, s.Table = name, string(tables.Parquet)
	for _, g := range f.Groups() {
		s.Rows += g.Rows
	}
	perRow := float64(len(sample.Text)) / float64(max(sample.Rows, 1))
	s.Text = int64(math.Round(perRow * float64(s.Rows)))
	var odd oddText
	odd.count(sample.Text)
	for _, w := range odd.warnings() {
		s.Warnings = append(s.Warnings, fmt.Sprintf("in the first %d rows: %s", sample.Rows, w))
	}
	open := Range{FirstLine: 1}
	for _, g := range f.Groups() {
		if open.Rows == 0 {
			open.Offset = g.Offset
		}
		open.Rows += g.Rows
		open.Length += g.Length
		if open.Rows > 0 && perRow*float64(open.Rows) >= float64(target) {
			s.Ranges = append(s.Ranges, open)
			open = Range{FirstLine: open.FirstLine + open.Rows}
		}
	}
	if open.Rows > 0 {
		s.Ranges = append(s.Ranges, open)
	}
	if s.Rows == 0 {
		s.Warnings = append(s.Warnings, noRows)
	}
	return s, nil
}

// surveyNames begins the survey of a table by the row of its names.
func (l *Layout) surveyNames(names []byte) (s *Survey, err error) {
	s = &Survey{Terminator: lineFeed}
	if s.Form, err = l.formOf(names, true); err != nil {
		return nil, err
	}
	found, err := l.forms[s.Form].probe(names, true)
	if err != nil {
		return nil, err
	}
	s.head(&found)
	return s, nil
}

// surveyStanding surveys a table whose rows are read where they stand: header tells its names by its head, and
// cut finds its ranges, of which head has been read.
func (l *Layout) surveyStanding(ctx context.Context, r io.Reader, target int64, header func(head []byte, wanted []string) ([]byte, error),
	cut func(s *Survey, in *surveyed, head []byte, target int64) error,
) (*Survey, error) {
	in := &surveyed{ctx: ctx, r: r, digest: newDigester()}
	defer in.digest.stop()
	head := make([]byte, tables.Head)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	names, err := header(head[:n], l.Columns())
	if err != nil {
		return nil, err
	}
	s, err := l.surveyNames(names)
	if err != nil {
		return nil, err
	}
	if err := cut(s, in, head[:n], target); err != nil {
		return nil, err
	}
	for _, rng := range s.Ranges {
		s.Rows += rng.Rows
	}
	s.SHA256, s.Bytes = hex.EncodeToString(in.digest.sum()), in.bytes
	if s.Charset == "" {
		s.Warnings = append(s.Warnings, in.odd.warnings()...)
	}
	return s, nil
}

// cutLines finds the ranges of lines.
func cutLines(s *Survey, in *surveyed, head []byte, target int64) error {
	lines := newCutter('\n', target, 0)
	lines.write(head)
	buf := make([]byte, surveyBuffer)
	for {
		n, err := in.Read(buf)
		lines.write(buf[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	s.Ranges = lines.finish()
	return nil
}

// cutElements finds the ranges of the elements of a document.
func cutElements(s *Survey, in *surveyed, head []byte, target int64) error {
	document, err := tables.OpenDocument(head)
	if err != nil {
		return err
	}
	s.Charset = document.Charset
	cut := document.Cut(io.MultiReader(bytes.NewReader(head[document.Begin:]), in))
	open := Range{Offset: document.Begin, FirstLine: 1}
	for {
		size, err := cut.Next()
		open.Length += size
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if open.Rows++; open.Length >= target {
			s.Ranges = append(s.Ranges, open)
			open = Range{Offset: open.Offset + open.Length, FirstLine: open.FirstLine + open.Rows}
		}
	}
	if last := len(s.Ranges) - 1; open.Rows == 0 && last >= 0 {
		s.Ranges[last].Length += open.Length // the end of the document
		return nil
	}
	s.Ranges = append(s.Ranges, open)
	return nil
}

// standing are the rows of text of a range whose rows are read where they stand.
type standing interface {
	io.Reader
	// Begin is where that begins of which the next row was made, in the range. It is asked once for
	// each row.
	Begin() int64
}

// standing are the rows of a range of such a table; nil where the source is no such.
func (l *Layout) standing(s *Survey, rng Range, r *io.LimitedReader) (standing, error) {
	var wanted []string
	for i := range l.columns {
		wanted = append(wanted, l.columns[i].name)
	}
	switch s.Table {
	case string(tables.JSON):
		return tables.JSONLines(r, []byte(s.Header), wanted, rng.FirstLine)
	case string(tables.XML):
		return tables.XMLElements(r, s.Charset, []byte(s.Header), wanted, rng.FirstLine)
	case string(tables.Parquet):
		r.N = 0 // what is read is text, which ends by itself
		return groups{r.R}, nil
	}
	return nil, nil
}

// groups are the rows of groups as text. Where one stands in its group nobody knows.
type groups struct{ io.Reader }

func (groups) Begin() int64 { return 0 }

var errNoNames = errors.New("a table has its columns by name, and the layout finds them by position: say columns_by: name")

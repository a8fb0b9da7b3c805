package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/tables"
)

// Report is what one source is. It is plain data.
type Report struct {
	Name       string   `json:"name"`
	Containers []string `json:"containers,omitempty"` // outermost first
	// Form is delimited, fixed, records or table, or what the file is that no layout
	// reads.
	Form     string `json:"form"`
	Encoding string `json:"encoding,omitempty"` // as in layouts
	Evidence string `json:"encoding_evidence,omitempty"`
	// Of delimited text.
	Delimiter string `json:"delimiter,omitempty"`
	Quoted    bool   `json:"quoted,omitempty"`
	Quote     string `json:"quote,omitempty"`     // another than "
	Escape    string `json:"escape,omitempty"`    // backslash, where it is
	Comment   string `json:"comment,omitempty"`   // the characters by which lines begin that are no rows
	Multiline bool   `json:"multiline,omitempty"` // a quoted field holds a line break
	Header    bool   `json:"header,omitempty"`
	// Of rows of fixed columns, and of records.
	Framing string `json:"framing,omitempty"` // as in layouts
	Lengths []int  `json:"lengths,omitempty"` // of records, the commonest first

	Terminator string `json:"terminator,omitempty"` // LF, CRLF, CR
	// Sampled is the number of rows that were looked at, Odd those of them with another
	// number of fields, or length, than most; Fields is that number.
	Sampled int      `json:"rows_sampled"`
	Odd     int      `json:"rows_odd"`
	Fields  int      `json:"fields,omitempty"`
	Columns []Column `json:"columns,omitempty"`
	Layouts []Match  `json:"layouts,omitempty"` // best first

	rows [][]string // that were looked at, without the header
}

// sampleBytes is how much of a content is looked at.
const sampleBytes = 1 << 20

// File inspects a file of size bytes, each source that is packed in it by itself. Names
// of layouts are those that it is tried with. The error is of the file's medium; what is
// wrong with the content stands in the report.
func File(ctx context.Context, name string, at io.ReaderAt, size int64, layouts []string, limits containers.Limits) ([]Report, error) {
	head := make([]byte, containers.HeadBytes)
	n, err := at.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	head = head[:n]
	whole := func() io.Reader { return io.NewSectionReader(at, 0, size) }
	switch kind := containers.Of(head); {
	case tables.IsParquet(head):
		s := &source{
			ctx: ctx, name: name, layouts: layouts, table: tables.Parquet, at: at,
			open: func(wanted []string) (io.Reader, error) { return tables.Open(ctx, at, size, wanted, limits) },
			file: func(wanted []string) (*tables.File, error) { return tables.OpenFile(ctx, at, size, wanted, limits) },
		}
		return []Report{s.report([]string{string(tables.Parquet)})}, nil
	case kind == containers.Zip:
		return archive(ctx, name, at, size, layouts, limits)
	case kind == containers.None:
		s := &source{ctx: ctx, name: name, layouts: layouts, open: func([]string) (io.Reader, error) { return whole(), nil }}
		return []Report{s.report(nil)}, nil
	default:
		s := &source{ctx: ctx, name: name, layouts: layouts, open: func([]string) (io.Reader, error) {
			return containers.Open(whole(), limits)
		}}
		return []Report{s.report(nil)}, nil
	}
}

// archive inspects the files of a zip archive.
func archive(ctx context.Context, name string, at io.ReaderAt, size int64, layouts []string, limits containers.Limits) ([]Report, error) {
	entries, err := containers.List(at, size, limits)
	if err != nil {
		r := Report{Name: name, Containers: []string{string(containers.Zip)}, Form: err.Error()}
		return []Report{r}, nil //nolint:nilerr // what is wrong with the content is what was asked
	}
	var reports []Report
	for _, e := range entries {
		s := &source{ctx: ctx, name: name + "!" + e.Name, layouts: layouts, open: func([]string) (io.Reader, error) {
			return e.Open(io.NewSectionReader(at, e.Offset, e.Packed), limits)
		}}
		reports = append(reports, s.report(nil))
	}
	return reports, nil
}

// source is one content, which may be opened again.
type source struct {
	ctx     context.Context //nolint:containedctx // of the one call of File
	name    string
	layouts []string
	table   containers.Kind // none where the content is no table
	// open reads the content from its beginning. Of a table, wanted are the columns, all
	// for nil.
	open func(wanted []string) (io.Reader, error)
	// content reads the content of a table in text; nil of all else.
	content func(wanted []string) (io.Reader, error)
	// file looks at a Parquet file, which is read with at; nil of all else.
	file func(wanted []string) (*tables.File, error)
	at   io.ReaderAt
}

func (s *source) report(kinds []string) Report {
	r := Report{Name: s.name, Containers: kinds}
	in, err := s.open(nil)
	if err == nil {
		if packed, ok := in.(*containers.Reader); ok {
			for _, kind := range packed.Kinds() {
				r.Containers = append(r.Containers, string(kind))
			}
		}
		var sample []byte
		sample, err = io.ReadAll(io.LimitReader(in, sampleBytes))
		if kind := tables.TextKind(sample); err == nil && s.table == containers.None && kind != containers.None {
			return s.as(kind).report(append(r.Containers, string(kind)))
		}
		if err == nil {
			s.look(&r, sample)
			return r
		}
	}
	r.Form = err.Error()
	return r
}

// as is the content as a table of its objects or elements.
func (s *source) as(kind containers.Kind) *source {
	return &source{ctx: s.ctx, name: s.name, layouts: s.layouts, table: kind, content: s.open, open: func(wanted []string) (io.Reader, error) {
		in, err := s.open(nil)
		if err != nil {
			return nil, err
		}
		return tables.OpenText(kind, in, wanted)
	}}
}

// look says what a sample of the content is.
func (s *source) look(r *Report, sample []byte) {
	whole := len(sample) < sampleBytes
	switch what := notText(sample); {
	case len(sample) == 0:
		r.Form = "empty"
		return
	case what != "":
		r.Form = what
		return
	case s.table != containers.None:
		r.Form, r.Encoding, r.Header, r.Delimiter = "table", "utf-8", true, string(tables.FieldEnd)
		r.split(bytes.TrimSuffix(sample, []byte{tables.RowEnd}), string(tables.RowEnd), whole)
		r.Delimiter = ""
	default:
		r.encoding(sample)
		if r.Encoding == "ibm037" || binaryRecords(sample) {
			r.records(sample)
			break
		}
		text := decode(sample, r.Encoding)
		r.Terminator = terminator(text)
		r.text(text, whole)
	}
	r.describe()
	r.Layouts = s.try(s.layouts)
}

// signatures are the first bytes of files that no layout reads.
var signatures = []struct{ begins, is string }{
	{"\x00\x01\x00\x00Standard ACE DB", "an Access database: have its tables exported as text"},
	{"\x00\x01\x00\x00Standard Jet DB", "an Access database: have its tables exported as text"},
	{"SQLite format 3\x00", "an SQLite database: have its tables exported as text"},
	{"%PDF-", "a PDF document: ask for the extract as text"},
	{"<", "a document of markup, such as the error answer of a web service"},
	{"ARROW1", "an Arrow file: have it written as Parquet"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document, such as a spreadsheet: have it exported as text"},
	{"[", "a list in JSON: have it written as one object a line"},
}

// notText tells what a content is that is no extract, as far as it is known.
func notText(sample []byte) string {
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(sample, []byte("\xef\xbb\xbf")), " \t\r\n")
	i := slices.IndexFunc(signatures, func(s struct{ begins, is string }) bool {
		return bytes.HasPrefix(trimmed, []byte(s.begins))
	})
	if i < 0 {
		return ""
	}
	return signatures[i].is
}

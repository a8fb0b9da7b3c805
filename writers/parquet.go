package writers

import (
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"github.com/clearsweep/clearsweep/schemas"
)

// groupRows is the number of rows of a row group: all but the last have it, so
// that equal rows make equal files however they came.
const groupRows = 1 << 16

// createdBy stands in every footer. It names the format of our files and not
// the build that wrote them, so that equal runs of two builds are equal.
const createdBy = "clearsweep"

// Table writes one Parquet file, a row at a time. A row is a run of calls, one
// for each column in the order of the schema, and then end. Nothing is
// allocated per row. It is not safe for concurrent use.
//
// The first error stays and is what every later call returns.
type Table struct {
	name    string
	sink    *sink
	mem     memory.Allocator
	schema  *arrow.Schema // with dictionaries
	columns []*column
	file    *pqarrow.FileWriter
	next    int   // column that the next call fills
	rows    int64 // rows ended
	err     error
	closed  bool
}

// NewTable starts a Parquet file on w. The name is how errors call it. The
// caller closes the table, and w afterwards.
func NewTable(name string, w io.Writer, schema *arrow.Schema, mem memory.Allocator) (*Table, error) {
	t := &Table{name: name, sink: newSink(w), mem: mem}
	fields := make([]arrow.Field, schema.NumFields())
	for i := range fields {
		c := newColumn(schema.Field(i), mem)
		t.columns = append(t.columns, c)
		fields[i] = c.field
	}
	t.schema = arrow.NewSchema(fields, nil)
	err := guard("start", func() (err error) {
		t.file, err = pqarrow.NewFileWriter(t.schema, t.sink, properties(mem), pqarrow.NewArrowWriterProperties(pqarrow.WithAllocator(mem)))
		return err
	})
	if err = t.settle(err); err != nil {
		t.release()
		return nil, err
	}
	return t, nil
}

// properties of the files we write. Snappy, because the library makes a new
// zstd encoder for every page: zstd at its fastest level takes two and a half
// times the memory and a third more time (BenchmarkDeterminations). The limit on
// dictionaries is never met: an overflowing one would make the footer depend on
// the order of a map.
func properties(mem memory.Allocator) *parquet.WriterProperties {
	options := []parquet.WriterProperty{
		parquet.WithAllocator(mem),
		parquet.WithVersion(parquet.V2_LATEST),
		parquet.WithDataPageVersion(parquet.DataPageV1),
		parquet.WithCreatedBy(createdBy),
		parquet.WithCompression(compress.Codecs.Snappy),
		parquet.WithDictionaryDefault(false),
		parquet.WithDictionaryPageSizeLimit(1 << 30),
		parquet.WithMaxRowGroupLength(groupRows),
	}
	for name := range wordy {
		options = append(options, parquet.WithDictionaryFor(name, true))
	}
	return parquet.NewWriterProperties(options...)
}

// Rows is the number of rows so far.
func (t *Table) Rows() int64 { return t.rows }

// text fills a text column; an empty s is null where the column may be.
func (t *Table) text(s string) {
	c := t.column()
	if err := c.text(s); err != nil {
		t.fail(fmt.Errorf("%s: row %d: column %s: %w", t.name, t.rows+1, c.field.Name, err))
		_ = c.text("") // keeps the columns of equal length
	}
}

func (t *Table) date(d schemas.Date) { t.column().date(d) }
func (t *Table) integer(n int64)     { t.column().integers.Append(n) }

// number adds a number that is not negative; a negative one is null.
func (t *Table) number(n int32) {
	if n < 0 {
		t.column().integers.AppendNull()
		return
	}
	t.integer(int64(n))
}

func (t *Table) mask(m uint64) { t.column().masks.Append(m) }
func (t *Table) flag(b bool)   { t.column().flags.Append(b) }

func (t *Table) column() *column {
	c := t.columns[t.next]
	t.next++
	return c
}

// end ends a row, and writes the row group if it is full.
func (t *Table) end() error {
	if t.next != len(t.columns) {
		panic(fmt.Sprintf("writers: %d of %d columns of a row of %s", t.next, len(t.columns), t.name))
	}
	t.next = 0
	t.rows++
	if t.rows%groupRows == 0 {
		t.flush()
	}
	return t.err
}

// flush writes the rows gathered as one row group.
func (t *Table) flush() {
	rows := int64(t.columns[0].builder().Len())
	if rows == 0 || t.err != nil {
		return
	}
	arrays := make([]arrow.Array, len(t.columns))
	for i, c := range t.columns {
		arrays[i] = c.array()
		defer arrays[i].Release()
	}
	batch := array.NewRecord(t.schema, arrays, rows)
	defer batch.Release()
	t.fail(t.settle(guard("write row group", func() error { return t.file.Write(batch) })))
}

// Close writes what is left, and the footer. It returns what the file is: its
// size, rows and hash, without a path. Only without an error is the file whole.
// It may be called again, and then returns the error only.
func (t *Table) Close() (Output, error) {
	if t.closed {
		return Output{}, errors.Join(t.err, errClosed)
	}
	t.closed = true
	defer t.release()
	t.flush()
	t.fail(t.settle(guard("write footer", t.file.Close)))
	if t.err != nil {
		return Output{}, t.err
	}
	return Output{Rows: t.rows, Bytes: t.sink.size, SHA256: t.sink.sha256()}, nil
}

// Abort gives up the file. After Close it does nothing.
func (t *Table) Abort() {
	if !t.closed {
		t.closed = true
		t.fail(errClosed)
		t.release()
	}
}

// settle is the error of a call into the Parquet library: the sink's own error
// is the cause of whatever the library made of it, and of a success it claims.
func (t *Table) settle(err error) error {
	if t.sink.err != nil {
		err = t.sink.err
	}
	if err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	return nil
}

func (t *Table) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *Table) release() {
	for _, c := range t.columns {
		c.release()
	}
}

package writers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/klauspost/compress/s2"

	"github.com/clearsweep/clearsweep/schemas"
)

// groupRows is the number of rows of a row group: all but the last have it, so
// that equal rows make equal files however they came.
const groupRows = 1 << 16

// createdBy stands in every footer. It names the format of our files and not
// the build that wrote them, so that equal runs of two builds are equal.
const createdBy = "clearsweep"

// magic begins and ends a Parquet file.
const magic = "PAR1"

// Table writes one Parquet file, a row at a time. A row is a run of calls, one
// for each column in the order of the schema, and then end. Nothing is
// allocated per row. It is not safe for concurrent use.
//
// The values of a page are ours (docs/adr/0009); its header, the metadata and the
// footer are the Parquet library's.
//
// The first error stays and is what every later call returns.
type Table struct {
	name    string
	sink    *sink
	mem     memory.Allocator
	props   *parquet.WriterProperties
	meta    *metadata.FileMetaDataBuilder
	schema  *arrow.Schema
	columns []*column // nil after the end
	groups  int16     // row groups written
	next    int       // column that the next call fills
	rows    int64     // rows ended
	err     error
	closed  bool

	page, packed []byte // of the column that is being written
}

// spare are columns of closed tables, by schema, for the next table: one is closed
// and another started for every range.
var spare = map[*arrow.Schema]*sync.Pool{
	schemas.Determinations: {}, schemas.Persons: {}, schemas.Reviews: {}, schemas.Active: {}, schemas.Rejects: {},
}

// columnsOf are the empty columns of a schema.
func columnsOf(schema *arrow.Schema) []*column {
	if columns, ok := spare[schema].Get().(*[]*column); ok {
		return *columns
	}
	var columns []*column
	for _, field := range schema.Fields() {
		columns = append(columns, newColumn(field))
	}
	return columns
}

// NewTable starts a Parquet file of one of the schemas of this program on w. The name
// is how errors call it. The caller closes the table, and w afterwards.
func NewTable(name string, w io.Writer, schema *arrow.Schema, mem memory.Allocator) (*Table, error) {
	t := &Table{name: name, sink: sinkOf(w), mem: mem, props: properties(mem), schema: schema, columns: columnsOf(schema)}
	err := guard("start", func() error {
		columns, err := pqarrow.ToParquet(schema, t.props, pqarrow.NewArrowWriterProperties(pqarrow.WithAllocator(mem)))
		if err != nil {
			return err
		}
		t.meta = metadata.NewFileMetadataBuilder(columns, t.props, nil)
		_, err = t.sink.Write([]byte(magic))
		return err
	})
	if err = t.settle(err); err != nil {
		return nil, err
	}
	return t, nil
}

// properties of the files we write. Snappy: zstd at its fastest level makes files a
// third smaller and takes a third more time.
func properties(mem memory.Allocator) *parquet.WriterProperties {
	options := []parquet.WriterProperty{
		parquet.WithAllocator(mem),
		parquet.WithVersion(parquet.V2_LATEST),
		parquet.WithDataPageVersion(parquet.DataPageV1),
		parquet.WithCreatedBy(createdBy),
		parquet.WithCompression(compress.Codecs.Snappy),
		parquet.WithDictionaryDefault(false),
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
		t.fail(fmt.Errorf("%s: row %d: column %s: %w", t.name, t.rows+1, c.name, err))
	}
}

func (t *Table) date(d schemas.Date) { t.column().date(d) }
func (t *Table) integer(n int64)     { t.column().integer(n) }
func (t *Table) flag(b bool)         { t.column().flag(b) }

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
	rows := t.columns[0].levels.rows
	if rows > 0 && t.err == nil {
		t.fail(t.settle(guard("write row group", func() error { return t.writeGroup(rows) })))
	}
	for _, c := range t.columns {
		c.reset()
	}
}

func (t *Table) writeGroup(rows int) error {
	group := t.meta.AppendRowGroup()
	group.SetNumRows(rows)
	written := int64(0)
	for i, c := range t.columns {
		n, err := t.writeColumn(group.NextColumnChunk(), c, int16(i))
		if err != nil {
			return err
		}
		written += n
	}
	t.groups++
	return group.Finish(written, t.groups-1)
}

// writeColumn writes a column of a row group: its dictionary, if it has one, and one
// data page.
func (t *Table) writeColumn(meta *metadata.ColumnChunkMetaDataBuilder, c *column, ordinal int16) (int64, error) {
	codec := compress.Codecs.Snappy
	pages, err := file.NewPageWriter(t.sink, codec, 0, meta, t.groups, ordinal, t.mem, false, nil, nil)
	if err != nil {
		return 0, err
	}
	written, encoding := int64(0), parquet.Encodings.Plain
	if c.words != nil {
		encoding = t.props.DictionaryIndexEncoding()
		t.page = c.words.dictionary(t.page[:0])
		page := file.NewDictionaryPage(memory.NewBufferBytes(t.page), int32(len(c.words.list)), t.props.DictionaryPageEncoding()) //nolint:gosec // at most a row group of words
		if written, err = pages.WriteDictionaryPage(page); err != nil {
			return 0, err
		}
	}
	t.page = c.page(t.page[:0])
	t.packed = s2.EncodeSnappy(t.packed[:cap(t.packed)], t.page)
	rows, size := int32(c.levels.rows), int32(len(t.page)) //nolint:gosec // a page is small
	page := file.NewDataPageV1(memory.NewBufferBytes(t.packed), rows, encoding, parquet.Encodings.RLE, parquet.Encodings.RLE, size)
	n, err := pages.WriteDataPage(page)
	if err != nil {
		return 0, err
	}
	stats := c.statistics()
	stats.ApplyStatSizeLimits(int(t.props.MaxStatsSizeFor(c.name)))
	meta.SetStats(stats)
	return written + n, pages.Close(c.words != nil, false)
}

// writeFooter ends the file.
func (t *Table) writeFooter() error {
	meta, err := t.meta.Finish()
	if err != nil {
		return err
	}
	size, err := meta.WriteTo(t.sink, nil)
	if err != nil {
		return err
	}
	_, err = t.sink.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(size)), magic...)) //nolint:gosec // a footer is small
	return err
}

// Close writes what is left, and the footer. It returns what the file is: its
// size, rows and hash, without a path. Only without an error is the file whole.
// It may be called again, and then returns the error only.
func (t *Table) Close() (Output, error) {
	if t.closed {
		return Output{}, errors.Join(t.err, errClosed)
	}
	t.closed = true
	t.flush()
	t.giveBack()
	if t.err == nil {
		t.fail(t.settle(guard("write footer", t.writeFooter)))
	}
	if t.err != nil {
		return Output{}, t.err
	}
	t.fail(errClosed) // what later calls return; a row that is written value by value panics
	return Output{Rows: t.rows, Bytes: t.sink.size, SHA256: t.sink.sha256()}, nil
}

// Abort gives up the file. After Close it does nothing.
func (t *Table) Abort() {
	if !t.closed {
		t.closed = true
		t.fail(errClosed)
		t.giveBack()
	}
}

// giveBack leaves the columns to another table.
func (t *Table) giveBack() {
	for _, c := range t.columns {
		c.reset()
	}
	columns := t.columns
	t.columns = nil
	spare[t.schema].Put(&columns)
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

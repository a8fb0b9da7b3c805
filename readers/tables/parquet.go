package tables

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// Parquet is the kind of a Parquet file, beside those of containers.
const Parquet containers.Kind = "parquet"

// The ends of fields and rows: characters of ASCII made for it, which no text has.
const (
	FieldEnd = '\x1f'
	RowEnd   = '\x1e'
)

const (
	magic       = "PAR1"
	frameBytes  = 12 // magic, footer length, magic
	mostFooter  = 64 << 20
	batchRows   = 4096
	chunkBuffer = 1 << 20 // read ahead of one column
)

// IsParquet tells whether a file that begins with head is a Parquet file.
func IsParquet(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }

// Reader is a Parquet file as rows of text. The first error stays.
type Reader struct {
	ctx     context.Context //nolint:containedctx // of the one who reads
	limits  containers.Limits
	size    int64 // of the file
	columns []*column
	rows    int64 // that are still to come
	text    []byte
	at      int // what of text has been read
	passed  int64
	err     error
}

// column is one of the file's columns that is wanted.
type column struct {
	name   string
	reader *pqarrow.ColumnReader
	append func(b []byte, a arrow.Array, row int) []byte // the text of a value
}

// Open reads a Parquet file of size bytes: those of its columns whose names are wanted,
// without case, or all that can be read for nil, in the order of the file. A wanted column that is nested, or of
// a type that is not read here, is an error: it would be taken to be missing. The error says
// what is wrong with the file and never quotes it.
func Open(ctx context.Context, at io.ReaderAt, size int64, wanted []string, limits containers.Limits) (_ *Reader, err error) {
	if err := checkFrame(at, size); err != nil {
		return nil, err
	}
	r := &Reader{ctx: ctx, size: size, limits: limits.OrDefaults()}
	err = guard(func() error { return r.open(at, wanted) })
	if err != nil {
		return nil, fmt.Errorf("its Parquet data cannot be read: %w", err)
	}
	for i, c := range r.columns {
		if i > 0 {
			r.text = append(r.text, FieldEnd)
		}
		r.text = appendText(r.text, c.name)
	}
	r.text = append(r.text, RowEnd)
	return r, nil
}

// checkFrame looks at the ends of a file, so that the library is not led to allocate
// what a damaged length says.
func checkFrame(at io.ReaderAt, size int64) error {
	var tail [8]byte
	if size < frameBytes {
		return errors.New("its Parquet data is cut: ask the sender for the file again")
	}
	if _, err := at.ReadAt(tail[:], size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	footer := int64(binary.LittleEndian.Uint32(tail[:4]))
	switch {
	case string(tail[4:]) == "PARE":
		return errors.New("its Parquet data is encrypted: decrypt it first")
	case string(tail[4:]) != magic || footer > size-frameBytes:
		return errors.New("its Parquet data is cut or damaged: ask the sender for the file again")
	case footer > mostFooter:
		return fmt.Errorf("its Parquet footer takes more than %d MiB: have it written with fewer row groups", mostFooter>>20)
	}
	return nil
}

func (r *Reader) open(at io.ReaderAt, wanted []string) error {
	bounded := boundedMemory{memory.DefaultAllocator}
	props := parquet.NewReaderProperties(bounded)
	props.BufferedStreamEnabled, props.BufferSize = true, chunkBuffer
	in, err := file.NewParquetReader(io.NewSectionReader(at, 0, r.size), file.WithReadProps(props))
	if err != nil {
		return err
	}
	// What Arrow writes of its own types beside those of Parquet is not checked by the
	// library, which takes as much memory as damaged bytes there say. Nothing here needs it.
	in.MetaData().FileMetaData.KeyValueMetadata = nil
	// Not in parallel: a panic of another goroutine could not be caught.
	reader, err := pqarrow.NewFileReader(in, pqarrow.ArrowReadProperties{BatchSize: batchRows}, bounded)
	if err != nil {
		return err
	}
	if r.rows = in.NumRows(); r.rows < 0 {
		return errors.New("it has fewer than no rows")
	}
	schema, err := reader.Schema()
	if err != nil {
		return err
	}
	for _, field := range schema.Fields() {
		isWanted := func(name string) bool { return strings.EqualFold(name, field.Name) }
		if wanted != nil && !slices.ContainsFunc(wanted, isWanted) {
			continue
		}
		leaf := in.MetaData().Schema.ColumnIndexByName(field.Name)
		c := &column{name: field.Name, append: textOf(field.Type)}
		switch {
		case leaf >= 0 && c.append != nil:
		case wanted == nil:
			continue
		default:
			return fmt.Errorf("its column %q is of type %s, which is not read here: have it written as text", field.Name, field.Type)
		}
		for group := range in.NumRowGroups() {
			chunk, err := in.MetaData().RowGroup(group).ColumnChunk(leaf)
			if err != nil {
				return err
			}
			if err := checkPages(r.ctx, at, r.size, chunk); err != nil {
				return err
			}
		}
		if c.reader, err = reader.GetColumn(r.ctx, leaf); err != nil {
			return err
		}
		r.columns = append(r.columns, c)
	}
	return nil
}

// Read reads text.
func (r *Reader) Read(p []byte) (int, error) {
	for r.at == len(r.text) {
		if r.err == nil {
			r.err = r.fill()
		}
		if r.err != nil {
			return 0, r.err
		}
	}
	n := copy(p, r.text[r.at:])
	r.at += n
	return n, nil
}

// fill makes the text of the next rows.
func (r *Reader) fill() error {
	r.text, r.at = r.text[:0], 0
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if r.rows == 0 || len(r.columns) == 0 {
		return io.EOF
	}
	rows := min(r.rows, batchRows)
	if err := guard(func() error { return r.batch(rows) }); err != nil {
		return fmt.Errorf("its Parquet data cannot be read: %w", err)
	}
	r.rows -= rows
	r.passed += int64(len(r.text))
	return r.limits.Allow(r.passed, r.size)
}

// batch makes the text of some rows.
func (r *Reader) batch(rows int64) error {
	values := make([]*cursor, len(r.columns))
	for i, c := range r.columns {
		chunks, err := c.reader.NextBatch(rows)
		if err != nil {
			return err
		}
		defer chunks.Release()
		if int64(chunks.Len()) != rows {
			return errShort
		}
		values[i] = &cursor{chunks: chunks.Chunks()}
	}
	for range rows {
		for i, c := range r.columns {
			if i > 0 {
				r.text = append(r.text, FieldEnd)
			}
			a, row := values[i].next()
			if a.IsValid(row) {
				r.text = c.append(r.text, a, row)
			}
		}
		r.text = append(r.text, RowEnd)
	}
	return nil
}

var errShort = errors.New("a column has fewer values than the file has rows")

// cursor goes over the values of a column.
type cursor struct {
	chunks []arrow.Array
	row    int
}

func (c *cursor) next() (arrow.Array, int) {
	for c.row == c.chunks[0].Len() {
		c.chunks, c.row = c.chunks[1:], 0
	}
	c.row++
	return c.chunks[0], c.row - 1
}

// mostBuffer is more than a page, or a column of a batch, takes in a sound file.
const mostBuffer = 256 << 20

// boundedMemory panics where a damaged length asks for a buffer that no file needs; guard
// makes an error of it.
type boundedMemory struct{ memory.Allocator }

func (m boundedMemory) Allocate(size int) []byte {
	m.check(size)
	return m.Allocator.Allocate(size)
}

func (m boundedMemory) Reallocate(size int, b []byte) []byte {
	m.check(size)
	return m.Allocator.Reallocate(size, b)
}

func (boundedMemory) check(size int) {
	if size > mostBuffer {
		panic(errBuffer)
	}
}

var errBuffer = fmt.Errorf("a page or a column takes more than %d MiB", mostBuffer>>20)

// guard runs a call into a library that may panic over a damaged file, and returns the
// panic as an error.
func guard(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if err, _ = p.(error); errors.Is(err, errBuffer) {
				return
			}
			// What a library panics with may quote a value; its type does not.
			err = fmt.Errorf("panic of type %T", p)
		}
	}()
	return call()
}

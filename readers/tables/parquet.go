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
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
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

// File is a Parquet file whose footer and pages were looked at. Its groups of rows may be read at once.
type File struct {
	size    int64
	limits  containers.Limits
	columns []column
	groups  []Group
	meta    *metadata.FileMetaData

	mu     sync.Mutex
	passed map[int64]int64 // bytes of text, by the first row of those that were read
	total  int64           // of passed
}

// Group are rows of a file that can be read without those before.
type Group struct {
	Rows   int64
	Offset int64 // of what is wanted of it, in the file
	Length int64
}

// column is one of the file's columns that is wanted.
type column struct {
	name   string
	field  int                                           // of the schema
	leaf   int                                           // of the columns that hold values
	append func(b []byte, a arrow.Array, row int) []byte // the text of a value
}

// Reader is rows of a Parquet file as text. The first error stays.
type Reader struct {
	ctx    context.Context //nolint:containedctx // of the one who reads
	file   *File
	values []*pqarrow.ColumnReader // of the file's columns
	first  int64                   // row, from 1
	rows   int64                   // that are still to come
	text   []byte
	at     int // what of text has been read
	passed int64
	err    error
}

// Open reads a Parquet file of size bytes behind a row of the names of its columns, which are those of OpenFile.
func Open(ctx context.Context, at io.ReaderAt, size int64, wanted []string, limits containers.Limits) (*Reader, error) {
	f, err := OpenFile(ctx, at, size, wanted, limits)
	if err != nil {
		return nil, err
	}
	r, err := f.all(ctx, at)
	if err != nil {
		return nil, err
	}
	r.text = f.Header()
	return r, nil
}

func (f *File) all(ctx context.Context, at io.ReaderAt) (*Reader, error) {
	return f.Rows(ctx, at, 1, f.rows())
}

func (f *File) rows() (n int64) {
	for _, g := range f.groups {
		n += g.Rows
	}
	return n
}

// Sample is the text of the first rows of a file.
type Sample struct {
	Text []byte
	Rows int64
}

// Sample reads the first rows.
func (f *File) Sample(ctx context.Context, at io.ReaderAt) (Sample, error) {
	r, err := f.all(ctx, at)
	if err != nil {
		return Sample{}, err
	}
	all := r.rows
	if err := r.fill(); err != nil && !errors.Is(err, io.EOF) {
		return Sample{}, err
	}
	return Sample{Text: r.text, Rows: all - r.rows}, nil
}

// OpenFile looks at a Parquet file of size bytes: at those of its columns whose names are wanted,
// without case, or all that can be read for nil, in the order of the file. A wanted column that is nested, or of
// a type that is not read here, is an error: it would be taken to be missing. The error says
// what is wrong with the file and never quotes it.
func OpenFile(ctx context.Context, at io.ReaderAt, size int64, wanted []string, limits containers.Limits) (*File, error) {
	if err := checkFrame(at, size); err != nil {
		return nil, err
	}
	f := &File{size: size, limits: limits.OrDefaults(), passed: map[int64]int64{}}
	if err := guard(func() error { return f.open(ctx, at, wanted) }); err != nil {
		return nil, unreadable(err)
	}
	return f, nil
}

func unreadable(err error) error { return fmt.Errorf("its Parquet data cannot be read: %w", err) }

// Header is a row of the names of the columns.
func (f *File) Header() (text []byte) {
	for i, c := range f.columns {
		if i > 0 {
			text = append(text, FieldEnd)
		}
		text = appendText(text, c.name)
	}
	return append(text, RowEnd)
}

// Groups are those of the file, in order.
func (f *File) Groups() []Group { return f.groups }

// Rows reads so many rows from one on, counted from 1. Both are at the ends of groups.
func (f *File) Rows(ctx context.Context, at io.ReaderAt, first, rows int64) (*Reader, error) {
	r := &Reader{ctx: ctx, file: f, first: first, rows: rows}
	var groups []int
	before := int64(1)
	for i, g := range f.groups {
		if before == first && rows > 0 {
			groups = append(groups, i)
			rows -= g.Rows
			first += g.Rows
		}
		before += g.Rows
	}
	if rows != 0 {
		return nil, errGroups
	}
	err := guard(func() error {
		reader, err := f.reader(at)
		if err != nil {
			return err
		}
		for _, c := range f.columns {
			values, err := reader.GetFieldReader(ctx, c.field, map[int]bool{c.leaf: true}, groups)
			if err != nil {
				return err
			}
			r.values = append(r.values, values)
		}
		return nil
	})
	if err != nil {
		return nil, unreadable(err)
	}
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

// reader reads the file by the library.
func (f *File) reader(at io.ReaderAt) (*pqarrow.FileReader, error) {
	bounded := boundedMemory{memory.DefaultAllocator}
	props := parquet.NewReaderProperties(bounded)
	props.BufferedStreamEnabled, props.BufferSize = true, chunkBuffer
	in, err := file.NewParquetReader(io.NewSectionReader(at, 0, f.size), file.WithReadProps(props), file.WithMetadata(f.meta))
	if err != nil {
		return nil, err
	}
	if f.meta == nil {
		// What Arrow writes of its own types beside those of Parquet is not checked by the
		// library, which takes as much memory as damaged bytes there say. Nothing here needs it.
		f.meta = in.MetaData()
		f.meta.FileMetaData.KeyValueMetadata = nil
	}
	// Not in parallel: a panic of another goroutine could not be caught.
	return pqarrow.NewFileReader(in, pqarrow.ArrowReadProperties{BatchSize: batchRows}, bounded)
}

func (f *File) open(ctx context.Context, at io.ReaderAt, wanted []string) error {
	reader, err := f.reader(at)
	if err != nil {
		return err
	}
	schema, err := reader.Schema()
	if err != nil {
		return err
	}
	for i, field := range schema.Fields() {
		isWanted := func(name string) bool { return strings.EqualFold(name, field.Name) }
		if wanted != nil && !slices.ContainsFunc(wanted, isWanted) {
			continue
		}
		c := column{name: field.Name, field: i, leaf: f.meta.Schema.ColumnIndexByName(field.Name), append: textOf(field.Type)}
		switch {
		case c.leaf >= 0 && c.append != nil:
			f.columns = append(f.columns, c)
		case wanted != nil:
			return fmt.Errorf("its column %q is of type %s, which is not read here: have it written as text", field.Name, field.Type)
		}
	}
	left, rows := f.size, int64(0)
	for i := range f.meta.RowGroups {
		g, err := f.group(ctx, at, i)
		if err != nil {
			return err
		}
		if left -= g.Length; left < 0 {
			return errPages // groups share pages, so that a small file has no end of rows
		}
		if rows += g.Rows; rows < 0 {
			return errNoRows
		}
		f.groups = append(f.groups, g)
	}
	if rows != f.meta.NumRows {
		return errGroupRows
	}
	return nil
}

// group looks at the pages of a group.
func (f *File) group(ctx context.Context, at io.ReaderAt, ordinal int) (Group, error) {
	in := f.meta.RowGroup(ordinal)
	g := Group{Rows: in.NumRows(), Offset: f.size}
	if g.Rows < 0 {
		return Group{}, errNoRows
	}
	for _, c := range f.columns {
		chunk, err := in.ColumnChunk(c.leaf)
		if err != nil {
			return Group{}, err
		}
		if chunk.NumValues() != g.Rows { // the last of them would be lost, or stand in another row
			return Group{}, errGroupRows
		}
		if err := checkPages(ctx, at, f.size, chunk); err != nil {
			return Group{}, err
		}
		g.Offset = min(g.Offset, chunkOffset(chunk))
		g.Length += chunk.TotalCompressedSize()
	}
	return g, nil
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
	if r.rows == 0 || len(r.file.columns) == 0 {
		return io.EOF
	}
	rows := min(r.rows, batchRows)
	if err := guard(func() error { return r.batch(rows) }); err != nil {
		return unreadable(err)
	}
	r.rows -= rows
	r.passed += int64(len(r.text))
	return r.file.allow(r.first, r.passed)
}

// allow is an error when the text of all rows that were read, so much of it from one on, is more than the
// limits let come of the file. Rows that are read again count once.
func (f *File) allow(first, passed int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if more := passed - f.passed[first]; more > 0 {
		f.passed[first] = passed
		f.total += more
	}
	return f.limits.Allow(f.total, f.size)
}

// batch makes the text of some rows.
func (r *Reader) batch(rows int64) error {
	values := make([]*cursor, len(r.file.columns))
	for i := range r.file.columns {
		chunks, err := r.values[i].NextBatch(rows)
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
		for i, c := range r.file.columns {
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

var (
	errGroups    = errors.New("its groups of rows are others than they were: the file has changed; start over")
	errNoRows    = errors.New("it has fewer than no rows")
	errGroupRows = errors.New("its footer does not agree with itself on how many rows there are")
	errShort     = errors.New("a column has fewer values than the file has rows")
)

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

package archive

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"

	"filippo.io/age"
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// Kinds of the journal's entries.
const (
	ArchivedEntry  = "archived"
	OpenedEntry    = "archive opened"
	RefusedEntry   = "archive refused" // no key that was given opens one
	RewrappedEntry = "archive rewrapped"
)

// Archive is one archive: the body of the journal's entry. Its files lie below Folder.
type Archive struct {
	Name       string         `json:"archive"`
	Batch      string         `json:"batch"`
	Run        string         `json:"run"`
	Before     string         `json:"before"` // SHA-256 of the rows of the archive before; empty for the first
	Folder     string         `json:"folder"`
	Rows       writers.Output `json:"rows"`
	Index      writers.Output `json:"index"`
	Key        writers.Output `json:"key"`
	Recipients []string       `json:"recipients"` // public keys
}

// Rewrapped says that the key of an archive was wrapped for other recipients too: the body of
// the journal's entry.
type Rewrapped struct {
	Name       string         `json:"archive"`
	Key        writers.Output `json:"key"`
	Recipients []string       `json:"recipients"`
}

// Opened says that rows of an archive were read: the body of the journal's entry. It does not
// say whose.
type Opened struct {
	Name string `json:"archive,omitempty"` // empty where none was opened
	Rows int64  `json:"rows"`
	Why  string `json:"why"`
}

const (
	magic         = "PARE"
	rowsFile      = "rows.parquet"
	indexFile     = "index"
	groupRows     = 1 << 16
	personBytes   = 16
	indexBytes    = personBytes + 4
	mostKey       = 1 << 20
	indexInMemory = 1 << 30 // bytes of an index: 53 million rows
)

func keyFile(n int) string { return fmt.Sprintf("key-%04d.age", n) }

// Writer writes one archive. It is not safe for concurrent use.
type Writer struct {
	ctx     context.Context //nolint:containedctx // of the one who writes the archive
	folder  writers.Folder
	archive Archive
	key     key
	persons *persons
	to      writers.Recipients
	file    *writers.File
	parquet *pqarrow.FileWriter
	builder *array.RecordBuilder
	held    int
	rows    uint32
	index   []entry
}

// entry is a row of the index.
type entry struct {
	person [personBytes]byte
	row    uint32
}

// Create begins the archive of a batch in folder, for recipients who may open it. The caller
// ends it with Commit or Abort.
func Create(ctx context.Context, folder writers.Folder, batch, run, before string, to writers.Recipients) (_ *Writer, err error) {
	w := &Writer{ctx: ctx, folder: folder, to: to, key: newKey(folder.Prefix)}
	w.archive = Archive{Name: folder.Prefix, Batch: batch, Run: run, Before: before, Folder: folder.Prefix, Recipients: to.Names}
	if w.persons, err = w.key.persons(); err != nil {
		return nil, err
	}
	if w.file, err = folder.Create(ctx, rowsFile, writers.InClear); err != nil {
		return nil, err
	}
	err = guard(func() (err error) {
		props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDictionaryDefault(false),
			parquet.WithEncryptionProperties(w.key.encryption()))
		w.parquet, err = pqarrow.NewFileWriter(schemas.Determinations, keepOpen{w.file}, props, pqarrow.DefaultWriterProps())
		return err
	})
	if err != nil {
		return nil, errors.Join(err, w.file.Abort())
	}
	w.builder = array.NewRecordBuilder(memory.DefaultAllocator, schemas.Determinations)
	return w, nil
}

// encryption is that of a file under the key. What binds it to its archive is not stored in it.
func (k key) encryption() *parquet.FileEncryptionProperties {
	return parquet.NewFileEncryptionProperties(string(k.Data), parquet.WithAlg(parquet.AesGcm), parquet.WithAadPrefix(k.Name), parquet.DisableAadPrefixStorage())
}

func (k key) decryption() *parquet.FileDecryptionProperties {
	return parquet.NewFileDecryptionProperties(parquet.WithFooterKey(string(k.Data)), parquet.WithDecryptAadPrefix(k.Name))
}

// keepOpen hides Close from the Parquet writer: the file is committed by its owner.
type keepOpen struct{ io.Writer }

// Add archives some rows of a batch of schemas.Determinations.
func (w *Writer) Add(batch arrow.Record, rows []int) error {
	for i, column := range batch.Columns() {
		copyValues(w.builder.Field(i), column, rows)
	}
	person := batch.Column(batch.Schema().FieldIndices("person_id")[0]).(*array.String)
	for _, row := range rows {
		if person.IsValid(row) {
			w.index = append(w.index, entry{w.persons.hash(person.Value(row)), w.rows})
		}
		w.rows++
	}
	if w.held += len(rows); w.held >= groupRows {
		return w.flush()
	}
	return nil
}

// copyValues appends values of a column to a builder of its type.
func copyValues(to array.Builder, from arrow.Array, rows []int) {
	to.Reserve(len(rows))
	switch from := from.(type) {
	case *array.String:
		appendValues(to.(*array.StringBuilder), from, rows)
	case *array.Date32:
		appendValues(to.(*array.Date32Builder), from, rows)
	case *array.Int64:
		appendValues(to.(*array.Int64Builder), from, rows)
	case *array.Uint64:
		appendValues(to.(*array.Uint64Builder), from, rows)
	default:
		panic(fmt.Sprintf("archive: no copy of %s", from.DataType()))
	}
}

func appendValues[T any, B interface {
	Append(v T)
	AppendNull()
}, A interface {
	IsNull(i int) bool
	Value(i int) T
}](to B, from A, rows []int,
) {
	for _, row := range rows {
		if from.IsNull(row) {
			to.AppendNull()
		} else {
			to.Append(from.Value(row))
		}
	}
}

func (w *Writer) flush() error {
	batch := w.builder.NewRecord()
	defer batch.Release()
	w.held = 0
	err := guard(func() error { return w.parquet.Write(batch) })
	for i, column := range batch.Columns() { // the next group will be as large
		w.builder.Field(i).Reserve(column.Len())
		if text, ok := column.(*array.String); ok {
			w.builder.Field(i).(*array.StringBuilder).ReserveData(len(text.ValueBytes()))
		}
	}
	return err
}

// Rows is how many rows were added.
func (w *Writer) Rows() int64 { return int64(w.rows) }

// Commit makes the archive durable, and reads all of it back with its key. It counts once
// the journal has its entry.
func (w *Writer) Commit() (_ *Archive, err error) {
	defer w.builder.Release()
	if w.held > 0 {
		if err := w.flush(); err != nil {
			return nil, err
		}
	}
	if err := guard(w.parquet.Close); err != nil {
		return nil, err
	}
	if w.archive.Rows, err = w.file.Commit(int64(w.rows)); err != nil {
		return nil, err
	}
	if w.archive.Index, err = w.writeIndex(); err != nil {
		return nil, err
	}
	wrapped, err := w.key.wrap(w.to.Keys())
	if err != nil {
		return nil, err
	}
	if w.archive.Key, err = putFile(w.ctx, w.folder, keyFile(1), wrapped); err != nil {
		return nil, err
	}
	a := &w.archive
	return a, a.readBack(w.ctx, w.folder.Store, w.key)
}

func (w *Writer) writeIndex() (writers.Output, error) {
	slices.SortFunc(w.index, func(a, b entry) int {
		return cmp.Or(bytes.Compare(a.person[:], b.person[:]), cmp.Compare(a.row, b.row))
	})
	data := make([]byte, 0, len(w.index)*indexBytes)
	for i := range w.index {
		data = append(data, w.index[i].person[:]...)
		data = binary.BigEndian.AppendUint32(data, w.index[i].row)
	}
	return putFile(w.ctx, w.folder, indexFile, data)
}

func putFile(ctx context.Context, folder writers.Folder, name string, data []byte) (_ writers.Output, err error) {
	f, err := folder.Create(ctx, name, writers.InClear)
	if err != nil {
		return writers.Output{}, err
	}
	defer func() { err = errors.Join(err, f.Abort()) }()
	if _, err := f.Write(data); err != nil {
		return writers.Output{}, err
	}
	return f.Commit(0)
}

// Abort throws away what is not committed.
func (w *Writer) Abort() error {
	w.builder.Release()
	return w.file.Abort()
}

// ErrDamaged tells that an archive is not what was written: changed, cut, or another's.
var ErrDamaged = errors.New("the archive is not what was written: it was changed or cut, or a file of another took its place")

// Check reads the files of an archive and holds them against the journal's hashes. It needs no
// key.
func (a *Archive) Check(ctx context.Context, store storage.Store) error {
	for _, of := range []writers.Output{a.Rows, a.Index, a.Key} {
		if err := readFile(ctx, writers.Folder{Store: store, Prefix: a.Folder}, of, io.Discard); err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
	}
	return nil
}

// readFile copies a file, whose hash must be the one that is said of it.
func readFile(ctx context.Context, folder writers.Folder, of writers.Output, to io.Writer) (err error) {
	in, err := folder.OpenStored(ctx, of)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	_, err = io.Copy(to, in)
	if errors.Is(err, writers.ErrDamaged) {
		err = fmt.Errorf("%s: %w", of.Path, ErrDamaged)
	}
	return err
}

// CheckWith reads every value of an archive with its key, which none can that is changed, of
// another archive, or of another key.
func (a *Archive) CheckWith(ctx context.Context, store storage.Store, wrapped writers.Output, keys []age.Identity) error {
	k, err := a.unwrap(ctx, store, wrapped, keys)
	if err != nil {
		return err
	}
	return a.readBack(ctx, store, k)
}

func (a *Archive) unwrap(ctx context.Context, store storage.Store, wrapped writers.Output, keys []age.Identity) (key, error) {
	var b bytes.Buffer
	if wrapped.Bytes > mostKey {
		return key{}, fmt.Errorf("%s: %w", a.Name, ErrDamaged)
	}
	if err := readFile(ctx, writers.Folder{Store: store, Prefix: a.Folder}, wrapped, &b); err != nil {
		return key{}, err
	}
	return unwrap(a.Name, b.Bytes(), keys)
}

// readersAtOnce is how many readers share the row groups of an archive that is read back.
const readersAtOnce = 2

// readBack decrypts every page of the archive, each of which proves that it is whole and in its
// place.
func (a *Archive) readBack(ctx context.Context, store storage.Store, k key) error {
	g, working := errgroup.WithContext(ctx)
	for first := range readersAtOnce {
		g.Go(func() error { return a.readGroups(working, store, k, first) })
	}
	return g.Wait()
}

// readGroups decrypts the row groups of one reader.
func (a *Archive) readGroups(ctx context.Context, store storage.Store, k key, first int) error {
	err := a.open(ctx, store, k, func(in *file.Reader) error {
		if in.NumRows() != a.Rows.Rows {
			return fmt.Errorf("%d rows, of %d", in.NumRows(), a.Rows.Rows)
		}
		for g := first; g < in.NumRowGroups(); g += readersAtOnce {
			group := in.RowGroup(g)
			for c := range group.NumColumns() {
				pages, err := group.GetColumnPageReader(c)
				if err != nil {
					return err
				}
				for pages.Next() {
					continue // each was decrypted and unpacked
				}
				if err := pages.Err(); err != nil {
					return err
				}
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", a.Name, err)
	}
	return nil
}

// open opens the rows of an archive. Whatever the library says of a file that it cannot
// decrypt, or panics with, is ErrDamaged.
func (a *Archive) open(ctx context.Context, store storage.Store, k key, read func(*file.Reader) error) error {
	o, err := writers.Folder{Store: store, Prefix: a.Folder}.OpenObject(ctx, a.Rows.Path)
	if err != nil {
		return err
	}
	defer o.Close() //nolint:errcheck // it was read
	err = guard(func() error {
		var head [len(magic)]byte // the one place that no page covers
		if _, err := o.ReadAt(head[:], 0); err != nil {
			return err
		}
		if string(head[:]) != magic {
			return errors.New("it does not begin as an encrypted Parquet file")
		}
		props := parquet.NewReaderProperties(memory.DefaultAllocator)
		props.FileDecryptProps = k.decryption()
		in, err := file.NewParquetReader(o, file.WithReadProps(props))
		if err != nil {
			return err
		}
		return read(in)
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	return nil
}

// each calls do with the batches of an archive, and stops at the first error.
func (a *Archive) each(ctx context.Context, store storage.Store, k key, do func(arrow.Record) error) error {
	var stopped error
	err := a.open(ctx, store, k, func(in *file.Reader) error {
		reader, err := pqarrow.NewFileReader(in, pqarrow.ArrowReadProperties{BatchSize: 8192}, memory.DefaultAllocator)
		if err != nil {
			return err
		}
		batches, err := reader.GetRecordReader(ctx, nil, nil)
		if err != nil {
			return err
		}
		defer batches.Release()
		for stopped == nil && batches.Next() {
			stopped = do(batches.Record())
		}
		if err := batches.Err(); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return nil
	})
	return errors.Join(stopped, err)
}

// Find writes every row of a person to out, an object of JSON a line, and tells how many there
// are.
func (a *Archive) Find(ctx context.Context, store storage.Store, wrapped writers.Output, keys []age.Identity, person string, out io.Writer) (int64, error) {
	k, err := a.unwrap(ctx, store, wrapped, keys)
	if err != nil {
		return 0, err
	}
	rows, err := a.lookUp(ctx, store, k, person)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	var at uint32
	err = a.each(ctx, store, k, func(batch arrow.Record) error {
		for row := range int(batch.NumRows()) {
			if _, found := slices.BinarySearch(rows, at); found {
				one := batch.NewSlice(int64(row), int64(row)+1)
				err := array.RecordToJSON(one, out)
				one.Release()
				if err != nil {
					return err
				}
			}
			at++
		}
		return nil
	})
	return int64(len(rows)), err
}

// lookUp finds the rows of a person in the index, in order.
func (a *Archive) lookUp(ctx context.Context, store storage.Store, k key, person string) (rows []uint32, err error) {
	hashes, err := k.persons()
	if err != nil {
		return nil, err
	}
	of := hashes.hash(person)
	if a.Index.Bytes > indexInMemory || a.Index.Bytes%indexBytes != 0 {
		return nil, fmt.Errorf("%s: its index: %w", a.Name, ErrDamaged)
	}
	var b bytes.Buffer
	if err := readFile(ctx, writers.Folder{Store: store, Prefix: a.Folder}, a.Index, &b); err != nil {
		return nil, err
	}
	index := b.Bytes()
	at := func(i int) []byte { return index[i*indexBytes : (i+1)*indexBytes] }
	n := len(index) / indexBytes
	first := sort.Search(n, func(i int) bool { return bytes.Compare(at(i)[:personBytes], of[:]) >= 0 })
	for i := first; i < n && bytes.Equal(at(i)[:personBytes], of[:]); i++ {
		rows = append(rows, binary.BigEndian.Uint32(at(i)[personBytes:]))
	}
	return rows, nil
}

// Rewrap wraps the key of an archive for other recipients, as its n-th. The pages of the
// archive are not touched.
func (a *Archive) Rewrap(ctx context.Context, store storage.Store, wrapped writers.Output, keys []age.Identity, n int, to writers.Recipients) (*Rewrapped, error) {
	k, err := a.unwrap(ctx, store, wrapped, keys)
	if err != nil {
		return nil, err
	}
	again, err := k.wrap(to.Keys())
	if err != nil {
		return nil, err
	}
	out, err := putFile(ctx, writers.Folder{Store: store, Prefix: a.Folder}, keyFile(n), again)
	return &Rewrapped{Name: a.Name, Key: out, Recipients: to.Names}, err
}

// guard runs a call into a library that may panic, and returns the panic as an error.
func guard(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			// What a library panics with may quote a value; its type does not.
			err = fmt.Errorf("panic of type %T", p)
		}
	}()
	return call()
}

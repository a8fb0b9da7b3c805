package writers

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/clearsweep/clearsweep/storage"
)

// Extent is a run of one agency's deliveries in a part's spool.
type Extent struct {
	Agency string
	Offset int64
	Length int64
	Rows   int64
}

// spoolBytes is what a spool holds in memory before it writes.
const spoolBytes = 8 << 20

// Spool gathers the deliveries of one part, sorted out by agency, in a scratch
// object. Those of an agency stay in the order in which they were added. It is
// not safe for concurrent use.
type Spool struct {
	ctx     context.Context //nolint:containedctx // of the part that owns the spool
	store   storage.Store
	key     string
	out     storage.Writer // nil until the first flush
	held    map[string]*extentBuffer
	bytes   int // in held
	offset  int64
	extents []Extent
	values  []string // of the row at hand
	err     error
}

type extentBuffer struct {
	data []byte
	rows int64
}

func newSpool(ctx context.Context, store storage.Store, key string) *Spool {
	return &Spool{ctx: ctx, store: store, key: key, held: map[string]*extentBuffer{}}
}

// Add spools d. The error names agency, column, source and line of a value that
// cannot stand in an update file; the value is not altered to fit.
func (s *Spool) Add(d *Delivery) error {
	if s.err != nil {
		return s.err
	}
	values, err := d.values(s.values[:0])
	s.values = values
	if refused := new(Undeliverable); errors.As(err, &refused) {
		return err // nothing was added, and the spool is as it was
	}
	if err != nil {
		s.err = err
		return err
	}
	b := s.held[d.Agency]
	if b == nil {
		b = &extentBuffer{}
		s.held[d.Agency] = b
	}
	before := len(b.data)
	for _, value := range s.values {
		b.data = binary.AppendUvarint(b.data, uint64(len(value)))
		b.data = append(b.data, value...)
	}
	b.rows++
	s.bytes += len(b.data) - before
	if s.bytes >= spoolBytes {
		s.err = s.flush()
	}
	return s.err
}

// flush writes what is held, agencies in order.
func (s *Spool) flush() (err error) {
	if s.out == nil {
		if s.out, err = s.store.Create(s.ctx, s.key); err != nil {
			return err
		}
	}
	for _, agency := range slices.Sorted(maps.Keys(s.held)) {
		b := s.held[agency]
		if b.rows == 0 {
			continue
		}
		if _, err := s.out.Write(b.data); err != nil {
			return fmt.Errorf("spool deliveries: %w", err)
		}
		length := int64(len(b.data))
		s.extents = append(s.extents, Extent{Agency: agency, Offset: s.offset, Length: length, Rows: b.rows})
		s.offset += length
		b.data, b.rows = b.data[:0], 0
	}
	s.bytes = 0
	return nil
}

// close makes the spool readable. Without deliveries there is no object.
func (s *Spool) close() ([]Extent, error) {
	if s.err == nil && s.bytes > 0 {
		s.err = s.flush()
	}
	if s.err != nil || s.out == nil {
		return nil, errors.Join(s.err, s.abort())
	}
	s.err = s.out.Commit()
	return s.extents, s.err
}

func (s *Spool) abort() error {
	if s.out == nil {
		return nil
	}
	return s.out.Abort()
}

// errSpool tells that a spool is not what its part wrote.
var errSpool = errors.New("the spool of deliveries is damaged")

// readExtent calls row with the values of each delivery of an extent, in the
// order of updateColumns. The slice is used again.
func readExtent(ctx context.Context, store storage.Store, key string, e Extent, row func([]string) error) (err error) {
	in, err := store.Open(ctx, key, e.Offset, e.Length, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	r := rowReader{in: bufio.NewReaderSize(in, 64<<10)}
	for range e.Rows {
		values, err := r.read()
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if err := row(values); err != nil {
			return err
		}
	}
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
		return errors.Join(fmt.Errorf("%s: %w", key, errSpool), err)
	}
	return nil
}

// rowReader reads spooled rows. Its buffers are used again: a row costs the one
// string that its values are cut from.
type rowReader struct {
	in     *bufio.Reader
	data   []byte
	ends   []int // of each value in data
	values []string
}

func (r *rowReader) read() ([]string, error) {
	r.data, r.ends, r.values = r.data[:0], r.ends[:0], r.values[:0]
	for _, c := range updateColumns {
		length, err := binary.ReadUvarint(r.in)
		if err != nil || length > uint64(c.width) { //nolint:gosec // widths are positive
			return nil, errors.Join(errSpool, err)
		}
		start := len(r.data)
		r.data = slices.Grow(r.data, int(length))[:start+int(length)] //nolint:gosec // at most a width
		if _, err := io.ReadFull(r.in, r.data[start:]); err != nil {
			return nil, errors.Join(errSpool, err)
		}
		r.ends = append(r.ends, len(r.data))
	}
	text, start := string(r.data), 0
	for _, end := range r.ends {
		r.values = append(r.values, text[start:end])
		start = end
	}
	return r.values, nil
}

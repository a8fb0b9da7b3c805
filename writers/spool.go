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
	"sync"

	"github.com/cespare/xxhash/v2"

	"github.com/clearsweep/clearsweep/storage"
)

// Extent is a run of one agency's deliveries in a part's spool.
type Extent struct {
	Agency string
	Offset int64
	Length int64
	Rows   int64
	Sum    uint64 // xxHash64 of its bytes
}

// spoolBytes is what a spool holds in memory before it writes.
const spoolBytes = 8 << 20

// Spool gathers the deliveries of one part, sorted out by agency, in a scratch
// object: the length of each row, and the row as update.csv has it behind its
// sequence number. Those of an agency stay in the order in which they were added. It
// is not safe for concurrent use.
type Spool struct {
	ctx     context.Context //nolint:containedctx // of the part that owns the spool
	store   storage.Store
	key     string
	out     storage.Writer // nil until the first flush
	held    map[string]*extentBuffer
	bytes   int // in held
	offset  int64
	extents []Extent
	row     []byte            // at hand
	said    map[*Words][]byte // the columns of words
	err     error
}

type extentBuffer struct {
	data []byte
	rows int64
}

func newSpool(ctx context.Context, store storage.Store, key string) *Spool {
	held, ok := spareExtents.Get().(map[string]*extentBuffer)
	if !ok {
		held = map[string]*extentBuffer{}
	}
	return &Spool{ctx: ctx, store: store, key: key, held: held, said: map[*Words][]byte{}}
}

// spareExtents are the empty buffers of spools that are closed, for those of the parts
// to come: the agencies are mostly the same.
var spareExtents sync.Pool // of map[string]*extentBuffer

// giveBack leaves the buffers to another spool.
func (s *Spool) giveBack() {
	for _, b := range s.held {
		b.data, b.rows = b.data[:0], 0
	}
	if s.held != nil {
		spareExtents.Put(s.held)
		s.held = nil
	}
}

// Add spools d for each of its agencies. The error names column, source and line of
// a value that cannot stand in an update file; the value is not altered to fit.
func (s *Spool) Add(d *Delivery) error {
	if s.err != nil {
		return s.err
	}
	said, err := s.wordsOf(d)
	if err == nil {
		s.row, err = d.appendRow(s.row[:0], said)
	}
	if err != nil && refused(err) {
		return err // nothing was added, and the spool is as it was
	}
	for _, agency := range d.Agencies {
		if err == nil {
			err = s.hold(agency, d)
		}
	}
	if err == nil && s.bytes >= spoolBytes {
		err = s.flush()
	}
	s.err = err
	return err
}

// wordsOf are the columns of the words of d.
func (s *Spool) wordsOf(d *Delivery) ([]byte, error) {
	if said, known := s.said[d.Words]; known {
		return said, nil
	}
	said, err := d.appendSaid(nil)
	if err == nil {
		s.said[d.Words] = said
	}
	return said, err
}

// refused tells whether an error is of a value that cannot stand in an update file.
func refused(err error) bool {
	var undeliverable *Undeliverable
	return errors.As(err, &undeliverable)
}

// hold adds the row at hand to those of an agency.
func (s *Spool) hold(agency string, d *Delivery) error {
	b := s.held[agency]
	if b == nil {
		if err := CheckAgency(agency); err != nil {
			return at(err, d.Source, d.Line)
		}
		b = &extentBuffer{}
		s.held[agency] = b
	}
	before := len(b.data)
	b.data = binary.AppendUvarint(b.data, uint64(len(s.row)))
	b.data = append(b.data, s.row...)
	b.rows++
	s.bytes += len(b.data) - before
	return nil
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
		s.extents = append(s.extents, Extent{Agency: agency, Offset: s.offset, Length: length, Rows: b.rows, Sum: xxhash.Sum64(b.data)})
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
	s.giveBack()
	if s.err != nil || s.out == nil {
		return nil, errors.Join(s.err, s.abort())
	}
	s.err = s.out.Commit()
	return s.extents, s.err
}

func (s *Spool) abort() error {
	s.giveBack()
	if s.out == nil {
		return nil
	}
	return s.out.Abort()
}

// errSpool tells that a spool is not what its part wrote.
var errSpool = errors.New("the spool of deliveries is damaged")

// readExtent calls row with each row of an extent. Its bytes are used again.
func readExtent(ctx context.Context, store storage.Store, key string, e Extent, row func([]byte) error) (err error) {
	in, err := store.Open(ctx, key, e.Offset, e.Length, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	sum := xxhash.New()
	r := bufio.NewReaderSize(io.TeeReader(in, sum), outputBuffer)
	var data []byte
	for range e.Rows {
		length, err := binary.ReadUvarint(r)
		if err != nil || length > longestRow {
			return errors.Join(fmt.Errorf("%s: %w", key, errSpool), err)
		}
		data = slices.Grow(data[:0], int(length))[:length]
		if _, err := io.ReadFull(r, data); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", key, errSpool), err)
		}
		if err := row(data); err != nil {
			return err
		}
	}
	if _, err := r.ReadByte(); !errors.Is(err, io.EOF) || sum.Sum64() != e.Sum {
		return errors.Join(fmt.Errorf("%s: %w", key, errSpool), err)
	}
	return nil
}

// longestRow is more bytes than a row of update.csv has when all its values are
// quotes.
const longestRow = 1 << 14

package writers

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/cespare/xxhash/v2"
	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/storage"
)

// Extent is a run of deliveries in a part's spool, that the same agencies hear of.
type Extent struct {
	Agencies []string
	Flush    int // those of one flush stand beside each other, and their rows came in turns
	Offset   int64
	Length   int64
	Rows     int64
	Sum      uint64 // xxHash64 of its bytes
}

// spoolBytes is what a spool holds in memory before it writes.
const spoolBytes = 8 << 20

// Spool gathers the deliveries of one part, sorted out by who hears of them, in a scratch object.
// Each row stands there once: how many rows of the flush came since the one before it in its extent,
// its length, and the row as update.csv has it behind its sequence number. By the first, an agency gets its
// rows in the order in which they were added. It is not safe for concurrent use.
type Spool struct {
	ctx     context.Context //nolint:containedctx // of the part that owns the spool
	store   storage.Store
	key     string
	out     storage.Writer // nil until the first flush
	held    map[string]*extentBuffer
	lists   map[*string]*extentBuffer // of those in held: by the first agency, where it stands in the memory
	last    *extentBuffer             // that a row was added to: neighbours mostly go to the same agencies
	rows    int                       // in held
	bytes   int                       // the same
	flushes int
	offset  int64
	extents []Extent
	row     []byte            // at hand
	name    []byte            // in held, of the agencies at hand
	said    map[*Words][]byte // the columns of words
	err     error
}

type extentBuffer struct {
	agencies []string
	list     *string // the first of agencies
	data     []byte
	rows     int64
	next     int // of the flush's rows, the one behind the last of these
}

func newSpool(ctx context.Context, store storage.Store, key string) *Spool {
	held, ok := spareExtents.Get().(map[string]*extentBuffer)
	if !ok {
		held = map[string]*extentBuffer{}
	}
	return &Spool{ctx: ctx, store: store, key: key, held: held, lists: map[*string]*extentBuffer{}, said: map[*Words][]byte{}}
}

// spareExtents are the empty buffers of spools that are closed, for those of the parts
// to come: the agencies are mostly the same.
var spareExtents sync.Pool // of map[string]*extentBuffer

// giveBack leaves the buffers to another spool.
func (s *Spool) giveBack() {
	for _, b := range s.held {
		b.empty()
	}
	if s.held != nil {
		spareExtents.Put(s.held)
		s.held, s.last = nil, nil
	}
}

func (b *extentBuffer) empty() { b.data, b.rows, b.next = b.data[:0], 0, 0 }

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
	if err == nil && len(d.Agencies) > 0 {
		err = s.hold(d)
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

// hold adds the row at hand to those of the agencies of d.
func (s *Spool) hold(d *Delivery) error {
	b, err := s.bufferOf(d)
	if err != nil {
		return at(err, d.Source, d.Line)
	}
	before := len(b.data)
	b.data = binary.AppendUvarint(b.data, uint64(s.rows-b.next)) //nolint:gosec // next is not behind
	b.data = binary.AppendUvarint(b.data, uint64(len(s.row)))
	b.data = append(b.data, s.row...)
	b.rows++
	s.rows++
	b.next = s.rows
	s.bytes += len(b.data) - before
	return nil
}

func (s *Spool) bufferOf(d *Delivery) (*extentBuffer, error) {
	list := &d.Agencies[0] // lists come again, and are the same then
	if s.last != nil && s.last.list == list && len(s.last.agencies) == len(d.Agencies) {
		return s.last, nil
	}
	if b := s.lists[list]; b != nil && len(b.agencies) == len(d.Agencies) {
		s.last = b
		return b, nil
	}
	s.name = s.name[:0]
	for _, agency := range d.Agencies {
		s.name = append(append(s.name, agency...), ' ')
	}
	b := s.held[string(s.name)] // of these agencies, unless one of them has a blank, and is refused
	if b == nil || !slices.Equal(b.agencies, d.Agencies) {
		for _, agency := range d.Agencies {
			if err := CheckAgency(agency); err != nil {
				return nil, err
			}
		}
		b = &extentBuffer{}
		s.held[string(s.name)] = b
	}
	b.agencies, b.list = d.Agencies, list
	s.lists[list], s.last = b, b
	return b, nil
}

// flush writes what is held, in order of the agencies.
func (s *Spool) flush() (err error) {
	if s.out == nil {
		if s.out, err = s.store.Create(s.ctx, s.key); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.held)) {
		b := s.held[name]
		if b.rows == 0 {
			continue
		}
		if _, err := s.out.Write(b.data); err != nil {
			return fmt.Errorf("spool deliveries: %w", err)
		}
		length := int64(len(b.data))
		s.extents = append(s.extents, Extent{
			Agencies: b.agencies, Flush: s.flushes, Offset: s.offset, Length: length, Rows: b.rows, Sum: xxhash.Sum64(b.data),
		})
		s.offset += length
		b.empty()
	}
	s.rows, s.bytes = 0, 0
	s.flushes++
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

// flushed are extents of one flush of the spool of a part.
type flushed struct {
	part    int
	key     string
	extents []Extent
}

// spoolReader reads flushes. What it holds of one, at most spoolBytes and a row, is used again.
type spoolReader struct {
	ctx   context.Context //nolint:containedctx // of the one who delivers
	store storage.Store
	from  []Extent
	data  []byte
	rows  []spooledRow // of the flush, in the order in which they were added
}

// spooledRow is where a row of a flush stands.
type spooledRow struct {
	spot   int32 // one more than that of its length in data; 0 where it is of an extent that was not read
	extent int32 // in from
}

// eachSpooled calls do with each of the flushes, in order. The next is read beside it.
func eachSpooled(ctx context.Context, store storage.Store, spooled []flushed, do func(*spoolReader) error) error {
	g, ctx := errgroup.WithContext(ctx)
	free, full := make(chan *spoolReader, 2), make(chan *spoolReader, 2)
	for range cap(free) {
		free <- &spoolReader{ctx: ctx, store: store}
	}
	g.Go(func() error {
		defer close(full)
		for _, f := range spooled {
			select {
			case r := <-free:
				if err := r.load(f); err != nil {
					return err
				}
				full <- r
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	g.Go(func() error {
		for r := range full {
			if err := do(r); err != nil {
				return err
			}
			free <- r
		}
		return nil
	})
	return g.Wait()
}

// load reads a flush.
func (r *spoolReader) load(f flushed) error {
	r.from, r.data, r.rows = f.extents, r.data[:0], r.rows[:0]
	for first := 0; first < len(f.extents); {
		n := adjoining(f.extents[first:])
		if err := r.read(f.key, first, first+n); err != nil {
			return fmt.Errorf("%s: %w", f.key, err)
		}
		first += n
	}
	return nil
}

// adjoining is how many extents at the front stand one behind the other.
func adjoining(extents []Extent) int {
	n := 1
	for n < len(extents) && extents[n].Offset == extents[n-1].Offset+extents[n-1].Length {
		n++
	}
	return n
}

// sortOut adds the spots of the flush's rows to those of the agencies that hear of them.
func (r *spoolReader) sortOut(agencies map[string]*addressed) {
	hear := make([][]*addressed, len(r.from))
	for i := range r.from {
		for _, agency := range r.from[i].Agencies {
			if to := agencies[agency]; to != nil {
				hear[i] = append(hear[i], to)
			}
		}
	}
	for _, row := range r.rows {
		if row.spot == 0 {
			continue
		}
		for _, to := range hear[row.extent] {
			to.spots = append(to.spots, row.spot)
		}
	}
}

// row is the row at a spot.
func (r *spoolReader) row(spot int32) []byte {
	length, size := binary.Uvarint(r.data[spot-1:])
	start := int(spot) - 1 + size
	return r.data[start : start+int(length)] //nolint:gosec // read has seen that it is there
}

// read reads the extents from first on, which adjoin, and finds their rows.
func (r *spoolReader) read(key string, first, behind int) (err error) {
	extents := r.from[first:behind]
	offset, length := extents[0].Offset, int64(0)
	for i := range extents {
		length += extents[i].Length
	}
	if length < 0 || int64(len(r.data))+length > spoolBytes+longestRow+2*binary.MaxVarintLen64 {
		return errSpool
	}
	in, err := r.store.Open(r.ctx, key, offset, length, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	at := len(r.data)
	r.data = slices.Grow(r.data, int(length))[:at+int(length)]
	if _, err := io.ReadFull(in, r.data[at:]); err != nil {
		return errors.Join(errSpool, err)
	}
	for i := range extents {
		if err := r.find(first+i, at); err != nil {
			return err
		}
		at += int(extents[i].Length)
	}
	return nil
}

// find finds the rows of an extent that stands in data from at on.
func (r *spoolReader) find(extent, at int) error {
	e := &r.from[extent]
	end := at + int(e.Length)
	if e.Length < 0 || end > len(r.data) || xxhash.Sum64(r.data[at:end]) != e.Sum {
		return errSpool
	}
	rows, next := int64(0), 0
	for at < end {
		step, size := binary.Uvarint(r.data[at:end])
		length, more := binary.Uvarint(r.data[at+max(size, 0) : end])
		if size <= 0 || more <= 0 || step > spoolBytes || length > longestRow {
			return errSpool
		}
		number := next + int(step)
		if short := number + 1 - len(r.rows); short > 0 {
			r.rows = slices.Grow(r.rows, short)[:number+1]
			clear(r.rows[number+1-short:])
		}
		if r.rows[number].spot != 0 {
			return errSpool // another extent has that row, and one of the two would be lost
		}
		r.rows[number] = spooledRow{spot: int32(at+size) + 1, extent: int32(extent)} //nolint:gosec // a flush is shorter
		next = number + 1
		at += size + more + int(length)
		rows++
	}
	if at != end || rows != e.Rows {
		return errSpool
	}
	return nil
}

// longestRow is more bytes than a row of update.csv has when all its values are
// quotes.
const longestRow = 1 << 14

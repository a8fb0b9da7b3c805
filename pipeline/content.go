package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/tables"
)

// content hands out the ranges of a source. Those of a file that is not packed
// are read where they stand. What is packed has no place to begin but its
// beginning: it is unpacked once, in order, and each range is cut off as it is
// asked for, so that all that follows the unpacking is done by several at once.
//
//	packed ─► unpack ─► [range][range][range] ─► Prepare, Prepare, Prepare
//
// Ranges may be asked for in any order and again. One that is passed over is
// held for a while: the call that wants it comes, if calls come about in order.
// If it does not, unpacking begins again. Memory is bounded by a range for each
// worker, and the ranges in work.
type content struct {
	file   File
	source Source
	limits containers.Limits
	wanted []string // columns of a table
	most   int      // ranges to hold
	size   int64    // of the largest range that is cut off and not read from in

	mu     sync.Mutex
	table  *tables.File // once it is open
	in     io.Reader    // of content
	closer io.Closer    // of in; nil while nothing is being unpacked
	at     int64        // offset of in in the content
	next   int          // the range that in comes to next
	passed []held       // the oldest first
}

// held is a range whose caller has not come yet.
type held struct {
	offset int64
	bytes  []byte
}

func newContent(p *Plan, file File, source Source) *content {
	return &content{
		file: file, source: source, limits: p.Config.Unpack, wanted: p.layout.Columns(), most: p.Config.Workers, size: 2 * p.Config.rangeBytes(),
	}
}

// open reads a range. The caller closes the reader; it may be used when the
// content has gone on.
func (c *content) open(ctx context.Context, rng readers.Range) (io.ReadCloser, error) {
	switch {
	case c.source.stands():
		return c.file.open(ctx, rng.Offset, rng.Length)
	case c.source.Survey.Table == string(tables.Parquet):
		return c.openGroups(ctx, rng)
	}
	c.mu.Lock()
	r, err := c.cut(ctx, rng)
	if err != nil {
		c.stop()
		c.mu.Unlock()
		return nil, fmt.Errorf("read %s: %w", c.source.Name, c.file.changed(err))
	}
	if _, direct := r.(*direct); !direct {
		c.mu.Unlock()
	}
	return r, nil
}

// openGroups reads a range of groups of rows, as text.
func (c *content) openGroups(ctx context.Context, rng readers.Range) (io.ReadCloser, error) {
	in := &groups{at: followed{ctx: ctx, file: c.file}}
	table, err := c.openTable(ctx, &in.at)
	if err == nil {
		in.rows, err = table.Rows(ctx, &in.at, rng.FirstLine, rng.Rows)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.source.Name, c.file.changed(in.unfit(err)))
	}
	return io.NopCloser(in), nil
}

// openTable looks at the table, once.
func (c *content) openTable(ctx context.Context, at io.ReaderAt) (_ *tables.File, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.table == nil {
		c.table, err = tables.OpenFile(ctx, at, c.file.Bytes, c.wanted, c.limits)
	}
	return c.table, err
}

// groups are rows of a table.
type groups struct {
	at   followed
	rows io.Reader
}

func (g *groups) Read(p []byte) (int, error) {
	n, err := g.rows.Read(p)
	return n, g.unfit(err)
}

// unfit is ErrUnfit where an error is of what the file holds.
func (g *groups) unfit(err error) error {
	if err == nil || errors.Is(err, io.EOF) || g.at.err != nil || g.at.ctx.Err() != nil {
		return err
	}
	return unfit{err}
}

// cut goes to a range and takes it.
func (c *content) cut(ctx context.Context, rng readers.Range) (io.ReadCloser, error) {
	if i := slices.IndexFunc(c.passed, func(h held) bool { return h.offset == rng.Offset }); i >= 0 {
		b := c.passed[i].bytes
		c.passed = slices.Delete(c.passed, i, i+1)
		return io.NopCloser(bytes.NewReader(b)), nil
	}
	if c.closer == nil || rng.Offset < c.at {
		if err := c.start(ctx); err != nil {
			return nil, err
		}
	}
	ranges := c.source.Survey.Ranges
	for c.next < len(ranges) && ranges[c.next].Offset < rng.Offset {
		if err := c.pass(ranges[c.next]); err != nil {
			return nil, err
		}
	}
	if rng.Length > c.size {
		return &direct{content: c, rng: rng}, c.skip(rng.Offset)
	}
	b, err := c.take(rng)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// start begins to unpack at the beginning.
func (c *content) start(ctx context.Context) (err error) {
	c.stop()
	offset, length := int64(0), int64(-1)
	if e := c.source.Entry; e != nil {
		offset, length = e.Offset, e.Packed
	}
	file, err := c.file.open(ctx, offset, length)
	if err != nil {
		return err
	}
	c.closer = file
	if e := c.source.Entry; e != nil {
		c.in, err = e.Open(file, c.limits)
	} else {
		c.in, err = containers.Open(file, c.limits)
	}
	return err
}

// stop lets go of the file. Ranges that are held stay.
func (c *content) stop() {
	if c.closer != nil {
		_ = c.closer.Close() // it was read
	}
	c.in, c.closer, c.at, c.next = nil, nil, 0, 0
}

// close lets go of everything.
func (c *content) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop()
	c.passed = nil
}

// skip goes to an offset.
func (c *content) skip(offset int64) error {
	n, err := io.CopyN(io.Discard, c.in, offset-c.at)
	c.at += n
	return short(err)
}

// pass goes past a range, and holds it unless it is too large.
func (c *content) pass(rng readers.Range) error {
	if rng.Length > c.size {
		c.next++
		return c.skip(rng.Offset + rng.Length)
	}
	b, err := c.take(rng)
	if err != nil {
		return err
	}
	if len(c.passed) == c.most {
		c.passed = slices.Delete(c.passed, 0, 1)
	}
	c.passed = append(c.passed, held{rng.Offset, b})
	return nil
}

// take reads a range, and to the end of the content if it is the last.
func (c *content) take(rng readers.Range) ([]byte, error) {
	if err := c.skip(rng.Offset); err != nil {
		return nil, err
	}
	b := make([]byte, rng.Length)
	n, err := io.ReadFull(c.in, b)
	c.at += int64(n)
	if err != nil {
		return nil, short(err)
	}
	c.next++
	return b, c.finish()
}

// finish sees the end of the content, and every checksum, once more.
func (c *content) finish() error {
	if c.at < c.source.Survey.Bytes {
		return nil
	}
	switch _, err := io.ReadFull(c.in, make([]byte, 1)); {
	case err == nil:
		return errLonger
	case !errors.Is(err, io.EOF):
		return err
	}
	c.stop()
	return nil
}

var errLonger = errors.New("the source is longer than the survey saw it")

// short is the error of content that ends before the survey says.
func short(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// direct is a range too large to hold, as of one row without end. Until it is
// closed nothing else of the content can be had.
type direct struct {
	content *content
	rng     readers.Range
	closed  bool
}

func (d *direct) Read(p []byte) (int, error) {
	c := d.content
	left := d.rng.Offset + d.rng.Length - c.at
	if left == 0 {
		return 0, io.EOF
	}
	n, err := c.in.Read(p[:min(int64(len(p)), left)])
	c.at += int64(n)
	if errors.Is(err, io.EOF) && int64(n) == left {
		err = nil
	}
	return n, short(err)
}

// Close lets the content go on.
func (d *direct) Close() error {
	if d.closed {
		return nil
	}
	d.closed = true
	c := d.content
	defer c.mu.Unlock()
	if c.at < d.rng.Offset+d.rng.Length { // given up
		c.stop()
		return nil
	}
	c.next++
	if err := c.finish(); err != nil {
		c.stop()
		return fmt.Errorf("read %s: %w", c.source.Name, c.file.changed(err))
	}
	return nil
}

package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/s2"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/storage"
)

// segments keeps rows as blocks, in memory up to a budget and the rest, packed, in one spill
// file.
type segments struct {
	spill   *storage.Spill
	end     atomic.Int64 // of the spill file
	left    atomic.Int64 // bytes of memory not yet taken
	scratch sync.Pool    // of *[2][]byte: a block, and one that is packed

	mu   sync.Mutex
	kept []kept // by segment ID
}

// kept is where one segment is: a block, or one that is packed with S2 in the spill file.
type kept struct {
	schema         *arrow.Schema
	rows           int
	raw            []byte // nil in the spill file
	offset, length int64
	sum            uint64 // xxHash64 of what is in the file
}

// keptBytes is what a segment in memory takes beside its block.
const keptBytes = 128

// newSegments makes its spill file in scratch.
func newSegments(scratch *storage.Scratch, budget int64) (*segments, error) {
	spill, err := scratch.Spill()
	if err != nil {
		return nil, err
	}
	s := &segments{spill: spill}
	s.left.Store(budget)
	return s, nil
}

// Put implements pipeline.Segments.
func (s *segments) Put(_ context.Context, first int, batch arrow.Record, ends ...int) ([]pipeline.Segment, error) {
	scratch := s.lend()
	defer s.scratch.Put(scratch)
	w := newBlockWriter(batch)
	var blocks []kept
	var put []pipeline.Segment
	from := 0
	for i, to := range ends {
		if to == from {
			continue
		}
		scratch[0] = w.appendRows(scratch[0][:0], from, to)
		at := kept{schema: batch.Schema(), rows: to - from}
		if err := s.keep(&at, scratch); err != nil {
			return nil, fmt.Errorf("spill %d rows: %w", at.rows, err)
		}
		blocks = append(blocks, at)
		put = append(put, pipeline.Segment{Bucket: first + i, Rows: int64(at.rows)})
		from = to
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range put {
		put[i].ID = int64(len(s.kept) + i)
	}
	s.kept = append(s.kept, blocks...)
	return put, nil
}

// lend is memory to work in, to be given back to scratch.
func (s *segments) lend() *[2][]byte {
	if lent, ok := s.scratch.Get().(*[2][]byte); ok {
		return lent
	}
	return new([2][]byte)
}

// keep keeps the block in scratch.
func (s *segments) keep(at *kept, scratch *[2][]byte) error {
	raw := scratch[0]
	size := int64(len(raw) + keptBytes)
	if s.left.Add(-size) >= 0 {
		at.raw = bytes.Clone(raw)
		return nil
	}
	s.left.Add(size)
	if most := s2.MaxEncodedLen(len(raw)); len(scratch[1]) < most {
		scratch[1] = make([]byte, most)
	}
	packed := s2.Encode(scratch[1], raw)
	at.length = int64(len(packed))
	at.offset = s.end.Add(at.length) - at.length
	at.sum = xxhash.Sum64(packed)
	_, err := s.spill.WriteAt(packed, at.offset)
	return err
}

// Open implements pipeline.Segments.
func (s *segments) Open(ctx context.Context, segments ...pipeline.Segment) (arrow.Record, error) {
	scratch := s.lend()
	defer s.scratch.Put(scratch)
	rows := 0
	for _, segment := range segments {
		rows += int(segment.Rows)
	}
	var all *gathered
	for _, segment := range segments {
		s.mu.Lock()
		at := s.kept[segment.ID]
		s.mu.Unlock()
		if int64(at.rows) != segment.Rows { // it was dropped, or is another's
			return nil, fmt.Errorf("read %d rows that were kept: %w", segment.Rows, errBlock)
		}
		if all == nil {
			all = newGathered(at.schema, rows)
		}
		raw, err := s.read(&at, scratch)
		if err == nil {
			err = all.add(raw, at.rows)
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return nil, fmt.Errorf("read %d rows that were kept: %w", segment.Rows, err)
		}
	}
	return all.batch(), nil
}

// read is the block of a segment. It is good until scratch is used again.
func (s *segments) read(at *kept, scratch *[2][]byte) (_ []byte, err error) {
	if at.raw != nil {
		return at.raw, nil
	}
	if int64(len(scratch[1])) < at.length {
		scratch[1] = make([]byte, at.length)
	}
	packed := scratch[1][:at.length]
	if _, err := s.spill.ReadAt(packed, at.offset); err != nil {
		return nil, err
	}
	if xxhash.Sum64(packed) != at.sum {
		return nil, fmt.Errorf("the spill file was damaged at offset %d", at.offset)
	}
	raw, err := s2.Decode(scratch[0][:cap(scratch[0])], packed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBlock, err)
	}
	scratch[0] = raw
	return raw, nil
}

// Drop forgets segments that are settled.
func (s *segments) Drop(segments []pipeline.Segment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, segment := range segments {
		if at := &s.kept[segment.ID]; at.raw != nil {
			s.left.Add(int64(len(at.raw) + keptBytes))
			*at = kept{}
		}
	}
}

// Close forgets all segments and closes the spill file, which ends it.
func (s *segments) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = nil
	return s.spill.Close()
}

// Spilled is the number of bytes in the spill file.
func (s *segments) Spilled() int64 { return s.end.Load() }

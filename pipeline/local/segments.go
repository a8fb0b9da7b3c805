package local

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/cespare/xxhash/v2"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/storage"
)

// segments keeps batches in memory up to a budget and the rest in one spill
// file, each as a block.
type segments struct {
	spill   *storage.Spill
	end     atomic.Int64 // of the spill file
	left    atomic.Int64 // bytes of memory not yet taken
	scratch sync.Pool    // of *[2][]byte, for encodeBlock

	mu   sync.Mutex
	kept []kept // by segment ID
}

// kept is where one segment is: a batch, or a block of the spill file.
type kept struct {
	batch          arrow.Record
	bytes          int64
	schema         *arrow.Schema
	rows           int
	offset, length int64
	sum            uint64 // xxHash64 of the block
}

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
func (s *segments) Put(_ context.Context, bucket int, batch arrow.Record) (pipeline.Segment, error) {
	at := kept{bytes: batchBytes(batch)}
	if s.left.Add(-at.bytes) >= 0 {
		batch.Retain()
		at.batch = batch
	} else {
		s.left.Add(at.bytes)
		if err := s.write(&at, batch); err != nil {
			return pipeline.Segment{}, fmt.Errorf("spill %d rows: %w", batch.NumRows(), err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, at)
	return pipeline.Segment{Bucket: bucket, Rows: batch.NumRows(), ID: int64(len(s.kept) - 1)}, nil
}

// Open implements pipeline.Segments.
func (s *segments) Open(_ context.Context, segment pipeline.Segment) (arrow.Record, error) {
	s.mu.Lock()
	at := s.kept[segment.ID]
	s.mu.Unlock()
	if at.batch != nil {
		at.batch.Retain()
		return at.batch, nil
	}
	batch, err := s.read(at)
	if err != nil {
		return nil, fmt.Errorf("read %d spilled rows: %w", segment.Rows, err)
	}
	return batch, nil
}

// Drop forgets segments that are settled.
func (s *segments) Drop(segments []pipeline.Segment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, segment := range segments {
		if at := &s.kept[segment.ID]; at.batch != nil {
			at.batch.Release()
			s.left.Add(at.bytes)
			*at = kept{}
		}
	}
}

// Close forgets all segments and closes the spill file, which ends it.
func (s *segments) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.kept {
		if batch := s.kept[i].batch; batch != nil {
			batch.Release()
		}
	}
	s.kept = nil
	return s.spill.Close()
}

// Spilled is the number of bytes in the spill file.
func (s *segments) Spilled() int64 { return s.end.Load() }

func (s *segments) write(at *kept, batch arrow.Record) error {
	scratch, _ := s.scratch.Get().(*[2][]byte)
	if scratch == nil {
		scratch = new([2][]byte)
	}
	defer s.scratch.Put(scratch)
	scratch[0], scratch[1] = encodeBlock(scratch[0][:0], scratch[1], batch)
	block := scratch[0]
	at.schema, at.rows = batch.Schema(), int(batch.NumRows())
	at.length = int64(len(block))
	at.offset = s.end.Add(at.length) - at.length
	at.sum = xxhash.Sum64(block)
	_, err := s.spill.WriteAt(block, at.offset)
	return err
}

func (s *segments) read(at kept) (arrow.Record, error) {
	block := make([]byte, at.length)
	if _, err := s.spill.ReadAt(block, at.offset); err != nil {
		return nil, err
	}
	if xxhash.Sum64(block) != at.sum {
		return nil, fmt.Errorf("the spill file was damaged at offset %d", at.offset)
	}
	return decodeBlock(block, at.schema, at.rows)
}

// arrayBytes is what Arrow takes for one array beside its values: the many small batches
// of a large extract are half of that.
const arrayBytes = 256

// batchBytes is the memory that the rows of batch take; a slice counts for its
// own rows.
func batchBytes(batch arrow.Record) int64 {
	var size int64
	for _, column := range batch.Columns() {
		size += columnBytes(column)
	}
	return size
}

func columnBytes(column arrow.Array) int64 {
	switch c := column.(type) {
	case *array.Dictionary:
		return arrayBytes + columnBytes(c.Dictionary()) + columnBytes(c.Indices())
	case *array.String:
		return arrayBytes + stringBytes(c)
	default:
		return arrayBytes + int64(c.Len()*c.DataType().(arrow.FixedWidthDataType).BitWidth())/8
	}
}

func stringBytes(c *array.String) int64 {
	return int64(c.ValueOffset(c.Len())-c.ValueOffset(0)) + int64(4*c.Len())
}

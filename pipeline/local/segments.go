package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/cespare/xxhash/v2"

	"github.com/clearsweep/clearsweep/pipeline"
)

// segments keeps batches in memory up to a budget and the rest in one spill
// file, each as an Arrow IPC stream of its own, LZ4-compressed.
//
// The spill file holds personal data: it is made with mode 0600 and has no
// name as soon as the system lets go of one that is open.
type segments struct {
	mem   memory.Allocator
	spill *os.File
	end   atomic.Int64 // of the spill file
	left  atomic.Int64 // bytes of memory not yet taken

	mu   sync.Mutex
	kept []kept // by segment ID
}

// kept is where one segment is: a batch, or a block of the spill file.
type kept struct {
	batch          arrow.Record
	bytes          int64
	offset, length int64
	sum            uint64 // xxHash64 of the block
}

// newSegments spills in folder, which must exist.
func newSegments(folder string, budget int64, mem memory.Allocator) (*segments, error) {
	spill, err := os.CreateTemp(folder, ".spill-*.arrows") // with mode 0600
	if err != nil {
		return nil, fmt.Errorf("create spill file: %w", err)
	}
	if err := os.Remove(spill.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("unlink spill file: %w", err), spill.Close())
	}
	s := &segments{mem: mem, spill: spill}
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
	var block bytes.Buffer
	w := ipc.NewWriter(&block, ipc.WithSchema(batch.Schema()), ipc.WithAllocator(s.mem), ipc.WithLZ4())
	if err := errors.Join(w.Write(batch), w.Close()); err != nil {
		return err
	}
	at.length = int64(block.Len())
	at.offset = s.end.Add(at.length) - at.length
	at.sum = xxhash.Sum64(block.Bytes())
	_, err := s.spill.WriteAt(block.Bytes(), at.offset)
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
	r, err := ipc.NewReader(bytes.NewReader(block), ipc.WithAllocator(s.mem))
	if err != nil {
		return nil, err
	}
	defer r.Release()
	batch, err := r.Read()
	if err != nil {
		return nil, err
	}
	batch.Retain()
	return batch, nil
}

// batchBytes is the memory that the rows of batch take; a slice counts for its
// own rows.
func batchBytes(batch arrow.Record) int64 {
	var size int64
	for _, column := range batch.Columns() {
		switch c := column.(type) {
		case *array.String:
			size += stringBytes(c)
		case *array.Dictionary:
			size += stringBytes(c.Dictionary().(*array.String)) + int64(4*c.Len())
		default:
			if width, ok := c.DataType().(arrow.FixedWidthDataType); ok {
				size += int64(c.Len()*width.BitWidth()) / 8
			}
		}
	}
	return size
}

func stringBytes(c *array.String) int64 {
	return int64(c.ValueOffset(c.Len())-c.ValueOffset(0)) + int64(4*c.Len())
}

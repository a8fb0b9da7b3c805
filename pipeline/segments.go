package pipeline

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"
)

// Segment refers to rows that Prepare has left for Settle or Commit. It is
// plain data and can be sent; what it refers to stays in its Segments.
type Segment struct {
	Bucket int // the bucket of persons, or Rejects
	Rows   int64
	ID     int64 // its meaning belongs to the Segments that made it
}

// Rejects is the bucket of segments that hold rejects, for Commit.
const Rejects = -1

// Segments keeps record batches between Prepare and Settle, in memory or not.
// Its methods may be called at once.
type Segments interface {
	// Put keeps batch, which stays the caller's to release.
	Put(ctx context.Context, bucket int, batch arrow.Record) (Segment, error)
	// Open returns the batch of a segment, for the caller to release. It may be
	// called again.
	Open(ctx context.Context, segment Segment) (arrow.Record, error)
}

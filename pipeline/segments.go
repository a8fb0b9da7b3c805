package pipeline

import (
	"context"
	"slices"

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

// Segments keeps rows of record batches between Prepare and Settle, in memory or not.
// Its methods may be called at once.
type Segments interface {
	// Put keeps the rows of batch, which stays the caller's, up to each of ends: those before the first
	// for a bucket, those from there to the second for the next bucket, and so on. What has no row is no
	// segment.
	Put(ctx context.Context, bucket int, batch arrow.Record, ends ...int) ([]Segment, error)
	// Open returns the rows of segments of one schema, one at least, in their order, for the caller to
	// release. It may be called again. A column of words has those that the rows have.
	Open(ctx context.Context, segments ...Segment) (arrow.Record, error)
}

// buckets are segments sorted out by bucket, in order.
func buckets(segments []Segment) [][]Segment {
	segments = slices.Clone(segments)
	slices.SortStableFunc(segments, func(a, b Segment) int { return a.Bucket - b.Bucket })
	return slices.Collect(func(yield func([]Segment) bool) {
		for len(segments) > 0 {
			n := slices.IndexFunc(segments, func(s Segment) bool { return s.Bucket != segments[0].Bucket })
			if n < 0 {
				n = len(segments)
			}
			if !yield(segments[:n]) {
				return
			}
			segments = segments[n:]
		}
	})
}

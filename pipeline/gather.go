package pipeline

import (
	"context"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/pipeline/link"
)

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

// gather is the batches of segments as one.
func gather(ctx context.Context, mem memory.Allocator, segments []Segment, from Segments) (arrow.Record, error) {
	batches := make([]arrow.Record, 0, len(segments))
	defer func() {
		for _, batch := range batches {
			batch.Release()
		}
	}()
	for _, segment := range segments {
		batch, err := from.Open(ctx, segment)
		if err != nil {
			return nil, err
		}
		batches = append(batches, batch)
	}
	return link.Gather(mem, batches)
}

package pipeline

import "slices"

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

package pipeline

import "fmt"

// Grouping says how the extracts are taken to be grouped by person. It decides in
// what order decisions are written, and none of them.
type Grouping string

// The groupings. The zero value is Auto.
const (
	// Auto takes the extracts for grouped, decides them in one pass, and starts over
	// in partition mode when a person comes back.
	Auto Grouping = "auto"
	// Contiguous is Auto for a sender who promises it: a person who comes back is an
	// error.
	Contiguous Grouping = "contiguous"
	// Partition sorts all rows by person first.
	Partition Grouping = "partition"
)

// ParseGrouping is the grouping of a name; none is Auto.
func ParseGrouping(name string) (Grouping, error) {
	switch g := Grouping(name); g {
	case "":
		return Auto, nil
	case Auto, Contiguous, Partition:
		return g, nil
	}
	return "", fmt.Errorf("grouping: %q is none; one of auto, contiguous, partition", name)
}

// mostRanges is the number of ranges, beyond two for each part of partition mode,
// that one pass makes a part of: many small files would be as many small parts.
const mostRanges = 16

// OnePass tells whether the run may be decided in one pass.
func (r *Run) OnePass() bool {
	few := len(r.Ranges) <= 2<<r.partBits+mostRanges
	return r.Config.Grouping != Partition && (few || r.Config.Grouping == Contiguous)
}

package policies

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with a pack, and what to do about it.
type Fault struct {
	File         string // path of the file, as given
	Line, Column int    // from 1; 0 when the file as a whole is meant
	// Code names the obligation that the fault breaks, R1 to R11 of the green
	// standard, or "schema" for the language itself.
	Code    string
	Message string // what is wrong, and the remedy
	Warning bool   // the pack can be used all the same
}

// String is the fault on one line, as compilers write theirs.
func (f Fault) String() string {
	kind := ""
	if f.Warning {
		kind = "warning: "
	}
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s%s: %s", f.File, kind, f.Code, f.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s%s: %s", f.File, f.Line, f.Column, kind, f.Code, f.Message)
}

// Faults is the error of a pack that is refused: all its faults, one a line,
// in the order of the file. Use errors.As to list them.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// refusals are the faults that are not warnings.
func (f Faults) refusals() Faults {
	return slices.DeleteFunc(slices.Clone(f), func(fault Fault) bool { return fault.Warning })
}

// inOrder sorts faults by place, and keeps the order of those in one place.
func (f Faults) inOrder() {
	slices.SortStableFunc(f, func(a, b Fault) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

package normalize

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sectionsOf lists the sections that a state's table has of a code, in order.
func sectionsOf(n *Normalizer, code string) []string {
	var out []string
	for key := range n.tables.sections {
		if key.code == code {
			out = append(out, key.section)
		}
	}
	slices.Sort(out)
	return out
}

// A section and its subdivisions mean the same run together as they do with
// separators, or cannot be told; they never mean something else.
func TestRunTogetherIsTheSame(t *testing.T) {
	michigan, newYork, pennsylvania := mustNew(t, "US-MI"), mustNew(t, "US-NY"), mustNew(t, "US-PA")
	compiled, penal, crimes := sectionsOf(michigan, "MCL"), sectionsOf(newYork, "PL"), sectionsOf(pennsylvania, "18")
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.IntRange(1, 39).Draw(t, "number")
		letter := string(rapid.RuneFrom([]rune("abcdefgh")).Draw(t, "letter"))
		third := rapid.IntRange(1, 9).Draw(t, "third")
		same := func(n *Normalizer, run, separated string) {
			got, want := n.Statute(run), n.Statute(separated)
			if want.String() == "" {
				t.Fatalf("%q cannot be read", separated)
			}
			if got.String() != "" && got.String() != want.String() {
				t.Fatalf("%q: got %s, want %s as of %q", run, got, want, separated)
			}
		}
		section := rapid.SampledFrom(compiled).Draw(t, "Michigan")
		same(michigan, fmt.Sprintf("%s%d%s%d", section, number, letter, third),
			fmt.Sprintf("MCL %s(%d)(%s)(%s)", section, number, letter, romans[third-1]))
		section = rapid.SampledFrom(penal).Draw(t, "New York")
		if !strings.Contains(section, "-") {
			same(newYork, fmt.Sprintf("PL %s%02d", strings.ReplaceAll(section, ".", ""), number),
				fmt.Sprintf("PL %s(%d)", section, number))
		}
		section = rapid.SampledFrom(crimes).Draw(t, "Pennsylvania")
		same(pennsylvania, fmt.Sprintf("18 § %s §§ %s%d%s", section, letter, number, romans[third-1]),
			fmt.Sprintf("18 Pa.C.S. § %s(%s)(%d)(%s)", section, letter, number, romans[third-1]))
	})
}

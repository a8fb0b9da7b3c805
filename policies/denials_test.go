package policies

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

// denials are the rules of a pack that end in NOT_ELIGIBLE, in order of name;
// caps and what follows when no rule applies among them.
func denials(p *Pack) []string {
	names := []string{}
	for i := range p.Rules {
		if p.Rules[i].Gives.Outcome == schemas.NotEligible {
			names = append(names, p.Rules[i].ID)
		}
	}
	for i := range p.Caps {
		if p.Caps[i].Outcome == schemas.NotEligible {
			names = append(names, p.Caps[i].ID)
		}
	}
	if p.Otherwise.Outcome == schemas.NotEligible {
		names = append(names, "otherwise")
	}
	slices.Sort(names)
	return names
}

var (
	denialsPart = regexp.MustCompile(`(?ms)^## What denies\n(.*?)^## `)
	denialRow   = regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\| [^|]+ \\| ([^|]+) \\|$")
	textWasRead = regexp.MustCompile(`^[VS]\b`)
)

// TestNoDenialRestsOnMemory reads the table of each SOURCES.md that says what
// every rule that denies stands on. Until a lawyer has signed, a clause that is
// known from memory (M), or that is unsettled (L), may only send to review.
func TestNoDenialRestsOnMemory(t *testing.T) {
	for _, name := range Packs() {
		t.Run(name, func(t *testing.T) {
			pack, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			part := denialsPart.FindSubmatch(pack.Files()["SOURCES.md"])
			if part == nil {
				t.Fatal(`SOURCES.md has no part "What denies"`)
			}
			listed := []string{}
			for _, row := range denialRow.FindAllSubmatch(part[1], -1) {
				rule, sure := string(row[1]), string(row[2])
				listed = append(listed, rule)
				if !pack.SignedOff && !textWasRead.MatchString(sure) {
					t.Errorf("rule %s denies and stands on %q; want V or S, or a review", rule, sure)
				}
			}
			slices.Sort(listed)
			if diff := cmp.Diff(listed, denials(pack)); diff != "" {
				t.Errorf("rules that deny (- in SOURCES.md, + in policy.yaml):\n%s", diff)
			}
		})
	}
}

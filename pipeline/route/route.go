// Package route says which agencies must hear of a decision.
//
// In go the state of the law and where a charge was brought; out come the
// identifiers of agencies. Every charge that is granted relief has at least
// one: the state repository, and the court of its county. A charge whose
// county is not known goes to a court file of its own, so that somebody has it.
//
// It starts no goroutine, does no I/O and reads no clock.
package route

import (
	"strings"
	"unicode"

	"github.com/clearsweep/clearsweep/schemas"
)

// Unassigned is the place in the name of the court file for charges whose
// county is not known.
const Unassigned = "unassigned"

// Router names the agencies of one state. It remembers what it has named, so
// it belongs to one goroutine.
type Router struct {
	repository string
	state      string
	agencies   map[string][]string // by county as written
}

// New returns the router of a jurisdiction such as US-CA.
func New(jurisdiction string) *Router {
	state := Slug(jurisdiction)
	return &Router{repository: "repository-" + state, state: state, agencies: map[string][]string{}}
}

// Agencies are those that must hear of an outcome for a charge brought in
// county: none unless it is ELIGIBLE. The slice is shared: read it only.
func (r *Router) Agencies(outcome schemas.Outcome, county string) []string {
	if outcome != schemas.Eligible {
		return nil
	}
	agencies, ok := r.agencies[county]
	if !ok {
		place := Unassigned
		if IsPlace(county) {
			place = Slug(county)
		}
		agencies = []string{r.repository, "court-" + r.state + "-" + place}
		r.agencies[strings.Clone(county)] = agencies
	}
	return agencies
}

// IsPlace tells whether text can be the name of a county: what a source has in
// that column by mistake must not become the name of a file.
func IsPlace(text string) bool {
	const longest = 40
	letters := 0
	for _, c := range text {
		switch {
		case unicode.IsLetter(c):
			letters++
		case !strings.ContainsRune(" -.'&", c):
			return false
		}
	}
	return letters > 1 && len(text) <= longest && Slug(text) != ""
}

// Slug is text as it stands in the name of an agency, and so of a file: lower
// case letters and digits, with single hyphens for all else.
func Slug(text string) string {
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(text)) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b.WriteByte(c)
		case b.Len() > 0 && b.String()[b.Len()-1] != '-':
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

// Package route says which agencies must hear of a decision.
//
// In go the kinds of agencies of a state, and where a charge was brought and by whom; out come
// the identifiers of agencies: court-us-ca-kern. Each kind has one for every charge that is
// granted relief, and of a kind by county that of the county which a case went to has it
// besides. Where the county or the arresting agency is not known, that of the kind
// which is called unassigned has it, so that somebody does.
//
// It starts no goroutine, does no I/O and reads no clock.
package route

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Unassigned is the place in the name of an agency for charges of which it is not known.
const Unassigned = "unassigned"

// Router names the agencies of one state. It remembers what it has named, so
// it belongs to one goroutine.
type Router struct {
	state   string
	kinds   []kind
	arrests bool // some kind is named by the arresting agency
	named   map[Place]*told
	last    *told // neighbours are mostly of one place; nil at first
}

// told are the agencies of a place.
type told struct {
	at       Place
	agencies []string
}

type kind struct {
	name string
	by   agencies.By
}

// Place is what names agencies, as written; empty is not known.
type Place struct {
	County        string
	TransferredTo string // the county whose court the case went to, where there is one
	Arresting     string // agency
}

// New returns the router of a jurisdiction such as US-CA.
func New(jurisdiction string, directory *agencies.Directory) *Router {
	r := &Router{state: Slug(jurisdiction), named: map[Place]*told{}}
	for _, name := range slices.SortedFunc(maps.Keys(directory.Kinds), func(a, b string) int { return cmp.Compare(b, a) }) {
		by := directory.Kinds[name].By
		r.kinds = append(r.kinds, kind{name, by})
		r.arrests = r.arrests || by == agencies.ByArresting
	}
	return r
}

// Agencies are those that must hear of an outcome for a charge of a place: none unless it is
// ELIGIBLE. The slice is shared: read it only.
func (r *Router) Agencies(outcome schemas.Outcome, at Place) []string {
	if outcome != schemas.Eligible {
		return nil
	}
	if !r.arrests {
		at.Arresting = ""
	}
	if r.last == nil || r.last.at != at {
		r.last = r.of(at)
	}
	return r.last.agencies
}

// of are the agencies of a place, which it names once.
func (r *Router) of(at Place) *told {
	if known := r.named[at]; known != nil {
		return known
	}
	// What is kept holds on to nothing, such as a batch.
	of := &told{at: Place{strings.Clone(at.County), strings.Clone(at.TransferredTo), strings.Clone(at.Arresting)}}
	for _, k := range r.kinds {
		of.agencies = append(of.agencies, r.name(k, at))
		if k.by == agencies.ByCounty && IsPlace(at.TransferredTo) && Slug(at.TransferredTo) != Slug(at.County) {
			of.agencies = append(of.agencies, r.name(k, Place{County: at.TransferredTo}))
		}
	}
	r.named[of.at] = of
	return of
}

// name is the name of the agency of a kind.
func (r *Router) name(k kind, at Place) string {
	name := k.name + "-" + r.state
	switch k.by {
	case agencies.ByState:
		return name
	case agencies.ByCounty:
		if IsPlace(at.County) {
			return name + "-" + Slug(at.County)
		}
	case agencies.ByArresting:
		if isORI(at.Arresting) || IsPlace(at.Arresting) {
			return name + "-" + Slug(at.Arresting)
		}
	}
	return name + "-" + Unassigned
}

// isORI tells whether text has the form of an originating agency identifier: two letters of the
// state and seven letters or digits.
func isORI(text string) bool {
	const length = 9
	for i, c := range []byte(text) {
		letter := c >= 'A' && c <= 'Z'
		if !letter && (i < 2 || c < '0' || c > '9') {
			return false
		}
	}
	return len(text) == length
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

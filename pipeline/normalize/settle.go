package normalize

import (
	"slices"

	"github.com/clearsweep/clearsweep/schemas"
)

// reading is one way in which a grammar can read the whole of a text.
type reading struct {
	code, section string
	subdivisions  []string
	inchoate      schemas.Inchoate
	also          []string
	rule          string
	doubtful      bool // the text can be read so, but should not be without a person
}

// settle chooses among the readings of one text. A listed section is better
// than one that only has the right shape; of equals there must be one.
func (t *tables) settle(jurisdiction string, readings []reading) Statute {
	var best []reading
	match := schemas.Unmatched
	for _, r := range readings {
		m := t.grade(r)
		switch {
		case m > match:
			best, match = append(best[:0], r), m
		case m == match && !slices.ContainsFunc(best, r.same):
			best = append(best, r)
		}
	}
	switch {
	case match == schemas.Unmatched:
		return Statute{Match: schemas.Unmatched}
	case match == schemas.Ambiguous:
		return Statute{Match: schemas.Ambiguous, Rule: best[0].rule + ", doubtful"}
	case len(best) > 1:
		return Statute{Match: schemas.Ambiguous, Rule: "two readings"}
	}
	r := best[0]
	return Statute{
		Jurisdiction: jurisdiction,
		Code:         r.code,
		Section:      r.section,
		Subdivisions: r.subdivisions,
		Inchoate:     r.inchoate,
		Match:        match,
		Rule:         r.rule,
		Title:        t.sections[sectionKey{r.code, r.section}].Title,
		Also:         r.also,
	}
}

func (t *tables) grade(r reading) schemas.CodeMatch {
	switch {
	case r.doubtful:
		return schemas.Ambiguous
	case t.listed(r.code, r.section):
		return schemas.Section
	default:
		return schemas.Grammar
	}
}

// same tells whether two readings name the same charge.
func (r reading) same(o reading) bool {
	return r.code == o.code && r.section == o.section && r.inchoate == o.inchoate &&
		slices.Equal(r.subdivisions, o.subdivisions) && slices.Equal(r.also, o.also)
}

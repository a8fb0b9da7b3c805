package pipeline

import (
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
)

// count adds an accepted row to the totals of its source.
func (s *settler) count(rows *rows, row int32, kind schemas.RowKind) {
	if kind == schemas.RowIncomplete {
		return // stands for a row that is counted as rejected
	}
	t := &s.receipt.BySource[rows.source.Value(int(row))]
	if kind&schemas.RowCharge != 0 {
		t.Charges++
	} else {
		t.Facts++
	}
	if !rows.person.known(row) {
		t.Unkeyed++
	}
}

// countOutcome adds a determination to the totals.
func (s *settler) countOutcome(rows *rows, row int32, outcome schemas.Outcome, rule string) {
	t := &s.receipt.BySource[rows.source.Value(int(row))]
	t.Determinations++
	if t.Outcomes == nil {
		t.Outcomes, t.Rules = map[string]int64{}, map[string]int64{}
	}
	t.Outcomes[outcome.String()]++
	if rule == "" {
		rule = noRule
	}
	t.Rules[rule]++
}

// countCounty adds a charge to its county.
func (s *settler) countCounty(county string) {
	counties := s.receipt.Counties
	if _, known := counties[county]; !known {
		s.receipt.Counties = shorten(counties, 2*worklistLength, strings.Compare)
		county = strings.Clone(county) // the batch it came from goes
	}
	s.receipt.Counties[county]++
}

// noRule stands in the totals for charges that no rule applied to.
const noRule = "none"

// countPerson counts a person once in all, and once in each source that has
// one of the person's rows.
func (s *settler) countPerson(rows *rows, person link.Person) {
	s.receipt.Totals.Persons++
	last := -1
	for _, row := range person.Rows { // in order of source
		if source := int(rows.source.Value(int(row))); source != last && rows.rowKind(row) != schemas.RowIncomplete {
			s.receipt.BySource[source].Persons++
			last = source
		}
	}
}

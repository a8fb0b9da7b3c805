package pipeline

import (
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
)

// count adds an accepted row to the totals of its source.
func (s *settler) count(rows *rows, row int32, kind schemas.RowKind, keyed bool) {
	if kind == schemas.RowIncomplete {
		return // stands for a row that is counted as rejected
	}
	t := &s.receipt.BySource[rows.source.Value(int(row))]
	if kind&schemas.RowCharge != 0 {
		t.Charges++
	} else {
		t.Facts++
	}
	if !keyed {
		t.Unkeyed++
	}
}

// countStandings adds what was found of rows that are not in force, or equal others.
func (s *settler) countStandings(rows *rows) {
	if rows.standings == nil {
		return
	}
	for _, row := range rows.standings.Repeated {
		s.receipt.BySource[rows.source.Value(int(row))].Repeated++
	}
	for _, row := range rows.standings.Undone {
		s.receipt.BySource[rows.source.Value(int(row))].Undone++
	}
}

// countCounties adds the charges of a batch to their counties.
func (s *settler) countCounties(rows *rows) {
	for number, charges := range rows.county.counts {
		if charges == 0 {
			continue
		}
		county := ""
		if number > 0 {
			county = rows.county.list.Value(number - 1)
		}
		s.receipt.addCounty(county, charges)
	}
	clear(rows.county.counts)
}

// addCounty adds charges to those of a county, of whose name it keeps a copy.
func (s *Sums) addCounty(county string, charges int64) {
	sum := s.Counties[county]
	if sum == nil {
		sum = new(int64)
		s.Counties = shorten(s.Counties, 2*worklistLength, strings.Compare)
		s.Counties[strings.Clone(county)] = sum
	}
	*sum += charges
}

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

package link

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/schemas"
)

// Standing says whether a row is in force, or why it is history.
type Standing uint8

// The standings.
const (
	InForce  Standing = iota
	Repeated          // an earlier row once more
	Before            // the charge as it was before a change, as the row itself says
	Amended           // there is a later version of the charge
	Deleted           // a later row takes the charge back
)

// Standings finds the standing of the rows of persons. A row that takes a charge back,
// and one that says only who somebody is, is in force.
//
// Rows of a person that share charge key, case and county are versions of one charge. The
// highest version is in force, in all of its rows; so are all where one of them has no
// version, for nobody can say which is the last. A deletion takes back the versions that
// are not higher than its own; all, where there are no versions.
type Standings struct {
	versions bool // look for versions, deletions and rows of before a change
	repeated bool // look for equal rows
	history  bool // these are history, and not only counted

	batch   arrow.Record
	kind    *array.Uint8
	version *array.Int64
	digest  *array.Uint64
	charge  *array.String
	docket  *array.String
	county  *array.Int32 // numbers of words

	// Repeated counts the rows equal to an earlier one, and Undone the deletions that took
	// nothing back, since Open.
	Repeated, Undone []int32

	list   []Standing
	alone  []int32 // rows without a person that have the digest of the last one
	first  map[uint64]int32
	groups map[version]*group
}

// version is what versions of a charge share.
type version struct {
	county         int32
	docket, charge string
}

// group are the rows of one charge, by their places among those of the person.
type group struct {
	rows    []int
	highest int64 // of those that have a version
	known   bool  // a row has one
	unknown bool  // a row has none
}

// NewStandings looks for versions, and for repeated rows, which may be history, or does
// not.
func NewStandings(versions, repeated, history bool) *Standings {
	return &Standings{versions: versions, repeated: repeated, history: history, first: map[uint64]int32{}, groups: map[version]*group{}}
}

// AsksRepeated tells whether equal rows are looked for, wherever they stand.
func (s *Standings) AsksRepeated() bool { return s != nil && s.repeated }

// Open turns to a batch of schemas.Coded.
func (s *Standings) Open(batch arrow.Record) {
	s.batch = batch
	s.kind = batch.Column(schemas.ColKind).(*array.Uint8)
	s.version = batch.Column(schemas.ColVersion).(*array.Int64)
	s.digest = batch.Column(schemas.ColDigest).(*array.Uint64)
	s.charge = batch.Column(schemas.ColCharge).(*array.String)
	s.docket = batch.Column(schemas.ColCase).(*array.String)
	s.county = batch.Column(schemas.ColCounty).(*array.Dictionary).Indices().(*array.Int32)
	s.Repeated, s.Undone, s.alone = s.Repeated[:0], s.Undone[:0], s.alone[:0]
}

// Of is the standing of the rows of a person, in their order. It is valid until the next
// call. Persons come in the order of Persons.
func (s *Standings) Of(person Person) []Standing {
	s.list = append(s.list[:0], make([]Standing, len(person.Rows))...)
	if s.repeated {
		s.findRepeated(person)
	}
	if s.versions {
		s.findVersions(person.Rows)
	}
	return s.list
}

func (s *Standings) is(row int32, kind schemas.RowKind) bool {
	return schemas.RowKind(s.kind.Value(int(row)))&kind != 0
}

// findRepeated marks the rows that are equal to an earlier one.
func (s *Standings) findRepeated(person Person) {
	if !person.Keyed {
		s.findAlone(person.Rows[0])
		return
	}
	clear(s.first)
	for i, row := range person.Rows {
		if s.digest.IsNull(int(row)) {
			continue
		}
		digest := s.digest.Value(int(row))
		if earlier, met := s.first[digest]; !met {
			s.first[digest] = row
		} else if s.equal(earlier, row) {
			s.repeat(i, row)
		}
	}
}

// findAlone is findRepeated of a row without a person: equal ones follow one another.
func (s *Standings) findAlone(row int32) {
	if s.digest.IsNull(int(row)) {
		return
	}
	digest := s.digest.Value(int(row))
	if len(s.alone) > 0 && s.digest.Value(int(s.alone[0])) != digest {
		s.alone = s.alone[:0]
	}
	for _, earlier := range s.alone {
		if s.equal(earlier, row) {
			s.repeat(0, row)
			return
		}
	}
	s.alone = append(s.alone, row)
}

func (s *Standings) repeat(i int, row int32) {
	s.Repeated = append(s.Repeated, row)
	if s.history {
		s.list[i] = Repeated
	}
}

// equal tells whether rows of one digest say the same: the digest alone may lie.
func (s *Standings) equal(a, b int32) bool {
	for i, column := range s.batch.Columns() {
		if i == schemas.ColSource || i == schemas.ColLine {
			continue
		}
		if !sameValue(column, int(a), int(b)) {
			return false
		}
	}
	return true
}

// sameValue tells whether two rows of a column have one value, or are both null. Equal
// words of a batch have equal numbers.
func sameValue(column arrow.Array, a, b int) bool {
	if column.IsNull(a) || column.IsNull(b) {
		return column.IsNull(a) == column.IsNull(b)
	}
	switch c := column.(type) {
	case *array.Uint8:
		return c.Value(a) == c.Value(b)
	case *array.Uint16:
		return c.Value(a) == c.Value(b)
	case *array.Uint32:
		return c.Value(a) == c.Value(b)
	case *array.Uint64:
		return c.Value(a) == c.Value(b)
	case *array.Int32:
		return c.Value(a) == c.Value(b)
	case *array.Int64:
		return c.Value(a) == c.Value(b)
	case *array.Date32:
		return c.Value(a) == c.Value(b)
	case *array.String:
		return c.Value(a) == c.Value(b)
	case *array.Dictionary:
		return c.GetValueIndex(a) == c.GetValueIndex(b)
	default:
		panic("link: schemas.Coded has a column of a type that is not compared: " + column.DataType().String())
	}
}

// findVersions marks the rows that another version, a deletion or the row itself makes
// history.
func (s *Standings) findVersions(rows []int32) {
	clear(s.groups)
	for i, row := range rows {
		switch {
		case !s.is(row, schemas.RowPast|schemas.RowDeleted):
			s.group(i, row)
		case s.is(row, schemas.RowPast) && s.list[i] == InForce:
			s.list[i] = Before
		}
	}
	for _, g := range s.groups {
		if g.unknown {
			continue
		}
		for _, i := range g.rows {
			if s.version.Value(int(rows[i])) < g.highest {
				s.list[i] = Amended
			}
		}
	}
	for i, row := range rows {
		if s.is(row, schemas.RowDeleted) && s.list[i] == InForce && !s.delete(row, rows) {
			s.Undone = append(s.Undone, row)
		}
	}
}

// group adds a row to those of its charge.
func (s *Standings) group(i int, row int32) {
	if s.charge.IsNull(int(row)) || !s.is(row, schemas.RowCharge) || s.list[i] != InForce {
		return
	}
	key := s.key(row)
	g := s.groups[key]
	if g == nil {
		g = &group{highest: math.MinInt64}
		s.groups[key] = g
	}
	g.rows = append(g.rows, i)
	if s.version.IsNull(int(row)) {
		g.unknown = true
	} else {
		g.known, g.highest = true, max(g.highest, s.version.Value(int(row)))
	}
}

func (s *Standings) key(row int32) version {
	key := version{county: -1, charge: s.charge.Value(int(row))}
	if s.county.IsValid(int(row)) {
		key.county = s.county.Value(int(row))
	}
	if s.docket.IsValid(int(row)) {
		key.docket = s.docket.Value(int(row))
	}
	return key
}

// delete takes a charge back, and tells whether it is there.
func (s *Standings) delete(row int32, rows []int32) bool {
	if s.charge.IsNull(int(row)) {
		return false
	}
	g := s.meant(s.key(row))
	if g == nil || g.unknown != s.version.IsNull(int(row)) || g.unknown && g.known {
		return false
	}
	for _, i := range g.rows {
		if g.unknown || s.version.Value(int(rows[i])) <= s.version.Value(int(row)) {
			s.list[i] = Deleted
		}
	}
	return true
}

// meant are the rows of the charge that a deletion names. It may leave out the case and
// the county where only one charge has the key.
func (s *Standings) meant(by version) (found *group) {
	if g := s.groups[by]; g != nil || by.docket != "" && by.county >= 0 {
		return g
	}
	for key, g := range s.groups {
		if key.charge != by.charge || by.docket != "" && key.docket != by.docket || by.county >= 0 && key.county != by.county {
			continue
		}
		if found != nil {
			return nil
		}
		found = g
	}
	return found
}

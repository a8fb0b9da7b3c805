package link_test

import (
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
)

// versioned is a row of a charge.
type versioned struct {
	kind                           schemas.RowKind
	person, docket, charge, county string
	version                        int64 // 0 for none
	digest                         uint64
}

const charge = schemas.RowCharge

func versionedBatch(rows ...versioned) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schemas.Coded)
	defer b.Release()
	for line, r := range rows {
		texts := map[int]string{schemas.ColPerson: r.person, schemas.ColCase: r.docket, schemas.ColCharge: r.charge, schemas.ColCounty: r.county}
		for i, field := range b.Fields() {
			switch {
			case i == schemas.ColLine:
				field.(*array.Int64Builder).Append(int64(line))
			case i == schemas.ColKind:
				field.(*array.Uint8Builder).Append(uint8(r.kind))
			case i == schemas.ColVersion && r.version != 0:
				field.(*array.Int64Builder).Append(r.version)
			case i == schemas.ColDigest && r.digest != 0:
				field.(*array.Uint64Builder).Append(r.digest)
			case i == schemas.ColCounty && r.county != "":
				if err := field.(*array.BinaryDictionaryBuilder).AppendString(r.county); err != nil {
					panic(err)
				}
			case texts[i] != "":
				field.(*array.StringBuilder).Append(texts[i])
			case b.Schema().Field(i).Nullable:
				field.AppendNull()
			default:
				field.AppendEmptyValue()
			}
		}
	}
	return b.NewRecord()
}

// standings are those of all rows, in the order of the rows.
func standings(s *link.Standings, batch arrow.Record) string {
	together, persons := link.Persons(memory.DefaultAllocator, batch)
	defer together.Release()
	s.Open(together)
	of := make([]byte, batch.NumRows())
	for person := range persons {
		for i, standing := range s.Of(person) {
			of[lineOf(together, person.Rows[i])] = "-RBAD"[standing]
		}
	}
	return string(of)
}

func TestVersionsOfACharge(t *testing.T) {
	const past, deleted = charge | schemas.RowPast, schemas.RowDeleted
	row := func(key string, version int64) versioned {
		return versioned{kind: charge, person: "p", docket: "d", county: "X", charge: key, version: version}
	}
	of := func(kind schemas.RowKind, r versioned) versioned { r.kind = kind; return r }
	bare := versioned{kind: deleted, person: "p", charge: "a"}
	other := row("a", 1)
	other.docket = "e"
	another := row("a", 1)
	another.person = "q"
	cases := map[string]struct {
		rows   []versioned
		want   string
		undone int
	}{
		"the last is in force":             {[]versioned{row("a", 3), row("a", 1), row("a", 2)}, "-AA", 0},
		"days before 1970":                 {[]versioned{row("a", -300), row("a", -400), of(deleted, row("b", -1))}, "-A-", 1},
		"all rows of the last":             {[]versioned{row("a", 2), row("a", 1), row("a", 2)}, "-A-", 0},
		"one without a version":            {[]versioned{row("a", 2), row("a", 0)}, "--", 0},
		"no versions":                      {[]versioned{row("a", 0), row("a", 0)}, "--", 0},
		"other charges":                    {[]versioned{row("a", 2), row("b", 1), row("", 1), row("", 2)}, "----", 0},
		"another case, another person":     {[]versioned{row("a", 2), other, another}, "---", 0},
		"before a change":                  {[]versioned{of(past, row("a", 2)), row("a", 1)}, "B-", 0},
		"only before":                      {[]versioned{of(past, row("a", 2))}, "B", 0},
		"deleted":                          {[]versioned{row("a", 1), of(deleted, row("a", 2))}, "D-", 0},
		"deleted in all versions":          {[]versioned{row("a", 1), row("a", 2), of(deleted, row("a", 2))}, "DD-", 0},
		"back after it was deleted":        {[]versioned{row("a", 3), of(deleted, row("a", 2)), row("a", 1)}, "--D", 0},
		"deleted without versions":         {[]versioned{row("a", 0), of(deleted, row("a", 0)), row("b", 0)}, "D--", 0},
		"a deletion without a version":     {[]versioned{row("a", 1), of(deleted, row("a", 0))}, "--", 1},
		"a deletion, the row without":      {[]versioned{row("a", 0), of(deleted, row("a", 1))}, "--", 1},
		"a deletion of nothing":            {[]versioned{row("a", 1), of(deleted, row("b", 2)), of(deleted, row("", 2))}, "---", 2},
		"a deletion by the key alone":      {[]versioned{row("a", 0), bare}, "D-", 0},
		"a key of two charges":             {[]versioned{other, row("a", 1), bare}, "---", 1},
		"not a person's who is another":    {[]versioned{another, bare}, "--", 1},
		"a row that only names the person": {[]versioned{of(schemas.RowPerson, row("a", 9)), row("a", 1)}, "--", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			batch := versionedBatch(c.rows...)
			defer batch.Release()
			s := link.NewStandings(true, false, false)
			if diff := cmp.Diff(c.want, standings(s, batch)); diff != "" || len(s.Undone) != c.undone {
				t.Errorf("standings (-want +got):\n%s%d deletions of nothing, want %d", diff, len(s.Undone), c.undone)
			}
		})
	}
}

func TestRepeatedRows(t *testing.T) {
	row := func(person string, digest uint64, county string) versioned {
		return versioned{kind: charge, person: person, digest: digest, county: county}
	}
	batch := versionedBatch(row("p", 1, "X"), row("", 7, "X"), row("p", 1, "X"), row("q", 1, "X"), row("", 7, "X"), row("", 8, "X"),
		row("", 7, "Y"), row("p", 1, "Y"), row("p", 2, "X"), row("", 7, "Y"), row("p", 0, "X"), row("p", 0, "X"))
	defer batch.Release()
	const want = "--R-R----R--"
	if got := standings(link.NewStandings(false, true, true), batch); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	s := link.NewStandings(false, true, false)
	if got := standings(s, batch); got != strings.Repeat("-", len(want)) || len(s.Repeated) != 3 {
		t.Errorf("counted only: got %s, %d repeated", got, len(s.Repeated))
	}
}

// However the versions of a charge stand in the extract, the same are in force.
func TestOrderOfVersionsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) versioned {
			return versioned{
				kind:    rapid.SampledFrom([]schemas.RowKind{charge, charge, charge | schemas.RowPast, schemas.RowDeleted}).Draw(t, "kind"),
				person:  "p",
				docket:  rapid.SampledFrom([]string{"", "d", "e"}).Draw(t, "docket"),
				charge:  rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "charge"),
				version: rapid.Int64Range(0, 3).Draw(t, "version"),
			}
		}), 1, 8).Draw(t, "rows")
		order := rapid.Permutation(rows).Draw(t, "order")
		of := func(rows []versioned) map[versioned]string {
			batch := versionedBatch(rows...)
			defer batch.Release()
			found := standings(link.NewStandings(true, false, false), batch)
			by := map[versioned]string{}
			for i, r := range rows {
				by[r] += found[i : i+1]
			}
			return by
		}
		if diff := cmp.Diff(of(rows), of(order)); diff != "" {
			t.Errorf("in another order (-was +is):\n%s", diff)
		}
	})
}

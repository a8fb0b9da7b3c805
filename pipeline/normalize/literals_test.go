package normalize

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

const literalRows = `literal,substances,approver,approved_on
CPCS 7TH CONCENTRATED CANNABIS,concentrated_cannabis,A. Lawyer,2026-01-02
POSS HASH AND COCAINE,"concentrated_cannabis,cocaine",A. Lawyer,2026-01-02
`

// pinned is a table of literals with the digest of its rows.
func pinned(rows string) string {
	digest := sha256.Sum256([]byte(rows))
	return "# sha256 " + hex.EncodeToString(digest[:]) + "\n" + rows
}

func tablesWith(literals string) fstest.MapFS {
	return fstest.MapFS{
		"codes/zz-tokens.csv":     {Data: []byte("token,code,max_section,note\nPL,PL,,\n")},
		"codes/zz.csv":            {Data: []byte("code,section,kind,title,valid_from,valid_to,note\nPL,220.03,offence,,,,\n")},
		"codes/zz-exact.csv":      {Data: []byte("text,code,origin,approved_by,approved_on,hash,note\n")},
		"codes/zz-substances.csv": {Data: []byte(literals)},
	}
}

// A whole text that a person has approved names substances; a text that only
// begins like it, or holds it, does not.
func TestLiteralsNameSubstances(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	tables, err := loadTables(tablesWith(pinned(literalRows)), "ZZ", "zz")
	if err != nil {
		t.Fatal(err)
	}
	const concentrate, cocaine = schemas.ConcentratedCannabis, schemas.Cocaine
	for name, c := range map[string]struct {
		description string
		set         schemas.Substances
		rung        schemas.Evidence
		wantSet     schemas.Substances
		wantRung    schemas.Evidence
	}{
		"exactly":                       {"CPCS 7TH CONCENTRATED CANNABIS", 0, 0, concentrate, schemas.Charging},
		"blanks and capitals":           {" cpcs 7th\tConcentrated  Cannabis ", 0, 0, concentrate, schemas.Charging},
		"several":                       {"POSS HASH AND COCAINE", 0, 0, concentrate | cocaine, schemas.Charging},
		"only begins so":                {"CPCS 7TH CONCENTRATED CANNABIS 1 OZ", 0, 0, 0, 0},
		"holds a word":                  {"CONCENTRATED CANNABIS", 0, 0, 0, 0},
		"no description":                {"", 0, 0, 0, 0},
		"better evidence stays":         {"CPCS 7TH CONCENTRATED CANNABIS", cocaine, schemas.ConvictionCount, cocaine, schemas.ConvictionCount},
		"better, but cannot be read":    {"CPCS 7TH CONCENTRATED CANNABIS", 0, schemas.Judgment, 0, schemas.Judgment},
		"weaker evidence agrees":        {"CPCS 7TH CONCENTRATED CANNABIS", schemas.Marijuana, schemas.Laboratory, concentrate, schemas.Charging},
		"weaker evidence contradicts":   {"CPCS 7TH CONCENTRATED CANNABIS", cocaine, schemas.Laboratory, concentrate | cocaine, 0},
		"what contradicts itself stays": {"POSS HASH AND COCAINE", concentrate | cocaine, 0, concentrate | cocaine, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := array.NewRecordBuilder(mem, schemas.Charges)
			defer b.Release()
			for i := range schemas.Charges.NumFields() {
				switch i {
				case schemas.ColDescription:
					if c.description == "" {
						b.Field(i).AppendNull()
					} else if err := b.Field(i).(*array.BinaryDictionaryBuilder).AppendString(c.description); err != nil {
						t.Fatal(err)
					}
				case schemas.ColSubstances:
					b.Field(i).(*array.Uint16Builder).Append(uint16(c.set))
				case schemas.ColEvidence:
					b.Field(i).(*array.Uint8Builder).Append(uint8(c.rung))
				default:
					b.Field(i).AppendNull()
				}
			}
			in := b.NewRecord()
			defer in.Release()
			got := tables.literals.name(mem, in)
			defer got[0].Release()
			defer got[1].Release()
			set, rung := schemas.Substances(got[0].(*array.Uint16).Value(0)), schemas.Evidence(got[1].(*array.Uint8).Value(0))
			if set != c.wantSet || rung != c.wantRung {
				t.Errorf("got %q by %s, want %q by %s", set, rung, c.wantSet, c.wantRung)
			}
		})
	}
}

// A table whose rows are not those that were approved is refused, and so is a
// row without its approver.
func TestLiteralsAreApproved(t *testing.T) {
	change := func(from, to string) string { return strings.Replace(literalRows, from, to, 1) }
	for name, c := range map[string]struct{ table, want string }{
		"a row was changed":   {strings.Replace(pinned(literalRows), "7TH", "5TH", 1), "line 1: the rows are not those that were approved"},
		"no digest":           {literalRows, "line 1: the rows are not those that were approved"},
		"no approver":         {pinned(change("A. Lawyer", " ")), "line 3: approver is empty"},
		"no day":              {pinned(change("2026-01-02", "")), "line 3: approved_on"},
		"no such substance":   {pinned(change(",concentrated_cannabis,A", ",tobacco,A")), `"tobacco" is no substance`},
		"no substance":        {pinned(change(",concentrated_cannabis,A", ",,A")), "substances is empty"},
		"in small letters":    {pinned(change("CPCS", "cpcs")), `must be written "CPCS 7TH CONCENTRATED CANNABIS"`},
		"twice":               {pinned(literalRows + "POSS HASH AND COCAINE,cocaine,B,2026-01-02\n"), "stands twice"},
		"another header":      {pinned(change("approver", "who")), "header is"},
		"an empty text":       {pinned(change("POSS HASH AND COCAINE", "")), "must be written"},
		"columns are missing": {pinned(literalRows + "X\n"), "wrong number of fields"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loadTables(tablesWith(c.table), "ZZ", "zz")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want ...%s...", err, c.want)
			}
		})
	}
}

func TestLiteralsAreInTheDigest(t *testing.T) {
	digest := func(rows string) string {
		tables, err := loadTables(tablesWith(pinned(rows)), "ZZ", "zz")
		if err != nil {
			t.Fatal(err)
		}
		return tables.digest
	}
	if digest(literalRows) == digest(strings.Replace(literalRows, "A. Lawyer", "B. Lawyer", 1)) {
		t.Error("two tables have one digest")
	}
}

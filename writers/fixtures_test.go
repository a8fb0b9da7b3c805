package writers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

// invented returns row i of an invented run. Every nullable column is null in
// some rows.
func invented(i int) *Determination {
	blank := func(every int, s string) string {
		if i%every == 0 {
			return ""
		}
		return s
	}
	day := schemas.NoDate
	if i%4 != 0 {
		day = schemas.Date(9000 + i%8000)
	}
	return &Determination{
		Source: "extract-" + string(rune('a'+i%2)) + ".csv", Line: int64(i + 2),
		Person: blank(97, fmt.Sprintf("P%07d", i/3)), Case: blank(5, fmt.Sprintf("21-CR-%06d", i/2)), Charge: fmt.Sprintf("C%08d", i),
		County: blank(11, fmt.Sprintf("COUNTY %d", i%58)), Statute: fmt.Sprintf("%d(A) HS", 11350+i%900),
		Description: blank(3, "POSSESS MARIJUANA § "+strconv.Itoa(i%40)), Code: blank(7, fmt.Sprintf("CA:HSC:%d(a)", 11350+i%30)),
		CodeMatch: schemas.CodeMatch(i % 5), Severity: schemas.Severity(i % 4), Disposition: schemas.Disposition(i % 12),
		DispositionText: blank(6, "CONVICTED"), DispositionDate: day, OffenseDate: day,
		Policy: "us-ca/prop64", Rule: blank(9, fmt.Sprintf("rule-%d", i%7)), Outcome: schemas.Outcome(i % schemas.Outcomes),
		RemedyFloor: blank(2, "dismiss"), RemedyCeiling: blank(2, "seal"), LegalBasis: blank(2, "Health & Saf. Code § 11361.8"),
		Clause: "11361.8(e)", Reason: blank(3, "reason"), Question: blank(2, "When was the person born?"),
		EligibleOn: day, DueOn: schemas.NoDate,
		LeavesTrue: uint64(i) << 40, LeavesFalse: ^uint64(i), LeavesPresumed: 1 << (i % 64),
		Substances: schemas.Substances(i % 512), SubstanceEvidence: schemas.Evidence(i % 7), NCIC: blank(3, "3562"), PartialDates: blank(4, "arrest_date 1999"),
		VictimAge: int32(i%20) - 1, VictimRelation: schemas.VictimRelation(i % 4),
		Degree: blank(2, "M2"), SentenceDate: day, ReleaseDate: schemas.NoDate, SupervisionEnd: day,
		MaxPenalty: int32(i%900) - 1, TermMin: int32(i%40) - 1, TermMax: -1,
		Incarcerated: schemas.Incarceration(i % 3), Restitution: schemas.Restitution(i % 3),
	}
}

// decided are rows as Determinations.Append takes them: a batch, the names of sources
// and a verdict for each row. With asides, other rows stand among those of the batch.
func decided(rows []*Determination, mem memory.Allocator, asides bool) (arrow.Record, []string, []Verdict) {
	b := array.NewRecordBuilder(mem, schemas.Coded)
	defer b.Release()
	var sources []string
	var verdicts []Verdict
	said := map[Words]*Words{}
	add := func(d *Determination) {
		if !slices.Contains(sources, d.Source) {
			sources = append(sources, d.Source)
		}
		for i, f := range b.Fields() {
			addValue(f, i, d, slices.Index(sources, d.Source))
		}
	}
	for i, d := range rows {
		if asides && i%5 == 0 {
			add(invented(i * 31))
		}
		w := Words{
			d.Policy, d.Rule, d.Outcome, d.RemedyFloor, d.RemedyCeiling, d.LegalBasis, d.Clause, d.Reason, d.Question,
		}
		if said[w] == nil {
			said[w] = &w
		}
		verdicts = append(verdicts, Verdict{
			Row: int32(b.Field(0).Len()), Words: said[w], EligibleOn: d.EligibleOn, DueOn: d.DueOn,
			LeavesTrue: d.LeavesTrue, LeavesFalse: d.LeavesFalse, LeavesPresumed: d.LeavesPresumed,
		})
		add(d)
	}
	return b.NewRecord(), sources, verdicts
}

// addValue adds a value of d to the builder of a column of schemas.Coded.
func addValue(to array.Builder, column int, d *Determination, source int) {
	switch f := to.(type) {
	case *array.StringBuilder:
		addText(map[int]string{schemas.ColPerson: d.Person, schemas.ColCase: d.Case, schemas.ColCharge: d.Charge}[column],
			f.AppendNull, f.Append)
	case *array.BinaryDictionaryBuilder:
		addText(map[int]string{
			schemas.ColCounty: d.County, schemas.ColStatute: d.Statute, schemas.ColDescription: d.Description,
			schemas.ColDegree: d.Degree, schemas.ColDispositionText: d.DispositionText, schemas.ColNCIC: d.NCIC, schemas.ColPartialDates: d.PartialDates, schemas.ColCode: d.Code,
		}[column], f.AppendNull, func(s string) {
			if err := f.AppendString(s); err != nil {
				panic(err)
			}
		})
	case *array.Date32Builder:
		dates := map[int]schemas.Date{
			schemas.ColBirthDate: d.BirthDate, schemas.ColDispositionDate: d.DispositionDate, schemas.ColOffenseDate: d.OffenseDate,
			schemas.ColArrestDate: d.ArrestDate, schemas.ColChallengeDate: d.ChallengeDate, schemas.ColSentenceDate: d.SentenceDate,
			schemas.ColReleaseDate: d.ReleaseDate, schemas.ColSupervisionEnd: d.SupervisionEnd,
		}
		if dates[column].Known() {
			f.Append(arrow.Date32(dates[column]))
		} else {
			f.AppendNull()
		}
	case *array.Int32Builder:
		n := map[int]int32{
			schemas.ColMaxPenalty: d.MaxPenalty, schemas.ColTermMin: d.TermMin, schemas.ColTermMax: d.TermMax, schemas.ColVictimAge: d.VictimAge,
		}[column]
		if n < 0 {
			f.AppendNull()
		} else {
			f.Append(n)
		}
	case *array.Uint8Builder:
		f.Append(map[int]uint8{
			schemas.ColSeverity: uint8(d.Severity), schemas.ColDisposition: uint8(d.Disposition), schemas.ColSentence: uint8(d.Sentence),
			schemas.ColIncarcerated: uint8(d.Incarcerated), schemas.ColRestitution: uint8(d.Restitution), schemas.ColKind: 1,
			schemas.ColEvidence: uint8(d.SubstanceEvidence), schemas.ColVictimRelation: uint8(d.VictimRelation),
			schemas.ColCodeMatch: uint8(d.CodeMatch), schemas.ColInchoate: uint8(d.Inchoate),
		}[column])
	case *array.Uint16Builder:
		f.Append(uint16(d.Substances))
	case *array.Uint32Builder:
		f.Append(uint32(source))
	case *array.Uint64Builder:
		f.AppendNull()
	case *array.Int64Builder:
		if column == schemas.ColVersion {
			f.AppendNull()
			return
		}
		f.Append(d.Line)
	default:
		panic("no value for a column of " + to.Type().Name())
	}
}

func addText(s string, null func(), add func(string)) {
	if s == "" {
		null()
	} else {
		add(s)
	}
}

// inventedRows are rows from, up to, of an invented run.
func inventedRows(from, to int) []*Determination {
	var rows []*Determination
	for i := from; i < to; i++ {
		rows = append(rows, invented(i))
	}
	return rows
}

// writeDeterminations writes n invented rows to w.
func writeDeterminations(t testing.TB, w io.Writer, n int, mem memory.Allocator) (Output, error) {
	t.Helper()
	d, err := NewDeterminations(w, mem)
	if err != nil {
		return Output{}, err
	}
	const batch = 10_000
	for from := 0; from < n; from += batch {
		charges, sources, verdicts := decided(inventedRows(from, min(from+batch, n)), mem, false)
		err := d.Append(charges, sources, verdicts)
		charges.Release()
		if err != nil {
			d.Abort()
			return Output{}, err
		}
	}
	return d.Close()
}

// stored puts data at key of a store of its own.
func stored(t testing.TB, key string, data []byte) storage.Store {
	t.Helper()
	s := newDisk(t)
	if err := storage.Write(t.Context(), s, key, data); err != nil {
		t.Fatal(err)
	}
	return s
}

func newDisk(t testing.TB) *storage.DiskStore {
	t.Helper()
	return newDiskAt(t, t.TempDir())
}

// quickDir is a folder in memory where the system has one: for loops that write
// hundreds of files and have nothing to learn from a real disk.
func quickDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "clearsweep-test-") //nolint:usetesting // TempDir is on a disk
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func newDiskAt(t testing.TB, dir string) *storage.DiskStore {
	t.Helper()
	s, err := storage.Disk(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// fileOf returns the bytes of a file of n invented determinations.
func fileOf(t testing.TB, n int) ([]byte, Output) {
	t.Helper()
	var b bytes.Buffer
	out, err := writeDeterminations(t, &b, n, memory.NewGoAllocator())
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), out
}

// contextOf is the context of a test; a property has none of its own.
func contextOf(t any) context.Context {
	if t, ok := t.(interface{ Context() context.Context }); ok {
		return t.Context()
	}
	return context.Background()
}

package writers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"testing"

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
		Substances: schemas.Substances(i % 512), SubstanceEvidence: schemas.Evidence(i % 7), NCIC: blank(3, "3562"),
		VictimAge: int32(i%20) - 1, VictimRelation: schemas.VictimRelation(i % 4),
		Degree: blank(2, "M2"), SentenceDate: day, ReleaseDate: schemas.NoDate, SupervisionEnd: day,
		MaxPenalty: int32(i%900) - 1, TermMin: int32(i%40) - 1, TermMax: -1,
		Incarcerated: schemas.Incarceration(i % 3), Restitution: schemas.Restitution(i % 3),
	}
}

// writeDeterminations writes n invented rows to w.
func writeDeterminations(t testing.TB, w io.Writer, n int, mem memory.Allocator) (Output, error) {
	t.Helper()
	d, err := NewDeterminations(w, mem)
	if err != nil {
		return Output{}, err
	}
	for i := range n {
		if err := d.Append(invented(i)); err != nil {
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

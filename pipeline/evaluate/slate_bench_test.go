package evaluate

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
	"unsafe"

	"github.com/clearsweep/clearsweep/schemas"
)

// slatePersons invents 4,000 persons of 1 to 30 charges with the gaps of real
// records.
func slatePersons(e *Evaluator) (persons []Person, charges int) {
	random := rand.New(rand.NewPCG(3, 4))
	codes := []string{
		"ZZ:18:5503(a)(4)", "ZZ:18:3921(a)", "ZZ:18:2701(a)(1)", "ZZ:35:780-113(a)(31)", "ZZ:35:780-113(a)(30)",
		"ZZ:75:3802(a)(1)", "ZZ:18:5533", "conspiracy:ZZ:35:780-113(a)(30)",
	}
	degrees := [][]string{
		{"M3", "S"}, {"M1", "M2"}, {"M2"}, {"M"}, {"F", "F"}, {"M"}, {"M3"}, {"F"},
	}
	from, _ := schemas.NewDate(1985, 1, 1)
	persons = make([]Person, 1000)
	for i := range persons {
		p := &persons[i]
		p.Birth, p.Keyed = from-schemas.Date(random.IntN(7000)), true
		for j := range 1 + random.IntN(1+random.IntN(30)) {
			c := Blank(schemas.RowCharge)
			c.Case, c.Key = int32(j/2), int32(j)
			kind := random.IntN(len(codes))
			c.Code = e.Code(codes[kind], random.IntN(100) > 0)
			c.Degree = e.Degree(degrees[kind][random.IntN(len(degrees[kind]))], random.IntN(20) > 0)
			c.Offense = from + schemas.Date(random.IntN(14000))
			c.Disposed, c.Sentenced = c.Offense+90, c.Offense+90
			c.Restitution = schemas.Restitution(1 + random.IntN(8)/7)
			if degrees[kind][0] == "F" {
				c.TermMin, c.TermMax = int32(random.IntN(40)), int32(20+random.IntN(60))
			}
			c.Disposition = schemas.Convicted
			switch random.IntN(12) {
			case 0:
				c.Disposition, c.Disposed = schemas.DispositionUnknown, schemas.NoDate
			case 1, 2, 3, 4, 5:
				c.Disposition = schemas.Dismissed
			}
			p.Charges = append(p.Charges, c)
		}
		charges += len(p.Charges)
	}
	return persons, charges
}

// BenchmarkEvaluateCleanSlate decides with masks and eligible_on under a law of
// waits, grades, counts and cases.
func BenchmarkEvaluateCleanSlate(b *testing.B) {
	e := mustLaw(b, filepath.Join("testdata", "clean-slate"), nil, "2026-11-23").NewEvaluator()
	persons, charges := slatePersons(e)
	for i := range persons {
		e.Person(&persons[i])
	}
	b.SetBytes(int64(charges) * int64(unsafe.Sizeof(Charge{})))
	b.ReportAllocs()
	for b.Loop() {
		for i := range persons {
			e.Person(&persons[i])
		}
	}
	b.ReportMetric(float64(charges)*float64(b.N)/b.Elapsed().Seconds(), "charges/s")
}

package evaluate

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// benchPersons invents persons of 1 to 30 charges with the gaps of real
// records: one disposition in four is missing.
func benchPersons(e *Evaluator, n int) ([]Person, int) {
	random := rand.New(rand.NewPCG(1, 2))
	statutes := []string{
		"CA:HSC:11357(b)", "CA:HSC:11358", "CA:HSC:11359", "CA:HSC:11360(a)", "attempt:CA:HSC:11359",
		"CA:PC:484(a)", "CA:PC:459", "CA:VC:23152(a)", "CA:PC:242", "CA:HSC:11377(a)", "CA:PC:187(a)",
	}
	counties := []string{"LOS ANGELES", "SACRAMENTO", "YOLO", "KERN"}
	from, _ := schemas.NewDate(1980, 1, 1)
	persons, charges := make([]Person, n), 0
	for i := range persons {
		p := &persons[i]
		p.Birth, p.Keyed = from-schemas.Date(random.IntN(7000)), true
		for j := range 1 + random.IntN(1+random.IntN(30)) {
			offense := from + schemas.Date(random.IntN(14000))
			c := Blank(schemas.RowCharge)
			c.Case, c.Key = int32(j/2), int32(j)
			c.Code = e.Code(statutes[random.IntN(len(statutes))], random.IntN(100) > 0)
			c.County = e.County(counties[random.IntN(len(counties))], true)
			c.Offense, c.Arrest, c.Disposed = offense, offense+3, offense+90
			c.Severity, c.Disposition = schemas.Severity(1+random.IntN(3)), schemas.Convicted
			switch random.IntN(8) {
			case 0, 1:
				c.Disposition, c.Disposed = schemas.DispositionUnknown, schemas.NoDate
			case 2:
				c.Disposition = schemas.Dismissed
			}
			p.Charges = append(p.Charges, c)
		}
		charges += len(p.Charges)
	}
	return persons, charges
}

func benchLaw(tb testing.TB, name string) *Law {
	tb.Helper()
	params := map[string]string{}
	if name == "us-ca/prop64-county-options" {
		params = map[string]string{
			"county": "LOS ANGELES", "dismiss": "11357,11358", "reduce": "11359,11360", "under_21_at_conviction": "true",
			"age_threshold": "57", "years_since_conviction": "10", "only_prop64": "true", "deceased": "true",
		}
	}
	return mustLaw(tb, name, params, "2026-11-23")
}

func mustLaw(tb testing.TB, name string, params map[string]string, asOf string) *Law {
	tb.Helper()
	pack, err := policies.Load(name)
	if err != nil {
		tb.Fatal(err)
	}
	day, err := schemas.ParseDate(asOf)
	if err != nil {
		tb.Fatal(err)
	}
	bound, err := pack.Bind(params, day)
	if err != nil {
		tb.Fatal(err)
	}
	law, err := Compile(bound)
	if err != nil {
		tb.Fatal(err)
	}
	return law
}

// BenchmarkEvaluate decides every charge and puts each decision in words.
func BenchmarkEvaluate(b *testing.B) {
	for _, name := range []string{"us-ca/prop64-county-options", "us-ca/prop64"} {
		for _, words := range []bool{false, true} {
			title := name
			if words {
				title += "+text"
			}
			b.Run(title, func(b *testing.B) {
				e := benchLaw(b, name).NewEvaluator()
				persons, charges := benchPersons(e, 4000)
				b.SetBytes(int64(charges) * int64(unsafe.Sizeof(Charge{})))
				b.ReportAllocs()
				for b.Loop() {
					for i := range persons {
						decided := e.Person(&persons[i])
						if !words {
							continue
						}
						for j := range decided {
							_ = e.Text(&persons[i], j, decided[j])
						}
					}
				}
				b.ReportMetric(float64(charges)*float64(b.N)/b.Elapsed().Seconds(), "charges/s")
			})
		}
	}
}

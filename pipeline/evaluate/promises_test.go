package evaluate

import (
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

var languagePacks = []string{"clean-slate", "clocks", "caps", "pauses"}

const promisedDay = "2026-11-23"

func languageLaw(tb testing.TB, name, asOf string) *Law {
	tb.Helper()
	return mustLaw(tb, filepath.Join("testdata", name), nil, asOf)
}

// fullRow is a row that says everything, but for its code, degree and keys as
// texts, so that any evaluator can take it.
type fullRow struct {
	code, degree string
	row          Charge
}

var (
	fullCodes = []string{
		"ZZ:18:5503", "ZZ:18:2701", "ZZ:35:780-113(a)(30)", "ZZ:18:5533", "ZZ:PL:155", "ZZ:PL:220", "ZZ:PL:240", "ZZ:A:1",
	}
	fullDegrees      = []string{"S", "M3", "M2", "M1", "F3", "M", "F"}
	fullDispositions = []schemas.Disposition{
		schemas.Convicted, schemas.Convicted, schemas.Convicted, schemas.Dismissed, schemas.Pending, schemas.SetAside,
	}
)

func drawRow(t *rapid.T, number int) fullRow {
	date := func(name string) schemas.Date {
		from, _ := schemas.ParseDate("1998-01-01")
		to, _ := schemas.ParseDate("2026-06-01")
		return schemas.Date(rapid.Int32Range(int32(from), int32(to)).Draw(t, name))
	}
	r := fullRow{
		code: rapid.SampledFrom(fullCodes).Draw(t, "code"), degree: rapid.SampledFrom(fullDegrees).Draw(t, "degree"),
		row: Blank(schemas.RowCharge),
	}
	c := &r.row
	c.Key, c.Rank, c.Case = int32(number), int32(number), rapid.Int32Range(0, 2).Draw(t, "case")
	c.Disposed = date("disposed")
	c.Offense = c.Disposed - schemas.Date(rapid.IntRange(0, 400).Draw(t, "days before"))
	c.Sentenced = c.Disposed + schemas.Date(rapid.IntRange(0, 30).Draw(t, "days after"))
	c.Incarcerated = schemas.Incarceration(rapid.IntRange(1, 2).Draw(t, "incarcerated"))
	if c.Incarcerated == schemas.Incarcerated {
		c.Released = c.Sentenced + schemas.Date(rapid.IntRange(0, 2000).Draw(t, "days inside"))
	}
	c.SupervisionEnd = c.Sentenced + schemas.Date(rapid.IntRange(0, 3000).Draw(t, "days of supervision"))
	c.MaxPenalty = rapid.SampledFrom([]int32{NoNumber, 90, 365, 730, 1825}).Draw(t, "penalty")
	c.TermMin, c.TermMax = rapid.Int32Range(0, 40).Draw(t, "least"), rapid.Int32Range(20, 80).Draw(t, "most")
	c.Severity = schemas.Severity(rapid.IntRange(1, 3).Draw(t, "severity"))
	c.Disposition = rapid.SampledFrom(fullDispositions).Draw(t, "disposition")
	c.Sentence = schemas.Sentence(rapid.IntRange(1, 3).Draw(t, "sentence"))
	c.Restitution = schemas.Restitution(rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "restitution"))
	return r
}

func drawRows(t *rapid.T) []fullRow {
	rows := make([]fullRow, rapid.IntRange(1, 5).Draw(t, "rows"))
	for i := range rows {
		rows[i] = drawRow(t, i)
	}
	return rows
}

// decideRows is what the law gives for every row, in the order of the rows.
func decideRows(law *Law, rows []fullRow) []Decision {
	e := law.NewEvaluator()
	return slices.Clone(e.Person(personOf(e, rows)))
}

func personOf(e *Evaluator, rows []fullRow) *Person {
	p := &Person{Birth: schemas.NoDate, Keyed: true}
	for _, r := range rows {
		row := r.row
		row.Code, row.Degree = e.Code(r.code, r.code != ""), e.Degree(r.degree, r.degree != "")
		p.Charges = append(p.Charges, row)
	}
	return p
}

func eachLanguageLaw(t *testing.T, check func(t *rapid.T, name string, law *Law)) {
	t.Helper()
	for _, name := range languagePacks {
		law := languageLaw(t, name, promisedDay)
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { check(t, name, law) })
		})
	}
}

// TestRowOrderChangesNothing shuffles the rows of a person.
func TestRowOrderChangesNothing(t *testing.T) {
	eachLanguageLaw(t, func(t *rapid.T, _ string, law *Law) {
		rows := drawRows(t)
		forget(t, rows)
		order := make([]int, len(rows))
		for i := range order {
			order[i] = i
		}
		order = rapid.Permutation(order).Draw(t, "order")
		shuffled := make([]fullRow, len(rows))
		for at, from := range order {
			shuffled[at] = rows[from]
		}
		before, after := decideRows(law, rows), decideRows(law, shuffled)
		for at, from := range order {
			if after[at] != before[from] {
				t.Fatalf("charge %d: got %+v, want %+v", from, after[at], before[from])
			}
		}
	})
}

// TestMemoryChangesNothing decides a person after others with one evaluator,
// and alone with a fresh one.
func TestMemoryChangesNothing(t *testing.T) {
	for _, name := range languagePacks {
		law := languageLaw(t, name, promisedDay)
		used := law.NewEvaluator()
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				rows := drawRows(t)
				forget(t, rows)
				p := &Person{Birth: schemas.NoDate, Keyed: true}
				for _, r := range rows {
					row := r.row
					row.Code, row.Degree = used.Code(r.code, r.code != ""), used.Degree(r.degree, r.degree != "")
					p.Charges = append(p.Charges, row)
				}
				fresh := decideRows(law, rows)
				for i, got := range used.Person(p) {
					if got != fresh[i] {
						t.Fatalf("charge %d: got %+v, a fresh evaluator says %+v", i, got, fresh[i])
					}
				}
			})
		})
	}
}

// TestMemoryKnowsWhichDayIsMissing decides two persons whose conditions are
// answered alike: of one the last conviction is dated, of the other it is not.
func TestMemoryKnowsWhichDayIsMissing(t *testing.T) {
	e := languageLaw(t, "clean-slate", promisedDay).NewEvaluator()
	row := func(number int32, disposed string) Charge {
		c := Blank(schemas.RowCharge)
		c.Code, c.Degree = e.Code("ZZ:18:5503", true), e.Degree("M3", true)
		c.Case, c.Key, c.Disposition, c.Restitution = number, number, schemas.Convicted, schemas.NoneOwed
		if disposed != "" {
			c.Disposed, _ = schemas.ParseDate(disposed)
		}
		return c
	}
	dated := &Person{Birth: schemas.NoDate, Keyed: true, Charges: []Charge{row(0, "2022-01-01"), row(1, "2010-01-01")}}
	undated := &Person{Birth: schemas.NoDate, Keyed: true, Charges: []Charge{row(0, "2022-01-01"), row(1, "")}}
	for range 2 {
		if d := e.Person(dated)[0]; d.Outcome != schemas.NotYet || d.EligibleOn.String() != "2029-01-01" {
			t.Errorf("dated: got %s, %s, want NOT_YET, 2029-01-01", d.Outcome, d.EligibleOn)
		}
		if d := e.Person(undated)[0]; d.Outcome != schemas.Review {
			t.Errorf("undated: got %s, %s, want REVIEW", d.Outcome, d.EligibleOn)
		}
	}
}

// TestWaitingEnds decides again on the day that NOT_YET names.
func TestWaitingEnds(t *testing.T) {
	eachLanguageLaw(t, func(t *rapid.T, name string, law *Law) {
		rows := drawRows(t)
		for i, d := range decideRows(law, rows) {
			if d.Outcome != schemas.NotYet {
				continue
			}
			if d.EligibleOn <= law.bound.AsOf {
				t.Fatalf("charge %d: not yet, but from %s", i, d.EligibleOn)
			}
			bound, err := law.bound.Pack.Bind(nil, d.EligibleOn)
			if err != nil {
				t.Fatal(err)
			}
			then, err := Compile(bound)
			if err != nil {
				t.Fatal(err)
			}
			if got := decideRows(then, rows)[i]; got.Outcome != schemas.Eligible || got.EligibleOn != d.EligibleOn {
				t.Fatalf("%s charge %d: not yet until %s, then %s since %s", name, i, d.EligibleOn, got.Outcome, got.EligibleOn)
			}
		}
	})
}

// TestLessOfARecordGivesNoLess takes a charge that is no relief of an earlier
// one off the record: each of the others gets what it had, or more. Under a
// lifetime cap, what another charge gets may be the place of this one, so there
// it is their number that does not fall.
func TestLessOfARecordGivesNoLess(t *testing.T) {
	eachLanguageLaw(t, func(t *rapid.T, _ string, law *Law) {
		rows := drawRows(t)
		gone := rapid.IntRange(0, len(rows)-1).Draw(t, "gone")
		before := slices.Delete(decideRows(law, rows), gone, gone+1)
		after := decideRows(law, slices.Delete(slices.Clone(rows), gone, gone+1))
		had, has := 0, 0
		for i := range before {
			was, is := before[i].Outcome == schemas.Eligible, after[i].Outcome == schemas.Eligible
			if was {
				had++
			}
			if is {
				has++
			}
			if was && !is && len(law.caps) == 0 {
				t.Fatalf("charge %d: eligible with the other charge, %s without it", i, after[i].Outcome)
			}
		}
		if has < had {
			t.Fatalf("%d charges eligible with the other charge, %d without it", had, has)
		}
	})
}

// forget makes facts unknown.
func forget(t *rapid.T, rows []fullRow) {
	for range rapid.IntRange(0, 3).Draw(t, "facts") {
		r := &rows[rapid.IntRange(0, len(rows)-1).Draw(t, "row")]
		c := &r.row
		switch rapid.IntRange(0, 14).Draw(t, "fact") {
		case 0:
			r.code = ""
		case 1:
			r.degree = ""
		case 2:
			c.Offense = schemas.NoDate
		case 3:
			c.Disposed = schemas.NoDate
		case 4:
			c.Sentenced = schemas.NoDate
		case 5:
			c.Released = schemas.NoDate
		case 6:
			c.SupervisionEnd = schemas.NoDate
		case 7:
			c.MaxPenalty = NoNumber
		case 8:
			c.TermMin, c.TermMax = NoNumber, NoNumber
		case 9:
			c.Severity = schemas.SeverityUnknown
		case 10:
			c.Disposition = schemas.DispositionUnknown
		case 11:
			c.Sentence = schemas.SentenceUnknown
		case 12:
			c.Incarcerated = schemas.IncarcerationUnknown
		case 13:
			c.Restitution = schemas.RestitutionUnknown
		default:
			c.Case = -1
		}
	}
}

// TestForgettingAsks makes facts unknown: what was decided stands, or is asked.
// A presumption that a clause gives may decide instead, and the trace shows it.
func TestForgettingAsks(t *testing.T) {
	eachLanguageLaw(t, func(t *rapid.T, _ string, law *Law) {
		rows := drawRows(t)
		for i := range rows { // a penalty that the law gives in place of the record's is no missing fact
			rows[i].row.MaxPenalty = NoNumber
		}
		before := decideRows(law, rows)
		ends := slices.Clone(rows)
		forget(t, rows)
		for i := range rows { // first_known_of says what counts when these are not on record
			rows[i].row.SupervisionEnd, rows[i].row.Sentenced = ends[i].row.SupervisionEnd, ends[i].row.Sentenced
		}
		for i, d := range decideRows(law, rows) {
			same := d.Outcome == before[i].Outcome || (d.Outcome == schemas.NotYet && before[i].Outcome == schemas.Eligible)
			if !same && d.Outcome != schemas.Review && d.Presumed == before[i].Presumed {
				t.Fatalf("charge %d: %s with all facts, %s without some", i, before[i].Outcome, d.Outcome)
			}
			// A presumption that rests on what is now missing is no longer made.
			if lost := d.True&before[i].False | d.False&before[i].True; lost&^(d.Presumed|before[i].Presumed) != 0 {
				t.Fatalf("charge %d: leaves %b have turned", i, lost)
			}
		}
	})
}

// TestTheTraceShowsWhy makes facts unknown: a decision that changes has a
// trace that changes, or names the cap.
func TestTheTraceShowsWhy(t *testing.T) {
	eachLanguageLaw(t, func(t *rapid.T, _ string, law *Law) {
		rows := drawRows(t)
		before := decideRows(law, rows)
		forget(t, rows)
		for i, d := range decideRows(law, rows) {
			if before[i].Outcome == schemas.NotYet && d.Outcome == schemas.Review {
				continue // only the day from which to count is missing
			}
			if d.Cap+before[i].Cap == 0 && d.Outcome != before[i].Outcome && d.True == before[i].True && d.False == before[i].False {
				t.Fatalf("charge %d: %s became %s, and the trace is the same", i, before[i].Outcome, d.Outcome)
			}
		}
	})
}

// TestMemoryHoldsForNothingElse decides a person with what was remembered of
// another in every place of the memories: it must not be taken for the same.
func TestMemoryHoldsForNothingElse(t *testing.T) {
	eachLanguageLaw(t, func(t *rapid.T, _ string, law *Law) {
		e, other, rows := law.NewEvaluator(), drawRows(t), drawRows(t)
		forget(t, other)
		e.Person(personOf(e, other))
		j := e.judges[0]
		everywhere(j.memo[:], func(d decided) bool { return d.known })
		everywhere(j.profiles[:], func(p profiled) bool { return p.known })
		everywhere(j.satisfying[:], func(c countedBy) bool { return c.known })
		if got, want := e.Person(personOf(e, rows)), decideRows(law, rows); !slices.Equal(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

// everywhere puts the first thing that is known in every place.
func everywhere[T any](memory []T, known func(T) bool) {
	if first := slices.IndexFunc(memory, known); first >= 0 {
		thing := memory[first]
		for i := range memory {
			memory[i] = thing
		}
	}
}

package evaluate

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestDaysThatRelateCharges fills in what is missing, and counts the charges that
// are related to one by trying each: the count lies between what was known and
// what was possible, and is both when nothing is missing.
func TestDaysThatRelateCharges(t *testing.T) {
	type related func(a, b *Charge) bool
	onTheDay := func(a, b *Charge) bool { return a.Arrest == b.Arrest }
	ofTheCase := func(a, b *Charge) bool {
		if a.Case >= 0 && b.Case >= 0 {
			return a.Case == b.Case
		}
		return a.Arrest == b.Arrest
	}
	for name, test := range map[string]struct {
		leaf    string
		related related
		others  bool
	}{
		"on the day":         {`{id: x, person: {any: {disposition: {in: [convicted]}, date: {field: arrest_date, on: this.arrest_date}}}, cite: "Act 4"}`, onTheDay, false},
		"another on the day": {`{id: x, person: {any: {disposition: {in: [convicted]}, date: {field: arrest_date, on: this.arrest_date}}, others: true}, cite: "Act 4"}`, onTheDay, true},
		"of the case":        {`{id: x, case: {any: {disposition: {in: [convicted]}}, or_same_day: arrest_date}, cite: "Act 4"}`, ofTheCase, false},
		"another of it":      {`{id: x, case: {any: {disposition: {in: [convicted]}}, others: true, or_same_day: arrest_date}, cite: "Act 4"}`, ofTheCase, true},
	} {
		t.Run(name, func(t *testing.T) {
			law := lawOf(t, ruleOf("only", test.leaf, seal))
			rapid.Check(t, func(t *rapid.T) {
				p := &Person{Birth: schemas.NoDate, Keyed: true}
				missing := false
				for i := range rapid.IntRange(1, 5).Draw(t, "charges") {
					c := Blank(schemas.RowCharge)
					c.Key, c.Case = int32(i), rapid.Int32Range(-1, 1).Draw(t, "case")
					c.Disposition = rapid.SampledFrom([]schemas.Disposition{schemas.Convicted, schemas.Dismissed, schemas.DispositionUnknown}).Draw(t, "end")
					if day := rapid.Int32Range(0, 3).Draw(t, "day"); day > 0 {
						c.Arrest = date("2010-01-01") + schemas.Date(day)
					}
					missing = missing || !c.Arrest.Known() || c.Disposition == schemas.DispositionUnknown
					p.Charges = append(p.Charges, c)
				}
				e := law.NewEvaluator()
				e.Person(p)
				full := append([]Charge{}, p.Charges...)
				for i := range full {
					if !full[i].Arrest.Known() {
						full[i].Arrest = date("2010-01-01") + schemas.Date(rapid.Int32Range(1, 4).Draw(t, "true day"))
					}
					if full[i].Disposition == schemas.DispositionUnknown && rapid.Bool().Draw(t, "convicted") {
						full[i].Disposition = schemas.Convicted
					}
				}
				for i := range full {
					count := 0
					for j := range full {
						if full[j].Disposition == schemas.Convicted && (i == j && !test.others || i != j && test.related(&full[i], &full[j])) {
							count++
						}
					}
					known, possible := e.count(p, i, &law.facts[2], &e.facts[2].relative)
					if count < known || count > possible || !missing && known != possible {
						t.Fatalf("charge %d: got %d to %d, counted %d", i, known, possible, count)
					}
				}
			})
		})
	}
}

// TestRowsOfOneChargeOnTwoDays gives one charge two days of arrest: it is certain
// to be on neither.
func TestRowsOfOneChargeOnTwoDays(t *testing.T) {
	law := lawOf(t, ruleOf("only", `{id: x, person: {any: {disposition: {in: [convicted]}, date: {field: arrest_date, on: this.arrest_date}}, others: true}, cite: "Act 4"}`, seal))
	row := func(key int32, day string) Charge {
		return with(convicted("2015-01-01"), func(c *Charge) { c.Key, c.Arrest = key, date(day) })
	}
	for name, test := range map[string]struct {
		rows []Charge
		want truth
	}{
		"one day":          {[]Charge{row(0, "2010-01-01"), row(1, "2010-01-01"), row(1, "2010-01-01")}, yes},
		"two days":         {[]Charge{row(0, "2010-01-01"), row(1, "2010-01-01"), row(1, "2010-01-03")}, unknown},
		"three rows":       {[]Charge{row(0, "2010-01-01"), row(1, "2010-01-01"), row(1, "2010-01-03"), row(1, "2010-01-01")}, unknown},
		"two other days":   {[]Charge{row(0, "2010-01-05"), row(1, "2010-01-01"), row(1, "2010-01-03")}, no},
		"a row without":    {[]Charge{row(0, "2010-01-01"), row(1, "2010-01-01"), row(1, "")}, yes},
		"the day before":   {[]Charge{row(0, "2010-01-02"), row(1, "2010-01-01")}, no},
		"another row only": {[]Charge{row(0, "2010-01-01"), row(0, "2010-01-01")}, no},
	} {
		t.Run(name, func(t *testing.T) {
			d := law.NewEvaluator().Person(&Person{Birth: schemas.NoDate, Keyed: true, Charges: test.rows})[0]
			if got := (term{leaf: 0}).literal(&mask{t: d.True, f: d.False}, 0); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestARowWithoutADocketOfTheOwnCharge: one row of the charge has a docket, and
// the one that counts has none. It is the charge itself, not another.
func TestARowWithoutADocketOfTheOwnCharge(t *testing.T) {
	for leaf, want := range map[string]truth{
		`{id: x, case: {any: {sentence: {in: [serving]}}, others: true, or_same_day: arrest_date}, cite: "Act 4"}`: no,
		`{id: x, case: {any: {sentence: {in: [serving]}}, or_same_day: arrest_date}, cite: "Act 4"}`:               yes,
	} {
		row := func(number int32, s schemas.Sentence) Charge {
			return with(convicted("2015-01-01"), func(c *Charge) {
				c.Key, c.Case, c.Sentence, c.Arrest = 0, number, s, date("2010-01-01")
			})
		}
		rows := []Charge{row(0, schemas.SentenceCompleted), row(-1, schemas.SentenceServing)}
		d := lawOf(t, ruleOf("only", leaf, seal)).NewEvaluator().Person(&Person{Birth: schemas.NoDate, Keyed: true, Charges: rows})[0]
		if got := (term{leaf: 0}).literal(&mask{t: d.True, f: d.False}, 0); got != want {
			t.Errorf("%s: got %s, want %s", leaf, got, want)
		}
	}
}

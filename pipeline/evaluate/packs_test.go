package evaluate

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Every law that the program has, built in or of the tests, keeps the promises
// below, whatever stands in a record.

// anyLaw is a law and what records under it are drawn from.
type anyLaw struct {
	*Law
	codes, degrees []string
	fillsDockets   bool // what counts where a docket is missing is for the law to say
}

func anyLaws(tb testing.TB) map[string]anyLaw {
	tb.Helper()
	names := policies.Packs()
	for _, name := range languagePacks {
		names = append(names, filepath.Join("testdata", name))
	}
	laws := map[string]anyLaw{}
	for _, name := range names {
		laws[filepath.Base(filepath.Dir(name))+"/"+filepath.Base(name)] = newAnyLaw(mustLaw(tb, name, anyParams(name), promisedDay))
	}
	return laws
}

// anyParams switches on every option of a pack whose options are off.
func anyParams(name string) map[string]string {
	if name != "us-ca/prop64-county-options" {
		return nil
	}
	return map[string]string{
		"county": "KERN", "dismiss": "11357", "reduce": "11359", "under_21_at_conviction": "true", "age_threshold": "57",
		"years_since_conviction": "10", "years_crime_free": "5", "only_prop64": "true", "deceased": "true",
	}
}

// newAnyLaw draws the codes of the law's own sets, with what stands beside them:
// inchoate forms, counts of two offences, subdivisions, and sections of nobody.
func newAnyLaw(law *Law) anyLaw {
	pack := law.bound.Pack
	out := anyLaw{Law: law, degrees: append([]string{"", "?"}, pack.Degrees.Order...)}
	for class := range pack.Degrees.Means {
		out.degrees = append(out.degrees, class)
	}
	slices.Sort(out.degrees)
	for i := range pack.Codes {
		members := append(slices.Clone(pack.Codes[i].Members), pack.Codes[i].Except...)
		for _, m := range members[:min(len(members), 12)] {
			out.codes = append(out.codes, strings.ReplaceAll(pack.State()+":"+m.Code+":"+strings.Join(m.Path, "/"), "/(", "("))
		}
	}
	if len(out.codes) == 0 {
		out.codes = slices.Clone(fullCodes)
	}
	slices.Sort(out.codes)
	out.codes = slices.Compact(out.codes)
	first, unlisted := out.codes[0], pack.State()+":ZZ:1"
	out.codes = append(out.codes, "", "attempt:"+first, "conspiracy:"+first, first+"(a)", first+"+"+unlisted, unlisted, "YY:ZZ:1")
	out.fillsDockets = bytes.Contains(pack.Files()["policy.yaml"], []byte("or_same_day"))
	return out
}

// record is a person as a record tells of one: rows that say everything until
// some facts are forgotten.
type record struct {
	birth schemas.Date
	rows  []fullRow
	// Rows that are no charge.
	deceased, registered, incomplete bool
}

// draw draws a record; of two, one is of a person of whom little more than time
// stands between a charge and relief.
func (l anyLaw) draw(t *rapid.T) record {
	quiet := rapid.Bool().Draw(t, "quiet")
	rows := make([]fullRow, rapid.IntRange(1, 5).Draw(t, "rows"))
	if quiet {
		rows = rows[:min(len(rows), 2)]
	}
	for i := range rows {
		rows[i] = drawRow(t, i)
		r := &rows[i]
		r.code = rapid.SampledFrom(l.codes).Draw(t, "code of the law")
		if quiet {
			r.row = quieted(t, r.row)
			if theft, ok := thefts[l.bound.Pack.State()]; ok && rapid.Bool().Draw(t, "theft") {
				r.code = theft
			}
		}
		r.degree = rapid.SampledFrom(l.degrees).Draw(t, "degree of the law")
		if !quiet {
			r.row.Disposition = rapid.SampledFrom(anyDispositions).Draw(t, "end")
		}
		r.row.Arrest = r.row.Offense + schemas.Date(rapid.IntRange(0, 3).Draw(t, "days to arrest"))
		r.row.Disposed = max(r.row.Disposed, r.row.Arrest)
		r.row.Sentenced = max(r.row.Sentenced, r.row.Disposed)
		if r.row.Released.Known() {
			r.row.Released = max(r.row.Released, r.row.Sentenced)
		}
		if i > 0 && rapid.IntRange(0, 4).Draw(t, "another row of the charge") == 0 {
			r.code, r.row.Key, r.row.Case = rows[i-1].code, rows[i-1].row.Key, rows[i-1].row.Case
		}
	}
	return record{
		birth: date("1960-01-01") + schemas.Date(rapid.IntRange(0, 9000).Draw(t, "birth")), rows: rows,
		deceased:   !quiet && rapid.IntRange(0, 9).Draw(t, "deceased") == 0,
		registered: !quiet && rapid.IntRange(0, 9).Draw(t, "registered") == 0,
	}
}

// thefts are offences that few laws except, by state.
var thefts = map[string]string{
	"CA": "CA:PC:484(a)", "IL": "IL:720:5/16-1", "MI": "MI:MCL:750.356(4)", "NY": "NY:PL:155.25", "PA": "PA:18:3929(a)(1)",
}

// quieted is a row of a conviction or an arrest of the last years, with nothing
// open.
func quieted(t *rapid.T, c Charge) Charge {
	day := date(promisedDay) - schemas.Date(rapid.IntRange(0, 9*365).Draw(t, "days ago"))
	c.Offense, c.Disposed, c.Sentenced, c.SupervisionEnd, c.Released = day-30, day, day, day, schemas.NoDate
	c.Incarcerated, c.Sentence, c.Restitution = schemas.NotIncarcerated, schemas.SentenceCompleted, schemas.NoneOwed
	c.Severity = rapid.SampledFrom([]schemas.Severity{schemas.Misdemeanor, schemas.Misdemeanor, schemas.Felony}).Draw(t, "level")
	c.Disposition = rapid.SampledFrom([]schemas.Disposition{schemas.Convicted, schemas.Convicted, schemas.Dismissed, schemas.NotFiled}).Draw(t, "end")
	return c
}

var anyDispositions = []schemas.Disposition{
	schemas.Convicted, schemas.Convicted, schemas.Convicted, schemas.SetAside, schemas.Vacated, schemas.Acquitted,
	schemas.Dismissed, schemas.NotFiled, schemas.Diverted, schemas.Pending, schemas.ArrestOnly,
}

// decide is what the law gives for every row, in the order of the rows.
func (l anyLaw) decide(r record) []Decision {
	e := l.NewEvaluator()
	return slices.Clone(e.Person(r.person(e)))[:len(r.rows)]
}

func (r record) person(e *Evaluator) *Person {
	p := &Person{Birth: r.birth, Keyed: true}
	type chargeKey struct { // as a sweep keys them
		charge, docket int32
		code           string
	}
	keys := map[chargeKey]int32{}
	for _, full := range r.rows {
		row := full.row
		key := chargeKey{row.Key, row.Case, full.code}
		if _, ok := keys[key]; !ok {
			keys[key] = int32(len(keys))
		}
		row.Key = keys[key]
		row.Code, row.Degree = e.Code(full.code, full.code != ""), e.Degree(full.degree, full.degree != "")
		row.County = e.County("KERN", true)
		p.Charges = append(p.Charges, row)
	}
	for kind, is := range map[schemas.RowKind]bool{
		schemas.RowDeceased: r.deceased, schemas.RowRegistered: r.registered, schemas.RowIncomplete: r.incomplete,
	} {
		if is {
			p.Charges = append(p.Charges, factRow(kind, 0))
		}
	}
	return p
}

// forget makes some facts unknown: of the rows, of the person, or that all rows
// could be read.
func (r record) forget(t *rapid.T) record {
	r.rows = slices.Clone(r.rows)
	forget(t, r.rows)
	switch rapid.IntRange(0, 5).Draw(t, "of the person") {
	case 0:
		r.birth = schemas.NoDate
	case 1: // the row of a death or a registration cannot be read
		r.incomplete, r.deceased, r.registered = true, false, false
	}
	return r
}

// oneArrestACase gives the charges of a case one day of arrest.
func (r record) oneArrestACase() {
	arrests := map[int32]schemas.Date{}
	for i := range r.rows {
		row := &r.rows[i].row
		if day, ok := arrests[row.Case]; ok {
			row.Arrest = day
		}
		arrests[row.Case] = row.Arrest
	}
}

// lose makes a row of a charge unreadable: what is left knows that one is
// missing.
func (r record) lose(lost int) record {
	r.rows = slices.Delete(slices.Clone(r.rows), lost, lost+1)
	r.incomplete = true
	return r
}

func eachLaw(t *testing.T, check func(t *rapid.T, law anyLaw)) {
	t.Helper()
	for name, law := range anyLaws(t) {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { check(t, law) })
		})
	}
}

// A fact that becomes known changes a decision only through a leaf of which the
// trace then says something else.
func TestAFactChangesADecisionThroughALeaf(t *testing.T) {
	eachLaw(t, func(t *rapid.T, law anyLaw) {
		known := law.draw(t)
		missing := known.forget(t)
		before := law.decide(missing)
		for i, after := range law.decide(known) {
			b := before[i]
			runs := known.rows[i].row.Sentence.Runs() != missing.rows[i].row.Sentence.Runs() // which chooses the remedy, and is no leaf
			same := after.Outcome == b.Outcome && (runs || after.Floor == b.Floor && after.Ceiling == b.Ceiling)
			named := after.Cap+b.Cap != 0 // the cap is
			if !same && !named && after.True == b.True && after.False == b.False && !dayWasMissing(b, after) {
				t.Fatalf("charge %d: %s became %s, and no leaf shows why", i, b.Outcome, after.Outcome)
			}
		}
	})
}

// dayWasMissing tells of two decisions with the same trace whether all that was
// missing is the day on which a wait that is not over ends.
func dayWasMissing(before, after Decision) bool {
	return before.Outcome == schemas.Review && after.Outcome == schemas.NotYet && before.Leaf >= 0 &&
		after.False&(1<<before.Leaf) != 0
}

// On the day that NOT_YET names the charge is eligible, or something else than
// that day stands against it; the day before it is not eligible.
func TestOnTheDayOfAWaitNothingElseWaits(t *testing.T) {
	eachLaw(t, func(t *rapid.T, law anyLaw) {
		r := law.draw(t)
		for i, d := range law.decide(r) {
			if d.Outcome != schemas.NotYet {
				continue
			}
			if d.EligibleOn <= law.bound.AsOf {
				t.Fatalf("charge %d: not yet, but since %s", i, d.EligibleOn)
			}
			if got := law.on(t, d.EligibleOn-1).decide(r)[i]; got.Outcome == schemas.Eligible {
				t.Fatalf("charge %d: not yet until %s, and eligible the day before", i, d.EligibleOn)
			}
			then := law.on(t, d.EligibleOn)
			got := then.decide(r)[i]
			text := then.NewEvaluator()
			switch {
			case got.Outcome == schemas.Eligible:
			case got.Outcome == schemas.NotYet && got.EligibleOn <= d.EligibleOn:
				t.Fatalf("charge %d: not yet until %s, and on that day not yet until %s", i, d.EligibleOn, got.EligibleOn)
			case text.Text(r.person(text), i, got).Clause == "":
				t.Fatalf("charge %d: not yet until %s, then %s without a clause", i, d.EligibleOn, got.Outcome)
			}
		}
	})
}

// on is a law as of another day.
func (l anyLaw) on(t *rapid.T, day schemas.Date) anyLaw {
	bound, err := l.bound.Pack.Bind(l.bound.Params(), day)
	if err != nil {
		t.Fatal(err)
	}
	if l.Law, err = Compile(bound); err != nil {
		t.Fatal(err)
	}
	return l
}

// A disqualifier that goes leaves nobody with less: a conviction or an open
// charge of another case, a registration.
func TestADisqualifierThatGoesTakesNothing(t *testing.T) {
	eachLaw(t, func(t *rapid.T, law anyLaw) {
		r := law.draw(t)
		before := law.decide(r)
		gone := rapid.IntRange(0, len(r.rows)-1).Draw(t, "gone")
		c := r.rows[gone].row
		less := r
		less.registered = false
		if c.Disposition == schemas.Convicted || c.Disposition == schemas.Pending {
			alone := func(other fullRow) bool { return other.row.Key != c.Key && other.row.Case != c.Case }
			others := slices.Delete(slices.Clone(r.rows), gone, gone+1)
			if !slices.ContainsFunc(others, func(o fullRow) bool { return !alone(o) }) {
				less.rows, before = others, slices.Delete(before, gone, gone+1)
			}
		}
		had, has := 0, 0
		for i, after := range law.decide(less) {
			if before[i].Outcome == schemas.Eligible {
				had++
			}
			if after.Outcome == schemas.Eligible {
				has++
			}
			if before[i].Outcome == schemas.Eligible && len(law.caps) == 0 && (after.Outcome != schemas.Eligible || after.Floor < before[i].Floor) {
				t.Fatalf("charge %d: %s of %s with the disqualifier, %s of %s without", i,
					before[i].Outcome, before[i].Floor, after.Outcome, after.Floor)
			}
		}
		if has < had { // under a cap another charge may take the place
			t.Fatalf("%d eligible with the disqualifier, %d without", had, has)
		}
	})
}

// The order of rows, and of the persons that an evaluator has seen, change
// nothing.
func TestNoOrderChangesADecision(t *testing.T) {
	eachLaw(t, func(t *rapid.T, law anyLaw) {
		persons := make([]record, rapid.IntRange(2, 4).Draw(t, "persons"))
		for i := range persons {
			persons[i] = law.draw(t).forget(t)
		}
		order := make([]int, len(persons))
		for i := range order {
			order[i] = i
		}
		e := law.NewEvaluator()
		for _, i := range rapid.Permutation(order).Draw(t, "order of persons") {
			r := persons[i]
			want := law.decide(r)
			rows := make([]int, len(r.rows))
			for j := range rows {
				rows[j] = j
			}
			rows = rapid.Permutation(rows).Draw(t, "order of rows")
			shuffled := r
			shuffled.rows = nil
			for _, from := range rows {
				shuffled.rows = append(shuffled.rows, r.rows[from])
			}
			for at, got := range e.Person(shuffled.person(e))[:len(rows)] {
				if got != want[rows[at]] {
					t.Fatalf("person %d, charge %d: got %+v, want %+v", i, rows[at], got, want[rows[at]])
				}
			}
		}
	})
}

// A fact that is replaced by unknown leaves the outcome as it was, or asks. Of
// an eligible charge it may be that only the day is no longer certain. A
// presumption may decide instead, and then the trace shows it.
func TestUnknownDecidesNothing(t *testing.T) {
	eachLaw(t, func(t *rapid.T, law anyLaw) {
		known := law.draw(t)
		for i := range known.rows {
			known.rows[i].row.MaxPenalty = NoNumber // where the record has none, the law may: that is no missing fact
			known.rows[i].row.Key = int32(i)        // rows of one charge may contradict each other, and that asks
		}
		known.oneArrestACase() // or_same_day says that an arrest of another day is another case
		missing := known.forget(t)
		for i := range missing.rows { // first_known_of and or_same_day say what counts when these are not on record
			is, was := &missing.rows[i].row, &known.rows[i].row
			is.SupervisionEnd, is.Sentenced = was.SupervisionEnd, was.Sentenced
			if law.fillsDockets {
				is.Case = was.Case
			}
		}
		before := law.decide(known)
		for i, d := range law.decide(missing) {
			b := before[i]
			same := d.Outcome == b.Outcome || d.Outcome == schemas.NotYet && b.Outcome == schemas.Eligible
			if !same && d.Outcome != schemas.Review && d.Presumed == b.Presumed {
				t.Fatalf("charge %d: %s with all facts, %s without some", i, b.Outcome, d.Outcome)
			}
			eligible := d.Outcome == schemas.Eligible && b.Outcome == schemas.Eligible
			if eligible && d.Serving == b.Serving && d.Presumed == b.Presumed && d.Floor > b.Floor {
				t.Fatalf("charge %d: %s with all facts, %s without some", i, b.Floor, d.Floor)
			}
		}
	})
}

// A row that cannot be read leaves the outcomes of the others as they were, or
// asks.
func TestALostRowDecidesNothing(t *testing.T) {
	eachLaw(t, func(t *rapid.T, law anyLaw) {
		known := law.draw(t)
		for i := range known.rows {
			known.rows[i].row.Key = int32(i)
		}
		lost := rapid.IntRange(0, len(known.rows)-1).Draw(t, "lost")
		before := slices.Delete(law.decide(known), lost, lost+1)
		for i, d := range law.decide(known.lose(lost)) {
			b := before[i]
			if d.Outcome != b.Outcome && d.Outcome != schemas.Review && d.Presumed == b.Presumed {
				t.Fatalf("charge %d: %s with all rows, %s without one", i, b.Outcome, d.Outcome)
			}
			if hole := d.Presumed & law.ofRecord; hole != 0 {
				t.Fatalf("charge %d: leaves %b presumed of a record with a hole", i, hole)
			}
		}
	})
}

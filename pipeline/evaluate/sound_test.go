package evaluate

import (
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

func day(t *testing.T, s string) schemas.Date {
	t.Helper()
	if s == "" {
		return schemas.NoDate
	}
	d, err := schemas.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func charged(key int32, disposition schemas.Disposition, disposed schemas.Date) Charge {
	c := Blank(schemas.RowCharge)
	c.Key, c.Disposition, c.Disposed = key, disposition, disposed
	return c
}

// Dates that cannot be so are no dates.
func TestImpossibleDatesAreUnknown(t *testing.T) {
	for name, tc := range map[string]struct {
		birth, disposed         string
		wantBirth, wantDisposed string
		want                    Doubts
	}{
		"a life":                          {"1970-01-01", "2000-01-01", "1970-01-01", "2000-01-01", Doubts{}},
		"a conviction on the as-of date":  {"1970-01-01", "2019-11-11", "1970-01-01", "2019-11-11", Doubts{}},
		"a conviction the day after":      {"1970-01-01", "2019-11-12", "1970-01-01", "", Doubts{Dates: 1}},
		"a conviction in the year 1":      {"1970-01-01", "0001-01-01", "1970-01-01", "", Doubts{Dates: 1}},
		"a conviction before birth":       {"1970-01-01", "1969-12-31", "", "", Doubts{Births: 1, Dates: 1}},
		"a birth after the as-of date":    {"2030-01-01", "2000-01-01", "", "2000-01-01", Doubts{Births: 1}},
		"a birth in the year 1":           {"0001-01-01", "2000-01-01", "", "2000-01-01", Doubts{Births: 1}},
		"a birth 120 years ago":           {"1899-11-11", "1950-01-01", "1899-11-11", "1950-01-01", Doubts{}},
		"a birth more than 120 years ago": {"1899-11-10", "1950-01-01", "", "1950-01-01", Doubts{Births: 1}},
		"nothing known":                   {"", "", "", "", Doubts{}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &Person{Birth: day(t, tc.birth), Charges: []Charge{charged(-1, schemas.Convicted, day(t, tc.disposed))}}
			got := p.sound(day(t, "2019-11-11")).doubts
			if p.Birth != day(t, tc.wantBirth) || p.Charges[0].Disposed != day(t, tc.wantDisposed) || got != tc.want {
				t.Errorf("got birth %q, disposed %q, %+v", p.Birth, p.Charges[0].Disposed, got)
			}
			if again := p.sound(day(t, "2019-11-11")).doubts; again != (Doubts{}) {
				t.Errorf("a second look finds %+v", again)
			}
		})
	}
}

// An offence or an arrest after the end of its own charge is as wrong as that end.
func TestDatesOfAChargeOutOfOrderAreUnknown(t *testing.T) {
	const before, end, after = "1999-01-01", "2000-01-01", "2000-01-02"
	for name, tc := range map[string]struct{ offense, arrest, disposed, wantOffense, wantArrest, wantDisposed string }{
		"in order":               {before, before, end, before, before, end},
		"all on one day":         {end, end, end, end, end, end},
		"an offence after":       {after, before, end, "", before, ""},
		"an arrest after":        {before, after, end, before, "", ""},
		"both after":             {after, after, end, "", "", ""},
		"no end":                 {after, after, "", after, after, ""},
		"nothing but the end":    {"", "", end, "", "", end},
		"an arrest that is none": {before, "", end, before, "", end},
	} {
		t.Run(name, func(t *testing.T) {
			c := charged(-1, schemas.Convicted, day(t, tc.disposed))
			c.Offense, c.Arrest = day(t, tc.offense), day(t, tc.arrest)
			p := &Person{Birth: schemas.NoDate, Charges: []Charge{c}}
			p.sound(day(t, "2019-11-11"))
			if c = p.Charges[0]; c.Offense != day(t, tc.wantOffense) || c.Arrest != day(t, tc.wantArrest) || c.Disposed != day(t, tc.wantDisposed) {
				t.Errorf("got %q, %q, %q", c.Offense, c.Arrest, c.Disposed)
			}
		})
	}
}

// Rows of one charge that contradict one another do not make a conviction.
func TestContradictoryRowsOfACharge(t *testing.T) {
	const (
		unknown   = schemas.DispositionUnknown
		convicted = schemas.Convicted
		vacated   = schemas.Vacated
		setAside  = schemas.SetAside
		acquitted = schemas.Acquitted
	)
	type row struct {
		key         int32
		disposition schemas.Disposition
		on          string
	}
	for name, tc := range map[string]struct {
		rows []row
		want []schemas.Disposition
	}{
		"sentence rows of one conviction": {[]row{{0, convicted, "2000-01-01"}, {0, convicted, "2000-01-01"}}, []schemas.Disposition{convicted, convicted}},
		"convicted and acquitted":         {[]row{{0, convicted, "2000-01-01"}, {0, acquitted, "2000-01-01"}}, []schemas.Disposition{unknown, unknown}},
		"acquitted and convicted":         {[]row{{0, acquitted, "2000-01-01"}, {0, convicted, "2000-01-01"}}, []schemas.Disposition{unknown, unknown}},
		"convicted, then vacated":         {[]row{{0, convicted, "2000-01-01"}, {0, vacated, "2002-01-01"}}, []schemas.Disposition{vacated, vacated}},
		"vacated, then convicted again":   {[]row{{0, vacated, "2000-01-01"}, {0, convicted, "2002-01-01"}}, []schemas.Disposition{unknown, unknown}},
		"vacated on no known day":         {[]row{{0, vacated, ""}, {0, convicted, "2002-01-01"}}, []schemas.Disposition{unknown, unknown}},
		"convicted, then set aside":       {[]row{{0, convicted, "2000-01-01"}, {0, setAside, "2002-01-01"}}, []schemas.Disposition{convicted, setAside}},
		"two charges":                     {[]row{{0, convicted, "2000-01-01"}, {1, acquitted, "2000-01-01"}}, []schemas.Disposition{convicted, acquitted}},
		"rows without a key":              {[]row{{-1, convicted, "2000-01-01"}, {-1, acquitted, "2000-01-01"}}, []schemas.Disposition{convicted, acquitted}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &Person{Birth: schemas.NoDate}
			for _, r := range tc.rows {
				p.Charges = append(p.Charges, charged(r.key, r.disposition, day(t, r.on)))
			}
			p.sound(day(t, "2019-11-11"))
			for i, want := range tc.want {
				if got := p.Charges[i].Disposition; got != want {
					t.Errorf("row %d: got %s, want %s", i, got, want)
				}
			}
		})
	}
}

// The level of a conviction that its rows do not agree on is unknown.
func TestContradictoryLevelsOfACharge(t *testing.T) {
	p := &Person{Birth: schemas.NoDate, Charges: []Charge{
		charged(0, schemas.Convicted, day(t, "2000-01-01")), charged(0, schemas.Convicted, day(t, "2000-01-01")),
	}}
	p.Charges[0].Severity, p.Charges[1].Severity = schemas.Felony, schemas.Misdemeanor
	p.sound(day(t, "2019-11-11"))
	for i := range p.Charges {
		if got := p.Charges[i].Severity; got != schemas.SeverityUnknown {
			t.Errorf("row %d: got %s", i, got)
		}
	}
}

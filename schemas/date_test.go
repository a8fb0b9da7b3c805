package schemas_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

func date(t interface{ Fatal(...any) }, s string) schemas.Date {
	d, err := schemas.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The calendar of package time is the judge.
func TestDatesAgreeWithTheCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(rapid.IntRange(1, 9999).Draw(t, "year"), 1, 1, 0, 0, 0, 0, time.UTC).
			AddDate(0, 0, rapid.IntRange(0, 364).Draw(t, "day"))
		d, ok := schemas.NewDate(day.Year(), int(day.Month()), day.Day())
		if want := day.Unix() / 86400; !ok || int64(d) != want {
			t.Fatalf("NewDate(%s): got %d, %v, want %d", day.Format(time.DateOnly), d, ok, want)
		}
		if year, month, number := d.Civil(); year != day.Year() || month != int(day.Month()) || number != day.Day() {
			t.Fatalf("Civil of %s: got %d-%d-%d", day.Format(time.DateOnly), year, month, number)
		}
		if got := d.String(); got != day.Format(time.DateOnly) {
			t.Fatalf("String: got %q, want %q", got, day.Format(time.DateOnly))
		}
		if back, err := schemas.ParseDate(d.String()); err != nil || back != d {
			t.Fatalf("ParseDate(String): got %v, %v, want %v", back, err, d)
		}
	})
}

// Every day that has a short way, and the days around them.
func TestDatesOfThreeCenturies(t *testing.T) {
	for day := time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2150; day = day.AddDate(0, 0, 1) {
		want := schemas.Date(day.Unix() / 86400)
		got, ok := schemas.NewDate(day.Year(), int(day.Month()), day.Day())
		if !ok || got != want || got.String() != day.Format(time.DateOnly) {
			t.Fatalf("%s: got %d (%s, %v), want %d", day.Format(time.DateOnly), got, got, ok, want)
		}
		if behind := day.AddDate(0, 0, 1); behind.Month() != day.Month() {
			for d := day.Day() + 1; d <= 40; d++ {
				if got, ok := schemas.NewDate(day.Year(), int(day.Month()), d); ok || got.Known() {
					t.Fatalf("%s has no day %d, and got %s", day.Format("2006-01"), d, got)
				}
			}
		}
	}
}

func TestImpossibleDates(t *testing.T) {
	for _, s := range []string{"", "2019-02-29", "1900-02-29", "2019-13-01", "2019-00-01", "2019-01-00", "2019-04-31", "0000-01-01", "2019-1-01", "20190101", "2019-01-01T00", "١٢٣٤-01-01"} {
		if d, err := schemas.ParseDate(s); err == nil || d.Known() {
			t.Errorf("ParseDate(%q): got %v, want an error", s, d)
		}
	}
}

func TestAnniversaries(t *testing.T) {
	for _, tc := range []struct {
		from  string
		years int
		want  string
	}{
		{"2019-05-10", 3, "2022-05-10"},
		{"2016-02-29", 4, "2020-02-29"},
		{"2016-02-29", 1, "2017-03-01"}, // the later day: a wait is never cut short
		{"2096-02-29", 4, "2100-03-01"}, // 2100 is no leap year
		{"2016-02-28", 1, "2017-02-28"},
		{"2019-12-31", 10, "2029-12-31"},
	} {
		if got := date(t, tc.from).AddYears(tc.years).String(); got != tc.want {
			t.Errorf("%s + %d years: got %s, want %s", tc.from, tc.years, got, tc.want)
		}
	}
	if d := schemas.NoDate.AddYears(5); d.Known() {
		t.Errorf("five years after no date is %v", d)
	}
}

func TestMonths(t *testing.T) {
	for _, tc := range []struct {
		from   string
		months int
		want   string
	}{
		{"2020-01-15", 1, "2020-02-15"},
		{"2020-01-31", 1, "2020-03-01"},
		{"2021-01-29", 1, "2021-03-01"},
		{"2020-01-29", 1, "2020-02-29"},
		{"2020-02-29", 12, "2021-03-01"},
		{"2020-08-31", 6, "2021-03-01"},
		{"2020-12-31", 6, "2021-07-01"},
		{"2020-12-01", 1, "2021-01-01"},
		{"2020-11-30", 1, "2020-12-30"},
		{"2020-01-15", -1, "2019-12-15"},
		{"2020-03-31", -1, "2020-03-01"},
		{"2020-05-05", -18, "2018-11-05"},
		{"2020-05-05", 0, "2020-05-05"},
	} {
		if got := date(t, tc.from).AddMonths(tc.months).String(); got != tc.want {
			t.Errorf("%s + %d months: got %s, want %s", tc.from, tc.months, got, tc.want)
		}
	}
	if d := schemas.NoDate.AddMonths(5); d.Known() {
		t.Errorf("five months after no date is %v", d)
	}
	rapid.Check(t, func(t *rapid.T) {
		d, n := schemas.Date(rapid.IntRange(-200_000, 200_000).Draw(t, "day")), rapid.IntRange(-100, 100).Draw(t, "n")
		if a, b := d.AddMonths(n), (d + 1).AddMonths(n); a > b {
			t.Fatalf("%v + %d months is %v, and a day later %v", d, n, a, b)
		}
		if a, b := d.AddMonths(12*n), d.AddYears(n); a != b {
			t.Fatalf("%v: %d months are %v, and so many years %v", d, 12*n, a, b)
		}
	})
}

// No wait ends sooner for a later start.
func TestAnniversariesKeepTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := schemas.Date(rapid.IntRange(-200_000, 200_000).Draw(t, "day"))
		years := rapid.IntRange(0, 100).Draw(t, "years")
		if a, b := d.AddYears(years), (d + 1).AddYears(years); a > b {
			t.Fatalf("%v + %d years is %v, and a day later %v", d, years, a, b)
		}
	})
}

// Every day from 1890 to 2110, so that both ways of counting and their seams are
// met.
func TestAnniversariesOfEveryDay(t *testing.T) {
	for d := date(t, "1890-01-01"); d <= date(t, "2110-12-31"); d++ {
		year, month, day := d.Civil()
		for _, years := range []int{-120, -19, -4, -1, 0, 1, 4, 7, 100} {
			want, ok := schemas.NewDate(year+years, month, day)
			if !ok {
				want, _ = schemas.NewDate(year+years, 3, 1)
			}
			if got := d.AddYears(years); got != want {
				t.Fatalf("%s + %d years: got %s, want %s", d, years, got, want)
			}
		}
	}
}

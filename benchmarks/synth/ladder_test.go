package synth

import (
	"testing"

	"github.com/clearsweep/clearsweep/pipeline/normalize"
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

func TestDecide(t *testing.T) {
	eligible := func(remedy, reason string) decision { return decision{"ELIGIBLE", remedy, reason} }
	review, outOfScope := decision{outcome: "REVIEW"}, decision{outcome: "OUT_OF_SCOPE"}
	reduced := eligible("reduce", "Reduce all HS 11359 convictions")
	const m, f = schemas.Misdemeanor, schemas.Felony
	// A felony of 11359 in the county, in 2015, of a person of 40 who has other
	// convictions, is reduced; every case changes one thing or two.
	for name, c := range map[string]struct {
		change func(p *person, c *charge)
		want   decision
	}{
		"reduced":              {func(*person, *charge) {}, reduced},
		"misdemeanor":          {func(_ *person, c *charge) { c.severity = m }, eligible("dismiss", "Misdemeanor or Infraction")},
		"11358":                {func(_ *person, c *charge) { c.section = 11358 }, eligible("dismiss", "Dismiss all HS 11358 convictions")},
		"11358, level unknown": {func(_ *person, c *charge) { c.section, c.severity = 11358, schemas.SeverityUnknown }, eligible("dismiss", "Dismiss all HS 11358 convictions")},
		"level unknown":        {func(_ *person, c *charge) { c.severity = schemas.SeverityUnknown }, review},
		"day before 21":        {func(p *person, _ *charge) { p.birth = day(t, "1994-06-02") }, eligible("dismiss", "21 years or younger")},
		"day of 21":            {func(p *person, _ *charge) { p.birth = day(t, "1994-06-01") }, reduced},
		"day before 57":        {func(p *person, _ *charge) { p.birth = day(t, "1962-11-12") }, reduced},
		"day of 57":            {func(p *person, _ *charge) { p.birth = day(t, "1962-11-11") }, eligible("dismiss", "57 years or older")},
		"birth unknown":        {func(p *person, _ *charge) { p.birth = schemas.NoDate }, review},
		"ten years":            {func(_ *person, c *charge) { c.disposed = day(t, "2009-11-11") }, eligible("dismiss", "Conviction occurred 10 or more years ago")},
		"ten years less a day": {func(_ *person, c *charge) { c.disposed = day(t, "2009-11-12") }, reduced},
		"date unknown":         {func(_ *person, c *charge) { c.disposed = schemas.NoDate }, review},
		"birth unknown, but ten years": {func(p *person, c *charge) {
			p.birth, c.disposed = schemas.NoDate, day(t, "2009-11-11")
		}, eligible("dismiss", "Conviction occurred 10 or more years ago")},
		"only 11357-60":          {func(p *person, _ *charge) { p.onlyProp64 = yes }, eligible("dismiss", "Only has 11357-60 charges")},
		"perhaps only 11357-60":  {func(p *person, _ *charge) { p.onlyProp64 = unknown }, review},
		"deceased":               {func(p *person, _ *charge) { p.dead = yes }, eligible("dismiss", "Individual is deceased")},
		"no key":                 {func(p *person, _ *charge) { p.dead, p.onlyProp64 = unknown, unknown }, review},
		"other county":           {func(_ *person, c *charge) { c.county = &place{name: "NAPA"} }, outOfScope},
		"no county":              {func(_ *person, c *charge) { c.county = nil }, review},
		"not convicted":          {func(_ *person, c *charge) { c.convicted = no }, outOfScope},
		"perhaps convicted":      {func(_ *person, c *charge) { c.convicted = unknown }, review},
		"other section":          {func(_ *person, c *charge) { c.section = other }, outOfScope},
		"illegible":              {func(_ *person, c *charge) { c.section = illegible }, review},
		"illegible, other place": {func(_ *person, c *charge) { c.section, c.county = illegible, &place{name: "NAPA"} }, outOfScope},
	} {
		t.Run(name, func(t *testing.T) {
			p := person{birth: day(t, "1979-01-01"), dead: no, onlyProp64: no}
			x := charge{county: &place{name: county}, convicted: yes, section: 11359, severity: f, disposed: day(t, "2015-06-01")}
			c.change(&p, &x)
			if got := decide(&p, &x); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestOnlyProp64(t *testing.T) {
	cannabis, theft := charge{section: 11358, convicted: yes}, charge{section: other, convicted: yes}
	open, smudged := charge{section: other}, charge{section: illegible, convicted: yes}
	for name, c := range map[string]struct {
		charges []charge
		want    truth
	}{
		"only":                       {[]charge{cannabis, cannabis}, yes},
		"another conviction":         {[]charge{cannabis, theft}, no},
		"another, not convicted":     {[]charge{cannabis, {section: other, convicted: no}}, yes},
		"another, open":              {[]charge{cannabis, open}, unknown},
		"cannabis, open":             {[]charge{cannabis, {section: 11358}}, yes},
		"illegible conviction":       {[]charge{cannabis, smudged}, unknown},
		"illegible, not convicted":   {[]charge{cannabis, {section: illegible, convicted: no}}, yes},
		"known other beats unknowns": {[]charge{smudged, open, theft}, no},
	} {
		t.Run(name, func(t *testing.T) {
			if got := onlyProp64(c.charges); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestElapsed(t *testing.T) {
	for _, c := range []struct {
		from, to string
		n        int
		want     truth
	}{
		{"2000-02-29", "2001-02-28", 1, no},
		{"2000-02-29", "2001-03-01", 1, yes},
		{"2000-02-29", "2004-02-29", 4, yes},
		{"2000-01-31", "2010-01-30", 10, no},
		{"", "2010-01-30", 1, unknown},
		{"2000-01-31", "", 1, unknown},
	} {
		if got := elapsed(day(t, c.from), day(t, c.to), c.n); got != c.want {
			t.Errorf("%d years from %q to %q: got %v, want %v", c.n, c.from, c.to, got, c.want)
		}
	}
}

// TestStatutesMeanWhatWeSay reads every spelling with the grammar that the
// program uses: a spelling that is read otherwise makes the truth untrue.
func TestStatutesMeanWhatWeSay(t *testing.T) {
	n, err := normalize.New("US-CA")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range append(offences(), unreadable()) {
		for _, text := range o.statutes {
			s := n.Statute(text)
			got := other
			switch {
			case s.String() == "":
				got = illegible
			case s.Code == "HSC" && (s.Inchoate == schemas.Completed || s.Inchoate == schemas.Attempt):
				switch s.Section {
				case "11357":
					got = 11357
				case "11358":
					got = 11358
				case "11359":
					got = 11359
				case "11360":
					got = 11360
				}
			}
			if got != o.section {
				t.Errorf("%q is read as %q (%s), want section %d", text, s, s.Match, o.section)
			}
		}
	}
}

// TestValuesFit checks every value against the width of its column.
func TestValuesFit(t *testing.T) {
	width := map[string]int{}
	total := 1
	for _, c := range columns {
		width[c.name] = c.width
		total += c.width
	}
	if total != 311 {
		t.Errorf("a row is %d bytes, want 311", total)
	}
	fits := func(column, value string) {
		if len(value) > width[column] {
			t.Errorf("%s: %q is %d bytes, want %d at most", column, value, len(value), width[column])
		}
	}
	for _, o := range append(offences(), unreadable()) {
		for _, s := range o.statutes {
			fits("statute", s)
		}
		for _, d := range o.descriptions {
			fits("description", d)
		}
	}
	if all := counties(); len(all) != 58 {
		t.Errorf("got %d counties, want 58", len(all))
	}
	for _, c := range counties() {
		fits("county", c.name)
	}
}

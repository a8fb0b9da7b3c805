// Package coverage compares what an extract has with what it should have, county by county.
//
// In go the charges of a run, and which counties send charges of which months; out come the
// months of which a county sent nothing, and what the law gave in each county. A list that
// lacks a county clears nobody there, and nothing in it says so: hence this.
//
// It decides nothing of the law.
package coverage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/route"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// Month is a month of a year: 12 times the year and the month from 0.
type Month int

func monthOf(d schemas.Date) Month {
	year, month, _ := d.Civil()
	return Month(year*12 + month - 1)
}

// ParseMonth reads 2006-01.
func ParseMonth(s string) (Month, error) {
	d, err := schemas.ParseDate(s + "-01")
	if err != nil {
		return 0, fmt.Errorf("%q is no month, as 2006-01", s)
	}
	return monthOf(d), nil
}

func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m/12, m%12+1) }

// County is what a run has of one county. Its name is that in the names of agencies.
type County struct {
	Name     string
	Charges  int64
	Outcomes map[schemas.Outcome]int64
	Months   map[Month]int64 // of the disposition, or the arrest where there is none
}

// Counties counts the charges of a run.
func Counties(ctx context.Context, out storage.Store, run *writers.Run) (map[string]*County, error) {
	byName := map[string]*County{}
	named := map[string]*County{} // by the name as written
	err := writers.EachCharge(ctx, out, run, func(c *writers.ChargeState) error {
		if c.Outcome == schemas.History {
			return nil
		}
		county := named[c.County]
		if county == nil {
			name := route.Unassigned
			if route.IsPlace(c.County) {
				name = route.Slug(c.County)
			}
			if county = byName[name]; county == nil {
				county = &County{Name: name, Outcomes: map[schemas.Outcome]int64{}, Months: map[Month]int64{}}
				byName[name] = county
			}
			named[strings.Clone(c.County)] = county
		}
		county.Charges++
		county.Outcomes[c.Outcome]++
		if on := cmp.Or(known(c.Disposed), known(c.Arrested)); on != 0 {
			county.Months[on]++
		}
		return nil
	})
	return byName, err
}

// known is the month of a date; 0 where it is not known.
func known(d schemas.Date) Month {
	if !d.Known() {
		return 0
	}
	return monthOf(d)
}

// Expected is that a county sends charges of each month from one to another.
type Expected struct {
	County   string
	From, To Month
}

// ParseExpected reads CSV with the columns county, from and to: months as 2006-01, both
// included.
func ParseExpected(name string, source []byte) ([]Expected, error) {
	var list []Expected
	err := schemas.ReadList(name, source, []string{"county", "from", "to"}, false, func(row []string) error {
		e, err := expectedOf(row)
		list = append(list, e)
		return err
	})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%s: it expects nothing", name)
	}
	return list, err
}

func expectedOf(row []string) (e Expected, err error) {
	if !route.IsPlace(row[0]) {
		return e, errors.New("county is no name of one")
	}
	e.County = route.Slug(row[0])
	if e.From, err = ParseMonth(row[1]); err != nil {
		return e, err
	}
	if e.To, err = ParseMonth(row[2]); err != nil {
		return e, err
	}
	if e.From > e.To {
		return e, fmt.Errorf("from %s is after to %s", e.From, e.To)
	}
	return e, nil
}

// Gap is a run of months of which a county sent no charge.
type Gap struct {
	County   string
	From, To Month
}

func (g Gap) String() string {
	if g.From == g.To {
		return fmt.Sprintf("%s %s", g.County, g.From)
	}
	return fmt.Sprintf("%s %s to %s", g.County, g.From, g.To)
}

// Gaps are the months that are expected and missing, in order of county and month.
func Gaps(counties map[string]*County, expected []Expected) []Gap {
	missing := map[string]map[Month]bool{}
	for _, e := range expected {
		for m := e.From; m <= e.To; m++ {
			if c := counties[e.County]; c == nil || c.Months[m] == 0 {
				if missing[e.County] == nil {
					missing[e.County] = map[Month]bool{}
				}
				missing[e.County][m] = true
			}
		}
	}
	var gaps []Gap
	for _, county := range slices.Sorted(maps.Keys(missing)) {
		for _, m := range slices.Sorted(maps.Keys(missing[county])) {
			if last := len(gaps) - 1; last >= 0 && gaps[last].County == county && gaps[last].To == m-1 {
				gaps[last].To = m
				continue
			}
			gaps = append(gaps, Gap{county, m, m})
		}
	}
	return gaps
}

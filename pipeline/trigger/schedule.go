package trigger

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/adhocore/gronx"
)

// Schedule is a cron expression in the civil time of a place.
//
// A time of day that a clock change leaves out fires when the clocks have
// changed; one that comes twice fires the first time. So every civil time that
// the expression names fires once, and no two of them at one instant.
type Schedule struct {
	cron string
	zone *time.Location
}

// ParseSchedule reads an expression of five fields (minute, hour, day of month,
// month, day of week), or a tag such as @daily, and the IANA name of a time zone.
func ParseSchedule(cron, zone string) (Schedule, error) {
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return Schedule{}, fmt.Errorf("time zone %q: write a name of the IANA database, such as America/New_York", zone)
	}
	if !strings.HasPrefix(cron, "@") && len(strings.Fields(cron)) != 5 {
		return Schedule{}, fmt.Errorf("cron %q: write five fields: minute, hour, day of month, month, day of week", cron)
	}
	if !gronx.IsValid(cron) {
		return Schedule{}, fmt.Errorf("cron %q: not an expression that cron knows", cron)
	}
	s := Schedule{cron, location}
	if _, err := s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, location)); err != nil {
		return Schedule{}, fmt.Errorf("cron %q: names no time that comes", cron)
	}
	return s, nil
}

// Zone is the place whose clocks count.
func (s Schedule) Zone() *time.Location { return s.zone }

// String is the expression and its time zone.
func (s Schedule) String() string { return s.cron + " " + s.zone.String() }

// ErrNoFiring tells that a schedule has no further firing, or no earlier one.
var ErrNoFiring = errors.New("no such firing")

// Firing is an instant at which a schedule is due.
type Firing struct {
	At time.Time // in the schedule's zone
	// Change says what a clock change does to it.
	Change Change
}

// Change is what a clock change does to a firing.
type Change int

// The changes.
const (
	Unchanged Change = iota
	Skipped          // its time of day is left out; it fires when the clocks have changed
	Repeated         // its time of day comes twice; it fires the first time
)

// Next is the first firing after an instant.
func (s Schedule) Next(after time.Time) (Firing, error) {
	// Civil times are counted as if they were UTC, where no clock changes. Later
	// civil times never fire earlier, so none before civil(after) is due.
	civil := asUTC(after.In(s.zone))
	for {
		next, err := gronx.NextTickAfter(s.cron, civil, false)
		if err != nil || !next.After(civil) {
			return Firing{}, ErrNoFiring
		}
		if firing := s.firing(next); firing.At.After(after) {
			return firing, nil
		}
		civil = next
	}
}

// Latest is the last firing not after an instant.
func (s Schedule) Latest(now time.Time) (Firing, error) {
	civil, err := gronx.PrevTickBefore(s.cron, asUTC(now.In(s.zone)), true)
	if err != nil {
		return Firing{}, ErrNoFiring
	}
	latest := s.firing(civil)
	for { // in a repeated hour, later civil times may have been due
		switch next, err := s.Next(latest.At); {
		case errors.Is(err, ErrNoFiring), next.At.After(now):
			return latest, nil
		case err != nil:
			return Firing{}, err
		default:
			latest = next
		}
	}
}

// firing is the instant at which a civil time fires.
func (s Schedule) firing(civil time.Time) Firing {
	at := time.Date(civil.Year(), civil.Month(), civil.Day(), civil.Hour(), civil.Minute(), 0, 0, s.zone)
	begins, ends := at.ZoneBounds()
	switch shown := asUTC(at); {
	case shown.After(civil): // the clocks were put forward over it
		return Firing{begins, Skipped}
	case shown.Before(civil):
		return Firing{ends, Skipped}
	}
	if !begins.IsZero() {
		if earlier := at.Add(offset(at) - offset(begins.Add(-1))); earlier.Before(begins) && asUTC(earlier).Equal(civil) {
			return Firing{earlier, Repeated}
		}
	}
	if !ends.IsZero() {
		if later := at.Add(offset(at) - offset(ends)); !later.Before(ends) {
			return Firing{at, Repeated}
		}
	}
	return Firing{at, Unchanged}
}

// asUTC is the civil time that t shows, to the second, as if it were UTC.
func asUTC(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

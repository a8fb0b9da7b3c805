package trigger_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/pipeline/trigger"
)

func schedule(t rapid.TB, cron, zone string) trigger.Schedule {
	t.Helper()
	s, err := trigger.ParseSchedule(cron, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestNextFirings(t *testing.T) {
	for name, tc := range map[string]struct {
		cron, zone, after string
		want              []string
	}{
		"every night": {
			"30 2 * * *", "UTC", "2026-11-23T02:30:00Z",
			[]string{"2026-11-24T02:30:00Z", "2026-11-25T02:30:00Z"},
		},
		"a time of day that is left out fires when the clocks have changed": {
			"30 2 * * *", "America/New_York", "2026-03-07T12:00:00-05:00",
			[]string{"2026-03-08T03:00:00-04:00 skipped", "2026-03-09T02:30:00-04:00"},
		},
		"a time of day that comes twice fires the first time": {
			"30 1 * * *", "America/New_York", "2026-10-31T12:00:00-04:00",
			[]string{"2026-11-01T01:30:00-04:00 repeated", "2026-11-02T01:30:00-05:00"},
		},
		"times that are left out together fire once": {
			"*/20 * * * *", "America/New_York", "2026-03-08T01:30:00-05:00",
			[]string{"2026-03-08T01:40:00-05:00", "2026-03-08T03:00:00-04:00 skipped", "2026-03-08T03:20:00-04:00"},
		},
		"nothing fires in the hour that comes again": {
			"*/30 * * * *", "America/New_York", "2026-11-01T01:00:00-04:00",
			[]string{"2026-11-01T01:30:00-04:00 repeated", "2026-11-01T02:00:00-05:00"},
		},
		"from within the hour that comes again": {
			"*/30 * * * *", "America/New_York", "2026-11-01T01:10:00-05:00",
			[]string{"2026-11-01T02:00:00-05:00"},
		},
		"half an hour of change": {
			"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00+10:30",
			[]string{"2026-10-04T02:30:00+11:00 skipped", "2026-10-05T02:15:00+11:00"},
		},
		"a day that is left out": {
			"0 9 30 12 *", "Pacific/Apia", "2011-12-29T10:00:00-10:00",
			[]string{"2011-12-31T00:00:00+14:00 skipped", "2012-12-30T09:00:00+14:00"},
		},
		"the first of the month": {
			"0 0 1 * *", "America/Chicago", "2026-11-23T00:00:00Z",
			[]string{"2026-12-01T00:00:00-06:00", "2027-01-01T00:00:00-06:00"},
		},
		"the 29th of February": {
			"0 0 29 2 *", "UTC", "2026-11-23T00:00:00Z",
			[]string{"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"},
		},
		"a tag": {"@daily", "UTC", "2026-11-23T00:00:00Z", []string{"2026-11-24T00:00:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := schedule(t, tc.cron, tc.zone)
			at := instant(t, tc.after)
			for _, want := range tc.want {
				firing, err := s.Next(at)
				if err != nil {
					t.Fatal(err)
				}
				got := firing.At.Format(time.RFC3339) + [...]string{"", " skipped", " repeated"}[firing.Change]
				if got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				at = firing.At
			}
		})
	}
}

func TestLatestFiring(t *testing.T) {
	for name, tc := range map[string]struct{ cron, zone, now, want string }{
		"now":                             {"30 2 * * *", "UTC", "2026-11-23T02:30:00Z", "2026-11-23T02:30:00Z"},
		"a second before":                 {"30 2 * * *", "UTC", "2026-11-23T02:29:59Z", "2026-11-22T02:30:00Z"},
		"in the hour that comes again":    {"*/30 * * * *", "America/New_York", "2026-11-01T01:10:00-05:00", "2026-11-01T01:30:00-04:00"},
		"after the hour that is left out": {"30 2 * * *", "America/New_York", "2026-03-08T03:00:00-04:00", "2026-03-08T03:00:00-04:00"},
	} {
		firing, err := schedule(t, tc.cron, tc.zone).Latest(instant(t, tc.now))
		if got := firing.At.Format(time.RFC3339); err != nil || got != tc.want {
			t.Errorf("%s: got %s, want %s (%v)", name, got, tc.want, err)
		}
	}
}

// Whatever the place and the time of year: firings go forward, none lies between
// two that follow each other, and Latest agrees with Next.
func TestFiringsGoForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"UTC", "America/New_York", "America/Los_Angeles", "Australia/Lord_Howe", "Europe/Dublin", "America/Sao_Paulo"}).Draw(t, "zone")
		cron := rapid.SampledFrom([]string{"*/7 * * * *", "30 1 * * *", "30 2 * * *", "0 0 * * *", "5,35 1-3 * * 0", "0 0 1 * *", "15 2 8-14 3 *"}).Draw(t, "cron")
		s := schedule(t, cron, zone)
		after := time.Unix(rapid.Int64Range(1_577_836_800, 1_893_456_000).Draw(t, "after"), 0)
		first, err := s.Next(after)
		if err != nil || !first.At.After(after) {
			t.Fatalf("after %v came %v (%v)", after, first.At, err)
		}
		between := after.Add(time.Duration(rapid.Int64Range(0, int64(first.At.Sub(after))-1).Draw(t, "between")))
		if again, err := s.Next(between); err != nil || !again.At.Equal(first.At) {
			t.Errorf("after %v comes %v, but after %v comes %v", after, first.At, between, again.At)
		}
		if latest, err := s.Latest(first.At); err != nil || !latest.At.Equal(first.At) {
			t.Errorf("latest at %v is %v (%v)", first.At, latest.At, err)
		}
		if latest, err := s.Latest(first.At.Add(-time.Second)); err != nil || latest.At.After(after) {
			t.Errorf("latest before %v is %v, after %v", first.At, latest.At, after)
		}
	})
}

func TestSchedulesThatAreRefused(t *testing.T) {
	for name, tc := range map[string]struct{ cron, zone, want string }{
		"seconds":       {"0 30 2 * * *", "UTC", "five fields"},
		"no such hour":  {"0 25 * * *", "UTC", "not an expression"},
		"no such day":   {"0 0 31 2 *", "UTC", "no time that comes"},
		"no zone":       {"0 0 * * *", "Mars/Olympus", "time zone"},
		"a local clock": {"0 0 * * *", "Local", "time zone"},
		"nothing":       {"", "UTC", "five fields"},
	} {
		if _, err := trigger.ParseSchedule(tc.cron, tc.zone); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

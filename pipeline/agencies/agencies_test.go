package agencies_test

import (
	"io/fs"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers/profile"
)

func day(t *testing.T, text string) schemas.Date {
	t.Helper()
	d, err := schemas.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestShippedDirectories loads every directory, and the profile of each kind in it.
func TestShippedDirectories(t *testing.T) {
	files, err := fs.Glob(schemas.Agencies, "agencies/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		state := strings.ToUpper(strings.TrimSuffix(strings.TrimPrefix(name, "agencies/"), ".yaml"))
		d, err := agencies.Load(schemas.Agencies, state)
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.EqualFold(d.State, state) {
			t.Errorf("%s is of %s", name, d.State)
		}
		for kind, k := range d.Kinds {
			if _, err := profile.Load(schemas.Updates, k.Profile); err != nil {
				t.Errorf("%s: %s: %v", name, kind, err)
			}
		}
		for _, kind := range []string{"repository", "court"} {
			if _, _, err := d.KindOf(kind + "-us-xx-yy"); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if d, err := agencies.Load(schemas.Agencies, "US-WY"); err != nil || d.State != "default" {
		t.Errorf("a state without a file: %+v, %v", d, err)
	}
}

const sound = `
agencies: US-XX
holidays: us-federal
kinds:
  court:
    by: county
    profile: generic/csv
    deadlines:
      - {milestone: delivered, within: 5 business days, cite: x}
      - {milestone: received, within: 1 business day, after: delivered, house: us}
      - {milestone: applied, within: 30 days, after: received, house: us}
      - {milestone: verified, within: 10 days, after: list_generated, house: us}
`

func TestDueDays(t *testing.T) {
	d, err := agencies.Parse(schemas.Agencies, "test", []byte(sound))
	if err != nil {
		t.Fatal(err)
	}
	_, k, err := d.KindOf("court-us-xx-kern")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		on      string
		reached map[agencies.Milestone]string
		want    string // delivered received applied verified
	}{
		"a week":                     {"2026-03-02", nil, "2026-03-09 2026-03-10 2026-04-09 2026-03-12"},
		"from a Friday":              {"2026-03-06", nil, "2026-03-13 2026-03-16 2026-04-15 2026-03-16"},
		"from a Saturday":            {"2026-03-07", nil, "2026-03-13 2026-03-16 2026-04-15 2026-03-17"},
		"over a holiday":             {"2026-11-20", nil, "2026-11-30 2026-12-01 2026-12-31 2026-11-30"}, // Thanksgiving
		"over two":                   {"2026-12-24", nil, "2027-01-04 2027-01-05 2027-02-04 2027-01-03"},
		"delivered early":            {"2026-03-02", map[agencies.Milestone]string{agencies.Delivered: "2026-03-03"}, "2026-03-09 2026-03-04 2026-04-03 2026-03-12"},
		"delivered late":             {"2026-03-02", map[agencies.Milestone]string{agencies.Delivered: "2026-06-01"}, "2026-03-09 2026-06-02 2026-07-02 2026-03-12"},
		"received, delivery unknown": {"2026-03-02", map[agencies.Milestone]string{agencies.Received: "2026-03-05"}, "2026-03-09 2026-03-10 2026-04-04 2026-03-12"},
	} {
		reached := map[agencies.Milestone]schemas.Date{}
		for m, on := range c.reached {
			reached[m] = day(t, on)
		}
		due := d.Due(k, day(t, c.on), reached)
		var got []string
		for _, m := range agencies.Milestones[1:] {
			got = append(got, due[m].String())
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestDirectoriesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"a word that is none":      {"profile:", "profil:", "profil"},
		"no profile":               {"generic/csv", `""`, "profile: name one"},
		"no law and nobody's":      {", cite: x", "", "cite the law that sets it"},
		"a law and somebody's":     {"cite: x", "cite: x, house: y", "cite the law that sets it"},
		"a milestone is missing":   {"      - {milestone: applied, within: 30 days, after: received, house: us}\n", "", "there is none for applied"},
		"a milestone twice":        {"milestone: applied", "milestone: received", "each once"},
		"a milestone that is none": {"milestone: applied", "milestone: closed", `"closed"`},
		"after a later one":        {"within: 1 business day, after: delivered", "within: 1 business day, after: applied", "after an earlier one"},
		"no number":                {"30 days", "some days", "must be a number of days"},
		"weeks":                    {"30 days", "30 weeks", "days, or business days"},
		"no calendar":              {"us-federal", "us-none", "holidays"},
		"by nothing":               {"by: county", "by: town", `by: "town"`},
		"a kind of two words":      {"  court:", "  high court:", "a word of small letters"},
		"no state":                 {"agencies: US-XX", "agencies: ''", "name the state"},
	} {
		_, err := agencies.Parse(schemas.Agencies, "test", []byte(strings.Replace(sound, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
	d, err := agencies.Parse(schemas.Agencies, "test", []byte(sound))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.KindOf("sheriff-us-xx"); err == nil || !strings.Contains(err.Error(), `no kind "sheriff"`) {
		t.Errorf("an agency of no kind: %v, of %v", err, maps.Keys(d.Kinds))
	}
}

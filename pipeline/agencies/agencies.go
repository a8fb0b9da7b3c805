// Package agencies says, from data, what each kind of agency is sent and by when what must
// have become of it.
//
// In go schemas/agencies/<state>.yaml, or a file of the user's, and a calendar; out come the
// profile of an agency's update files and the days on which its milestones are due. Every
// deadline names the law that sets it, or says that none does and whose it is.
//
// It starts no goroutine and reads no clock.
package agencies

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/clearsweep/clearsweep/schemas"
)

// Milestone is a stage that a batch reaches at an agency.
type Milestone string

// The milestones, in order.
const (
	Listed    Milestone = "list_generated"
	Delivered Milestone = "delivered" // by us
	Received  Milestone = "received"  // the agency says that it has the file, whole
	Applied   Milestone = "applied"   // the agency says that its records show the relief
	Verified  Milestone = "verified"  // a later extract shows it
)

// Milestones are all of them, in order.
var Milestones = []Milestone{Listed, Delivered, Received, Applied, Verified}

// Directory is the kinds of agencies of a state.
type Directory struct {
	State string           `yaml:"agencies"` // US-CA, or default
	Kinds map[string]*Kind `yaml:"kinds"`
	// Calendar names the days that are none of business, besides weekends.
	Calendar string `yaml:"holidays"`

	Digest   string `yaml:"-"` // SHA-256 of the file, hexadecimal
	holidays map[schemas.Date]bool
}

// Kind is which agencies of a kind hear of a charge, what they are sent, and by when.
type Kind struct {
	By        By         `yaml:"by"`
	Profile   string     `yaml:"profile"`
	Deadlines []Deadline `yaml:"deadlines"`
}

// By says what of a charge names the agency of a kind that hears of it.
type By string

// What names an agency.
const (
	ByState     By = "state"            // there is one: a repository
	ByCounty    By = "county"           // that of the charge: a court, a prosecutor
	ByArresting By = "arresting_agency" // by its ORI, or its name: a police department
)

// Deadline is by when a milestone must be reached.
type Deadline struct {
	Milestone Milestone `yaml:"milestone"`
	Within    string    `yaml:"within"` // 30 days, or 5 business days
	After     Milestone `yaml:"after"`  // from which the days are counted; the list when empty
	Cite      string    `yaml:"cite"`   // the law
	House     string    `yaml:"house"`  // whose day it is, where no law names one

	days     int
	business bool
}

// Load reads the directory of a state that ships, agencies/us-ca.yaml of files for US-CA, or
// agencies/default.yaml where the state has none.
func Load(files fs.FS, state string) (*Directory, error) {
	name := "agencies/" + strings.ToLower(state) + ".yaml"
	source, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		name = "agencies/default.yaml"
		source, err = fs.ReadFile(files, name)
	}
	if err != nil {
		return nil, err
	}
	return Parse(files, name, source)
}

// Parse reads a directory. Its calendar is of files. The error lists every fault.
func Parse(files fs.FS, name string, source []byte) (*Directory, error) {
	d := &Directory{holidays: map[schemas.Date]bool{}}
	if err := yaml.NewDecoder(bytes.NewReader(source), yaml.DisallowUnknownField()).Decode(d); err != nil {
		return nil, fmt.Errorf("%s: %s", name, yaml.FormatError(err, false, false))
	}
	var faults []error
	if d.State == "" || len(d.Kinds) == 0 {
		faults = append(faults, errors.New("agencies and kinds: name the state, and what each kind of agency is sent"))
	}
	faults = append(faults, d.readHolidays(files))
	for kind, k := range d.Kinds {
		if kind == "" || strings.ContainsFunc(kind, func(c rune) bool { return c < 'a' || c > 'z' }) {
			faults = append(faults, fmt.Errorf("kinds: %q must be a word of small letters: the names of agencies begin with it", kind))
		}
		if err := k.check(); err != nil {
			faults = append(faults, fmt.Errorf("kinds: %s: %w", kind, err))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d.Digest = digest(source)
	return d, nil
}

// check reads the deadlines. An agency without one for a milestone would never be late.
func (k *Kind) check() error {
	var faults []error
	if k.Profile == "" {
		faults = append(faults, errors.New("profile: name one; 'clearsweep profile list' lists them"))
	}
	if k.By != ByState && k.By != ByCounty && k.By != ByArresting {
		faults = append(faults, fmt.Errorf("by: %q must say which of them hears of a charge: %s, %s or %s", string(k.By), ByState, ByCounty, ByArresting))
	}
	var have []Milestone
	for i := range k.Deadlines {
		d := &k.Deadlines[i]
		if d.After == "" {
			d.After = Listed
		}
		at, after := slices.Index(Milestones, d.Milestone), slices.Index(Milestones, d.After)
		if at < 1 || after < 0 || after >= at || slices.Contains(have, d.Milestone) {
			faults = append(faults, fmt.Errorf("deadlines: %q after %q: must be one of %q, each once, and after an earlier one", d.Milestone, d.After, Milestones[1:]))
		}
		have = append(have, d.Milestone)
		if (d.Cite == "") == (d.House == "") {
			faults = append(faults, fmt.Errorf("deadlines: %s: cite the law that sets it, or say in house whose it is", d.Milestone))
		}
		if err := d.readDays(); err != nil {
			faults = append(faults, fmt.Errorf("deadlines: %s: %w", d.Milestone, err))
		}
	}
	for _, m := range Milestones[1:] {
		if !slices.Contains(have, m) {
			faults = append(faults, fmt.Errorf("deadlines: there is none for %s, so nobody would ever be late", m))
		}
	}
	return errors.Join(faults...)
}

func (d *Deadline) readDays() error {
	number, unit, _ := strings.Cut(d.Within, " ")
	n, err := strconv.Atoi(number)
	const most = 10 * 366
	if err != nil || n < 1 || n > most {
		return fmt.Errorf("within: %q must be a number of days", d.Within)
	}
	switch unit {
	case "day", "days":
	case "business day", "business days":
		d.business = true
	default:
		return fmt.Errorf("within: %q must be days, or business days", d.Within)
	}
	d.days = n
	return nil
}

func (d *Directory) readHolidays(files fs.FS) error {
	if d.Calendar == "" {
		return nil
	}
	name := "agencies/holidays/" + d.Calendar + ".csv"
	source, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("holidays: %w", err)
	}
	rows, err := csv.NewReader(bytes.NewReader(source)).ReadAll()
	if err != nil || len(rows) == 0 || !slices.Equal(rows[0], []string{"date", "name"}) {
		return fmt.Errorf("holidays: %s: the columns must be date,name: %w", name, err)
	}
	for _, row := range rows[1:] {
		day, err := schemas.ParseDate(row[0])
		if err != nil {
			return fmt.Errorf("holidays: %s: %w", name, err)
		}
		d.holidays[day] = true
	}
	return nil
}

// KindOf is the kind of an agency, whose name begins with it: court of court-us-ca-kern. The
// error is of one that the directory does not know, which would be sent nothing.
func (d *Directory) KindOf(agency string) (string, *Kind, error) {
	name, _, _ := strings.Cut(agency, "-")
	k, ok := d.Kinds[name]
	if !ok {
		return "", nil, fmt.Errorf("agency %s: %s has no kind %q, so nobody says what it is sent and by when", agency, d.State, name)
	}
	return name, k, nil
}

// Due are the days by which an agency of a kind must have reached each milestone, for a list
// of the day on. Reached are the days on which it did, from which those after them count; one
// that it has not reached counts from the day on which it was due.
func (d *Directory) Due(k *Kind, on schemas.Date, reached map[Milestone]schemas.Date) map[Milestone]schemas.Date {
	due := map[Milestone]schemas.Date{Listed: on}
	for _, m := range Milestones[1:] {
		i := slices.IndexFunc(k.Deadlines, func(of Deadline) bool { return of.Milestone == m })
		of := &k.Deadlines[i]
		from, ok := reached[of.After]
		if !ok || of.After == Listed {
			from = due[of.After]
		}
		due[m] = d.add(from, of)
	}
	return due
}

// add is the last day of a deadline that begins the day after from. Where it ends on a day
// that is none of business, a deadline in days of business ends on the next one.
func (d *Directory) add(from schemas.Date, of *Deadline) schemas.Date {
	if !of.business {
		return from + schemas.Date(of.days) //nolint:gosec // ten years at most
	}
	for left := of.days; left > 0; {
		from++
		if d.business(from) {
			left--
		}
	}
	return from
}

// business tells whether a day is one of business: no Saturday, no Sunday, no holiday.
func (d *Directory) business(day schemas.Date) bool {
	const sunday, saturday = 3, 2 // days behind 1970-01-01, a Thursday
	weekday := ((day % 7) + 7) % 7
	return weekday != sunday && weekday != saturday && !d.holidays[day]
}

// StateOf is the state in the name of an agency: US-CA of court-us-ca-kern.
func StateOf(agency string) string {
	elements := strings.SplitN(agency, "-", 4)
	if len(elements) < 3 {
		return ""
	}
	return strings.ToUpper(elements[1] + "-" + elements[2])
}

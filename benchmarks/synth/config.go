package synth

import (
	"errors"
	"fmt"
	"slices"
)

// Config says what to make. Shares are between 0 and 1; a share of 0 is none.
type Config struct {
	Rows   int64  // charges that can be read; rows that are no charge come on top
	Seed   uint64 // equal seeds, equal bytes
	Files  int    // 1 to 999
	Format Format

	// Shares of persons.
	Scatter          float64 // whose rows lie far apart, in any file
	MissingBirthDate float64
	Deceased         float64 // who have a row that says so
	Registered       float64 // who have a row that says so

	// Shares of charges.
	MissingDisposition     float64
	MissingDispositionDate float64 // of those with a disposition
	MissingCounty          float64
	MissingSeverity        float64
	Unreadable             float64 // whose statute no one can read
	Placeholder            float64 // whose person key is none
	Ragged                 float64 // rows that no one can read, for each charge
}

// Format is the form of the files.
type Format string

// The formats: comma-separated with a header; fixed columns with a header and a
// trailer; and what a mainframe writes, records of persons, arrests, charges and courts
// in EBCDIC with packed dates.
const (
	CSV      Format = "csv"
	Fixed    Format = "fixed"
	Segments Format = "segments"
)

var formats = []Format{CSV, Fixed, Segments}

// Defaults is a million charges with about as much wrong in them as in the
// extracts of state repositories.
func Defaults() Config {
	return Config{
		Rows: 1_000_000, Seed: 1, Files: 4, Format: CSV,
		Scatter: 0.05, MissingBirthDate: 0.01, Deceased: 0.01, Registered: 0.005,
		MissingDisposition: 0.25, MissingDispositionDate: 0.01, MissingCounty: 0.002, MissingSeverity: 0.02,
		Unreadable: 0.01, Placeholder: 0.0005, Ragged: 0.0001,
	}
}

// check reports every fault of the config.
func (c Config) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("synth: "+format, args...)) }
	if c.Rows < 1 || c.Rows > mostRows {
		fault("rows is %d, want 1 to %d", c.Rows, int64(mostRows))
	}
	if c.Files < 1 || c.Files > 999 {
		fault("files is %d, want 1 to 999", c.Files)
	}
	if !slices.Contains(formats, c.Format) {
		fault("format is %q, want one of %q", c.Format, formats)
	}
	for _, s := range []struct {
		name  string
		value float64
	}{
		{"scatter", c.Scatter},
		{"missing birth date", c.MissingBirthDate},
		{"deceased", c.Deceased},
		{"registered", c.Registered},
		{"missing disposition", c.MissingDisposition},
		{"missing disposition date", c.MissingDispositionDate},
		{"missing county", c.MissingCounty},
		{"missing severity", c.MissingSeverity},
		{"unreadable", c.Unreadable},
		{"placeholder", c.Placeholder},
		{"ragged", c.Ragged},
	} {
		if !(s.value >= 0 && s.value <= 1) { // not a number is refused too
			fault("share of %s is %v, want 0 to 1", s.name, s.value)
		}
	}
	return errors.Join(faults...)
}

// mostRows keeps the numbers of cases, charges and persons within the width of
// their columns.
const mostRows = 1_000_000_000

// Summary counts what was made.
type Summary struct {
	Charges     int64 // rows in the truth
	Facts       int64 // rows that only say something of a person
	Ragged      int64 // rows that cannot be read
	Persons     int64 // distinct person keys of charges and facts
	Unkeyed     int64 // charges without a usable person key
	Scattered   int64 // rows that were sent away from the others of their person
	MostCharges int64 // of one person
	Files       int   // of the extract
	Bytes       int64 // of the extract
	Outcomes    map[string]int64
}

// Rows is the number of data rows in all files.
func (s Summary) Rows() int64 { return s.Charges + s.Facts + s.Ragged }

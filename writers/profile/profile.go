package profile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Form is how the rows of a file stand in it.
type Form string

// The forms.
const (
	CSV    Form = "csv"    // RFC 4180 with line feeds: commas, quotes where they are needed
	Tab    Form = "tab"    // tabs, and no quotes: a value with a tab is refused
	Fixed  Form = "fixed"  // records of one width, between a header and a trailer
	NDJSON Form = "ndjson" // an object of JSON a line
	XML    Form = "xml"    // a document with an element a row, each on a line
)

// extensions of the names of files.
var extensions = map[Form]string{CSV: "csv", Tab: "tsv", Fixed: "txt", NDJSON: "ndjson", XML: "xml"}

// Profile is how an agency wants its update files.
type Profile struct {
	Name  string `yaml:"profile"`
	About string `yaml:"about"`
	Form  Form   `yaml:"form"`
	// Images are a row before and a row after the change, in that order, where the agency
	// loads both: the one before has no relief.
	Images *Images `yaml:"images"`
	// Formulas says that the file is for spreadsheets, and what they would run gets a ' before it.
	Formulas string `yaml:"formulas"`
	// Document is how a document of XML is made, where the form is that.
	Document *Elements `yaml:"document"`
	Columns  []Column  `yaml:"columns"`
}

// Elements are those of a document of XML around its columns. The names of columns are
// elements too, with the elements that they stand in before them: nc:Person/nc:PersonName.
type Elements struct {
	Root       string            `yaml:"root"`
	Row        string            `yaml:"row"`
	Namespaces map[string]string `yaml:"namespaces"` // by prefix
}

// Images are the marks of the two rows of a change.
type Images struct {
	Column string `yaml:"column"` // the column that they stand in
	Before string `yaml:"before"`
	After  string `yaml:"after"`
}

// Column is one column of a profile.
type Column struct {
	Name string `yaml:"name"`
	From string `yaml:"from"` // the fact; that of Name when empty
	// Value stands in every row in the place of a fact.
	Value *string `yaml:"value"`
	// Width is the most bytes that a value may have, and in a file of fixed width has.
	Width int `yaml:"width"`
	// Dates is how a date stands: YYYY-MM-DD when empty, YYYYMMDD, MM/DD/YYYY, or CYYMMDD
	// whose first digit is the centuries since 1900.
	Dates string `yaml:"dates"`
	// Map gives the agency's own word for a value. A value that it lacks is refused.
	Map map[string]string `yaml:"map"`
	// Require refuses rows of which the fact is not known.
	Require bool `yaml:"require"`
	// Relief says that the row before the change has nothing here.
	Relief bool `yaml:"relief"`

	path []string // of the elements of its name
	fact Fact     // unless Value or the mark of an image stands in the column
	date bool
}

var dateForms = []string{"", "YYYY-MM-DD", "YYYYMMDD", "MM/DD/YYYY", "CYYMMDD"}

// Parse reads a profile. The error lists every fault.
func Parse(name string, source []byte) (*Profile, error) {
	p := &Profile{}
	if err := yaml.NewDecoder(bytes.NewReader(source), yaml.DisallowUnknownField()).Decode(p); err != nil {
		return nil, fmt.Errorf("%s: %s", name, yaml.FormatError(err, false, false))
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

func (p *Profile) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if p.Name == "" {
		fault("profile: give it a name such as us-ca/court")
	}
	if extensions[p.Form] == "" {
		fault("form: %q is none; one of csv, tab, fixed, ndjson, xml", string(p.Form))
	}
	if p.Formulas != "" && p.Formulas != "quote" {
		fault("formulas: %q is none; quote, or leave it out", p.Formulas)
	}
	if p.Formulas != "" && p.Form != CSV && p.Form != Tab {
		fault("formulas: only files that spreadsheets open, csv and tab, have any")
	}
	if (p.Form == XML) != (p.Document != nil) {
		fault("document: a profile of the form xml has it, and no other: root, row and namespaces")
	}
	names := map[string]bool{}
	identified := false
	for i := range p.Columns {
		c := &p.Columns[i]
		if names[c.Name] || c.Name == "" || strings.ContainsAny(c.Name, "\t\r\n,\"") {
			fault("columns: %q is no name of a column, or stands twice", c.Name)
		}
		names[c.Name] = true
		if err := p.checkElements(c.Name); err != nil {
			fault("columns: %s: %w", c.Name, err)
		}
		if c.Width <= 0 {
			fault("columns: %s: width must be the most bytes that a value may have", c.Name)
		}
		if err := p.resolve(c); err != nil {
			fault("columns: %s: %w", c.Name, err)
		}
		identified = identified || c.Value == nil && (c.fact == PersonID || c.fact == CaseID || c.fact == ChargeID)
	}
	if p.Document != nil {
		faults = append(faults, p.Document.check(p.checkElements))
	}
	if !identified {
		fault("columns: none of them tells which record is meant: add person_id, case_id or charge_id")
	}
	if p.Images != nil && (!names[p.Images.Column] || p.Images.Before == p.Images.After) {
		fault("images: %q must be a column, and before and after must differ", p.Images.Column)
	}
	return errors.Join(faults...)
}

// resolve finds what stands in a column.
func (p *Profile) resolve(c *Column) (err error) {
	c.path = strings.Split(c.Name, "/")
	if c.Value != nil || p.marks(c) {
		if c.From != "" || c.Dates != "" || c.Map != nil || c.Require {
			return errors.New("a column of one value has no from, dates, map or require")
		}
		return nil
	}
	from := c.From
	if from == "" {
		from = c.Name
	}
	if c.fact, err = ParseFact(from); err != nil {
		return err
	}
	c.date = dates[c.fact]
	if !slices.Contains(dateForms, c.Dates) || c.Dates != "" && !c.date {
		return fmt.Errorf("dates: %q is none of %q, or %s is no date", c.Dates, dateForms[1:], c.fact)
	}
	return nil
}

// marks tells whether a column holds the mark of an image.
func (p *Profile) marks(c *Column) bool { return p.Images != nil && p.Images.Column == c.Name }

// FileName is the name of an update file of the profile.
func (p *Profile) FileName() string { return "update." + extensions[p.Form] }

const folder = "updates"

// Load reads a profile that ships with the program: us-ca/court is updates/us-ca/court.yaml
// of files.
func Load(files fs.FS, name string) (*Profile, error) {
	source, err := fs.ReadFile(files, path.Join(folder, name+".yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no profile is named %q; 'clearsweep profile list' lists them", name)
	}
	if err != nil {
		return nil, err
	}
	p, err := Parse(name+".yaml", source)
	if err == nil && p.Name != name {
		err = fmt.Errorf("%s.yaml: its name is %q", name, p.Name)
	}
	return p, err
}

// Names lists the profiles that ship, in order.
func Names(files fs.FS) (names []string, err error) {
	err = fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
		if short, ok := strings.CutSuffix(strings.TrimPrefix(name, folder+"/"), ".yaml"); ok && !entry.IsDir() {
			names = append(names, short)
		}
		return err
	})
	slices.Sort(names)
	return names, err
}

package profile

import (
	"fmt"
	"strconv"
	"strings"
)

// fields are the fields of a layout that facts are read into.
var fields = []struct {
	field string
	fact  Fact
}{
	{"person_id", PersonID},
	{"surname", Surname},
	{"given_name", GivenName},
	{"birth_date", BirthDate},
	{"case_id", CaseID},
	{"charge_id", ChargeID},
	{"county", County},
	{"court", Court},
	{"statute", Code},
	{"description", LegalBasis},
	{"degree", Change},
	{"disposition", Action},
	{"disposition_date", DispositionDate},
}

// dispositions are what the record of a charge says once an agency has done as it was told.
const dispositions = `map:
      exact:
        set_aside: [dismiss, dismiss_legal_invalidity, dismiss_and_seal, limited_access, seal, set_aside, vacate, expunge]
        convicted: [reinstate, relief_granted_note, recall_resentence, redesignate_misdemeanor, redesignate_infraction, reduce]
    blank: unknown`

// Layout is a layout that reads the files of the profile: a recipient, or a test, reads with it
// what was told. Where the agency loads images, the one before is a version that is no more in
// force.
func (p *Profile) Layout() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Reads update files of the profile %s.\nlayout: %s\nabout: update files of the profile %s\n\n", p.Name, strings.ReplaceAll(p.Name, "/", "/update-"), p.Name)
	switch p.Form {
	case CSV, NDJSON, XML:
		b.WriteString("delimited: {header: required, columns_by: name}\n")
	case Tab:
		b.WriteString("delimited: {header: required, delimiter: \"\\t\", quote: none}\n")
	case Fixed:
		b.WriteString("fixed:\n  row_length: exact\n  record_type: {start: 1, length: 1, data: D, header: H, trailer: T}\n  trailer_rows: {start: 2, length: 10}\n")
	}
	b.WriteString("\ncolumns:\n")
	at := 2
	for _, c := range p.Columns {
		if p.Form == Fixed {
			fmt.Fprintf(&b, "  - {name: %s, start: %d, length: %d}\n", strconv.Quote(c.Name), at, c.Width)
			at += c.Width
			continue
		}
		fmt.Fprintf(&b, "  - %s\n", strconv.Quote(p.called(c.Name)))
	}
	if p.Images != nil {
		fmt.Fprintf(&b, "\nrows:\n  past: {column: %s, equals: %s}\n", strconv.Quote(p.called(p.Images.Column)), strconv.Quote(p.Images.Before))
	}
	b.WriteString("\nfields:\n")
	for _, f := range fields {
		c := p.column(f.fact)
		switch {
		case c == nil && f.fact == PersonID: // an agency that knows the case alone
			fmt.Fprintf(&b, "  person_id: %s\n", strconv.Quote(p.called(p.column(CaseID).Name)))
		case c == nil:
		case c.date:
			fmt.Fprintf(&b, "  %s: {from: %s, %s}\n", f.field, strconv.Quote(p.called(c.Name)), readDates(c.Dates))
		case f.fact == Action:
			fmt.Fprintf(&b, "  disposition:\n    from: %s\n    %s\n", strconv.Quote(p.called(c.Name)), dispositions)
		default:
			fmt.Fprintf(&b, "  %s: %s\n", f.field, strconv.Quote(p.called(c.Name)))
		}
	}
	return b.String()
}

func readDates(form string) string {
	switch form {
	case "":
		return "dates: YYYY-MM-DD"
	case "CYYMMDD":
		return "dates: CYYMMDD, century: {0: 1900, 1: 2000}"
	}
	return "dates: " + form
}

// column is the column that a fact stands in; nil where it stands in none.
func (p *Profile) column(f Fact) *Column {
	for i := range p.Columns {
		if c := &p.Columns[i]; c.Value == nil && !p.marks(c) && c.fact == f {
			return c
		}
	}
	return nil
}

// called is the name of a column as it is read.
func (p *Profile) called(name string) string {
	if p.Form == XML {
		return read(name)
	}
	return name
}

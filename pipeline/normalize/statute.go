package normalize

import (
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// Statute is what a statute text says. The zero value says nothing. Its slices
// are shared between the calls that return it: they are for reading.
type Statute struct {
	Jurisdiction string   // two letters: CA, IL
	Code         string   // HSC, PL, MCL; in Illinois and Massachusetts the chapter, in Pennsylvania the title
	Section      string   // 11357, 221.10, 780-113; in Illinois act and section, 570/402
	Subdivisions []string // the path below the section, outermost first, without parentheses
	// Inchoate is the form in which the text charges the section: the section
	// is always that of the object offence.
	Inchoate schemas.Inchoate
	Match    schemas.CodeMatch
	// Rule names how the text was read: a row of the exact table, or the
	// grammar's form and what it had to do. For the worklist and for people.
	Rule string
	// Title is the table's title of the section; empty if not listed.
	Title string
	// Also lists the further sections that the text names, as canonical codes:
	// enhancements, and the second offence of a count that has two.
	Also []string
}

// String is the canonical code, as docs/formats/codes.md defines it. It is
// empty unless the text was matched.
func (s Statute) String() string {
	if s.Section == "" {
		return ""
	}
	var b strings.Builder
	if s.Inchoate != schemas.Completed {
		b.WriteString(s.Inchoate.String())
		b.WriteByte(':')
	}
	b.WriteString(s.Jurisdiction)
	b.WriteByte(':')
	b.WriteString(s.Code)
	b.WriteByte(':')
	s.writeSection(&b)
	return b.String()
}

// writeSection adds the section and its subdivisions, 11360(a)(2).
func (s Statute) writeSection(b *strings.Builder) {
	b.WriteString(s.Section)
	for _, sub := range s.Subdivisions {
		b.WriteByte('(')
		b.WriteString(sub)
		b.WriteByte(')')
	}
}

// parseCode reads a canonical code as String writes it.
func parseCode(code string) (Statute, bool) {
	var s Statute
	parts := strings.Split(code, ":")
	if len(parts) == 4 {
		form, err := schemas.ParseInchoate(parts[0])
		if err != nil || form == schemas.Completed {
			return Statute{}, false
		}
		s.Inchoate, parts = form, parts[1:]
	}
	if len(parts) != 3 || len(parts[0]) != 2 || parts[1] == "" {
		return Statute{}, false
	}
	s.Jurisdiction, s.Code = parts[0], parts[1]
	section, path, _ := strings.Cut(parts[2], "(")
	s.Section = section
	if path != "" {
		s.Subdivisions = strings.Split(strings.TrimSuffix(path, ")"), ")(")
	}
	return s, section != "" && s.String() == code
}

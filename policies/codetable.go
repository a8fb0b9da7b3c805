package policies

import (
	"bytes"
	"encoding/csv"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// codeTable holds the sections that a state's table lists, as "HSC 11357".
type codeTable map[string]bool

// tableOf reads the table of a state; nil when there is none, and then members
// of code sets are not looked up.
func tableOf(state string) codeTable {
	source, err := schemas.CodeTables.ReadFile("codes/us-" + strings.ToLower(state) + ".csv")
	if err != nil {
		return nil
	}
	rows, err := csv.NewReader(bytes.NewReader(source)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil
	}
	table := codeTable{}
	for _, row := range rows[1:] {
		table[row[0]+" "+row[1]] = true
	}
	return table
}

// section is the member without its subdivisions.
func (m Member) section() string {
	var parts []string
	for _, part := range m.Path {
		if part[0] != '(' {
			parts = append(parts, part)
		}
	}
	return m.Code + " " + strings.Join(parts, "/")
}

// lists tells whether the table has the member's section, or, for a subtree, a
// section below it.
func (t codeTable) lists(m Member) bool {
	section := m.section()
	if t[section] {
		return true
	}
	for listed := range t {
		if m.Subtree && strings.HasPrefix(listed, section+"/") {
			return true
		}
	}
	return false
}

// lintMembers refuses sections that the state's table does not have: a member
// that is misspelt would match nothing, and nobody would notice.
func (r *reader) lintMembers(p *Pack) {
	table := tableOf(p.State())
	if table == nil {
		r.warn(Position{File: r.file}, "R7", "%s has no table of sections, so that no code set was compared with one; add schemas/codes/us-%s.csv",
			p.Jurisdiction, strings.ToLower(p.State()))
		return
	}
	for i := range p.Codes {
		set := &p.Codes[i]
		set.table = table
		for _, m := range append(append([]Member{}, set.Members...), set.Except...) {
			switch text := m.String(); {
			case !table.lists(m):
				r.fault(set.At, "R7", "code set %s: the table of %s has no section %s; correct it, or add it to the table with its title",
					set.Name, p.Jurisdiction, m.section())
			case p.State() == "CA" && strings.ToLower(text[len(m.Code):]) != text[len(m.Code):]:
				r.fault(set.At, "R7", "code set %s: %s: subdivisions of California's codes are written in small letters", set.Name, text)
			}
		}
	}
}

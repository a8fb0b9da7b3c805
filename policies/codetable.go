package policies

import (
	"bytes"
	"encoding/csv"
	"slices"
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
	if m.To != "" {
		parts[len(parts)-1] += ".." + m.To
	}
	return m.Code + " " + strings.Join(parts, "/")
}

// lists tells whether the table has the member's section, or, for a subtree, a
// section below it, or, for a range, a section in it.
func (t codeTable) lists(m Member, state string) bool {
	if m.To != "" {
		return len(t.within(m, state, inside)) > 0
	}
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

// within are the listed sections that stand in a place to a range, in the order
// of their texts.
func (t codeTable) within(m Member, state string, where place) []string {
	m.Subtree = true
	var sections []string
	for listed := range t {
		code, section, _ := strings.Cut(listed, " ")
		path, _, ok := splitSection(section)
		if ok && m.of(Code{Jurisdiction: state, Name: code, Path: path}) == where {
			sections = append(sections, listed)
		}
	}
	slices.Sort(sections)
	return sections
}

// lintMembers refuses sections that the state's table does not have: a member
// that is misspelt would match nothing, and nobody would notice.
func (r *reader) lintMembers(p *Pack) {
	table := tableOf(p.State())
	if table == nil {
		r.warn(Position{File: r.file}, "R7", "%s has no table of sections: a misspelt section is not noticed, compare the code sets with the statute; "+
			"the policy can be tested and swept all the same", p.Jurisdiction)
	}
	for i := range p.Codes {
		set := &p.Codes[i]
		set.table = table
		for _, m := range slices.Concat(set.Members, set.Except) {
			switch text := m.String(); {
			case m.To != "" && !r.lintRange(p, set, m):
			case table == nil:
			case !table.lists(m, p.State()):
				r.fault(set.At, "R7", "code set %s: the table of %s has no section %s; correct it, or add it to the table with its title",
					set.Name, p.Jurisdiction, m.section())
			case p.State() == "CA" && strings.ToLower(text[len(m.Code):]) != text[len(m.Code):]:
				r.fault(set.At, "R7", "code set %s: %s: subdivisions of California's codes are written in small letters", set.Name, text)
			}
		}
	}
}

// lintRange refuses a range that begins after its end, or that leaves it open
// whether a listed section is in it.
func (r *reader) lintRange(p *Pack, set *CodeSet, m Member) bool {
	first := m.Path[len(m.Path)-1]
	order, known := compareSections(first, m.To, p.State())
	if !known || order > 0 {
		r.fault(set.At, schema, "code set %s: %s: %s is not known to stand before %s; write a range from the earlier section to the later",
			set.Name, m, first, m.To)
		return false
	}
	for _, section := range set.table.within(m, p.State(), perhaps) {
		named, err := ParseMember(section)
		names := func(other Member) bool { return other.section() == named.section() }
		if err == nil && !slices.ContainsFunc(slices.Concat(set.Members, set.Except), names) {
			r.fault(set.At, schema, "code set %s: it is not known whether %s stands in %s; name it in members or except", set.Name, section, m)
		}
	}
	return true
}

package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// CodeSet is a named set of sections of law, with its source.
type CodeSet struct {
	Name    string
	Cite    string
	Members []Member
	Except  []Member
	// Include lists the inchoate forms that count as the offence itself.
	Include []schemas.Inchoate
	// ModifiersCite is the source of Include.
	ModifiersCite string
	// From and To bound the offences, by day, for which the set is the law; both
	// included, NoDate where it is open.
	From, To schemas.Date
	// Unlisted is set where a section that the state's table does not list may be
	// one of the set.
	Unlisted bool
	// File is the file of the pack that lists further members, empty when none does.
	File string
	At   Position

	table codeTable // of the state
}

// Member is a section of a set, a section with everything below it, or a range
// of sections.
type Member struct {
	Code    string   // HSC; 720
	Path    []string // 11357, (a); 550, 4, (d): the section's parts, then its subdivisions
	To      string   // of a range: its last section; the last of Path is its first
	Subtree bool     // every subdivision below is meant too
	// Valid bounds the offences for which the member is the law, within those of
	// its set; nil when it does not.
	Valid *Days
	Cite  string // of a member that a file lists: its source, empty when it is the set's
}

// Days is a run of days, both included; NoDate where it is open.
type Days struct{ From, To schemas.Date }

// Code is a canonical code taken apart: [inchoate:]JUR:CODE:SECTION(sub)...
type Code struct {
	Inchoate     schemas.Inchoate
	Jurisdiction string // CA
	Name         string // HSC
	Section      string // 11357; 550/4
	Path         []string
}

// ParseCode takes a canonical code apart; false when it is none.
func ParseCode(canonical string) (Code, bool) {
	parts := strings.Split(canonical, ":")
	var c Code
	if len(parts) == 4 {
		form, err := schemas.ParseInchoate(parts[0])
		if err != nil || form == schemas.Completed {
			return Code{}, false
		}
		c.Inchoate, parts = form, parts[1:]
	}
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return Code{}, false
	}
	c.Jurisdiction, c.Name = parts[0], parts[1]
	path, section, ok := splitSection(parts[2])
	c.Path, c.Section = path, section
	return c, ok
}

// splitSection takes a section apart: 570/402(c)(1) is 570, 402, (c), (1).
func splitSection(text string) (path []string, section string, ok bool) {
	section, _, _ = strings.Cut(text, "(")
	for part := range strings.SplitSeq(section, "/") {
		if !plain(part) {
			return nil, "", false
		}
		path = append(path, part)
	}
	for rest := text[len(section):]; rest != ""; {
		end := strings.IndexByte(rest, ')')
		if rest[0] != '(' || end < 2 || !plain(rest[1:end]) {
			return nil, "", false
		}
		path = append(path, rest[:end+1])
		rest = rest[end+1:]
	}
	return path, section, true
}

// plain tells whether s is made of letters, digits, dots and hyphens.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '.' && c != '-' {
			return false
		}
	}
	return s != ""
}

// ParseMember reads a member of a code set: "HSC 11357/*" is the section and
// everything below it, "HSC 11359(c)(3)" exactly that subdivision, and
// "18 2301..3299/*" the sections from 2301 to 3299 and everything below them.
func ParseMember(text string) (Member, error) {
	name, rest, ok := strings.Cut(text, " ")
	if !ok || !plain(name) {
		return Member{}, fmt.Errorf("%q is no member of a code set: write the code, a space and the section, as in \"HSC 11357/*\"", text)
	}
	rest, subtree := strings.CutSuffix(rest, "/*")
	first, last, isRange := strings.Cut(rest, "..")
	path, _, ok := splitSection(first)
	if !ok {
		remedy := ""
		if strings.Contains(text, "§") {
			remedy = "; leave out §"
		}
		return Member{}, fmt.Errorf("%q is no member of a code set: %q is no section (11357, 11357(a), 550/4)%s", text, rest, remedy)
	}
	if isRange && (!plain(last) || last[0] == '.' || strings.Contains(last, "..") || path[len(path)-1][0] == '(') {
		return Member{}, fmt.Errorf("%q is no member of a code set: a range is written from one section to another, as in \"18 2301..3299/*\"", text)
	}
	return Member{Code: name, Path: path, To: last, Subtree: subtree}, nil
}

// String writes the member as ParseMember reads it.
func (m Member) String() string {
	var b strings.Builder
	b.WriteString(m.Code)
	for i, part := range m.Path {
		switch {
		case i == 0:
			b.WriteByte(' ')
		case part[0] != '(':
			b.WriteByte('/')
		}
		b.WriteString(part)
	}
	if m.To != "" {
		b.WriteString("..")
		b.WriteString(m.To)
	}
	if m.Subtree {
		b.WriteString("/*")
	}
	return b.String()
}

// Contains tells whether the member names the code. Parts are compared whole:
// 11357 never contains 11357.5.
func (m Member) Contains(c Code) bool { return m.of(c) == inside }

// Always tells whether the set and each of its members are the law for offences
// of every day.
func (s *CodeSet) Always() bool {
	return !s.From.Known() && !s.To.Known() && !slices.ContainsFunc(s.Members, func(m Member) bool { return m.Valid != nil })
}

// Lawful are the days for whose offences the set holds a code; none when it
// never does.
func (s *CodeSet) Lawful(c Code, state string) []Days {
	var runs []Days
	if !s.Contains(c, state) {
		return runs
	}
	for _, m := range s.Members {
		if !m.Contains(c) {
			continue
		}
		run := Days{s.From, s.To}
		if m.Valid != nil {
			run.From = max(run.From, m.Valid.From) // NoDate is before every day
			if m.Valid.To.Known() && (!run.To.Known() || m.Valid.To < run.To) {
				run.To = m.Valid.To
			}
		}
		if !run.To.Known() || run.From <= run.To {
			runs = append(runs, run)
		}
	}
	return runs
}

// MayContain tells whether the set may hold a code that it does not name:
// because nobody has listed its section, or because the order of the code book
// does not say whether it is in a range.
func (s *CodeSet) MayContain(c Code, state string) bool {
	if !s.reaches(c, state) || slices.ContainsFunc(s.Except, func(m Member) bool { return m.Contains(c) }) {
		return false
	}
	if slices.ContainsFunc(s.Members, func(m Member) bool { return m.of(c) == perhaps }) {
		return true
	}
	return s.Unlisted && !s.table[Member{Code: c.Name, Path: c.Path}.section()]
}

// reaches tells whether the set speaks of codes of the state and of the form.
func (s *CodeSet) reaches(c Code, state string) bool {
	return c.Jurisdiction == state && (c.Inchoate == schemas.Completed || slices.Contains(s.Include, c.Inchoate))
}

// Contains tells whether the set holds the code of a charge under the law of
// state. An inchoate form that the set does not include is not in it.
func (s *CodeSet) Contains(c Code, state string) bool {
	holds := func(m Member) bool { return m.Contains(c) }
	return s.reaches(c, state) && slices.ContainsFunc(s.Members, holds) && !slices.ContainsFunc(s.Except, holds)
}

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
	// one of the set: whole chapters that are written out section by section.
	Unlisted bool
	At       Position

	table codeTable // of the state, where Unlisted is set
}

// Member is a section of a set, or a section with everything below it.
type Member struct {
	Code    string   // HSC; 720
	Path    []string // 11357, (a); 550, 4, (d): the section's parts, then its subdivisions
	Subtree bool     // every subdivision below is meant too
}

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
// everything below it, "HSC 11359(c)(3)" exactly that subdivision.
func ParseMember(text string) (Member, error) {
	name, rest, ok := strings.Cut(text, " ")
	if !ok || !plain(name) {
		return Member{}, fmt.Errorf("%q is no member of a code set: write the code, a space and the section, as in \"HSC 11357/*\"", text)
	}
	rest, subtree := strings.CutSuffix(rest, "/*")
	path, _, ok := splitSection(rest)
	if !ok {
		return Member{}, fmt.Errorf("%q is no member of a code set: %q is no section (11357, 11357(a), 550/4)", text, rest)
	}
	return Member{Code: name, Path: path, Subtree: subtree}, nil
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
	if m.Subtree {
		b.WriteString("/*")
	}
	return b.String()
}

// Contains tells whether the member names the code. Parts are compared whole:
// 11357 never contains 11357.5.
func (m Member) Contains(c Code) bool {
	if m.Code != c.Name || len(c.Path) < len(m.Path) || !slices.Equal(m.Path, c.Path[:len(m.Path)]) {
		return false
	}
	return m.Subtree || len(c.Path) == len(m.Path)
}

// Always tells whether the set is the law for offences of every day.
func (s *CodeSet) Always() bool { return !s.From.Known() && !s.To.Known() }

// MayContain tells whether the set may hold a code that it does not name,
// because nobody has listed its section.
func (s *CodeSet) MayContain(c Code, state string) bool {
	if !s.Unlisted || c.Jurisdiction != state {
		return false
	}
	return !s.table[Member{Code: c.Name, Path: c.Path}.section()]
}

// Contains tells whether the set holds the code of a charge under the law of
// state. An inchoate form that the set does not include is not in it.
func (s *CodeSet) Contains(c Code, state string) bool {
	if c.Jurisdiction != state {
		return false
	}
	if c.Inchoate != schemas.Completed && !slices.Contains(s.Include, c.Inchoate) {
		return false
	}
	holds := func(m Member) bool { return m.Contains(c) }
	return slices.ContainsFunc(s.Members, holds) && !slices.ContainsFunc(s.Except, holds)
}

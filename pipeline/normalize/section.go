package normalize

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// Section is a section that a state's table lists.
type Section struct {
	Code, Section string // HSC, 11357; PL, 221.10
	Kind, Title   string
	Note          string
	Life          Life
	Successors    []Successor // where its offence stands today, if it was repealed or renumbered
	Levels        []Level     // of it and its subdivisions, where the table knows them
}

// Life is the time in which a section is law. Both days belong to it; NoDate is
// an end that is open, or not known.
type Life struct{ From, To schemas.Date }

// Known tells whether the table knows either end.
func (l Life) Known() bool { return l.From.Known() || l.To.Known() }

// String is the life in words; empty if nothing is known of it.
func (l Life) String() string {
	switch {
	case l.From.Known() && l.To.Known():
		return fmt.Sprintf("from %s to %s", l.From, l.To)
	case l.From.Known():
		return fmt.Sprintf("from %s", l.From)
	case l.To.Known():
		return fmt.Sprintf("to %s", l.To)
	default:
		return ""
	}
}

// meets tells whether some day belongs to both.
func (l Life) meets(o Life) bool {
	before := func(a, b Life) bool { return a.To.Known() && b.From.Known() && a.To < b.From }
	return !before(l, o) && !before(o, l)
}

// Excludes tells whether an offence cannot have been committed under the
// section: its day lies outside of the life. Where the day is missing, an arrest
// or a disposition before the section was law says so too; a later one says
// nothing.
func (l Life) Excludes(offense, arrest, disposition schemas.Date) bool {
	if offense.Known() {
		return l.From.Known() && offense < l.From || l.To.Known() && offense > l.To
	}
	return l.From.Known() && (arrest.Known() && arrest < l.From || disposition.Known() && disposition < l.From)
}

// Successor is the section in which the offence of a repealed or renumbered
// section stands. It is for people: no charge is ever moved to it.
type Successor struct {
	Code       string // canonical
	Confidence string // H, M or L, as in the cases of policies
	Cite       string
}

func (s Successor) String() string {
	return fmt.Sprintf("%s [%s, confidence %s]", s.Code, s.Cite, s.Confidence)
}

// Level is what severities an offence can have that was committed on a day between
// two, both of which belong to it; NoDate is an end that is open.
type Level struct {
	Code       string // canonical, of a completed offence; it stands for all subdivisions below it
	Life       Life
	Severities []schemas.Severity
	Confidence string // H, M or L, as in the cases of policies
	Cite       string
}

func (l Level) String() string {
	names := make([]string, len(l.Severities))
	for i, s := range l.Severities {
		names[i] = s.String()
	}
	return fmt.Sprintf("%s [%s, confidence %s]", strings.Join(names, " or "), l.Cite, l.Confidence)
}

// Excludes tells whether a charge for an offence of that day cannot have that
// severity. What is not known excludes nothing.
func (l Level) Excludes(offense schemas.Date, severity schemas.Severity) bool {
	return offense.Known() && severity != schemas.SeverityUnknown && !l.Life.Excludes(offense, schemas.NoDate, schemas.NoDate) && !slices.Contains(l.Severities, severity)
}

// Levels are those of a code as Batch writes it: of the nearest subdivision that the
// table has. There are none of an attempt and the like, which have levels of their own,
// nor of a count of two offences.
func (n *Normalizer) Levels(code string) []Level {
	s, ok := parseCode(code)
	if !ok || s.Inchoate != schemas.Completed {
		return nil
	}
	section, _ := n.Section(s)
	for ; ; s.Subdivisions = s.Subdivisions[:len(s.Subdivisions)-1] {
		above := s.String()
		if of := slices.DeleteFunc(slices.Clone(section.Levels), func(l Level) bool { return l.Code != above }); len(of) > 0 || len(s.Subdivisions) == 0 {
			return of
		}
	}
}

// Sections are the sections that the state's table lists, in order.
func (n *Normalizer) Sections() []Section {
	return slices.SortedFunc(maps.Values(n.tables.sections), func(a, b Section) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Section, b.Section))
	})
}

// Texts are the whole texts that the exact tables know, in order.
func (n *Normalizer) Texts() []string { return slices.Sorted(maps.Keys(n.tables.exact)) }

// Section is the listed section of a statute; false if it is not listed.
func (n *Normalizer) Section(s Statute) (Section, bool) {
	listed, ok := n.tables.sections[sectionKey{s.Code, s.Section}]
	return listed, ok
}

// Charged are the listed sections of a code as Batch writes it: one, or those of
// all offences that a count names.
func (n *Normalizer) Charged(code string) []Section {
	var out []Section
	for one := range strings.SplitSeq(code, "+") {
		if s, ok := parseCode(one); ok {
			if listed, ok := n.Section(s); ok {
				out = append(out, listed)
			}
		}
	}
	return out
}

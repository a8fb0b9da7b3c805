package inspect

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// guesses say by which names extracts call what a layout reads. The first column that
// fits, and that no field before has taken, makes the field.
var guesses = []struct {
	field string
	names *regexp.Regexp
}{
	{"person_id", regexp.MustCompile(`(?i)^(sid|state.?id|cii.?number|subject.?id|person.?id|defendant.?id|offender.?id|.*participant.?id|spn)$`)},
	{"birth_date", regexp.MustCompile(`(?i)(^|[^a-z])dob($|[^a-z])|birth.*date|date.*birth`)},
	{"surname", regexp.MustCompile(`(?i)sur.?name|last.?name`)},
	{"given_name", regexp.MustCompile(`(?i)given.?name|first.?name`)},
	{"case_id", regexp.MustCompile(`(?i)docket|^case.?(id|no|num|number)|cause.?(no|num)`)},
	{"disposition_date", regexp.MustCompile(`(?i)dispo.*(date|dt)|(date|dt).*dispo`)},
	{"offense_date", regexp.MustCompile(`(?i)(offen[cs]e|incident).*(date|dt)`)},
	{"arrest_date", regexp.MustCompile(`(?i)arrest.*(date|dt)`)},
	{"sentence_date", regexp.MustCompile(`(?i)sentence.*(date|dt)`)},
	{"disposition", regexp.MustCompile(`(?i)dispo(sition)?($|.?(code|text|descr?|type|literal))|^disp.?(code|descr)|verdict|finding`)},
	{"charge_id", regexp.MustCompile(`(?i)^charge.?(id|no|num|number|seq.*)$|count.?(id|no|num)`)},
	{"statute", regexp.MustCompile(`(?i)statute|section|(offen[cs]e|charge).?code|^charge$|code.?section`)},
	{"description", regexp.MustCompile(`(?i)descr|wording|title|literal`)},
	{"degree", regexp.MustCompile(`(?i)degree|class|level`)},
	{"county", regexp.MustCompile(`(?i)county|cnty`)},
	{"court", regexp.MustCompile(`(?i)court`)},
	{"agency", regexp.MustCompile(`(?i)^ori|agency`)},
}

// Draft is a layout to start from: what was seen, and guesses at what columns are by
// their names. A person must look at every line of it; it never maps a value. It is
// empty for what no layout of delimited text can read.
func (r *Report) Draft(name string) string {
	if r.Form != "delimited" && r.Form != "table" {
		return ""
	}
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# A draft by clearsweep inspect, of %d rows. Look at every line: columns are guessed by their", r.Sampled)
	say("# names, and no value is mapped. docs/formats/layout.md says what the keys mean.")
	say("layout: %s", name)
	say("about: TODO")
	if r.Encoding != "utf-8" {
		say("encoding: %s", r.Encoding)
	}
	say("\ndelimited:")
	if r.Form == "delimited" {
		say("  delimiter: %s", strconv.Quote(strings.ReplaceAll(r.Delimiter, "\t", `\t`)))
		switch {
		case !r.Quoted:
			say("  quote: none")
		case r.Quote != "":
			say("  quote: %q", r.Quote)
		}
		if r.Escape != "" {
			say("  escape: %s", r.Escape)
		}
		if r.Comment != "" {
			say("  comment: %q", r.Comment)
		}
		if r.Multiline {
			say("  multiline: true")
		}
		if r.Terminator == "†" {
			say("  terminator: %q", r.Terminator)
		}
	}
	names := r.names()
	if r.Header {
		say("  header: required\n  columns_by: name")
	} else {
		say("  header: none")
	}
	say("\ncolumns:")
	for i, c := range r.Columns {
		say("  - %s # %s", strconv.Quote(names[i]), c.summary())
	}
	say("\nfields:")
	named := slices.Clone(r.Columns)
	for i := range named {
		named[i].Name = names[i]
	}
	Fields(say, named)
	return b.String()
}

// names are those of the columns, made up where there is no header.
func (r *Report) names() []string {
	names := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		if names[i] = c.Name; c.Name == "" {
			names[i] = fmt.Sprintf("column %d", i+1)
		}
	}
	return names
}

// Fields says which columns make the fields of a layout, guessed by their names, a line
// each; say writes a line.
func Fields(say func(string, ...any), columns []Column) {
	taken := map[int]bool{}
	found := map[string]bool{}
	for _, g := range guesses {
		for i, c := range columns {
			date := strings.HasSuffix(g.field, "_date")
			if taken[i] || date != (len(c.Dates) > 0) || !g.names.MatchString(c.Name) {
				continue
			}
			taken[i], found[g.field] = true, true
			column := strconv.Quote(c.Name)
			switch {
			case date:
				say("  %s: {from: %s, dates: %q%s}%s", g.field, column, c.Dates[0].Format, c.Dates[0].years(), c.Dates[0].doubt())
			case g.field == "disposition":
				say("  disposition: {from: %s, map: {exact: {}}} # TODO: list the texts of each class", column)
			default:
				say("  %s: %s", g.field, column)
			}
			break
		}
	}
	for _, field := range []string{"person_id", "statute", "disposition"} {
		switch {
		case found[field]:
		case field == "person_id":
			say("  person_id: {absent: true} # TODO: name the column with the key of the person, if there is one")
		case field == "disposition":
			say("  disposition: {from: %q, map: {exact: {}}} # TODO: this is no more than the first column", columns[0].Name)
		default:
			say("  %s: %q # TODO: this is no more than the first column", field, columns[0].Name)
		}
	}
}

// years are the keys that a format needs to tell its years.
func (d Dates) years() string {
	switch {
	case strings.HasPrefix(d.Format, "CYY"):
		return ", century: {0: 1900, 1: 2000}"
	case strings.Contains(d.Format, "YY") && !strings.Contains(d.Format, "YYYY"):
		return ", pivot: 1930"
	default:
		return ""
	}
}

func (d Dates) doubt() string {
	switch {
	case d.Alike != "":
		return fmt.Sprintf(" # or %s: no day above 12 was seen that could tell", d.Alike)
	case strings.Contains(d.Format, "YY") && !strings.Contains(d.Format, "YYYY"):
		return " # TODO: are these the years?"
	default:
		return ""
	}
}

// summary is a column in words.
func (c *Column) summary() string {
	parts := []string{c.Kind}
	switch {
	case len(c.Dates) > 0:
		parts = []string{"date " + c.Dates[0].Format, fmt.Sprintf("%d of %d", c.Dates[0].Read, c.Dates[0].Of)}
	case c.Kind == "code":
		parts = append(parts, fmt.Sprintf("%d different", c.Distinct))
	case c.Longest > 0:
		parts = append(parts, fmt.Sprintf("at most %d bytes", c.Longest))
	}
	if c.Blank > 0 {
		parts = append(parts, fmt.Sprintf("%d blank", c.Blank))
	}
	for _, word := range slices.Sorted(maps.Keys(c.Nulls)) {
		parts = append(parts, fmt.Sprintf("%d %q", c.Nulls[word], word))
	}
	return strings.Join(parts, ", ")
}

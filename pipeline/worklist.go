package pipeline

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// worklistLength bounds the different texts of a worklist: a source that has
// more has no statutes in its statute column. The first in order are kept, at
// every stage, so the list does not depend on how the rows were divided: what
// is first in all is first in each part.
const worklistLength = 50_000

// CodeText is a statute as written that a person must look at: it has no code, or one
// that on the day of the offence was not the law, or of no such severity.
type CodeText struct {
	Statute  string
	Match    schemas.CodeMatch
	Code     string           // of what the tables know something against; else empty
	Severity schemas.Severity // that the code had not; unknown where it was not the law
}

// oddity is what the tables know against a charge: one thing, or nothing.
type oddity struct {
	outOfForce bool             // its section was not the law
	severity   schemas.Severity // that its section had not; else unknown
}

func compareCodes(a, b CodeText) int {
	if c := cmp.Compare(a.Statute, b.Statute); c != 0 { // nearly always: the rest is not looked at
		return c
	}
	return cmp.Or(cmp.Compare(a.Match, b.Match), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Severity, b.Severity))
}

func compareValues(a, b readers.Value) int {
	return cmp.Or(cmp.Compare(a.Column, b.Column), cmp.Compare(a.Text, b.Text))
}

// Affected is how much hangs on a text.
type Affected struct {
	Rows, Persons int64
	Example       string // a description that stood beside the text
	last          int64  // the person last counted
}

// Gaps are statute texts that people must look at.
//
// Counts by a text stand behind pointers, here and in the maps like it: to assign to a
// key that a map has would put the text that was asked for in the place of our copy,
// and keep the whole batch that it is from.
type Gaps struct {
	Codes map[CodeText]*Affected
	Rows  int64 // of all such texts, also those beyond worklistLength
}

// note adds a row of the person of an ordinal, if its statute has no code, or one that
// the tables know something against.
func (g *Gaps) note(rows *rows, row int32, person int64, odd oddity) {
	match := schemas.CodeMatch(rows.codeMatch.Value(int(row)))
	if !rows.statute.Has(row) || odd == (oddity{}) && match != schemas.Unmatched && match != schemas.Ambiguous {
		return
	}
	key := CodeText{Statute: rows.statute.text(row), Match: match, Severity: odd.severity}
	if odd != (oddity{}) {
		key.Code = rows.code.text(row)
	}
	g.Rows++
	example := rows.description.text(row)
	a := g.Codes[key]
	if a == nil {
		a = &Affected{Example: strings.Clone(example), last: -1}
		key.Statute, key.Code = strings.Clone(key.Statute), strings.Clone(key.Code)
		g.Codes = shorten(g.Codes, 2*worklistLength, compareCodes)
		g.Codes[key] = a
	}
	a.Rows++
	if example < a.Example {
		a.Example = strings.Clone(example)
	}
	if a.last != person {
		a.last = person
		a.Persons++
	}
}

// add adds o, whose entries it may keep.
func (g *Gaps) add(o *Gaps) {
	g.Rows += o.Rows
	for key, more := range o.Codes {
		a := g.Codes[key]
		if a == nil {
			g.Codes[key] = more
			continue
		}
		a.Rows += more.Rows
		a.Persons += more.Persons // a person is in one part
		a.Example = min(a.Example, more.Example)
	}
	g.Codes = shorten(g.Codes, 2*worklistLength, compareCodes)
}

// addUnmapped adds the unmapped values of a batch.
func (p *Prepared) addUnmapped(values map[readers.Value]int64) {
	for _, rows := range values {
		p.UnmappedRows += rows
	}
	p.Unmapped = addUnmapped(p.Unmapped, values)
}

func addUnmapped(to, values map[readers.Value]int64) map[readers.Value]int64 {
	for value, rows := range values {
		to[value] += rows
	}
	return shorten(to, 2*worklistLength, compareValues)
}

// shorten keeps the first worklistLength keys of a list that has more than most.
func shorten[K comparable, V any](list map[K]V, most int, compare func(a, b K) int) map[K]V {
	if len(list) <= most {
		return list
	}
	for _, key := range slices.SortedFunc(maps.Keys(list), compare)[worklistLength:] {
		delete(list, key)
	}
	return list
}

// lists are the worklists as they are written.
type lists struct {
	codes      []writers.CodeGap
	outOfForce []writers.OutOfForce
	severities []writers.SeverityGap
	values     []writers.ValueGap
	omitted    int64 // rows of texts that the lists leave out
	unused     int64 // answers that no row was found for
}

// lists are what people must map, over all parts and ranges.
func (s *Receipts) lists() lists {
	out := lists{omitted: s.sums.Gaps.Rows + s.unmappedRows}
	for text, a := range shorten(s.sums.Gaps.Codes, worklistLength, compareCodes) {
		out.omitted -= a.Rows
		if text.Severity != schemas.SeverityUnknown {
			out.severities = append(out.severities, writers.SeverityGap{
				Statute: text.Statute, Code: text.Code, Severity: text.Severity, Rows: a.Rows, Persons: a.Persons,
			})
			continue
		}
		if text.Code != "" {
			out.outOfForce = append(out.outOfForce, writers.OutOfForce{
				Statute: text.Statute, Code: text.Code, Rows: a.Rows, Persons: a.Persons,
			})
			continue
		}
		out.codes = append(out.codes, writers.CodeGap{
			Statute: text.Statute, Description: a.Example, Match: text.Match, Rows: a.Rows, Persons: a.Persons,
		})
	}
	for value, rows := range shorten(s.unmapped, worklistLength, compareValues) {
		out.omitted -= rows
		out.values = append(out.values, writers.ValueGap{Column: value.Column, Value: value.Text, Rows: rows})
	}
	return out
}

package normalize

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hbollon/go-edlib"

	"github.com/clearsweep/clearsweep/schemas"
)

// Nomination is a code that a text may mean, for a person to approve. It decides
// nothing.
type Nomination struct {
	Code       string
	Title      string  // of the section
	Similarity float64 // from 0 to 1
	Evidence   string  // what was compared

	start float64 // how alike the citations begin, which puts equals in order
}

// read puts what a grammar reads before what is only written like it, of which
// the start is at most 1.
const read = 2

// knownRow is a listed section, or a text of the exact table, in the form in
// which texts are compared with it.
type knownRow struct {
	code, title     string
	citation, words string
}

// Nominate lists codes that a text without one may mean, the likeliest first: at
// most most, of a similarity of at least least. A text that has a code has none.
//
// What the grammar reads and does not trust comes first. The rest is likeness:
// of the citation to the way a listed section is written, and of the words to
// its title, each as the pairs of neighbouring characters that both have
// (Sørensen-Dice). Of equals, citations that begin alike come first (Jaro-Winkler).
func (n *Normalizer) Nominate(text, description string, most int, least float64) []Nomination {
	if s := n.Statute(text); s.Match >= schemas.Grammar || len(text) > longestText {
		return nil
	}
	cleaned := n.clean(text)
	found := n.distrusted(cleaned)
	citation, words := citationOf(cleaned), wordsOf(cleaned+" "+description)
	for _, row := range n.knownRows() {
		a, b := likeness(citation, row.citation), likeness(words, row.words)
		if max(a, b) < least || slices.ContainsFunc(found, func(o Nomination) bool { return o.Code == row.code }) {
			continue
		}
		found = append(found, Nomination{
			Code: row.code, Title: row.title, Similarity: max(a, b),
			Evidence: fmt.Sprintf("citation %.2f, words %.2f", a, b),
			start:    float64(edlib.JaroWinklerSimilarity(citation, row.citation)),
		})
	}
	slices.SortStableFunc(found, func(a, b Nomination) int {
		return cmp.Or(cmp.Compare(b.Similarity, a.Similarity), cmp.Compare(b.start, a.start), cmp.Compare(a.Code, b.Code))
	})
	return found[:min(most, len(found))]
}

// distrusted are the readings of a text that a grammar leaves to a person, as
// far as their sections are listed.
func (n *Normalizer) distrusted(cleaned string) []Nomination {
	var out []Nomination
	for _, r := range append(n.grammar.read(cleaned), n.grammar.read(n.grammar.repair(cleaned))...) {
		listed, ok := n.tables.sections[sectionKey{r.code, r.section}]
		form, _ := n.tables.fallsShort(cleaned, r.code, r.section, r.inchoate)
		code := Statute{
			Jurisdiction: n.abbreviation, Code: r.code, Section: r.section, Subdivisions: r.subdivisions, Inchoate: form,
		}.String()
		if ok && !slices.ContainsFunc(out, func(o Nomination) bool { return o.Code == code }) {
			out = append(out, Nomination{Code: code, Title: listed.Title, Similarity: 1, Evidence: "may be read so: " + r.rule, start: read})
		}
	}
	return out
}

// knownRows are the rows of the tables that texts are compared with, in order.
func (n *Normalizer) knownRows() []knownRow {
	if n.known != nil {
		return n.known
	}
	for key, listed := range n.tables.sections {
		s := Statute{Jurisdiction: n.abbreviation, Code: key.code, Section: key.section}
		n.known = append(n.known, knownRow{
			s.String(), listed.Title, citationOf(n.clean(n.grammar.written(s))), wordsOf(listed.Title),
		})
	}
	for text, s := range n.tables.exact {
		n.known = append(n.known, knownRow{code: s.String(), title: s.Title, citation: text})
	}
	slices.SortFunc(n.known, func(a, b knownRow) int {
		return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.citation, b.citation))
	})
	return n.known
}

// likeness is the Sørensen-Dice coefficient of pairs of characters, and 0 where
// there are none.
func likeness(a, b string) float64 {
	if len(a) < 2 || len(b) < 2 {
		return 0
	}
	return float64(edlib.SorensenDiceCoefficient(a, b, 2))
}

// longestMark is the length of the longest word of a citation that is no word of
// an offence: PACS, ILCS.
const longestMark = 4

// citationOf is what of a text may cite: its words with a digit, and then the
// short ones beside them. A text without a digit cites nothing.
func citationOf(text string) string {
	words := strings.Fields(strings.ToUpper(text))
	cites := func(i int) bool { return i >= 0 && i < len(words) && strings.ContainsAny(words[i], "0123456789") }
	var numbers, marks []string
	for i, word := range words {
		if dash := strings.IndexByte(word, '-'); dash > 0 && leading(word[dash+1:], isLetter) > 1 {
			word = word[:dash] // the words of the offence begin behind it
		}
		switch {
		case cites(i):
			numbers = append(numbers, word)
		case len(word) <= longestMark && (cites(i-1) || cites(i+1)):
			marks = append(marks, word)
		}
	}
	return strings.Join(append(numbers, marks...), " ")
}

// wordsOf is the words of a text, but for the shortest.
func wordsOf(text string) string {
	words := strings.FieldsFunc(strings.ToUpper(text), func(r rune) bool { return r < 'A' || r > 'Z' })
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return len(word) <= 2 }), " ")
}

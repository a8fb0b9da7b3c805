package normalize

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// grammar reads the statute texts of one state.
type grammar interface {
	// clean brings a text into the alphabet that the grammar and the exact
	// table are written in.
	clean(text string) string
	// read returns every way to read all of a cleaned text.
	read(text string) []reading
	// repair returns the cleaned text with mistakes of typing or scanning put
	// right that can be put right in one way only. It is asked where read
	// finds no listed section, and believed where read then finds one.
	repair(text string) string
	// written is the way a clerk of the state writes s.
	written(s Statute) string
}

// state is a jurisdiction that has a grammar and tables.
type state struct {
	jurisdiction string
	abbreviation string
	files        string
	grammar      func(*tables) grammar
}

func states() []state {
	return []state{
		{"US-CA", "CA", "us-ca", newCalifornia},
		{"US-IL", "IL", "us-il", newIllinois},
		{"US-MA", "MA", "us-ma", newMassachusetts},
		{"US-MI", "MI", "us-mi", newMichigan},
		{"US-NY", "NY", "us-ny", newNewYork},
		{"US-PA", "PA", "us-pa", newPennsylvania},
		{"US-TX", "TX", "us-tx", newTexas},
	}
}

// stateOf is the state of a jurisdiction. One without a grammar of its own has no
// tables, and is read plainly.
func stateOf(jurisdiction string) (state, error) {
	all := states()
	if i := slices.IndexFunc(all, func(s state) bool { return s.jurisdiction == jurisdiction }); i >= 0 {
		return all[i], nil
	}
	abbreviation, ok := strings.CutPrefix(jurisdiction, "US-")
	if !ok || len(abbreviation) != 2 || strings.ToUpper(abbreviation) != abbreviation || leading(abbreviation, isLetter) != 2 {
		return state{}, fmt.Errorf("jurisdiction %q is no state; write US- and its two letters, as US-CA", jurisdiction)
	}
	return state{jurisdiction, abbreviation, "", func(*tables) grammar { return elsewhere{} }}, nil
}

// Supported lists the jurisdictions that have a grammar and tables of their own.
func Supported() []string {
	var names []string
	for _, s := range states() {
		names = append(names, s.jurisdiction)
	}
	return names
}

// memoTexts bounds the memo. An extract has some thousands of different
// statute texts; one that has more, because its texts carry free words, is
// read without the memo from there on.
const memoTexts = 1 << 16

// Normalizer reads the statute texts of one jurisdiction. It remembers what it
// has read, so it is for one goroutine; what it returns does not depend on what
// it has read before.
type Normalizer struct {
	abbreviation string
	tables       *tables
	grammar      grammar
	memo         map[string]*coded
	codes        map[string]int32 // numbers of the codes in memo, in the order in which they came
	list         *codeList        // of the last batch; nil before it
	known        []knownRow       // what Nominate compares with; nil until it is asked
	newGrammar   func(*tables) grammar
}

// coded is a statute with its code, which is costly to build. Equal codes that are remembered have
// equal numbers; the number of no code, and of one that is not remembered, is none.
type coded struct {
	statute Statute
	code    string
	number  int32
}

// New returns a Normalizer for a jurisdiction such as US-CA, which knows the
// further exact tables too. A state that is not Supported is read plainly: a title
// and a section, and nothing else. The error of a table lists every fault with its
// line.
func New(jurisdiction string, further ...Table) (*Normalizer, error) {
	of, err := stateOf(jurisdiction)
	if err != nil {
		return nil, err
	}
	t, err := loadTables(schemas.CodeTables, of.abbreviation, of.files, further...)
	if err != nil {
		return nil, fmt.Errorf("jurisdiction %s: %w", jurisdiction, err)
	}
	g := of.grammar(t)
	for text := range t.exact {
		if cleaned := g.clean(text); cleaned != text {
			return nil, fmt.Errorf("jurisdiction %s: exact table: %q must be written %q", jurisdiction, text, cleaned)
		}
	}
	first := &Normalizer{abbreviation: of.abbreviation, tables: t, newGrammar: of.grammar}
	return first.Another(), nil
}

// Another is a Normalizer of the same tables, for another goroutine.
func (n *Normalizer) Another() *Normalizer {
	return &Normalizer{
		abbreviation: n.abbreviation, tables: n.tables, grammar: n.newGrammar(n.tables), newGrammar: n.newGrammar,
		memo: map[string]*coded{}, codes: map[string]int32{},
	}
}

// Digest identifies the tables and the version of the grammar: equal digests,
// equal codes for every text. It belongs in the manifest of a run.
func (n *Normalizer) Digest() string { return n.tables.digest }

// Statute reads a statute text. A blank text is Unmatched.
func (n *Normalizer) Statute(text string) Statute { return n.look(text).statute }

// Written is s as a clerk of the jurisdiction would write it, for letters and
// reports: 664/11358 HSC. Reading that gives s again. It is empty if s is
// unmatched.
func (n *Normalizer) Written(s Statute) string {
	if s.Section == "" {
		return ""
	}
	return n.grammar.written(s)
}

func (n *Normalizer) look(text string) *coded {
	if c, ok := n.memo[text]; ok {
		return c
	}
	s := n.parse(text)
	c := &coded{statute: s, code: n.counts(s), number: none}
	if len(n.memo) < memoTexts {
		n.memo[strings.Clone(text)] = c
		if c.code != "" {
			c.number = n.number(c.code)
		}
	}
	return c
}

// number is the number of a code that is remembered.
func (n *Normalizer) number(code string) int32 {
	number, known := n.codes[code]
	if !known {
		number = int32(len(n.codes)) //nolint:gosec // at most memoTexts
		n.codes[code] = number
	}
	return number
}

// counts is the code of all offences that one count names, joined by plus signs:
// CA:HSC:11359+CA:PC:459. A law that asks for the code must look at each.
// Enhancements are no offences, and not in it.
func (n *Normalizer) counts(s Statute) string {
	codes := []string{s.String()}
	for _, also := range s.Also {
		if other, ok := parseCode(also); ok && n.tables.offence(other) {
			codes = append(codes, also)
		}
	}
	return strings.Join(codes, "+")
}

// clean brings a text into the form in which it is read. A section sign whose
// two bytes were taken for two characters is one.
func (n *Normalizer) clean(text string) string {
	// Nothing may refer to the memory of text, which may be a batch's.
	return n.grammar.clean(strings.ReplaceAll(strings.Clone(text), "Â§", "§"))
}

func (n *Normalizer) parse(text string) Statute {
	if len(text) > longestText {
		return Statute{}
	}
	cleaned := n.clean(text)
	if s, ok := n.tables.exact[cleaned]; ok {
		return s
	}
	s := n.read(cleaned)
	if s.Match >= schemas.Section {
		return s
	}
	if repaired := n.grammar.repair(cleaned); repaired != cleaned {
		if r := n.read(repaired); r.Match >= schemas.Section {
			r.Rule += ", repaired"
			return r
		}
	}
	return s
}

// read reads a cleaned text by the grammar. Where its words say that the offence
// was not completed, and its sections do not, nothing is read.
func (n *Normalizer) read(cleaned string) Statute {
	s := n.tables.settle(n.abbreviation, n.grammar.read(cleaned))
	if form, short := n.tables.fallsShort(cleaned, s.Code, s.Section, s.Inchoate); short && s.Match >= schemas.Grammar {
		return Statute{Match: schemas.Unmatched, Rule: "a section, and words that say " + form.String()}
	}
	return s
}

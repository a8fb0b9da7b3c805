package readers

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/clearsweep/clearsweep/schemas"
)

// substances says how a source names controlled substances. Several may stand in
// one text, and in several columns.
type substances struct {
	rungs  []schemas.Evidence // of each expression; all NoEvidence where a field of its own says
	ladder []schemas.Evidence // the different rungs, best first
	words  map[string]schemas.Substances
	split  *strings.Replacer // puts cut where a text is cut; nil where it is not
}

// cut stands in no text: a row that holds it is rejected.
const cut = "\x00"

// naming is what one text names.
type naming struct {
	set      schemas.Substances
	silent   bool     // one of its words says that the substance is not known
	unmapped []string // the words that no map lists
}

// read looks a text up: whole, and then by its parts.
func (s *substances) read(text []byte) naming {
	var n naming
	folded := string(appendFolded(nil, text))
	if n.word(s, folded) {
		return n
	}
	if s.split == nil {
		return naming{unmapped: []string{string(text)}}
	}
	for part := range strings.SplitSeq(s.split.Replace(folded), cut) {
		if part = strings.TrimSpace(part); part != "" && !n.word(s, part) {
			n.unmapped = append(n.unmapped, part)
		}
	}
	return n
}

// word adds one word, and tells whether the map lists it.
func (n *naming) word(s *substances, word string) bool {
	set, ok := s.words[word]
	n.set |= set
	n.silent = n.silent || ok && set == 0
	return ok
}

// addSubstances adds the substances that the best rung names which names any. A
// text there with a word that nobody has mapped, or that says itself that
// something is not known, may name any other substance: then nothing is known,
// whatever the rungs below say. Weaker evidence of another substance takes the
// belief from what decides.
func (in *reader) addSubstances(f *field) {
	in.drugs, in.rung, in.unread = 0, schemas.NoEvidence, false
	if f.substances == nil {
		in.builder.sets = append(in.builder.sets, 0)
		return
	}
	settled := false
	for _, rung := range f.substances.ladder {
		all := in.readRung(f, rung)
		switch {
		case settled: // its unmapped words are reported all the same
			in.contradict(rung, all.set)
		case len(all.unmapped) > 0, all.silent && all.set != 0:
			settled, in.rung, in.unread = true, rung, true
		case all.set != 0:
			settled, in.drugs, in.rung = true, all.set, rung
		}
	}
	in.builder.sets = append(in.builder.sets, uint16(in.drugs))
}

// contradict takes belief from the evidence that decides where weaker evidence
// names a substance that it does not.
func (in *reader) contradict(rung schemas.Evidence, set schemas.Substances) {
	if in.drugs != 0 && in.rung.Decides() && !rung.Decides() && set&^in.drugs.Kin() != 0 {
		in.drugs, in.rung = in.drugs|set, schemas.NoEvidence
	}
}

// readRung is what all columns of a rung name together.
func (in *reader) readRung(f *field, rung schemas.Evidence) naming {
	var all naming
	for i := range f.from {
		if f.substances.rungs[i] != rung {
			continue
		}
		v := f.from[i].eval(in.row)
		if v == nil {
			continue
		}
		n, known := in.named[string(v)]
		if !known {
			n = f.substances.read(v)
			if len(in.named) < memoLimit {
				in.named[string(v)] = n
			}
		}
		for _, word := range n.unmapped {
			in.rejectValue(schemas.FieldUnmapped, f.from[i].column)
			in.out.unmapped(in.layout.columns[f.from[i].column].name, []byte(word))
		}
		all.set |= n.set
		all.silent = all.silent || n.silent
		all.unmapped = append(all.unmapped, n.unmapped...)
	}
	return all
}

// addEvidence adds the rung of the substances that were just added. Evidence of
// nothing is none; evidence of something that cannot be read is what it is, so
// that nothing below it decides.
func (in *reader) addEvidence(f *field) {
	if f.classes != nil {
		v, column := in.row.text(f)
		in.rung = schemas.Evidence(in.class(fieldEvidence, f, v, column, -1))
	}
	if in.drugs == 0 && !in.unread {
		in.rung = schemas.NoEvidence
	}
	in.builder.class(fieldEvidence, uint8(in.rung))
}

// substancesField reads the field substances of a layout.
func (d *definition) substancesField(m *mapping) field {
	s := &substances{words: map[string]schemas.Substances{}}
	f := field{substances: s}
	if m.require("from", "the columns that name substances") {
		for _, item := range list(m.values["from"]) {
			f.from = append(f.from, d.expression(item, "evidence"))
			s.rungs = append(s.rungs, d.rung(item))
		}
	}
	if m.has("when") {
		when := d.condition(m.values["when"])
		for i := range f.from {
			f.from[i].when = both(when, f.from[i].when)
		}
	}
	s.ladder = slices.Clone(s.rungs)
	slices.Sort(s.ladder)
	s.ladder = slices.Compact(s.ladder)
	if m.require("map", "list the words of the source under exact") {
		d.substanceWords(s, d.mapping(m.values["map"], "map", "exact"))
	}
	var pairs []string
	for _, at := range m.texts("split") {
		if word := strings.ToUpper(at); strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			at = " " + word + " "
		}
		pairs = append(pairs, at, cut)
	}
	if len(pairs) > 0 {
		s.split = strings.NewReplacer(pairs...)
	}
	return f
}

// rung is the evidence that an item of from is.
func (d *definition) rung(item ast.Node) schemas.Evidence {
	if _, ok := item.(ast.MapNode); !ok {
		return schemas.NoEvidence
	}
	m := d.mapping(item, "an item of from", "from", "nulls", "when", "evidence")
	if !m.has("evidence") {
		return schemas.NoEvidence
	}
	rung, err := schemas.ParseEvidence(m.text("evidence"))
	if err != nil {
		d.at(m.values["evidence"], "%s", err)
	}
	return rung
}

// substanceWords reads the words for each substance; those under unknown say
// that nothing is known.
func (d *definition) substanceWords(s *substances, m *mapping) {
	if !m.require("exact", "a substance is read from whole words only") {
		return
	}
	names := append([]string{"unknown"}, schemas.SubstanceNames()...)
	bySubstance := d.mapping(m.values["exact"], "exact", names...)
	for _, name := range names {
		if !bySubstance.has(name) {
			continue
		}
		set, _ := schemas.ParseSubstance(name) // unknown is the empty set
		for _, n := range list(bySubstance.values[name]) {
			word := string(appendFolded(nil, []byte(strings.TrimSpace(d.text(n, name)))))
			if word == "" {
				d.at(n, "an empty text names nothing")
				continue
			}
			if before, twice := s.words[word]; twice && (before == 0 || set == 0) {
				d.at(n, "%q is mapped twice", word)
			}
			s.words[word] |= set // a word may name several
		}
	}
}

// checkSubstances refuses substances without evidence, and substances that are
// read from the words of the offence: those name one only in a table that a
// person has approved.
func (d *definition) checkSubstances(m *mapping) {
	f := &d.layout.fields[fieldSubstances]
	if f.substances == nil {
		return
	}
	own := slices.Contains(f.substances.ladder, schemas.NoEvidence)
	if given := d.layout.fields[fieldEvidence].from != nil; given != own || own && len(f.substances.ladder) > 1 {
		d.at(m.keys["substances"], "say which evidence names the substances: evidence on every item of from, or the field substance_evidence")
	}
	for _, words := range []fieldID{fieldDescription, fieldStatute} {
		for i := range f.from {
			if slices.ContainsFunc(f.from[i].parts, d.layout.fields[words].reads) {
				d.at(m.keys["substances"], "%s is read from the same column: its words name a substance only in a table that a person has approved; see codes.md", fieldNames[words])
			}
		}
	}
}

// reads tells whether the field is made of the column of a part.
func (f *field) reads(p part) bool {
	return p.column >= 0 && slices.ContainsFunc(f.from, func(e expression) bool {
		return slices.ContainsFunc(e.parts, func(own part) bool { return own.column == p.column })
	})
}

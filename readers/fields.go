package readers

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/clearsweep/clearsweep/schemas"
)

// readFields reads how each canonical field is made.
func (d *definition) readFields(n ast.Node) {
	m := d.mapping(n, "fields", fieldNames[:]...)
	for id, name := range fieldNames {
		if m.has(name) {
			f := d.field(fieldID(id), name, m.values[name])
			for i := range f.from {
				f.from[i].compile()
			}
			if f.plain = -1; len(f.from) == 1 && f.from[0].plain && f.constant == nil {
				f.plain = f.from[0].column
			}
			d.layout.fields[id] = f
		}
	}
	d.checkSubstances(m)
	m.require("person_id", "without a person no charge can be decided")
	if d.layout.rows.never {
		return
	}
	m.require("statute", "without the text of the charge no law can be found")
	m.require("disposition", "without it every charge would need a person to look at it")
}

func (d *definition) field(id fieldID, name string, n ast.Node) field {
	var more []string // keys of an item of from
	switch {
	case id == fieldPerson:
		more = []string{"lesser"}
	case !id.holdsDate() && !id.holdsClass() && !id.holdsNumber() && id != fieldSubstances:
		more = []string{"value"}
	}
	if _, ok := n.(ast.MapNode); !ok {
		// COLUMN, or a list of them, is short for from.
		if id.holdsDate() || id.holdsClass() || id == fieldSubstances {
			d.at(n, "%s must say from and %s", name, map[bool]string{true: "dates", false: "map"}[id.holdsDate()])
			return field{}
		}
		f := field{from: d.expressions(n, more...)}
		d.checkVersion(id, n, &f, false)
		return f
	}
	keys := []string{"from", "value", "when", "required"}
	switch {
	case id == fieldSubstances:
		return d.substancesField(d.mapping(n, name, "from", "when", "split", "map"))
	case id == fieldPerson:
		keys = append(keys, "placeholders", "absent")
	case id.holdsDate(), id == fieldVersion:
		keys = append(keys, "dates", "pivot", "century", "sentinels")
	case id.holdsClass():
		keys = append(keys, "map", "blank")
	}
	m := d.mapping(n, name, keys...)
	f := field{}
	if m.flag("absent") {
		if len(m.values) > 1 {
			d.at(m.keys["absent"], "a source without keys of persons has none to read: absent stands alone")
		}
		return f
	}
	if m.flag("required") {
		d.layout.required = append(d.layout.required, id)
	}
	d.origin(id, name, m, &f, more...)
	d.checkVersion(id, m.node, &f, m.has("dates"))
	f.placeholders = words{list: m.texts("placeholders"), fold: true}
	if id == fieldVersion && m.has("dates") || id.holdsDate() && m.require("dates", `list the formats, such as "YYYYMMDD"`) {
		f.dates = d.dates(m)
	}
	if id.holdsClass() {
		f.classes = d.classes(id, m)
	}
	return f
}

// checkVersion refuses a constant that is no version.
func (d *definition) checkVersion(id fieldID, n ast.Node, f *field, dates bool) {
	if id != fieldVersion {
		return
	}
	constants := [][]byte{f.constant}
	for i := range f.from {
		constants = append(constants, f.from[i].constant)
	}
	for _, c := range constants {
		if _, ok := parseVersion(c); c != nil && (!ok || dates) {
			d.at(n, "%q is no version: a whole number of at most %d digits, without dates", c, versionDigits)
		}
	}
}

// origin reads where the value comes from: columns, or a constant.
func (d *definition) origin(id fieldID, name string, m *mapping, f *field, more ...string) {
	switch {
	case m.has("from") == m.has("value"):
		d.at(m.node, "%s needs from (columns) or value (a constant), and not both", name)
	case m.has("value"):
		f.constant = []byte(m.text("value"))
		if id == fieldPerson || id.holdsDate() || id.holdsClass() || id.holdsNumber() {
			d.at(m.values["value"], "%s cannot be the same on every row", name)
		}
		if m.has("when") {
			d.at(m.keys["when"], "a constant takes no condition")
		}
	default:
		f.from = d.expressions(m.values["from"], more...)
		if !m.has("when") {
			return
		}
		when := d.condition(m.values["when"])
		for i := range f.from {
			f.from[i].when = both(when, f.from[i].when)
		}
	}
}

func both(a, b *condition) *condition {
	if b == nil {
		return a
	}
	return &condition{kind: all, children: []condition{*a, *b}}
}

// expressions reads one expression, or a list of which the first that is not
// null counts.
func (d *definition) expressions(n ast.Node, more ...string) []expression {
	var from []expression
	for _, item := range list(n) {
		from = append(from, d.expression(item, more...))
	}
	return from
}

func (d *definition) expression(n ast.Node, more ...string) expression {
	at, nulls, lesser := n, []string(nil), false
	var when *condition
	if _, ok := n.(ast.MapNode); ok {
		m := d.mapping(n, "an item of from", append(more, "from", "nulls", "when")...)
		if m.has("value") {
			return d.constant(m)
		}
		if !m.require("from", "the column") {
			return expression{}
		}
		at, nulls, lesser = m.values["from"], m.texts("nulls"), m.flag("lesser")
		if m.has("when") {
			when = d.condition(m.values["when"])
		}
	}
	s := d.text(at, "from")
	if s == "" {
		d.at(at, "from must name a column")
		return expression{}
	}
	e, err := parseExpression(s, d.column)
	if err == nil && e.column < 0 {
		d.at(at, "%q reads no column: a constant goes under value", s)
	}
	if err != nil {
		d.at(at, "%s", err)
	}
	e.nulls, e.when, e.lesser = words{list: nulls, fold: true}, when, lesser
	return e
}

// constant reads an item of from that is the same text on every row that it is for.
func (d *definition) constant(m *mapping) expression {
	e := expression{column: -1, constant: []byte(m.text("value"))}
	if m.has("from") || m.has("nulls") || len(e.constant) == 0 {
		d.at(m.values["value"], "an item of from with a value has a text, and when at most")
	}
	if m.has("when") {
		e.when = d.condition(m.values["when"])
	}
	return e
}

// vocabulary is the names of the values of a class field, by value.
func vocabulary(id fieldID) []string {
	return [fieldCount][]string{
		fieldSeverity:     spellings(schemas.Felony),
		fieldDisposition:  spellings(schemas.ArrestOnly),
		fieldSentence:     spellings(schemas.SentenceSupervised),
		fieldIncarcerated: spellings(schemas.Incarcerated),
		fieldRestitution:  spellings(schemas.Owed),

		fieldEvidence:       spellings(schemas.ArrestReport),
		fieldVictimRelation: spellings(schemas.OtherVictim),
	}[id]
}

// spellings are the names of a vocabulary up to its last value.
func spellings[T interface {
	~uint8
	String() string
}](last T) []string {
	var names []string
	for v := range last + 1 {
		names = append(names, v.String())
	}
	return names
}

// classes reads the map of a class field.
func (d *definition) classes(id fieldID, field *mapping) *classes {
	c := &classes{exact: map[string]uint8{}}
	names := vocabulary(id)
	if field.require("map", "list the texts of the source under exact and prefix") {
		m := d.mapping(field.values["map"], "map", "exact", "prefix")
		d.classTexts(m, "exact", names, func(text string, value uint8) bool {
			_, twice := c.exact[text]
			c.exact[text] = value
			return !twice
		})
		d.classTexts(m, "prefix", names, func(text string, value uint8) bool {
			twice := slices.ContainsFunc(c.prefixes, func(p classPrefix) bool { return string(p.text) == text })
			c.prefixes = append(c.prefixes, classPrefix{[]byte(text), value})
			return !twice
		})
	}
	c.sortPrefixes()
	if field.has("blank") {
		for _, item := range list(field.values["blank"]) {
			c.blank = append(c.blank, d.blankClass(item, names))
		}
	}
	return c
}

// classTexts hands every text under the key to add, trimmed and folded.
func (d *definition) classTexts(m *mapping, key string, names []string, add func(string, uint8) bool) {
	if !m.has(key) {
		return
	}
	byClass := d.mapping(m.values[key], key, names...)
	for value, name := range names {
		if !byClass.has(name) {
			continue
		}
		for _, n := range list(byClass.values[name]) {
			text := string(appendFolded(nil, []byte(strings.TrimSpace(d.text(n, name)))))
			if text == "" {
				d.at(n, "an empty text has no place in a map: use blank")
				continue
			}
			if !add(text, uint8(value)) {
				d.at(n, "%q is mapped twice", text)
			}
		}
	}
}

func (d *definition) blankClass(n ast.Node, names []string) blankClass {
	if _, ok := n.(ast.MapNode); !ok {
		return blankClass{value: d.className(n, names)}
	}
	m := d.mapping(n, "an item of blank", "when", "value")
	b := blankClass{}
	if m.require("value", "the class of a blank") {
		b.value = d.className(m.values["value"], names)
	}
	if m.has("when") {
		b.when = d.condition(m.values["when"])
	}
	return b
}

// className is the value of a name of the vocabulary.
func (d *definition) className(n ast.Node, names []string) uint8 {
	at := slices.Index(names, d.text(n, "a class"))
	if at < 0 {
		d.at(n, "there is no such class; one of %s", strings.Join(names, ", "))
		return 0
	}
	return uint8(at) //nolint:gosec // a vocabulary has a dozen names
}

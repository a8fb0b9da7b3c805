package policies

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/clearsweep/clearsweep/schemas"
)

var (
	packID         = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)
	identifier     = regexp.MustCompile(`^[a-z0-9]+([-_][a-z0-9]+)*$`)
	jurisdictionID = regexp.MustCompile(`^US-[A-Z]{2}$`)
)

// readPolicy reads policy.yaml. The pack is complete only if no fault was found.
func (r *reader) readPolicy(n ast.Node) *Pack {
	p := r.pack
	t := r.table(n, "the policy")
	if t == nil {
		return p
	}
	r.header(t)
	r.params(t)
	r.codes(t)
	r.degrees(t)
	r.penalties(t)
	r.facts(t)
	r.conditions(t)
	r.scope(t)
	r.rules(t)
	r.caps(t)
	r.otherwise(t)
	r.readVariants(t)
	t.close()
	return p
}

// use notes that a rule uses something of the pack.
func (r *reader) use(what, name string) { r.usage[what+" "+name] = true }

func (r *reader) header(t *table) {
	p := r.pack
	if s := t.required("schema"); s != "" && s != "relief/v1" {
		r.fault(t.place("schema"), schema, "schema %q is not known; this version reads relief/v1", s)
	}
	p.ID, p.Title = t.required("id"), t.required("title")
	r.shaped(t, "id", p.ID, packID, "small letters, digits, dots and hyphens")
	p.Jurisdiction = t.required("jurisdiction")
	r.shaped(t, "jurisdiction", p.Jurisdiction, jurisdictionID, "US- and two capital letters, as in US-CA")
	p.Profile = Profile(t.required("profile"))
	r.knownProfile(t, p.Profile)
	p.SignedOff = t.flag("signed_off")
	if !t.has("signed_off") {
		r.fault(t.at, schema, "signed_off is missing; write signed_off: false until a named lawyer has signed SOURCES.md")
	}
	if p.SignedOff && len(p.Signatures()) == 0 {
		r.fault(t.place("signed_off"), schema, "signed_off is true, and %s has no signature; "+
			"the lawyer writes a line \"Signed: name, 2006-01-02\" there, or write signed_off: false", sourcesFile)
	}
	r.law(t)
	r.calendar(t)
	r.substanceUnknown(t)
	r.substanceEvidence(t)
}

func (r *reader) knownProfile(t *table, p Profile) {
	switch p {
	case GreenStandard, Statutory, LocalOption, "":
	default:
		r.fault(t.place("profile"), schema, "profile %q is not known (green-standard, statutory, local-option)", p)
	}
}

func (r *reader) law(t *table) {
	law := t.child("law", "law")
	if law == nil {
		r.fault(t.at, "R7", "law is missing; add law: {effective: date, cite: statute}")
		return
	}
	r.pack.Law = Law{Effective: law.date("effective"), Cite: law.cite()}
	if !law.has("effective") {
		r.fault(law.at, schema, "law: effective is missing; add the day the law took effect")
	}
	law.close()
}

// calendar checks that the pack relies on the calendar there is.
func (r *reader) calendar(t *table) {
	c := t.child("calendar", "calendar")
	if c == nil {
		return
	}
	for key, want := range map[string]string{"years_from_feb29": "mar1", "boundary": "on_or_after"} {
		if got := c.text(key); got != "" && got != want {
			r.fault(c.place(key), schema, "calendar: %s %q is not supported; only %s is", key, got, want)
		}
	}
	c.close()
}

func (r *reader) shaped(t *table, key, value string, shape *regexp.Regexp, words string) {
	if value != "" && !shape.MatchString(value) {
		r.fault(t.place(key), schema, "%s %q is not of the form %s", key, value, words)
	}
}

// named walks the mapping name → mapping under a key, in the order of the file.
func (t *table) named(key string, each func(name string, at Position, entry *table)) {
	group := t.child(key, key)
	if group == nil {
		return
	}
	for _, name := range group.keys {
		what := fmt.Sprintf("%s %s", strings.TrimSuffix(key, "s"), name)
		if !identifier.MatchString(name) {
			t.r.fault(group.places[name], schema, "%s: a name is made of small letters, digits, - and _", what)
		}
		if entry := t.r.table(group.get(name), what); entry != nil {
			each(name, group.places[name], entry)
			entry.close()
		}
	}
}

func (r *reader) params(t *table) {
	t.named("params", func(name string, at Position, entry *table) {
		p := Param{
			Name: name, At: at, Cite: entry.cite(), Type: ParamType(entry.required("type")),
			Required: entry.flag("required"), Of: entry.texts("of"), Help: entry.text("help"),
			Default: Value{Date: schemas.NoDate},
		}
		p.Dated = r.dated(entry)
		for _, n := range entry.list("allowed") {
			p.Ranges = append(p.Ranges, r.span(n, entry.what))
		}
		r.paramShape(entry, &p)
		r.paramDefault(entry, &p)
		r.pack.Params = append(r.pack.Params, p)
	})
}

func (r *reader) paramShape(entry *table, p *Param) {
	switch p.Type {
	case TextParam, BoolParam, IntegerParam, DateParam, ListParam:
	case "":
		return
	default:
		r.fault(entry.place("type"), schema, "%s: type %q is not known (text, bool, integer, date, list)", entry.what, p.Type)
		return
	}
	if p.Type == ListParam && len(p.Of) == 0 {
		r.fault(entry.at, schema, "%s: a list needs of: [the values it may hold]", entry.what)
	}
	if p.Type != ListParam && len(p.Of) > 0 {
		r.fault(entry.place("of"), schema, "%s: of belongs to a list, this is %s", entry.what, p.Type)
	}
	if p.Type != IntegerParam && len(p.Dated) > 0 {
		r.fault(entry.place("dated"), schema, "%s: dated belongs to an integer, this is %s", entry.what, p.Type)
	}
	if p.Type != IntegerParam && len(p.Ranges) > 0 {
		r.fault(entry.place("allowed"), schema, "%s: allowed belongs to an integer, this is %s", entry.what, p.Type)
	}
}

func (r *reader) paramDefault(entry *table, p *Param) {
	if len(p.Dated) > 0 {
		if p.Required || entry.has("default") {
			r.fault(entry.place("dated"), schema, "%s: a dated parameter has no default and is not required; remove them", entry.what)
		}
		return
	}
	if !entry.has("default") {
		if !p.Required && p.Type != ListParam {
			r.fault(entry.at, schema, "%s: give it a default, or required: true", entry.what)
		}
		return
	}
	if p.Required {
		r.fault(entry.place("default"), schema, "%s: a required parameter has no default; remove one of the two", entry.what)
	}
	value, err := p.parse(strings.Join(entry.texts("default"), ","))
	if err != nil {
		r.fault(entry.place("default"), schema, "%s: default %v", entry.what, err)
		return
	}
	p.Default = value
}

// dated reads dated: {"2019-06-28": 10}: the value from each day on.
func (r *reader) dated(entry *table) []DatedInt {
	body := entry.child("dated", entry.what+": dated")
	if body == nil {
		return nil
	}
	defer body.close()
	var values []DatedInt
	for _, key := range body.keys {
		n := body.get(key)
		day, err := schemas.ParseDate(strings.Trim(key, `"'`))
		if err != nil {
			r.fault(body.places[key], schema, "%s: %v", body.what, err)
		}
		values = append(values, DatedInt{From: day, Value: r.number(n, body.what)})
	}
	slices.SortFunc(values, func(a, b DatedInt) int { return cmp.Compare(a.From, b.From) })
	return values
}

// span reads 0 or 40..65.
func (r *reader) span(n ast.Node, what string) Range {
	text := r.text(n, what+": allowed")
	low, high, isRange := strings.Cut(text, "..")
	if !isRange {
		high = low
	}
	from, errFrom := strconv.Atoi(low)
	to, errTo := strconv.Atoi(high)
	if errFrom != nil || errTo != nil || from > to {
		r.fault(r.at(n), schema, "%s: %q is no range; write a number or 40..65", what, text)
	}
	return Range{From: from, To: to}
}

func (r *reader) codes(t *table) {
	include, cite := r.modifiers(t)
	t.named("codes", func(name string, at Position, entry *table) {
		set := CodeSet{Name: name, At: at, Cite: entry.cite(), Include: include, ModifiersCite: cite}
		set.Members = r.members(entry, "members")
		set.Except = r.members(entry, "except")
		set.From, set.To = r.valid(entry)
		set.Unlisted = entry.flag("unlisted_may_be_in")
		if set.File = entry.text("file"); set.File != "" {
			set.Members = append(set.Members, r.codeFile(entry, set.File)...)
		}
		if len(entry.list("members")) == 0 && set.File == "" {
			r.fault(entry.at, schema, "%s has no members; list sections as \"HSC 11357/*\", or name a file", entry.what)
		}
		if entry.has("modifiers") {
			set.Include, set.ModifiersCite = r.modifiers(entry)
		}
		r.pack.Codes = append(r.pack.Codes, set)
	})
}

// valid reads valid: {from: day, to: day}, both included; beginning and end are
// open when not given.
func (r *reader) valid(entry *table) (from, to schemas.Date) {
	from, to = schemas.NoDate, schemas.NoDate
	if v := entry.child("valid", entry.what+": valid"); v != nil {
		from, to = v.date("from"), v.date("to")
		if !from.Known() && !to.Known() || from.Known() && to.Known() && from > to {
			r.fault(v.at, schema, "%s: give from, to, or both, in order", v.what)
		}
		v.close()
	}
	return from, to
}

func (r *reader) members(entry *table, key string) []Member {
	return enums(entry, key, ParseMember)
}

func (r *reader) modifiers(t *table) ([]schemas.Inchoate, string) {
	m := t.child("modifiers", "modifiers")
	if m == nil {
		return nil, ""
	}
	defer m.close()
	include := enums(m, "include", schemas.ParseInchoate)
	return include, m.cite()
}

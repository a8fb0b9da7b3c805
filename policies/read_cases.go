package policies

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// Cases returns the worked examples of the pack's cases.yaml, none when the
// pack has no such file. The error of a file that cannot be read is a Faults.
func (p *Pack) Cases() ([]Case, error) {
	source, ok := p.files[casesFile]
	if !ok {
		return nil, nil
	}
	r := &reader{file: p.name + "/" + casesFile, pack: p, usage: map[string]bool{}}
	cases := r.cases(source)
	if len(r.faults) > 0 {
		r.faults.inOrder()
		return nil, r.faults
	}
	return cases, nil
}

func (r *reader) cases(source []byte) []Case {
	t := r.root(source, "the file of cases")
	if t == nil {
		return nil
	}
	defer t.close()
	asOf := t.date("as_of")
	if !t.has("as_of") {
		r.fault(t.at, schema, "as_of is missing; say for which day the cases are decided")
	}
	params := r.given(t)
	var cases []Case
	for _, n := range t.list("cases") {
		entry := r.table(n, "case")
		if entry == nil {
			continue
		}
		c := r.oneCase(entry, asOf, params)
		if slices.ContainsFunc(cases, func(other Case) bool { return other.ID == c.ID }) {
			r.fault(entry.at, schema, "case %s is given twice; choose another id", c.ID)
		}
		cases = append(cases, c)
		entry.close()
	}
	return cases
}

// given reads params: {name: value}; a list is joined as Bind reads it.
func (r *reader) given(t *table) map[string]string {
	out := map[string]string{}
	params := t.child("params", t.what+": params")
	if params == nil {
		return out
	}
	for _, name := range params.keys {
		p := r.pack.Param(name)
		if p == nil {
			r.fault(params.places[name], schema, "params: %s has no parameter %q", r.pack.ID, name)
			continue
		}
		text := strings.Join(params.texts(name), ",")
		if _, err := p.parse(text); err != nil {
			r.fault(params.places[name], schema, "params: %s: %v", name, err)
		}
		out[name] = text
	}
	return out
}

func (r *reader) oneCase(t *table, asOf schemas.Date, params map[string]string) Case {
	c := Case{ID: t.required("id"), At: t.at, AsOf: asOf, Params: maps.Clone(params), Note: t.text("note")}
	t.what = "case " + c.ID
	if t.has("as_of") {
		c.AsOf = t.date("as_of")
	}
	maps.Copy(c.Params, r.given(t))
	c.Confidence = t.required("confidence")
	if !slices.Contains([]string{"H", "M", "L", ""}, c.Confidence) {
		r.fault(t.place("confidence"), schema, "%s: confidence %q is not known (H, M, L)", t.what, c.Confidence)
	}
	c.Person = r.casePerson(t.child("person", t.what+": person"))
	for _, n := range t.list("charges") {
		if entry := r.table(n, t.what+": charge"); entry != nil {
			c.Charges = append(c.Charges, r.caseCharge(entry))
			entry.close()
		}
	}
	if len(c.Charges) == 0 {
		r.fault(t.at, schema, "%s has no charges; add at least one", t.what)
	}
	return c
}

func (r *reader) casePerson(t *table) CasePerson {
	if t == nil {
		return CasePerson{Birth: schemas.NoDate}
	}
	defer t.close()
	return CasePerson{
		Birth: t.date("birth_date"), Deceased: t.flag("deceased"), Registered: t.texts("registered"),
		Unkeyed: t.flag("no_person_key"), Incomplete: t.flag("incomplete"),
	}
}

func (r *reader) caseCharge(t *table) CaseCharge {
	c := CaseCharge{
		At: t.at, Statute: t.text("statute"), Code: t.text("code"),
		County: t.text("county"), Case: t.text("case"), Key: t.text("charge"),
		Disposed: t.date("disposition_date"), Offense: t.date("offense_date"),
		Arrest: t.date("arrest_date"), Challenge: t.date("challenge_date"),
		Severity:    one(t, "severity", schemas.SeverityUnknown, parseSeverity),
		Disposition: one(t, "disposition", schemas.Convicted, schemas.ParseDisposition),
		Sentence:    one(t, "sentence", schemas.SentenceUnknown, schemas.ParseSentence),
		Degree:      t.text("degree"),
		Sentenced:   t.date("sentence_date"), Released: t.date("release_date"), SupervisionEnd: t.date("supervision_end_date"),
		MaxPenalty: r.caseNumber(t, "max_penalty_days"),
		TermMin:    r.caseNumber(t, "term_min_months"), TermMax: r.caseNumber(t, "term_max_months"),
		Incarcerated: r.caseIncarcerated(t),
		Restitution:  one(t, "restitution", schemas.RestitutionUnknown, schemas.ParseRestitution),
		Evidence:     one(t, "substance_evidence", schemas.NoEvidence, schemas.ParseEvidence),
		NCIC:         t.text("ncic"), VictimAge: r.caseNumber(t, "victim_age"),
		VictimRelation: one(t, "victim_relation", schemas.RelationUnknown, schemas.ParseVictimRelation),
	}
	for _, s := range enums(t, "substances", schemas.ParseSubstance) {
		c.Substances |= s
	}
	if c.Substances != 0 && !t.has("substance_evidence") {
		r.fault(t.place("substances"), schema, "%s: substances needs substance_evidence: what names them", t.what)
	}
	if c.Statute != "" && c.Code != "" {
		r.fault(t.place("code"), schema, "%s: give statute or code, not both", t.what)
	}
	if c.Code != "" && !canonical(c.Code) {
		r.fault(t.place("code"), schema, "%s: %q is no canonical code: write state, code and section, as CA:HSC:11357(c); "+
			"of an attempt, attempt:CA:HSC:11357(c)", t.what, c.Code)
	}
	if want := t.child("expect", t.what+": expect"); want != nil {
		c.Expect = r.expect(want)
	}
	return c
}

var stateCode = regexp.MustCompile(`^[A-Z]{2}$`)

// canonical tells whether a code is written as the program writes them. Only
// Illinois has a stroke in its sections: act and section.
func canonical(code string) bool {
	c, ok := ParseCode(code)
	return ok && stateCode.MatchString(c.Jurisdiction) && plain(c.Name) && (c.Jurisdiction == "IL" || !strings.Contains(c.Section, "/"))
}

// caseNumber reads a whole number; -1 when the key is absent.
func (r *reader) caseNumber(t *table, key string) int32 {
	n := t.get(key)
	if n == nil || isNull(n) {
		return -1
	}
	v := r.integer(n, t.what+": "+key)
	if v < 0 || v > maxDays {
		r.fault(t.place(key), schema, "%s: %s %d is not possible", t.what, key, v)
		return -1
	}
	return int32(v)
}

// maxDays bounds penalties and terms: more than anybody is sentenced to.
const maxDays = 10_000_000

// caseIncarcerated reads true or false; unknown when the key is absent.
func (r *reader) caseIncarcerated(t *table) schemas.Incarceration {
	switch {
	case !t.has("incarcerated"):
		return schemas.IncarcerationUnknown
	case t.flag("incarcerated"):
		return schemas.Incarcerated
	default:
		return schemas.NotIncarcerated
	}
}

func one[T any](t *table, key string, absent T, parse func(string) (T, error)) T {
	if values := enums(t, key, parse); len(values) == 1 {
		return values[0]
	}
	return absent
}

func (r *reader) expect(t *table) *Expect {
	defer t.close()
	want := &Expect{Fields: map[string]string{}}
	for _, key := range expectKeys {
		if !t.has(key) {
			continue
		}
		value := ""
		if n := t.get(key); !isNull(n) {
			value = r.text(n, t.what+": "+key)
		}
		if value == "none" {
			value = ""
		}
		want.Fields[key] = value
	}
	if _, err := schemas.ParseOutcome(want.Fields["outcome"]); err != nil {
		r.fault(t.place("outcome"), schema, "%s: outcome: %v", t.what, err)
	}
	return want
}

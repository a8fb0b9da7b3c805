package policies

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/clearsweep/clearsweep/schemas"
)

func (r *reader) rules(t *table) {
	for _, n := range t.list("rules") {
		entry := r.table(n, "rule")
		if entry == nil {
			continue
		}
		r.rule(entry)
		entry.close()
	}
	if len(r.pack.Rules) == 0 {
		r.fault(t.place("rules"), schema, "the policy has no rules; add at least one")
	}
}

func (r *reader) rule(t *table) {
	rule := Rule{ID: t.required("id"), At: t.at}
	if rule.ID != "" {
		t.what = "rule " + rule.ID
	}
	rule.Cite = t.cite()
	r.shaped(t, "id", rule.ID, identifier, "small letters, digits and hyphens")
	if slices.ContainsFunc(r.pack.Rules, func(other Rule) bool { return other.ID == rule.ID }) {
		r.fault(t.place("id"), schema, "%s: the id is taken by an earlier rule; choose another", t.what)
	}
	if scope := t.text("scope"); scope != "" && scope != "charge" {
		r.fault(t.place("scope"), schema, "%s: scope %q is not supported; only charge is", t.what, scope)
	}
	rule.EnabledIf = r.enabledIf(t)
	if n := t.get("when"); n != nil {
		rule.When = r.condition(n, rule.ID)
	} else {
		r.fault(t.at, schema, "%s: when is missing; say when the rule applies", t.what)
	}
	rule.When = r.inForce(t, &rule)
	rule.Gives = r.consequence(t)
	if lapses := t.child("lapses", t.what+": lapses"); lapses != nil {
		rule.Lapses = lapses.cite()
		lapses.close()
	}
	rule.Reason = t.text("reason")
	r.template(t, "reason", rule.Reason, "section", "eligible_on")
	r.pack.Rules = append(r.pack.Rules, rule)
}

// inForce adds valid: {from, to} to the condition of a rule: offences of other
// days are under another text of the statute.
func (r *reader) inForce(t *table, rule *Rule) *Condition {
	from, to := r.valid(t)
	terms := []*Condition{}
	bound := func(name string, compare Compare, day schemas.Date) {
		if !day.Known() {
			return
		}
		leaf := &Leaf{
			ID: rule.ID + "." + name, Cite: rule.Cite, At: t.place("valid"),
			Test: DateIs{Field: OffenseDate, Compare: compare, Date: DateArg{Value: day}, ImpliedBy: []Field{ArrestDate, DispositionDate}},
			Say: Say{
				Yes:     "The offence was on a day for which this text of the statute is the law.",
				No:      "The offence was on a day for which another text of the statute is the law.",
				Unknown: "The day of the offence is missing, and the statute has changed.",
			},
			Ask: "On which day was the offence?", Who: "the court that decided the charge",
			definition: fmt.Sprintf("valid: %s %s | %s", name, day, rule.Cite),
		}
		terms = append(terms, &Condition{Leaf: leaf, At: leaf.At})
	}
	bound("valid-from", OnOrAfter, from)
	bound("valid-to", OnOrBefore, to)
	if len(terms) == 0 || rule.When == nil {
		return rule.When
	}
	return &Condition{Op: All, Terms: append(terms, rule.When), At: t.at}
}

func (r *reader) enabledIf(t *table) string {
	n := t.get("enabled_if")
	if n == nil {
		return ""
	}
	text := r.text(n, t.what+": enabled_if")
	name, ok := strings.CutPrefix(text, "$")
	if !ok || r.pack.Param(name) == nil {
		r.fault(r.at(n), schema, "%s: enabled_if must be a parameter such as $name, this is %q", t.what, text)
		return ""
	}
	r.use("param", name)
	return name
}

// outcomeKeys are the keys of a rule that say what it gives.
var outcomeKeys = []string{"relief", "not_eligible", "blocked", "review", "out_of_scope"}

// consequence reads the one key of a rule that says what it gives.
func (r *reader) consequence(t *table) Consequence {
	var given []string
	for _, key := range outcomeKeys {
		if t.get(key) != nil {
			given = append(given, key)
		}
	}
	if len(given) != 1 {
		r.fault(t.at, schema, "%s must give exactly one of %s; it has %d", t.what, strings.Join(outcomeKeys, ", "), len(given))
		return Consequence{}
	}
	what := t.what + ": " + given[0]
	if _, empty := t.get(given[0]).(*ast.NullNode); empty {
		r.fault(t.place(given[0]), schema, "%s is empty; write {} when there is nothing to add", what)
		return Consequence{}
	}
	body := t.child(given[0], what)
	if body == nil {
		return Consequence{}
	}
	defer body.close()
	return r.consequenceBody(given[0], body)
}

func (r *reader) consequenceBody(key string, body *table) Consequence {
	switch key {
	case "relief":
		return Consequence{Outcome: schemas.Eligible, Relief: r.relief(body)}
	case "not_eligible":
		return Consequence{Outcome: schemas.NotEligible, TryNext: body.text("try_next")}
	case "blocked":
		return Consequence{Outcome: schemas.Blocked, Lifts: body.required("lifts")}
	case "out_of_scope":
		return Consequence{Outcome: schemas.OutOfScope, OtherLaw: body.text("other_law")}
	default:
		c := Consequence{Outcome: schemas.Review, Question: body.required("question"), Who: body.text("who")}
		if c.Who == "" {
			r.fault(body.at, "R1", "%s: who is missing; a review that nobody is asked to answer never ends", body.what)
		}
		return c
	}
}

func (r *reader) relief(t *table) Relief {
	relief := Relief{Floor: NoVerb, Ceiling: NoVerb, WhileServing: NoVerb, Due: t.date("due")}
	both := r.verb(t, "verb")
	relief.Floor, relief.Ceiling = r.verb(t, "floor"), r.verb(t, "ceiling")
	switch {
	case t.has("verb") && (t.has("floor") || t.has("ceiling")):
		r.fault(t.at, schema, "%s: give verb, or floor and ceiling, not both", t.what)
	case t.has("verb"):
		relief.Floor, relief.Ceiling = both, both
	case !t.has("floor") || !t.has("ceiling"):
		r.fault(t.at, schema, "%s: what is given? add verb, or floor and ceiling", t.what)
	case relief.Floor > relief.Ceiling && relief.Ceiling != NoVerb:
		r.fault(t.place("floor"), schema, "%s: floor %s is more than ceiling %s; exchange them", t.what, relief.Floor, relief.Ceiling)
	}
	relief.WhileServing = r.verb(t, "while_serving")
	if relief.LegalBasis = t.text("legal_basis"); relief.LegalBasis == "" {
		r.fault(t.at, "R11", "%s: legal_basis is missing; name the law on which the order rests", t.what)
	} else if name := placeholder.FindString(relief.LegalBasis); name != "" {
		r.fault(t.place("legal_basis"), schema, "%s: legal_basis stands in orders as it is written; write out what %s is", t.what, name)
	}
	if !t.flag("jurisdiction_retained") {
		r.fault(t.at, "R11", "%s: jurisdiction_retained: true is missing; relief never closes the case to later motions", t.what)
	}
	return relief
}

func (r *reader) verb(t *table, key string) Verb {
	name := t.text(key)
	switch name {
	case "":
		return NoVerb
	case "destroy", "delete", "purge", "erase":
		r.fault(t.place(key), "R10", "%s: %q destroys a record; seal it (seal, dismiss_and_seal)", t.what, name)
		return NoVerb
	}
	v, err := ParseVerb(name)
	if err != nil {
		r.fault(t.place(key), schema, "%s: %v", t.what, err)
	}
	return v
}

func (r *reader) otherwise(t *table) {
	o := t.child("otherwise", "otherwise")
	if o == nil {
		r.fault(t.at, schema, "otherwise is missing; say what a charge gets when no rule applies, with its cite and reason")
		return
	}
	out := Otherwise{Cite: o.cite(), Reason: o.required("reason"), TryNext: o.text("try_next")}
	switch outcome := o.text("outcome"); outcome {
	case "", "not_eligible":
		out.Outcome = schemas.NotEligible
	case "review":
		out.Outcome, out.Question, out.Who = schemas.Review, o.required("question"), o.text("who")
		if out.Who == "" {
			r.fault(o.at, "R1", "otherwise: who is missing; a review that nobody is asked to answer never ends")
		}
	default:
		r.fault(o.place("outcome"), schema, "otherwise: outcome %q is not possible (not_eligible, review)", outcome)
	}
	r.template(o, "reason", out.Reason, "section")
	o.close()
	r.pack.Otherwise = out
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// template checks that the placeholders of a text are parameters or one of the
// names given.
func (r *reader) template(t *table, key, text string, names ...string) {
	for _, match := range placeholder.FindAllStringSubmatch(text, -1) {
		name := match[1]
		switch {
		case slices.Contains(names, name):
		case r.pack.Param(name) != nil:
			r.use("param", name)
		default:
			known := slices.Clone(names)
			for i := range r.pack.Params {
				known = append(known, r.pack.Params[i].Name)
			}
			r.fault(t.place(key), schema, "%s: %s has no value for {%s} (it may use %s)", t.what, key, name, braced(known))
		}
	}
}

func braced(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return fmt.Sprintf("{%s}", strings.Join(names, "}, {"))
}

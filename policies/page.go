package policies

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Page is the pack as a page of Markdown for people who check law, not
// programs: what it decides in the order in which it decides it, every clause
// with its source, and what happens when a fact is missing. It is written from
// the file itself, so that nothing that the file says is left out: a key that
// the page has no words for stands there as it was written.
func (p *Pack) Page() string {
	w := &page{pack: p, root: p.source()}
	w.head()
	w.params()
	w.scope()
	w.rules()
	w.caps()
	w.otherwise()
	w.missing()
	w.presumptions()
	w.leaves()
	w.codes()
	w.facts()
	w.grades()
	w.variants()
	w.sources()
	return w.b.String()
}

// page is a page that is being written.
type page struct {
	pack *Pack
	root *tree
	b    strings.Builder
}

func (w *page) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

func (w *page) heading(level int, text string) {
	w.line("\n%s %s\n", strings.Repeat("#", level), text)
}

// rest prints what the page has no words for.
func (w *page) rest(prefix string, t *tree, said ...string) {
	for _, key := range t.without(said...).keys {
		w.line("%s%s: %s", prefix, key, verbatim(t.of[key]))
	}
}

func verbatim(t *tree) string { return "`" + t.String() + "`" }

var markdown = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "<", `\<`, "|", `\|`)

func plainText(s string) string { return markdown.Replace(s) }

// sourced is a text followed by its source.
func sourced(text, cite string) string {
	if cite == "" {
		return text
	}
	return text + " — *" + plainText(cite) + "*"
}

func (w *page) head() {
	p, r := w.pack, w.root
	w.line("# %s\n", plainText(p.Title))
	w.line("- Policy: `%s`, loaded as `%s`", p.ID, p.name)
	w.line("- Law: %s", sourced("in force since "+p.Law.Effective.String(), p.Law.Cite))
	w.rest("  - ", r.get("law"), "effective", "cite")
	w.line("- Jurisdiction: %s", p.Jurisdiction)
	w.line("- Profile: %s", profileWords(p.Profile))
	if p.SignedOff {
		for _, s := range p.Signatures() {
			w.line("- Signed off: by %s, %s", plainText(s.Name), s.Day)
		}
	} else {
		w.line("- Signed off: **no**. No lawyer has signed this version; what it decides is a draft")
	}
	if form := r.get("modifiers"); form != nil {
		w.line("- Forms that count as the offence itself: %s", modifierWords(form))
	}
	w.line("- SHA-256 of its files: `%s`", p.Digest())
	w.rest("- ", r, "schema", "id", "title", "jurisdiction", "profile", "signed_off", "law", "modifiers",
		"calendar", "degrees", "penalties", "caps", "params", "codes", "facts", "conditions", "scope", "rules", "otherwise", "substance_unknown", "substance_evidence", "variants")
	w.rest("- calendar, ", r.get("calendar"))
}

func profileWords(p Profile) string {
	switch p {
	case GreenStandard:
		return "green-standard: relief without waits, fees, counts, ages, and bars by other charges"
	case Statutory:
		return "statutory: an enacted law as it stands"
	case LocalOption:
		return "local-option: a choice that the law leaves to a named official"
	default:
		return string(p)
	}
}

func modifierWords(t *tree) string {
	forms := strings.Join(t.get("include").texts(), ", ")
	return sourced(cmp.Or(forms, "none"), t.word("cite"))
}

func (w *page) params() {
	params := w.root.get("params")
	if params == nil {
		return
	}
	w.heading(2, "What is left open")
	w.line("Each is given with `--param name=value`.\n")
	for i := range w.pack.Params {
		param := &w.pack.Params[i]
		t := params.get(param.Name)
		value := "must be given"
		if set := t.get("default"); set != nil {
			value = verbatim(set) + " unless given"
		} else if t.get("dated") != nil {
			value = "by the as-of date unless given"
		} else if t.word("required") != "true" {
			value = "empty unless given"
		}
		w.line("- **%s** %s (%s; %s)", param.Name, sourced(plainText(t.word("help")), param.Cite), plainText(param.Allowed()), value)
		w.rest("  - ", t, "help", "cite", "default", "required", "type", "allowed", "of")
	}
}

func (w *page) scope() {
	w.heading(2, "Of which charges the law speaks")
	scope := w.root.get("scope")
	if scope == nil {
		w.line("Of every charge.")
		return
	}
	w.line("A charge is OUT_OF_SCOPE unless this holds:\n")
	w.condition(scope, "scope", "")
}

func (w *page) rules() {
	w.heading(2, "The rules, in order")
	w.line("The first rule that applies to a charge decides it. In texts, {section} stands for the section charged, {eligible\\_on}")
	w.line("for the day from which relief is given, and other braces for the parameter that they name.")
	lasting := w.pack.Lasting()
	for i, t := range w.root.get("rules").elements() {
		id := t.word("id")
		w.heading(3, fmt.Sprintf("%d. %s", i+1, plainText(id)))
		w.line("*%s*\n", plainText(t.word("cite")))
		if param := t.word("enabled_if"); param != "" {
			w.line("Only when parameter **%s** is true, not zero, or not empty.\n", strings.TrimPrefix(param, "$"))
		}
		if lasting[i].Lasts() {
			w.line("As time passes: it lasts.\n")
		} else {
			w.line("As time passes: **to be decided again with every sweep**; %s. Its eligible_on is no promise.\n", plainText(lasting[i].Reason))
			w.rest("", t.get("lapses"), "cite")
		}
		w.line("When:\n")
		w.condition(t.get("when"), id, "")
		w.line("")
		w.gives(t)
		if reason := t.word("reason"); reason != "" {
			w.line("- Reason given: “%s”", plainText(reason))
		}
		w.rest("- ", t, append([]string{"id", "cite", "scope", "enabled_if", "when", "reason", "lapses"}, outcomeKeys...)...)
	}
}

// operators join conditions.
var operators = []string{"all", "any", "none"}

// condition prints a node of a condition as an item of a list.
func (w *page) condition(t *tree, owner, indent string) {
	if ref := t.word("ref"); ref != "" {
		leaf := w.find(ref)
		w.line("%s- %s (%s)", indent, sourced(holds(leaf), leaf.word("cite")), ref)
		w.waits(leaf, indent)
		return
	}
	for _, key := range operators {
		if group := t.get(key); group != nil {
			w.line("%s- %s of these:", indent, key)
			for _, term := range group.elements() {
				w.condition(term, owner, indent+"  ")
			}
			w.rest(indent+"  - ", t, key)
			return
		}
	}
	w.line("%s- %s (%s.%s)", indent, sourced(holds(t), t.word("cite")), owner, t.word("id"))
	w.waits(t, indent)
}

// holds is a leaf in words, or as it is written when it has none.
func holds(leaf *tree) string {
	if say := leaf.word("say", "yes"); say != "" {
		return plainText(say)
	}
	return question(leaf)
}

// leafWords are the keys of a leaf that are not what it looks at.
var leafWords = []string{"id", "cite", "say", "ask", "who", "unknown", "temporary"}

// question is what a leaf looks at, as written.
func question(leaf *tree) string {
	body := leaf.without(leafWords...)
	parts := make([]string, len(body.keys))
	for i, key := range body.keys {
		parts[i] = "`" + key + ": " + body.of[key].String() + "`"
	}
	return strings.Join(parts, ", ")
}

// find is the leaf of a qualified id.
func (w *page) find(id string) *tree {
	for _, l := range w.all() {
		if l.id == id {
			return l.tree
		}
	}
	return nil
}

// ownedLeaf is a leaf with its qualified id.
type ownedLeaf struct {
	id   string
	tree *tree
}

// all are the leaves of the file: the named ones, then those of scope and rules.
func (w *page) all() []ownedLeaf {
	var leaves []ownedLeaf
	for _, t := range w.root.get("conditions").elements() {
		leaves = append(leaves, ownedLeaf{t.word("id"), t})
	}
	leaves = append(leaves, leavesIn(w.root.get("scope"), "scope")...)
	for _, rule := range w.root.get("rules").elements() {
		leaves = append(leaves, leavesIn(rule.get("when"), rule.word("id"))...)
	}
	return leaves
}

// leavesIn are the leaves written in a condition.
func leavesIn(t *tree, owner string) []ownedLeaf {
	if t == nil || t.get("ref") != nil {
		return nil
	}
	for _, key := range operators {
		if group := t.get(key); group != nil {
			var leaves []ownedLeaf
			for _, term := range group.elements() {
				leaves = append(leaves, leavesIn(term, owner)...)
			}
			return leaves
		}
	}
	return []ownedLeaf{{owner + "." + t.word("id"), t}}
}

// gives prints what a rule gives.
func (w *page) gives(rule *tree) {
	for _, key := range outcomeKeys {
		body := rule.get(key)
		if body == nil {
			continue
		}
		switch key {
		case "relief":
			w.line("- Gives: **ELIGIBLE**: %s", reliefWords(body))
			w.rest("- ", body, "verb", "floor", "ceiling", "while_serving", "legal_basis", "due", "jurisdiction_retained")
		case "not_eligible":
			w.line("- Gives: **NOT_ELIGIBLE**%s", optional("; look next at ", body.word("try_next")))
			w.rest("- ", body, "try_next")
		case "blocked":
			w.line("- Gives: **BLOCKED**; %s", plainText(body.word("lifts")))
			w.rest("- ", body, "lifts")
		case "review":
			w.line("- Gives: **REVIEW**: “%s”, asked of %s", plainText(body.word("question")), plainText(body.word("who")))
			w.rest("- ", body, "question", "who")
		case "out_of_scope":
			w.line("- Gives: **OUT_OF_SCOPE**%s", optional("; the law that speaks of it: ", body.word("other_law")))
			w.rest("- ", body, "other_law")
		default:
			w.line("- Gives: %s %s", key, verbatim(body))
		}
	}
}

func optional(before, text string) string {
	if text == "" {
		return ""
	}
	return before + plainText(text)
}

func reliefWords(t *tree) string {
	relief := verbWords(t.word("verb"))
	if relief == "" {
		relief = fmt.Sprintf("at least %s, at most %s", verbWords(t.word("floor")), verbWords(t.word("ceiling")))
	}
	if serving := t.word("while_serving"); serving != "" {
		relief += "; while the sentence runs, " + verbWords(serving)
	}
	if due := t.word("due"); due != "" {
		relief += "; to be given by " + due
	}
	return sourced(relief+"; the court keeps jurisdiction", t.word("legal_basis"))
}

// verbWords is a verb for people. The word for sealing that sounds like more says
// what it is.
func verbWords(verb string) string {
	if verb == Expunge.String() {
		return "expunge (which seals, under a law that calls it so)"
	}
	return strings.ReplaceAll(verb, "_", " ")
}

// caps prints how often rules relieve.
func (w *page) caps() {
	caps := w.root.get("caps").elements()
	if len(caps) == 0 {
		return
	}
	w.heading(2, "How often in a lifetime")
	for _, t := range caps {
		w.line("- **%s**: at most %s of the charges that %s relieves; first come %s — *%s*", plainText(t.word("id")),
			t.word("at_most"), strings.Join(t.get("of").texts(), ", "), plainText(strings.Join(t.get("order").texts(), ", then ")),
			plainText(t.word("cite")))
		w.line("  - the rest: **%s**; “%s”%s", strings.ToUpper(cmp.Or(t.word("outcome"), "not_eligible")), plainText(t.word("reason")), optional("; look next at ", t.word("try_next")))
		w.line("  - if a missing fact decides it: review; “%s”, asked of %s", plainText(t.word("question")), plainText(t.word("who")))
		w.rest("  - ", t, "id", "cite", "of", "at_most", "order", "outcome", "reason", "try_next", "question", "who")
	}
}

// grades prints the degrees of offences and the most that the law allows.
func (w *page) grades() {
	if t := w.root.get("degrees"); t != nil {
		w.heading(2, "Degrees of offences")
		w.line("From the least to the gravest: %s — *%s*", strings.Join(t.get("order").texts(), ", "), plainText(t.word("cite")))
		w.rest("- ", t, "order", "cite")
	}
	penalties := w.root.get("penalties").elements()
	if len(penalties) == 0 {
		return
	}
	w.heading(2, "The most that the law allows")
	w.line("Where the record does not say it itself; the first line that fits counts.\n")
	for _, t := range penalties {
		w.line("- %s: %s — *%s*", question(t.without("max")), t.word("max"), plainText(t.word("cite")))
	}
}

func (w *page) otherwise() {
	t := w.root.get("otherwise")
	w.heading(2, "When no rule applies")
	outcome := strings.ToUpper(cmp.Or(t.word("outcome"), "not_eligible"))
	w.line("**%s**: %s%s", outcome, sourced(plainText(t.word("reason")), t.word("cite")), optional("; look next at ", t.word("try_next")))
	if ask := t.word("question"); ask != "" {
		w.line("\n- Asks: “%s”, of %s", plainText(ask), plainText(t.word("who")))
	}
	w.rest("- ", t, "outcome", "reason", "cite", "try_next", "question", "who")
}

func (w *page) missing() {
	w.heading(2, "When a fact is missing")
	w.line("A condition that the facts do not answer never gives relief and never silently denies it. If the outcome is")
	w.line("the same however the missing facts turn out, it stands. Otherwise the charge goes to **REVIEW** with the")
	w.line("question of the condition, under “The conditions in full”. Only the presumptions that follow put something")
	w.line("known in the place of something missing.")
	w.deciding()
}

func (w *page) presumptions() {
	w.heading(2, "Presumptions")
	none := !w.included()
	for _, l := range w.all() {
		if l.tree.get("unknown", "presume") == nil {
			continue
		}
		none = false
		w.line("- %s: %s", l.id, presumption(l.tree))
	}
	if none {
		w.line("None.")
	}
}

// deciding prints which evidence names a substance.
func (w *page) deciding() {
	if e := w.pack.SubstanceEvidence; e.Laboratory {
		w.line("")
		w.line("- %s", sourced("What the laboratory found names the substance of a charge, where no better evidence does", e.Cite))
		w.rest("  - ", w.root.get("substance_evidence"), "decides", "cite")
	}
}

// included prints what is presumed of a substance that nothing names, and tells
// whether anything is.
func (w *page) included() bool {
	u := w.pack.SubstanceUnknown
	if u.Include {
		w.line("- %s", sourced("Of a conviction up to "+u.Until.String()+" whose substance nothing names, every condition on the substance is presumed to hold, "+
			"unless weaker evidence names another. The charges so included are counted and published", u.Cite))
		w.rest("  - ", w.root.get("substance_unknown"), "include", "until", "cite")
	}
	return u.Include
}

// presumption is what the law presumes of a leaf, in words.
func presumption(leaf *tree) string {
	answer := "that it does not hold"
	switch leaf.word("unknown", "presume") {
	case "true":
		answer = "that it holds"
	case "closed":
		answer = "that pending charges are closed"
	}
	if on := leaf.get("unknown", "if"); on != nil {
		answer += ", if " + verbatim(on)
	}
	return sourced("“"+holds(leaf)+"” The law presumes "+answer, leaf.word("unknown", "cite"))
}

func (w *page) leaves() {
	w.heading(2, "The conditions in full")
	for _, l := range w.all() {
		t := l.tree
		w.line("- **%s** %s", l.id, sourced("looks at "+question(t), t.word("cite")))
		for _, words := range [][2]string{{"yes", "when it holds"}, {"no", "when it does not"}, {"unknown", "when it is not known"}} {
			if say := t.word("say", words[0]); say != "" {
				w.line("  - %s: “%s”", words[1], plainText(say))
			}
		}
		w.line("  - if the fact is missing: %s", whenMissing(t))
		if t.word("temporary") == "true" {
			w.line("  - a bar that can end on no day that can be computed: who fails on nothing else is BLOCKED")
		}
	}
}

func whenMissing(leaf *tree) string {
	before := ""
	if leaf.get("unknown", "presume") != nil {
		if before = presumption(leaf); leaf.get("unknown", "if") == nil {
			return before
		}
		before += "; if that is not so either, "
	}
	ask := cmp.Or(leaf.word("ask"), leaf.word("say", "unknown"), "is this so?")
	return before + fmt.Sprintf("review; “%s”, asked of %s", plainText(ask), plainText(cmp.Or(leaf.word("who"), "nobody in particular")))
}

func (w *page) codes() {
	if len(w.pack.Codes) == 0 {
		return
	}
	w.heading(2, "The code sets")
	w.line("A section with `/*` stands for itself and everything below it, a range with `..` for every section from the first to the last.\n")
	for i := range w.pack.Codes {
		set := &w.pack.Codes[i]
		t := w.root.get("codes", set.Name)
		w.line("- **%s** — *%s*", plainText(set.Name), plainText(set.Cite))
		w.members(set)
		if len(set.Except) > 0 {
			w.line("  - except: %s", memberWords(set.Except))
		}
		if form := t.get("modifiers"); form != nil {
			w.line("  - also when it is one of: %s", modifierWords(form))
		}
		w.rest("  - ", t, "cite", "members", "except", "modifiers")
	}
}

// members prints the members of a set: those of the file apart, each with its
// days and source, and of a range the sections that the state's table lists.
func (w *page) members(set *CodeSet) {
	written := func(m Member) bool { return m.Cite == "" }
	if in := slices.DeleteFunc(slices.Clone(set.Members), func(m Member) bool { return !written(m) }); len(in) > 0 {
		w.line("  - members: %s", memberWords(in))
	}
	for _, m := range set.Members {
		if m.To != "" {
			listed := set.table.within(m, w.pack.State(), inside)
			w.line("  - `%s` holds, of the sections that the state's table lists: %s", m, strings.Join(listed, ", "))
		}
		if !written(m) {
			w.line("  - `%s`%s — *%s*", m, validWords(m.Valid), plainText(m.Cite))
		}
	}
}

func validWords(d *Days) string {
	switch {
	case d == nil:
		return ""
	case !d.To.Known():
		return ", offences from " + d.From.String()
	case !d.From.Known():
		return ", offences to " + d.To.String()
	default:
		return ", offences from " + d.From.String() + " to " + d.To.String()
	}
}

func memberWords(members []Member) string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = "`" + m.String() + "`"
	}
	return strings.Join(out, ", ")
}

func (w *page) facts() {
	facts := w.root.get("facts")
	if facts == nil {
		return
	}
	w.heading(2, "Facts about all charges of a person")
	for _, name := range facts.keys {
		t := facts.of[name]
		w.line("- **%s** — *%s*", plainText(name), plainText(t.word("cite")))
		if latest := t.get("max"); latest != nil {
			w.line("  - the latest day of: %s", eventWords(latest))
		}
		w.rest("  - ", t, "cite")
	}
}

// sources appends SOURCES.md, its headings below those of the page.
func (w *page) sources() {
	text, ok := w.pack.files[sourcesFile]
	if !ok {
		return
	}
	w.heading(2, "Sources")
	body := strings.TrimSpace(string(text))
	if title, rest, ok := strings.Cut(body, "\n"); ok && strings.HasPrefix(title, "# ") {
		body = strings.TrimSpace(rest)
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.HasPrefix(line, "#") {
			line = "#" + line
		}
		w.line("%s", line)
	}
}

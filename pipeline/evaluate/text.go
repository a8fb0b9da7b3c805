package evaluate

import (
	"cmp"
	"strings"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// textKey is everything that the words of a decision depend on.
type textKey struct {
	outcome        schemas.Outcome
	rule, leaf     int16
	floor, ceiling policies.Verb
	section        int32
	day            schemas.Date // NoDate unless the words give it
	limit          int16        // 1 + the cap that decided, 0 when none did
	custody        bool         // the remedy depends on custody, and the record is silent
}

// maxTexts bounds the memory of texts. When it is full it starts anew.
const maxTexts = 1 << 14

// text is Text of the law of the moment.
func (e *judge) text(p *Person, i int, d *Decision) *Text {
	c := &p.Charges[i]
	return e.weigh(e.remembered(c, d), c, d)
}

// remembered are the words of a decision. Equal decisions cost one look-up.
func (e *judge) remembered(c *Charge, d *Decision) *Text {
	key := textKey{
		outcome: d.Outcome, rule: d.Rule, leaf: d.Leaf, floor: d.Floor, ceiling: d.Ceiling,
		day: schemas.NoDate, limit: d.Cap,
	}
	if e.law.saysSection(d) {
		key.section = e.codes[c.Code].section
	}
	if d.Rule >= 0 {
		r := e.law.rules[d.Rule].source
		if e.law.rules[d.Rule].saysDay {
			key.day = d.EligibleOn
		}
		key.custody = d.Outcome == schemas.Eligible && r.Gives.Relief.WhileServing != policies.NoVerb &&
			c.Sentence == schemas.SentenceUnknown
	}
	packed := key.pack()
	recent := &e.recent[packed.place()]
	if recent.text != nil && recent.key == packed {
		return recent.text
	}
	text, ok := e.texts[packed]
	if !ok {
		text = e.newText(packed, key, c, d)
	}
	*recent = recentText{packed, text}
	return text
}

// recentText is a text that was asked for a short while ago.
type recentText struct {
	key  packedKey
	text *Text
}

// recentTexts are enough for the rules of a policy.
const recentTexts = 64

// place is where a text stands among the recent ones.
func (k packedKey) place() int {
	return int((k[0]^k[1]*0x9e3779b97f4a7c15)*0xff51afd7ed558ccd>>58) & (recentTexts - 1)
}

// saysSection tells whether the words of a decision give the section of the charge.
func (l *Law) saysSection(d *Decision) bool {
	const section = "{section}"
	switch {
	case d.Cap > 0:
		return strings.Contains(l.caps[d.Cap-1].source.Reason, section)
	case d.Rule >= 0:
		return l.rules[d.Rule].saysSection
	case d.Leaf >= 0:
		return false
	default:
		return l.otherwiseSaysSection
	}
}

// newText writes the text of a key, and keeps it.
func (e *judge) newText(packed packedKey, key textKey, c *Charge, d *Decision) *Text {
	if len(e.texts) >= maxTexts {
		clear(e.texts)
		clear(e.hints)
	}
	text := e.words(key, e.codes[c.Code].code)
	if d.Outcome == schemas.Review {
		text.Priority = NormalPriority
	}
	e.texts[packed] = &text
	return &text
}

// packedKey is a textKey without gaps, which hashes fast.
type packedKey [2]uint64

func (k *textKey) pack() packedKey {
	custody := uint64(0)
	if k.custody {
		custody = 1
	}
	return packedKey{
		uint64(uint16(k.rule))<<48 | uint64(uint16(k.leaf))<<32 | uint64(uint8(k.floor))<<24 | //nolint:gosec // bits, not numbers
			uint64(uint8(k.ceiling))<<16 | uint64(k.outcome)<<8 | uint64(uint8(k.limit))<<1 | custody, //nolint:gosec // bits, not numbers
		uint64(uint32(k.section))<<32 | uint64(uint32(k.day)), //nolint:gosec // bits, not numbers
	}
}

// words writes the text of a key.
func (e *judge) words(key textKey, code *policies.Code) Text {
	t := Text{RemedyFloor: key.floor.String(), RemedyCeiling: key.ceiling.String()}
	values := map[string]string{"section": "", "eligible_on": key.day.String()}
	if code != nil {
		values["section"] = code.Section
	}
	if key.limit > 0 {
		e.capWords(&t, key, values)
		return t
	}
	if key.rule >= 0 {
		e.ruleWords(&t, key, values)
	}
	if key.leaf >= 0 {
		e.leafWords(&t, key)
	}
	if key.rule < 0 && key.leaf < 0 {
		e.otherwiseWords(&t, values)
	}
	return t
}

func (e *judge) ruleWords(t *Text, key textKey, values map[string]string) {
	r := e.law.rules[key.rule].source
	t.Rule, t.Clause = r.ID, r.Cite
	t.Reason = e.law.fill(r.Reason, values)
	switch key.outcome {
	case schemas.Eligible:
		t.LegalBasis = r.Gives.Relief.LegalBasis
		if key.custody {
			t.Reason = join(t.Reason, "the record does not say whether the sentence still runs")
		}
	case schemas.NotEligible:
		t.Reason = join(t.Reason, see(r.Gives.TryNext))
	case schemas.OutOfScope:
		t.Reason = join(t.Reason, see(r.Gives.OtherLaw))
	case schemas.Blocked:
		t.Reason = join(t.Reason, r.Gives.Lifts)
	case schemas.Review:
		t.Question, t.Who = r.Gives.Question, r.Gives.Who
	case schemas.NotYet, schemas.History:
	}
}

// capWords writes what a lifetime cap decided, or asks.
func (e *judge) capWords(t *Text, key textKey, values map[string]string) {
	limit := e.law.caps[key.limit-1].source
	t.Clause, t.Reason = limit.Cite, join(e.law.fill(limit.Reason, values), see(limit.TryNext))
	if key.rule >= 0 {
		t.Rule = e.law.rules[key.rule].source.ID
	}
	if key.outcome == schemas.Review {
		t.Question, t.Who = limit.Question, limit.Who
	}
}

// leafWords writes what a leaf decided, or asks.
func (e *judge) leafWords(t *Text, key textKey) {
	leaf := e.law.leaves[key.leaf]
	t.Leaf, t.Clause = leaf.ID, leaf.Cite
	if key.outcome == schemas.Review {
		t.Reason = e.law.fill(leaf.Say.Unknown, nil)
		t.Question, t.Who = e.law.fill(leaf.Question(), nil), leaf.Who
		if t.Question == "" {
			t.Question = "is this so: " + leaf.ID + "?"
		}
		return
	}
	t.Reason = e.law.fill(leaf.Say.No, nil)
}

func (e *judge) otherwiseWords(t *Text, values map[string]string) {
	o := &e.law.bound.Pack.Otherwise
	t.Clause, t.Reason = o.Cite, join(e.law.fill(o.Reason, values), see(o.TryNext))
	t.Question, t.Who = o.Question, o.Who
}

func see(law string) string {
	if law == "" {
		return ""
	}
	return "see " + law
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// fill writes values and parameters into a template.
func (l *Law) fill(template string, values map[string]string) string {
	if !strings.Contains(template, "{") {
		return template
	}
	var b strings.Builder
	for template != "" {
		text, rest, found := strings.Cut(template, "{")
		b.WriteString(text)
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		template = after
		if v, ok := values[name]; ok {
			b.WriteString(v)
		} else if p := l.bound.Pack.Param(name); p != nil {
			b.WriteString(p.Format(l.bound.Value(name)))
		}
	}
	return b.String()
}

// LeafInfo is a leaf as the manifest lists it.
type LeafInfo struct {
	Bit      int
	ID, Cite string
}

// Leaves lists the leaves in the order of their bits. It does not depend on
// parameters or on the as-of date.
func (l *Law) Leaves() []LeafInfo {
	var infos []LeafInfo
	for i, leaf := range l.leaves {
		if leaf != nil {
			infos = append(infos, LeafInfo{Bit: i, ID: leaf.ID, Cite: leaf.Cite})
		}
	}
	return infos
}

// RuleTrace is a rule as it was decided.
type RuleTrace struct {
	ID      string // "scope" for the scope
	Cite    string
	Value   string // yes, no, unknown; off when a parameter switches the rule off
	Decided bool   // the rule that decided, or that asks
	Who     string // of a rule that ends in review: who can answer
	Leaves  []LeafTrace
}

// LeafTrace is a leaf as it was decided.
type LeafTrace struct {
	ID       string
	Cite     string
	Value    string // yes, no, unknown
	Presumed bool   // the law presumes the answer; PresumedBy says which
	// PresumedBy is the cite of the presumption.
	PresumedBy string
	Say        string // in words, empty when the policy has none
	// Clock says what starts the clock of the leaf again, and what stops it, as
	// the policy has it.
	Clock string
	// Ask and Who are the question of a leaf that is unknown, and who can answer it.
	Ask, Who string
}

// Explain renders the trace of a determination from its masks: the scope, then
// the rules in order, down to the one that applied. decided is the id of the rule
// that decided. A rule that does not apply, and did not decide, shows only the
// leaves that keep it from applying.
func (l *Law) Explain(known, knownNot, presumed uint64, decided string) []RuleTrace {
	m := mask{t: known, f: knownNot, p: presumed}
	var traces []RuleTrace
	if l.scope != nil {
		traces = append(traces, RuleTrace{
			ID: "scope", Cite: l.bound.Pack.Law.Cite, Value: l.scope.value(&m, 0).String(), Leaves: l.trace(l.scope, &m),
		})
	}
	for i := range l.rules {
		r := &l.rules[i]
		t := RuleTrace{ID: r.source.ID, Cite: r.source.Cite, Value: "off", Decided: r.source.ID == decided, Who: r.source.Gives.Who}
		value := unknown
		if r.enabled {
			value = r.when.value(&m, 0)
			t.Value = value.String()
			if value == no && !t.Decided {
				t.Leaves = l.obstacles(&r.when, &m)
			} else {
				t.Leaves = l.trace(&r.when, &m)
			}
		}
		traces = append(traces, t)
		if value == yes {
			break
		}
	}
	return traces
}

// obstacles are the leaves that keep a node from holding: of a conjunction the
// first term that does not hold, of a disjunction all of them.
func (l *Law) obstacles(n *node, m *mask) []LeafTrace {
	var traces []LeafTrace
	for _, t := range n.terms {
		switch {
		case t.leaf < 0 && n.kids[t.kid].value(m, 0) == no:
			traces = append(traces, l.obstacles(&n.kids[t.kid], m)...)
		case t.leaf >= 0 && t.literal(m, 0) == no:
			traces = append(traces, l.leafTrace(t.leaf, m))
		default:
			continue
		}
		if n.and {
			break
		}
	}
	return traces
}

// Unsettled is who can answer what no single rule asks: a lifetime cap, or a
// charge to which no rule applies.
func (l *Law) Unsettled(question string) string {
	pack := l.bound.Pack
	for i := range pack.Caps {
		if pack.Caps[i].Question == question {
			return pack.Caps[i].Who
		}
	}
	if pack.Otherwise.Question == question {
		return pack.Otherwise.Who
	}
	return ""
}

// trace lists the leaves of a node in the order of the file, each once.
func (l *Law) trace(n *node, m *mask) []LeafTrace {
	var traces []LeafTrace
	var seen uint64
	l.eachLeaf(n, func(i int16) {
		if seen&(1<<i) == 0 {
			seen |= 1 << i
			traces = append(traces, l.leafTrace(i, m))
		}
	})
	return traces
}

func (l *Law) eachLeaf(n *node, visit func(int16)) {
	for _, t := range n.terms {
		if t.leaf < 0 {
			l.eachLeaf(&n.kids[t.kid], visit)
		} else {
			visit(t.leaf)
		}
	}
}

func (l *Law) leafTrace(i int16, m *mask) LeafTrace {
	leaf := l.leaves[i]
	t := LeafTrace{ID: leaf.ID, Cite: leaf.Cite, Presumed: m.p&(1<<i) != 0}
	v := term{leaf: i}.literal(m, 0)
	t.Value = v.String()
	say := map[truth]string{yes: leaf.Say.Yes, no: leaf.Say.No, unknown: leaf.Say.Unknown}
	if t.Presumed {
		t.PresumedBy = cmp.Or(leaf.Unknown.Cite, l.bound.Pack.SubstanceUnknown.Cite)
	}
	if elapsed, ok := leaf.Test.(policies.Elapsed); ok {
		t.Clock = elapsed.Clock
	}
	t.Say = l.fill(say[v], nil)
	if v == unknown {
		t.Ask, t.Who = l.fill(leaf.Question(), nil), leaf.Who
	}
	return t
}

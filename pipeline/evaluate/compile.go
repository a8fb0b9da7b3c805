package evaluate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Law is a bound policy, compiled. It is not changed after Compile and may be
// used by many at once, each with its own Evaluator.
type Law struct {
	bound  *policies.Bound
	leaves []*policies.Leaf // by bit
	scope  *node            // nil when the law speaks of every charge
	rules  []rule

	charge        space // the leaves of the rules that look at one charge
	others        space // the leaves of the conditions of facts
	still         bool  // profiles decide every test of others
	person        []personTest
	today         mask        // the leaves on the as-of date
	counts        []countTest // facts that are the same for every charge of the person
	relatives     []countTest // facts that depend on the charge under decision
	latest        []latestTest
	events        []eventTest
	codePenalties bool // some penalties depend on the code
	caps          []lifetimeCap
	facts         []fact
	presumptions  []presumption
	closings      []closing

	circumstantial bool // some condition asks for the substance or the victim

	substance uint64 // leaves that ask for the substance
	temporal  uint64 // leaves that time alone makes true
	temporary uint64 // leaves that end on no date that can be computed
	passing   uint64 // either
	ofRecord  uint64 // leaves that ask of the person's record as a whole
	elapsed   []elapsedDay
	// Of elapsed, those that are the same for every charge of the person, and those
	// on events of a charge; and the leaves of the rest, which are on one date of the
	// charge: where they have no answer, the date is missing.
	personTimes, chargeTimes []int
	plainTimes               uint64
	elapsedOf                [64]int8 // by leaf: its position among elapsed, -1 when time does not make it true
}

// rule is a compiled rule.
type rule struct {
	source  *policies.Rule
	enabled bool
	saysDay bool // the reason gives eligible_on
	when    node
	passes  uint64 // its leaves that time makes true on a day that can be named
	ends    uint64 // those that are true one day that cannot
	// times are the leaves that time makes true, where they are all that is to be
	// known of the day on which the rule applies: where other things hold, it is
	// the latest of theirs. 0 when it is not so simple.
	times uint64
}

// plainTime finds the leaves of times.
func (r *rule) plainTime(temporal uint64) {
	if temporal &= r.when.leaves; r.when.and && temporal&^r.when.pos == 0 && !slices.ContainsFunc(r.when.kids, func(n node) bool { return n.leaves&temporal != 0 }) {
		r.times = temporal
	}
}

// fact is a fold over the charges of a person.
type fact struct {
	source   *policies.Fact
	bit      uint64 // among the facts
	number   int    // the position of the bit
	kind     policies.FactKind
	relative bool // it depends on the charge under decision
	lane     int  // among the lanes, -1 when it has none
	where    node // over the space of others
}

// personTest is a leaf that is the same for every charge of the person.
type personTest struct {
	slot slot
	test policies.Test // Deceased, Registered, or a date of the person
	date dateTest      // for a date of the person
	sets []*policies.CodeSet
}

// countTest compares a count.
type countTest struct {
	slot   slot
	fact   int
	atMost bool
	n      int
}

// latestTest asks whether years have passed since a fact that is a date.
type latestTest struct {
	slot  slot
	fact  int
	limit schemas.Date
}

// elapsedDay says on which day a temporal leaf becomes true.
type elapsedDay struct {
	personal bool // it is the same for every charge of the person
	leaf     int16
	fact     int // -1 when something else is meant
	event    int // the position among the events, -1 when a date is meant
	field    policies.Field
	fixed    schemas.Date // a day that is the same for all, NoDate when there is none
	lasts    period
	after    bool
}

// compiler builds a Law.
type compiler struct {
	law    *Law
	bits   map[string]int16 // leaves by definition
	others map[string]int16 // leaves of facts by definition
	active uint64           // leaves of the scope and of enabled rules

	lanes     int // facts that have one
	datedSets int // tests on codes that depend on the day of the offence
}

// Compile compiles a bound policy. It fails when the policy asks more
// questions than a trace has bits.
func Compile(b *policies.Bound) (*Law, error) {
	c := &compiler{
		law:  &Law{bound: b, leaves: b.Pack.Leaves()},
		bits: map[string]int16{}, others: map[string]int16{},
	}
	if len(c.law.leaves) > 64 {
		return nil, fmt.Errorf("compile %s: %d leaves, a trace has 64", b.Pack.ID, len(c.law.leaves))
	}
	for i, leaf := range c.law.leaves {
		c.bits[leaf.Definition()] = int16(i)
	}
	for i := range c.law.elapsedOf {
		c.law.elapsedOf[i] = -1
	}
	c.compileRules()
	c.compileFacts()
	c.compileCaps()
	if len(c.law.rules) > 64 {
		return nil, fmt.Errorf("compile %s: %d rules, 64 are possible", b.Pack.ID, len(c.law.rules))
	}
	if len(c.law.facts) > 64 {
		return nil, fmt.Errorf("compile %s: %d facts, 64 are possible", b.Pack.ID, len(c.law.facts))
	}
	if len(c.others) > 64 {
		return nil, fmt.Errorf("compile %s: %d different conditions in facts, 64 are possible", b.Pack.ID, len(c.others))
	}
	for i, leaf := range c.law.leaves {
		if c.active&(1<<i) != 0 {
			c.leaf(int16(i), leaf)
		}
	}
	for i := range c.law.elapsed {
		t := &c.law.elapsed[i]
		switch t.personal = t.fixed.Known() || t.fact >= 0 || (t.event < 0 && t.field == policies.BirthDate); {
		case t.personal:
			c.law.personTimes = append(c.law.personTimes, i)
		case t.event < 0:
			c.law.plainTimes |= 1 << t.leaf
		default:
			c.law.chargeTimes = append(c.law.chargeTimes, i)
		}
		c.law.elapsedOf[t.leaf] = int8(i) //nolint:gosec // at most 64
	}
	c.law.still = len(c.law.others.numbers)+len(c.law.others.dates)+len(c.law.others.dated)+len(c.law.others.idle) == 0 && !c.law.others.circumstantial
	c.law.codePenalties = slices.ContainsFunc(b.Pack.Penalties, func(p policies.Penalty) bool { return len(p.Sets) > 0 })
	c.law.passing = c.law.temporal | c.law.temporary
	c.include(b.Pack.SubstanceUnknown)
	for i := range c.law.rules {
		c.law.rules[i].plainTime(c.law.temporal)
		c.law.rules[i].ripen(c.law)
	}
	return c.law, nil
}

func (c *compiler) compileRules() {
	law, pack := c.law, c.law.bound.Pack
	bit := func(l *policies.Leaf) int16 { return c.bits[l.Definition()] }
	if pack.Scope != nil {
		scope := compileNode(pack.Scope, false, bit)
		law.scope = &scope
		c.active |= scope.leaves
	}
	for i := range pack.Rules {
		r := rule{source: &pack.Rules[i], enabled: law.bound.Enabled(&pack.Rules[i])}
		r.when = compileNode(r.source.When, false, bit)
		r.saysDay = strings.Contains(r.source.Reason, "{eligible_on}")
		if r.enabled {
			c.active |= r.when.leaves
		}
		law.rules = append(law.rules, r)
	}
}

// compileFacts compiles the conditions of facts. Their leaves have a space of
// their own: they are parts of a cited leaf and have no place in the trace.
func (c *compiler) compileFacts() {
	bit := func(l *policies.Leaf) int16 {
		at, ok := c.others[l.Definition()]
		if !ok {
			at = int16(len(c.others)) //nolint:gosec // checked by Compile
			c.others[l.Definition()] = at
			if at < 64 {
				c.chargeTest(&c.law.others, slot{bit: 1 << at}, l.Test)
			}
		}
		return min(at, 63)
	}
	for i := range c.law.bound.Pack.Facts {
		source := &c.law.bound.Pack.Facts[i]
		c.law.facts = append(c.law.facts, fact{
			source: source, bit: 1 << i, number: i, kind: source.Kind(), relative: source.Relative(),
			where: compileNode(source.Where, false, bit), lane: -1,
		})
		if f := &c.law.facts[i]; f.kind == policies.CountOf && !f.relative && source.Unit == policies.Charges && c.lanes < laneFacts {
			f.lane = c.lanes
			c.lanes++
		}
	}
}

// leaf compiles a leaf of the rules.
func (c *compiler) leaf(i int16, leaf *policies.Leaf) {
	law := c.law
	at := slot{bit: 1 << i}
	if leaf.Unknown.Always() {
		at.presume = truthOf(leaf.Unknown.Answer)
	}
	c.presumption(at.bit, leaf)
	if policies.Temporal(leaf.Test) {
		law.temporal |= at.bit
	}
	if leaf.Temporary {
		law.temporary |= at.bit
	}
	switch leaf.Test.(type) {
	case policies.Deceased, policies.Registered, policies.FactIs:
		law.ofRecord |= at.bit
	}
	switch t := leaf.Test.(type) {
	case policies.Deceased:
		law.person = append(law.person, personTest{slot: at, test: t})
	case policies.Registered:
		law.person = append(law.person, personTest{slot: at, test: t, sets: c.sets(t.Sets)})
	case policies.FactIs:
		c.count(at, t)
	case policies.Elapsed:
		c.elapsed(i, at, t)
	case policies.AgeIs:
		c.age(i, at, t)
	case policies.DateIs:
		if t.Field == policies.AsOf {
			c.today(i, at, t)
			return
		}
		c.chargeTest(&law.charge, at, t)
	default:
		c.chargeTest(&law.charge, at, leaf.Test)
	}
}

// chargeTest compiles a test that looks at one charge.
func (c *compiler) chargeTest(s *space, at slot, test policies.Test) {
	switch t := test.(type) {
	case policies.CodeIn:
		c.codeTest(s, at, t)
	case policies.SectionIn:
		s.codes = append(s.codes, codeTest{at, c.sectionIn(t)})
	case policies.InchoateIn:
		s.codes = append(s.codes, codeTest{at, inchoateIn(t)})
	case policies.CountyIs:
		s.places = append(s.places, placeTest{at, foldCounty(c.law.bound.Text(t.County))})
	case policies.DateIs:
		c.dateIs(s, at, t)
	case policies.DispositionIn:
		s.eachCell(at, func(d schemas.Disposition, _ schemas.Severity, _ schemas.Sentence) truth { return among(d, t.In) })
	case policies.SeverityIn:
		s.eachCell(at, func(_ schemas.Disposition, v schemas.Severity, _ schemas.Sentence) truth { return among(v, t.In) })
	case policies.SentenceIn:
		s.eachCell(at, func(_ schemas.Disposition, _ schemas.Severity, v schemas.Sentence) truth { return among(v, t.In) })
	case policies.IncarceratedIs:
		s.eachSmall(at, func(v schemas.Incarceration, _ schemas.Restitution) truth { return among(v, t.In) })
	case policies.RestitutionIn:
		s.eachSmall(at, func(_ schemas.Incarceration, v schemas.Restitution) truth { return among(v, t.In) })
	case policies.NoActivity:
		s.idle = append(s.idle, idleTest{slot: at, limit: latestStart(c.law.bound.AsOf, years(c.law.bound.Int(t.Years)), false)})
	case policies.Elapsed:
		s.dates = append(s.dates, dateTest{slot: at, field: t.Since.Field, from: beginning, to: latestStart(c.law.bound.AsOf, c.period(t), t.After)})
	case policies.DegreeIn:
		s.degrees = append(s.degrees, degreeTest{at, t})
	case policies.SubstanceIs:
		s.substances = append(s.substances, substanceTest{slot: at, how: t.How, of: t.Of})
		s.circumstantial, c.law.circumstantial = true, true
	case policies.VictimRelationIn:
		for v := range schemas.VictimRelation(len(s.relations)) {
			s.relations[v].set(at, among(v, t.In))
		}
		s.circumstantial, c.law.circumstantial = true, true
	case policies.NumberIs:
		c.law.circumstantial = c.law.circumstantial || t.Number == policies.VictimAge
		s.addNumber(numberTest{slot: at, number: t.Number, from: t.From, to: t.To})
	default:
		panic(fmt.Sprintf("evaluate: no compiler for %T", test))
	}
}

func (c *compiler) dateIs(s *space, at slot, t policies.DateIs) {
	test := dateTest{slot: at, field: t.Field, implied: fieldBits(t.ImpliedBy)}
	test.from, test.to = window(t.Compare, c.law.bound.Date(t.Date))
	if t.Field == policies.BirthDate && s == &c.law.charge {
		c.law.person = append(c.law.person, personTest{slot: at, test: t, date: test})
		return
	}
	s.dates = append(s.dates, test)
}

func (c *compiler) sets(names []string) []*policies.CodeSet {
	sets := make([]*policies.CodeSet, len(names))
	for i, name := range names {
		sets[i] = c.law.bound.Pack.CodeSet(name)
	}
	return sets
}

// codeTest compiles a test on the code. Where a set is the law for offences of
// some days only, the answer depends on the day too.
func (c *compiler) codeTest(s *space, at slot, t policies.CodeIn) {
	sets := c.sets(t.Sets)
	if !slices.ContainsFunc(sets, func(set *policies.CodeSet) bool { return !set.Always() }) {
		s.codes = append(s.codes, codeTest{at, c.codeIn(t)})
		return
	}
	s.dated = append(s.dated, datedTest{slot: at, sets: sets, index: c.datedSets})
	c.datedSets++
}

func (c *compiler) codeIn(t policies.CodeIn) func(*policies.Code) truth {
	sets, state := c.sets(t.Sets), c.law.bound.Pack.State()
	return func(code *policies.Code) truth { return inSets(code, sets, state) }
}

// inSets tells whether one of the sets holds the code; nil is a code that is
// not known.
func inSets(code *policies.Code, sets []*policies.CodeSet, state string) truth {
	if code == nil {
		return unknown
	}
	v := no
	for _, set := range sets {
		if set.Contains(*code, state) {
			return yes
		}
		if set.MayContain(*code, state) {
			v = unknown
		}
	}
	return v
}

func (c *compiler) sectionIn(t policies.SectionIn) func(*policies.Code) truth {
	list := c.law.bound.Value(t.Param).List
	return func(code *policies.Code) truth {
		if code == nil {
			return unknown
		}
		return truthOf(slices.Contains(list, code.Section))
	}
}

func inchoateIn(t policies.InchoateIn) func(*policies.Code) truth {
	return func(code *policies.Code) truth {
		if code == nil {
			return unknown
		}
		return truthOf(slices.Contains(t.In, code.Inchoate))
	}
}

func (c *compiler) count(at slot, t policies.FactIs) {
	law := c.law
	test := countTest{slot: at, fact: law.bound.Pack.Fact(t.Fact), atMost: t.AtMost, n: law.bound.Int(t.N)}
	if law.facts[test.fact].source.Relative() {
		law.relatives = append(law.relatives, test)
	} else {
		law.counts = append(law.counts, test)
	}
}

func (c *compiler) elapsed(i int16, at slot, t policies.Elapsed) {
	law := c.law
	length := c.period(t)
	limit := latestStart(law.bound.AsOf, length, t.After)
	day := elapsedDay{leaf: i, fact: -1, event: -1, field: t.Since.Field, lasts: length, after: t.After, fixed: schemas.NoDate}
	switch {
	case t.Since.IsDate() && t.Restart == "" && t.Pause == "":
		law.charge.dates = append(law.charge.dates, dateTest{slot: at, field: t.Since.Field, from: beginning, to: limit})
	case t.Since.Op == policies.OneFact && t.Pause == "":
		day.fact = law.bound.Pack.Fact(t.Since.Fact)
		law.latest = append(law.latest, latestTest{slot: at, fact: day.fact, limit: limit})
	default:
		event := eventTest{slot: at, leaf: i, event: &t.Since, restart: -1, pause: -1, limit: limit, lasts: length, after: t.After}
		if t.Restart != "" {
			event.restart = law.bound.Pack.Fact(t.Restart)
		}
		if t.Pause != "" { // the clock gives the day on which the years have passed
			event.pause, event.limit = law.bound.Pack.Fact(t.Pause), law.bound.AsOf
			day.lasts, day.after = period{}, false
		}
		day.event = len(law.events)
		law.events = append(law.events, event)
	}
	law.elapsed = append(law.elapsed, day)
}

// period is how long must have passed.
func (c *compiler) period(t policies.Elapsed) period {
	b := c.law.bound
	return period{b.Int(t.Years), b.Int(t.Months), b.Int(t.Days)}
}

func years(n int) period { return period{years: n} }

// today compiles a condition on the as-of date itself.
func (c *compiler) today(i int16, at slot, t policies.DateIs) {
	law := c.law
	from, to := window(t.Compare, law.bound.Date(t.Date))
	test := dateTest{from: from, to: to}
	law.today.add(&at, test.ask(law.bound.AsOf, law.bound.AsOf))
	law.elapsed = append(law.elapsed, elapsedDay{leaf: i, fact: -1, event: -1, fixed: from})
}

func (c *compiler) age(i int16, at slot, t policies.AgeIs) {
	law := c.law
	old := law.bound.Int(t.Years)
	if t.At != policies.AsOf {
		law.charge.ages = append(law.charge.ages, ageTest{
			slot: at, field: t.At, implied: fieldBits(t.ImpliedBy), years: old, under: t.Under,
		})
		return
	}
	law.person = append(law.person, personTest{slot: at, test: t, date: dateTest{
		slot: at, field: policies.BirthDate, from: beginning, to: latestStart(law.bound.AsOf, years(old), false),
	}})
	law.elapsed = append(law.elapsed, elapsedDay{
		leaf: i, fact: -1, event: -1, field: policies.BirthDate, lasts: years(old), fixed: schemas.NoDate,
	})
}

// ripen finds what time does to a rule. One that the statute ends again names no
// day, because it may be over by then.
func (r *rule) ripen(law *Law) {
	r.passes, r.ends = law.temporal&r.when.leaves, law.temporary&r.when.leaves
	if r.source.Lapses != "" {
		r.ends |= r.passes &^ r.when.negated()
		r.passes = 0
	}
}

// negated are the leaves that must not hold somewhere in the node.
func (n *node) negated() uint64 {
	leaves := n.neg
	for i := range n.kids {
		leaves |= n.kids[i].negated()
	}
	return leaves
}

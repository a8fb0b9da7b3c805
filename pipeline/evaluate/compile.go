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
	*questions
	bound                *policies.Bound
	leaves               []*policies.Leaf // by bit; nil for a question that only other laws ask
	asked                uint64           // the leaves that are its own
	scope                *node            // nil when the law speaks of every charge
	rules                []rule
	otherwiseSaysSection bool // the reason of what is left gives the section
	caps                 []lifetimeCap
}

// questions are what one or more laws ask of a record: leaves, by bit, with the
// tests that answer them, and facts. A policy and its variants ask them together,
// so that what they share is answered once.
type questions struct {
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
	facts         []fact
	presumptions  []presumption
	closings      []closing

	circumstantial bool // some condition asks for the substance or the victim

	substance     uint64 // leaves that ask for the substance
	disqualifiers uint64 // leaves that are waits, money, counts, ages, or bars by other charges or the victim
	temporal      uint64 // leaves that time alone makes true
	temporary     uint64 // leaves that end on no date that can be computed
	passing       uint64 // either
	ofRecord      uint64 // leaves that ask of the person's record as a whole
	elapsed       []elapsedDay
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
	// The reason gives eligible_on, the section of the charge.
	saysDay, saysSection bool

	when   node
	passes uint64 // its leaves that time makes true on a day that can be named
	ends   uint64 // those that are true one day that cannot
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
	sameCase bool // by its case
	others   bool // by what it is itself
	lane     int  // among the lanes, -1 when it has none
	within   int  // years, of one that is bounded to so many before or after a charge
	where    node // over the space of others
	event    event
	from, to event // of a pause
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

// compiler builds the laws that ask their questions together.
type compiler struct {
	*questions
	law   *Law            // the one under compilation
	bound *policies.Bound // its policy

	bits      map[string]int16 // leaves by definition
	compiled  uint64           // leaves that have their tests
	otherBits map[string]int16 // leaves of facts by definition
	named     map[string]int   // facts by definition
	own       map[*policies.Fact]int

	lanes     int // facts that have one
	datedSets int // tests on codes that depend on the day of the offence
}

// Compile compiles a bound policy. It fails when the policy asks more
// questions than a trace has bits.
func Compile(b *policies.Bound) (*Law, error) {
	laws, err := compileTogether(b)
	if err != nil {
		return nil, err
	}
	return laws[0], nil
}

// CompileWithVariants compiles a bound policy and variants of it, bound alike, to
// be decided in one pass: the law of b first. What they share they ask once, if
// all together ask no more than one of them may.
func CompileWithVariants(b *policies.Bound, variants ...*policies.Bound) ([]*Law, error) {
	all := append([]*policies.Bound{b}, variants...)
	if laws, err := compileTogether(all...); err == nil {
		return laws, nil
	}
	laws := make([]*Law, len(all))
	for i, bound := range all {
		law, err := Compile(bound)
		if err != nil {
			return nil, err
		}
		laws[i] = law
	}
	return laws, nil
}

// mostBits is the number of leaves, rules and facts that a word has bits for.
const mostBits = 64

func compileTogether(bounds ...*policies.Bound) ([]*Law, error) {
	c := &compiler{
		questions: &questions{}, bits: map[string]int16{}, otherBits: map[string]int16{},
		named: map[string]int{}, own: map[*policies.Fact]int{},
	}
	for i := range c.elapsedOf {
		c.elapsedOf[i] = -1
	}
	laws := make([]*Law, len(bounds))
	for i, b := range bounds {
		laws[i] = &Law{questions: c.questions, bound: b, leaves: make([]*policies.Leaf, mostBits)}
		c.law, c.bound = laws[i], b
		if err := c.act(i == 0); err != nil {
			return nil, fmt.Errorf("compile %s: %w", b.Pack.ID, err)
		}
	}
	c.finish(bounds[0].Pack)
	for _, law := range laws {
		for i := range law.rules {
			law.rules[i].plainTime(c.temporal)
			law.rules[i].ripen(law)
		}
	}
	return laws, nil
}

// act compiles one policy. The first one brings all its facts, the others what
// their own questions need.
func (c *compiler) act(first bool) error {
	pack := c.bound.Pack
	for _, leaf := range pack.Leaves() {
		bit, ok := c.bits[leaf.Definition()]
		if !ok {
			bit = int16(len(c.bits)) //nolint:gosec // checked below
			c.bits[leaf.Definition()] = bit
		}
		if len(c.bits) > mostBits {
			return fmt.Errorf("%d leaves, a trace has %d", len(pack.Leaves()), mostBits)
		}
		c.law.leaves[bit] = leaf
		c.law.asked |= 1 << bit
	}
	if len(pack.Rules) > mostBits {
		return fmt.Errorf("%d rules, %d are possible", len(pack.Rules), mostBits)
	}
	active := c.compileRules()
	for i := range pack.Facts {
		if first {
			c.fact(pack.Facts[i].Name)
		}
	}
	c.compileCaps()
	for bit, leaf := range c.law.leaves {
		if active&^c.compiled&(1<<bit) != 0 {
			c.leaf(int16(bit), leaf)
		}
	}
	c.compiled |= active
	if len(c.facts) > mostBits || len(c.otherBits) > mostBits {
		return fmt.Errorf("%d facts with %d different conditions, %d of each are possible", len(c.facts), len(c.otherBits), mostBits)
	}
	return nil
}

// finish sums up what is asked. What it reads of the policy its variants do not
// change.
func (c *compiler) finish(pack *policies.Pack) {
	for i := range c.elapsed {
		t := &c.elapsed[i]
		switch t.personal = t.fixed.Known() || t.fact >= 0 || (t.event < 0 && t.field == policies.BirthDate); {
		case t.personal:
			c.personTimes = append(c.personTimes, i)
		case t.event < 0:
			c.plainTimes |= 1 << t.leaf
		default:
			c.chargeTimes = append(c.chargeTimes, i)
		}
		c.elapsedOf[t.leaf] = int8(i)
	}
	s := &c.others
	c.still = len(s.numbers)+len(s.dates)+len(s.dated)+len(s.idle) == 0 && !s.circumstantial
	c.codePenalties = slices.ContainsFunc(pack.Penalties, func(p policies.Penalty) bool { return len(p.Sets) > 0 })
	c.passing = c.temporal | c.temporary
	c.include(pack)
}

// compileRules compiles scope and rules, and returns the leaves that they ask.
func (c *compiler) compileRules() (active uint64) {
	law, pack := c.law, c.bound.Pack
	bit := func(l *policies.Leaf) int16 { return c.bits[l.Definition()] }
	if pack.Scope != nil {
		scope := compileNode(pack.Scope, false, bit)
		law.scope = &scope
		active |= scope.leaves
	}
	law.otherwiseSaysSection = strings.Contains(pack.Otherwise.Reason, "{section}")
	for i := range pack.Rules {
		r := rule{source: &pack.Rules[i], enabled: c.bound.Enabled(&pack.Rules[i])}
		r.when = compileNode(r.source.When, false, bit)
		r.saysDay = strings.Contains(r.source.Reason, "{eligible_on}")
		r.saysSection = strings.Contains(r.source.Reason, "{section}")
		if r.enabled {
			active |= r.when.leaves
		}
		law.rules = append(law.rules, r)
	}
	return active
}

// fact is the position of a fact, which it compiles when it is first asked for.
func (c *compiler) fact(name string) int {
	source := &c.bound.Pack.Facts[c.bound.Pack.Fact(name)]
	if at, ok := c.own[source]; ok {
		return at
	}
	if at, ok := c.named[source.Definition()]; ok && source.Definition() != "" {
		c.own[source] = at
		return at
	}
	at := len(c.facts)
	c.own[source], c.named[source.Definition()] = at, at
	f := fact{
		source: source, bit: 1 << at, number: at, kind: source.Kind(), relative: source.Relative(), lane: -1,
		sameCase: source.SameCase, others: source.Others,
	}
	if f.kind == policies.CountOf && !f.relative && source.Unit == policies.Charges && c.lanes < laneFacts {
		f.lane = c.lanes
		c.lanes++
	}
	if p := source.Prior; p != nil && p.Within != nil {
		f.within = c.bound.Int(*p.Within)
	}
	c.facts = append(c.facts, f)
	where := compileNode(source.Where, false, c.otherBit)
	c.facts[at].where, c.facts[at].event = where, c.event(&source.Event)
	if source.Pause != nil {
		c.facts[at].from, c.facts[at].to = c.event(&source.Pause.From), c.event(&source.Pause.To)
	}
	return at
}

// otherBit is the bit of a leaf of a fact. These have a space of their own: they
// are parts of a cited leaf and have no place in the trace.
func (c *compiler) otherBit(l *policies.Leaf) int16 {
	at, ok := c.otherBits[l.Definition()]
	if !ok {
		at = int16(len(c.otherBits)) //nolint:gosec // checked by act
		c.otherBits[l.Definition()] = at
		if at < mostBits {
			c.chargeTest(&c.others, slot{bit: 1 << at}, l.Test)
		}
	}
	return min(at, mostBits-1)
}

// leaf compiles a leaf of the rules.
func (c *compiler) leaf(i int16, leaf *policies.Leaf) {
	at := slot{bit: 1 << i}
	if leaf.Unknown.Always() {
		at.presume = truthOf(leaf.Unknown.Answer)
	}
	c.presumption(at.bit, leaf)
	c.disqualifier(at.bit, leaf)
	if policies.Temporal(leaf.Test) {
		c.temporal |= at.bit
	}
	if leaf.Temporary {
		c.temporary |= at.bit
	}
	switch leaf.Test.(type) {
	case policies.Deceased, policies.Registered, policies.FactIs:
		c.ofRecord |= at.bit
	}
	switch t := leaf.Test.(type) {
	case policies.Deceased:
		c.person = append(c.person, personTest{slot: at, test: t})
	case policies.Registered:
		c.person = append(c.person, personTest{slot: at, test: t, sets: c.sets(t.Sets)})
	case policies.FactIs:
		c.count(at, t)
	case policies.Elapsed:
		c.compileElapsed(i, at, t)
	case policies.AgeIs:
		c.age(i, at, t)
	case policies.DateIs:
		if t.Field == policies.AsOf {
			c.compileToday(i, at, t)
			return
		}
		c.chargeTest(&c.charge, at, t)
	default:
		c.chargeTest(&c.charge, at, leaf.Test)
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
		s.places = append(s.places, placeTest{at, foldCounty(c.bound.Text(t.County))})
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
		s.idle = append(s.idle, idleTest{slot: at, limit: latestStart(c.bound.AsOf, years(c.bound.Int(t.Years)), false)})
	case policies.Elapsed:
		s.dates = append(s.dates, dateTest{slot: at, field: t.Since.Field, from: beginning, to: latestStart(c.bound.AsOf, c.period(t), t.After)})
	case policies.DegreeIn:
		s.degrees = append(s.degrees, degreeTest{at, t})
	case policies.SubstanceIs:
		s.substances = append(s.substances, substanceTest{slot: at, how: t.How, of: t.Of})
		s.circumstantial, c.circumstantial = true, true
	case policies.VictimRelationIn:
		for v := range schemas.VictimRelation(len(s.relations)) {
			s.relations[v].set(at, among(v, t.In))
		}
		s.circumstantial, c.circumstantial = true, true
	case policies.NumberIs:
		c.circumstantial = c.circumstantial || t.Number == policies.VictimAge
		s.addNumber(numberTest{slot: at, number: t.Number, from: t.From, to: t.To})
	default:
		panic(fmt.Sprintf("evaluate: no compiler for %T", test))
	}
}

func (c *compiler) dateIs(s *space, at slot, t policies.DateIs) {
	test := dateTest{slot: at, field: t.Field, implied: fieldBits(t.ImpliedBy)}
	test.from, test.to = window(t.Compare, c.bound.Date(t.Date))
	if t.Field == policies.BirthDate && s == &c.charge {
		c.person = append(c.person, personTest{slot: at, test: t, date: test})
		return
	}
	s.dates = append(s.dates, test)
}

func (c *compiler) sets(names []string) []*policies.CodeSet {
	sets := make([]*policies.CodeSet, len(names))
	for i, name := range names {
		sets[i] = c.bound.Pack.CodeSet(name)
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
	sets, state := c.sets(t.Sets), c.bound.Pack.State()
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
	list := c.bound.Value(t.Param).List
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
	test := countTest{slot: at, fact: c.fact(t.Fact), atMost: t.AtMost, n: c.bound.Int(t.N)}
	if c.facts[test.fact].source.Relative() {
		c.relatives = append(c.relatives, test)
	} else {
		c.counts = append(c.counts, test)
	}
}

func (c *compiler) compileElapsed(i int16, at slot, t policies.Elapsed) {
	length := c.period(t)
	limit := latestStart(c.bound.AsOf, length, t.After)
	day := elapsedDay{leaf: i, fact: -1, event: -1, field: t.Since.Field, lasts: length, after: t.After, fixed: schemas.NoDate}
	switch {
	case t.Since.IsDate() && t.Restart == "" && t.Pause == "":
		c.charge.dates = append(c.charge.dates, dateTest{slot: at, field: t.Since.Field, from: beginning, to: limit})
	case t.Since.Op == policies.OneFact && t.Pause == "":
		day.fact = c.fact(t.Since.Fact)
		c.latest = append(c.latest, latestTest{slot: at, fact: day.fact, limit: limit})
	default:
		event := eventTest{slot: at, leaf: i, event: c.event(&t.Since), restart: -1, pause: -1, limit: limit, lasts: length, after: t.After}
		if t.Restart != "" {
			event.restart = c.fact(t.Restart)
		}
		if t.Pause != "" { // the clock gives the day on which the years have passed
			event.pause, event.limit = c.fact(t.Pause), c.bound.AsOf
			day.lasts, day.after = period{}, false
		}
		day.event = len(c.events)
		c.events = append(c.events, event)
	}
	c.elapsed = append(c.elapsed, day)
}

// period is how long must have passed.
func (c *compiler) period(t policies.Elapsed) period {
	b := c.bound
	return period{b.Int(t.Years), b.Int(t.Months), b.Int(t.Days)}
}

func years(n int) period { return period{years: n} }

// today compiles a condition on the as-of date itself.
func (c *compiler) compileToday(i int16, at slot, t policies.DateIs) {
	from, to := window(t.Compare, c.bound.Date(t.Date))
	test := dateTest{from: from, to: to}
	c.today.add(&at, test.ask(c.bound.AsOf, c.bound.AsOf))
	c.elapsed = append(c.elapsed, elapsedDay{leaf: i, fact: -1, event: -1, fixed: from})
}

func (c *compiler) age(i int16, at slot, t policies.AgeIs) {
	old := c.bound.Int(t.Years)
	if t.At != policies.AsOf {
		c.charge.ages = append(c.charge.ages, ageTest{
			slot: at, field: t.At, implied: fieldBits(t.ImpliedBy), years: old, under: t.Under,
		})
		return
	}
	c.person = append(c.person, personTest{slot: at, test: t, date: dateTest{
		slot: at, field: policies.BirthDate, from: beginning, to: latestStart(c.bound.AsOf, years(old), false),
	}})
	c.elapsed = append(c.elapsed, elapsedDay{
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

package evaluate

import (
	"math/bits"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// scopeAsks is the position, among the rules, of the scope.
const scopeAsks = -1

// verdict is what counts when outcomes are compared: the rule that gives it
// does not.
type verdict struct {
	outcome        schemas.Outcome
	floor, ceiling policies.Verb
}

func plainly(o schemas.Outcome) verdict { return verdict{o, policies.NoVerb, policies.NoVerb} }

// gives is the verdict of a rule that applies.
func (r *rule) gives(c *Charge) verdict {
	relief := &r.source.Gives.Relief
	switch {
	case r.source.Gives.Outcome != schemas.Eligible:
		return plainly(r.source.Gives.Outcome)
	case relief.WhileServing != policies.NoVerb && c.Sentence.Runs():
		return verdict{schemas.Eligible, relief.WhileServing, relief.WhileServing}
	default:
		return verdict{schemas.Eligible, relief.Floor, relief.Ceiling}
	}
}

// worlds collects the verdicts that are possible while facts are missing.
type worlds struct {
	n     int
	asks  int // the rule, or the scope, whose missing fact comes first
	relax uint64
	first verdict
	alike bool // all verdicts are the first
	sure  bool // all verdicts are relief
	least policies.Verb
	most  policies.Verb
}

// add notes a verdict that the rule would give if what is missing were known.
func (w *worlds) add(rule int, relax uint64, v verdict) {
	if w.n == 0 {
		*w = worlds{asks: rule, relax: relax, first: v, alike: true, sure: true, least: v.floor, most: v.ceiling}
	}
	w.n++
	w.alike = w.alike && v == w.first
	w.sure = w.sure && v.outcome == schemas.Eligible
	w.least, w.most = min(w.least, v.floor), max(w.most, v.ceiling)
}

// agree tells whether v is the verdict in every world.
func (w *worlds) agree(v verdict) bool { return w.n == 0 || (w.alike && v == w.first) }

// walk walks the rules in order. A rule that applies decides if no earlier
// rule, were its missing facts known, could give something else.
func (e *judge) walk(p *Person, i int, m *mask, d *Decision) {
	*d = Decision{
		Rule: -1, Leaf: -1, Floor: policies.NoVerb, Ceiling: policies.NoVerb,
		True: m.t, False: m.f, Presumed: m.p, EligibleOn: schemas.NoDate, DueOn: schemas.NoDate,
	}
	var open worlds
	if scope := e.law.scope; scope != nil {
		switch scope.value(m, 0) {
		case no:
			d.Outcome, d.Leaf = schemas.OutOfScope, scope.first(m, 0, no)
			return
		case unknown:
			open.add(scopeAsks, 0, plainly(schemas.OutOfScope))
		case yes:
		}
	}
	c := &p.Charges[i]
	for j := range e.law.rules {
		r := &e.law.rules[j]
		if !r.enabled {
			continue
		}
		switch r.when.value(m, 0) {
		case unknown:
			open.add(j, 0, r.gives(c))
		case yes:
			e.applies(c, m, d, &open, j)
			return
		case no:
		}
	}
	e.noneApplies(p, c, m, d, &open)
}

// applies settles a charge to which rule j applies.
func (e *judge) applies(c *Charge, m *mask, d *Decision, open *worlds, j int) {
	r := &e.law.rules[j]
	v := r.gives(c)
	if !open.agree(v) {
		open.add(j, 0, v)
		e.ask(c, m, d, open)
		return
	}
	d.Outcome, d.Rule = v.outcome, int16(j) //nolint:gosec // rules are few
	if v.outcome == schemas.Eligible {
		d.Floor, d.Ceiling, d.DueOn = v.floor, v.ceiling, r.source.Gives.Relief.Due
		d.Serving = c.Sentence.Runs()
		if r.passes != 0 {
			e.dated = d.Rule
		}
	}
}

// noneApplies settles a charge to which no rule applies today.
func (e *judge) noneApplies(p *Person, c *Charge, m *mask, d *Decision, open *worlds) {
	w := e.later(p, c, m, open)
	last := e.otherwise(w)
	if !open.agree(last) {
		open.add(w.rule, 0, last)
		e.ask(c, m, d, open)
		return
	}
	d.Outcome, d.Rule, d.Leaf = last.outcome, int16(w.rule), w.leaf //nolint:gosec // rules are few
	if last.outcome == schemas.NotYet {
		d.EligibleOn, e.waits = w.day, w.rules
	}
}

// wait is what a charge waits for that no rule gives relief today.
type wait struct {
	rule int          // the rule that will give relief, -1 when none will
	leaf int16        // what does not hold yet
	day  schemas.Date // forever when it waits for something else than time
	// rules are all rules that will give relief with time.
	rules uint64
}

// otherwise is the verdict when no rule applies today. A relief rule that fails
// on time alone will apply one day; one that fails also on a bar that can end,
// perhaps; everything else is what the policy says otherwise.
func (e *judge) otherwise(w wait) verdict {
	switch {
	case w.rule < 0:
		return plainly(e.law.bound.Pack.Otherwise.Outcome)
	case w.day != forever:
		return plainly(schemas.NotYet)
	default:
		return plainly(schemas.Blocked)
	}
}

// later finds the rule that gives relief first as time passes. A rule that
// would apply then if a missing fact were known is added to open.
func (e *judge) later(p *Person, c *Charge, m *mask, open *worlds) wait {
	first := wait{rule: -1, leaf: -1, day: forever}
	if m.f&e.law.passing == 0 {
		return first
	}
	for j := range e.law.rules {
		r := &e.law.rules[j]
		time := r.passes &^ m.p // what is presumed does not pass
		both := time | r.ends
		if r.when.and && (m.f&r.when.pos|m.t&r.when.neg)&^both != 0 {
			continue // it fails on something that does not end
		}
		if !r.enabled || both == 0 || r.source.Gives.Outcome != schemas.Eligible || r.when.value(m, 0) != no {
			continue
		}
		inTime, inTheEnd := r.when.value(m, time), r.when.value(m, both)
		switch {
		case inTime == unknown:
			open.add(j, time, plainly(schemas.NotYet))
		case inTime == yes:
			if day := e.ruleDay(j, p, c, m); day == forever { // what to count from is not known
				open.add(j, 0, plainly(schemas.NotYet))
			} else {
				first.rules |= 1 << j
				if day < first.day {
					first.rule, first.leaf, first.day = j, r.when.first(m, 0, no), day
				}
			}
		case inTheEnd == unknown:
			open.add(j, both, plainly(schemas.Blocked))
		case inTheEnd == yes && first.rule < 0:
			first.rule, first.leaf = j, r.when.first(m, time, no)
		}
	}
	return first
}

// ask makes a review of possible verdicts that differ.
func (e *judge) ask(c *Charge, m *mask, d *Decision, open *worlds) {
	d.Outcome = schemas.Review
	when := e.law.scope
	if open.asks >= 0 {
		d.Rule = int16(open.asks) //nolint:gosec // rules are few
		when = &e.law.rules[open.asks].when
	}
	d.Leaf = when.first(m, open.relax, unknown)
	if d.Leaf < 0 { // it is known not to hold, and only the day is missing
		d.Leaf = when.first(m, 0, no)
	}
	if !open.sure && open.asks >= 0 {
		e.expand(c, m, open)
	}
	d.Ceiling = open.most
	if open.sure {
		d.Floor = open.least
	}
}

// maxUnknown bounds the missing answers that are played through one by one.
const maxUnknown = 6

// expand plays through every way in which the missing answers can turn out,
// where they are few. Rules that are each uncertain may together leave no way
// without relief, and then the least of it is certain.
func (e *judge) expand(c *Charge, m *mask, open *worlds) {
	var missing uint64
	for j := range e.law.rules {
		if r := &e.law.rules[j]; r.enabled && r.when.value(m, e.law.temporal|e.law.temporary) == unknown {
			missing |= r.when.leaves &^ (m.t | m.f)
		}
	}
	if bits.OnesCount64(missing) > maxUnknown {
		return
	}
	sure, least, most := true, policies.NoVerb, policies.NoVerb
	for answers := missing; sure || most < open.most; answers = (answers - 1) & missing {
		v := e.inWorld(c, &mask{t: m.t | answers, f: m.f | missing&^answers, p: m.p})
		if answers == missing {
			least = v.floor
		}
		sure, least, most = sure && v.outcome == schemas.Eligible, min(least, v.floor), max(most, v.ceiling)
		if answers == 0 {
			break
		}
	}
	open.sure, open.least, open.most = sure, least, most
}

// inWorld is the verdict when nothing that matters is missing, but for why there
// is no relief.
func (e *judge) inWorld(c *Charge, m *mask) verdict {
	for j := range e.law.rules {
		if r := &e.law.rules[j]; r.enabled && r.when.value(m, 0) == yes {
			return r.gives(c)
		}
	}
	return plainly(schemas.NotEligible)
}

// day is the day on which the node holds, if nothing but time passes: beginning
// when it always did, forever when that cannot be told.
func (e *judge) day(n *node, p *Person, c *Charge, m *mask) schemas.Date {
	day := beginning
	if !n.and {
		day = forever
	}
	for _, t := range n.terms {
		var d schemas.Date
		if t.leaf < 0 {
			d = e.day(&n.kids[t.kid], p, c, m)
		} else {
			d = e.leafDay(t, p, c, m)
		}
		if n.and {
			day = max(day, d)
		} else {
			day = min(day, d)
		}
	}
	return day
}

func (e *judge) leafDay(t term, p *Person, c *Charge, m *mask) schemas.Date {
	if e.law.temporal&(1<<t.leaf) == 0 || m.p&(1<<t.leaf) != 0 {
		if t.literal(m, 0) == yes {
			return beginning
		}
		return forever
	}
	if i := e.law.elapsedOf[t.leaf]; i >= 0 {
		return e.leafElapsed(int(i), p, c)
	}
	return forever
}

// elapsedDay is the day on which the years of a temporal leaf have passed, at
// the latest. Of those that are the person's, the charge may be nil.
func (e *judge) elapsedDay(t *elapsedDay, p *Person, c *Charge) schemas.Date {
	var since schemas.Date
	switch {
	case t.fixed.Known():
		return t.fixed
	case t.personal:
		since = e.since(t, p)
	case t.event >= 0:
		_, since = e.clock(p, e.row, &e.law.events[t.event])
	default:
		_, since = c.days(t.field)
	}
	if since == beginning || since == forever {
		return since
	}
	return anniversary(since, t.lasts, t.after)
}

// since is the day from which a temporal leaf of the person counts, at the
// latest.
func (e *judge) since(t *elapsedDay, p *Person) (latest schemas.Date) {
	switch {
	case t.fixed.Known():
		return t.fixed
	case t.fact >= 0:
		return e.facts[t.fact].latestPossible
	default:
		_, latest = span(p.births().to)
		return latest
	}
}

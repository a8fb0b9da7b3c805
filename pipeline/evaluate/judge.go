package evaluate

import (
	"slices"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// judge answers one set of questions for a person, and decides under every law
// that asks them.
type judge struct {
	*ruling // under the law of the moment
	rulings []*ruling

	codes    []codeEntry
	counties []countyEntry
	degrees  []degreeEntry
	sections map[string]int32

	answers   []answers   // by row
	counting  []satisfied // by row
	lanes     lanes       // of all rows
	groups    []int32     // by row: the ordinal of its charge
	each      []int32     // the same where every row is a charge of its own
	grouped   []int32     // and where not
	keys      []int32
	states    []truth
	facts     []folded
	birthdays []days         // by ageTest
	undated   uint64         // leaves of the person that time makes true on no day that can be computed
	days      []schemas.Date // by elapsedDay, of those that are the person's; NoDate when not computed yet
	relatives []*countTest   // those that differ between the charges of the person
	clusters  clusters
	active    active
	edges     []edge // scratch of pauses
	capping   capScratch
	row       int          // the charge under decision
	stated    penaltyEntry // the last penalty that a record gave

	profiles   [1 << profileBits]profiled
	satisfying [1 << satisfyBits]countedBy
}

// ruling is what is decided under one law.
type ruling struct {
	law       *Law
	decisions []Decision // on the person at hand

	memo  [1 << memoBits]decided
	dated int16  // of the decision under way: as in decided
	waits uint64 // the same

	texts  map[packedKey]*Text
	recent [recentTexts]recentText
	hints  map[hint]*Text
}

func newRuling(law *Law) *ruling {
	return &ruling{law: law, texts: map[packedKey]*Text{}, hints: map[hint]*Text{}}
}

func newJudge(law *Law) *judge {
	r := newRuling(law)
	j := &judge{
		ruling: r, rulings: []*ruling{r}, sections: map[string]int32{"": 0},
		facts: make([]folded, len(law.facts)), birthdays: make([]days, len(law.charge.ages)),
		days: make([]schemas.Date, len(law.elapsed)), stated: penaltyEntry{days: NoNumber},
	}
	j.addCode(nil)
	j.counties = append(j.counties, j.countyEntry("", false))
	j.degrees = append(j.degrees, j.degreeEntry("", false))
	return j
}

// codeEntry is a code that was seen, with the answers that it alone decides.
type codeEntry struct {
	code           *policies.Code // nil when not known
	section        int32          // ordinal of the bare section
	penalty        penaltyEntry
	charge, others mask
	windows        []lawfulDays // by dated test
}

// countyEntry is all counties that give the same answers.
type countyEntry struct{ charge, others mask }

// degreeEntry is a class or degree of offence that was seen.
type degreeEntry struct {
	charge, others mask
	penalty        penaltyEntry
}

// addCode adds the code of a count, and those of the further offences that it
// names.
func (e *judge) addCode(code *policies.Code, also ...*policies.Code) int32 {
	only := code // what the law asks of one code alone is unknown of several
	if len(also) > 0 {
		only = nil
	}
	entry := codeEntry{code: code, penalty: e.law.penaltyEntry(e.law.penaltyOfCode(only))}
	if code != nil {
		if _, ok := e.sections[code.Section]; !ok {
			e.sections[code.Section] = int32(len(e.sections)) //nolint:gosec // far fewer
		}
		entry.section = e.sections[code.Section]
	}
	entry.windows = e.law.windowsOf(only)
	for _, t := range e.law.charge.codes {
		entry.charge.set(t.slot, agree(t.test, code, also))
	}
	for _, t := range e.law.others.codes {
		entry.others.set(t.slot, agree(t.test, code, also))
	}
	e.codes = append(e.codes, entry)
	return int32(len(e.codes) - 1) //nolint:gosec // far fewer
}

// countyEntry is what a county answers, as it is compared.
func (e *judge) countyEntry(folded string, known bool) countyEntry {
	var entry countyEntry
	answer := func(t placeTest) truth {
		if !known {
			return unknown
		}
		return truthOf(t.county == folded)
	}
	for _, t := range e.law.charge.places {
		entry.charge.set(t.slot, answer(t))
	}
	for _, t := range e.law.others.places {
		entry.others.set(t.slot, answer(t))
	}
	return entry
}

// degreeEntry is what a class or degree answers, as the policy writes it.
func (e *judge) degreeEntry(folded string, known bool) degreeEntry {
	entry := degreeEntry{penalty: e.law.penaltyEntry(e.law.penaltyOfDegree(folded))}
	answer := func(t degreeTest) truth {
		if !known {
			return unknown
		}
		return t.answer(&e.law.bound.Pack.Degrees, folded)
	}
	for _, t := range e.law.charge.degrees {
		entry.charge.set(t.slot, answer(t))
	}
	for _, t := range e.law.others.degrees {
		entry.others.set(t.slot, answer(t))
	}
	return entry
}

// person decides every charge of p, whose record is sound, under every law.
func (e *judge) person(p *Person, seen seen) {
	hole := hole(p, seen.kinds)
	groups := 0
	if len(e.facts) > 0 || slices.ContainsFunc(e.rulings, func(r *ruling) bool { return len(r.law.caps) > 0 }) {
		groups = e.group(p, seen.distinct)
		e.findActivity(p, groups, hole)
	}
	some := e.recall(p)
	e.presumeClosed(p)
	e.fold(p, some, groups, seen.distinct, hole)
	born := p.births()
	for i := range e.law.charge.ages {
		years := e.law.charge.ages[i].years
		e.birthdays[i] = days{born.from.AddYears(years), born.to.AddYears(years)}
	}
	person := e.personMask(p, seen.kinds, hole)
	e.factMask(&person, hole)
	e.personDays(p)
	for _, r := range e.rulings {
		r.decisions = regrow(r.decisions, len(p.Charges))
	}
	law, own := e.law, mask{}
	events, presumes := len(law.events) > 0, len(law.presumptions)+len(law.closings) > 0
	for i := range p.Charges {
		if p.Charges[i].Kind&schemas.RowCharge == 0 {
			for _, r := range e.rulings {
				r.decisions[i] = Decision{}
			}
			continue
		}
		m := &person
		if events || len(e.relatives) > 0 {
			own = person
			e.relativeMask(p, i, hole, &own)
			if events {
				e.eventMask(p, i, &own)
			}
			m = &own
		}
		e.row = i
		t, f, presumed := e.chargeMask(&law.charge, p, i, m)
		if presumes {
			t, f, presumed = e.presume(p, i, hole, mask{t, f, presumed, m.mute})
		}
		if len(e.rulings) == 1 {
			e.decide(law, p, i, t, f, presumed, &e.decisions[i])
			continue
		}
		for _, r := range e.rulings {
			e.ruling = r
			e.decide(r.law, p, i, t&r.law.asked, f&r.law.asked, presumed&r.law.asked, &r.decisions[i])
		}
	}
	for _, r := range e.rulings {
		e.ruling = r
		for i := range r.law.caps {
			e.applyCap(p, i, hole)
		}
	}
}

// factMask answers the leaves on facts that all charges share. A fact that
// depends on the charge under decision is one when no charge counts.
func (e *judge) factMask(m *mask, hole int) {
	law, t, f, presumed := e.law, m.t, m.f, m.p
	e.relatives = e.relatives[:0]
	for i := range law.relatives {
		r := &law.relatives[i]
		if e.facts[r.fact].relative.any {
			e.relatives = append(e.relatives, r)
			continue
		}
		t, f, presumed = r.slot.add(r.ask(0, hole), t, f, presumed, m.mute)
	}
	for i := range law.counts {
		c := &law.counts[i]
		t, f, presumed = c.slot.add(c.ask(e.facts[c.fact].known, e.facts[c.fact].possible), t, f, presumed, m.mute)
	}
	for i := range law.latest {
		l := &law.latest[i]
		t, f, presumed = l.slot.add(l.ask(&e.facts[l.fact]), t, f, presumed, m.mute)
	}
	m.t, m.f, m.p = t, f, presumed
}

// relativeMask answers the leaves on facts that depend on charge i.
func (e *judge) relativeMask(p *Person, i, hole int, m *mask) {
	for _, t := range e.relatives {
		known, possible := e.count(p, i, &e.law.facts[t.fact], &e.facts[t.fact].relative)
		m.add(&t.slot, t.ask(known, possible+hole))
	}
}

// eventMask answers the leaves on the time since an event of charge i.
func (e *judge) eventMask(p *Person, i int, m *mask) {
	for j := range e.law.events {
		t := &e.law.events[j]
		test := dateTest{from: beginning, to: t.limit}
		m.add(&t.slot, test.ask(e.clock(p, i, t)))
	}
}

// chargeMask adds the answers to the leaves that look at charge i alone. Records being what
// they are, every branch on them is a guess that fails half the time: what is
// asked of every charge is answered without.
func (e *judge) chargeMask(s *space, p *Person, i int, m *mask) (t, f, presumed uint64) {
	c, known := &p.Charges[i], &e.answers[i]
	t, f, presumed = m.t|known.t, m.f|known.f, m.p|known.p
	if s.circumstantial {
		own := mask{t: t, f: f, p: presumed}
		s.circumstances(c, &own)
		t, f, presumed = own.t, own.f, own.p
	}
	for j := range s.numbers {
		n := &s.numbers[j]
		t, f, presumed = n.slot.add(n.ask(c.number(n.number)), t, f, presumed, 0)
	}
	for j := range s.dates {
		d := &s.dates[j]
		earliest, latest := c.days(d.field)
		if d.implied != 0 {
			earliest, latest = c.dates(d.field, d.implied)
		}
		t, f, presumed = d.slot.add(d.ask(earliest, latest), t, f, presumed, 0)
	}
	for j := range s.dated {
		d := &s.dated[j]
		earliest, latest := c.dates(policies.OffenseDate, offenceBounds)
		t, f, presumed = d.slot.add(d.answer(&e.codes[c.Code], earliest, latest).answer(), t, f, presumed, 0)
	}
	for j := range s.ages {
		a := &s.ages[j]
		earliest, latest := c.dates(a.field, a.implied)
		t, f, presumed = a.slot.add(a.answer(e.birthdays[j], earliest, latest).answer(), t, f, presumed, 0)
	}
	return t, f, presumed
}

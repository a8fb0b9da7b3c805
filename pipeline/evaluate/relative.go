package evaluate

import (
	"slices"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// relative is a count that depends on the charge under decision, ready to be
// asked for each charge of the person at hand.
type relative struct {
	any      bool    // some charge counts, or may
	distinct bool    // no two rows are one charge, so that states are those of the rows
	states   []truth // by group: yes when the charge counts, unknown when it may

	// Of charges before, after or on the day of the one under decision: by group
	// the day on which it certainly counts, and the days between which it may; and
	// the same sorted, of those that do.
	certain, first, last []schemas.Date
	sorted               dayLists

	// Of charges of the same case: by case, and those whose case is not known,
	// with their days where a day may say which case it is.
	inCase   []interval
	cases    []int32 // by group
	unplaced interval
	loose    dayLists

	knownAll, mayBeAll int
}

// dayLists are the days of groups that count: those that are certain, and the
// first and the last that are possible; each sorted.
type dayLists struct{ certains, firsts, lasts []schemas.Date }

func (l *dayLists) reset() { l.certains, l.firsts, l.lasts = l.certains[:0], l.firsts[:0], l.lasts[:0] }

// add adds the days of a group.
func (l *dayLists) add(r *relative, g int) {
	l.firsts, l.lasts = append(l.firsts, r.first[g]), append(l.lasts, r.last[g])
	if r.certain[g].Known() {
		l.certains = append(l.certains, r.certain[g])
	}
}

func (l *dayLists) sort() {
	slices.Sort(l.certains)
	slices.Sort(l.firsts)
	slices.Sort(l.lasts)
}

// interval is a count that lies between two numbers.
type interval struct{ known, possible int }

func (r *relative) reset(groups int) {
	r.any = false
	r.states = regrow(r.states, groups)
	for i := range r.states {
		r.states[i] = no
	}
	r.knownAll, r.mayBeAll = 0, 0
}

// regrow is s with length n; what it held is lost.
func regrow[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// foldRelative collects the charges that count, by group. Most persons have
// none.
func (e *judge) foldRelative(p *Person, f *fact, out *relative, groups int) {
	out.any = false
	for i := range p.Charges {
		v := e.counts(f.bit, i)
		if v == no {
			continue
		}
		if !out.any {
			out.reset(groups)
			out.any, out.distinct = true, false
			e.resetOrder(f, out, groups)
		}
		g := e.groups[i]
		if out.states[g] != yes {
			out.states[g] = v
		}
		if field, order, ok := f.days(); ok {
			out.place(g, v, p.Charges[i].date(field), order)
		}
		if number := p.Charges[i].Case; f.source.SameCase && number >= 0 {
			out.cases[g] = number
		}
	}
	if !out.any {
		return
	}
	out.sum(f)
}

// foldDistinctRelative is foldRelative where every row is a charge of its own,
// and none is before or after another: counts of the person and of the cases.
func (e *judge) foldDistinctRelative(p *Person, f *fact, out *relative) {
	out.any, out.distinct, out.knownAll, out.mayBeAll, out.unplaced = true, true, 0, 0, interval{}
	clear(out.inCase)
	for i := range p.Charges {
		known, may := e.counting[i].of(f)
		out.knownAll += known
		out.mayBeAll += known + may
		if !f.source.SameCase {
			continue
		}
		if number := int(p.Charges[i].Case); number >= 0 {
			for number >= len(out.inCase) {
				out.inCase = append(out.inCase, interval{})
			}
			in := &out.inCase[number]
			in.known, in.possible = in.known+known, in.possible+known+may
			continue
		}
		out.unplaced.possible += known + may
	}
}

// order is how the day of another charge lies to that of the one under decision.
type order uint8

const (
	earlier order = iota
	later
	sameDay
)

// days is the date by which charges are ordered, and how; false when they are
// not.
func (f *fact) days() (policies.Field, order, bool) {
	switch prior := f.source.Prior; {
	case f.source.SameDay != nil:
		return *f.source.SameDay, sameDay, true
	case prior == nil:
		return 0, 0, false
	case prior.On:
		return prior.Field, sameDay, true
	case prior.After:
		return prior.Field, later, true
	default:
		return prior.Field, earlier, true
	}
}

func (e *judge) resetOrder(f *fact, out *relative, groups int) {
	if _, _, ok := f.days(); ok {
		out.certain, out.first, out.last = regrow(out.certain, groups), regrow(out.first, groups), regrow(out.last, groups)
		for g := range groups {
			out.certain[g], out.first[g], out.last[g] = schemas.NoDate, forever, beginning
		}
	}
	if f.source.SameCase {
		out.cases = regrow(out.cases, groups)
		for g := range groups {
			out.cases[g] = -1
		}
	}
}

// place notes the day of a row that counts or may. Rows of one charge that give
// different days have no certain one.
func (r *relative) place(g int32, v truth, d schemas.Date, by order) {
	if !d.Known() {
		r.first[g], r.last[g] = beginning, forever
		return
	}
	r.first[g], r.last[g] = min(r.first[g], d), max(r.last[g], d)
	if v != yes {
		return
	}
	switch old := r.certain[g]; {
	case !old.Known(), by == later && d > old, by == earlier && d < old:
		r.certain[g] = d
	case by == sameDay && d != old:
		r.certain[g] = forever // no day is forever
	}
}

// sum totals the groups, and sorts their days or sorts them into cases.
func (r *relative) sum(f *fact) {
	r.sorted.reset()
	r.loose.reset()
	clear(r.inCase)
	r.unplaced = interval{}
	_, _, ordered := f.days()
	for g, state := range r.states {
		if state == no {
			continue
		}
		r.mayBeAll++
		if state == yes {
			r.knownAll++
		}
		if ordered {
			r.sorted.add(r, g)
		}
		switch {
		case f.source.SameDay != nil && r.cases[g] < 0:
			r.loose.add(r, g)
		case f.source.SameCase:
			r.intoCase(r.cases[g], state)
		}
	}
	r.sorted.sort()
	r.loose.sort()
}

func (r *relative) intoCase(number int32, state truth) {
	if number < 0 {
		r.unplaced.possible++
		return
	}
	for int(number) >= len(r.inCase) {
		r.inCase = append(r.inCase, interval{})
	}
	r.inCase[number].possible++
	if state == yes {
		r.inCase[number].known++
	}
}

// count is the count for charge i.
func (e *judge) count(p *Person, i int, f *fact, r *relative) (known, possible int) {
	if !r.any {
		return 0, 0
	}
	c := &p.Charges[i]
	if r.distinct {
		known, may := e.counting[i].of(f)
		return r.counted(c, interval{known, known + may}, f)
	}
	g := e.groups[i]
	switch {
	case f.source.Prior != nil && !f.source.Prior.On:
		certain, may := f.window(c)
		return r.inWindow(&r.sorted, certain, may, g)
	case f.source.Prior != nil:
		known, possible = r.onDay(&r.sorted, c, f.source.Prior.This, g)
		return r.with(g, interval{known, possible}, f.source.Others)
	case f.source.SameDay != nil && c.Case < 0:
		known, possible = r.onDay(&r.sorted, c, *f.source.SameDay, g)
		return r.with(g, interval{known, possible}, f.source.Others)
	case f.source.SameDay != nil:
		return r.inCaseOrOnDay(c, g, f)
	}
	return r.counted(c, r.self(g), f)
}

// counted is a count of the person or of the case of a charge, which itself adds
// self to it.
func (r *relative) counted(c *Charge, self interval, f *fact) (known, possible int) {
	n := interval{r.knownAll, r.mayBeAll}
	if f.sameCase {
		n = r.inCaseOf(c.Case, self)
	}
	if f.others {
		n = n.without(self)
	}
	return n.known, n.possible
}

// inCaseOrOnDay counts the groups of the case of a charge, and those without a
// docket whose day says that they are of it, or may be.
func (r *relative) inCaseOrOnDay(c *Charge, g int32, f *fact) (known, possible int) {
	self, loose := r.self(g), g
	if r.states[g] == no || r.cases[g] >= 0 {
		loose = -1 // it is not among those without a docket
	}
	known, possible = r.onDay(&r.loose, c, *f.source.SameDay, loose)
	n := r.inCaseOf(c.Case, self)
	switch {
	case loose >= 0: // it is not of a case, so it is not left out of one
		known, possible = r.with(g, interval{known, possible}, f.source.Others)
	case f.source.Others:
		n = n.without(self)
	}
	return known + n.known, possible + n.possible
}

// self is what a group itself adds to a count.
func (r *relative) self(g int32) interval {
	switch r.states[g] {
	case yes:
		return interval{1, 1}
	case unknown:
		return interval{0, 1}
	case no:
	}
	return interval{}
}

func (n interval) without(self interval) interval {
	return interval{max(0, n.known-self.known), n.possible - self.possible}
}

// days is a window of days, both ends included.
type days struct{ from, to schemas.Date }

// window returns the days on which another charge certainly is before, or
// after, the one under decision, and those on which it may be.
func (f *fact) window(c *Charge) (certain, may days) {
	p := f.source.Prior
	implied := uint8(0)
	if p.This == policies.OffenseDate {
		implied = offenceBounds
	}
	earliest, latest := c.dates(p.This, implied)
	if p.After {
		certain, may = days{next(latest), forever}, days{next(earliest), forever}
		if p.Within != nil {
			certain.to, may.to = shift(earliest, f.within), shift(latest, f.within)
		}
		return certain, may
	}
	certain, may = days{beginning, previous(earliest)}, days{beginning, previous(latest)}
	if p.Within != nil {
		certain.from, may.from = shift(latest, -f.within), shift(earliest, -f.within)
	}
	return certain, may
}

// shift is an anniversary; beginning and forever stay what they are.
func shift(d schemas.Date, years int) schemas.Date {
	if d == forever || d == beginning {
		return d
	}
	return d.AddYears(years)
}

func next(d schemas.Date) schemas.Date {
	if d == forever {
		return d
	}
	return d + 1
}

// previous of the first day is the first day: no charge is certainly before it.
func previous(d schemas.Date) schemas.Date {
	if d == beginning {
		return d
	}
	return d - 1
}

// inWindow counts the groups of the lists in the windows but for g, which is
// neither before nor after itself; -1 when it is not in the lists.
func (r *relative) inWindow(l *dayLists, certain, may days, g int32) (known, possible int) {
	if certain.from <= certain.to && certain.to != beginning && certain.from != forever {
		known = atMost(l.certains, certain.to) - below(l.certains, certain.from)
		if g >= 0 && r.states[g] == yes && r.certain[g].Known() && certain.from <= r.certain[g] && r.certain[g] <= certain.to {
			known--
		}
	}
	possible = len(l.firsts) - below(l.lasts, may.from) - (len(l.firsts) - atMost(l.firsts, may.to))
	if g >= 0 && r.states[g] != no && r.last[g] >= may.from && r.first[g] <= may.to {
		possible--
	}
	return known, max(known, possible)
}

// onDay counts the groups of the lists on the day of a charge, but for g.
func (r *relative) onDay(l *dayLists, c *Charge, field policies.Field, g int32) (known, possible int) {
	implied := uint8(0)
	if field == policies.OffenseDate {
		implied = offenceBounds
	}
	earliest, latest := c.dates(field, implied)
	certain := days{earliest, latest}
	if earliest != latest {
		certain = days{forever, beginning}
	}
	return r.inWindow(l, certain, days{earliest, latest}, g)
}

// with adds group g to a count from which it was left out, unless others is set:
// a charge is on its own day, and of its own case.
func (r *relative) with(g int32, n interval, others bool) (known, possible int) {
	if !others && r.states[g] != no {
		n.possible++
		if r.states[g] == yes {
			n.known++
		}
	}
	return n.known, n.possible
}

// below counts the days before d in a sorted list, atMost those up to d.
func below(sorted []schemas.Date, d schemas.Date) int {
	n, _ := slices.BinarySearch(sorted, d)
	return n
}

func atMost(sorted []schemas.Date, d schemas.Date) int {
	if d == forever {
		return len(sorted)
	}
	return below(sorted, d+1)
}

// inCaseOf counts the groups of a case, self among them. Charges whose case is
// not known may belong to it; of a charge whose own is not known, all may.
func (r *relative) inCaseOf(number int32, self interval) interval {
	switch {
	case number < 0:
		return interval{self.known, r.mayBeAll}
	case int(number) < len(r.inCase):
		n := r.inCase[number]
		return interval{n.known, n.possible + r.unplaced.possible}
	default:
		return interval{possible: r.unplaced.possible}
	}
}

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

	// Of charges before or after the one under decision: by group the day on
	// which it certainly counts, and the days between which it may; and the same
	// sorted, of those that do.
	certain, first, last    []schemas.Date
	certains, firsts, lasts []schemas.Date

	// Of charges of the same case: by case, and those whose case is not known.
	inCase   []interval
	cases    []int32 // by group
	unplaced interval

	knownAll, mayBeAll int
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
func (e *Evaluator) foldRelative(p *Person, f *fact, out *relative, groups int) {
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
		if f.source.Prior != nil {
			out.place(g, v, p.Charges[i].date(f.source.Prior.Field), f.source.Prior.After)
		}
		if f.source.SameCase {
			out.cases[g] = p.Charges[i].Case
		}
	}
	if !out.any {
		return
	}
	out.sum(f)
}

// foldDistinctRelative is foldRelative where every row is a charge of its own,
// and none is before or after another: counts of the person and of the cases.
func (e *Evaluator) foldDistinctRelative(p *Person, f *fact, out *relative) {
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

func (e *Evaluator) resetOrder(f *fact, out *relative, groups int) {
	if f.source.Prior != nil {
		out.certain, out.first, out.last = regrow(out.certain, groups), regrow(out.first, groups), regrow(out.last, groups)
		for g := range groups {
			out.certain[g], out.first[g], out.last[g] = schemas.NoDate, forever, beginning
		}
	}
	if f.source.SameCase {
		out.cases = regrow(out.cases, groups)
	}
}

// place notes the day of a row that counts or may.
func (r *relative) place(g int32, v truth, d schemas.Date, after bool) {
	if !d.Known() {
		r.first[g], r.last[g] = beginning, forever
		return
	}
	r.first[g], r.last[g] = min(r.first[g], d), max(r.last[g], d)
	if v != yes {
		return
	}
	if old := r.certain[g]; !old.Known() || (after && d > old) || (!after && d < old) {
		r.certain[g] = d
	}
}

// sum totals the groups, and sorts their days or sorts them into cases.
func (r *relative) sum(f *fact) {
	r.certains, r.firsts, r.lasts = r.certains[:0], r.firsts[:0], r.lasts[:0]
	clear(r.inCase)
	r.unplaced = interval{}
	for g, state := range r.states {
		if state == no {
			continue
		}
		r.mayBeAll++
		if state == yes {
			r.knownAll++
		}
		if f.source.Prior != nil {
			r.firsts, r.lasts = append(r.firsts, r.first[g]), append(r.lasts, r.last[g])
			if r.certain[g].Known() {
				r.certains = append(r.certains, r.certain[g])
			}
		}
		if f.source.SameCase {
			r.intoCase(r.cases[g], state)
		}
	}
	slices.Sort(r.certains)
	slices.Sort(r.firsts)
	slices.Sort(r.lasts)
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
func (e *Evaluator) count(p *Person, i int, f *fact, r *relative) (known, possible int) {
	if !r.any {
		return 0, 0
	}
	c, g := &p.Charges[i], e.groups[i]
	if f.source.Prior != nil {
		certain, may := e.window(c, f.source.Prior)
		return r.inWindow(certain, may, g)
	}
	self := interval{}
	if r.distinct {
		known, may := e.counting[i].of(f)
		self = interval{known, known + may}
	} else if state := r.states[g]; state != no {
		self.possible = 1
		if state == yes {
			self.known = 1
		}
	}
	n := interval{r.knownAll, r.mayBeAll}
	if f.source.SameCase {
		n = r.inCaseOf(c.Case, self)
	}
	if f.source.Others {
		n = interval{max(0, n.known-self.known), n.possible - self.possible}
	}
	return n.known, n.possible
}

// days is a window of days, both ends included.
type days struct{ from, to schemas.Date }

// window returns the days on which another charge certainly is before, or
// after, the one under decision, and those on which it may be.
func (e *Evaluator) window(c *Charge, p *policies.Prior) (certain, may days) {
	implied := uint8(0)
	if p.This == policies.OffenseDate {
		implied = offenceBounds
	}
	earliest, latest := c.dates(p.This, implied)
	if p.After {
		certain, may = days{next(latest), forever}, days{next(earliest), forever}
		if p.Within != nil {
			years := e.law.bound.Int(*p.Within)
			certain.to, may.to = shift(earliest, years), shift(latest, years)
		}
		return certain, may
	}
	certain, may = days{beginning, previous(earliest)}, days{beginning, previous(latest)}
	if p.Within != nil {
		years := e.law.bound.Int(*p.Within)
		certain.from, may.from = shift(latest, -years), shift(earliest, -years)
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

// inWindow counts the groups in the windows but for g, which is neither before
// nor after itself.
func (r *relative) inWindow(certain, may days, g int32) (known, possible int) {
	if certain.from <= certain.to && certain.to != beginning && certain.from != forever {
		known = atMost(r.certains, certain.to) - below(r.certains, certain.from)
		if d := r.certain[g]; r.states[g] == yes && d.Known() && certain.from <= d && d <= certain.to {
			known--
		}
	}
	possible = len(r.firsts) - below(r.lasts, may.from) - (len(r.firsts) - atMost(r.firsts, may.to))
	if r.states[g] != no && r.last[g] >= may.from && r.first[g] <= may.to {
		possible--
	}
	return known, max(known, possible)
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

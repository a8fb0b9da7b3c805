package evaluate

import (
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// datedTest asks whether a code is in one of the sets that were the law on the
// day of the offence.
type datedTest struct {
	slot  slot
	sets  []*policies.CodeSet
	index int // among the windows of a code
}

// windowsOf are, for each dated test, the days on which the law has the code in
// one of the sets.
func (l *Law) windowsOf(code *policies.Code) [][]days {
	tests := len(l.charge.dated) + len(l.others.dated)
	if tests == 0 || code == nil {
		return nil
	}
	windows := make([][]days, tests)
	for _, s := range []*space{&l.charge, &l.others} {
		for i := range s.dated {
			t := &s.dated[i]
			for _, set := range t.sets {
				if set.Contains(*code, l.bound.Pack.State()) {
					windows[t.index] = append(windows[t.index], lawful(set))
				}
			}
		}
	}
	return windows
}

// lawful are the days for whose offences the set is the law.
func lawful(set *policies.CodeSet) days {
	d := days{beginning, forever}
	if set.From.Known() {
		d.from = set.From
	}
	if set.To.Known() {
		d.to = set.To
	}
	return d
}

// answer compares the days on which the offence is possible with those on which
// the code is in a set.
func (t *datedTest) answer(entry *codeEntry, earliest, latest schemas.Date) truth {
	if entry.windows == nil { // the code is not known, or the count has several
		return unknown
	}
	v := no
	for _, w := range entry.windows[t.index] {
		switch {
		case w.from <= earliest && latest <= w.to:
			return yes
		case latest >= w.from && earliest <= w.to:
			v = unknown
		}
	}
	return v
}

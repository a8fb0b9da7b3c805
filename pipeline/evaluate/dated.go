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

// lawfulDays are the days on which a code is in one of the sets of a test, and
// those on which it may be.
type lawfulDays struct{ sure, perhaps []days }

// windowsOf are, for each dated test, the days on which the law has the code in
// one of the sets.
func (l *Law) windowsOf(code *policies.Code) []lawfulDays {
	tests := len(l.charge.dated) + len(l.others.dated)
	if tests == 0 || code == nil {
		return nil
	}
	windows, state := make([]lawfulDays, tests), l.bound.Pack.State()
	for _, s := range []*space{&l.charge, &l.others} {
		for i := range s.dated {
			t := &s.dated[i]
			w := &windows[t.index]
			for _, set := range t.sets {
				for _, run := range set.Lawful(*code, state) {
					w.sure = append(w.sure, lawful(run))
				}
				if set.MayContain(*code, state) {
					w.perhaps = append(w.perhaps, lawful(policies.Days{From: set.From, To: set.To}))
				}
			}
		}
	}
	return windows
}

// lawful is a run of days that is open to neither side.
func lawful(run policies.Days) days {
	d := days{beginning, forever}
	if run.From.Known() {
		d.from = run.From
	}
	if run.To.Known() {
		d.to = run.To
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
	for _, w := range entry.windows[t.index].sure {
		switch {
		case w.from <= earliest && latest <= w.to:
			return yes
		case latest >= w.from && earliest <= w.to:
			v = unknown
		}
	}
	for _, w := range entry.windows[t.index].perhaps {
		if latest >= w.from && earliest <= w.to {
			v = unknown
		}
	}
	return v
}

package pipeline

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/route"
	"github.com/clearsweep/clearsweep/writers"
)

// warnings are what a person should know of the run beyond its totals.
func (r *Run) warnings(m *writers.Manifest, sums *Sums, todo lists) []string {
	w := warnings{}
	if !r.pack.SignedOff {
		w.say("no lawyer has signed the policy %s: see its SOURCES.md before its decisions are used", m.Policy.ID)
	}
	r.warnOfSources(&w, m)
	r.warnOfCounty(&w, m, sums.Counties)
	doubts := sums.Doubts
	w.count(m.Totals.Unkeyed, "rows have no usable person key; each stands alone")
	w.count(sums.BirthConflicts, "persons have rows with different birth dates; the law was asked without one: see worklist/identity.csv")
	w.count(sums.SharedKeys, "person keys have rows of many birth dates and identify nobody; each row stands alone: see worklist/identity.csv")
	w.count(sums.Namesakes, "persons have the surname, given name and date of birth of one with another key: see worklist/identity.csv, and join them with a crosswalk if they are one")
	w.count(m.Totals.Undone, "deletions name a charge that is not there, or one whose versions cannot be put in order; they changed nothing")
	w.count(int64(doubts.Births), "persons have a birth date that no life fits; the law was asked without one")
	w.count(int64(doubts.Dates), "dates of events are after the as-of date or before the person's birth; the law was asked without them")
	w.count(sums.EarlyArrests, "charges have an arrest before the offence, which may have gone on, or one of the dates is wrong; the law was asked with both")
	w.count(int64(doubts.Dispositions), "rows contradict another row of the same charge; the law was asked without what they say")
	w.count(int64(doubts.Circumstances), "charges contradict themselves on the substance or the victim; the law was asked without")
	w.count(todo.unused, "answers are of charges that the extract does not have")
	w.count(m.Totals.Rejected, "rows were rejected: see rejects/")
	w.count(int64(len(todo.codes)), "statute texts have no code: see worklist/codes.csv")
	w.count(int64(len(todo.outOfForce)), "statute texts name a section that was not the law on the day of an offence: see worklist/out-of-force.csv")
	w.count(int64(len(todo.severities)), "statute texts stand beside a severity that the offence had not on its day: see worklist/severities.csv")
	w.count(int64(len(todo.values)), "values are not in the layout's maps: see worklist/values.csv")
	w.count(todo.omitted, "rows have texts beyond the length of the worklists")
	w.count(sums.UndeliverableRows, "deliveries cannot stand in an update file: see worklist/undeliverable.csv")
	return w
}

type warnings []string

func (w *warnings) say(format string, args ...any) { *w = append(*w, fmt.Sprintf(format, args...)) }

// count warns of n things, if there are any.
func (w *warnings) count(n int64, what string) {
	if n > 0 {
		w.say("%d %s", n, what)
	}
}

// warnOfSources says what is odd about whole files.
func (r *Run) warnOfSources(w *warnings, m *writers.Manifest) {
	for i, s := range r.Sources {
		name := s.Name
		for _, warning := range s.Survey.Warnings {
			w.say("%s: %s", name, warning)
		}
		if earlier := r.duplicate[i]; earlier >= 0 {
			w.say("%s holds the same bytes as %s and was not read again", name, r.Sources[earlier].Name)
		}
		if t := m.Inputs[i].Totals; t.Rejected > 0 && t.Accepted == 0 {
			w.say("%s: every row was rejected: is %s its layout?", name, r.layout.Name())
		}
	}
}

// warnOfCounty says so when a policy asks for a county that no charge is from:
// a misspelt name would otherwise leave out everybody without a word.
func (r *Run) warnOfCounty(w *warnings, m *writers.Manifest, counties map[string]*int64) {
	asked, ok := m.Policy.Params["county"]
	if !ok {
		return
	}
	for county := range counties {
		if strings.EqualFold(strings.TrimSpace(county), strings.TrimSpace(asked)) {
			return
		}
		if !route.IsPlace(county) { // something else stands in the column
			delete(counties, county)
		}
	}
	const most = 5
	names := slices.SortedFunc(maps.Keys(counties), func(a, b string) int {
		return cmp.Or(cmp.Compare(*counties[b], *counties[a]), cmp.Compare(a, b))
	})
	w.say("no charge is from the county %q; the extract has most from %q", asked, names[:min(most, len(names))])
}

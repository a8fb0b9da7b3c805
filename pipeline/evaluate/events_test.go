package evaluate

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// TestLaterEventsFindTheLatest compares the sealed list with a search through
// all events.
func TestLaterEventsFindTheLatest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Int32Range(0, 9)
		var events laterEvents
		for range rapid.IntRange(0, 8).Draw(t, "events") {
			events = append(events, laterEvent{
				order: schemas.Date(small.Draw(t, "order")), best: schemas.Date(small.Draw(t, "day")),
				second: beginning, bestGroup: small.Draw(t, "group") % 3,
			})
		}
		sealed := slices.Clone(events)
		slices.SortFunc(sealed, byOrder)
		sealed.seal()
		day, group := schemas.Date(small.Draw(t, "after")), small.Draw(t, "own")%3
		want := beginning
		for _, e := range events {
			if e.order > day && e.bestGroup != group {
				want = max(want, e.best)
			}
		}
		if got := sealed.after(day, group); got != want {
			t.Fatalf("after %d, but for group %d: got %d, want %d", day, group, got, want)
		}
	})
}

// TestWindowsCountAsASearchDoes compares the sorted counts of charges in a
// window with a search through all of them.
func TestWindowsCountAsASearchDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &relative{any: true}
		groups := rapid.IntRange(1, 6).Draw(t, "groups")
		r.reset(groups)
		r.certain, r.first, r.last = make([]schemas.Date, groups), make([]schemas.Date, groups), make([]schemas.Date, groups)
		f := &fact{source: priorFact()}
		for g := range groups {
			r.certain[g], r.first[g], r.last[g] = schemas.NoDate, forever, beginning
			r.states[g] = truth(rapid.IntRange(0, 2).Draw(t, "state"))
			if r.states[g] != no {
				r.place(int32(g), r.states[g], schemas.Date(rapid.IntRange(0, 9).Draw(t, "day")), later)
			}
		}
		r.sum(f)
		window := days{schemas.Date(rapid.IntRange(0, 9).Draw(t, "from")), schemas.Date(rapid.IntRange(0, 9).Draw(t, "to"))}
		own := int32(rapid.IntRange(0, groups-1).Draw(t, "own"))
		var known, possible int
		for g := range groups {
			inside := r.states[g] != no && window.from <= r.first[g] && r.first[g] <= window.to
			if !inside || g == int(own) {
				continue
			}
			possible++
			if r.states[g] == yes {
				known++
			}
		}
		gotKnown, gotPossible := r.inWindow(&r.sorted, window, window, own)
		if gotKnown != known || (window.from <= window.to && gotPossible != possible) {
			t.Fatalf("%v: got %d to %d, want %d to %d", window, gotKnown, gotPossible, known, possible)
		}
	})
}

func priorFact() *policies.Fact {
	return &policies.Fact{Count: true, Prior: &policies.Prior{Field: policies.DispositionDate, After: true, This: policies.DispositionDate}}
}

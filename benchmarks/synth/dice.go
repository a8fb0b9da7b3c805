package synth

import "math/rand/v2"

// dice are the only source of chance in the package.
type dice struct{ *rand.Rand }

// newDice returns dice that fall the same way for the same seed, on every
// machine: PCG is specified. The second word only keeps seeds 0 and 1 apart from
// those of other programs.
func newDice(seed uint64) dice {
	return dice{rand.New(rand.NewPCG(seed, 0x636c656172737765))} //nolint:gosec // chance that can be repeated is what is wanted
}

// chance is true in a share of p.
func (d dice) chance(p float64) bool { return p > 0 && d.Float64() < p }

// between returns a number from lo to hi, both included. It returns lo if hi is
// smaller.
func (d dice) between(lo, hi int) int {
	if hi <= lo {
		return lo
	}
	return lo + d.IntN(hi-lo+1)
}

func pick[T any](d dice, from []T) T { return from[d.IntN(len(from))] }

// urn is a list of things that are drawn by weight.
type urn[T any] struct {
	things []T
	drawn  []int32 // for each unit of weight, the thing that it draws
}

func newUrn[T any](things []T, weight func(T) int) urn[T] {
	u := urn[T]{things: things}
	for i := range things {
		for range weight(things[i]) {
			u.drawn = append(u.drawn, int32(i))
		}
	}
	return u
}

func (u urn[T]) draw(d dice) *T { return &u.things[u.drawn[d.IntN(len(u.drawn))]] }

package containers_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// Whatever comes, unpacking ends, within its limits, and says the same twice.
func FuzzUnpack(f *testing.F) {
	a := lines(1, 20)
	for _, seed := range [][]byte{
		nil, []byte(a), gz(a, "", a), zst(a, a), slices.Concat(skippable, zst(a)), bz(), gz(string(zst(a))),
		zipped(file{name: "a.csv", text: a}, file{name: "b.gz", text: string(gz(a))}), overlapping2(), many(3), commented("c"),
	} {
		f.Add(seed)
	}
	limits := containers.Limits{Bytes: 1 << 20, Ratio: 1 << 20, Members: 100, Depth: 3}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := unpack(data, limits)
		if entries := int64(len(got)); entries > limits.Members*(limits.Bytes+buffered) {
			t.Errorf("%d bytes came out", entries)
		}
		again, errAgain := unpack(bytes.Clone(data), limits)
		if got != again || (err == nil) != (errAgain == nil) {
			t.Errorf("%d bytes (%v), and then %d (%v)", len(got), err, len(again), errAgain)
		}
	})
}

// buffered is what may come out before a limit is seen.
const buffered = 1 << 20

func overlapping2() []byte {
	data := zipped(file{name: "a", text: "x"}, file{name: "b", text: "x"})
	return with(data, -30)
}

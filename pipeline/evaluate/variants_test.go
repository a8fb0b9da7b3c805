package evaluate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/policies"
)

// boundWithVariants binds a pack, and its variants.
func boundWithVariants(tb testing.TB, name string) []*policies.Bound {
	tb.Helper()
	pack, err := policies.Load(name)
	if err != nil {
		tb.Fatal(err)
	}
	packs := []*policies.Pack{pack}
	for _, v := range pack.Variants() {
		packs = append(packs, v.Pack)
	}
	bounds := make([]*policies.Bound, len(packs))
	for i, p := range packs {
		if bounds[i], err = p.Bind(nil, date(promisedDay)); err != nil {
			tb.Fatal(err)
		}
	}
	return bounds
}

var slate = filepath.Join("testdata", "clean-slate")

// told is a decision with its trace in words: what stays the same when its bits
// are numbered otherwise.
type told struct {
	Decision Decision
	Leaf     string
	Rules    []RuleTrace
}

func tell(law *Law, d Decision) told {
	t := told{Rules: law.Explain(d.True, d.False, d.Presumed, "")}
	if d.Leaf >= 0 {
		t.Leaf = law.leaves[d.Leaf].ID
	}
	d.True, d.False, d.Presumed, d.Leaf = 0, 0, 0, 0
	t.Decision = d
	return t
}

// TestSeveralLawsDecideAsEachAlone decides persons under a policy, its variants
// and other policies in one pass, and under each alone.
func TestSeveralLawsDecideAsEachAlone(t *testing.T) {
	bounds := boundWithVariants(t, slate)
	if len(bounds) < 4 {
		t.Fatalf("the pack has %d variants, the test needs several", len(bounds)-1)
	}
	together, err := CompileWithVariants(bounds[0], bounds[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	for _, law := range together[1:] {
		if law.questions != together[0].questions {
			t.Fatalf("%s does not share its questions", law.bound.Pack.ID)
		}
	}
	together = append(together, languageLaw(t, "clocks", promisedDay), languageLaw(t, "caps", promisedDay))
	alone := make([]*Law, len(together))
	for i, law := range together {
		if alone[i], err = Compile(law.bound); err != nil {
			t.Fatal(err)
		}
	}
	e := NewEvaluator(together...)
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		forget(t, rows)
		p := personOf(e, rows)
		e.Person(p)
		for k, law := range together {
			for i, want := range decideRows(alone[k], rows) {
				if diff := cmp.Diff(tell(alone[k], want), tell(law, e.Under(k)[i])); diff != "" {
					t.Fatalf("%s, charge %d (- alone, + together):\n%s", law.bound.Pack.ID, i, diff)
				}
			}
		}
	})
}

// TestVariantsThatDoNotFitStandAlone gives a policy more variants than its trace
// has bits for.
func TestVariantsThatDoNotFitStandAlone(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(slate, "policy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var many strings.Builder
	many.Write(text)
	for i := range 25 {
		fmt.Fprintf(&many, "  more-%d:\n    patch:\n      - at: misdemeanor.when.all\n        add:\n", i)
		for j := range 3 {
			fmt.Fprintf(&many, "          - {id: more-%d, disposition: {in: [convicted]}, cite: \"ZZ bill %d.%d\", who: \"the court\"}\n", j, i, j)
		}
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "policy.yaml"), []byte(many.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	bounds := boundWithVariants(t, folder)
	laws, err := CompileWithVariants(bounds[0], bounds[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	if len(laws) != len(bounds) || laws[0].questions == laws[1].questions {
		t.Errorf("got %d laws that share what one trace cannot hold, want %d that stand alone", len(laws), len(bounds))
	}
}

// BenchmarkEvaluateVariants decides under a law of waits, grades, counts and
// cases and four variants of it.
func BenchmarkEvaluateVariants(b *testing.B) {
	bounds := boundWithVariants(b, slate)
	laws, err := CompileWithVariants(bounds[0], bounds[1:]...)
	if err != nil {
		b.Fatal(err)
	}
	e := NewEvaluator(laws...)
	persons, charges := slatePersons(e)
	for i := range persons {
		e.Person(&persons[i])
	}
	b.SetBytes(int64(charges) * int64(unsafe.Sizeof(Charge{})))
	b.ReportAllocs()
	for b.Loop() {
		for i := range persons {
			e.Person(&persons[i])
		}
	}
	b.ReportMetric(float64(charges*len(laws))*float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
}

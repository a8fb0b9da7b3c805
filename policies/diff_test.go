package policies

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func written(source string) *Pack {
	return &Pack{files: map[string][]byte{policyFile: []byte(source)}}
}

func TestDiff(t *testing.T) {
	p, err := Load("../testdata/policies/whole")
	if err != nil {
		t.Fatal(err)
	}
	whole := string(p.files[policyFile])
	chosen := whole[strings.Index(whole, "  - id: chosen"):strings.Index(whole, "  - id: graded")]
	last := whole[strings.Index(whole, "  - id: graded"):strings.Index(whole, "\notherwise:")]
	for name, test := range map[string]struct {
		from, to string
		want     []Change
	}{
		"title":     {"Every part", "Each part", []Change{{WordChange, "head", "title was Every part of the language once, is Each part of the language once"}}},
		"effective": {"effective: 2016-11-09", "effective: 2017-01-01", []Change{{LawChange, "head", "law.effective was 2016-11-09, is 2017-01-01"}}},
		"parameter's default": {"default: 7,", "default: 5,", []Change{
			{LawChange, "parameter years", "default was 7, is 5"},
		}},
		"parameter's range": {"[0, 5..10]", "[0, 5..12]", []Change{
			{LawChange, "parameter years", "allowed: added 5..12"}, {LawChange, "parameter years", "allowed: removed 5..10"},
		}},
		"member added": {`"HSC 11358(a)"]`, `"HSC 11358(a)", "HSC 11359/*"]`, []Change{
			{LawChange, "code set possession", "members: added HSC 11359/*"},
		}},
		"members in another order": {`["HSC 11357/*", "HSC 11358(a)"]`, `["HSC 11358(a)", "HSC 11357/*"]`, nil},
		"source of a set": {`cite: "Example Act 3(a)"
    members`, `cite: "Example Act 3(b)"
    members`, []Change{
			{SourceChange, "code set possession", "cite was Example Act 3(a), is Example Act 3(b)"},
		}},
		"presumption turned": {"presume: false", "presume: true", []Change{
			{LawChange, "rule challenged: condition in-time", "unknown.presume was false, is true"},
		}},
		"named condition": {"  - id: convicted\n    disposition: {in: [convicted]}", "  - id: convicted\n    disposition: {in: [convicted, set_aside]}", []Change{
			{LawChange, "condition convicted (used by clear, chosen)", "disposition.in: added set_aside"},
		}},
		"condition joined otherwise": {"        - any:\n            - id: long-ago", "        - all:\n            - id: long-ago", []Change{
			{LawChange, "rule clear", "the conditions were all of (convicted, any of (long-ago, old, young, dead), none of (grave, many)), " +
				"are all of (convicted, all of (long-ago, old, young, dead), none of (grave, many))"},
		}},
		"words of a condition": {"It is a felony.", "It was a felony.", []Change{
			{WordChange, "rule clear: condition grave", "say.yes was It is a felony., is It was a felony."},
		}},
		"remedy": {"verb: seal", "verb: dismiss", []Change{{LawChange, "rule chosen", "relief.verb was seal, is dismiss"}}},
		"rule gone": {chosen, "", []Change{
			{LawChange, "rule chosen", "is gone, it stood after clear and before graded and gave relief " +
				"{verb: seal, legal_basis: Example Act 10, jurisdiction_retained: true}"},
		}},
		"rules exchanged": {chosen + last, last + "\n" + chosen, []Change{
			{LawChange, "rules", "are tried in another order: was challenged, other-law, registered, harm, clear, chosen, graded, in-time, dead-or-not, " +
				"is challenged, other-law, registered, harm, clear, graded, in-time, dead-or-not, chosen"},
		}},
		"otherwise":     {"outcome: not_eligible", "outcome: review", []Change{{LawChange, "otherwise", "outcome was not_eligible, is review"}}},
		"comment":       {"# It is nobody's law.", "# It is law.", nil},
		"layout":        {`law: {effective: 2016-11-09, cite: "Example Act 1"}`, "law:\n  cite: Example Act 1\n  effective: \"2016-11-09\"", nil},
		"switched off":  {"    enabled_if: $years\n", "", []Change{{LawChange, "rule clear", "enabled_if is gone: it was $years"}}},
		"fact narrowed": {"severity: {in: [felony]}}\n    cite", "severity: {in: [felony, misdemeanor]}}\n    cite", []Change{{LawChange, "fact felonies", "where.severity.in: added misdemeanor"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(whole, test.from) {
				t.Fatalf("the pack has no %q", test.from)
			}
			got := Diff(written(whole), written(strings.Replace(whole, test.from, test.to, 1)))
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestDiffOfFiles(t *testing.T) {
	a, b := written(small), written(small)
	a.files["codes.csv"], b.files["codes.csv"] = []byte("a\n"), []byte("b\n")
	a.files["SOURCES.md"], b.files["cases.yaml"] = []byte("a\n"), []byte("b\n")
	want := []Change{
		{WordChange, "file SOURCES.md", "is gone"}, {WordChange, "file cases.yaml", "is new"}, {LawChange, "file codes.csv", "is not the same"},
	}
	if got := Diff(a, b); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDiffMissesNothing changes one text of one pack, wherever it stands, and
// expects to be told.
func TestDiffMissesNothing(t *testing.T) {
	packs := allPacks(t)
	rapid.Check(t, func(t *rapid.T) {
		p := packs[rapid.IntRange(0, len(packs)-1).Draw(t, "pack")]
		old, root := p.source(), p.source()
		var texts []*tree
		var visit func(n *tree)
		visit = func(n *tree) {
			for _, key := range n.keys {
				visit(n.of[key])
			}
			for _, item := range n.items {
				visit(item)
			}
			if n.text != "" {
				texts = append(texts, n)
			}
		}
		visit(root)
		var same, there, back differ
		same.law(old, root)
		n := texts[rapid.IntRange(0, len(texts)-1).Draw(t, "text")]
		n.text += strconv.Itoa(rapid.IntRange(1, 9).Draw(t, "digit"))
		there.law(old, root)
		back.law(root, old)
		if len(same.changes) != 0 || len(there.changes) == 0 || len(there.changes) != len(back.changes) {
			t.Fatalf("%s: %q changed: %q, there %q, back %q", p.Name(), n.text, same.changes, there.changes, back.changes)
		}
	})
}

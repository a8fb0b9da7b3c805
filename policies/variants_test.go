package policies

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

const whatIfs = `variants:
  shorter: {title: five years, params: {years: 5}}
  floor:
    profile: green-standard
    patch: [{at: clear.when.all, remove: [wait]}]
  stricter:
    patch:
      - at: clear.when.all
        replace:
          - {id: convicted, disposition: {in: [convicted, diverted]}, cite: "Act 5", who: clerk, say: {yes: "y", no: "n", unknown: "u"}}
        add:
          - {id: none-pending, person: {none: {disposition: {in: [pending]}}}, temporary: true, cite: "Act 8", who: clerk, say: {yes: "y", no: "n", unknown: "u"}}
`

func questionsOf(p *Pack) map[string]string {
	out := map[string]string{}
	for _, leaf := range p.Leaves() {
		out[leaf.ID] = leaf.Definition()
	}
	return out
}

func TestVariants(t *testing.T) {
	p, err := parseText(t, small+whatIfs)
	if err != nil {
		t.Fatal(err)
	}
	if faults := p.Lint(); len(faults) > 0 {
		t.Errorf("warnings: got %v, want none", faults)
	}
	variants := p.Variants()
	base := questionsOf(p)
	day, _ := schemas.ParseDate("2026-11-23")
	type got struct {
		Name, ID, Title string
		Profile         Profile
		Leaves          []string // those of the base are marked with =
		Years           int      // whatever the sweep gives
	}
	var all []got
	for _, v := range variants {
		bound, err := v.Pack.Bind(map[string]string{"years": "6"}, day)
		if err != nil {
			t.Fatal(err)
		}
		g := got{Name: v.Name, ID: v.Pack.ID, Title: v.Title, Profile: v.Pack.Profile, Years: bound.Int(IntArg{Param: "years"})}
		for _, leaf := range v.Pack.Leaves() {
			mark := ""
			if base[leaf.ID] == leaf.Definition() {
				mark = "="
			}
			g.Leaves = append(g.Leaves, mark+leaf.ID)
		}
		all = append(all, g)
		if v.Pack.Digest() == p.Digest() || v.Pack.SignedOff || len(v.Pack.Variants()) > 0 {
			t.Errorf("%s: the variant passes for its base", v.Name)
		}
	}
	want := []got{
		{"shorter", "us-ca.small+shorter", "five years", Statutory, []string{"=scope.code", "clear.wait", "=clear.convicted"}, 5},
		{"floor", "us-ca.small+floor", "", GreenStandard, []string{"=scope.code", "=clear.convicted"}, 6},
		{"stricter", "us-ca.small+stricter", "", Statutory, []string{"=scope.code", "=clear.wait", "clear.convicted", "clear.none-pending"}, 6},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("variants (-want +got):\n%s", diff)
	}
	if len(p.Leaves()) != 3 || len(p.Rules[0].When.Terms) != 2 {
		t.Errorf("the base has changed: %v", questionsOf(p))
	}
	again, err := ParseFiles("stored", p.Files())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(questionsOf(variants[2].Pack), questionsOf(again.Variants()[2].Pack)); diff != "" {
		t.Errorf("from the stored files (-want +got):\n%s", diff)
	}
}

// TestFixedParametersReachFacts: a condition that compares a fact asks another
// question where the fact depends on a parameter that the variant fixes.
func TestFixedParametersReachFacts(t *testing.T) {
	policy := strings.NewReplacer(
		"facts:\n", "facts:\n  again: {count: charges, where: {date: {field: disposition_date, after: this.disposition_date, within_years: $years}}, cite: \"Act 4\"}\n",
		"        - {id: convicted", "        - {id: once, fact: {again: {at_most: 0}}, cite: \"Act 4\", who: clerk, say: {yes: \"y\", no: \"n\", unknown: \"u\"}}\n        - {id: convicted",
	).Replace(small) + "variants: {shorter: {params: {years: 5}}}\n"
	p, err := parseText(t, policy)
	if err != nil {
		t.Fatal(err)
	}
	base, variant := questionsOf(p), questionsOf(p.Variants()[0].Pack)
	if base["clear.once"] == variant["clear.once"] || base["clear.convicted"] != variant["clear.convicted"] {
		t.Errorf("got %q and %q", base, variant)
	}
}

// TestVariantFaults spoils one part of the variants at a time.
func TestVariantFaults(t *testing.T) {
	for name, test := range map[string]struct{ from, to, place, code, message string }{
		"patch that points nowhere":   {"floor:\n    profile: green-standard\n    patch: [{at: clear.when.all", "floor:\n    profile: green-standard\n    patch: [{at: clear.when.any", "32:14", schema, "at: clear.when.any is no list"},
		"patch of no rule":            {"patch: [{at: clear", "patch: [{at: cleer", "32:14", schema, "is no list"},
		"patch of a parameter":        {"patch: [{at: clear.when.all", "patch: [{at: params.years.allowed", "32:14", schema, "is no list"},
		"removal of nothing":          {"remove: [wait]", "remove: [waits]", "32:43", schema, `holds no "waits" to remove; do you mean wait?`},
		"replacement of nothing":      {"{id: convicted, disposition: {in: [convicted, d", "{id: convict, disposition: {in: [convicted, d", "37:13", schema, `holds no "convict" to replace`},
		"uncited addition":            {`cite: "Act 8", `, "", "39:14", "R7", "variant stricter: condition clear.none-pending has no cite"},
		"addition under a taken name": {"{id: none-pending", "{id: wait", "39:14", schema, "condition clear.wait is defined twice"},
		"profile that is not met":     {"    patch: [{at: clear.when.all, remove: [wait]}]", "    params: {years: 5}", "23:12", "R6", "variant floor: condition clear.wait: profile green-standard has no waiting periods"},
		"value out of range":          {"params: {years: 5}", "params: {years: 4}", "29:41", schema, "allowed: 0 or 5..10"},
		"value of no parameter":       {"params: {years: 5}", "params: {year: 5}", "29:41", schema, `no parameter "year"`},
		"name of the base":            {"  shorter:", "  base:", "29:3", schema, "choose another name"},
		"base that is a variant":      {"  shorter: {", "  shorter: {base: floor, ", "29:13", schema, "stands on no other variant"},
		"nothing changed":             {", params: {years: 5}", "", "29:13", schema, "changes nothing"},
		"nothing patched":             {", remove: [wait]", "", "32:14", schema, "give add, remove or replace"},
		"unknown key":                 {"title: five", "titel: five", "29:13", schema, `do you mean "title"?`},
		"everything removed":          {"remove: [wait]", "remove: [wait, convicted]", "22:7", schema, "variant floor: condition of clear: all is an empty list"},
	} {
		t.Run(name, func(t *testing.T) {
			policy := small + whatIfs
			if !strings.Contains(policy, test.from) {
				t.Fatalf("the pack has no %q", test.from)
			}
			_, err := parseText(t, strings.Replace(policy, test.from, test.to, 1))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v, want Faults", err)
			}
			if got := faults[0].String(); !strings.HasPrefix(got, "small/policy.yaml:"+test.place+": "+test.code+": ") || !strings.Contains(got, test.message) {
				t.Errorf("got  %s\nwant %s: %s: ...%s...", got, test.place, test.code, test.message)
			}
		})
	}
}

// TestVariantsWarnOfWhatIsTheirs: a warning of the base is not given again.
func TestVariantsWarnOfWhatIsTheirs(t *testing.T) {
	policy := strings.Replace(small+whatIfs, `cite: "Act 3", who: clerk`, `cite: "Act 3"`, 1)
	p, err := parseText(t, strings.Replace(policy, `cite: "Act 8", who: clerk`, `cite: "Act 8"`, 1))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range p.Lint() {
		got = append(got, f.Message)
	}
	if len(got) != 2 || !strings.HasPrefix(got[0], "condition scope.code: who is missing") || !strings.HasPrefix(got[1], "variant stricter: condition clear.none-pending: who is missing") {
		t.Errorf("got %q", got)
	}
}

func TestTooManyVariants(t *testing.T) {
	var b strings.Builder
	b.WriteString(small + "variants:\n")
	for i := range maxVariants + 1 {
		b.WriteString("  v" + strings.Repeat("x", i) + ": {params: {years: 5}}\n")
	}
	_, err := Parse("many", fstest.MapFS{policyFile: {Data: []byte(b.String())}})
	if err == nil || !strings.Contains(err.Error(), "has 33 variants; it can have 32") {
		t.Errorf("got %v, want a refusal", err)
	}
}

// TestVariantsSayWhatTheyChange compares each with its base.
func TestVariantsSayWhatTheyChange(t *testing.T) {
	p, err := parseText(t, small+whatIfs)
	if err != nil {
		t.Fatal(err)
	}
	v := p.Variants()[0]
	want := []Change{{LawChange, "parameter years", "default was 7, is 5"}}
	if diff := cmp.Diff(want, v.Changes(p)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	base, err := parseText(t, small)
	if err != nil {
		t.Fatal(err)
	}
	changes := Diff(p, base)
	if len(changes) != 3 || changes[0].Part != "variant shorter" || !strings.HasPrefix(changes[0].What, "is gone") {
		t.Errorf("a pack without its variants: got %v", changes)
	}
}

package policies

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ageing is the small pack with a rule that the statute ends, and one that a
// review takes relief from.
var ageing = strings.Replace(small, "otherwise:", `  - id: young
    cite: "Act 8"
    lapses: {cite: "Act 8(b)"}
    when:
      all:
        - {ref: clear.convicted}
        - none: [{id: over, elapsed: {since: disposition_date, years: 20}, cite: "Act 8(b)", who: clerk, say: {yes: "y", no: "n", unknown: "u"}}]
    relief: {verb: reduce, legal_basis: "Act 8", jurisdiction_retained: true}
    reason: "not yet twenty years"
  - id: old-and-open
    cite: "Act 9"
    when:
      all:
        - {id: open, sentence: {in: [supervised]}, cite: "Act 9", who: clerk, say: {yes: "y", no: "n", unknown: "u"}}
        - {id: ended, elapsed: {since: supervision_end_date, years: 0}, cite: "Act 9", who: clerk, say: {yes: "y", no: "n", unknown: "u"}}
    review: {question: "has it ended?", who: clerk}
    reason: "it should have ended"
  - id: taken
    cite: "Act 10"
    when: {all: [{ref: clear.convicted}]}
    relief: {verb: reduce, legal_basis: "Act 10", jurisdiction_retained: true}
    reason: "convicted"
  - id: served
    cite: "Act 11"
    when: {all: [{id: done, sentence: {in: [completed]}, cite: "Act 11", who: clerk, say: {yes: "y", no: "n", unknown: "u"}}]}
    relief: {verb: dismiss, legal_basis: "Act 11", jurisdiction_retained: true}
    reason: "served"
otherwise:`, 1)

func TestLasting(t *testing.T) {
	p, err := parseText(t, ageing)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range p.Lasting() {
		got[l.Rule] = l.Reason
	}
	want := map[string]string{
		"clear":        "",
		"young":        "young.over ends it with time (Act 8(b))",
		"old-and-open": "",
		// A stronger relief by clear takes nothing; the review does.
		"taken": "what stands before it can come true with time alone: old-and-open",
		// Nobody whose sentence is served is under supervision; but clear gives less.
		"served": "what stands before it can come true with time alone: clear",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lasting (-want +got):\n%s", diff)
	}
	if text := p.Page(); !strings.Contains(text, "**to be decided again with every sweep**; young.over ends it with time") || strings.Count(text, "it lasts.") != 2 {
		t.Error("the page does not say which rules last")
	}
}

func TestLastingFaults(t *testing.T) {
	for name, test := range map[string]struct{ from, to, code, message string }{
		"no statute ends it":      {"    lapses: {cite: \"Act 8(b)\"}\n", "", schema, "young.over stands under none and would end relief as time passes; turn it round, or, where the statute itself ends it, add lapses"},
		"uncited":                 {"lapses: {cite: \"Act 8(b)\"}", "lapses: {}", "R7", "lapses has no cite"},
		"nothing ends":            {"        - none: [{id: over", "        - all: [{id: over", schema, "rule young: nothing in it ends with time; remove lapses"},
		"a scope that ends":       {"  all:\n    - {id: code", "  none:\n    - {id: over, elapsed: {since: disposition_date, years: 20}, cite: \"Act 3\", who: clerk, say: {yes: \"y\", no: \"n\", unknown: \"u\"}}\n    - {id: code", schema, "scope: scope.over stands under none"},
		"a cap without a day":     {"otherwise:", "caps:\n  - {id: two, of: [young], at_most: 2, order: [eligible_on], cite: \"Act 10\", reason: \"two\", question: \"which?\", who: \"clerk\"}\notherwise:", schema, "rule young lapses and has no eligible_on"},
		"green standard":          {"profile: statutory", "profile: green-standard", "R6", "rule young: profile green-standard has no relief that ends"},
		"a sunset in the wrong":   {"elapsed: {since: disposition_date, years: 20}", "date: {field: as_of, before: 2030-01-01}", schema, "put it under none in a rule that lapses"},
		"closed under none":       {"elapsed: {since: disposition_date, years: 20}", "person: {none: {disposition: {in: [pending]}}}, unknown: {presume: closed, if: {no_activity: 3 years}, cite: \"Act 12\"}", "", ""},
		"a presumption that ends": {"elapsed: {since: disposition_date, years: 20}, cite", "severity: {in: [felony]}, unknown: {presume: true, if: {none: [{no_activity: 3 years}]}, cite: \"Act 12\"}, cite", schema, "time alone would end the presumption"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(ageing, test.from) {
				t.Fatalf("the pack has no %q", test.from)
			}
			_, err := parseText(t, strings.Replace(ageing, test.from, test.to, 1))
			if test.message == "" {
				if err != nil {
					t.Errorf("got %v, want none: the rule lapses", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), ": "+test.code+": ") || !strings.Contains(err.Error(), test.message) {
				t.Errorf("got  %v\nwant %s: ...%s...", err, test.code, test.message)
			}
		})
	}
}

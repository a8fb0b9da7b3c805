package policies

import (
	"errors"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// rich is the small pack with a part of every kind that the language has.
var rich = strings.NewReplacer(
	"codes:\n", "degrees: {order: [M2, M1, F], means: {M: [M2, M1]}, cite: \"Act 8\"}\n"+
		"penalties:\n  - {degree: {in: [M1]}, max: 5 years, cite: \"Act 9\"}\ncodes:\n",
	"otherwise:", "caps:\n  - {id: two, of: [clear], at_most: 2, order: [eligible_on], cite: \"Act 10\", reason: \"two\", question: \"which?\", who: \"clerk\"}\notherwise:",
).Replace(small)

// TestLanguageFaults spoils one part of a pack at a time.
func TestLanguageFaults(t *testing.T) {
	leaf := "disposition: {in: [convicted]}, cite"
	if _, err := parseText(t, rich); err != nil {
		t.Fatalf("the pack before it is spoilt: %v", err)
	}
	for name, test := range map[string]struct{ from, to, message string }{
		"degree that is not listed":      {leaf, "degree: {in: [M9]}, cite", `degree "M9" is not in degrees: order`},
		"degree in two ways":             {leaf, "degree: {in: [M1], at_least: F}, cite", "exactly one of in, at_least, at_most"},
		"penalty without a unit":         {leaf, "max_penalty: {at_most: 2}, cite", "93 days, 6 months or 2 years"},
		"penalty between nothing":        {leaf, "max_penalty: {at_least: 2 years, below: 1 year}, cite", "leave something between"},
		"penalty of nothing":             {leaf, "max_penalty: {}, cite", "give at_most, at_least"},
		"term in days":                   {leaf, "term: {min: {below: 30 days}}, cite", "30 months or 5 years"},
		"term of both":                   {leaf, "term: {min: {below: 1 year}, max: {below: 2 years}}, cite", "exactly one of min, max"},
		"incarcerated in words":          {leaf, "incarcerated: jail, cite", "true or false"},
		"restitution of no kind":         {leaf, "restitution: {in: [paid]}, cite", `"paid" is no state of restitution`},
		"relief that ends on a day":      {leaf, "date: {field: as_of, before: 2030-01-01}, cite", "would take relief away"},
		"as_of of another charge":        {leaf, "person: {none: {date: {field: as_of, on_or_after: 2020-01-01}}}, cite", "no date of a charge"},
		"episodes of one case":           {leaf, "case: {count: {where: {disposition: {in: [convicted]}}, of: episodes, at_most: 2}}, cite", "count charges"},
		"before this, in the case":       {leaf, "case: {none: {date: {field: disposition_date, before: this.offense_date}}}, cite", "use one of the two"},
		"this of no such date":           {leaf, "person: {none: {date: {field: disposition_date, before: this.release_date}}}, cite", "is compared once"},
		"a case that is registered":      {leaf, "case: {registered: any}, cite", `no key "registered"`},
		"event of one term":              {"since: person.last", "since: {later_of: [offense_date]}", "later_of: [two or more]"},
		"event without else":             {"since: person.last", "since: {if_incarcerated: release_date}", "with else: event"},
		"event of no such date":          {"since: person.last", "since: birth_date", `"birth_date" is no date here`},
		"restart from a fact":            {"since: person.last,", "since: person.last, restart_on: {where: {disposition: {in: [convicted]}}},", "not from person.fact"},
		"restart on everything":          {"since: person.last,", "since: sentence_date, restart_on: {},", "where is missing"},
		"dated and required":             {"default: 7,", `required: true, dated: {"2020-01-01": 7},`, "has no default and is not required"},
		"dated by no day":                {"default: 7,", `dated: {"2020": 7},`, "is no date"},
		"set of no days":                 {`cite: "Act 3", members`, `valid: {from: 2020-01-01, to: 2019-01-01}, cite: "Act 3", members`, "in order"},
		"rule of no days":                {"    reason:", "    valid: {}\n    reason:", "give from, to, or both"},
		"cap of no rule":                 {"of: [clear]", "of: [cleer]", `no rule "cleer"`},
		"cap without order":              {"order: [eligible_on], ", "", "order is missing"},
		"cap of no order":                {"order: [eligible_on]", "order: [name]", `"name" is no order`},
		"cap of no outcome":              {"order: [eligible_on]", "outcome: blocked, order: [eligible_on]", `outcome "blocked" is not possible`},
		"cap without cite":               {`cite: "Act 10", `, "", "has no cite"},
		"cap that nobody can answer":     {`question: "which?", who: "clerk"`, `question: "which?"`, "nobody is asked"},
		"penalty of nothing in the list": {"{degree: {in: [M1]}, max", "{max", "exactly one of code, degree"},
		"green standard with a cap":      {"profile: statutory", "profile: green-standard", "no lifetime caps"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(rich, test.from) {
				t.Fatalf("the pack has no %q", test.from)
			}
			_, err := parseText(t, strings.Replace(rich, test.from, test.to, 1))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v, want Faults", err)
			}
			for _, f := range faults {
				if strings.Contains(f.Message, test.message) && f.Line > 0 {
					return
				}
			}
			t.Errorf("got\n%s\nwant ...%s...", faults, test.message)
		})
	}
}

// TestDatedParameters asks for the value on the day before, of and after a
// change.
func TestDatedParameters(t *testing.T) {
	p, err := parseText(t, strings.Replace(small, "default: 7,", `dated: {"2024-06-11": 7, "2019-06-28": 10},`, 1))
	if err != nil {
		t.Fatal(err)
	}
	for asOf, want := range map[string]int{"2019-06-28": 10, "2024-06-10": 10, "2024-06-11": 7, "2030-01-01": 7} {
		day, _ := schemas.ParseDate(asOf)
		bound, err := p.Bind(nil, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := bound.Int(IntArg{Param: "years"}); got != want {
			t.Errorf("%s: got %d, want %d", asOf, got, want)
		}
	}
	day, _ := schemas.ParseDate("2019-06-27")
	if _, err := p.Bind(nil, day); err == nil || !strings.Contains(err.Error(), "its first is from 2019-06-28") {
		t.Errorf("before the first day: got %v", err)
	}
	day, _ = schemas.ParseDate("2030-01-01")
	if bound, err := p.Bind(map[string]string{"years": "5"}, day); err != nil || bound.Int(IntArg{Param: "years"}) != 5 {
		t.Errorf("given: got %v", err)
	}
}

package policies

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// small is a pack that is accepted; each test spoils one line of it.
const small = `schema: relief/v1
id: us-ca.small
title: A small policy
jurisdiction: US-CA
profile: statutory
law: {effective: 2016-11-09, cite: "Act 1"}
signed_off: false
params:
  years: {type: integer, allowed: [0, 5..10], default: 7, cite: "Act 2"}
codes:
  cannabis: {cite: "Act 3", members: ["HSC 11357/*"], except: ["HSC 11357(e)"]}
facts:
  last: {max: disposition_date, where: {disposition: {in: [convicted]}}, cite: "Act 4"}
scope:
  all:
    - {id: code, code: {in: [cannabis]}, cite: "Act 3", who: clerk, say: {yes: "y", no: "n", unknown: "u"}}
rules:
  - id: clear
    cite: "Act 5"
    enabled_if: $years
    when:
      all:
        - {id: wait, elapsed: {since: person.last, years: $years}, cite: "Act 4", who: clerk, say: {yes: "y", no: "n {years}", unknown: "u"}}
        - {id: convicted, disposition: {in: [convicted]}, cite: "Act 5", who: clerk, say: {yes: "y", no: "n", unknown: "u"}}
    relief: {verb: seal, legal_basis: "Act 6", jurisdiction_retained: true}
    reason: "{section} after {years} years"
otherwise: {cite: "Act 7", reason: "nothing applies"}
`

func parseText(t testing.TB, policy string) (*Pack, error) {
	t.Helper()
	return Parse("small", packOf(policy))
}

// packOf is a folder with the policy, and with the other files that lint asks for.
func packOf(policy string) fstest.MapFS {
	const cases = "as_of: 2026-11-23\ncases:\n  - {id: a, confidence: H, charges: [{code: \"CA:HSC:11357\"}]}\n"
	return fstest.MapFS{
		policyFile: {Data: []byte(policy)}, casesFile: {Data: []byte(cases)}, sourcesFile: {Data: []byte("# Sources\n")},
	}
}

func TestSmallPackIsAccepted(t *testing.T) {
	p, err := parseText(t, small)
	if err != nil {
		t.Fatal(err)
	}
	if faults := p.Lint(); len(faults) != 0 {
		t.Errorf("warnings: got %v, want none", faults)
	}
}

// TestFaults spoils the small pack in one place and expects one refusal, at the
// place, with the obligation it breaks and the remedy.
func TestFaults(t *testing.T) {
	tests := map[string]struct {
		from, to string
		place    string // line:column
		code     string
		message  string
	}{
		"unknown top key":          {"title:", "titel: x\ntitle:", "3:1", schema, `do you mean "title"?`},
		"unknown schema":           {"relief/v1", "relief/v9", "1:1", schema, "reads relief/v1"},
		"not signed or unsigned":   {"signed_off: false\n", "", "1:1", schema, "signed_off is missing"},
		"bad date":                 {"2016-11-09", "2016-13-09", "6:18", schema, "no date"},
		"bad jurisdiction":         {"US-CA", "California", "4:1", schema, "US- and two capital letters"},
		"param without cite":       {`default: 7, cite: "Act 2"`, "default: 7", "9:11", "R7", "has no cite"},
		"default out of range":     {"default: 7", "default: 4", "9:47", schema, "allowed: 0 or 5..10"},
		"set without cite":         {`cite: "Act 3", members`, "members", "11:14", "R7", "has no cite"},
		"member is no section":     {`"HSC 11357/*"`, `"11357"`, "11:39", schema, `as in "HSC 11357/*"`},
		"section not in the table": {`"HSC 11357/*"`, `"HSC 11375357/*"`, "11:3", "R7", "no section HSC 11375357"},
		"subdivision in capitals":  {"HSC 11357(e)", "HSC 11357(E)", "11:3", "R7", "small letters"},
		"unknown set":              {"code: {in: [cannabis]}", "code: {in: [canabis]}", "16:25", schema, "do you mean cannabis?"},
		"county in a state law":    {"code: {in: [cannabis]}", "county: {equals: KERN}", "16:8", "R2", "one for the whole state"},
		"keyword":                  {"code: {in: [cannabis]}", "description: cannabis", "16:18", "R7", "words of a description decide nothing"},
		"applicant's statement":    {"code: {in: [cannabis]}", "petition: true", "16:18", "R1", "relief is automatic"},
		"two tests in a leaf":      {"code: {in: [cannabis]}", "code: {in: [cannabis]}, severity: {in: [felony]}", "16:8", schema, "exactly one of"},
		"uncited leaf":             {`cite: "Act 3", who`, "who", "16:8", "R7", "has no cite"},
		"presumed without cite":    {`cite: "Act 3", who: clerk`, `cite: "Act 3", unknown: {presume: true}`, "16:67", "R7", "has no cite"},
		"unknown parameter":        {"years: $years}", "years: $year}", "23:59", schema, `no parameter "year"`},
		"unknown fact":             {"person.last", "person.first", "23:32", schema, `no fact "first"`},
		"unknown disposition":      {"convicted, disposition: {in: [convicted]}", "convicted, disposition: {in: [guilty]}", "24:46", schema, `"guilty" is no disposition`},
		"uncited rule":             {"    cite: \"Act 5\"\n", "", "18:5", "R7", "has no cite"},
		"basis with a placeholder": {`legal_basis: "Act 6"`, `legal_basis: "Act 6, {years} years"`, "25:26", "schema", "as it is written"},
		"relief without basis":     {`legal_basis: "Act 6", `, "", "25:14", "R11", "legal_basis"},
		"jurisdiction lost":        {", jurisdiction_retained: true", "", "25:14", "R11", "jurisdiction_retained"},
		"destroying verb":          {"verb: seal", "verb: destroy", "25:14", "R10", "seal it"},
		"unknown verb":             {"verb: seal", "verb: hide", "25:14", schema, "is no verb"},
		"two outcomes":             {"    reason:", "    blocked: {lifts: later}\n    reason:", "18:5", schema, "exactly one of"},
		"review for nobody":        {`relief: {verb: seal, legal_basis: "Act 6", jurisdiction_retained: true}`, `review: {question: "well?"}`, "25:14", "R1", "nobody is asked"},
		"list of persons":          {"otherwise:", "persons: [a]\notherwise:", "27:1", "R8", "no list of persons"},
		"unknown placeholder":      {"{section} after", "{sect} after", "26:5", schema, "no value for {sect}"},
		"unknown reference":        {"- {id: convicted,", "- {ref: clear.wiat}\n        - {id: convicted,", "24:12", schema, "do you mean clear.wait?"},
		"wait at green standard":   {"profile: statutory", "profile: green-standard", "23:12", "R6", "no waiting periods"},
		"time under none":          {"      all:\n        - {id: wait", "      none:\n        - {id: wait", "23:12", schema, "end relief as time passes"},
		"alias":                    {"law: {effective: 2016-11-09, cite: \"Act 1\"}", "law: *other", "6:6", schema, ""},
		"duplicate key":            {"title: A small policy", "title: A small policy\ntitle: Another", "4:1", schema, ""},
		"not YAML":                 {"params:", "params: [", "", schema, "not YAML"},
		"no otherwise":             {`otherwise: {cite: "Act 7", reason: "nothing applies"}`, "", "1:1", schema, "otherwise is missing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(small, test.from) {
				t.Fatalf("the small pack has no %q", test.from)
			}
			_, err := parseText(t, strings.Replace(small, test.from, test.to, 1))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v, want Faults", err)
			}
			want := "small/policy.yaml:" + test.place + ": " + test.code + ": "
			if test.place == "" {
				want = "small/policy.yaml:"
			}
			for _, f := range faults {
				if strings.HasPrefix(f.String(), want) && strings.Contains(f.Message, test.message) {
					return
				}
			}
			t.Errorf("got\n%s\nwant %s...%s", faults, want, test.message)
		})
	}
}

func TestAllFaultsAtOnceInOrder(t *testing.T) {
	spoilt := strings.NewReplacer(`cite: "Act 1"`, `sight: "x"`, "HSC 11357/*", "11357", "verb: seal", "verb: purge").Replace(small)
	_, err := parseText(t, spoilt)
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("got %v, want Faults", err)
	}
	var codes []string
	for i, f := range faults {
		codes = append(codes, f.Code)
		if i > 0 && f.Line < faults[i-1].Line {
			t.Errorf("line %d comes after line %d", f.Line, faults[i-1].Line)
		}
	}
	if got := strings.Join(codes, " "); !strings.Contains(got, "R7") || !strings.Contains(got, "R10") || len(codes) < 4 {
		t.Errorf("codes: got %s, want those of all three faults", got)
	}
}

func TestWarningsDoNotRefuse(t *testing.T) {
	p, err := parseText(t, strings.Replace(small, "codes:\n", "codes:\n  spare: {cite: \"Act 9\", members: [\"HSC 11358\"]}\n", 1))
	if err != nil {
		t.Fatal(err)
	}
	faults := p.Lint()
	if len(faults) != 1 || !faults[0].Warning || !strings.Contains(faults[0].Message, "code set spare is not used") {
		t.Errorf("got %v, want one warning of the unused set", faults)
	}
}

func TestTooManyLeaves(t *testing.T) {
	var b strings.Builder
	for i := range 70 {
		b.WriteString("        - {id: d" + string(rune('a'+i/26)) + string(rune('a'+i%26)) +
			", disposition: {in: [convicted]}, cite: \"Act " + strings.Repeat("1", i+1) + "\"}\n")
	}
	_, err := parseText(t, strings.Replace(small, "        - {id: wait", b.String()+"        - {id: wait", 1))
	if err == nil || !strings.Contains(err.Error(), "it can have 64") {
		t.Errorf("got %v, want a refusal of more than 64 leaves", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("a: [b, {c: d}]"))
	f.Add([]byte("- 1"))
	f.Fuzz(func(t *testing.T, source []byte) {
		_, err := Parse("fuzz", fstest.MapFS{policyFile: {Data: source}, casesFile: {Data: source}})
		var faults Faults
		if err != nil && (!errors.As(err, &faults) || len(faults) == 0) {
			t.Fatalf("got %v, want Faults", err)
		}
	})
}

// TestGreenStandardRefuses puts one condition of each kind into a policy at the
// green standard.
func TestGreenStandardRefuses(t *testing.T) {
	for condition, code := range map[string]string{
		"elapsed: {since: disposition_date, years: 1}":                                           "R6",
		"person: {any: {disposition: {in: [convicted]}}}":                                        "R6",
		"person: {none: {disposition: {in: [pending]}}}":                                         "R6",
		"person: {count: {where: {disposition: {in: [convicted]}}, at_least: 2}}":                "R6",
		"person: {registered: any}":                                                              "R6",
		"age: {at: offense_date, at_least: 21}":                                                  "R5",
		"county: {equals: KERN}":                                                                 "R2",
		"person: {every: {where: {code: {in: [cannabis]}}, are: {sentence: {in: [completed]}}}}": "R6",
	} {
		policy := strings.Replace(small, "profile: statutory", "profile: green-standard", 1)
		policy = strings.Replace(policy, "elapsed: {since: person.last, years: $years}", condition, 1)
		_, err := parseText(t, policy)
		var faults Faults
		if !errors.As(err, &faults) || len(faults) != 1 || faults[0].Code != code || faults[0].Line != 23 {
			t.Errorf("%s: got %v, want one refusal, %s at line 23", condition, err, code)
		}
	}
}

package policies

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestWarnings changes one line of the small pack and expects one warning, which
// says what to write.
func TestWarnings(t *testing.T) {
	wait, convicted := "since: person.last, years", "disposition: {in: [convicted]}, cite: \"Act 5\""
	for name, test := range map[string]struct{ from, to, message string }{
		"release alone":               {wait, "since: release_date, years", "write {if_incarcerated: release_date, else: disposition_date}"},
		"release among others":        {wait, "since: {later_of: [disposition_date, release_date]}, years", "never in custody"},
		"release of who is free":      {wait, "since: {if_incarcerated: sentence_date, else: release_date}, years", "never in custody"},
		"release of who was held":     {wait, "since: {later_of: [disposition_date, {if_incarcerated: release_date, else: disposition_date}]}, years", ""},
		"release if on record":        {wait, "since: {first_known_of: [release_date, sentence_date]}, years", ""},
		"pending charge for good":     {convicted, "person: {none: {disposition: {in: [pending]}, severity: {in: [felony]}}}, cite: \"Act 5\"", "add temporary: true"},
		"at most no pending charge":   {convicted, "person: {count: {where: {disposition: {in: [pending]}}, at_most: 0}}, cite: \"Act 5\"", "add temporary: true"},
		"pending charge, for a time":  {convicted, "temporary: true, person: {none: {disposition: {in: [pending]}}}, cite: \"Act 5\"", ""},
		"pending charge asked for":    {convicted, "person: {any: {disposition: {in: [pending]}}}, cite: \"Act 5\"", ""},
		"no pending charge, negated":  {"        - {id: convicted, " + convicted, "        - none: [{id: convicted, person: {any: {disposition: {in: [pending]}}}, cite: \"Act 5\"", "add temporary: true"},
		"other charges are no matter": {convicted, "person: {none: {disposition: {in: [convicted]}}, others: true}, cite: \"Act 5\"", ""},
		"a state without a table":     {"US-CA", "US-DE", "the policy can be tested and swept"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(small, test.from) {
				t.Fatalf("the small pack has no %q", test.from)
			}
			policy := strings.Replace(small, test.from, test.to, 1)
			if strings.Contains(test.to, "none: [{") {
				policy = strings.Replace(policy, `cite: "Act 5", who: clerk, say: {yes: "y", no: "n", unknown: "u"}}`, `cite: "Act 5", who: clerk, say: {yes: "y", no: "n", unknown: "u"}}]`, 1)
			}
			p, err := parseText(t, policy)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range p.Lint() {
				if !strings.Contains(f.Message, "is not used") {
					got = append(got, f.Message)
				}
			}
			if all := strings.Join(got, "\n"); test.message == "" && all != "" || test.message != "" && (len(got) != 1 || !strings.Contains(all, test.message)) {
				t.Errorf("got %q, want one warning of %q", got, test.message)
			}
		})
	}
}

// TestFilesThatAreMissing warns of a pack without sources and without cases.
func TestFilesThatAreMissing(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"missing": {},
		"empty":   {sourcesFile: " \n", casesFile: "as_of: 2026-11-23\ncases: []\n"},
	} {
		folder := fstest.MapFS{policyFile: {Data: []byte(small)}}
		for file, text := range files {
			folder[file] = &fstest.MapFile{Data: []byte(text)}
		}
		p, err := Parse("small", folder)
		if err != nil {
			t.Fatal(err)
		}
		faults := p.Lint()
		if len(faults) != 2 || faults[0].File != "small/SOURCES.md" || faults[1].File != "small/cases.yaml" || !faults[0].Warning || !faults[1].Warning {
			t.Errorf("%s: got %v, want a warning of each file", name, faults)
		}
	}
}

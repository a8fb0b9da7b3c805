package normalize

import (
	"regexp"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// FuzzStatute reads any text in both grammars. What is matched must be read
// again from the way it is written, and its section must stand in the text as
// a number of its own.
func FuzzStatute(f *testing.F) {
	for _, text := range []string{
		"11357(C) HS-POSSESS", "664/11358 HS", "66411357(c) HS", "HS 11357 A", "1l357 HS", "246/186.22(B)(4) PC",
		"288A(B) PC", "999B PC", "PC 664/HS 11358", "720 ILCS 570/402(c)", "720 ILCS 5/8-4(a)(720-5/9-1(a)(1))",
		"8-4( 406.2(a)(2) )", "720-550/4-A", "8-4(730 ILCS 150/3(a)", "56.5-704(a)", "§ ﬁ\xff",
	} {
		f.Add(text)
	}
	normalizers := []*Normalizer{mustNew(f, "US-CA"), mustNew(f, "US-IL")}
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range normalizers {
			s := n.parse(text)
			code := s.String()
			if (code != "") != (s.Match >= schemas.Grammar) {
				t.Fatalf("%q: code %q by %s", text, code, s.Match)
			}
			if code == "" {
				continue
			}
			if parsed, ok := parseCode(code); !ok || parsed.String() != code {
				t.Fatalf("%q: code %q cannot be parsed", text, code)
			}
			if again := n.parse(n.Written(s)); again.String() != code {
				t.Fatalf("%q: code %q is written %q, and that is read as %q", text, code, n.Written(s), again)
			}
			if s.Match != schemas.Exact && !strings.Contains(s.Rule, "repaired") && !delimited(n.grammar.clean(text), s.Section) {
				t.Fatalf("%q: code %q, but no such number stands in the text", text, code)
			}
		}
	})
}

// delimited tells whether a section stands in text and is not part of a longer
// number. An attempt may be written as one number with it, 66411357.
func delimited(text, section string) bool {
	_, number, found := strings.Cut(section, "/")
	if !found {
		number = section
	}
	return regexp.MustCompile(`(?i)(^|[^0-9.]|664\.?)` + regexp.QuoteMeta(number) + `($|[^0-9.]|\.$|\.[^0-9])`).MatchString(text)
}

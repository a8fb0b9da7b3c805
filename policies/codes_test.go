package policies

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

func TestMembership(t *testing.T) {
	tests := map[string]struct {
		member, code string
		want         bool
	}{
		"section itself":            {"HSC 11357/*", "CA:HSC:11357", true},
		"subdivision":               {"HSC 11357/*", "CA:HSC:11357(a)", true},
		"deep subdivision":          {"HSC 11357/*", "CA:HSC:11357(b)(2)", true},
		"longer section":            {"HSC 11357/*", "CA:HSC:11357.5", false},
		"shorter section":           {"HSC 11357/*", "CA:HSC:1135", false},
		"other code":                {"HSC 11357/*", "CA:PC:11357", false},
		"exact":                     {"HSC 11359(c)(3)", "CA:HSC:11359(c)(3)", true},
		"exact has nothing below":   {"HSC 11359(c)", "CA:HSC:11359(c)(3)", false},
		"exact is not above":        {"HSC 11359(c)(3)", "CA:HSC:11359(c)", false},
		"bare section only":         {"HSC 11357", "CA:HSC:11357(a)", false},
		"subtree of a subdivision":  {"HSC 11357(a)/*", "CA:HSC:11357(a)(1)", true},
		"beside the subtree":        {"HSC 11357(a)/*", "CA:HSC:11357(b)", false},
		"letters that begin alike":  {"HSC 11357(a)/*", "CA:HSC:11357(aa)", false},
		"act and section":           {"720 550/4/*", "IL:720:550/4(d)", true},
		"act and longer section":    {"720 550/4/*", "IL:720:550/4.1", false},
		"act and other section":     {"720 550/5/*", "IL:720:550/5.1(a)", false},
		"whole act":                 {"720 550/*", "IL:720:550/8", true},
		"act that begins alike":     {"720 55/*", "IL:720:550/4", false},
		"case of subdivisions kept": {"720 570/402(a)", "IL:720:570/402(A)", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := ParseMember(test.member)
			if err != nil {
				t.Fatal(err)
			}
			c, ok := ParseCode(test.code)
			if !ok {
				t.Fatalf("%s is no code", test.code)
			}
			if got := m.Contains(c); got != test.want {
				t.Errorf("%s contains %s: got %t, want %t", test.member, test.code, got, test.want)
			}
		})
	}
}

func TestSetKnowsStateAndForm(t *testing.T) {
	member, err := ParseMember("HSC 11357/*")
	if err != nil {
		t.Fatal(err)
	}
	except, err := ParseMember("HSC 11357(e)/*")
	if err != nil {
		t.Fatal(err)
	}
	set := CodeSet{Members: []Member{member}, Except: []Member{except}, Include: []schemas.Inchoate{schemas.Attempt}}
	for code, want := range map[string]bool{
		"CA:HSC:11357(a)": true, "NV:HSC:11357(a)": false, "attempt:CA:HSC:11357": true,
		"conspiracy:CA:HSC:11357": false, "CA:HSC:11357(e)": false, "CA:HSC:11357(e)(1)": false,
	} {
		c, ok := ParseCode(code)
		if !ok {
			t.Fatalf("%s is no code", code)
		}
		if got := set.Contains(c, "CA"); got != want {
			t.Errorf("%s: got %t, want %t", code, got, want)
		}
	}
}

func TestNoCodes(t *testing.T) {
	for _, text := range []string{
		"", "11357", "CA:HSC", "CA:HSC:", "CA:HSC:11357(", "CA:HSC:11357()", "CA:HSC:11357(a", "CA:HSC:11357)a(",
		"none:CA:HSC:1", "try:CA:HSC:1", "CA:HSC:1:2:3", "CA:HSC:550/", "CA:HSC:11357 (a)",
	} {
		if c, ok := ParseCode(text); ok {
			t.Errorf("%q: got %+v, want no code", text, c)
		}
	}
}

// TestMembersReadBack writes and reads members, and finds each in the code of
// the same section.
func TestMembersReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringMatching(`[0-9]{1,5}(\.[0-9]{1,2})?`)
		section := strings.Join(rapid.SliceOfN(part, 1, 2).Draw(t, "section"), "/")
		section += strings.Join(rapid.SliceOfN(rapid.StringMatching(`\([a-z0-9-]{1,3}\)`), 0, 3).Draw(t, "subdivisions"), "")
		text := "HSC " + section
		m, err := ParseMember(text)
		if err != nil {
			t.Fatal(err)
		}
		if m.String() != text {
			t.Fatalf("written back: got %q, want %q", m, text)
		}
		c, ok := ParseCode("CA:HSC:" + section)
		if !ok || !m.Contains(c) {
			t.Fatalf("%s does not contain its own code", text)
		}
	})
}

// A set of whole chapters does not know that a section nobody has listed is
// outside it.
func TestUnlistedSectionsMayBeInASet(t *testing.T) {
	set := CodeSet{Unlisted: true, table: codeTable{"18 2701": true, "18 5503": true}}
	for canonical, want := range map[string]bool{
		"PA:18:2799":       true,
		"PA:18:2799(a)(1)": true,
		"PA:18:5503":       false,
		"PA:18:5503(a)":    false,
		"NY:18:2799":       false,
	} {
		code, ok := ParseCode(canonical)
		if !ok {
			t.Fatalf("%s cannot be read", canonical)
		}
		if got := set.MayContain(code, "PA"); got != want {
			t.Errorf("%s: got %v, want %v", canonical, got, want)
		}
		if (&CodeSet{table: set.table}).MayContain(code, "PA") {
			t.Errorf("%s: may be in a set that names all it holds", canonical)
		}
	}
}

package policies

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

// TestRangesOfSections asks for the sections that look alike.
func TestRangesOfSections(t *testing.T) {
	for name, test := range map[string]struct {
		member, code string
		want         place
	}{
		"first":                              {"18 2301..3299/*", "PA:18:2301", inside},
		"last":                               {"18 2301..3299/*", "PA:18:3299(a)", inside},
		"before the first":                   {"18 2301..3299/*", "PA:18:2300", outside},
		"after the last":                     {"18 2301..3299/*", "PA:18:3301", outside},
		"decimals between":                   {"18 2301..3299/*", "PA:18:2701.1", inside},
		"decimals after the last":            {"18 2301..3299/*", "PA:18:3299.1", outside},
		"decimals after the first":           {"18 2301..3299/*", "PA:18:2301.1", inside},
		"nobody has listed it":               {"18 2301..3299/*", "PA:18:2799", inside},
		"fewer digits":                       {"18 2301..3299/*", "PA:18:27", outside},
		"more digits":                        {"18 113..120/*", "PA:18:1130", outside},
		"more digits, begins alike":          {"18 113..1200/*", "PA:18:1130", inside},
		"other title":                        {"18 2301..3299/*", "PA:75:2701", outside},
		"subdivisions, bare range":           {"18 2301..3299", "PA:18:2701(a)", outside},
		"bare range":                         {"18 2301..3299", "PA:18:2701", inside},
		"letter after the number":            {"265 13..23/*", "MA:265:23A", outside},
		"letter before the next number":      {"265 13..24/*", "MA:265:23A", inside},
		"letters in order":                   {"265 13A..13D/*", "MA:265:13C", inside},
		"letters, doubled":                   {"265 13A..13B/*", "MA:265:13AA", inside},
		"letters, small":                     {"265 13A..13D/*", "MA:265:13c", inside},
		"letters, after":                     {"265 13A..13D/*", "MA:265:13J", outside},
		"synthetic cannabis":                 {"HSC 11357..11357/*", "CA:HSC:11357.5", outside},
		"synthetic cannabis, in a range":     {"HSC 11357..11360/*", "CA:HSC:11357.5", inside},
		"decimals as decimals":               {"PC 273.6..273.7/*", "CA:PC:273.65", inside},
		"decimals as decimals, outside":      {"PC 273.7..273.9/*", "CA:PC:273.65", outside},
		"point or letter":                    {"PC 273.1..273.9/*", "CA:PC:273a", perhaps},
		"point or letter, it does not count": {"PC 272..274/*", "CA:PC:273a", inside},
		"Texas":                              {"PEN 22.01..22.02/*", "TX:PEN:22.011", inside},
		"Texas, outside":                     {"PEN 22.02..22.03/*", "TX:PEN:22.011", outside},
		"New York":                           {"PL 130.20..130.96/*", "NY:PL:130.65-a", inside},
		"New York, after":                    {"PL 130.20..130.65/*", "NY:PL:130.65-a", outside},
		"New York, other article":            {"PL 130.20..130.96/*", "NY:PL:13.30", outside},
		"Michigan counts after the point":    {"MCL 750.81..750.90h/*", "MI:MCL:750.110a", outside},
		"Michigan counts, within":            {"MCL 750.81..750.120/*", "MI:MCL:750.110a", inside},
		"elsewhere it is a decimal":          {"PEN 750.81..750.120/*", "TX:PEN:750.110a", outside},
		"Michigan, letter":                   {"MCL 750.81..750.90h/*", "MI:MCL:750.90g", inside},
		"Michigan, letter of the last":       {"MCL 750.81..750.90/*", "MI:MCL:750.90g", outside},
		"Michigan, other chapter":            {"MCL 750.81..750.90h/*", "MI:MCL:75.85", outside},
		"Illinois, within the act":           {"720 5/12-1..12-4/*", "IL:720:5/12-3.05", inside},
		"Illinois, decimals":                 {"720 5/12-3.1..12-4/*", "IL:720:5/12-3.05", outside},
		"Illinois, other article":            {"720 5/12-1..12-4/*", "IL:720:5/1-2", outside},
		"Illinois, other act":                {"720 5/12-1..12-4/*", "IL:720:550/12-2", outside},
		"hyphens":                            {"35PS 780-102..780-144/*", "PA:35PS:780-113(a)(31)", inside},
		"no section but a subdivision":       {"18 2301..3299/*", "PA:18:2(2701)", outside},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := ParseMember(test.member)
			if err != nil {
				t.Fatal(err)
			}
			if m.String() != test.member {
				t.Errorf("written back: got %s", m)
			}
			c, ok := ParseCode(test.code)
			if !ok {
				t.Fatalf("%s is no code", test.code)
			}
			if got := m.of(c); got != test.want {
				t.Errorf("%s in %s: got %d, want %d", test.code, test.member, got, test.want)
			}
		})
	}
}

// TestSectionsAreInOneOrder draws sections and compares them with each other.
func TestSectionsAreInOneOrder(t *testing.T) {
	section := rapid.StringMatching(`[0-9]{1,4}([.-][0-9]{1,3}|[a-c]{1,2}|[A-C][0-9])?`)
	rapid.Check(t, func(t *rapid.T) {
		state := rapid.SampledFrom([]string{"PA", "MI"}).Draw(t, "state")
		a, b, c := section.Draw(t, "a"), section.Draw(t, "b"), section.Draw(t, "c")
		ab, known := compareSections(a, b, state)
		ba, back := compareSections(b, a, state)
		if known != back || ab != -ba {
			t.Fatalf("%s, %s: got %d %t, and %d %t", a, b, ab, known, ba, back)
		}
		bc, also := compareSections(b, c, state)
		if ac, all := compareSections(a, c, state); known && also && all && ab <= 0 && bc <= 0 && ac > 0 {
			t.Fatalf("%s before %s before %s, and not %s before %s", a, b, c, a, c)
		}
	})
}

func TestNoRanges(t *testing.T) {
	for _, text := range []string{
		"18 23..", "18 ..32", "18 23..32..40", "18 2301...2302", "18 2301(a)..2302(b)", "18 2301..2302(b)/*", "18 2301 .. 2302", "18 23../32",
	} {
		if m, err := ParseMember(text); err == nil {
			t.Errorf("%q: got %+v, want a fault", text, m)
		}
	}
}

// TestRangesAreLookedUp reads ranges against the table of the state.
func TestRangesAreLookedUp(t *testing.T) {
	for name, test := range map[string]struct{ members, message string }{
		"a chapter":                {`"PC 29800..29825/*"`, ""},
		"nothing listed":           {`"PC 98000..98999/*"`, "has no section PC 98000..98999"},
		"the wrong way round":      {`"PC 29825..29800/*"`, "write a range from the earlier section to the later"},
		"no order":                 {`"PC 273a..273.9/*"`, "273a is not known to stand before 273.9"},
		"a listed section between": {`"PC 273.1..273.9/*"`, "it is not known whether PC 273a stands in PC 273.1..273.9/*; name it"},
		"named all the same":       {`"PC 273.1..273.9/*", "PC 273a/*", "PC 273ab/*", "PC 273d/*"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := parseText(t, strings.Replace(small, `"HSC 11357/*"`, test.members, 1))
			if test.message == "" {
				if err != nil {
					t.Fatal(err)
				}
				if all := p.Expand()["cannabis"]; len(all) < 4 || !slices.Contains(all, "except HSC 11357(e)") {
					t.Errorf("got %v, want the range and the sections that the table lists", all)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.message) {
				t.Errorf("got %v, want ...%s...", err, test.message)
			}
		})
	}
}

// TestARangeMayContain: what the order of the code book leaves open is not
// known, whatever form the offence has.
func TestARangeMayContain(t *testing.T) {
	m, err := ParseMember("PC 273.1..273.9/*")
	if err != nil {
		t.Fatal(err)
	}
	out, err := ParseMember("PC 273b/*")
	if err != nil {
		t.Fatal(err)
	}
	set := CodeSet{Members: []Member{m}, Except: []Member{out}}
	for code, want := range map[string]bool{"CA:PC:273a": true, "CA:PC:273b": false, "CA:PC:273.5": false, "attempt:CA:PC:273a": false, "NV:PC:273a": false} {
		c, _ := ParseCode(code)
		if got := set.MayContain(c, "CA"); got != want {
			t.Errorf("%s: got %t, want %t", code, got, want)
		}
	}
}

const listed = "code,valid_from,valid_to,cite\nHSC 11358/*,,2016-11-08,Act 3(b)\nHSC 11359..11360/*,2010-01-01,,\"Act 3(c), (d)\"\nHSC 11361/*,,,Act 3(e)\n"

// withFile is the small pack with a list of codes in a file.
func withFile(content string) (*Pack, error) {
	policy := strings.Replace(small, `cannabis: {cite: "Act 3", `, `cannabis: {cite: "Act 3", file: codes/cannabis.csv, `, 1)
	folder := packOf(policy)
	folder["codes/cannabis.csv"] = &fstest.MapFile{Data: []byte(content)}
	return Parse("small", folder)
}

func TestCodesFromAFile(t *testing.T) {
	p, err := withFile(listed)
	if err != nil {
		t.Fatal(err)
	}
	set := p.CodeSet("cannabis")
	for code, want := range map[string]string{
		"CA:HSC:11357": "[{ }]", "CA:HSC:11358(a)": "[{ 2016-11-08}]", "CA:HSC:11359": "[{2010-01-01 }]",
		"CA:HSC:11361": "[{ }]", "CA:HSC:11362": "[]",
	} {
		c, _ := ParseCode(code)
		var runs []string
		for _, run := range set.Lawful(c, "CA") {
			runs = append(runs, "{"+run.From.String()+" "+run.To.String()+"}")
		}
		if got := "[" + strings.Join(runs, " ") + "]"; got != want {
			t.Errorf("%s: got %s, want %s", code, got, want)
		}
	}
	if set.Always() || len(p.Lint()) > 0 {
		t.Errorf("always %t, warnings %v", set.Always(), p.Lint())
	}
	if again, err := ParseFiles("stored", p.Files()); err != nil || len(again.CodeSet("cannabis").Members) != 4 {
		t.Errorf("from the stored files: %v", err)
	}
	folder := packOf(small)
	folder["codes/other.csv"] = &fstest.MapFile{Data: []byte(listed)}
	unused, err := Parse("small", folder)
	if err != nil || len(unused.Lint()) != 1 || !strings.Contains(unused.Lint()[0].Message, "codes/other.csv is not used") {
		t.Errorf("a file that no set names: %v, %v", err, unused.Lint())
	}
}

func TestFaultsOfCodeFiles(t *testing.T) {
	for name, test := range map[string]struct{ from, to, place, code, message string }{
		"other columns":    {"valid_from", "since", "1:1", schema, "the first line must be code,valid_from,valid_to,cite"},
		"no section":       {"HSC 11358/*", "marijuana", "2:1", schema, "write the code, a space and the section"},
		"impossible day":   {"2016-11-08", "2016-11-31", "2:14", schema, "valid_to: \"2016-11-31\" is no date"},
		"days backwards":   {",,2016", ",2017-01-01,2016", "2:13", schema, "exchange them"},
		"uncited":          {",Act 3(b)", ",", "2:1", "R7", "HSC 11358/* has no cite"},
		"too few columns":  {",,,Act 3(e)", ",", "4:1", schema, "the line has 2 columns"},
		"a stray quote":    {"Act 3(b)", `Act "3(b)`, "2:29", schema, "not CSV"},
		"unlisted section": {"HSC 11361/*", "HSC 91361/*", "", "R7", "has no section HSC 91361"},
		"invisible":        {"Act 3(b)", "Act\u200b 3(b)", "2:28", schema, "invisible character"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(listed, test.from) {
				t.Fatalf("the file has no %q", test.from)
			}
			_, err := withFile(strings.Replace(listed, test.from, test.to, 1))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v, want Faults", err)
			}
			got := faults[0].String()
			if test.place != "" && !strings.HasPrefix(got, "small/codes/cannabis.csv:"+test.place+": "+test.code) || !strings.Contains(got, test.message) {
				t.Errorf("got  %s\nwant %s: %s: ...%s...", got, test.place, test.code, test.message)
			}
		})
	}
	missing := strings.Replace(small, `cannabis: {cite: "Act 3", `, `cannabis: {cite: "Act 3", file: codes/cannabis.csv, `, 1)
	if _, err := parseText(t, missing); err == nil || !strings.Contains(err.Error(), `has no file "codes/cannabis.csv"`) {
		t.Errorf("no such file: got %v", err)
	}
}

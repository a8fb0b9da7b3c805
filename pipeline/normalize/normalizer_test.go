package normalize

import (
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

func TestDigest(t *testing.T) {
	ca, again, il := mustNew(t, "US-CA"), mustNew(t, "US-CA"), mustNew(t, "US-IL")
	if ca.Digest() != again.Digest() || ca.Digest() == il.Digest() || len(ca.Digest()) != 64 {
		t.Errorf("got %q, %q and %q", ca.Digest(), again.Digest(), il.Digest())
	}
}

// TestWrittenIsRead checks that every listed section, in every inchoate form
// that the state has, is read again from the way it is written.
func TestWrittenIsRead(t *testing.T) {
	paths := map[string][]string{"US-NY": {"02", "a"}, "US-MI": {"2", "d", "iii"}}
	for _, jurisdiction := range Supported() {
		t.Run(jurisdiction, func(t *testing.T) {
			n := mustNew(t, jurisdiction)
			path, ok := paths[jurisdiction]
			if !ok {
				path = []string{"a", "2"}
			}
			forms := []schemas.Inchoate{schemas.Completed, schemas.Attempt, schemas.Conspiracy, schemas.Solicitation}
			if jurisdiction == "US-CA" {
				forms = append(forms, schemas.Accessory)
			}
			for key, listed := range n.tables.sections {
				if listed.Kind == "inchoate" || listed.Kind == "enhancement" {
					continue
				}
				for _, form := range forms {
					s := Statute{
						Jurisdiction: n.abbreviation, Code: key.code, Section: key.section,
						Subdivisions: path, Inchoate: form,
					}
					if got := n.Statute(n.Written(s)); got.String() != s.String() || got.Match != schemas.Section {
						t.Errorf("%s is written %q, read as %q by %s", s, n.Written(s), got, got.Match)
					}
				}
			}
		})
	}
}

// TestMemoIsInvisible reads texts in any order with one normalizer, and each
// with one of its own.
func TestMemoIsInvisible(t *testing.T) {
	texts := []string{"11357 HS", "HS 11357 A", "664/11358 HS", "PC 11357", "", "x", "246/186.22(B)(4) PC"}
	want := map[string]Statute{}
	for _, text := range texts {
		want[text] = mustNew(t, "US-CA").Statute(text)
	}
	rapid.Check(t, func(t *rapid.T) {
		n, err := New("US-CA")
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range rapid.SliceOf(rapid.SampledFrom(texts)).Draw(t, "texts") {
			if diff := cmp.Diff(want[text], n.Statute(text)); diff != "" {
				t.Fatalf("%q: -alone +after others\n%s", text, diff)
			}
		}
	})
}

func TestMemoIsBounded(t *testing.T) {
	n := mustNew(t, "US-IL")
	for i := range memoTexts + 100 {
		n.Statute(strconv.Itoa(i))
	}
	if len(n.memo) != memoTexts {
		t.Errorf("got %d texts in the memo, want %d", len(n.memo), memoTexts)
	}
}

func TestTableFaults(t *testing.T) {
	const (
		tokens     = "token,code,max_section,note\nPC,PC,9999,\n"
		sections   = "code,section,kind,title,valid_from,valid_to,note\nPC,187,offence,murder,,,\nPC,186,offence,x,,2001-01-01,\n"
		successors = "code,section,successor,confidence,cite\n"
		severities = "code,valid_from,valid_to,severities,confidence,cite\n"
		exact      = "text,code,origin,approved_by,approved_on,hash,note\n"
	)
	row := func(text, code, by string) string {
		r := ExactRow{Text: text, Code: code, Origin: originNominated, ApprovedBy: by, ApprovedOn: "2026-11-23"}
		r.Hash = r.Sum()
		return strings.Join(r.Fields(), ",") + "\n"
	}
	good := row("X", "ZZ:PC:187", "me")
	for name, c := range map[string]struct{ file, text, want string }{
		"missing file":     {"", "", "zz-tokens.csv"},
		"header":           {"codes/zz.csv", "code,section\n", "codes/zz.csv: header"},
		"ragged":           {"codes/zz.csv", sections + "PC,1\n", "line 4"},
		"twice":            {"codes/zz.csv", sections + "PC,187,offence,x,,,\n", "codes/zz.csv: line 4: PC 187 stands twice"},
		"kind":             {"codes/zz.csv", sections + "PC,1,felony,x,,,\n", `line 4: kind "felony"`},
		"code of no token": {"codes/zz.csv", sections + "QC,1,offence,x,,,\n", "line 4"},
		"date":             {"codes/zz.csv", sections + "PC,1,offence,x,2011-02-30,,\n", "line 4"},
		"token twice":      {"codes/zz-tokens.csv", tokens + "PC,QC,1,\n", "line 3"},
		"token empty":      {"codes/zz-tokens.csv", tokens + ",QC,1,\n", "line 3"},
		"max":              {"codes/zz-tokens.csv", tokens + "QC,QC,-1,\n", "line 3"},
		"life":             {"codes/zz.csv", sections + "PC,1,offence,x,2011-02-03,2011-02-02,\n", "line 4: valid_from 2011-02-03 is after"},
		"two faults":       {"codes/zz.csv", sections + "PC,1,felony,x,,,\nPC,2,felony,x,,,\n", "line 5"},

		"exact, no code":        {"codes/zz-exact.csv", exact + row("X", "PC 187", "me"), `line 2: "PC 187" is no canonical code`},
		"exact, unlisted":       {"codes/zz-exact.csv", exact + row("X", "ZZ:PC:188", "me"), "line 2: PC 188 is not listed"},
		"exact, another state":  {"codes/zz-exact.csv", exact + row("X", "YY:PC:187", "me"), "line 2: YY:PC:187 is no code of ZZ"},
		"exact, unapproved":     {"codes/zz-exact.csv", exact + row("X", "ZZ:PC:187", ""), "line 2: approved_by is empty"},
		"exact, no origin":      {"codes/zz-exact.csv", strings.Replace(exact+good, originNominated, "guessed", 1), "line 2: origin"},
		"exact, no day":         {"codes/zz-exact.csv", strings.Replace(exact+good, "2026-11-23", "", 1), "line 2: approved_on"},
		"exact, no hash":        {"codes/zz-exact.csv", exact + "X,ZZ:PC:187,nominated,me,2026-11-23,,\n", "line 2: hash"},
		"exact, changed since":  {"codes/zz-exact.csv", strings.Replace(exact+good, "PC:187", "PC:187(a)", 1), "line 2: hash"},
		"exact, approved anew":  {"codes/zz-exact.csv", strings.Replace(exact+good, ",me,", ",you,", 1), "line 2: hash"},
		"exact, made read":      {"codes/zz-exact.csv", strings.Replace(exact+good, originNominated, originRead, 1), "line 2: hash"},
		"exact, twice":          {"codes/zz-exact.csv", exact + good + good, "line 3"},
		"successor, unlisted":   {"codes/zz-successors.csv", successors + "PC,187,ZZ:PC:188,H,x\n", "line 2: PC 188 is not listed"},
		"successor, of nothing": {"codes/zz-successors.csv", successors + "PC,188,ZZ:PC:187,H,x\n", "line 2: PC 188 is not listed"},
		"successor, in force":   {"codes/zz-successors.csv", successors + "PC,187,ZZ:PC:187,H,x\n", "line 2: PC 187 has a successor, but no valid_to"},
		"successor, not cited":  {"codes/zz-successors.csv", successors + "PC,186,ZZ:PC:187,H,\n", "line 2: confidence"},
		"severity, unlisted":    {"codes/zz-severities.csv", severities + "ZZ:PC:188,,,felony,H,x\n", "line 2: PC 188 is not listed"},
		"severity, attempt":     {"codes/zz-severities.csv", severities + "attempt:ZZ:PC:187,,,felony,H,x\n", "line 2: attempt:ZZ:PC:187 is not completed"},
		"severity, no word":     {"codes/zz-severities.csv", severities + "ZZ:PC:187,,,felony murder,H,x\n", `line 2: severity "murder"`},
		"severity, unknown":     {"codes/zz-severities.csv", severities + "ZZ:PC:187,,,unknown,H,x\n", `line 2: severity "unknown"`},
		"severity, none":        {"codes/zz-severities.csv", severities + "ZZ:PC:187,,,,H,x\n", "line 2: ZZ:PC:187 has no severity"},
		"severity, day":         {"codes/zz-severities.csv", severities + "ZZ:PC:187,,2001-02-29,felony,H,x\n", "line 2: "},
		"severity, not cited":   {"codes/zz-severities.csv", severities + "ZZ:PC:187,,,felony,H,\n", "line 2: confidence"},
		"severity, two":         {"codes/zz-severities.csv", severities + "ZZ:PC:187,,2001-01-02,felony,H,x\nZZ:PC:187,2001-01-02,,felony,H,x\n", "line 3: ZZ:PC:187 has two levels on one day"},
		"successor, not sure":   {"codes/zz-successors.csv", successors + "PC,186,ZZ:PC:187,,x\n", "line 2: confidence"},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			if c.file != "" {
				files["codes/zz-tokens.csv"] = &fstest.MapFile{Data: []byte(tokens)}
				files["codes/zz.csv"] = &fstest.MapFile{Data: []byte(sections)}
				files["codes/zz-exact.csv"] = &fstest.MapFile{Data: []byte(exact)}
				files[c.file] = &fstest.MapFile{Data: []byte(c.text)}
			}
			_, err := loadTables(files, "ZZ", "zz")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestParseCode(t *testing.T) {
	for _, code := range []string{"CA:HSC:11357", "CA:HSC:11357(a)(2)", "attempt:IL:720:550/4(d)"} {
		if s, ok := parseCode(code); !ok || s.String() != code {
			t.Errorf("%q: got %q, %v", code, s, ok)
		}
	}
	for _, code := range []string{"", "HSC:11357", "CA:HSC:", "CA:HSC:11357(", "CA:HSC:11357()x", "none:CA:HSC:1", "try:CA:HSC:1", "CAL:HSC:1"} {
		if s, ok := parseCode(code); ok {
			t.Errorf("%q: read as %q, want it refused", code, s)
		}
	}
}

package readers_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/readers"
)

// Every fault of a layout is reported at once, each at its place.
func TestLayoutFaultsAllAtOnce(t *testing.T) {
	_, err := readers.ParseLayout("bad.yaml", []byte(`layout: t
jurisdiction: California
max_row_bytes: 10
delimited: {delimiter: ";;", header: sometimes, colums_by: name}
columns: [p, s, d, b, b]
rows: {charge: {column: q, equals: x}}
fields:
  person_id: person
  birth_date: {from: b, dates: [YYMMDD, M/D/YYYY, D/M/YYYY]}
  disposition:
    from: d
    map: {exact: {convicted: [G, g], guilty: [H]}, prefix: {dismissed: ""}}
    blank: never
  county: {from: s, value: COOK}
  severity: s
`))
	if err == nil {
		t.Fatal("no fault found")
	}
	want := []string{
		`bad.yaml:2:15: jurisdiction must look like US-CA`,
		`bad.yaml:3:16: max_row_bytes must be a whole number from 64 to 67108864`,
		`bad.yaml:4:24: delimiter must be one character, no line break ("\t" for a tab)`,
		`bad.yaml:4:38: header must be one of required, optional, none`,
		`bad.yaml:4:49: delimited has no key "colums_by"; it takes delimiter, quote, escape, terminator, header, header_begins_with, columns_by, field_count, multiline, comment, preamble, trailer`,
		`bad.yaml:5:23: column "b" is listed twice`,
		`bad.yaml:6:25: there is no column "q": columns lists p, s, d, b, b, ...`,
		`bad.yaml:8:3: fields lacks "statute": without the text of the charge no law can be found`,
		`bad.yaml:8:14: there is no column "person": columns lists p, s, d, b, b, ...`,
		`bad.yaml:9:32: formats "M/D/YYYY" and "D/M/YYYY" can read one text as two dates: keep the one the source uses`,
		`bad.yaml:9:32: two digits (YY) name no century: add pivot, the first of the hundred years that they may be`,
		`bad.yaml:12:34: "G" is mapped twice`,
		`bad.yaml:12:38: exact has no key "guilty"; it takes unknown, convicted, set_aside, vacated, acquitted, dismissed, not_filed, diverted, superseded, transferred, pending, arrest_only`,
		`bad.yaml:12:72: an empty text has no place in a map: use blank`,
		`bad.yaml:13:12: there is no such class; one of unknown, convicted, set_aside, vacated, acquitted, dismissed, not_filed, diverted, superseded, transferred, pending, arrest_only`,
		`bad.yaml:14:11: county needs from (columns) or value (a constant), and not both`,
		`bad.yaml:15:13: severity must say from and map`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

// least is a layout with nothing wrong, for tests to break.
const least = `
layout: t/least
delimited: {header: none}
columns: [p, s, d, x]
fields:
  person_id: p
  statute: s
  disposition: {from: d, map: {exact: {convicted: G}}}
`

func TestLayoutFaults(t *testing.T) {
	fixed := strings.NewReplacer("delimited: {header: none}", "fixed: {record_type: {start: 1, length: 1, data: D, trailer: T}}",
		"[p, s, d, x]", "[{name: p, start: 2, length: 4}, {name: s, start: 6, length: 4}, {name: d, start: 10, length: 4}]")
	cases := map[string]struct {
		replace, with string
		want          string
	}{
		"no YAML":                   {"layout: t/least", "layout: [", ":"},
		"key twice":                 {"fields:", "fields:\n  person_id: p\nfields:", "fields"},
		"not a mapping":             {"delimited: {header: none}", "delimited: comma", "3:12: delimited must be a mapping"},
		"no form":                   {"delimited: {header: none}", "", `needs "delimited" or "fixed"`},
		"both forms":                {"delimited:", "fixed: {}\ndelimited:", "delimited or fixed, not both"},
		"name without header":       {"header: none", "header: none, columns_by: name", "columns_by: name needs header: required"},
		"optional, untold":          {"header: none", "header: optional", "needs header_begins_with"},
		"multiline, no quote":       {"header: none", "header: none, quote: none, multiline: true", "multiline needs a quote"},
		"quote is delimiter":        {"header: none", `header: none, quote: ","`, "must differ"},
		"optional by position":      {"x]", "{name: x, optional: true}]", "only a column found by name"},
		"span in delimited":         {"x]", "{name: x, start: 1, length: 2}]", "belong to fixed"},
		"column without name":       {"x]", "{nulls: N}]", `lacks "name"`},
		"no such column in braces":  {"statute: s", `statute: "{s}/{t}"`, `there is no column "t"`},
		"open brace":                {"statute: s", `statute: "{s"`, "opens a brace"},
		"closed brace":              {"statute: s", `statute: "s}{s}"`, "closes a brace"},
		"backward cut":              {"statute: s", `statute: "s[3:2]"`, "first < end"},
		"a version that is none":    {"statute: s", "statute: s\n  version: [{value: 2}, {value: two}]", `"two" is no version`},
		"a version and dates":       {"statute: s", "statute: s\n  version: {value: 2, dates: YYYYMMDD}", "no version"},
		"value and column":          {"statute: s", "statute: [{value: a, from: s}]", "has a text, and when at most"},
		"a lesser statute":          {"statute: s", "statute: [{from: s, lesser: true}]", "lesser"},
		"rows that are all charges": {"fields:", "rows: {charge: true}\nfields:", "or false where no row is a charge"},
		"repeated, otherwise":       {"fields:", "rows: {repeated: dropped}\nfields:", "repeated must be one of unknown, kept, history"},
		"bare separator":            {"statute: s", `statute: s before -`, "separator in double quotes"},
		"no column at all":          {"statute: s", `statute: "{s}{"`, "opens a brace"},
		"constant person":           {"person_id: p", "person_id: {value: x}", "cannot be the same on every row"},
		"constant, conditional":     {"statute: s", "statute: {value: x, when: {column: x, blank: true}}", "takes no condition"},
		"dates of a text":           {"statute: s", "statute: {from: s, dates: YYYYMMDD}", `has no key "dates"`},
		"date without form":         {"statute: s", "statute: s\n  birth_date: {from: x}", `lacks "dates"`},
		"absent and from":           {"person_id: p", "person_id: {from: p, absent: true}", "absent stands alone"},
		"absent, not so":            {"person_id: p", "person_id: {absent: false}", "needs from"},
		"century untold":            {"statute: s", "statute: s\n  birth_date: {from: x, dates: CYYMMDD}", `add century, such as {"0": 1900, "1": 2000}`},
		"pivot of no use":           {"statute: s", "statute: s\n  birth_date: {from: x, dates: YYYYMMDD, pivot: 1930}", "pivot is for formats with YY"},
		"century of no use":         {"statute: s", "statute: s\n  birth_date: {from: x, dates: YYMMDD, pivot: 1930, century: {1: 1900}}", "century is for formats with C"},
		"pivot of two digits":       {"statute: s", "statute: s\n  birth_date: {from: x, dates: YYMMDD, pivot: 30}", "pivot must be a whole number from 1800 to 2100"},
		"century of two digits":     {"statute: s", "statute: s\n  birth_date: {from: x, dates: CYYMMDD, century: {10: 1900}}", `century has no key "10"`},
		"serial and digits":         {"statute: s", "statute: s\n  birth_date: {from: x, dates: [EXCEL, YYYYDDD]}", "can read one text as two dates"},
		"date, short form":          {"statute: s", "statute: s\n  birth_date: x", "must say from and dates"},
		"class without map":         {"statute: s", "statute: s\n  severity: {from: x}", `lacks "map"`},
		"two tests":                 {"statute: s", "statute: {from: s, when: {column: x, equals: a, blank: true}}", "takes one of equals, in, blank"},
		"equal to nothing":          {"statute: s", "statute: {from: s, when: {column: x, equals: \"\"}}", "ask for blank: true"},
		"no test":                   {"statute: s", "statute: {from: s, when: {}}", "a condition is column with"},
		"two not":                   {"statute: s", "statute: {from: s, when: {not: [{column: x, equals: a}, {column: x, equals: b}]}}", "not takes one condition"},
		"flag":                      {"header: none", "header: none, multiline: perhaps", "multiline must be true or false"},
		"text that is a list":       {"layout: t/least", "layout: [a, b]", "layout must be one text"},
		"empty from":                {"statute: s", `statute: ""`, "from must name a column"},
		"trim beyond ASCII":         {"layout: t/least", "layout: t/least\ntrim: é", "ASCII characters only"},
		"fixed: overlap":            {"FIXED", "start: 10", "overlaps \"s\""},
		"fixed: type overlap":       {"FIXED", "start: 2", "overlaps the record type"},
		"fixed: type width":         {"FIXED", "data: D", "is not 1 bytes long"},
		"fixed: type twice":         {"FIXED", "trailer: T", "named twice"},
		"fixed: count, no trailer":  {"FIXED", "trailer: T}}", "trailer_rows needs record_type with a trailer"},
		"fixed: no start":           {"FIXED", "{name: p, start: 2, length: 4}", `column "p" needs name, start and length`},
		"fixed: longer than allows": {"FIXED", "length: 4}]", "more than max_row_bytes"},
	}
	broken := map[string]string{
		"start: 10": "start: 9", "start: 2": "start: 1", "data: D": "data: DD", "trailer: T": "trailer: D", "trailer: T}}": "header: T}, trailer_rows: {start: 2, length: 4}}",
		"{name: p, start: 2, length: 4}": "p", "length: 4}]": "length: 2000000}]",
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			source := strings.Replace(least, c.replace, c.with, 1)
			if c.replace == "FIXED" {
				source = strings.Replace(fixed.Replace(least), c.with, broken[c.with], 1)
			}
			_, err := readers.ParseLayout("t.yaml", []byte(source))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	for name, source := range map[string]string{"least": least, "least fixed": fixed.Replace(least)} {
		if _, err := readers.ParseLayout("t.yaml", []byte(source)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoadLayout(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, []byte(least), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := readers.LoadLayout(file)
	if err != nil {
		t.Fatal(err)
	}
	if l.Name() != "t/least" || string(l.Source()) != least {
		t.Errorf("layout %q", l.Name())
	}
	for _, name := range []string{"us-xx/none", "../embed", "", filepath.Join(t.TempDir(), "none.yaml")} {
		if _, err := readers.LoadLayout(name); err == nil {
			t.Errorf("%q is taken for a layout", name)
		}
	}
	if _, err := readers.LoadLayout("us-xx/none"); !strings.Contains(err.Error(), "us-ca/doj-extract") {
		t.Errorf("the error does not say what there is: %v", err)
	}
}

// The layouts that the documentation shows are layouts.
func TestDocumentedLayouts(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "docs", "formats", "layout.md"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, block := range strings.Split(string(doc), "```yaml\n")[1:] {
		source, _, _ := strings.Cut(block, "```")
		if !strings.HasPrefix(source, "layout:") {
			continue
		}
		n++
		if _, err := readers.ParseLayout("layout.md", []byte(source)); err != nil {
			t.Error(err)
		}
	}
	if n < 2 {
		t.Errorf("%d layouts found in the documentation", n)
	}
}

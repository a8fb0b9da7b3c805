package readers_test

import (
	"bytes"
	"context"
	"maps"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
)

// form is a layout of three columns whose rows are told apart as said.
func form(t testing.TB, encoding, delimited string) *readers.Layout {
	t.Helper()
	return parse(t, formSource(encoding, delimited))
}

func formSource(encoding, delimited string) string {
	if encoding != "" {
		encoding = "encoding: " + encoding + "\n"
	}
	return "layout: t/form\nmax_row_bytes: 200\n" + encoding + "delimited: {" + delimited + "}\n" + `
columns: [p, s, d]
fields:
  person_id: p
  statute: s
  disposition: {from: d, map: {exact: {convicted: GUILTY}}}
`
}

// in is text in an encoding that is not UTF-8.
func in(encoding, text string) string {
	var b []byte
	switch encoding {
	case "utf-16le", "utf-16be":
		for _, u := range utf16.Encode([]rune(text)) {
			if encoding == "utf-16le" {
				b = append(b, byte(u), byte(u>>8))
			} else {
				b = append(b, byte(u>>8), byte(u))
			}
		}
	case "windows-1252":
		b = []byte(strings.NewReplacer("§", "\xa7", "é", "\xe9", "‡", "\x87", "†", "\x86", "’", "\x92").Replace(text))
	}
	return string(b)
}

// How agencies tell fields and rows apart: every source below is two rows that
// are read, and what is said beside them.
func TestForms(t *testing.T) {
	cases := map[string]struct {
		encoding, form, source string
		statutes               [2]string
		lines                  string // of the two rows, where they are not 1 and 2
		nonData                int64
	}{
		"pipe":                     {"", `header: none, delimiter: "|"`, "p1|a,b|GUILTY\np2|c|GUILTY\n", [2]string{"a,b", "c"}, "", 0},
		"dollar":                   {"", "header: none, delimiter: $", "p1$a$GUILTY\np2$c$GUILTY", [2]string{"a", "c"}, "", 0},
		"tab":                      {"", `header: none, delimiter: "\t"`, "p1\ta\tGUILTY\np2\tc\tGUILTY", [2]string{"a", "c"}, "", 0},
		"double dagger":            {"", "header: none, delimiter: ‡", "p1‡a§é‡GUILTY\np2‡c†‡GUILTY\n", [2]string{"a§é", "c†"}, "", 0},
		"dagger ends rows":         {"", "header: none, delimiter: ‡, terminator: †", "p1‡a\nb‡GUILTY†p2‡c‡GUILTY†", [2]string{"a\nb", "c"}, "", 0},
		"dagger and line break":    {"", "header: none, delimiter: ‡, terminator: †", "p1‡a‡GUILTY†\r\np2‡c‡GUILTY†\r\n", [2]string{"a", "c"}, "", 1},
		"quoted after it":          {"", "header: none, delimiter: ‡, terminator: †", "\"p1\"‡a‡GUILTY†\n\"p2\"‡c‡GUILTY†", [2]string{"a", "c"}, "", 0},
		"at ends rows":             {"", `header: none, terminator: "@"`, "p1,a,GUILTY@p2,c,GUILTY", [2]string{"a", "c"}, "", 0},
		"daggers, Windows-1252":    {"windows-1252", "header: none, delimiter: ‡, terminator: †", in("windows-1252", "p1‡a §é‡GUILTY†p2‡’c‡GUILTY†"), [2]string{"a §é", "’c"}, "", 0},
		"daggers, quoted":          {"", "header: none, delimiter: ‡", `p1‡"a‡""b"""‡GUILTY` + "\np2‡\"\"‡GUILTY", [2]string{`a‡"b"`, ""}, "", 0},
		"no quotes":                {"", "header: none, quote: none", "p1,\"a,GUILTY\np2,c\"\"d,GUILTY", [2]string{`"a`, `c""d`}, "", 0},
		"other quote":              {"", `header: none, quote: "'"`, "p1,'a,''b''',GUILTY\np2,\"c,GUILTY", [2]string{"a,'b'", `"c`}, "", 0},
		"wide quote":               {"", "header: none, quote: ¤", "p1,¤a,¤¤b¤,GUILTY\np2,\"c,GUILTY", [2]string{"a,¤b", `"c`}, "", 0},
		"backslash":                {"", "header: none, escape: backslash", `p1,"a,\"b\\",GUILTY` + "\n" + `p2,c\,d,GUILTY`, [2]string{`a,"b\`, "c,d"}, "", 0},
		"backslash, none":          {"", "header: none, escape: backslash, quote: none", `p1,a\,\b,GUILTY` + "\n" + `p2,"c\\,GUILTY`, [2]string{`a,\b`, `"c\`}, "", 0},
		"backslash, lines":         {"", "header: none, escape: backslash, multiline: true", "p1,\"a\\\"\nb\",GUILTY\np2,c,GUILTY", [2]string{"a\"\nb", "c"}, "1 3", 0},
		"backslash, daggers":       {"", "header: none, escape: backslash, delimiter: ‡", "p1‡a\\‡b‡GUILTY\np2‡\\c‡GUILTY", [2]string{"a‡b", `\c`}, "", 0},
		"comments":                 {"", `header: required, comment: "#"`, "# \"all\n#\np,s,d\np1,a,GUILTY\n# more, of it\np2,#c,GUILTY\n", [2]string{"a", "#c"}, "4 6", 3},
		"comments, multiline":      {"", `header: required, comment: "--", multiline: true`, "-- don't \"\np,s,d\np1,\"a\n--b\",GUILTY\n-- \"\np2,c,GUILTY\n-- \"", [2]string{"a\n--b", "c"}, "3 6", 3},
		"separator":                {"", `header: required, delimiter: ";"`, "sep=;\r\np;s;d\r\np1;a;GUILTY\r\np2;c;GUILTY\r\n", [2]string{"a", "c"}, "3 4", 1},
		"separator, mark, quoted":  {"", `header: required, delimiter: ";"`, "\xef\xbb\xbf\"SEP=;\"\np;s;d\np1;a;GUILTY\np2;c;GUILTY\n", [2]string{"a", "c"}, "3 4", 1},
		"separator, no header":     {"", `header: none, delimiter: ";"`, "sep=;\np1;a;GUILTY\np2;c;GUILTY\n", [2]string{"a", "c"}, "2 3", 1},
		"preamble":                 {"", "header: required, columns_by: name, preamble: 3", "COUNTY \"REPORT\nof: 1, 2, 3\n\np,s,d\np1,a,GUILTY\np2,c,GUILTY\n", [2]string{"a", "c"}, "5 6", 3},
		"preamble, one less":       {"", "header: required, preamble: 3", "REPORT\np,s,d\np1,a,GUILTY\np2,c,GUILTY\n", [2]string{"a", "c"}, "3 4", 1},
		"preamble, multiline":      {"", "header: required, preamble: 2, multiline: true", "THE \"REPORT\nof\n\"p\n\",s,d\np1,\"a\nb\",GUILTY\np2,c,GUILTY\n", [2]string{"a\nb", "c"}, "5 7", 2},
		"preamble, no header":      {"", "header: none, preamble: 2", "THE REPORT,a,b\n\np1,a,GUILTY\np2,c,GUILTY\n", [2]string{"a", "c"}, "3 4", 2},
		"preamble, CR":             {"", "header: required, preamble: 2", "REPORT\r\rp,s,d\rp1,a,GUILTY\rp2,c,GUILTY\r", [2]string{"a", "c"}, "4 5", 2},
		"preamble, daggers":        {"", "header: required, preamble: 2, delimiter: ‡, terminator: †", "REPORT†p‡s‡d†p1‡a‡GUILTY†p2‡c‡GUILTY†", [2]string{"a", "c"}, "3 4", 1},
		"trailer":                  {"", `header: none, trailer: {first_field: [TRL, EOF], rows_field: 3}`, "p1,a,GUILTY\np2,c,GUILTY\n\"trl\",x, 002 ,,,\n\n", [2]string{"a", "c"}, "", 2},
		"trailer, uncounted":       {"", `header: none, trailer: {first_field: TRL}`, "p1,a,GUILTY\np2,c,GUILTY\nTRL", [2]string{"a", "c"}, "", 1},
		"files with trailers":      {"", `header: required, trailer: {first_field: T, rows_field: 2}`, "p,s,d\np1,a,GUILTY\nT,1\np,s,d\np2,c,GUILTY\nT,1\n", [2]string{"a", "c"}, "2 5", 3},
		"headers on every page":    {"", `header: required, columns_by: name`, "p,s,d\np1,a,GUILTY\nP,\"S\",D\np2,c,GUILTY\n", [2]string{"a", "c"}, "2 4", 1},
		"Windows-1252":             {"windows-1252", "header: none", in("windows-1252", "p1,a §é’,GUILTY\np2,c,GUILTY\n"), [2]string{"a §é’", "c"}, "", 0},
		"ISO-8859-1":               {"iso-8859-1", "header: none", in("windows-1252", "p1,a §é,GUILTY\np2,c,GUILTY\n"), [2]string{"a §é", "c"}, "", 0},
		"mixed":                    {"utf-8-or-windows-1252", "header: none", "p1,a § é \xa7,GUILTY\np2,c §,GUILTY\n", [2]string{"a § é §", "c §"}, "", 0},
		"mixed, daggers":           {"utf-8-or-windows-1252", "header: none, delimiter: ‡", "p1\x87a‡GUILTY\np2‡c‡GUILTY\n", [2]string{"a", "c"}, "", 0},
		"mixed, mark":              {"utf-8-or-windows-1252", "header: none", "\xef\xbb\xbfp1,a\xe9,GUILTY\np2,c,GUILTY\n", [2]string{"aé", "c"}, "", 0},
		"UTF-16, little":           {"utf-16", "header: required", "\xff\xfe" + in("utf-16le", "p,s,d\r\np1,a §\U0001d11e,GUILTY\r\np2,c,GUILTY\r\n"), [2]string{"a §\U0001d11e", "c"}, "2 3", 0},
		"UTF-16, big":              {"utf-16", "header: required", "\xfe\xff" + in("utf-16be", "p,s,d\np1,ā,GUILTY\np2,c,GUILTY"), [2]string{"ā", "c"}, "2 3", 0},
		"UTF-16, told":             {"utf-16be", "header: none", in("utf-16be", "p1,a,GUILTY\rp2,c,GUILTY"), [2]string{"a", "c"}, "", 0},
		"UTF-16, told and marked":  {"utf-16le", "header: none", "\xff\xfe" + in("utf-16le", "p1,a,GUILTY\np2,c,GUILTY"), [2]string{"a", "c"}, "", 0},
		"UTF-16 put end to end":    {"utf-16", "header: required", strings.Repeat("\xff\xfe"+in("utf-16le", "p,s,d\np1,a,GUILTY\n"), 2), [2]string{"a", "a"}, "2 4", 1},
		"UTF-16, daggers":          {"utf-16", "header: none, delimiter: ‡, terminator: †", "\xff\xfe" + in("utf-16le", "p1‡a‡GUILTY†p2‡c‡GUILTY†"), [2]string{"a", "c"}, "", 0},
		"UTF-16, lines in quotes":  {"utf-16", "header: required, multiline: true", "\xff\xfe" + in("utf-16le", "p,s,d\np1,\"ā\nb\",GUILTY\np2,c,GUILTY"), [2]string{"ā\nb", "c"}, "2 4", 0},
		"blank fields, daggers":    {"", "header: none, delimiter: ‡", "p1‡a‡GUILTY\n‡ ‡\np2‡c‡GUILTY", [2]string{"a", "c"}, "1 3", 1},
		"blank, backslash escapes": {"", "header: none, escape: backslash", "p1,a,GUILTY\n,\"\",\np2,c,GUILTY", [2]string{"a", "c"}, "1 3", 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := form(t, c.encoding, c.form)
			for _, target := range []int64{1, 20, 1 << 20} {
				got := readAll(t, l, []byte(c.source), target, 3)
				want := schemas.Rows{Read: 2 + c.nonData, Accepted: 2, NonData: c.nonData}
				if got.rows != want || len(got.rejects) != 0 {
					t.Fatalf("ranges of %d bytes: rows %+v, want %+v; rejects %v", target, got.rows, want, got.rejects)
				}
				if got.survey.Rows != want.Read {
					t.Errorf("a survey of %d rows, want %d", got.survey.Rows, want.Read)
				}
				lines := c.lines
				if lines == "" {
					lines = "1 2"
				}
				for i, r := range got.records {
					if r["statute_raw"] != c.statutes[i] || r["disposition"] != "convicted" || !strings.HasPrefix(r["person_id"], "p") {
						t.Errorf("row %d: %q, want %q", i+1, r, c.statutes[i])
					}
					if want := strings.Fields(lines)[i]; r["line"] != want {
						t.Errorf("row %d is said to be on line %s, want %s", i+1, r["line"], want)
					}
				}
			}
		})
	}
}

// What is wrong in a row of any form costs that row, at its place in the file as
// delivered, and is never quoted.
func TestFormsBadRows(t *testing.T) {
	wide := "\xff\xfe" + in("utf-16le", "p1,ā\U0001d11e,GUILTY\n")
	cases := map[string]struct {
		encoding, form, source string
		want                   schemas.Reject
		hole                   string
	}{
		"daggers, fields":        {"", "header: none, delimiter: ‡, terminator: †", "p1‡a‡GUILTY†\np2‡" + secret + "†p3‡a‡GUILTY", schemas.Reject{Line: 2, Offset: 19, Reason: schemas.RowFieldCount, Want: 3, Got: 2}, "p2"},
		"daggers, too long":      {"", "header: none, delimiter: ‡, terminator: †", "p1‡a‡GUILTY†p2‡" + strings.Repeat("†"[:2], 120) + "†p3‡a‡GUILTY", schemas.Reject{Line: 2, Offset: 18, Reason: schemas.RowTooLong, Want: 200, Got: 248}, "p2"},
		"wide quote, stray":      {"", "header: none, quote: ¤", "p1,a,GUILTY\np2,a¤" + secret + "¤,GUILTY\n", schemas.Reject{Line: 2, Offset: 12, Reason: schemas.RowStrayQuote}, "p2"},
		"wide quote, open":       {"", "header: none, quote: ¤", "¤p2¤,¤a" + secret + ",GUILTY\n", schemas.Reject{Line: 1, Reason: schemas.RowOpenQuote}, "p2"},
		"backslash takes quote":  {"", "header: none, escape: backslash", `p2,"` + secret + `\",GUILTY` + "\n", schemas.Reject{Line: 1, Reason: schemas.RowOpenQuote}, "p2"},
		"doubled, backslash":     {"", "header: none, escape: backslash", `p2,"a""` + secret + `",GUILTY` + "\n", schemas.Reject{Line: 1, Reason: schemas.RowStrayQuote}, "p2"},
		"comment not at front":   {"", `header: none, comment: "#"`, "p1,a,GUILTY\n #" + secret + "\n", schemas.Reject{Line: 2, Offset: 12, Reason: schemas.RowFieldCount, Want: 3, Got: 1}, "#" + secret},
		"no character":           {"windows-1252", "header: none", "p1,\xe9,GUILTY\np2," + secret + "\x81,GUILTY\n", schemas.Reject{Line: 2, Offset: 12, Reason: schemas.RowEncoding}, "p2"},
		"no character, mixed":    {"utf-8-or-windows-1252", "header: none", "p2,é\x9d" + secret + ",GUILTY\n", schemas.Reject{Line: 1, Reason: schemas.RowEncoding}, "p2"},
		"bad byte, daggers":      {"", "header: none, delimiter: ‡", "p2‡\xe2\x80‡GUILTY\n", schemas.Reject{Line: 1, Reason: schemas.RowEncoding}, "p2"},
		"UTF-16, fields":         {"utf-16", "header: none", wide + in("utf-16le", "p2,"+secret), schemas.Reject{Line: 2, Offset: int64(len(wide)), Reason: schemas.RowFieldCount, Want: 3, Got: 2}, "p2"},
		"UTF-16, half a pair":    {"utf-16", "header: none", wide + in("utf-16le", "p2,") + "\x1e\xdd\x1e\xdd" + in("utf-16le", ",GUILTY\np3,a,GUILTY"), schemas.Reject{Line: 2, Offset: int64(len(wide)), Reason: schemas.RowEncoding}, "p2"},
		"UTF-16, odd byte":       {"utf-16", "header: none", wide + in("utf-16le", "p2,a,GUILTY") + "\x00", schemas.Reject{Line: 2, Offset: int64(len(wide)), Reason: schemas.RowEncoding}, "p2"},
		"UTF-16, NUL":            {"utf-16", "header: none", wide + in("utf-16le", "p2,a\x00,GUILTY"), schemas.Reject{Line: 2, Offset: int64(len(wide)), Reason: schemas.RowNUL}, "p2"},
		"UTF-16, too long":       {"utf-16", "header: none", wide + in("utf-16le", "p2,"+strings.Repeat("a", 300)+"\np3,a,GUILTY"), schemas.Reject{Line: 2, Offset: int64(len(wide)), Reason: schemas.RowTooLong, Want: 200, Got: 608}, "p2"},
		"another preamble later": {"", "header: required, preamble: 1", "REPORT\np,s,d\np1,a,GUILTY\n" + secret + "\n", schemas.Reject{Line: 4, Offset: 25, Reason: schemas.RowFieldCount, Want: 3, Got: 1}, secret},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := form(t, c.encoding, c.form)
			for _, target := range []int64{1, 20, 1 << 20} {
				got := readAll(t, l, []byte(c.source), target, 3)
				c.want.Source = 7
				if diff := cmp.Diff([]schemas.Reject{c.want}, got.rejects); diff != "" {
					t.Fatalf("ranges of %d bytes: rejects (-want +got):\n%s", target, diff)
				}
				if strings.Contains(got.rejects[0].Explain(), secret) {
					t.Error("a reject quotes its row")
				}
				if diff := cmp.Diff([]string{c.hole}, got.people()); diff != "" {
					t.Errorf("people marked (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestFormsThatAreRefused(t *testing.T) {
	trailer := `header: none, trailer: {first_field: T, rows_field: 2}`
	cases := map[string]struct{ encoding, form, source, want string }{
		"other separator":       {"", "header: none", "sep=;\np1,a,GUILTY\n", `line 1: the file says that its delimiter is ";", the layout ","`},
		"no header":             {"", "header: required, preamble: 2", "a\nb\n" + secret + "\np,s,d\n", `line 3: column 1 of the header should be "p"`},
		"comments only":         {"", `header: required, comment: "#"`, "# a\n", "there is no header in the file"},
		"UTF-16 not said":       {"", "header: none", "\xff\xfep\x00", "say encoding: utf-16"},
		"UTF-16 without mark":   {"utf-16", "header: none", "p\x00", "say encoding: utf-16le or utf-16be"},
		"UTF-16 the other way":  {"utf-16be", "header: none", "\xff\xfep\x00", "its byte order mark is not that of utf-16be"},
		"UTF-8, said otherwise": {"windows-1252", "header: none", "\xef\xbb\xbfp1", "byte order mark of UTF-8"},
		"UTF-32":                {"utf-16", "header: none", "\xff\xfe\x00\x00p\x00\x00\x00", "UTF-32"},
		"UTF-16, empty":         {"utf-16", "header: none", "\xff\xfe", "the file is empty"},
		"daggers, empty":        {"", "header: none, terminator: †", "", "the file is empty"},
		"no trailer":            {"", trailer, "p1,a,GUILTY\n", "ends without its trailer"},
		"wrong count":           {"", trailer, "p1,a,GUILTY\n\nT,2\n", "line 3: the trailer counts 2 rows, the file has 1"},
		"no count":              {"", trailer, "p1,a,GUILTY\nT\n", "line 2: the trailer holds no count of rows in field 2"},
		"count of minus one":    {"", trailer, "T,-1\n", "line 1: the trailer holds no count of rows in field 2"},
		"row after it":          {"", trailer, "p1,a,GUILTY\nT,1\np1,a,GUILTY\n", "line 3: a row follows the trailer on line 2"},
		"second trailer":        {"", trailer, "p1,a,GUILTY\nT,1\nT,1\n", "line 3: a row follows the trailer on line 2"},
		"second file cut":       {"", "header: required, trailer: {first_field: T}", "p,s,d\np1,a,GUILTY\nT\np,s,d\np2,a,GUILTY\n", "ends without its trailer"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := form(t, c.encoding, c.form).Survey(context.Background(), "county.csv", strings.NewReader(c.source), 100)
			if err == nil || !strings.HasPrefix(err.Error(), "read county.csv: ") || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error quotes the file: %v", err)
			}
		})
	}
}

// Files of one agency whose columns changed from one day to the next: the
// header tells which form each has.
func TestFormsToldByHeader(t *testing.T) {
	l := parse(t, `
layout: t/old
delimited: {header: required, columns_by: name}
columns: [p, s, d]
fields:
  person_id: p
  statute: s
  disposition: {from: d, map: {exact: {convicted: GUILTY}}}
---
layout: t/new
encoding: utf-16
delimited: {header: required, columns_by: name, delimiter: "|"}
columns: [person, s, act, d]
fields:
  person_id: person
  statute: "{act} {s}"
  disposition: {from: d, map: {exact: {convicted: G}}}
---
layout: t/newer
delimited: {header: required, columns_by: name}
columns: [p, s, d, dob]
fields:
  person_id: p
  statute: s
  birth_date: {from: dob, dates: YYYYMMDD}
  disposition: {from: d, map: {exact: {convicted: GUILTY}}}
---
layout: t/bare
delimited: {header: none, delimiter: ";"}
columns: [p, s, d]
fields:
  person_id: p
  statute: s
  disposition: {from: d, map: {exact: {convicted: GUILTY}}}
`)
	base := map[string]string{"source": "7", "line": "2", "kind": "1", "person_id": "p1", "statute_raw": "a", "severity": "unknown", "disposition_raw": "GUILTY", "disposition": "convicted", "sentence": "unknown"}
	with := func(pairs ...string) map[string]string {
		m := maps.Clone(base)
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	cases := map[string]struct {
		source string
		form   int
		want   map[string]string
	}{
		"first":                    {"p,s,d\np1,a,GUILTY\n", 0, base},
		"first, columns unknown":   {"p,s,d,x\np1,a,GUILTY,\n", 0, base},
		"second":                   {"\xff\xfe" + in("utf-16le", "person|act|s|d\np1|X|a|G"), 1, with("statute_raw", "X a", "disposition_raw", "G")},
		"third names them all":     {"p,s,d,dob\np1,a,GUILTY,19700101\n", 2, with("birth_date", "1970-01-01")},
		"last has no header":       {"p1;a;GUILTY\n", 3, with("line", "1")},
		"last has none, and a sep": {"sep=;\np1;a;GUILTY\n", 3, base},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, l, []byte(c.source), 1, 1)
			if got.survey.Form != c.form {
				t.Errorf("form %d, want %d", got.survey.Form, c.form)
			}
			if diff := cmp.Diff([]map[string]string{c.want}, got.records, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
		})
	}
	if l.Name() != "t/old" {
		t.Errorf("the layout is named %s", l.Name())
	}
}

func TestNoFormFits(t *testing.T) {
	two := strings.Replace(formSource("", "header: required, columns_by: name"), "t/form", "t/first", 1) + "---\n" +
		strings.Replace(formSource("", `header: required, columns_by: name, delimiter: "|"`), "t/form", "t/second", 1)
	_, err := parse(t, two).Survey(context.Background(), "county.csv", strings.NewReader(secret+",s,d\n"), 100)
	want := "read county.csv: it has none of the layout's 2 forms: form 1, t/first: line 1: the header lacks the column \"p\": is this the right layout, and is this line the header?\n" +
		"form 2, t/second: line 1: the header lacks the column \"p\", \"s\", \"d\": is this the right layout, and is this line the header?"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestFormFaults(t *testing.T) {
	cases := map[string]struct{ source, want string }{
		"long delimiter":            {formSource("", `header: none, delimiter: "||"`), "delimiter must be one character"},
		"terminator is delimiter":   {formSource("", `header: none, terminator: ","`), "terminator must differ"},
		"terminator is quote":       {formSource("", `header: none, terminator: "'", quote: "'"`), "terminator must differ"},
		"line break as terminator":  {formSource("", `header: none, terminator: "\n"`), "terminator must be one character, no line break"},
		"backslash twice":           {formSource("", `header: none, escape: backslash, delimiter: "\\"`), "no other part may be a backslash"},
		"no such escape":            {formSource("", "header: none, escape: caret"), "escape must be one of double, backslash"},
		"no such encoding":          {formSource("ebcdic", "header: none"), "encoding must be one of utf-8, windows-1252"},
		"no such character":         {formSource("iso-8859-1", "header: none, delimiter: ‡"), "there is no such character in iso-8859-1"},
		"mixed terminator":          {formSource("utf-8-or-windows-1252", "header: none, terminator: †"), "must be ASCII in a file of mixed encodings"},
		"empty comment":             {formSource("", `header: none, comment: ""`), "comment must be the ASCII characters"},
		"comment beyond ASCII":      {formSource("", `header: none, comment: "§"`), "comment must be the ASCII characters"},
		"preamble without bound":    {formSource("", "header: required, preamble: many"), "preamble must be a whole number from 0 to 1000"},
		"trailer without word":      {formSource("", "header: none, trailer: {rows_field: 1}"), `trailer lacks "first_field"`},
		"trailer of nothing":        {formSource("", `header: none, trailer: {first_field: ""}`), "first_field must not be empty"},
		"form after one without":    {formSource("", "header: none") + "---\n" + formSource("", "header: none"), "the form before this one has no header"},
		"forms of two states":       {"jurisdiction: US-CA\n" + formSource("", "header: required") + "---\njurisdiction: US-NY\n" + formSource("", "header: none"), "all forms of a layout must be of one jurisdiction"},
		"nothing in the file":       {"# nothing\n", "the file holds no layout"},
		"fixed, in other encodings": {"layout: t\nencoding: utf-16\nfixed: {}\ncolumns: [{name: p, start: 1, length: 1}]\nfields: {person_id: p, statute: p, disposition: {from: p, map: {}}}\n", "has characters of several lengths"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := readers.ParseLayout("t.yaml", []byte(c.source))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "t.yaml:") {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// A survey of another layout is noticed.
func TestSurveyOfAnotherForm(t *testing.T) {
	l := form(t, "", "header: none")
	survey := &readers.Survey{Name: "county.csv", Form: 1}
	for _, err := range l.Read(context.Background(), 0, survey, readers.Range{}, bytes.NewReader(nil), readers.Reading{MaxRows: 1}) {
		if err == nil || !strings.Contains(err.Error(), "no form 2") {
			t.Errorf("error %v", err)
		}
	}
}

// A terminator, and a character, may be cut in two by any read.
func TestFormsInShortReads(t *testing.T) {
	long := strings.Repeat("x", 300)
	for name, c := range map[string]struct{ encoding, form, source string }{
		"daggers":  {"", "header: none, delimiter: ‡, terminator: †", "p1‡a‡GUILTY†" + long + "†p2‡c‡GUILTY†"},
		"in lines": {"", "header: none, delimiter: ‡, terminator: †, multiline: true", "p1‡\"a†\"‡GUILTY†" + long + "†p2‡c‡GUILTY†"},
		"UTF-16":   {"utf-16", "header: none, terminator: †", "\xff\xfe" + in("utf-16le", "p1,\U0001d11e,GUILTY†"+long+"†p2,c,GUILTY†")},
	} {
		t.Run(name, func(t *testing.T) {
			l := form(t, c.encoding, c.form)
			survey, err := l.Survey(context.Background(), "county.csv", iotest.OneByteReader(strings.NewReader(c.source)), 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			rows := schemas.Rows{}
			for _, rng := range survey.Ranges {
				r := iotest.OneByteReader(strings.NewReader(c.source[rng.Offset:]))
				for b, err := range l.Read(context.Background(), 0, survey, rng, r, readers.Reading{MaxRows: 10}) {
					if err != nil {
						t.Fatal(err)
					}
					rows.Add(b.Rows)
					b.Charges.Release()
				}
			}
			if want := (schemas.Rows{Read: 3, Accepted: 2, Rejected: 1}); rows != want || survey.Rows != 3 {
				t.Errorf("rows %+v, want %+v; %d surveyed", rows, want, survey.Rows)
			}
		})
	}
}

// In a row with a field too many, the key is looked for in both of its places.
func TestHolesBetweenDaggers(t *testing.T) {
	got := readAll(t, form(t, "", "header: none, delimiter: ‡"), []byte("p1‡\"p2\"‡a‡GUILTY\n"), 1, 1)
	if diff := cmp.Diff([]string{"p1", "p2"}, got.people()); diff != "" {
		t.Errorf("people marked (-want +got):\n%s", diff)
	}
}

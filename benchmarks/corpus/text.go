package corpus

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// The rows of most kinds, in the columns of head.
const (
	head  = "person_id,surname,birth_date,case_id,charge_id,county,statute,disposition,disposition_date,offense_date,arrest_date,record"
	near1 = "NEAR1,ROE,1970-03-14,K1,C1,LOS ANGELES,11357(a) HS,CONVICTED,2001-02-03,2001-01-01,2001-01-02,"
	odd   = "ODD,DOE,1971-03-14,K2,C2,LOS ANGELES,11357(a) HS,CONVICTED,2001-02-03,2001-01-01,2001-01-02,"
	near2 = "NEAR2,ROE,1972-03-14,K3,C3,LOS ANGELES,11357(a) HS,CONVICTED,2001-02-03,2001-01-01,2001-01-02,"
)

const shipped = "generic/charges"

// layoutOf is a layout of the columns of head. Top are lines of its own, delimited what
// stands under delimited besides the header, dates the formats.
func layoutOf(top, delimited, dates string) string {
	if dates == "" {
		dates = "[YYYY-MM-DD]"
	}
	if !strings.Contains(delimited, "header:") {
		delimited = strings.TrimPrefix(delimited+", header: required, columns_by: name", ", ")
	}
	required := []string{"person_id", "statute", "disposition"}
	var b strings.Builder
	fmt.Fprintf(&b, "layout: corpus/text\n%sdelimited: {%s}\ncolumns:\n", top, delimited)
	for name := range strings.SplitSeq(head, ",") {
		fmt.Fprintf(&b, "  - {name: %s, optional: %t}\n", name, strings.Contains(delimited, "columns_by: name") && !slices.Contains(required, name))
	}
	b.WriteString(fieldsOf(dates))
	return strings.ReplaceAll(b.String(), ", optional: false", "")
}

// fieldsOf are the fields of a layout with the columns of head.
func fieldsOf(dates string) string {
	return `rows:
  charge: {any: [{column: record, blank: true}, {column: record, equals: charge}]}
  deceased: {column: record, equals: deceased}
fields:
  person_id: person_id
  surname: surname
  birth_date: {from: birth_date, dates: ` + dates + `}
  case_id: case_id
  charge_id: charge_id
  county: county
  statute: statute
  disposition: {from: disposition, map: {exact: {convicted: CONVICTED, dismissed: DISMISSED}}}
  disposition_date: {from: disposition_date, dates: ` + dates + `}
  offense_date: {from: offense_date, dates: ` + dates + `}
  arrest_date: {from: arrest_date, dates: ` + dates + `}
`
}

// lines are the rows with the odd one between its neighbours.
func lines(odd string) string { return head + "\n" + near1 + "\n" + odd + "\n" + near2 + "\n" }

func file(data string) []File { return []File{{"charges.csv", []byte(data)}} }

// with is the odd row with a part of it replaced.
func with(old, replacement string) string {
	if !strings.Contains(odd, old) {
		panic("corpus: " + old + " is not in the odd row")
	}
	return strings.Replace(odd, old, replacement, 1)
}

const granted = "ELIGIBLE"

// all is what comes of three rows with whom nothing is wrong.
var all = Want{Accepted: 3, Odd: granted}

// rejected is what comes of the odd row being rejected.
func rejected(reason string) Want { return Want{Accepted: 2, Rejects: reason} }

func refused(why string) Want { return Want{Refused: why} }

// encoded is a text in an encoding of one byte a character.
func encoded(m *charmap.Charmap, text string) string {
	s, err := m.NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return s
}

func encodings() []Kind {
	ñ := with("DOE", "PEÑA")
	wide := func(e unicode.Endianness, mark unicode.BOMPolicy) string {
		s, err := unicode.UTF16(e, mark).NewEncoder().String(lines(odd))
		if err != nil {
			panic(err)
		}
		return s
	}
	four, err := utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewEncoder().String(lines(odd))
	if err != nil {
		panic(err)
	}
	in := func(name string) string { return layoutOf("encoding: "+name+"\n", "", "") }
	one := func(name string) string {
		return strings.Replace(mainframe, "ibm037", name, 1)
	}
	return []Kind{
		{Name: "invalid UTF-8", Layout: shipped, Files: file(lines(with("DOE", "D\xffE"))), Want: rejected("encoding")},
		{Name: "overlong UTF-8", Layout: shipped, Files: file(lines(with("DOE", "D\xc0\xafE"))), Want: rejected("encoding")},
		{Name: "lone surrogate", Layout: shipped, Files: file(lines(with("DOE", "D\xed\xa0\x80E"))), Want: rejected("encoding")},
		{Name: "Windows-1252 quotes", Layout: in("windows-1252"), Files: file(lines(with("DOE", "O\x92DOE"))), Want: all},
		{Name: "Latin-1", Layout: in("iso-8859-1"), Files: file(encoded(charmap.ISO8859_1, lines(ñ))), Want: all},
		{Name: "Macintosh", Layout: in("macintosh"), Files: file(encoded(charmap.Macintosh, lines(ñ))), Want: all},
		{Name: "mixed encodings in one file", Layout: in("utf-8-or-windows-1252"), Files: file(lines(with("DOE", "PEÑA PE\xd1A"))), Want: all},
		{Name: "byte order mark of UTF-8", Layout: shipped, Files: file("\xef\xbb\xbf" + lines(odd)), Want: all},
		{Name: "UTF-16", Layout: in("utf-16"), Files: file(wide(unicode.BigEndian, unicode.UseBOM)), Want: all},
		{Name: "UTF-16 without a mark", Layout: in("utf-16"), Files: file(wide(unicode.LittleEndian, unicode.IgnoreBOM)), Want: refused("it has no byte order mark")},
		{Name: "UTF-32", Layout: shipped, Files: file(four), Want: refused("UTF-32")},
		{Name: "EBCDIC code page 037", Layout: mainframe, Files: segments(mainframeRows...), Want: Want{Accepted: 3, NonData: 6, Odd: granted}},
		{Name: "EBCDIC code pages 500 and 1047", Layout: one("ibm1047"), Files: segments(mainframeRows...), Want: Want{Accepted: 3, NonData: 6, Odd: granted}},
		{Name: "EBCDIC lines", Layout: strings.Replace(mainframe, "descriptor", "lines", 1), Files: segments(mainframeRows...), Want: refused("are told from one another by framing")},
		{Name: "ASCII sent as EBCDIC", Layout: mainframe, Files: file("\x00\x17\x00\x00ID12345678901234567"), Want: refused("it is ASCII text")},
		{Name: "encoded twice", Layout: shipped, Files: file(lines(with("DOE", "PEÃ±A"))), Want: Want{Accepted: 3, Odd: granted, Warns: "look encoded twice"}},
		{Name: "replacement character", Layout: shipped, Files: file(lines(with("DOE", "PE\ufffdA"))), Want: Want{Accepted: 3, Odd: granted, Warns: "replacement characters"}},
		{Name: "zero byte in a field", Layout: shipped, Files: file(lines(with("DOE", "D\x00E"))), Want: rejected("nul_byte")},
		{Name: "zero bytes to the end of a block", Layout: shipped, Files: file(lines(odd) + strings.Repeat("\x00", 100)), Want: Want{Accepted: 3, Rejects: "field_count", Odd: granted}},
		{Name: "control characters", Layout: shipped, Files: file(lines(with("DOE", "D\x07E"))), Want: Want{Accepted: 3, Odd: granted, Warns: "deliveries cannot stand in an update file"}},
		{Name: "Ctrl-Z at the end", Layout: shipped, Files: file(lines(odd) + "\x1a"), Want: Want{Accepted: 3, Rejects: "field_count", Odd: granted}},
		{Name: "zero-width and bidirectional characters", Layout: shipped, Files: file(lines(with("DOE", "D\u200b\u202eE"))), Want: all},
		{Name: "composed and decomposed letters", Layout: shipped, Files: file(lines(with("DOE", "PEN\u0303A"))), Want: all},
		{Name: "padding with no-break spaces", Layout: shipped, Files: file(lines(with("ODD", "\u00a0ODD\u00a0"))), Want: all},
		{Name: "HTML entities", Layout: shipped, Files: file(lines(with("DOE", "D&amp;E"))), Want: all},
		{Name: "full-width digits", Layout: shipped, Files: file(lines(with("11357(a)", "１１３５７(a)"))), Want: all},
	}
}

func records() []Kind {
	text := lines(odd)
	counted := layoutOf("", "trailer: {first_field: TRAILER, rows_field: 2}", "")
	return []Kind{
		{Name: "CR alone", Layout: shipped, Files: file(strings.ReplaceAll(text, "\n", "\r")), Want: all},
		{Name: "mixed line ends", Layout: shipped, Files: file(strings.Replace(text, "\n", "\r\n", 2)), Want: all},
		{Name: "CR CR LF", Layout: shipped, Files: file(strings.ReplaceAll(text, "\n", "\r\r\n")), Want: all},
		{Name: "LF CR", Layout: shipped, Files: file(strings.ReplaceAll(text, "\n", "\n\r")), Want: Want{Accepted: 3, NonData: 1, Odd: granted}},
		{Name: "line separators in a field", Layout: shipped, Files: file(lines(with("DOE", "D\u2028\u0085E"))), Want: Want{Accepted: 3, Odd: granted, Warns: "deliveries cannot stand"}},
		{Name: "form feed and vertical tab", Layout: shipped, Files: file(lines(with("DOE", "D\f\vE"))), Want: Want{Accepted: 3, Odd: granted, Warns: "deliveries cannot stand"}},
		{Name: "no line end at the end", Layout: shipped, Files: file(strings.TrimSuffix(text, "\n")), Want: all},
		{Name: "blank lines", Layout: shipped, Files: file(strings.Replace(text, odd, "\n"+odd+"\n", 1)), Want: Want{Accepted: 3, NonData: 2, Odd: granted}},
		{Name: "a line of white space", Layout: shipped, Files: file(strings.Replace(text, odd, " \t\n"+odd, 1)), Want: Want{Accepted: 3, NonData: 1, Odd: granted}},
		{Name: "an empty file", Layout: shipped, Files: file(""), Want: refused("the file is empty")},
		{Name: "a line end alone", Layout: shipped, Files: file("\n"), Want: refused("the header lacks the column")},
		{Name: "a header alone", Layout: shipped, Files: file(head + "\n"), Want: Want{Warns: "the file has a header and no rows"}},
		{Name: "no header", Layout: shipped, Files: file(near1 + "\n" + odd + "\n" + near2 + "\n"), Want: refused("the header lacks the column")},
		{Name: "the header twice", Layout: shipped, Files: file(head + "\n" + near1 + "\n" + head + "\n" + odd + "\n" + near2 + "\n"), Want: Want{Accepted: 3, NonData: 1, Odd: granted}},
		{
			Name: "another header in the middle", Layout: shipped,
			Files: file(head + "\n" + near1 + "\n" + strings.Replace(head, "surname,birth_date", "birth_date,surname", 1) + "\n" + odd + "\n"),
			Want:  refused("another header with its columns in another order"),
		},
		{Name: "a trailer", Layout: counted, Files: file(text + "TRAILER,3\n"), Want: Want{Accepted: 3, NonData: 1, Odd: granted}},
		{Name: "a trailer that counts wrong", Layout: counted, Files: file(text + "TRAILER,4\n"), Want: refused("the trailer counts 4 rows, the file has 3")},
		{Name: "no trailer", Layout: counted, Files: file(text), Want: refused("the file ends without its trailer")},
		{Name: "two trailers", Layout: counted, Files: file(text + "TRAILER,3\nTRAILER,3\n"), Want: refused("a row follows the trailer")},
		{Name: "comments", Layout: layoutOf("", `comment: "#"`, ""), Files: file("# made today\n" + strings.Replace(text, odd, "# a \"quote\n"+odd, 1)), Want: Want{Accepted: 3, NonData: 2, Odd: granted}},
		{Name: "a line that names the delimiter", Layout: shipped, Files: file("sep=;\n" + text), Want: refused(`its delimiter is ";"`)},
		{Name: "an error page as data", Layout: shipped, Files: file("<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>\n"), Want: refused("the error answer of a web service")},
		{Name: "one line without end", Layout: shipped, Files: file(lines(strings.Repeat("x", 3<<20))), Want: rejected("row_too_long")},
		{Name: "the last row cut off", Layout: shipped, Files: file(head + "\n" + near1 + "\n" + near2 + "\n" + odd[:40]), Want: rejected("field_count")},
		{Name: "a row written into another", Layout: shipped, Files: file(lines(odd[:30] + odd)), Want: rejected("field_count")},
		{Name: "a file of another agency", Layout: shipped, Files: file("SEX,RACE,CHARGE CODE\nM,W,356226\n"), Want: refused("the header lacks the column")},
	}
}

func columns() []Kind {
	text := lines(odd)
	reordered := func(text string) string {
		var b strings.Builder
		for line := range strings.Lines(text) {
			fields := strings.Split(strings.TrimSuffix(line, "\n"), ",")
			fields[0], fields[6] = fields[6], fields[0]
			b.WriteString(strings.Join(fields, ",") + "\n")
		}
		return b.String()
	}
	without := func(text string) string { // surname
		var b strings.Builder
		for line := range strings.Lines(text) {
			fields := strings.Split(line, ",")
			b.WriteString(strings.Join(append(fields[:1:1], fields[2:]...), ","))
		}
		return b.String()
	}
	wide := func(n int) string {
		var names strings.Builder
		for i := range n {
			fmt.Fprintf(&names, ",x%d", i)
		}
		cells := strings.Repeat(",", n)
		return head + names.String() + "\n" + near1 + cells + "\n" + odd + cells + "\n" + near2 + cells + "\n"
	}
	return []Kind{
		{Name: "a column is missing", Layout: shipped, Files: file(strings.Replace(text, "statute", "statutes", 1)), Want: refused(`the header lacks the column "statute"`)},
		{Name: "a column too many", Layout: shipped, Files: file(strings.NewReplacer("record\n", "record,shoe\n", "-02,\n", "-02,,44\n").Replace(text)), Want: Want{Accepted: 3, Odd: granted, Warns: "1 columns that the layout does not name"}},
		{Name: "a delimiter at the end", Layout: shipped, Files: file(lines(odd + ",")), Want: rejected("field_count")},
		{Name: "columns in another order", Layout: shipped, Files: file(reordered(text)), Want: all},
		{Name: "names in capitals, with blanks", Layout: shipped, Files: file(strings.Replace(text, "person_id", " Person_ID ", 1)), Want: all},
		{Name: "a name twice", Layout: shipped, Files: file(strings.Replace(text, "case_id", "charge_id", 1)), Want: refused("have the same name")},
		{Name: "an empty name", Layout: shipped, Files: file(strings.Replace(text, "surname", "", 1)), Want: Want{Accepted: 3, Odd: granted, Warns: "1 columns that the layout does not name"}},
		{Name: "a line break in a name", Layout: shipped, Files: file(strings.Replace(text, "county", "\"county\n\"", 1)), Want: refused("the header's quotes do not pair up")},
		{Name: "another delimiter", Layout: shipped, Files: file(strings.ReplaceAll(text, ",", "\t")), Want: refused("the header lacks the column")},
		{Name: "a delimiter in a field", Layout: shipped, Files: file(lines(with("DOE", "DOE,JAN"))), Want: rejected("field_count")},
		{Name: "a quote in a field", Layout: shipped, Files: file(lines(with("DOE", `D"OE`))), Want: rejected("stray_quote")},
		{Name: "a quote that is not closed", Layout: shipped, Files: file(lines(with("DOE", `"DOE`))), Want: rejected("open_quote")},
		{Name: "text behind a quote", Layout: shipped, Files: file(lines(with("DOE", `"DOE"x`))), Want: rejected("stray_quote")},
		{Name: "escapes by backslash", Layout: layoutOf("", "escape: backslash", ""), Files: file(lines(with("DOE", `"DOE, \"JAN\""`))), Want: all},
		{Name: "another quote", Layout: layoutOf("", `quote: "'"`, ""), Files: file(lines(with("DOE", "'DOE, JAN'"))), Want: all},
		{Name: "a line break in quotes", Layout: layoutOf("", "multiline: true", ""), Files: file(lines(with("DOE", "\"DOE\nJAN\""))), Want: Want{Accepted: 3, Odd: granted, Warns: "deliveries cannot stand"}},
		{Name: "CR LF in quotes", Layout: layoutOf("", "multiline: true", ""), Files: file(strings.ReplaceAll(lines(with("DOE", "\"DOE\nJAN\"")), "\n", "\r\n")), Want: Want{Accepted: 3, Odd: granted, Warns: "deliveries cannot stand"}},
		{Name: "a row in quotes as one field", Layout: shipped, Files: file(lines(`"` + odd + `"`)), Want: rejected("field_count")},
		{Name: "a row too short", Layout: shipped, Files: file(lines(strings.TrimSuffix(odd, ","))), Want: rejected("field_count")},
		{Name: "a row too long", Layout: shipped, Files: file(lines(odd + ",,,")), Want: rejected("field_count")},
		{
			Name: "files of different columns", Layout: shipped,
			Files: []File{{"1.csv", []byte(head + "\n" + near1 + "\n" + odd + "\n")}, {"2.csv", []byte(without(head + "\n" + near2 + "\n"))}},
			Want:  all,
		},
		{Name: "a field of ten megabytes", Layout: shipped, Files: file(lines(with("DOE", strings.Repeat("x", 10<<20)))), Want: rejected("row_too_long")},
		{Name: "100,000 columns", Layout: shipped, Files: file(wide(100_000)), Want: Want{Accepted: 3, Odd: granted, Warns: "100000 columns that the layout does not name"}},
	}
}

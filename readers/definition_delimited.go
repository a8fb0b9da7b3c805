package readers

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// mostPreamble is more lines than any report puts before its header.
const mostPreamble = 1000

func (d *definition) readDelimited(n ast.Node) {
	m := d.mapping(n, "delimited", "delimiter", "quote", "escape", "terminator", "header", "header_begins_with", "columns_by",
		"field_count", "multiline", "comment", "preamble", "trailer")
	f := &delimited{
		delimiter:  d.character(m, "delimiter", ","),
		terminator: d.character(m, "terminator", ""),
		backslash:  m.choice("escape", "double", "backslash") == "backslash",
		header:     headerUse(slices.Index(headerUses, m.choice("header", headerUses...))),
		headerText: m.text("header_begins_with"),
		byName:     m.choice("columns_by", "position", "name") == "name",
		exact:      m.choice("field_count", "exact", "at_least") == "exact",
		multiline:  m.flag("multiline"),
		comment:    []byte(m.text("comment")),
		preamble:   m.number("preamble", 0, mostPreamble, 0),
	}
	if !m.has("quote") || m.text("quote") != "none" {
		f.quote = d.character(m, "quote", `"`)
	}
	if m.has("trailer") {
		f.trailer = d.readTrailer(m.values["trailer"])
	}
	d.layout.delimited = f
	d.checkDelimited(n, m, f)
	f.compile()
}

func (d *definition) checkDelimited(n ast.Node, m *mapping, f *delimited) {
	switch {
	case f.byName && f.header != headerRequired:
		d.at(n, "columns_by: name needs header: required")
	case f.header == headerOptional && f.headerText == "":
		d.at(n, "header: optional needs header_begins_with: the first field by which a header is known")
	case f.quote == f.delimiter:
		d.at(n, "quote and delimiter must differ")
	case f.terminator != "" && (f.terminator == f.delimiter || f.terminator == f.quote):
		d.at(n, "terminator must differ from delimiter and quote")
	case f.backslash && slices.Contains([]string{f.delimiter, f.quote, f.terminator}, `\`):
		d.at(n, "with escape: backslash, no other part may be a backslash")
	case f.multiline && f.quote == "":
		d.at(n, "multiline needs a quote: without one a line break always ends the row")
	}
	if m.has("comment") && (len(f.comment) == 0 || !isASCII(f.comment) || strings.ContainsAny(string(f.comment), "\r\n")) {
		d.at(m.values["comment"], "comment must be the ASCII characters by which such lines begin")
	}
	e := &d.layout.encoding
	for _, key := range []string{"delimiter", "quote", "terminator"} {
		c := map[string]string{"delimiter": f.delimiter, "quote": f.quote, "terminator": f.terminator}[key]
		switch {
		case c == "" || isASCII([]byte(c)):
		case len(e.encode(c)) == 0:
			d.at(m.values[key], "%s: there is no such character in %s", key, e.name)
		case e.mixed && key == "terminator", e.mixed && key == "quote" && f.multiline:
			d.at(m.values[key], "%s must be ASCII in a file of mixed encodings: rows are told apart before they are decoded", key)
		}
	}
}

// character is the single character at the key.
func (d *definition) character(m *mapping, key, fallback string) string {
	if !m.has(key) {
		return fallback
	}
	s := m.text(key)
	if s == `\t` {
		s = "\t"
	}
	if utf8.RuneCountInString(s) != 1 || !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\x00\ufeff\ufffd") {
		d.at(m.values[key], "%s must be one character, no line break (\"\\t\" for a tab)", key)
		return fallback
	}
	return s
}

func (d *definition) readTrailer(n ast.Node) *delimitedTrailer {
	m := d.mapping(n, "trailer", "first_field", "rows_field")
	t := &delimitedTrailer{count: m.number("rows_field", 1, mostMaxRow, 0)}
	if m.require("first_field", "the first field by which a trailer is known") {
		t.words = words{list: m.texts("first_field"), fold: true}
	}
	if slices.Contains(t.words.list, "") {
		d.at(m.values["first_field"], "first_field must not be empty")
	}
	return t
}

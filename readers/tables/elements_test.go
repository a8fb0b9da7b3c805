package tables_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/readers/tables"
)

// document invents a document of elements, whose columns are a, b, p.a and p.b.
func document(t *rapid.T) string {
	space := func() string { return rapid.SampledFrom([]string{"", "", "\n", "\r\n  ", "\t"}).Draw(t, "space") }
	text := func() string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"x", "1999-01-02", "O'N", " ", "é", "日", "&amp;", "&apos;", "&#233;", "&#x41;", "<![CDATA[<&]]>", "<!-- > -->", "<?p q?>", "]", "\r\n", ">", "\u007f", "\ufffd",
		}), 0, 3).Draw(t, "text"), "")
	}
	attributes := func() string {
		return rapid.SampledFrom([]string{"", "", "", ` id="1"`, ` a='b>' `, ` n:x="a>b" y='"'`, ` a="&lt;é"`, "\n"}).Draw(t, "attributes")
	}
	element := func(name, content string) string {
		if prefix := rapid.SampledFrom([]string{"", "", "n:"}).Draw(t, "prefix"); prefix != "" {
			name = prefix + name
		}
		if content == "" && rapid.Bool().Draw(t, "short") {
			return "<" + name + attributes() + "/>"
		}
		return "<" + name + attributes() + ">" + content + "</" + name + rapid.SampledFrom([]string{"", "", " "}).Draw(t, "blank") + ">"
	}
	leaves := func() string {
		var b strings.Builder
		for range rapid.IntRange(0, 3).Draw(t, "leaves") {
			b.WriteString(space() + element(rapid.SampledFrom([]string{"a", "b", "B", "z.z", "_"}).Draw(t, "name"), text()))
		}
		return b.String() + space()
	}
	var b strings.Builder
	b.WriteString(declared + space() + "<!-- <l> -->" + "<n:l xmlns:n='urn:n' x=\"/>\">" + element("row", element("a", "1")+element("b", "2")+element("p", element("a", "3")+element("b", "4"))))
	for range rapid.IntRange(0, 6).Draw(t, "rows") {
		b.WriteString(space() + text() + space())
		row := leaves()
		if rapid.Bool().Draw(t, "nested") {
			row += element("p", leaves()) + leaves()
		}
		b.WriteString(element(rapid.SampledFrom([]string{"row", "other"}).Draw(t, "kind"), row))
	}
	b.WriteString(space() + "</n:l>" + space() + "<!-- end -->")
	return b.String()
}

// streamed is a document as rows of text, read from end to end by encoding/xml alone.
func streamed(text string, names []string) (rows []string, err error) {
	in := xml.NewDecoder(strings.NewReader(text))
	var path []string // with the root and the row
	var values []string
	var nested []bool
	var cells map[string]string
	for roots := 0; ; {
		token, err := in.Token()
		if errors.Is(err, io.EOF) && roots == 1 {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, errors.New("a document type")
		case xml.StartElement:
			if len(path) == 0 {
				roots++
			}
			if len(nested) > 0 {
				nested[len(nested)-1] = true
			}
			path, values, nested = append(path, token.Name.Local), append(values, ""), append(nested, false)
			if len(path) == 2 {
				cells = map[string]string{}
			}
		case xml.CharData:
			switch {
			case len(values) > 0:
				values[len(values)-1] += string(token)
			case strings.TrimSpace(string(token)) != "": // which encoding/xml does not mind
				return nil, errors.New("text outside the root")
			}
		case xml.EndElement:
			n := len(path) - 1
			value := values[n]
			if nested[n] {
				value = "\xff"
			}
			if name := strings.ToLower(strings.Join(path[min(2, len(path)):], ".")); n > 1 {
				if _, twice := cells[name]; twice {
					value = "\xff"
				}
				cells[name] = value
			}
			if n == 1 {
				var row []string
				for _, name := range names {
					row = append(row, cells[name])
				}
				rows = append(rows, strings.Join(row, "|"))
			}
			path, values, nested = path[:n], values[:n], nested[:n]
		}
	}
}

// partsOf are the rows of a document that is cut where it likes, and each part of it read by itself.
func partsOf(t *rapid.T, text string, wanted []string) ([]string, error) {
	header, err := tables.XMLHeader([]byte(text), wanted)
	if err != nil {
		return nil, err
	}
	d, err := tables.OpenDocument([]byte(text))
	if err != nil {
		return nil, err
	}
	cut := d.Cut(iotest.HalfReader(strings.NewReader(text[d.Begin:])))
	rows := strings.Split(strings.ReplaceAll(string(header), "\x1f", "|"), "\x1e")[:1]
	from, begin := int(d.Begin), int(d.Begin)
	read := func() error {
		part := text[from:begin]
		r, err := tables.XMLElements(iotest.OneByteReader(strings.NewReader(part)), d.Charset, header, wanted, int64(len(rows)))
		if err != nil {
			return err
		}
		all, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		got := strings.Split(strings.ReplaceAll(string(all), "\x1f", "|"), "\x1e")
		for range got[1:] {
			if at := r.Begin(); part[at] != '<' || part[at+1] == '!' || part[at+1] == '/' {
				t.Errorf("an element begins at %d of %q", at, part)
			}
		}
		rows, from = append(rows, got[:len(got)-1]...), begin
		return nil
	}
	for {
		size, err := cut.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		begin += int(size)
		if err == nil && rapid.Bool().Draw(t, "go on") {
			continue
		}
		if fault := read(); fault != nil || err != nil {
			if begin != len(text) && fault == nil {
				t.Errorf("%d bytes of %d were cut", begin, len(text))
			}
			return rows, fault
		}
	}
}

// A document that is cut at its elements, each read by itself, gives what encoding/xml reads from its
// beginning to its end, and is refused if it refuses it.
func TestElementsAreReadByThemselves(t *testing.T) {
	wanted := []string{"a", "b", "p.a", "p.b"}
	rapid.Check(t, func(t *rapid.T) {
		text := document(t)
		if rapid.IntRange(0, 2).Draw(t, "spoilt") == 0 {
			at := rapid.IntRange(len(declared), len(text)-1).Draw(t, "at")
			with := rapid.SampledFrom([]string{"", "<", ">", "&", "\"", "'", "/", "</", "<a>", "]]>", "\x01", "\xff", "-->", "<!-- -- -->", "<!D>"}).Draw(t, "with")
			text = text[:at] + with + text[at+rapid.IntRange(0, 1).Draw(t, "instead"):]
		}
		want, fault := streamed(text, wanted)
		whole, err := rowsOf(tables.XML, text, wanted)
		compare(t, "whole", text, want, fault, whole, err)
		parts, err := partsOf(t, text, wanted)
		compare(t, "in parts", text, want, fault, parts, err)
	})
}

func compare(t *rapid.T, how, text string, want []string, fault error, got []string, err error) {
	if (fault == nil) != (err == nil) {
		t.Fatalf("%s: error %v, encoding/xml has %v, of\n%q", how, err, fault, text)
	}
	if err != nil {
		return
	}
	want = append([]string{"a|b|p.a|p.b"}, want...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-encoding/xml +got):\n%s\nof %q", how, diff, text)
	}
}

func BenchmarkElements(b *testing.B) {
	var text bytes.Buffer
	text.WriteString(declared + "<l>\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "<r>\n  <a>P%07d</a>\n  <b>11357(a) HS &amp; PC</b>\n  <p><a>1999-01-02</a><b>EXAMPLE COURT</b></p>\n</r>\n", i)
	}
	text.WriteString("</l>")
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		r, err := tables.OpenXML(bytes.NewReader(text.Bytes()), []string{"a", "b", "p.a", "p.b"})
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

package tables_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/readers/tables"
)

const declared = `<?xml version="1.0" encoding="UTF-8"?>`

func xmlRows(t *testing.T, text string, wanted ...string) ([]string, error) {
	t.Helper()
	return rowsOf(tables.XML, text, wanted)
}

func TestElementsAreRows(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"texts":              {`<l><r><a>x</a><B>1.50</B></r><r><B/><a>y</a><z>1</z></r></l>`, []string{"a|B", "x|1.50", "y|"}},
		"elements in others": {`<l><r><p><a>1</a><q><b>é</b></q></p></r></l>`, []string{"p.a|p.q.b", "1|é"}},
		"prefixes":           {`<n:l xmlns:n="urn:n"><n:r><n:a>1</n:a></n:r></n:l>`, []string{"a", "1"}},
		"escapes":            {`<l><r><a>x &amp; y&#233;<![CDATA[<z>]]></a></r></l>`, []string{"a", "x & yé<z>"}},
		"ends in marks":      {`<l><r><a><![CDATA[x></r>]]></a><b x="/a>">2</b></r></l>`, []string{"a|b", "x></r>|2"}},
		"ends of lines":      {"<l>\r\n<r>\r\n<a>x\r\ny\rz</a></r>\r\n</l>", []string{"a", "x\ny\nz"}},
		"brackets":           {`<l><r><a>[x]]</a><b>&gt;&lt;</b></r></l>`, []string{"a|b", "[x]]|><"}},
		"attributes":         {`<l><r x='1'><a y="a>b" n:z="c">1</a><b x="/"/></r></l>`, []string{"a|b", "1|"}},
		"a comment":          {`<l><!-- x --><r><a>1<!-- y -->2</a></r><?x y?></l> <!-- z -->`, []string{"a", "12"}},
		"twice":              {`<l><r><a>1</a><a>2</a><b>3</b></r></l>`, []string{"a|b", "\xff|3"}},
		"text and elements":  {`<l><r><a>1<x/></a><b>3</b></r></l>`, []string{"a|b", "\xff|3"}},
		"an end in a value":  {"<l><r><a>x</a><b>2</b></r><r><b>3</b></r></l>", []string{"a|b", "x|2", "|3"}},
		"an empty row":       {`<l><r><a>1</a></r><r/></l>`, []string{"a", "1", ""}},
		"Latin-1":            {"<l><r><a>\xe9</a></r><r><a>\xc3\xa9</a></r></l>", []string{"a", "é", "Ã©"}}, // the second is UTF-8 too
	} {
		t.Run(name, func(t *testing.T) {
			head := declared
			if name == "Latin-1" {
				head = `<?xml version="1.0" encoding="ISO-8859-1"?>`
			}
			got, err := xmlRows(t, head+"\n"+c.text, "a", "b", "p.a", "p.q.b")
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("error %v, rows (-want +got):\n%s", err, diff)
			}
		})
	}
	if got, err := xmlRows(t, declared+`<l><r><x>1</x><y><z>2</z></y></r></l>`); err != nil || got[0] != "x|y.z" {
		t.Errorf("all columns: %q, %v", got, err)
	}
}

// A document longer than its head is read to its end.
func TestALongDocument(t *testing.T) {
	const rows = 100_000
	text := declared + "<l>" + strings.Repeat("<r><a>1</a></r>\n", rows) + "</l>"
	for name, in := range map[string]io.Reader{"at once": strings.NewReader(text), "in pieces": iotest.HalfReader(strings.NewReader(text))} {
		r, err := tables.OpenXML(in, []string{"a"})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != "a\x1e"+strings.Repeat("1\x1e", rows) {
			t.Errorf("%s: %d bytes, error %v", name, len(got), err)
		}
	}
}

// What is no document that can be read is refused as a whole, and quoted nowhere.
func TestXMLThatIsRefused(t *testing.T) {
	first := strings.Repeat("<r><a>1</a></r>\n", 100_000)
	for name, c := range map[string]struct{ text, want string }{
		"cut off":                  {"<l>\n<r><a>1</a></r>\n<r><a>MARKER", "element 2: its XML is not well formed"},
		"cut off in the list":      {"<l>\n<r><a>1</a></r>\n", "its XML is not well formed"},
		"another end":              {"<l><r><a>1</a></r><r><a>MARKER</MARKER></r></l>", "its XML is not well formed"},
		"an unknown entity":        {"<l><r><a>1</a></r><r><a>&MARKER;</a></r></l>", "its XML is not well formed"},
		"two roots":                {"<l><r><a>1</a></r></l><l/>", "its XML is not well formed"},
		"another end, as long":     {"<l><r><ab>1</ab><a>MARKER</b></r></l>", "element 1: its XML is not well formed"},
		"text before the root":     {"MARKER<l><r><a>1</a></r></l>", "its XML is not well formed"},
		"text behind the root":     {"<l><r><a>1</a></r></l>MARKER", "element 2: its XML is not well formed"},
		"no text between":          {"<l><r><a>1</a></r>&MARKER;<r/></l>", "element 2: its XML is not well formed"},
		"no character":             {"<l><r><a>\uffffMARKER</a></r></l>", "element 1: its XML is not well formed"},
		"an end of marks":          {"<l><r><a>MARKER]]></a></r></l>", "element 1: its XML is not well formed"},
		"behind an empty root":     {"<l/><r><a>1</a></r>", "error answer of a web service"},
		"no attribute":             {`<l><r><a x="&MARKER;">1</a></r></l>`, "element 1: its XML is not well formed"},
		"a tag in an attribute":    {`<l><r><a x="<MARKER">1</a></r></l>`, "element 1: its XML is not well formed"},
		"no UTF-8":                 {"<l><r><a>1</a></r><r><a>MARKER\xff</a></r></l>", "its XML is not well formed"},
		"a document type":          {`<!DOCTYPE l [<!ENTITY a "MARKER">]><l><r><a>1</a></r></l>`, "it has a document type"},
		"elements without end":     {"<l><r><a>1</a></r>" + strings.Repeat("<r>", 1000), "more than 64 deep"},
		"a text without end":       {"<l><r><a>1</a></r><r><a>" + strings.Repeat("x", 17<<20), "larger than 16 MiB"},
		"a column that comes late": {"<l>" + first + `<r><b>2</b></r></l>`, `element 100001: the column "b" is not in the first MiB`},
		"other columns":            {"<Error><Code>MARKER</Code></Error>", "error answer of a web service"},
	} {
		r, err := tables.OpenXML(strings.NewReader(declared+c.text), []string{"a", "b"})
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	for _, declaration := range []string{`version="1.0" encoding="klingon"`, `version="1.1"`} {
		_, err := tables.OpenXML(strings.NewReader("<?xml "+declaration+"?><l><r><a>1</a></r></l>"), []string{"a"})
		if err == nil || !strings.Contains(err.Error(), "have it written as XML 1.0 in UTF-8") {
			t.Errorf("%s: %v", declaration, err)
		}
	}
}

// However a document is cut or spoilt, it is rows or an error, and rows have their columns.
func FuzzXML(f *testing.F) {
	f.Add([]byte(declared + `<l><r><a>1</a><b><c>x&lt;</c></b></r><r/></l>`))
	f.Add([]byte(`<?xml version="1.0" encoding="utf-16"?><l>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := tables.OpenXML(bytes.NewReader(text), []string{"a", "b.c"})
		if err != nil {
			return
		}
		all, err := io.ReadAll(r)
		if err != nil {
			return
		}
		rows := bytes.Split(all, []byte{tables.RowEnd})
		want := bytes.Count(rows[0], []byte{tables.FieldEnd})
		for _, row := range rows[:len(rows)-1] {
			if bytes.Count(row, []byte{tables.FieldEnd}) != want {
				t.Errorf("a row has %d ends of fields, the header %d", bytes.Count(row, []byte{tables.FieldEnd}), want)
			}
		}
	})
}

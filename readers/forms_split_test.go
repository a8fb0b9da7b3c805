package readers_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/readers"
)

// oddForms are forms of rows that are told apart in every way that there is.
// Delimiter and end are what stands between fields and rows.
var oddForms = []struct{ encoding, form, delimiter, end string }{
	{"", "header: none, delimiter: ‡, terminator: †", "‡", "†"},
	{"", `header: optional, header_begins_with: p, terminator: "@", comment: "#"`, ",", "@"},
	{"", `header: optional, header_begins_with: p, escape: backslash, comment: "#", preamble: 2`, ",", "\n"},
	{"", `header: optional, header_begins_with: p, escape: backslash, multiline: true, comment: "#"`, ",", "\r\n"},
	{"", "header: none, quote: ¤, delimiter: ‡, multiline: true, preamble: 1", "‡", "\n"},
	{"windows-1252", "header: none, delimiter: ‡, terminator: †", "‡", "†"},
	{"windows-1252", `header: optional, header_begins_with: p, quote: "’", multiline: true, preamble: 1`, ",", "\n"},
	{"utf-8-or-windows-1252", `header: optional, header_begins_with: p, delimiter: ‡, comment: "#"`, "‡", "\r"},
	{"utf-16", "header: optional, header_begins_with: p, preamble: 1", ",", "\n"},
	{"utf-16le", "header: none, delimiter: ‡, terminator: †", "‡", "†"},
	{"utf-16be", "header: optional, header_begins_with: p, multiline: true", ",", "\n"},
}

// oddSource draws a source of a form, whose rows are good, bad, blank and none.
func oddSource(t *rapid.T, encoding, delimiter, end string) []byte {
	row := rapid.SampledFrom([]string{
		"p1,a,GUILTY", "p2,b§’,DISMISSED", `p3,"c, c",GUILTY`, `p4,"d ""d\"",`, "p5,e", "", " ", ",,", "p6,f\x00,GUILTY",
		"p,s,d", `# don't "`, "sep=,", `p7,"h,GUILTY`, "p8,¤i,¤¤j¤,GUILTY", "p9,\\,,GUILTY\\", strings.Repeat("j", 250), strings.Repeat("†"[:2], 99),
		"p10,\"k\nk\",GUILTY", "p11,’l\n’,GUILTY", "\xff\xfe\x81", "\ufeffp12,\U0001d11e,GUILTY", "T,3",
	})
	rows := rapid.SliceOfN(row, 0, 30).Draw(t, "rows")
	text := strings.ReplaceAll(strings.Join(rows, end), ",", delimiter)
	if rapid.Bool().Draw(t, "last line ends") {
		text += end
	}
	source := []byte(in(encoding, text))
	switch encoding {
	case "":
		source = []byte(text)
	case "utf-8-or-windows-1252":
		source = append([]byte(text), in("windows-1252", text)...)
	case "utf-16":
		source = append([]byte("\xff\xfe"), in("utf-16le", text)...)
	}
	if strings.HasPrefix(encoding, "utf-16") && rapid.Bool().Draw(t, "broken") && len(source) > 2 {
		at := rapid.IntRange(2, len(source)-1).Draw(t, "at")
		source[at] ^= 0xd8
		source = source[:len(source)-rapid.IntRange(0, 1).Draw(t, "cut")]
	}
	return source
}

// Whatever the form, how a source is cut changes nothing that is read, each row
// is accounted for, and rejects stand where their rows do.
func TestCutsOfAnyForm(t *testing.T) {
	for _, c := range oddForms {
		t.Run(c.encoding+" "+c.form, func(t *testing.T) {
			l := form(t, c.encoding, c.form)
			rapid.Check(t, func(rt *rapid.T) {
				source := oddSource(rt, c.encoding, c.delimiter, c.end)
				whole, err := tryAll(t, l, source, 1<<30, 1<<20)
				if err != nil {
					rt.Skip("the source is refused")
				}
				cut := readAll(t, l, source, rapid.Int64Range(1, 100).Draw(rt, "target"), rapid.IntRange(1, 10).Draw(rt, "batch"))
				if diff := cmp.Diff(whole.records, cut.records); diff != "" {
					rt.Errorf("records (-whole +cut):\n%s", diff)
				}
				if diff := cmp.Diff(whole.rejects, cut.rejects); diff != "" {
					rt.Errorf("rejects (-whole +cut):\n%s", diff)
				}
				if whole.rows != cut.rows || whole.rows.Balance() != nil || whole.rows.Read != whole.survey.Rows {
					rt.Errorf("rows %+v whole, %+v cut, %d surveyed", whole.rows, cut.rows, whole.survey.Rows)
				}
				at := int64(0)
				for _, r := range cut.survey.Ranges {
					if r.Offset < at {
						rt.Errorf("a range begins at byte %d, before the end of the one before it", r.Offset)
					}
					at = r.Offset + r.Length
				}
				if n := len(cut.survey.Ranges); n > 0 && cut.survey.Header == "" && at != int64(len(source)) {
					rt.Errorf("the ranges end at byte %d of %d", at, len(source))
				}
			})
		})
	}
}

func FuzzForms(f *testing.F) {
	var layouts []formOfFuzz
	for i, c := range oddForms {
		layouts = append(layouts, formOfFuzz{form(f, c.encoding, c.form), strings.Contains(c.form, "multiline"), c.encoding, c.end})
		text := strings.ReplaceAll(strings.Join([]string{"sep=,", "p,s,d", "p1,a§,GUILTY", `# "`, `p2,"b""\"`, "", ",,"}, c.end), ",", c.delimiter)
		source := in(c.encoding, text)
		switch c.encoding {
		case "", "utf-8-or-windows-1252":
			source = text + "\xa7"
		case "utf-16":
			source = "\xfe\xff" + in("utf-16be", text)
		}
		f.Add(uint8(i), []byte(source), int64(7))
	}
	trailer := form(f, "", `header: optional, header_begins_with: p, trailer: {first_field: T, rows_field: 2}`)
	layouts = append(layouts, formOfFuzz{trailer, false, "", "\n"})
	f.Add(uint8(len(oddForms)), []byte("p,s,d\np1,a,GUILTY\nT,1\np,s,d\nT,0\n"), int64(3))
	f.Fuzz(func(t *testing.T, which uint8, source []byte, target int64) {
		c := layouts[int(which)%len(layouts)]
		lines := accounted(t, c.layout, source, target)
		if lines < 0 || c.multiline {
			return
		}
		if want := c.countLines(source); lines != want {
			t.Errorf("%d rows read of %d lines", lines, want)
		}
	})
}

// countLines is the number of lines of a source that is read, counted without
// the readers.
func (c *formOfFuzz) countLines(source []byte) int64 {
	text := source
	if strings.HasPrefix(c.encoding, "utf-16") {
		text = asUTF8(c.encoding, source)
	}
	end := []byte(c.end)
	switch {
	case c.end == "†" && c.encoding == "windows-1252":
		end = []byte{0x86}
	case c.end == "†", c.end == "@":
	default:
		return countLines(text)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	n := bytes.Count(text, end)
	if len(text) > 0 && !bytes.HasSuffix(text, end) {
		n++
	}
	return int64(n)
}

type formOfFuzz struct {
	layout        *readers.Layout
	multiline     bool
	encoding, end string
}

// asUTF8 decodes UTF-16; an odd byte at the end is a character.
func asUTF8(encoding string, source []byte) []byte {
	order := binary.ByteOrder(binary.LittleEndian)
	if encoding == "utf-16be" || bytes.HasPrefix(source, []byte("\xfe\xff")) {
		order = binary.BigEndian
	}
	var units []uint16
	for ; len(source) > 1; source = source[2:] {
		units = append(units, order.Uint16(source))
	}
	if len(source) == 1 {
		units = append(units, '?')
	}
	return []byte(string(utf16.Decode(units)))
}

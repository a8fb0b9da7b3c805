package readers

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/readers/marks"
	"github.com/clearsweep/clearsweep/schemas"
)

// fast and tolerant are the two ways to cut the same delimited text: eight bytes at a
// time, and a character at a time.
func fastAndTolerant(delimiter, quote string) (fast, tolerant *delimited) {
	fast = &delimited{delimiter: delimiter, quote: quote}
	fast.compile()
	tolerant = &delimited{delimiter: delimiter, quote: quote}
	tolerant.compile()
	tolerant.plain = false
	return fast, tolerant
}

// agree fails unless both ways cut a row into the same fields, or refuse it for the
// same reason.
func agree(t interface{ Errorf(string, ...any) }, fast, tolerant *delimited, row []byte) {
	type outcome struct {
		fields []string
		reason schemas.RejectReason
		ok     bool
	}
	cut := func(d *delimited) (o outcome) {
		var cells []cell
		cells, o.reason, o.ok = d.split(row, nil)
		if !o.ok {
			return o
		}
		for _, c := range cells {
			v, _ := d.text(row, c, nil)
			o.fields = append(o.fields, string(v))
		}
		return o
	}
	want := cut(tolerant)
	if diff := cmp.Diff(want, cut(fast), cmp.AllowUnexported(outcome{})); diff != "" {
		t.Errorf("%q with %q: -tolerant +fast\n%s", row, fast.delimiter, diff)
	}
	// And so does the one that keeps every second field.
	wanted := []int{1, 3, 5, 7, 9, math.MaxInt}
	cells, fields, reason, ok := fast.splitWanted(row, wanted, nil)
	if ok != want.ok || reason != want.reason || ok && fields != len(want.fields) {
		t.Errorf("%q: %d fields, %v, %v; want %d, %v, %v", row, fields, reason, ok, len(want.fields), want.reason, want.ok)
		return
	}
	for i, c := range cells {
		if v, _ := fast.text(row, c, nil); ok && string(v) != want.fields[wanted[i]] {
			t.Errorf("%q: field %d is %q, want %q", row, wanted[i], v, want.fields[wanted[i]])
		}
	}
	if ok && len(cells) != min(len(want.fields)/2, len(wanted)-1) {
		t.Errorf("%q: %d of %d fields kept", row, len(cells), len(want.fields))
	}
}

// marksAgreeOn fails unless marks cut a row as d does, or say that it is not regular where it has quotes that are doubled
// or astray.
func marksAgreeOn(t interface{ Fatalf(string, ...any) }, d *delimited, row []byte) {
	end := 1
	for ; bytes.IndexByte(row, byte(end)) >= 0 || d.special[end] || end == '\r'; end++ { // a row is shorter than there are bytes
	}
	around := bytes.Repeat([]byte("a"+d.delimiter+d.quote), 41)
	buf := slices.Concat(around, row, []byte{byte(end)}, around)
	m := &marked{of: marks.Bytes{Comma: d.comma, Quote: d.comma, End: byte(end)}, quoted: d.quote != ""}
	if m.quoted {
		m.of.Quote = d.mark
	}
	m.mark(buf, 0)
	text, size, lines, in := m.row(buf, len(around), len(buf))
	if want := trimReturns(row); !bytes.Equal(text, want) || size != len(row)+1 || lines != 1 {
		t.Fatalf("%q of %d bytes in %d lines, want %q", text, size, lines, want)
	}
	cells, _, ok := d.split(text, nil)
	beyond := (len(around)+len(text))/marks.Size < (len(around)+len(row))/marks.Size // a return there is taken for one more byte
	if regular := ok && !slices.ContainsFunc(cells, func(c cell) bool { return c.escaped }); in.regular != regular && (in.regular || !beyond) {
		t.Fatalf("%q: regular %v, want %v", text, in.regular, regular)
	}
	if !in.regular {
		return
	}
	ends := in.fields(text)
	if len(ends)-1 != len(cells) {
		t.Fatalf("%q: %d fields, want %d", text, len(ends)-1, len(cells))
	}
	for i, c := range cells {
		got := cell{start: int(ends[i]) + 1, end: int(ends[i+1])}
		if in.quotes && got.start < got.end && text[got.start] == d.mark {
			got.start, got.end = got.start+1, got.end-1
		}
		if got != c {
			t.Fatalf("%q: field %d at %v, want %v", text, i, got, c)
		}
	}
}

// A row of no bytes has one field, wherever it stands.
func TestARowOfNoBytes(t *testing.T) {
	for at := range 130 {
		buf := bytes.Repeat([]byte{','}, 200)
		buf[at] = '\n'
		m := &marked{of: marks.Bytes{Comma: ',', Quote: '"', End: '\n'}, quoted: true}
		m.mark(buf, 0)
		text, size, lines, in := m.row(buf, at, len(buf))
		if ends := in.fields(text); len(text) != 0 || size != 1 || lines != 1 || !in.regular || !slices.Equal(ends, []int32{-1, 0}) {
			t.Errorf("at %d: %q of %d bytes, regular %v, ends %v", at, text, size, in.regular, ends)
		}
	}
}

func TestTheFastSplitterAgreesWithTheTolerant(t *testing.T) {
	for _, form := range [][2]string{{",", `"`}, {"|", "'"}, {"\t", ""}, {"\x01", `"`}} {
		fast, tolerant := fastAndTolerant(form[0], form[1])
		rapid.Check(t, func(t *rapid.T) {
			letters := []rune("ab-\r\x00\x2d" + form[0] + form[0] + form[1] + form[1] + "é‡")
			row := []byte(rapid.StringOf(rapid.RuneFrom(letters)).Draw(t, "row"))
			agree(t, fast, tolerant, row)
			marksAgreeOn(t, fast, row)
		})
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte(`a,"b ""c"", d",,e-f`), byte(','), byte('"'))
	f.Add([]byte("a,\"b\"\r"), byte(','), byte('"'))
	f.Add([]byte("a|b-c|'d|e'"), byte('|'), byte('\''))
	f.Fuzz(func(t *testing.T, row []byte, delimiter, quote byte) {
		if delimiter == quote || delimiter >= 0x80 || quote >= 0x80 || delimiter == '\\' || quote == '\\' || delimiter == '\r' || quote == '\r' {
			return // no layout has them
		}
		fast, tolerant := fastAndTolerant(string(rune(delimiter)), string(rune(quote)))
		agree(t, fast, tolerant, row)
		if len(row) < 200 {
			marksAgreeOn(t, fast, row)
		}
	})
}

// A column with more texts than words have begins anew; another goes on.
func TestWordsGoOn(t *testing.T) {
	var words Words
	column := next(&words.raw, mostWords)
	if column.number([]byte("a")); next(&words.raw, mostWords) != column {
		t.Error("a column of one word does not go on")
	}
	for i := range mostWords + 1 {
		column.number(fmt.Append(nil, i))
	}
	if next(&words.raw, mostWords) == column {
		t.Errorf("a column of %d words goes on", column.len())
	}
	column = next(&words.raw, mostWords)
	column.number(make([]byte, mostWordBytes+1))
	if next(&words.raw, mostWords) == column {
		t.Errorf("a column of %d bytes goes on", len(column.text))
	}
}

// Each text has one number, and its words stay what they are when more come.
func TestLexicon(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLexicon()
		var known []string
		texts := rapid.SliceOf(rapid.SampledFrom([]string{"", "a", "b", "ab", "abc", "\x00", "é"})).Draw(t, "texts")
		for i := range 600 {
			texts = append(texts, string(rune('A'+i)))
		}
		for i, text := range texts {
			want := slices.Index(known, text)
			if want < 0 {
				want = len(known)
				known = append(known, text)
			}
			if got := l.number([]byte(text)); int(got) != want {
				t.Fatalf("text %d has the number %d, want %d", i, got, want)
			}
		}
		before := l.words()
		defer before.Release()
		l.number([]byte("one more"))
		for i, text := range known {
			if before.ValueStr(i) != text {
				t.Fatalf("word %d is %q, want %q", i, before.ValueStr(i), text)
			}
		}
	})
}

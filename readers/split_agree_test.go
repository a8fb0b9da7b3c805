package readers

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
	// And so do the two that keep every second field, one of them by marks.
	wanted := []int{1, 3, 5, 7, 9, math.MaxInt}
	cells, fields, reason, ok := fast.splitWanted(row, wanted, nil)
	in := stretchOf(fast, row)
	byMarks, markedFields, markedReason, markedOK := in.split(fast, row, wanted, nil)
	if diff := cmp.Diff([]any{cells, fields, reason, ok}, []any{byMarks, markedFields, markedReason, markedOK}, cmp.AllowUnexported(cell{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%q with %q: -splitWanted +marks\n%s", row, fast.delimiter, diff)
	}
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

// A row of no bytes has one field, wherever it stands.
func TestARowOfNoBytes(t *testing.T) {
	fast, _ := fastAndTolerant(",", `"`)
	m := &marked{of: marks.Bytes{Comma: ',', Quote: '"', End: '\n'}}
	m.mark(bytes.Repeat([]byte{','}, 200), 0)
	for at := range 130 {
		in := stretch{marks: m, at: at}
		if cells, fields, _, ok := in.split(fast, nil, []int{0, 1 << 20}, nil); !ok || fields != 1 || len(cells) != 1 || cells[0] != (cell{}) {
			t.Errorf("at %d: %v, %d fields, %v", at, cells, fields, ok)
		}
	}
}

// stretchOf is a row in the middle of a buffer that holds much of what shapes text.
func stretchOf(d *delimited, row []byte) *stretch {
	around := strings.Repeat("a"+d.delimiter+d.quote, 41)
	m := &marked{of: marks.Bytes{Comma: d.comma, Quote: d.comma, End: '\n'}, quoted: d.quote != ""}
	if m.quoted {
		m.of.Quote = d.mark
	}
	m.mark(slices.Concat([]byte(around), row, []byte(around)), 0)
	return &stretch{marks: m, at: len(around), quotes: d.quote != "" && bytes.IndexByte(row, d.mark) >= 0}
}

func TestTheFastSplitterAgreesWithTheTolerant(t *testing.T) {
	for _, form := range [][2]string{{",", `"`}, {"|", "'"}, {"\t", ""}, {"\x01", `"`}} {
		fast, tolerant := fastAndTolerant(form[0], form[1])
		rapid.Check(t, func(t *rapid.T) {
			letters := []rune("ab-\x00\x2d" + form[0] + form[0] + form[1] + form[1] + "é‡")
			agree(t, fast, tolerant, []byte(rapid.StringOf(rapid.RuneFrom(letters)).Draw(t, "row")))
		})
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte(`a,"b ""c"", d",,e-f`), byte(','), byte('"'))
	f.Add([]byte("a|b-c|'d|e'"), byte('|'), byte('\''))
	f.Fuzz(func(t *testing.T, row []byte, delimiter, quote byte) {
		if delimiter == quote || delimiter >= 0x80 || quote >= 0x80 || delimiter == '\\' || quote == '\\' {
			return
		}
		fast, tolerant := fastAndTolerant(string(rune(delimiter)), string(rune(quote)))
		agree(t, fast, tolerant, row)
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

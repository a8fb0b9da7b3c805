package readers

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

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
	if diff := cmp.Diff(cut(tolerant), cut(fast), cmp.AllowUnexported(outcome{})); diff != "" {
		t.Errorf("%q with %q: -tolerant +fast\n%s", row, fast.delimiter, diff)
	}
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

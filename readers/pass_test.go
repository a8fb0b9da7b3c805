package readers

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// ends are where the rows of a text end, and the line of the row behind each.
func ends(t *rapid.T, text string) (list [][2]int64) {
	s := &rowScanner{r: strings.NewReader(text), terminator: []byte{'\n'}, multiline: true, quote: []byte{'"'}, maxRow: 1 << 20, line: 1}
	for {
		var row rawRow
		err := s.next(&row)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, [2]int64{s.offset, s.line})
	}
}

// Rows that are passed at once are those that come one by one, as far as they go: up to a quote
// that does not close, or the end.
func TestRowsPassedAreRowsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab,\"\"\n\n\r")), 0, 200, -1).Draw(t, "text")
		whole, rows, lines := countRows([]byte(text), '"', '\n')
		list := ends(t, text)
		if int(rows) > len(list) {
			t.Fatalf("%d rows passed, %d read", rows, len(list))
		}
		want := [2]int64{0, 1}
		if rows > 0 {
			want = list[rows-1]
		}
		if got := [2]int64{int64(whole), 1 + lines}; got != want {
			t.Fatalf("after %d rows at byte and line %v, read %v", rows, got, want)
		}
		rest := text[whole:]
		if bytes.Count([]byte(rest), []byte{'"'})%2 == 0 && strings.HasSuffix(rest, "\n") {
			t.Fatalf("%d bytes were not passed, and no quote is open", len(rest))
		}
	})
}

// A source is surveyed alike whether its rows are passed at once or not.
func TestSurveysPassAlike(t *testing.T) {
	source := []byte("layout: test\nabout: a test\nmax_row_bytes: 5000\ndelimited: {header: required, columns_by: name, multiline: true}\ncolumns: [person_id, statute, disposition]\n" +
		"fields:\n  person_id: person_id\n  statute: statute\n  disposition: {from: disposition, map: {exact: {convicted: [x]}}, blank: unknown}\n")
	l, err := ParseLayout("test", source)
	if err != nil {
		t.Fatal(err)
	}
	commented, err := ParseLayout("test", bytes.Replace(source, []byte("multiline: true"), []byte("multiline: true, comment: '#'"), 1)) // never passed
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SampledFrom([]string{
			"p,s,x\n", "\n", "\"p\",\"s\"\"s\",x\r\n", "p,\"a\nb\n\",x\n", "p,\"a,x\n", "p," + strings.Repeat("s", 3000) + ",x\n", "p," + strings.Repeat("s", 4993) + ",x\n", "p," + strings.Repeat("s", 5010) + ",x\n", "\"\",,\n",
		}), 1, 40).Draw(t, "rows")
		text := "person_id,statute,disposition\n" + strings.Repeat(strings.Join(rows, ""), rapid.IntRange(1, 200).Draw(t, "times")) + rapid.SampledFrom([]string{"", "p,s,x", "p,\"s"}).Draw(t, "end")
		target := int64(rapid.IntRange(1, 1<<18).Draw(t, "target"))
		got, err := l.Survey(t.Context(), "test", strings.NewReader(text), target)
		want, wantErr := commented.Survey(t.Context(), "test", strings.NewReader(text), target)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, one by one %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if got.Rows != want.Rows || len(got.Ranges) != len(want.Ranges) {
			t.Fatalf("%d rows in %d ranges, one by one %d in %d", got.Rows, len(got.Ranges), want.Rows, len(want.Ranges))
		}
		for i := range got.Ranges {
			if got.Ranges[i] != want.Ranges[i] {
				t.Fatalf("range %d: %+v, one by one %+v", i, got.Ranges[i], want.Ranges[i])
			}
		}
	})
}

package tables_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/tables"
)

func jsonRows(t *testing.T, text string, wanted ...string) ([]string, error) {
	t.Helper()
	return rowsOf(tables.JSON, text, wanted)
}

// rowsOf are the rows of a table of a kind.
func rowsOf(kind containers.Kind, text string, wanted []string) ([]string, error) {
	r, err := tables.OpenText(kind, iotest.OneByteReader(strings.NewReader(text)), wanted)
	if err != nil {
		return nil, err
	}
	all, err := io.ReadAll(r)
	list := strings.Split(strings.ReplaceAll(string(all), "\x1f", "|"), "\x1e")
	return list[:len(list)-1], err
}

func TestObjectsAreRows(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"values":                {`{"a":"x","B":1.50,"c":true}` + "\n" + `{"c":null,"b":-1e3,"z":1}`, []string{"a|B|c", "x|1.50|true", "|-1e3|"}},
		"outer and inner":       {`{"p":{"a":1,"q":{"b":"é"}}}`, []string{"p.a|p.q.b", "1|é"}},
		"a list":                {`{"a":[1,{"b":[2]}],"b":"x"}`, []string{"a|b", "\xff|x"}},
		"an object for a value": {`{"a":{"x":1},"b":"y"}`, []string{"a|b", "\xff|y"}},
		"a blank line":          {"{\"a\":1}\n\n \n{\"a\":2}\n", []string{"a", "1", "", "", "2"}},
		"no object":             {"{\"a\":1}\nnull\n[1]\n{\"a\":\n{\"a\":1} x\n{\"a\":1}{\"a\":2}\n", []string{"a", "1", "\xffnull", "\xff[1]", "\xff{\"a\":", "\xff{\"a\":1} x", "\xff{\"a\":1}{\"a\":2}"}},
		"a key twice":           {"{\"a\":1}\n{\"a\":1,\"A\":2}\n", []string{"a", "1", "\xff{\"a\":1,\"A\":2}"}},
		"no UTF-8":              {"{\"a\":1,\"b\":2}\n{\"a\":\"\xff\"}\n", []string{"a|b", "1|2", "|\xff"}},
		"an end in a value":     {"{\"a\":\"x\\u001fy\",\"b\":2}\n", []string{"a|b", "\xff|2"}},
		"a mark, CR LF":         {"\xef\xbb\xbf{\"a\":1}\r\n{\"a\":2}\r\n", []string{"a", "1", "2"}},
		"escapes and breaks":    {`{"a":"x\ny \"z\""}`, []string{"a", "x\ny \"z\""}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := jsonRows(t, c.text, "a", "b", "c", "p.a", "p.q.b")
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("error %v, rows (-want +got):\n%s", err, diff)
			}
		})
	}
	if got, err := jsonRows(t, `{"x":1,"y":2}`); err != nil || got[0] != "x|y" {
		t.Errorf("all columns: %q, %v", got, err)
	}
}

func TestJSONThatIsRefused(t *testing.T) {
	first := strings.Repeat(`{"a":1}`+"\n", 200_000)
	for name, c := range map[string]struct{ text, want string }{
		"no objects":               {"{\n\"a\": 1\n}\n", "none of its first lines is an object"},
		"other columns":            {`{"x":1}`, "none of the columns that the layout names"},
		"a column that comes late": {first + `{"a":1,"b":2}`, `line 200001: the column "b" is not in the first MiB`},
	} {
		if _, err := jsonRows(t, c.text, "a", "b"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	long := `{"a":1}` + "\n" + `{"a":"` + strings.Repeat("x", 17<<20) + `"}` + "\n" + `{"a":2}` + "\n"
	r, err := tables.OpenJSON(strings.NewReader(long), []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !strings.HasPrefix(string(got), "a\x1e1\x1e\xff{\"a\":\"xxx") || !strings.HasSuffix(string(got), "x\x1e2\x1e") || len(got) > 1<<17 {
		t.Errorf("a line too long: %d bytes, error %v", len(got), err)
	}
}

// Lines that are read by themselves are the rows that they are in the whole file, each tells where it
// begins, and a column that comes too late is told with its line.
func TestLinesAreReadByThemselves(t *testing.T) {
	wanted := []string{"a", "b.c"}
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{
			`{"a":1}`, `{"A":"x","b":{"c":"é"}}`, `{"b":{"c":null}}`, `null`, "", " ", `{"a":`, "{\"a\":\"\xff\"}", `{"a":"x\u001ey"}`, `{"a":[1]}`,
			`{"a":"` + strings.Repeat("long ", 9000) + `"}`,
		})
		lines := append([]string{`{"b":{"c":0},"a":0}`}, rapid.SliceOfN(line, 0, 40).Draw(t, "lines")...)
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end")
		text := rapid.SampledFrom([]string{"", "\xef\xbb\xbf"}).Draw(t, "mark") + strings.Join(lines, end)
		if rapid.Bool().Draw(t, "ended") {
			text += end
		}
		want, err := rowsOf(tables.JSON, text, wanted)
		if err != nil {
			t.Fatal(err)
		}
		header, err := tables.JSONHeader([]byte(text), wanted)
		if err != nil {
			t.Fatal(err)
		}
		rest, first := text, 1
		for rest != "" {
			part := rest
			if n := rapid.IntRange(1, 20).Draw(t, "lines of a part"); strings.Count(rest, "\n") > n {
				part = strings.Join(strings.SplitAfterN(rest, "\n", n+1)[:n], "")
			}
			r, err := tables.JSONLines(iotest.HalfReader(strings.NewReader(part)), header, wanted, int64(first))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			begin := int64(0)
			for source := range strings.Lines(part) {
				row, behind, _ := strings.Cut(string(got), "\x1e")
				if told := r.Begin(); row != strings.ReplaceAll(want[first], "|", "\x1f") || told != begin {
					t.Fatalf("line %d: %q, begins at %d, want %q, %d", first, row, told, want[first], begin)
				}
				got, begin, first = []byte(behind), begin+int64(len(source)), first+1
			}
			if len(got) > 0 {
				t.Fatalf("%q behind the last line", got)
			}
			rest = rest[len(part):]
		}
		if first != len(want) {
			t.Fatalf("%d lines, want %d", first-1, len(want)-1)
		}
	})
	r, err := tables.JSONLines(strings.NewReader("{\"a\":1}\n{\"b\":{\"c\":2}}\n"), []byte("a"), wanted, 70)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); string(got) != "1\x1e" || err == nil || !strings.Contains(err.Error(), `line 71: the column "b.c" is not in the first MiB`) {
		t.Errorf("%q, error %v", got, err)
	}
}

// Every line is a row, whatever is in it.
func FuzzJSON(f *testing.F) {
	f.Add([]byte("{\"a\":1}\n{\"b\":{\"c\":[1]}}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := tables.OpenJSON(bytes.NewReader(text), []string{"a", "b.c"})
		if err != nil {
			return
		}
		got, err := io.ReadAll(r)
		if err != nil {
			return
		}
		lines := bytes.Count(text, []byte("\n"))
		if len(text) > 0 && text[len(text)-1] != '\n' {
			lines++
		}
		if rows := bytes.Count(got, []byte{tables.RowEnd}); rows != lines+1 {
			t.Errorf("%d rows of %d lines", rows-1, lines)
		}
	})
}

package readers_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// Spoilt text is told of wherever it stands, also where a reading ends within it.
func TestSpoiltText(t *testing.T) {
	const piece = 1 << 20
	row := []byte("p,s,d\n" + strings.Repeat("p1,a,GUILTY\n", piece/12+10))
	at := func(i int, mark string) []byte {
		spoilt := bytes.Clone(row)
		copy(spoilt[i:], mark)
		return spoilt
	}
	for name, c := range map[string]struct {
		source []byte
		want   string
	}{
		"sound":                       {row, ""},
		"sound, with the same letter": {[]byte("p,s,d\np1,\u00c3\u00c2 \u00e2,GUILTY\n"), ""},
		"replaced":                    {[]byte("p,s,d\np1,\ufffd\ufffd,GUILTY\n"), "2 replacement characters"},
		"encoded twice":               {[]byte("p,s,d\np1,\u00c3\u00a9,GUILTY\n"), "1 characters that look encoded twice"},
		"a section sign":              {[]byte("p,s,d\np1,\u00c2\u00a7,GUILTY\n"), "1 characters that look encoded twice"},
		"quotes":                      {[]byte("p,s,d\np1,\u00e2\u20ac\u2122,GUILTY\n"), "1 quotes or dashes"},
		"before the end of a piece":   {at(piece-3, "\ufffd"), "1 replacement characters"},
		"over it":                     {at(piece-2, "\ufffd"), "1 replacement characters"},
		"over it by one":              {at(piece-1, "\ufffd"), "1 replacement characters"},
		"behind it":                   {at(piece, "\ufffd"), "1 replacement characters"},
	} {
		l := form(t, "", "header: required")
		for way, in := range map[string]io.Reader{
			"": bytes.NewReader(c.source), ", byte by byte": iotest.OneByteReader(bytes.NewReader(c.source)),
		} {
			s, err := l.Survey(t.Context(), "x.csv", in, 1<<20)
			if err != nil {
				t.Fatalf("%s%s: %v", name, way, err)
			}
			got := strings.Join(s.Warnings, "\n")
			if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) || len(s.Warnings) > 1 {
				t.Errorf("%s%s (-want +got):\n%s", name, way, cmp.Diff(c.want, got))
			}
		}
	}
	l := form(t, "windows-1252", "header: required")
	if s, err := l.Survey(t.Context(), "x.csv", strings.NewReader("p,s,d\np1,\xef\xbf\xbd,GUILTY\n"), 100); err != nil || len(s.Warnings) > 0 {
		t.Errorf("in another encoding: %v, %v", s.Warnings, err)
	}
}

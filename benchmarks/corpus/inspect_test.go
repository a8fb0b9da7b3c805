package corpus_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/benchmarks/corpus"
	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/inspect"
)

// usual is what inspect says of an extract of the corpus with which nothing is odd that it
// looks at.
const usual = "delimited , utf-8 LF header " + isoDates + " generic/charges"

const isoDates = "birth_date:YYYY-MM-DD disposition_date:YYYY-MM-DD offense_date:YYYY-MM-DD arrest_date:YYYY-MM-DD"

// dated is an extract whose dates are of one format.
func dated(format string) string {
	return strings.ReplaceAll(strings.TrimSuffix(usual, " generic/charges"), "YYYY-MM-DD", format)
}

// foreign is what it says where no layout that ships reads all rows.
func foreign(usually, here string) string {
	return strings.Replace(strings.TrimSuffix(usual, " generic/charges"), usually, here, 1)
}

// odd is what it says of the others, by kind.
var odd = map[int]string{
	4:   foreign("utf-8", "windows-1252"),
	5:   foreign("utf-8", "windows-1252"),
	6:   foreign("utf-8", "windows-1252"), // nothing tells Macintosh from it
	7:   foreign("utf-8", "utf-8-or-windows-1252"),
	9:   foreign("utf-8", "utf-16"),
	12:  "records descriptor ibm037",
	13:  "records descriptor ibm037", // code page 500 but for five characters
	27:  strings.Replace(usual, "LF", "CR", 1),
	29:  strings.Replace(usual, "LF", "CRLF", 1),
	38:  "delimited , utf-8 LF header",
	42:  foreign("", ""),
	46:  foreign("header", "header #"),
	66:  foreign("header", "header backslash"),
	67:  foreign("header", "header '"),
	68:  foreign("header", "header multiline"),
	69:  foreign("LF header", "CRLF header multiline"),
	79:  "fixed lines utf-8 LF",
	81:  "fixed lines utf-8 LF",
	82:  "fixed lines utf-8 LF",
	83:  "fixed lines utf-8 LF",
	84:  "records descriptor ibm037",
	94:  dated("M/D/YY"),
	95:  dated("CYYMMDD"),
	96:  dated("YYYYDDD"),
	97:  "delimited , utf-8 LF header", // a number is no date until somebody says so
	106: strings.Replace(usual, " generic", " sentence_date:YYYY-MM-DD generic", 1),
	108: strings.Replace(usual, "birth_date:YYYY-MM-DD ", "", 1), // births in the years 1 and 2999
	135: "gzip " + usual,
	140: "zip " + usual,
	145: "gzip " + usual,
	146: "gzip gzip " + usual,
	147: "zstd " + usual,
}

// What inspect says of every file of the corpus that is read without a reject.
func TestInspectNamesTheCorpus(t *testing.T) {
	looked := 0
	for _, k := range corpus.Kinds() {
		if k.Want.Refused != "" || k.Want.Rejects != "" {
			continue
		}
		want, ok := odd[k.Number]
		if !ok {
			want = usual
		}
		for _, f := range k.Files {
			all, err := inspect.File(t.Context(), f.Name, bytes.NewReader(f.Data), int64(len(f.Data)), readers.Layouts(), containers.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range all {
				looked++
				if got := brief(&r); got != want {
					t.Errorf("%d %s is\n%q, want\n%q", k.Number, k.Name, got, want)
				}
			}
		}
	}
	if looked < 80 {
		t.Errorf("%d files were looked at", looked)
	}
	t.Logf("%d files", looked)
}

// brief is a report in a line.
func brief(r *inspect.Report) string {
	parts := append(slices.Clone(r.Containers), r.Form, r.Delimiter, r.Framing, r.Encoding, r.Terminator)
	if r.Header {
		parts = append(parts, "header")
	}
	parts = append(parts, r.Comment, r.Quote, r.Escape)
	if r.Multiline {
		parts = append(parts, "multiline")
	}
	for _, c := range r.Columns {
		for _, d := range c.Dates {
			parts = append(parts, c.Name+":"+d.Format)
		}
	}
	if len(r.Layouts) > 0 && r.Layouts[0].Score > 0.95 {
		parts = append(parts, r.Layouts[0].Layout)
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

package inspect_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/inspect"
)

func reports(t testing.TB, content []byte) []inspect.Report {
	t.Helper()
	all, err := inspect.File(t.Context(), "in.dat", bytes.NewReader(content), int64(len(content)), readers.Layouts(), containers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// brief is a report in a line: container, form, delimiter or framing, encoding, header,
// terminator, and the layout that reads it best.
func brief(r *inspect.Report) string {
	parts := append([]string{}, r.Containers...)
	parts = append(parts, r.Form)
	for _, part := range []string{r.Delimiter, r.Framing, r.Encoding, r.Terminator} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if r.Header {
		parts = append(parts, "header")
	}
	if r.Multiline {
		parts = append(parts, "multiline")
	}
	if len(r.Layouts) > 0 && r.Layouts[0].Score > 0 {
		parts = append(parts, r.Layouts[0].Layout)
	}
	return strings.Join(parts, " ")
}

// people is a table of so many rows, with a header, its cells parted by a delimiter.
func people(delimiter, end string, rows int) string {
	var b strings.Builder
	b.WriteString(strings.Join([]string{"sid", "dob", "offense code", "verdict"}, delimiter) + end)
	for i := range rows {
		fmt.Fprintf(&b, "%07d%s%02d/%02d/19%02d%s11357%s%s%s", 1234567+i, delimiter, i%12+1, i%28+1, i%90+10, delimiter, delimiter,
			[]string{"GUILTY", "DISMISSED", "NULL"}[i%3], end)
	}
	return b.String()
}

func asUTF16(t testing.TB, text string) []byte {
	t.Helper()
	b, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func asEBCDIC(t testing.TB, text string) []byte {
	t.Helper()
	b, err := charmap.CodePage037.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func described(records ...[]byte) (b []byte) {
	for _, r := range records {
		b = binary.BigEndian.AppendUint16(b, uint16(len(r)+4))
		b = append(append(b, 0, 0), r...)
	}
	return b
}

func zipped(t testing.TB, texts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, text := range texts {
		f, err := w.Create(fmt.Sprintf("%d.csv", i))
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asParquet(t testing.TB) []byte {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "person_id", Type: arrow.BinaryTypes.String},
		{Name: "statute", Type: arrow.BinaryTypes.String},
		{Name: "disposition", Type: arrow.BinaryTypes.String},
		{Name: "birth_date", Type: arrow.FixedWidthTypes.Date32},
	}, nil)
	rows, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(
		`[{"person_id":"P1","statute":"11357(a) HS","disposition":"CONVICTED","birth_date":"1970-03-14"}]`))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := pqarrow.NewFileWriter(schema, &b, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(rows), w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatAnExtractIs(t *testing.T) {
	fixed := strings.Repeat("Dp1  11357GUILTY19700314\n", 30)
	record := asEBCDIC(t, "CH001 11357     GUILTY   ")
	ordinary := people(",", "\n", 40)
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"comma":             {[]byte(ordinary), "delimited , utf-8 LF header"},
		"tab, CRLF":         {[]byte(people("\t", "\r\n", 40)), "delimited \t utf-8 CRLF header"},
		"bar, CR":           {[]byte(people("|", "\r", 40)), "delimited | utf-8 CR header"},
		"semicolon":         {[]byte(people(";", "\n", 40)), "delimited ; utf-8 LF header"},
		"daggers":           {[]byte(people("‡", "†", 40)), "delimited ‡ utf-8 † header"},
		"no header":         {[]byte(ordinary[strings.IndexByte(ordinary, '\n')+1:]), "delimited , utf-8 LF"},
		"a header, no rows": {[]byte("sid,dob,code\n"), "delimited , utf-8 LF header"},
		"names that are twice": {
			[]byte("a,b,c,d,e,f,g,h,i,j,k,a\n" + strings.Repeat("1,2,3,4,5,6,7,8,9,10,11,12\n", 9)), "delimited , utf-8 LF header",
		},
		"quotes":               {[]byte(strings.ReplaceAll(ordinary, "GUILTY", `"GUILTY, ""AS CHARGED"""`)), "delimited , utf-8 LF header"},
		"line breaks inside":   {[]byte(strings.ReplaceAll(ordinary, "GUILTY", "\"GUILTY\nAS CHARGED\"")), "delimited , utf-8 LF header multiline"},
		"quotes of no meaning": {[]byte(strings.ReplaceAll(people("|", "\n", 40), "GUILTY", `5" KNIFE`)), "delimited | utf-8 LF header"},
		"UTF-8":                {[]byte(strings.ReplaceAll(ordinary, "GUILTY", "ÉÑ")), "delimited , utf-8 LF header"},
		"a mark":               {[]byte("\xef\xbb\xbf" + ordinary), "delimited , utf-8 LF header"},
		"Windows":              {[]byte(strings.ReplaceAll(ordinary, "GUILTY", "O\x92NEIL")), "delimited , windows-1252 LF header"},
		"mixed":                {[]byte(strings.ReplaceAll(ordinary, "GUILTY", "§\xa7")), "delimited , utf-8-or-windows-1252 LF header"},
		"UTF-16":               {asUTF16(t, "\ufeff"+ordinary), "delimited , utf-16 LF header"},
		"UTF-16, no mark":      {asUTF16(t, ordinary), "delimited , utf-16le LF header"},
		"fixed columns":        {[]byte(fixed), "fixed lines utf-8 LF"},
		"descriptors":          {described(record, record, record, record[:9]), "records descriptor ibm037"},
		"records of a length":  {bytes.Repeat(asEBCDIC(t, "CH001 11357     GUILTY    1970"), 50), "records length ibm037"},
		"gzip":                 {gzipped(t, ordinary), "gzip delimited , utf-8 LF header"},
		"Parquet":              {asParquet(t), "parquet table utf-8 header generic/charges"},
		"our own":              {[]byte("person_id,statute,disposition\nP1,11357 HS,CONVICTED\n"), "delimited , utf-8 LF header generic/charges"},
		"nothing":              {nil, "empty"},
		"Access":               {[]byte("\x00\x01\x00\x00Standard ACE DB\x00"), "an Access database: have its tables exported as text"},
		"JSON":                 {[]byte(`{"sid": 1}`), "ndjson table utf-8 header"},
		"JSON of our own":      {[]byte("{\"person_id\":\"P1\",\"statute\":\"11357 HS\",\"disposition\":\"CONVICTED\"}\n"), "ndjson table utf-8 header generic/charges"},
		"JSON in gzip":         {gzipped(t, "{\"sid\":1}\n"), "gzip ndjson table utf-8 header"},
		"a list in JSON":       {[]byte("[1]"), "a list in JSON: have it written as one object a line"},
		"an error":             {[]byte("<html>"), "a document of markup, such as the error answer of a web service"},
	} {
		t.Run(name, func(t *testing.T) {
			all := reports(t, c.content)
			if got := brief(&all[0]); len(all) != 1 || got != c.want {
				t.Errorf("it is %q, want %q", got, c.want)
			}
		})
	}
	all := reports(t, zipped(t, ordinary, people("|", "\n", 9)))
	if len(all) != 2 || all[1].Name != "in.dat!1.csv" || brief(&all[1]) != "zip delimited | utf-8 LF header" {
		t.Errorf("an archive is %+v", all)
	}
	if r := reports(t, bytes.Repeat(asEBCDIC(t, "CH001 11357     GUILTY    1970"), 50)); r[0].Lengths[0] != 30 {
		t.Errorf("records of %v bytes, want 30", r[0].Lengths)
	}
}

func TestColumns(t *testing.T) {
	r := reports(t, []byte(people(",", "\n", 60)))[0]
	want := []inspect.Column{
		{Name: "sid", Kind: "number", Distinct: 60, Longest: 7},
		{Name: "dob", Kind: "date", Dates: []inspect.Dates{{Format: "M/D/YYYY", Read: 60, Of: 60}}, Distinct: 60, Longest: 10},
		{Name: "offense code", Kind: "number", Distinct: 1, Longest: 5},
		{Name: "verdict", Kind: "code", Nulls: map[string]int{"NULL": 20}, Distinct: 2, Longest: 9},
	}
	if diff := cmp.Diff(want, r.Columns); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	for text, want := range map[string]inspect.Dates{
		"1999-05-21":           {Format: "YYYY-MM-DD"},
		"19990521":             {Format: "YYYYMMDD"},
		"05211999":             {Format: "MMDDYYYY"},
		"21.5.1999":            {},
		"21/5/1999":            {Format: "D/M/YYYY"},
		"5/6/1999":             {Format: "M/D/YYYY", Alike: "D/M/YYYY"},
		"21-MAY-99":            {Format: "DD-MON-YY"},
		"1999141":              {Format: "YYYYDDD"},
		"0990521":              {Format: "CYYMMDD"},
		"1999-05-21T00:00:00":  {Format: "YYYY-MM-DDThh:mm:ss"},
		"5/21/1999 1:02:03 PM": {Format: "M/D/YYYY h:mm:ss AM"},
	} {
		r := reports(t, []byte("when,what\n"+text+",x\n"+text+",y\n"))[0]
		var got inspect.Dates
		if len(r.Columns[0].Dates) > 0 {
			got = r.Columns[0].Dates[0]
		}
		if got.Format != want.Format || got.Alike != want.Alike {
			t.Errorf("%s is %q like %q, want %q like %q", text, got.Format, got.Alike, want.Format, want.Alike)
		}
	}
}

// Drafts are layouts, and read the file that they were drafted of.
func TestDrafts(t *testing.T) {
	for name, text := range map[string]string{
		"header": people("\t", "\n", 30), "no header": strings.SplitN(people(",", "\n", 30), "\n", 2)[1], "other names": "x,y\na,b\nc,d\n", "daggers": people("‡", "†", 9),
	} {
		r := reports(t, []byte(text))[0]
		layout, err := readers.ParseLayout(name, []byte(r.Draft("t/draft")))
		if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, r.Draft("t/draft"))
			continue
		}
		survey, err := layout.Survey(t.Context(), name, strings.NewReader(text), 1<<20)
		if err != nil || int(survey.Rows) != r.Sampled {
			t.Errorf("%s: its draft finds %v, error %v; %d rows were looked at", name, survey, err, r.Sampled)
		}
	}
	if r := reports(t, asEBCDIC(t, strings.Repeat("CH001 11357     GUILTY   ", 30)))[0]; r.Draft("t/draft") != "" {
		t.Error("a draft of records")
	}
}

// No value is printed.
func TestNoValueIsPrinted(t *testing.T) {
	const marker = "zqmarker"
	for _, text := range []string{
		"sid,name\n1," + marker + "\n2," + marker + "2\n", marker + "," + marker + "2\n1,2\n", "sid|name\n1|" + marker + "\n", "sid,name\n\"" + marker + ",2\n",
		strings.Repeat("D  "+marker+"            11357\n", 9),
	} {
		r := reports(t, []byte(text))[0]
		var b bytes.Buffer
		if err := r.Print(&b); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(text, marker) {
			continue // a name of a column, as far as anybody can tell
		}
		asJSON, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if all := b.String() + string(asJSON) + r.Draft("t/draft"); strings.Contains(all, marker) {
			t.Errorf("a value is printed:\n%s", all)
		}
	}
}

// The published files, each with what it is.
func TestPublishedFiles(t *testing.T) {
	folder := os.Getenv("CLEARSWEEP_DATA")
	if folder == "" {
		t.Skip("CLEARSWEEP_DATA does not name the folder of published extracts: NOT TESTED against them")
	}
	for name, want := range map[string]string{
		"ca-doj/input.csv":                                            "delimited , utf-8 LF header us-ca/doj-extract",
		"ca-doj/gogen_no_headers.csv":                                 "delimited , utf-8 CRLF us-ca/doj-extract",
		"ca-doj/gogen_extra_comma.csv":                                "delimited , utf-8 CRLF header us-ca/doj-extract",
		"ca-doj/gogen_bad.csv":                                        "delimited , utf-8 LF header",
		"ca-doj/expected_decisions.csv":                               "delimited , utf-8 LF header",
		"ca-doj/expected_all_results.csv":                             "delimited , utf-8 LF header",
		"cook-county-il/dispositions.csv":                             "delimited , utf-8 CRLF header us-il/cook-felonies",
		"cook-county-il/sentencing.csv":                               "delimited , utf-8 CRLF header us-il/cook-felonies",
		"cook-county-il/initiation.csv.gz":                            "gzip delimited , utf-8 CRLF header us-il/cook-felonies",
		"cook-county-il/intake.csv.gz":                                "gzip delimited , utf-8 CRLF header us-il/cook-felonies",
		"massachusetts-cfb/ExpungeCategories.csv":                     "delimited , utf-8 CRLF header multiline",
		"massachusetts-cfb/ExpungeCategories_mod.csv":                 "delimited , utf-8 LF header multiline",
		"massachusetts-cfb/converted_complaint_manual_index_AtoZ.csv": "delimited , utf-8 LF header multiline",
		"massachusetts-cfb/explanation_of_codes.csv":                  "delimited , utf-8 LF header",
		"massachusetts-cfb/interactive_middlesex.csv":                 "delimited , utf-8 LF header",
		"massachusetts-cfb/interactive_northwestern.csv":              "delimited , utf-8 LF header",
		"massachusetts-cfb/interactive_suffolk.csv":                   "delimited , utf-8 LF header",
		"massachusetts-cfb/missing_expungeability_08-02.csv":          "delimited , utf-8-or-windows-1252 LF header",
		"massachusetts-cfb/output_insertcommas.csv":                   "delimited , utf-8 CRLF",
		"massachusetts-cfb/prosecution_charges.csv":                   "delimited , utf-8 LF header",
		"massachusetts-cfb/prosecution_charges_detailed.csv":          "delimited , utf-8 LF header",
		"code-tables/recidiviz_ncic.csv":                              "delimited , utf-8 CRLF header",
		"code-tables/rota_uccs_code_map.json":                         "ndjson it is JSON, and none of its first lines is an object: have it written as one object a line",
	} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := brief(&reports(t, content)[0]); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "harris-county-tx", "*", "*.csv"))
	if err != nil || len(files) != 705 {
		t.Fatalf("%d daily files, error %v", len(files), err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r := reports(t, content)[0]
		want := "delimited , utf-8 CRLF header"
		if r.Sampled > 0 {
			want += " us-tx/harris-bookings"
		}
		dates := r.Sampled == 0 || len(r.Columns[2].Dates) == 1 && r.Columns[2].Dates[0].Format == "MMDDYYYY"
		if got := brief(&r); got != want || !dates {
			t.Errorf("%s is %q, its arrest dates %+v", filepath.Base(name), got, r.Columns[2].Dates)
		}
	}
}

package readers_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
)

const head = "person_id,statute,disposition,birth_date\n"

// secret stands in every bad row below; it must never come back in a reject or
// an error.
const secret = "Zzyzx"

// One bad row never costs another: the good rows around it are always read.
func TestBadRows(t *testing.T) {
	cases := map[string]struct {
		row  string
		want []schemas.Reject // Source and Line (3) are set below
		rows schemas.Rows
	}{
		"too few fields":       {secret + ",b,c", []schemas.Reject{{Reason: schemas.RowFieldCount, Want: 4, Got: 3}}, rejected},
		"too many fields":      {secret + ",b,c,,e", []schemas.Reject{{Reason: schemas.RowFieldCount, Want: 4, Got: 5}}, rejected},
		"other delimiter":      {secret + ";b;c;d", []schemas.Reject{{Reason: schemas.RowFieldCount, Want: 4, Got: 1}}, rejected},
		"stray quote":          {`p2,` + secret + `"b,GUILTY,`, []schemas.Reject{{Reason: schemas.RowStrayQuote}}, rejected},
		"text after quote":     {`p2,"` + secret + `"b,GUILTY,`, []schemas.Reject{{Reason: schemas.RowStrayQuote}}, rejected},
		"open quote":           {`p2,"` + secret + `,GUILTY,`, []schemas.Reject{{Reason: schemas.RowOpenQuote}}, rejected},
		"NUL":                  {"p2," + secret + "\x00,GUILTY,", []schemas.Reject{{Reason: schemas.RowNUL}}, rejected},
		"invalid UTF-8":        {"p2," + secret + "\xa9,GUILTY,", []schemas.Reject{{Reason: schemas.RowEncoding}}, rejected},
		"too long":             {"p2," + secret + strings.Repeat("a", 1<<20) + ",GUILTY,", []schemas.Reject{{Reason: schemas.RowTooLong, Want: 1 << 20, Got: 1<<20 + 17}}, rejected},
		"impossible date":      {"p2,b,GUILTY,2018-02-29", []schemas.Reject{{Reason: schemas.FieldDate, Column: "birth_date"}}, accepted},
		"date in other form":   {"p2,b,GUILTY,20180228", []schemas.Reject{{Reason: schemas.FieldDate, Column: "birth_date"}}, accepted},
		"unknown disposition":  {"p2,b," + secret + ",", []schemas.Reject{{Reason: schemas.FieldUnmapped, Column: "disposition"}}, accepted},
		"no person":            {",b,GUILTY,", []schemas.Reject{{Reason: schemas.FieldPersonKey, Column: "person_id"}}, accepted},
		"placeholder person":   {"unknown,b,GUILTY,", []schemas.Reject{{Reason: schemas.FieldPersonKey, Column: "person_id"}}, accepted},
		"blank line":           {"", nil, nonData},
		"line of blanks":       {"  \t ", nil, nonData},
		"header again, quoted": {`" Person_ID","statute",disposition,birth_date`, nil, nonData},
		"column name in a row": {"person_id,b,GUILTY,", nil, accepted},
		"header again":         {strings.TrimSuffix(head, "\n"), nil, nonData},
		"quoted comma":         {`p2,"a, ""b""",GUILTY,`, nil, accepted},
	}
	l := load(t, "generic/charges")
	for name, c := range cases {
		for _, end := range []string{"\n", "\r\n", "\r"} {
			t.Run(name+" "+strings.NewReplacer("\r", "CR", "\n", "LF").Replace(end), func(t *testing.T) {
				rows := []string{strings.TrimSuffix(head, "\n"), "p1,11357 HS,GUILTY,1970-03-14", c.row, "p3,11358 HS,DISMISSED,", ""}
				source := strings.Join(rows, end)
				got := readAll(t, l, []byte(source), 1, 2)
				for i := range c.want {
					c.want[i].Source, c.want[i].Line = 7, 3
				}
				ignore := cmpopts.IgnoreFields(schemas.Reject{}, "Offset", "Got")
				if end == "\n" {
					ignore = cmpopts.IgnoreFields(schemas.Reject{}, "Offset")
				}
				if diff := cmp.Diff(c.want, got.rejects, ignore, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("rejects (-want +got):\n%s", diff)
				}
				want := schemas.Rows{Read: 2, Accepted: 2}
				want.Add(c.rows)
				if got.rows != want {
					t.Errorf("rows %+v, want %+v", got.rows, want)
				}
				for _, r := range got.rejects {
					if source[r.Offset:r.Offset+int64(min(3, len(c.row)))] != c.row[:min(3, len(c.row))] {
						t.Errorf("offset %d is not where the row begins", r.Offset)
					}
					if strings.Contains(r.Explain()+r.Column, secret) {
						t.Error("a reject quotes its row")
					}
				}
			})
		}
	}
}

var (
	accepted = schemas.Rows{Read: 1, Accepted: 1}
	rejected = schemas.Rows{Read: 1, Rejected: 1}
	nonData  = schemas.Rows{Read: 1, NonData: 1}
)

// A row that is lost leaves a mark on its person, where the person can be read.
func TestRejectedRowsLeaveAHole(t *testing.T) {
	source := head + "p1,a\x00,GUILTY,\np2,b\xff,GUILTY,\np\x003,c,GUILTY,\n,d\x00,GUILTY,\np5,\"e,GUILTY,\np6,f,GUILTY,\n"
	got := readAll(t, load(t, "generic/charges"), []byte(source), 1<<20, 100)
	want := []map[string]string{
		hole("2", "p1"), hole("3", "p2"), hole("6", "p5"),
		{
			"source": "7", "line": "7", "kind": "1", "person_id": "p6", "statute_raw": "f", "severity": "unknown",
			"disposition_raw": "GUILTY", "disposition": "convicted", "sentence": "unknown",
		},
	}
	if diff := cmp.Diff(want, got.records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if want := (schemas.Rows{Read: 6, Accepted: 1, Rejected: 5}); got.rows != want {
		t.Errorf("rows %+v, want %+v: a hole is no accepted row", got.rows, want)
	}
}

func hole(line, person string) map[string]string {
	return map[string]string{
		"source": "7", "line": line, "kind": "8", "person_id": person,
		"severity": "unknown", "disposition": "unknown", "sentence": "unknown",
	}
}

func TestSources(t *testing.T) {
	row := "p1,a,GUILTY,\n"
	cases := map[string]struct {
		source string
		rows   int64
		warn   string
	}{
		"plain":              {head + row + row, 2, ""},
		"no last line break": {head + row + "p1,a,GUILTY,", 2, ""},
		"byte order mark":    {"\xef\xbb\xbf" + head + row, 1, ""},
		"CRLF":               {strings.ReplaceAll(head+row+row, "\n", "\r\n"), 2, ""},
		"CR":                 {strings.ReplaceAll(head+row+row, "\n", "\r"), 2, ""},
		"CR, mark":           {"\xef\xbb\xbf" + strings.ReplaceAll(head+row+row, "\n", "\r"), 2, ""},
		"LF and CRLF":        {head + "p1,a,GUILTY,\r\n" + row, 2, ""},
		"CR CR LF":           {strings.ReplaceAll(head+row+row, "\n", "\r\r\n"), 2, ""},
		"header only":        {head, 0, "no rows"},
		"CRLF, quoted":       {"person_id,statute,disposition\r\np1,a,\"GUILTY\"\r\n", 1, ""},
		"columns shuffled":   {"disposition,person_id,statute\nGUILTY,p1,a\n", 1, ""},
		"extra column":       {"disposition,person_id,statute,extra\nGUILTY,p1,a,x\n", 1, "does not name"},
		"other case":         {"Disposition, PERSON_ID ,\"Statute\"\nGUILTY,p1,a\n", 1, ""},
		"empty header name":  {"disposition,person_id,statute,,\nGUILTY,p1,a,,\n", 1, ""},
	}
	l := load(t, "generic/charges")
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, l, []byte(c.source), 1<<20, 100)
			if got.rows.Accepted != c.rows || got.rows.Read != c.rows || len(got.rejects) != 0 {
				t.Errorf("rows %+v, rejects %v; want %d accepted", got.rows, got.rejects, c.rows)
			}
			if got.survey.Rows != c.rows || got.survey.Bytes != int64(len(c.source)) {
				t.Errorf("survey of %d rows, %d bytes", got.survey.Rows, got.survey.Bytes)
			}
			if warnings := strings.Join(got.survey.Warnings, "\n"); !strings.Contains(warnings, c.warn) {
				t.Errorf("warnings %q, want one of %q", warnings, c.warn)
			}
			for _, r := range got.records {
				if r["person_id"] != "p1" || r["disposition"] != "convicted" || r["statute_raw"] != "a" {
					t.Errorf("record %v", r)
				}
			}
		})
	}
}

func TestSourcesThatAreRefused(t *testing.T) {
	cases := map[string]struct{ layout, source, want string }{
		"empty":             {"generic/charges", "", "the file is empty"},
		"mark only":         {"generic/charges", "\xef\xbb\xbf", "the file is empty"},
		"gzip":              {"generic/charges", "\x1f\x8b\x08\x00", "gzip data: unpack it first"},
		"zip":               {"generic/charges", "PK\x03\x04", "zip data: unpack it first"},
		"tar":               {"generic/charges", strings.Repeat("a", 257) + "ustar\x0000", "a tar archive"},
		"Parquet":           {"generic/charges", "PAR1", "Parquet"},
		"UTF-16":            {"generic/charges", "\xff\xfep\x00", "UTF-16"},
		"XML":               {"generic/charges", "<?xml version", "XML"},
		"missing column":    {"generic/charges", "person_id,statute\n", `line 1: the header lacks the column "disposition"`},
		"no header":         {"generic/charges", secret + ",a,GUILTY\n", "line 1: the header lacks the column"},
		"twice":             {"generic/charges", "person_id,statute,disposition,STATUTE\n", `columns 2 and 4 of the header have the same name "statute"`},
		"twice, unknown":    {"generic/charges", secret + "," + secret + ",disposition\n", "columns 1 and 2 of the header have the same name"},
		"open quote":        {"generic/charges", "person_id,\"" + secret + "\n", "line 1: the header's quotes"},
		"another header":    {"us-ca/doj-extract", "RECORD_ID,SUBJECT_ID\n", `column 2 of the header should be "SUBJECT_STATUS"`},
		"no trailer":        {"generic/charges-fixed", "H\n", "line 2: the file ends without its trailer"},
		"trailer too high":  {"generic/charges-fixed", "H\nD\nT000000000002\n", "line 3: the trailer counts 2 rows, the file has 1"},
		"trailer is no sum": {"generic/charges-fixed", "H\nD\nT\n", "line 3: the trailer holds no count"},
		"after the trailer": {"generic/charges-fixed", "T000000000000\nD\n", "line 2: a row follows the trailer"},
		"trailer, CR":       {"generic/charges-fixed", "H\rD\rT000000000003\r", "line 3: the trailer counts 3 rows, the file has 1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, c.layout).Survey(context.Background(), "county.csv", strings.NewReader(c.source), 100)
			if err == nil || !strings.HasPrefix(err.Error(), "read county.csv: ") || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error quotes the file: %v", err)
			}
		})
	}
}

func TestReadStops(t *testing.T) {
	l := load(t, "generic/charges")
	source := head + strings.Repeat("p1,a,GUILTY,\n", 1000)
	survey, err := l.Survey(context.Background(), "county.csv", strings.NewReader(source), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	rng := survey.Ranges[0]
	body := source[rng.Offset:]
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	cases := map[string]struct {
		ctx  context.Context
		r    io.Reader
		want error
		text string
	}{
		"cancelled":    {cancelled, strings.NewReader(body), context.Canceled, ""},
		"reader fails": {context.Background(), io.MultiReader(strings.NewReader(body[:100]), iotest.ErrReader(io.ErrClosedPipe)), io.ErrClosedPipe, ""},
		"range short":  {context.Background(), strings.NewReader(body[:len(body)-5]), io.ErrUnexpectedEOF, "5 bytes"},
		"rows changed": {context.Background(), strings.NewReader(strings.ReplaceAll(body, "LTY,\n", "LTY\n,")), nil, "holds 1001 rows where the survey saw 1000"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
			defer mem.AssertSize(t, 0)
			var last error
			for b, err := range l.Read(c.ctx, 0, survey, rng, c.r, readers.Reading{MaxRows: 300}) {
				if last = err; err == nil {
					b.Charges.Release()
				}
			}
			if last == nil || c.want != nil && !errors.Is(last, c.want) || !strings.Contains(last.Error(), c.text) {
				t.Errorf("error %v, want %v %s", last, c.want, c.text)
			}
			if last != nil && !strings.HasPrefix(last.Error(), "read county.csv: line ") {
				t.Errorf("the error names no place: %v", last)
			}
		})
	}
}

// Two files put end to end whose columns are in another order would be misread
// from the second header on.
func TestAnotherHeaderStopsTheReading(t *testing.T) {
	cases := map[string]struct{ layout, source, want string }{
		"by name":     {"generic/charges", head + "p1,a,GUILTY,\nstatute,person_id,disposition,birth_date\na,p1,GUILTY,\n", "line 3: another header"},
		"by position": {"us-ca/doj-extract", "1,x\nRECORD_ID,SUBJECT_ID\n", `line 2: column 2 of the header should be "SUBJECT_STATUS"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := tryAll(t, load(t, c.layout), []byte(c.source), 1<<20, 100); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// A header that comes again is none of the rows, however it is written.
func TestAHeaderAgainIsNoData(t *testing.T) {
	const fields = "\ncolumns: [ID, s, d]\nfields: {person_id: ID, statute: s, disposition: {from: d, map: {exact: {convicted: x}}}}\n"
	const kelvin = "\u212a" // is a k in other letters
	cases := map[string]struct{ layout, first, again, name string }{
		"by name":                         {"delimited: {header: required, columns_by: name}", "id,s,d", "ID,s,d", "id"},
		"in blanks":                       {"delimited: {header: required, columns_by: name}", "id,s,d", "\tid,s,d", "id"},
		"in blanks of the layout":         {"trim: '*'\ndelimited: {header: required, columns_by: name}", "id,s,d", "*id,s,d", "id"},
		"in quotes":                       {"delimited: {header: required, columns_by: name}", "id,s,d", `"Id",s,d`, "id"},
		"of another name first":           {"delimited: {header: required, columns_by: name}", "more,id,s,d", "More,id,s,d", "id"},
		"no longer in quotes":             {"delimited: {header: required, columns_by: name}", `"more",id,s,d`, "More,id,s,d", "id"},
		"by position":                     {"delimited: {header: optional, header_begins_with: id}", "id,s,d", "ID,s,d", "id"},
		"by position, with nothing to go": {"delimited: {header: required}", "id,s,d", "id,s,d", "id"},
		"by position, in other letters":   {"delimited: {header: required}", "k,s,d", "k,s,d", kelvin},
		"by position, for the first time": {"delimited: {header: optional, header_begins_with: k}", "9,9,x", "K,s,d", kelvin},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			row := strings.Repeat("9,", strings.Count(c.first, ",")) + "x\n"
			got := readAll(t, parse(t, "layout: t/again\nabout: a test\n"+c.layout+strings.ReplaceAll(fields, "ID", c.name)), []byte(c.first+"\n"+row+c.again+"\n"+row), 1<<20, 100)
			if got.rows.NonData != 1 || got.rows.Rejected != 0 {
				t.Errorf("%+v, want one row of no data, and all others accepted", got.rows)
			}
		})
	}
}

// What is made of several columns is as it is written, but for blanks at its ends.
func TestJoinedColumns(t *testing.T) {
	for from, want := range map[string]string{
		"{a} {b} {c}": "x yyy z", "{a}{c}": "xz", "{a} {b[0:2]} {c}": "x yy z", "{a} {b} ": "x yyy", " {b}-{c}": "yyy-z", "{b[0:2]}{c}": "yyz",
		`{a} {b before "?"}`: "x yyy", `{b after "y"} {a}`: "yy x", "{a} {d}": "",
	} {
		t.Run(from, func(t *testing.T) {
			l := parse(t, "layout: t/joined\nabout: a test\ndelimited: {header: none}\ncolumns: [id, a, b, c, d]\n"+
				"fields: {person_id: id, statute: '"+from+"', disposition: {from: d, map: {exact: {convicted: x}}, blank: unknown}}\n")
			got := readAll(t, l, []byte("1, x ,yyy,z,\n"), 1<<20, 100)
			if len(got.records) != 1 || got.records[0]["statute_raw"] != want {
				t.Errorf("%v, want the statute %q", got.records, want)
			}
		})
	}
}

// Breaking off an iteration leaves nothing behind.
func TestReadBrokenOff(t *testing.T) {
	l := load(t, "generic/charges")
	source := []byte(head + strings.Repeat("p1,a,GUILTY,\n", 1000))
	survey, err := l.Survey(context.Background(), "county.csv", bytes.NewReader(source), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	rng := survey.Ranges[0]
	for b, err := range l.Read(context.Background(), 0, survey, rng, bytes.NewReader(source[rng.Offset:]), readers.Reading{MaxRows: 10}) {
		if err != nil {
			t.Fatal(err)
		}
		b.Charges.Release()
		break
	}
}

func TestSurveyStops(t *testing.T) {
	l := load(t, "generic/charges")
	ctx, cancel := context.WithCancel(context.Background())
	source := strings.NewReader(head + strings.Repeat("p1,a,GUILTY,\n", 1<<20))
	half := io.MultiReader(io.LimitReader(source, 2<<20), cancels(cancel), source)
	_, err := l.Survey(ctx, "county.csv", half, 1<<20)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want cancelled", err)
	}
	_, err = l.Survey(context.Background(), "county.csv", iotest.ErrReader(io.ErrClosedPipe), 1<<20)
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v, want the reader's", err)
	}
}

// cancels is a reader that holds nothing and cancels when it is reached.
type cancels context.CancelFunc

func (c cancels) Read([]byte) (int, error) {
	c()
	return 0, io.EOF
}

func TestEmptySourceAllowed(t *testing.T) {
	l := parse(t, "layout: t\nempty: allowed\ndelimited: {header: none}\ncolumns: [p, s, d]\nfields:\n"+
		"  person_id: p\n  statute: s\n  disposition: {from: d, map: {exact: {convicted: G}}}\n")
	got := readAll(t, l, nil, 1, 1)
	if got.rows.Read != 0 || len(got.survey.Warnings) != 1 {
		t.Errorf("rows %+v, warnings %q", got.rows, got.survey.Warnings)
	}
}

package readers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/tables"
	"github.com/clearsweep/clearsweep/schemas"
)

// readJSON reads objects, one a line.
func readJSON(t *testing.T, l *readers.Layout, lines ...string) read {
	t.Helper()
	text := strings.Join(lines, "\n")
	survey, err := l.SurveyTable(t.Context(), "test.json", tables.JSON, iotest.DataErrReader(iotest.HalfReader(strings.NewReader(text))), 40)
	if err != nil {
		t.Fatal(err)
	}
	if len(survey.Ranges) < 2 {
		t.Errorf("%d ranges, and each is to have some 40 bytes", len(survey.Ranges))
	}
	got := read{survey: survey}
	for _, rng := range survey.Ranges {
		for b, err := range l.Read(t.Context(), 7, survey, rng, strings.NewReader(text[rng.Offset:][:rng.Length]), readers.Reading{MaxRows: 2}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range b.Rejects {
				if want := len(strings.Join(append(lines[:r.Line-1:r.Line-1], ""), "\n")); r.Offset != int64(want) {
					t.Errorf("line %d begins at %d, and the reject says %d", r.Line, want, r.Offset)
				}
			}
			got.add(t, b, map[string]bool{})
			b.Charges.Release()
		}
	}
	return got
}

// A line that is no object is rejected by itself, and marks whoever it names.
func TestLinesThatAreNoObjects(t *testing.T) {
	l := load(t, "generic/charges")
	got := readJSON(t, l,
		`{"person_id":"P1","statute":"11357 HS","disposition":"CONVICTED"}`,
		`{"person_id":"P2","statute":"11357 HS","disposition":"CONVICTED"`,
		`{"statute":"11357 HS", "Person_ID" : "P3", "person_id":"P4"}`,
		"",
		`null`,
		`{"person_id":17,"statute":"11358 HS","disposition":["x"]}`,
	)
	if diff := cmp.Diff([]string{"2 bad_json", "3 bad_json", "5 bad_json", "6 encoding"}, reasons(&got)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"P2", "P3", "P4", "17"}, got.people()); diff != "" {
		t.Errorf("people marked (-want +got):\n%s", diff)
	}
	if got.rows.Accepted != 1 || got.rows.NonData != 1 || got.records[0]["statute_raw"] != "11357 HS" {
		t.Errorf("rows %+v", got.rows)
	}
}

// What a line holds under names that the layout has not is not passed over in silence, and
// an object where a value is wanted is not taken for none.
func TestObjectsWithoutTheColumns(t *testing.T) {
	got := readJSON(t, load(t, "generic/charges"),
		`{"person_id":"P1","statute":"11357 HS","disposition":"CONVICTED"}`,
		`{"person":"P2","law":"11357 HS","result":"CONVICTED"}`,
		`{"person_id":"P3","statute":"11357 HS","disposition":{"text":"CONVICTED"}}`,
	)
	if diff := cmp.Diff([]string{"2 no_person_key", "3 encoding"}, reasons(&got)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
	if got.rows.Accepted != 2 || got.rows.NonData != 0 || got.records[1]["disposition"] != "unknown" {
		t.Errorf("rows %+v, %v", got.rows, got.records)
	}
	if diff := cmp.Diff([]string{"P3"}, got.people()); diff != "" {
		t.Errorf("people marked (-want +got):\n%s", diff)
	}
}

// readInRanges is every value that is read, and every reject, of a table whose rows are read where they stand, in
// an order that does not depend on the ranges.
func readInRanges(t *rapid.T, l *readers.Layout, survey *readers.Survey, text string, look func(schemas.Reject)) (said []string) {
	for _, rng := range survey.Ranges {
		part := strings.NewReader(text[rng.Offset:][:rng.Length])
		for b, err := range l.Read(context.Background(), 0, survey, rng, part, readers.Reading{MaxRows: 3}) {
			if err != nil {
				t.Fatal(err)
			}
			for row := range int(b.Charges.NumRows()) {
				for _, column := range b.Charges.Columns() {
					said = append(said, column.ValueStr(row))
				}
			}
			for _, r := range b.Rejects {
				said = append(said, fmt.Sprintf("%d at %d: %s", r.Line, r.Offset, r.Reason))
				look(r)
			}
			b.Charges.Release()
		}
	}
	slices.Sort(said)
	return said
}

// Wherever the lines of a file are cut, they are the same rows, with the same lines and offsets.
func TestJSONIsReadAlikeInAnyRanges(t *testing.T) {
	l := load(t, "generic/charges")
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{
			`{"person_id":"P2","statute":"\n11357 HS","disposition":"CONVICTED"}`, `{"statute":"\n","person_id":"\n"}`, `{"person_id":"P3"}`, "", "{", "[]",
			`{"person_id":"person_id","statute":"statute","disposition":"disposition"}`, `{"person_id":"P\u001e4"}`, `{"disposition":{"x":1},"person_id":"P5"}`,
		})
		lines := append([]string{`{"person_id":"P1","statute":"11357 HS","disposition":"CONVICTED"}`}, rapid.SliceOfN(line, 0, 30).Draw(t, "lines")...)
		text := strings.Join(lines, "\n") + rapid.SampledFrom([]string{"", "\n", "\r\n"}).Draw(t, "end")
		rows := func(target int64) []string {
			survey, err := l.SurveyTable(context.Background(), "test.json", tables.JSON, strings.NewReader(text), target)
			if err != nil {
				t.Fatal(err)
			}
			return readInRanges(t, l, survey, text, func(schemas.Reject) {})
		}
		if diff := cmp.Diff(rows(1<<30), rows(rapid.Int64Range(1, 300).Draw(t, "bytes of a range"))); diff != "" {
			t.Fatalf("(-in one range +in several):\n%s", diff)
		}
	})
}

// A column that comes behind the head stops the reading: rows before it would be taken to lack it.
func TestAColumnOfJSONThatComesLate(t *testing.T) {
	l := load(t, "generic/charges")
	row := `{"person_id":"P1","statute":"11357 HS","disposition":"CONVICTED"}` + "\n"
	text := strings.Repeat(row, tables.Head/len(row)+1) + `{"person_id":"P1","statute":"11357 HS","disposition":"CONVICTED","sentence":"serving"}`
	survey, err := l.SurveyTable(t.Context(), "test.json", tables.JSON, strings.NewReader(text), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for b, err := range l.Read(t.Context(), 0, survey, survey.Ranges[0], strings.NewReader(text), readers.Reading{MaxRows: 1 << 20}) {
		if err == nil {
			t.Errorf("%d rows were read", b.Rows.Read)
			b.Charges.Release()
		} else if want := `the column "sentence" is not in the first MiB`; !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestTablesNeedNames(t *testing.T) {
	l := parse(t, least)
	if l.Columns() != nil {
		t.Errorf("columns %q", l.Columns())
	}
	if _, err := l.SurveyTable(t.Context(), "x", tables.JSON, strings.NewReader("a\x1e"), 1); err == nil || !strings.Contains(err.Error(), "say columns_by: name") {
		t.Errorf("error %v", err)
	}
}

func TestSpoiltJSONIsSaid(t *testing.T) {
	got := readJSON(t, load(t, "generic/charges"),
		`{"person_id":"P1","statute":"11357 HS","disposition":"CONVICTED"}`,
		`{"person_id":"P2","statute":"11357 HS","disposition":"CONVICTED","description":"DE�TED"}`,
	)
	if n := len(got.survey.Warnings); n == 0 || !strings.Contains(got.survey.Warnings[n-1], "spoilt before it was sent") {
		t.Errorf("warnings %q", got.survey.Warnings)
	}
}

// Wherever the elements of a document are cut, they are the same rows, with their numbers and offsets, in the
// encoding that it declares.
func TestXMLIsReadAlikeInAnyRanges(t *testing.T) {
	l := load(t, "generic/charges")
	rapid.Check(t, func(t *rapid.T) {
		element := rapid.SampledFrom([]string{
			"<c><person_id>P2</person_id><statute>11357 HS</statute></c>", "<c/>", "<c><person_id>P\xc3\xa9</person_id></c>", "\n<!-- <c> --><c><disposition><x/></disposition></c>",
			"<c><person_id>P3</person_id><disposition>\x1e</disposition></c>", " <c a='1'><person_id>P4</person_id><person_id>P5</person_id></c>",
		})
		charset := rapid.SampledFrom([]string{"UTF-8", "ISO-8859-1"}).Draw(t, "charset")
		head := `<?xml version="1.0" encoding="` + charset + `"?><l>`
		elements := append([]string{"<c><person_id>P1</person_id><statute>11357 HS</statute><disposition>CONVICTED</disposition></c>"}, rapid.SliceOfN(element, 0, 30).Draw(t, "elements")...)
		text := strings.ReplaceAll(head+strings.Join(elements, "")+"\n</l>\n", "\x1e", "e")
		rows := func(target int64) []string {
			survey, err := l.SurveyTable(context.Background(), "test.xml", tables.XML, strings.NewReader(text), target)
			if err != nil {
				t.Fatal(err)
			}
			if last := survey.Ranges[len(survey.Ranges)-1]; last.Offset+last.Length != int64(len(text)) || survey.Rows != int64(len(elements)) {
				t.Fatalf("%d rows, the last range is %+v of %d bytes", survey.Rows, last, len(text))
			}
			return readInRanges(t, l, survey, text, func(r schemas.Reject) {
				begin := len(head+strings.Join(elements[:r.Line], "")) - len(strings.TrimLeft(strings.TrimPrefix(elements[r.Line-1], "\n<!-- <c> -->"), " "))
				if int(r.Offset) != begin {
					t.Fatalf("element %d begins at %d, and the reject says %d", r.Line, begin, r.Offset)
				}
			})
		}
		whole := rows(1 << 30)
		if diff := cmp.Diff(whole, rows(rapid.Int64Range(1, 300).Draw(t, "bytes of a range"))); diff != "" {
			t.Fatalf("(-in one range +in several):\n%s", diff)
		}
		for _, person := range []string{"P\xc3\xa9", "P\xc3\x83\xc2\xa9"} {
			if want := strings.Contains(text, "P\xc3\xa9") && (charset == "UTF-8") == (person == "P\xc3\xa9"); slices.Contains(whole, person) != want {
				t.Errorf("in %s: %q", charset, whole)
			}
		}
	})
}

// What looks spoilt is said of a document in UTF-8; in another encoding the same bytes are other characters.
func TestSpoiltXMLIsSaid(t *testing.T) {
	l := load(t, "generic/charges")
	for charset, want := range map[string]bool{"utf-8": true, "windows-1252": false} {
		text := `<?xml version="1.0" encoding="` + charset + `"?><l><c><person_id>P1</person_id><statute>` + "\ufffd" + `</statute><disposition>CONVICTED</disposition></c></l>`
		s, err := l.SurveyTable(t.Context(), "x.xml", tables.XML, strings.NewReader(text), 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Warnings) > 0 != want {
			t.Errorf("%s: warnings %q", charset, s.Warnings)
		}
	}
}

// parquetFile is a file of a record, in groups of ten rows.
func parquetFile(t *testing.T, l *readers.Layout, record arrow.Record) (*bytes.Reader, *tables.File) {
	t.Helper()
	var b bytes.Buffer
	w, err := pqarrow.NewFileWriter(record.Schema(), &b, parquet.NewWriterProperties(parquet.WithMaxRowGroupLength(10)), pqarrow.NewArrowWriterProperties())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(record), w.Close()); err != nil {
		t.Fatal(err)
	}
	at := bytes.NewReader(b.Bytes())
	table, err := tables.OpenFile(t.Context(), at, at.Size(), l.Columns(), containers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return at, table
}

// Groups of rows of a Parquet file are ranges of about so much text, in which rows are numbered from 1.
func TestGroupsAreRanges(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "person_id", Type: arrow.BinaryTypes.String},
		{Name: "statute", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "disposition", Type: arrow.BinaryTypes.String},
		{Name: "disposition_date", Type: arrow.BinaryTypes.String},
	}, nil)
	const rows = 95
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	l := load(t, "generic/charges")
	none := b.NewRecord()
	defer none.Release()
	_, empty := parquetFile(t, l, none)
	if survey, err := l.SurveyGroups("test.parquet", empty, tables.Sample{}, 1); err != nil || len(survey.Ranges) != 0 || len(survey.Warnings) != 1 {
		t.Errorf("without rows: survey %+v, error %v", survey, err)
	}
	for i := range rows {
		for column, value := range []string{fmt.Sprintf("P%02d", i), []string{"11357 HS", "11357 \ufffd"}[i/94], "CONVICTED", []string{"1999-02-03", "never"}[i%10/9]} {
			b.Field(column).(*array.StringBuilder).Append(value)
		}
	}
	record := b.NewRecord()
	defer record.Release()
	at, table := parquetFile(t, l, record)
	sample, err := table.Sample(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	survey, err := l.SurveyGroups("test.parquet", table, sample, int64(len(sample.Text)/4))
	if err != nil {
		t.Fatal(err)
	}
	if len(survey.Ranges) != 4 || survey.Rows != rows || survey.Table != "parquet" || survey.Text != int64(len(sample.Text)) || len(survey.Warnings) != 1 || !strings.Contains(survey.Warnings[0], "in the first 95 rows: 1 replacement characters") {
		t.Fatalf("survey %+v", survey)
	}
	var people, rejects []string
	for i, rng := range survey.Ranges {
		if first, last := table.Groups()[3*i], table.Groups()[min(3*i+2, 9)]; rng.Offset != first.Offset || rng.Offset+rng.Length > last.Offset+last.Length {
			t.Errorf("range %+v of groups from %+v to %+v", rng, first, last)
		}
		in, err := table.Rows(t.Context(), at, rng.FirstLine, rng.Rows)
		if err != nil {
			t.Fatal(err)
		}
		for batch, err := range l.Read(t.Context(), 0, survey, rng, in, readers.Reading{MaxRows: 7}) {
			if err != nil {
				t.Fatal(err)
			}
			person, lines := batch.Charges.Column(schemas.ColPerson), batch.Charges.Column(schemas.ColLine)
			for row := range int(batch.Charges.NumRows()) {
				people = append(people, lines.ValueStr(row)+" "+person.ValueStr(row))
			}
			for _, r := range batch.Rejects {
				if r.Offset != rng.Offset {
					t.Errorf("row %d stands at %d, and its group at %d", r.Line, r.Offset, rng.Offset)
				}
				rejects = append(rejects, fmt.Sprintf("%d %s", r.Line, r.Reason))
			}
			batch.Charges.Release()
		}
	}
	for i := range rows {
		if want := fmt.Sprintf("%d P%02d", i+1, i); people[i] != want {
			t.Fatalf("row %q, want %q", people[i], want)
		}
	}
	if diff := cmp.Diff([]string{"10 bad_date", "20 bad_date", "30 bad_date", "40 bad_date", "50 bad_date", "60 bad_date", "70 bad_date", "80 bad_date", "90 bad_date"}, rejects); diff != "" || len(people) != rows {
		t.Errorf("%d rows, rejects (-want +got):\n%s", len(people), diff)
	}
	if _, err := parse(t, least).SurveyGroups("test.parquet", table, sample, 1); err == nil || !strings.Contains(err.Error(), "say columns_by: name") {
		t.Errorf("error %v", err)
	}
}

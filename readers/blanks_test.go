package readers_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

// wideBlanks is white space that is not ASCII, one of each kind that files have.
var wideBlanks = []string{"\u00a0", "\u0085", "\u2000", "\u2009", "\u200b", "\u202f", "\u3000", "\ufeff"}

func TestWideBlanksAreTrimmed(t *testing.T) {
	l := load(t, "generic/charges")
	blank := rapid.SliceOfN(rapid.SampledFrom(append([]string{" ", "\t"}, wideBlanks...)), 0, 6)
	value := rapid.SampledFrom([]string{"p", "é", "a\u00a0b", "p1\u0301", "日本"})
	rapid.Check(t, func(rt *rapid.T) {
		around := func(v string) string {
			return strings.Join(blank.Draw(rt, "before"), "") + v + strings.Join(blank.Draw(rt, "behind"), "")
		}
		key, statute := value.Draw(rt, "key"), value.Draw(rt, "statute")
		row := around(key) + `,"` + around(statute) + `",` + around("GUILTY") + "," + around("")
		got := readAll(t, l, []byte(head+row+"\n"), 1, 1)
		if len(got.records) != 1 || len(got.rejects) != 0 {
			rt.Fatalf("%d records, rejects %v", len(got.records), got.rejects)
		}
		r := got.records[0]
		if r["person_id"] != key || r["statute_raw"] != statute || r["disposition"] != "convicted" || r["birth_date"] != "" {
			rt.Errorf("%q read as %v", row, r)
		}
	})
}

func TestWideBlanksInFixedColumns(t *testing.T) {
	got := readAll(t, parse(t, fixedLayout), []byte("Dp1\u00a011357 GUILTY\nD\u00a0\u00a011358 GUILTY\n"), 1, 10)
	if r := got.records; r[0]["person_id"] != "p1" || r[1]["person_id"] != "" || r[1]["statute_raw"] != "11358" {
		t.Errorf("records %v", r)
	}
}

// Files put end to end keep the mark that each of them began with.
func TestMarksOnLaterLines(t *testing.T) {
	const mark = "\xef\xbb\xbf"
	for name, c := range map[string]struct {
		layout, source string
		rows           schemas.Rows
		people         string
	}{
		"header again":           {"generic/charges", head + "p1,a,GUILTY,\n" + mark + head + "p2,b,GUILTY,\n", schemas.Rows{Read: 3, Accepted: 2, NonData: 1}, "p1 p2"},
		"header again, quoted":   {"generic/charges", head + mark + `"person_id",statute,disposition,"birth_date"` + "\n", schemas.Rows{Read: 1, NonData: 1}, ""},
		"first row of no header": {"generic/charges", mark + head + mark + "p1,a,GUILTY,\n", accepted, "p1"},
		"quoted first field":     {"generic/charges", head + mark + `"p1","a",GUILTY,` + "\n", accepted, "p1"},
		"blank line":             {"generic/charges", head + mark + "\n", nonData, ""},
		"by position":            {"us-ca/doj-extract", string(dojRow(1)) + mark + "RECORD_ID\n", schemas.Rows{Read: 2, Accepted: 1, NonData: 1}, "10000001"},
	} {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, load(t, c.layout), []byte(c.source), 1, 10)
			var people []string
			for _, r := range got.records {
				people = append(people, r["person_id"])
			}
			if got.rows != c.rows || strings.Join(people, " ") != c.people || len(got.rejects) != 0 {
				t.Errorf("rows %+v, people %q, rejects %v; want %+v, %q", got.rows, people, got.rejects, c.rows, c.people)
			}
		})
	}
	fixed := strings.Replace(fixedLayout, "header: H", "header: H, trailer: T", 1)
	fixed = strings.Replace(fixed, "nulls:", "  trailer_rows: {start: 2, length: 1}\nnulls:", 1)
	fixed = strings.Replace(fixed, "fixed: {record_type: {start: 1, length: 1, data: [D, E], header: H, trailer: T}}", "fixed:\n  record_type: {start: 1, length: 1, data: [D, E], header: H, trailer: T}", 1)
	got := readAll(t, parse(t, fixed), []byte("H\n"+mark+"H\n"+mark+"Dp1  11357 GUILTY\n"+mark+"T1\n"), 1, 10)
	if want := (schemas.Rows{Read: 4, Accepted: 1, NonData: 3}); got.rows != want {
		t.Errorf("fixed columns: rows %+v, want %+v", got.rows, want)
	}
}

// A spreadsheet writes its empty rows as delimiters.
func TestBlankRows(t *testing.T) {
	cases := map[string]struct {
		row  string
		want schemas.Rows
	}{
		"delimiters":             {",,,", nonData},
		"too many of them":       {",,,,,,,", nonData},
		"with blanks":            {" ,\t,\u00a0,\u3000", nonData},
		"empty quotes":           {`"",,"",""`, nonData},
		"blanks in quotes":       {`"  ",,"` + "\u00a0" + `",""`, nonData},
		"one field that is not":  {",,GUILTY,", accepted},
		"a quote is text":        {`"""",,,`, accepted},
		"open quote":             {`",,,`, rejected},
		"stray quote":            {`"" "",,,`, rejected},
		"other characters":       {";;;", rejected},
		"two quotes in the open": {`,"",""",`, rejected},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, load(t, "generic/charges"), []byte(head+c.row+"\n"), 1, 10)
			if got.rows != c.want {
				t.Errorf("rows %+v, want %+v", got.rows, c.want)
			}
		})
	}
}

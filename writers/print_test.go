package writers

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

// printed is a run of 50 charges in two parts.
func printed(t *testing.T, key string, o PrintOptions) (string, error) {
	t.Helper()
	s := newDisk(t)
	c, err := sweep(t.Context(), s, 50, moment)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = Print(t.Context(), Folder{Store: s}, strings.TrimSuffix(c.Path+"/"+key, "/"), o, &out)
	return out.String(), err
}

func TestPrintCSV(t *testing.T) {
	text, err := printed(t, "determinations", PrintOptions{Format: CSV, Columns: []string{"line", "case_id", "offense_date", "leaves_false", "line"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"line", "case_id", "offense_date", "leaves_false", "line"}}
	for i := range 50 {
		d := invented(i)
		line := strconv.FormatInt(d.Line, 10)
		want = append(want, []string{line, d.Case, d.OffenseDate.String(), strconv.FormatUint(d.LeavesFalse, 10), line})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPrintNDJSON(t *testing.T) {
	text, err := printed(t, "determinations/part-00001.parquet", PrintOptions{Format: NDJSON, Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	for i, line := range lines {
		var row struct {
			Line       int64   `json:"line"`
			CaseID     *string `json:"case_id"`
			Outcome    string  `json:"outcome"`
			LegalBasis *string `json:"legal_basis"`
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		d := invented(25 + i)
		if row.Line != d.Line || row.Outcome != d.Outcome.String() || (row.CaseID == nil) != (d.Case == "") {
			t.Errorf("row %d: %s", i, line)
		}
		if first := `{"source":"` + d.Source + `","line":`; !strings.HasPrefix(line, first) {
			t.Errorf("columns are out of order: %s", line)
		}
	}
}

func TestPrintLimitSpansFiles(t *testing.T) {
	for limit, want := range map[int64]int{0: 51, -1: 51, 1: 2, 30: 31, 1000: 51} {
		text, err := printed(t, "determinations/", PrintOptions{Format: CSV, Limit: limit})
		if err != nil || strings.Count(text, "\n") != want {
			t.Errorf("limit %d: %d lines, want %d (%v)", limit, strings.Count(text, "\n"), want, err)
		}
	}
}

func TestPrintErrors(t *testing.T) {
	for name, test := range map[string]struct {
		key  string
		o    PrintOptions
		want string
	}{
		"column":  {"determinations", PrintOptions{Format: CSV, Columns: []string{"nothing"}}, `no column "nothing"`},
		"format":  {"determinations", PrintOptions{Format: "xml"}, `"xml" is no format`},
		"missing": {"determinations/part-9.parquet", PrintOptions{Format: CSV}, "part-9.parquet"},
		"folder":  {"worklist", PrintOptions{Format: CSV}, "no Parquet files"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := printed(t, test.key, test.o); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestPrintReportsTheWriter(t *testing.T) {
	data, _ := fileOf(t, 1000)
	s := stored(t, partKey, data)
	for _, format := range []Format{CSV, NDJSON} {
		if err := Print(t.Context(), Folder{Store: s}, partKey, PrintOptions{Format: format}, &failing{n: 2, permanent: true}); !errors.Is(err, errDisk) {
			t.Errorf("%s: got %v", format, err)
		}
	}
}

func TestWorklistsAreRankedByPersons(t *testing.T) {
	s := newDisk(t)
	a, err := Begin(s, s, "run", InClear)
	if err != nil {
		t.Fatal(err)
	}
	outputs, sum, err := a.WriteWorklists(t.Context(), []CodeGap{
		{Statute: "B", Description: "SEE, COMMENT", Rows: 9, Persons: 1},
		{Statute: "A", Match: schemas.Ambiguous, Rows: 2, Persons: 2},
		{Statute: "C", Rows: 9, Persons: 1},
	}, []ValueGap{{"disposition", "WHAT", 1}, {"disposition", "OTHER", 4}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Worklists{Codes: 3, CodeRows: 20, Values: 2, ValueRows: 5}, sum); diff != "" {
		t.Error(diff)
	}
	want := map[string]string{
		"worklist/codes.csv": "statute_raw,description_raw,code_match,rows,persons\n" +
			"A,,ambiguous,2,2\nB,\"SEE, COMMENT\",unmatched,9,1\nC,,unmatched,9,1\n",
		"worklist/values.csv": "column,value,rows\ndisposition,OTHER,4\ndisposition,WHAT,1\n",
	}
	for _, out := range outputs {
		data, err := storage.ReadAll(t.Context(), s, a.Prefix()+"/"+out.Path, 1<<20)
		if err != nil || string(data) != want[out.Path] {
			t.Errorf("%s: got %q, %v", out.Path, data, err)
		}
	}
	if fmt.Sprint(outputs[0].Rows, outputs[1].Rows) != "3 2" {
		t.Errorf("rows: %+v", outputs)
	}
}

package link_test

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
)

// TestAnswersChangeWhatTheyName applies answers to some rows: nothing else of the batch changes,
// and a batch without any is the same.
func TestAnswersChangeWhatTheyName(t *testing.T) {
	const head = "person_id,case_id,charge_id,code,fact,value,document,answered_by,answered_on\n"
	answers, err := link.ParseAnswers("test", []byte(head+
		"P1,C1,,,disposition_date,2001-02-03,d,me,2020-01-01\n"+
		"P1,C1,,,severity,felony,d,me,2020-01-01\n"+
		"P1,,,,birth_date,1970-01-01,d,me,2020-01-01\n"+
		"P2,C2,7,,severity,felony,d,me,2020-01-01\n"))
	if err != nil {
		t.Fatal(err)
	}
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	b := array.NewRecordBuilder(mem, schemas.Coded)
	defer b.Release()
	for _, row := range [][2]string{{"P1", "C1"}, {"P1", "C2"}, {"P2", "C2"}, {"", "C1"}} {
		for i := range schemas.Coded.Fields() {
			switch {
			case i == schemas.ColPerson && row[0] != "":
				b.Field(i).(*array.StringBuilder).Append(row[0])
			case i == schemas.ColCase:
				b.Field(i).(*array.StringBuilder).Append(row[1])
			case schemas.Coded.Field(i).Nullable:
				b.Field(i).AppendNull()
			default:
				b.Field(i).AppendEmptyValue()
			}
		}
	}
	before := b.NewRecord()
	defer before.Release()
	used := map[int]bool{}
	after := answers.Apply(mem, before, used)
	defer after.Release()
	day := after.Column(schemas.ColDispositionDate).(*array.Date32)
	birth := after.Column(schemas.ColBirthDate).(*array.Date32)
	severity := after.Column(schemas.ColSeverity).(*array.Uint8)
	for row, want := range []struct {
		day, birth string
		severity   schemas.Severity
	}{{"2001-02-03", "1970-01-01", schemas.Felony}, {"", "1970-01-01", 0}, {"", "", 0}, {"", "", 0}} {
		text := func(c *array.Date32) string {
			if c.IsNull(row) {
				return ""
			}
			return schemas.Date(c.Value(row)).String()
		}
		if text(day) != want.day || text(birth) != want.birth || schemas.Severity(severity.Value(row)) != want.severity {
			t.Errorf("row %d: %q, %q, %s; want %+v", row, text(day), text(birth), schemas.Severity(severity.Value(row)), want)
		}
	}
	for i := range schemas.Coded.Fields() {
		if i != schemas.ColDispositionDate && i != schemas.ColBirthDate && i != schemas.ColSeverity && after.Column(i) != before.Column(i) {
			t.Errorf("column %s changed", schemas.Coded.Field(i).Name)
		}
	}
	if answers.Len() != 4 || len(used) != 3 || used[3] {
		t.Errorf("%d answers, used %v; want 4, and all but the last", answers.Len(), used)
	}
	var none *link.Answers
	same := none.Apply(mem, before, nil)
	defer same.Release()
	if same != before {
		t.Error("no answers make another batch")
	}
}

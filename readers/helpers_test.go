package readers_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
)

// read is what a whole source gave.
type read struct {
	rows                      schemas.Rows
	charges, facts, unkeyed   int64
	rejects                   []schemas.Reject
	records                   []map[string]string // one for each row of the batches; no key for a null
	survey                    *readers.Survey
	unmapped                  map[readers.Value]int64
	batches, largest, persons int
}

// load is a layout that must be there.
func load(t testing.TB, name string) *readers.Layout {
	t.Helper()
	l, err := readers.LoadLayout(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// parse is the layout of a test.
func parse(t testing.TB, source string) *readers.Layout {
	t.Helper()
	l, err := readers.ParseLayout("test.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// readAll surveys and reads a source, in ranges of about target bytes and
// batches of maxRows rows. It fails on an error.
func readAll(t testing.TB, l *readers.Layout, source []byte, target int64, maxRows int) read {
	t.Helper()
	got, err := tryAll(t, l, source, target, maxRows)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func tryAll(t testing.TB, l *readers.Layout, source []byte, target int64, maxRows int) (read, error) {
	t.Helper()
	ctx := context.Background()
	survey, err := l.Survey(ctx, "test.csv", bytes.NewReader(source), target)
	if err != nil {
		return read{}, err
	}
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	got := read{survey: survey}
	persons := map[string]bool{}
	var words readers.Words // go on from range to range
	for _, rng := range survey.Ranges {
		r := bytes.NewReader(source[rng.Offset : rng.Offset+rng.Length])
		for b, err := range l.Read(ctx, 7, survey, rng, r, readers.Reading{MaxRows: maxRows, Words: &words}) {
			if err != nil {
				return got, err
			}
			got.add(t, b, persons)
			b.Charges.Release()
		}
	}
	got.persons = len(persons)
	return got, nil
}

func (r *read) add(t testing.TB, b readers.Batch, persons map[string]bool) {
	t.Helper()
	if err := b.Rows.Balance(); err != nil {
		t.Error(err)
	}
	if b.ChargeRows+b.FactRows != b.Rows.Accepted {
		t.Errorf("%d charges + %d facts, %d accepted", b.ChargeRows, b.FactRows, b.Rows.Accepted)
	}
	r.rows.Add(b.Rows)
	r.charges += b.ChargeRows
	r.facts += b.FactRows
	r.unkeyed += b.Unkeyed
	r.rejects = append(r.rejects, b.Rejects...)
	for value, n := range b.Unmapped {
		if r.unmapped == nil {
			r.unmapped = map[readers.Value]int64{}
		}
		r.unmapped[value] += n
	}
	r.batches++
	r.largest = max(r.largest, int(b.Charges.NumRows()))
	for i := range int(b.Charges.NumRows()) {
		rec := record(b.Charges, i)
		r.records = append(r.records, rec)
		if p, ok := rec["person_id"]; ok {
			persons[p] = true
		}
	}
}

// record is a row in words.
func record(rec arrow.Record, row int) map[string]string {
	m := map[string]string{}
	for i, f := range rec.Schema().Fields() {
		col := rec.Column(i)
		if col.IsNull(row) {
			continue
		}
		switch i {
		case schemas.ColSeverity:
			m[f.Name] = schemas.Severity(col.(*array.Uint8).Value(row)).String()
		case schemas.ColDisposition:
			m[f.Name] = schemas.Disposition(col.(*array.Uint8).Value(row)).String()
		case schemas.ColIncarcerated:
			if v := schemas.Incarceration(col.(*array.Uint8).Value(row)); v != 0 {
				m[f.Name] = v.String()
			}
		case schemas.ColRestitution:
			if v := schemas.Restitution(col.(*array.Uint8).Value(row)); v != 0 {
				m[f.Name] = v.String()
			}
		case schemas.ColSubstances:
			if v := schemas.Substances(col.(*array.Uint16).Value(row)); v != 0 {
				m[f.Name] = v.String()
			}
		case schemas.ColEvidence:
			if v := schemas.Evidence(col.(*array.Uint8).Value(row)); v != 0 {
				m[f.Name] = v.String()
			}
		case schemas.ColVictimRelation:
			if v := schemas.VictimRelation(col.(*array.Uint8).Value(row)); v != 0 {
				m[f.Name] = v.String()
			}
		case schemas.ColSentence:
			m[f.Name] = schemas.Sentence(col.(*array.Uint8).Value(row)).String()
		default:
			m[f.Name] = strings.Clone(col.ValueStr(row))
		}
	}
	return m
}

// count is the number of rejects for each reason.
func (r *read) count() map[schemas.RejectReason]int {
	n := map[schemas.RejectReason]int{}
	for _, rej := range r.rejects {
		n[rej.Reason]++
	}
	return n
}

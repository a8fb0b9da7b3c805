package normalize

import (
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

// charges is a batch with the given statutes; an empty text stands for null.
func charges(mem memory.Allocator, statutes ...string) arrow.Record {
	b := array.NewRecordBuilder(mem, schemas.Charges)
	defer b.Release()
	for i, text := range statutes {
		for column := range schemas.Charges.NumFields() {
			switch f := b.Field(column).(type) {
			case *array.Int64Builder:
				f.Append(int64(i + 1))
			case *array.Uint8Builder:
				f.Append(uint8(schemas.RowCharge))
			case *array.Uint32Builder:
				f.Append(0)
			case *array.BinaryDictionaryBuilder:
				if column != schemas.ColStatute || text == "" {
					f.AppendNull()
				} else if err := f.AppendString(text); err != nil {
					panic(err)
				}
			default:
				f.AppendNull()
			}
		}
	}
	return b.NewRecord()
}

func TestBatch(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	in := charges(mem, "", "11357(A) HS", "11357(A) HS", "664/11358 HS", "PC 11357", "", "HS 11357 A", "999 PC", "x")
	defer in.Release()
	n := mustNew(t, "US-CA")
	defer n.Forget()
	for range 2 { // from the memo the second time
		checkBatch(t, n, mem, in)
	}
}

func checkBatch(t *testing.T, n *Normalizer, mem memory.Allocator, in arrow.Record) {
	t.Helper()
	out, err := n.Batch(mem, in)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Release()
	if !out.Schema().Equal(schemas.Coded) {
		t.Fatalf("got schema %v", out.Schema())
	}
	for i, column := range in.Columns() {
		if out.Column(i) != column {
			t.Errorf("column %d is not the one that was given", i)
		}
	}
	type row struct{ code, match, inchoate string }
	var got []row
	codes := out.Column(schemas.ColCode).(*array.Dictionary)
	for i := range int(out.NumRows()) {
		code := "null"
		if codes.IsValid(i) {
			code = codes.ValueStr(i)
		}
		got = append(got, row{
			code,
			schemas.CodeMatch(out.Column(schemas.ColCodeMatch).(*array.Uint8).Value(i)).String(),
			schemas.Inchoate(out.Column(schemas.ColInchoate).(*array.Uint8).Value(i)).String(),
		})
	}
	want := []row{
		{"null", "unmatched", "none"},
		{"CA:HSC:11357(a)", "section", "none"},
		{"CA:HSC:11357(a)", "section", "none"},
		{"attempt:CA:HSC:11358", "section", "attempt"},
		{"null", "ambiguous", "none"},
		{"null", "unmatched", "none"},
		{"CA:HSC:11357(a)", "exact", "none"},
		{"CA:PC:999", "grammar", "none"},
		{"null", "unmatched", "none"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestBatchEmpty(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	in := charges(mem)
	defer in.Release()
	n := mustNew(t, "US-CA")
	defer n.Forget()
	out, err := n.Batch(mem, in)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Release()
	if out.NumRows() != 0 {
		t.Errorf("got %d rows, want 0", out.NumRows())
	}
}

// Lists of words that go on from one batch to the next, or do not, give the codes that each gives alone.
func TestListsThatGoOn(t *testing.T) {
	texts := []string{"11357(A) HS", "459 PC", "x", "664/11358 HS", "11359 HS", "PC 11357", "487(A) PC"}
	fresh := mustNew(t, "US-CA")
	rapid.Check(t, func(t *rapid.T) {
		n := fresh.Another()
		defer n.Forget()
		var ends []int32
		var text []byte
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			if len(ends) == 0 || rapid.IntRange(0, 3).Draw(t, "anew") == 0 {
				ends, text = append(make([]int32, 0, 64), 0), make([]byte, 0, 1<<10)
			}
			for range rapid.IntRange(0, 3).Draw(t, "more") {
				text = append(text, rapid.SampledFrom(texts).Draw(t, "text")...)
				ends = append(ends, int32(len(text)))
			}
			if len(ends) == 1 {
				continue
			}
			list := array.NewStringData(array.NewData(arrow.BinaryTypes.String, len(ends)-1, []*memory.Buffer{
				nil, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(slices.Clip(ends))), memory.NewBufferBytes(slices.Clip(text)),
			}, nil, 0, 0))
			numbers := rapid.SliceOfN(rapid.Int32Range(0, int32(len(ends)-2)), 1, 8).Draw(t, "rows")
			rows := array.NewInt32Data(array.NewData(arrow.PrimitiveTypes.Int32, len(numbers), []*memory.Buffer{
				nil, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(numbers)),
			}, nil, 0, 0))
			got := n.code(memory.DefaultAllocator, array.NewDictionaryArray(schemas.Words, rows, list))
			codes := got[0].(*array.Dictionary)
			for i, number := range numbers {
				want := fresh.Statute(list.Value(int(number))).String()
				code := ""
				if codes.IsValid(i) {
					code = codes.Dictionary().(*array.String).Value(codes.GetValueIndex(i))
				}
				if code != want {
					t.Fatalf("%q has the code %q, want %q", list.Value(int(number)), code, want)
				}
			}
		}
	})
}

func TestBatchOfOtherSchema(t *testing.T) {
	other := array.NewRecord(arrow.NewSchema([]arrow.Field{}, nil), nil, 0)
	defer other.Release()
	if out, err := mustNew(t, "US-CA").Batch(memory.DefaultAllocator, other); err == nil {
		t.Errorf("got a batch of %d columns, want an error", out.NumCols())
	}
}

func BenchmarkBatch(b *testing.B) {
	texts := []string{
		"11357(A) HS-POSSESS", "11357A HS", "HS 11357(B)", "11358 HS", "664/11359 HS", "11360A2 HS", "459 PC-BURGLARY",
		"484(A)/490.5 PC", "23152(A) VC", "PC 242", "11377(A) HS", "148(A)(1) PC-OBSTRUCT", "no statute", "602(L) PC",
	}
	const rows = 1 << 14
	statutes := make([]string, rows)
	size := 0
	for i := range statutes {
		statutes[i] = texts[i*7919%len(texts)]
		size += len(statutes[i])
	}
	b.SetBytes(int64(size))
	in := charges(memory.DefaultAllocator, statutes...)
	defer in.Release()
	n, err := New("US-CA")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		out, err := n.Batch(memory.DefaultAllocator, in)
		if err != nil {
			b.Fatal(err)
		}
		out.Release()
	}
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkStatuteUnseen(b *testing.B) {
	n, err := New("US-CA")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		n.parse("664/11357(C) HS-POSS MARIJUANA OVER 1 OZ/28.5 GRAM")
	}
}

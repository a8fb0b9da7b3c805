package tables_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	pfile "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/tables"
)

// file is a Parquet file of the records that lines of JSON are.
func file(t testing.TB, schema *arrow.Schema, rowGroup int64, lines ...string) []byte {
	t.Helper()
	record, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader("["+strings.Join(lines, ",")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	defer record.Release()
	var b bytes.Buffer
	props := parquet.NewWriterProperties(parquet.WithMaxRowGroupLength(rowGroup), parquet.WithCompression(compress.Codecs.Zstd))
	w, err := pqarrow.NewFileWriter(schema, &b, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(record), w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(b []byte, wanted ...string) (*tables.Reader, error) {
	return tables.Open(context.Background(), bytes.NewReader(b), int64(len(b)), wanted, containers.Limits{})
}

// rows are the rows of a file as text, fields parted by bars.
func rows(t testing.TB, b []byte, wanted ...string) []string {
	t.Helper()
	r, err := open(b, wanted...)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(iotest.OneByteReader(r))
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Split(strings.ReplaceAll(string(text), "\x1f", "|"), "\x1e")
	return list[:len(list)-1] // an end stands behind each
}

func TestEveryTypeIsText(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "w", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}, Nullable: true},
		{Name: "i", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "u", Type: arrow.PrimitiveTypes.Uint8, Nullable: true},
		{Name: "f", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "b", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
		{Name: "d", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
		{Name: "t", Type: arrow.FixedWidthTypes.Timestamp_ms, Nullable: true},
		{Name: "n", Type: &arrow.Decimal128Type{Precision: 9, Scale: 2}, Nullable: true},
		{Name: "list", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32), Nullable: true},
		{Name: "other", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil)
	b := file(t, schema, 2,
		`{"s":"Ann, \"Roe\"\nII","w":"x","i":-7,"u":200,"f":11357.5,"b":true,"d":"1999-05-21","t":"1999-05-21T13:14:15","n":"-12.50","list":[1],"other":"o"}`,
		`{"t":"1999-05-21T13:14:15.25","f":1e21}`,
		`{"s":"é","w":"","i":19990521,"b":false,"d":"0001-01-01"}`,
	)
	want := []string{
		"s|w|i|u|f|b|d|t|n",
		"Ann, \"Roe\"\nII|x|-7|200|11357.5|true|1999-05-21|1999-05-21T13:14:15|-12.50",
		"||||1000000000000000000000|||1999-05-21T13:14:15.25|",
		"é||19990521|||false|0001-01-01||",
	}
	if diff := cmp.Diff(want, rows(t, b, "S", "w", "i", "u", "f", "b", "d", "t", "n", "missing")); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if _, err := open(b, "s", "LIST"); err == nil || !strings.Contains(err.Error(), `its column "list" is of type list`) {
		t.Errorf("a column of lists: error %v", err)
	}
	if got := rows(t, b); got[0] != "s|w|i|u|f|b|d|t|n|other" {
		t.Errorf("all columns: %q", got[0])
	}
	if got := rows(t, b, "other"); got[0] != "other" || len(got) != 4 {
		t.Errorf("one column: %q", got)
	}
}

// A column is found by its name, however many columns those before it have.
func TestColumnsBehindNestedOnes(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "p", Type: arrow.StructOf(arrow.Field{Name: "x", Type: arrow.BinaryTypes.String}, arrow.Field{Name: "y", Type: arrow.BinaryTypes.String})},
		{Name: "s", Type: arrow.BinaryTypes.String},
		{Name: "t", Type: arrow.BinaryTypes.String},
	}, nil)
	got := rows(t, file(t, schema, 9, `{"p":{"x":"1","y":"2"},"s":"3","t":"4"}`), "s", "t")
	if diff := cmp.Diff([]string{"s|t", "3|4"}, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// A value that holds an end of fields or rows must not become two.
func TestEndsInValuesAreNoText(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String}, {Name: "t", Type: arrow.BinaryTypes.String}}, nil)
	got := rows(t, file(t, schema, 9, `{"s":"a\u001fb","t":"c"}`, `{"s":"a","t":"\u001ec"}`), "s", "t")
	if diff := cmp.Diff([]string{"s|t", "\xff|c", "a|\xff"}, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func many(t testing.TB) []byte {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "i", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
	}, nil)
	lines := make([]string, 10_000)
	for i := range lines {
		lines[i] = `{"s":"` + strings.Repeat("x", i%50) + `","i":` + string(rune('0'+i%10)) + `}`
	}
	return file(t, schema, 3000, lines...)
}

func TestManyRowsInOrder(t *testing.T) {
	got := rows(t, many(t), "s", "i")
	if len(got) != 10_001 {
		t.Fatalf("%d rows", len(got))
	}
	for i, row := range got[1:] {
		if want := strings.Repeat("x", i%50) + "|" + string(rune('0'+i%10)); row != want {
			t.Fatalf("row %d is %q, want %q", i, row, want)
		}
	}
}

// Groups can be read by themselves, in any order and beside each other.
func TestGroupsAreReadByThemselves(t *testing.T) {
	b := many(t)
	f, err := tables.OpenFile(t.Context(), bytes.NewReader(b), int64(len(b)), []string{"s", "i"}, containers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, first, end := rows(t, b, "s", "i"), int64(1), int64(0)
	var all sync.WaitGroup
	defer all.Wait()
	for i, g := range f.Groups() {
		if g.Offset < end {
			t.Errorf("group %d begins at %d, before the one behind it ends", i, g.Offset)
		}
		end = g.Offset + g.Length
		from := first
		first += g.Rows
		all.Go(func() {
			r, err := f.Rows(t.Context(), bytes.NewReader(b), from, g.Rows)
			if err != nil {
				t.Error(err)
				return
			}
			text, err := io.ReadAll(r)
			got := strings.Split(strings.ReplaceAll(string(text), "\x1f", "|"), "\x1e")
			if diff := cmp.Diff(want[from:from+g.Rows], got[:len(got)-1]); err != nil || diff != "" {
				t.Errorf("group %d: error %v, rows (-want +got):\n%.1000s", i, err, diff)
			}
		})
	}
	if len(f.Groups()) != 4 || first != int64(len(want)) || end > int64(len(b)) {
		t.Errorf("%d groups of %d rows, to byte %d of %d", len(f.Groups()), first-1, end, len(b))
	}
	for _, of := range [][2]int64{{1, 3001}, {1, 2999}, {2, 3000}} {
		if _, err := f.Rows(t.Context(), bytes.NewReader(b), of[0], of[1]); err == nil {
			t.Errorf("%d rows from row %d on are read, and a group has 3000", of[1], of[0])
		}
	}
	sample, err := f.Sample(t.Context(), bytes.NewReader(b))
	front := strings.Join(want[1:1+sample.Rows], "\x1e") + "\x1e"
	if err != nil || sample.Rows == 0 || strings.ReplaceAll(string(sample.Text), "\x1f", "|") != front {
		t.Errorf("a sample of %d rows is %q, error %v", sample.Rows, sample.Text, err)
	}
}

// withFooter is a file whose footer says something else.
func withFooter(t *testing.T, b []byte, change func(*metadata.FileMetaData)) []byte {
	t.Helper()
	in, err := pfile.NewParquetReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	change(in.MetaData())
	footer := len(b) - 8 - int(binary.LittleEndian.Uint32(b[len(b)-8:]))
	changed := bytes.NewBuffer(bytes.Clone(b[:footer]))
	n, err := in.MetaData().WriteTo(changed, nil)
	if err != nil {
		t.Fatal(err)
	}
	changed.Write(binary.LittleEndian.AppendUint32(nil, uint32(n)))
	changed.WriteString("PAR1")
	return changed.Bytes()
}

// A footer that would lose rows, put values into other rows, or make any number of rows of a small file by
// groups that share their pages, is refused.
func TestFootersThatDoNotAgree(t *testing.T) {
	b := many(t)
	for name, c := range map[string]struct {
		change func(*metadata.FileMetaData)
		want   string
	}{
		"as it is":     {func(*metadata.FileMetaData) {}, ""},
		"a group less": {func(m *metadata.FileMetaData) { m.RowGroups = m.RowGroups[:3] }, "how many rows"},
		"a row less":   {func(m *metadata.FileMetaData) { m.NumRows--; m.RowGroups[0].NumRows-- }, "how many rows"},
		"a value less": {func(m *metadata.FileMetaData) {
			m.NumRows--
			m.RowGroups[0].NumRows--
			for _, c := range m.RowGroups[0].Columns {
				c.MetaData.NumValues--
			}
		}, "not as long as the footer says"},
		"shared pages": {func(m *metadata.FileMetaData) {
			for range 5 {
				m.RowGroups = append(m.RowGroups, m.RowGroups...)
			}
			m.NumRows *= 32
		}, "not as long as the footer says"},
	} {
		_, err := open(withFooter(t, b, c.change), "s", "i")
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestWhatIsNoParquetIsRefused(t *testing.T) {
	whole := many(t)
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":         {nil, "cut"},
		"its beginning":   {whole[:len(whole)/2], "cut or damaged"},
		"no more than it": {[]byte("PAR1"), "cut"},
		"encrypted":       {append([]byte("PAR1aaaa\x04\x00\x00\x00"), "PARE"...), "encrypted"},
		"a long footer":   {append([]byte("PAR1aaaa\xff\xff\xff\x7f"), "PAR1"...), "cut or damaged"},
		"an empty footer": {append([]byte("PAR1aaaa\x00\x00\x00\x00"), "PAR1"...), "cannot be read"},
	} {
		if _, err := open(c.file, "s"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestLimitsHoldForTables(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String}}, nil)
	lines := make([]string, 20_000)
	for i := range lines {
		lines[i] = `{"s":"` + strings.Repeat("x", 500) + `"}`
	}
	b := file(t, schema, math.MaxInt32, lines...)
	r, err := open(b, "s")
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	if limit, ok := errors.AsType[*containers.LimitError](err); !ok || limit.Limit != "ratio" {
		t.Errorf("%d bytes of ten million: error %v", len(b), err)
	}
}

// The text of all groups counts, however they are read, and that of one that is read again once.
func TestLimitsHoldForAllGroups(t *testing.T) {
	b := many(t)
	whole := int64(len(strings.Join(rows(t, b, "s", "i")[1:], "\x1e")) + 1)
	for name, c := range map[string]struct {
		most int64
		want bool
	}{"all of it": {whole, true}, "a byte less": {whole - 1, false}} {
		f, err := tables.OpenFile(t.Context(), bytes.NewReader(b), int64(len(b)), []string{"s", "i"}, containers.Limits{Bytes: c.most})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			for _, first := range []int64{9001, 1, 3001, 6001} {
				var r *tables.Reader
				if r, err = f.Rows(t.Context(), bytes.NewReader(b), first, min(3000, 10_001-first)); err == nil {
					_, err = io.Copy(io.Discard, r)
				}
				if err != nil {
					break
				}
			}
		}
		if _, limit := errors.AsType[*containers.LimitError](err); c.want != (err == nil) || !c.want && !limit {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// Arrow's own description of a file is beside the point: damaged bytes there had the
// library ask for 20 GB.
func TestArrowSchemaIsNotRead(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String}}, nil)
	b := file(t, schema, 1, `{"s":"a"}`, `{"s":"b"}`)
	at := bytes.Index(b, []byte("ARROW:schema"))
	if at < 0 {
		t.Fatal("the file has no such description")
	}
	for i := at + 20; i < at+120; i++ {
		b[i] = '/'
	}
	r, err := open(b, "s")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); string(got) != "s\x1ea\x1eb\x1e" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
}

// Whatever is wrong with a file, the program goes on.
func FuzzParquet(f *testing.F) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "d", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
	}, nil)
	f.Add(file(f, schema, 1, `{"s":"a","d":"1999-05-21"}`, `{"s":"b"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := open(b, "s", "d")
		if err != nil {
			return
		}
		if n, err := io.Copy(io.Discard, io.LimitReader(r, 1<<24)); err == nil && n == 0 {
			t.Error("no header")
		}
	})
}

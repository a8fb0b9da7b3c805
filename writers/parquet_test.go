package writers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

const partKey = "determinations/part-00000.parquet"

func TestBothReadersReadWhatIsWritten(t *testing.T) {
	for _, n := range []int{0, 1, 1000, groupRows + 5} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			data, out := fileOf(t, n)
			if out.Rows != int64(n) || out.Bytes != int64(len(data)) || out.SHA256 != hexSHA256(data) {
				t.Errorf("got %+v for %d rows in %d bytes", out, n, len(data))
			}
			out.Path = partKey
			s := stored(t, partKey, data)
			if err := checkFooter(t.Context(), Folder{Store: s}, out); err != nil {
				t.Error(err)
			}
			if err := compareValues(t.Context(), Folder{Store: s}, partKey); err != nil {
				t.Error(err)
			}
		})
	}
}

// However the rows are divided into batches, and whatever stands among them, each is
// read back as it was, and the file is the same.
func TestDeterminationsAreReadBack(t *testing.T) {
	const n = groupRows + 3000
	rows := inventedRows(0, n)
	var first []byte
	for _, way := range []struct {
		batch  int
		asides bool
	}{{n, false}, {9_001, true}, {700, false}} {
		var b bytes.Buffer
		d, err := NewDeterminations(&b, memory.NewGoAllocator())
		if err != nil {
			t.Fatal(err)
		}
		for batch := range slices.Chunk(rows, way.batch) {
			charges, sources, verdicts := decided(batch, memory.NewGoAllocator(), way.asides)
			if err := d.Append(charges, sources, verdicts); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
		}
		if !bytes.Equal(first, b.Bytes()) {
			t.Errorf("batches of %d rows make another file", way.batch)
		}
		i := 0
		err = eachBatch(t.Context(), Folder{Store: stored(t, partKey, b.Bytes())}, partKey, nil, func(batch arrow.Record) {
			for row := range int(batch.NumRows()) {
				got := readDetermination(batch, row)
				match := batch.Column(schemas.Determinations.FieldIndices("code_match")[0]).ValueStr(row)
				if match != rows[i].CodeMatch.String() {
					t.Fatalf("batches of %d rows: row %d: code_match is %s", way.batch, i, match)
				}
				got.CodeMatch = rows[i].CodeMatch // readDetermination has no use for it
				if diff := cmp.Diff(*rows[i], got); diff != "" {
					t.Fatalf("batches of %d rows: row %d: -want +got\n%s", way.batch, i, diff)
				}
				i++
			}
		})
		if err != nil || i != n {
			t.Errorf("%d of %d rows read (%v)", i, n, err)
		}
	}
}

func TestEqualRowsMakeEqualFiles(t *testing.T) {
	first, _ := fileOf(t, groupRows+100)
	for range 2 {
		if again, _ := fileOf(t, groupRows+100); !bytes.Equal(first, again) {
			t.Fatal("two files of the same rows differ")
		}
	}
}

// Also a column that turns out to have a dictionary of megabytes.
func TestManyDifferentWordsMakeEqualFiles(t *testing.T) {
	write := func() []byte {
		var b bytes.Buffer
		r, err := NewReviews(&b, memory.NewGoAllocator())
		if err != nil {
			t.Fatal(err)
		}
		for i := range groupRows {
			err := r.Append(&Review{Source: "s", Line: int64(i), Policy: "p", Question: "q", Rule: fmt.Sprintf("%050d", i)})
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	first := write()
	for range 2 {
		if !bytes.Equal(first, write()) {
			t.Fatal("two files of the same rows differ")
		}
	}
}

func TestTableReleasesItsMemory(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	if _, err := writeDeterminations(t, io.Discard, 100, mem); err != nil {
		t.Fatal(err)
	}
	d, err := NewDeterminations(io.Discard, mem)
	if err != nil {
		t.Fatal(err)
	}
	charges, sources, verdicts := decided(inventedRows(0, 3), mem, false)
	defer charges.Release()
	if err := d.Append(charges, sources, verdicts); err != nil {
		t.Fatal(err)
	}
	d.Abort()
}

// The statistics of string columns point into the buffers that were written;
// they must be right although those of the next row group came since.
func TestStatisticsAreThoseOfTheRowGroup(t *testing.T) {
	var b bytes.Buffer
	r, err := NewReviews(&b, memory.NewGoAllocator())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 * groupRows {
		row := &Review{Source: "s", Line: int64(i), Policy: "p", Question: "q", Case: "b", Who: "b"}
		if i >= groupRows {
			row.Case, row.Who = "y", "y"
		}
		if err := r.Append(row); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := file.NewParquetReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for group, want := range []string{"b", "y"} {
		for _, name := range []string{"case_id", "who"} {
			column := f.MetaData().Schema.ColumnIndexByName(name)
			chunk, err := f.MetaData().RowGroup(group).ColumnChunk(column)
			if err != nil {
				t.Fatal(err)
			}
			stats, err := chunk.Statistics()
			if err != nil {
				t.Fatal(err)
			}
			s := stats.(*metadata.ByteArrayStatistics)
			if string(s.Min()) != want || string(s.Max()) != want {
				t.Errorf("row group %d, column %s: from %q to %q, want %q", group, name, s.Min(), s.Max(), want)
			}
		}
	}
}

// The least and the greatest value of each kind of column, as another reader decodes
// them.
func TestStatisticsAreTheExtremes(t *testing.T) {
	data, _ := fileOf(t, 5000)
	f, err := file.NewParquetReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var persons []string
	var days []int32
	var lines []int64
	var masks []uint64
	for _, d := range inventedRows(0, 5000) {
		if d.Person != "" {
			persons = append(persons, d.Person)
		}
		if d.DispositionDate.Known() {
			days = append(days, int32(d.DispositionDate))
		}
		lines, masks = append(lines, d.Line), append(masks, d.LeavesFalse)
	}
	statistics := func(name string) metadata.TypedStatistics {
		chunk, err := f.MetaData().RowGroup(0).ColumnChunk(f.MetaData().Schema.ColumnIndexByName(name))
		if err != nil {
			t.Fatal(err)
		}
		stats, err := chunk.Statistics()
		if err != nil || !stats.HasMinMax() {
			t.Fatalf("%s: no statistics (%v)", name, err)
		}
		return stats
	}
	if s := statistics("person_id").(*metadata.ByteArrayStatistics); string(s.Min()) != slices.Min(persons) || string(s.Max()) != slices.Max(persons) {
		t.Errorf("person_id: from %s to %s", s.Min(), s.Max())
	} else if want := int64(5000 - len(persons)); s.NullCount() != want {
		t.Errorf("person_id: %d nulls, want %d", s.NullCount(), want)
	}
	if s := statistics("county").(*metadata.ByteArrayStatistics); string(s.Min()) != "COUNTY 0" || string(s.Max()) != "COUNTY 9" {
		t.Errorf("county: from %s to %s", s.Min(), s.Max())
	}
	if s := statistics("disposition_date").(*metadata.Int32Statistics); s.Min() != slices.Min(days) || s.Max() != slices.Max(days) {
		t.Errorf("disposition_date: from %d to %d", s.Min(), s.Max())
	}
	if s := statistics("line").(*metadata.Int64Statistics); s.Min() != slices.Min(lines) || s.Max() != slices.Max(lines) {
		t.Errorf("line: from %d to %d", s.Min(), s.Max())
	}
	if s := statistics("leaves_false").(*metadata.Int64Statistics); uint64(s.Min()) != slices.Min(masks) || uint64(s.Max()) != slices.Max(masks) {
		t.Errorf("leaves_false: from %x to %x", s.Min(), s.Max())
	}
}

// The extremes of texts, of which some begin alike.
func TestExtremesOfTexts(t *testing.T) {
	part := rapid.SampledFrom([]string{"", "a", "b", "\x00", "abcdefgh", "zzzzzzzz", "é"})
	rapid.Check(t, func(t *rapid.T) {
		var c column
		var texts []string
		for range rapid.IntRange(1, 20).Draw(t, "texts") {
			text := part.Draw(t, "first") + part.Draw(t, "second") + part.Draw(t, "third")
			c.plainText(text)
			texts = append(texts, text)
		}
		if least, most := string(c.at(c.least)), string(c.at(c.most)); least != slices.Min(texts) || most != slices.Max(texts) {
			t.Fatalf("%q: from %q to %q", texts, least, most)
		}
	})
}

// A text that is none is found wherever it stands among others.
func TestInvalidUTF8IsFoundAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []*Determination
		for i := range rapid.IntRange(1, 12).Draw(t, "rows") {
			row := invented(i)
			row.Person = rapid.SampledFrom([]string{"P", "PERSON 12345678", "PÉRSON"}).Draw(t, "person")
			rows = append(rows, row)
		}
		spoiled := rapid.IntRange(-1, len(rows)-1).Draw(t, "spoiled")
		if spoiled >= 0 {
			at := rapid.IntRange(0, 12).Draw(t, "at")
			rows[spoiled].Person = strings.Repeat("P", at) + "\xff" + strings.Repeat("P", 12-at)
		}
		d, err := NewDeterminations(io.Discard, memory.NewGoAllocator())
		if err != nil {
			t.Fatal(err)
		}
		defer d.Abort()
		charges, sources, verdicts := decided(rows, memory.NewGoAllocator(), rapid.Bool().Draw(t, "asides"))
		defer charges.Release()
		if rapid.Bool().Draw(t, "backwards") {
			slices.Reverse(verdicts)
		}
		if err := d.Append(charges, sources, verdicts); errors.Is(err, errUTF8) != (spoiled >= 0) {
			t.Fatalf("row %d of %d: %v", spoiled, len(rows), err)
		}
	})
}

func TestInvalidUTF8IsRefusedWithoutBeingQuoted(t *testing.T) {
	for name, spoil := range map[string]func(*Determination){
		"plain":      func(d *Determination) { d.Person = "secret\xff" },
		"dictionary": func(d *Determination) { d.County = "secret\xff" },
	} {
		t.Run(name, func(t *testing.T) {
			d, err := NewDeterminations(io.Discard, memory.NewGoAllocator())
			if err != nil {
				t.Fatal(err)
			}
			row := invented(1)
			spoil(row)
			charges, sources, verdicts := decided([]*Determination{invented(7), row}, memory.NewGoAllocator(), false)
			err = d.Append(charges, sources, verdicts)
			if !errors.Is(err, errUTF8) || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "line 3") {
				t.Errorf("got %v", err)
			}
			if _, closeErr := d.Close(); !errors.Is(closeErr, errUTF8) {
				t.Errorf("Close: got %v, want the first error", closeErr)
			}
		})
	}
}

// failing is a writer whose n-th write fails, and all after it if permanent.
type failing struct {
	bytes.Buffer
	n         int
	permanent bool
	failed    bool
}

var errDisk = errors.New("no space left on device")

func (f *failing) Write(p []byte) (int, error) {
	f.n--
	if f.n == 0 || f.n < 0 && f.permanent {
		f.failed = true
		return 0, errDisk
	}
	return f.Buffer.Write(p)
}

func TestEveryFailingWriteIsReported(t *testing.T) {
	for _, permanent := range []bool{false, true} {
		t.Run(fmt.Sprintf("permanent=%t", permanent), func(t *testing.T) {
			for n := 1; ; n++ {
				w := &failing{n: n, permanent: permanent}
				_, err := writeDeterminations(t, w, 300, memory.NewGoAllocator())
				if !w.failed {
					if err != nil {
						t.Fatalf("no write failed, got %v", err)
					}
					t.Logf("%d writes", n-1)
					return
				}
				if !errors.Is(err, errDisk) {
					t.Fatalf("write %d failed, got %v", n, err)
				}
			}
		})
	}
}

func TestShortWriteIsAnError(t *testing.T) {
	s := newSink(shortWriter{})
	if _, err := s.Write([]byte("row")); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v", err)
	}
}

type shortWriter struct{}

func (shortWriter) Write(p []byte) (int, error) { return len(p) - 1, nil }

func TestPanicsBecomeErrors(t *testing.T) {
	for name, test := range map[string]struct{ value, want any }{
		"error": {errDisk, "x: panic: no space left on device"},
		"text":  {"a value", "x: panic of type string"},
	} {
		t.Run(name, func(t *testing.T) {
			err := guard("x", func() error { panic(test.value) })
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// Whatever byte of a file is damaged, reading it is an error or right, and
// never a panic.
func TestDamagedFilesAreErrors(t *testing.T) {
	data, out := fileOf(t, 50)
	out.Path = partKey
	for _, at := range []int{0, 4, len(data) / 3, len(data) - 400, len(data) - 100, len(data) - 8, len(data) - 5, len(data) - 1} {
		damaged := bytes.Clone(data)
		damaged[at] ^= 0xff
		s := stored(t, partKey, damaged)
		_ = checkFooter(t.Context(), Folder{Store: s}, out)
		_ = compareValues(t.Context(), Folder{Store: s}, partKey)
		_ = Print(t.Context(), Folder{Store: s}, partKey, PrintOptions{Format: CSV}, io.Discard)
	}
	for cut := range 40 {
		s := stored(t, partKey, data[:len(data)*cut/40])
		if err := checkFooter(t.Context(), Folder{Store: s}, out); err == nil {
			t.Errorf("a file cut to %d of %d bytes passes", len(data)*cut/40, len(data))
		}
	}
}

func BenchmarkDeterminations(b *testing.B) {
	const n = 4 * groupRows
	charges, sources, verdicts := decided(inventedRows(0, groupRows), memory.NewGoAllocator(), false)
	defer charges.Release()
	b.ReportAllocs()
	var size int64
	for b.Loop() {
		d, err := NewDeterminations(io.Discard, memory.NewGoAllocator())
		if err != nil {
			b.Fatal(err)
		}
		for range n / groupRows {
			if err := d.Append(charges, sources, verdicts); err != nil {
				b.Fatal(err)
			}
		}
		out, err := d.Close()
		if err != nil {
			b.Fatal(err)
		}
		size = out.Bytes
	}
	b.SetBytes(size)
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(size)/n, "bytes/row")
}

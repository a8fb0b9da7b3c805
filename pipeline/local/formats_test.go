package local_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/benchmarks/synth"
	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/tables"
)

// soundRows are the names of the columns of a CSV file, and its rows that can be read.
func soundRows(t *testing.T, text []byte) (names []string, rows [][]string) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		if len(record) == len(records[0]) {
			rows = append(rows, record)
		}
	}
	return records[0], rows
}

// asParquet is the rows of a CSV file that can be read, its dates typed.
func asParquet(t *testing.T, text []byte) []byte {
	t.Helper()
	names, records := soundRows(t, text)
	var fields []arrow.Field
	for _, name := range names {
		of := arrow.DataType(arrow.BinaryTypes.String)
		if strings.HasSuffix(name, "_date") {
			of = arrow.FixedWidthTypes.Date32
		}
		fields = append(fields, arrow.Field{Name: name, Type: of, Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, record := range records {
		for i, value := range record {
			switch column := b.Field(i).(type) {
			case *array.StringBuilder:
				if value == "" {
					column.AppendNull()
				} else {
					column.Append(value)
				}
			case *array.Date32Builder:
				if day, err := time.Parse(time.DateOnly, value); err == nil {
					column.Append(arrow.Date32FromTime(day))
				} else {
					column.AppendNull()
				}
			}
		}
	}
	rows := b.NewRecord()
	defer rows.Release()
	var file bytes.Buffer
	props := parquet.NewWriterProperties(parquet.WithMaxRowGroupLength(1000), parquet.WithCompression(compress.Codecs.Snappy))
	w, err := pqarrow.NewFileWriter(schema, &file, props, pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(rows), w.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// asJSON is the rows of a CSV file that can be read, an object a line; empty cells are
// left out, or null.
func asJSON(t *testing.T, text []byte) []byte {
	t.Helper()
	names, records := soundRows(t, text)
	var b bytes.Buffer
	for n, record := range records {
		object := map[string]any{}
		for i, value := range record {
			switch {
			case value != "":
				object[names[i]] = value
			case n%2 == 0:
				object[names[i]] = nil
			}
		}
		line, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	return b.Bytes()
}

// asXML is the rows of a CSV file that can be read, an element each; empty cells are left out, or
// have an empty element.
func asXML(t *testing.T, text []byte) []byte {
	t.Helper()
	names, records := soundRows(t, text)
	b := bytes.NewBufferString(xml.Header + "<x:charges xmlns:x=\"urn:x\">\n")
	for n, record := range records {
		b.WriteString("<x:charge>\n")
		for i, value := range record {
			if value == "" && n%2 == 1 {
				continue
			}
			b.WriteString("  <x:" + names[i] + ">")
			if err := xml.EscapeText(b, []byte(value)); err != nil {
				t.Fatal(err)
			}
			b.WriteString("</x:" + names[i] + ">\n")
		}
		b.WriteString("</x:charge>\n")
	}
	b.WriteString("</x:charges>\n")
	return b.Bytes()
}

// One population gives the same determinations however it is sent.
func TestFormatsDecideAlike(t *testing.T) {
	if testing.Short() {
		t.Skip("long: make test runs it")
	}
	const rows = 5000
	decisions := func(cfg pipeline.Config) []map[string]string {
		t.Helper()
		sweep(t, cfg)
		list := table(t, cfg, "determinations")
		for _, row := range list {
			maps.DeleteFunc(row, func(column, _ string) bool { return column == "source" || column == "line" })
		}
		slices.SortFunc(list, func(a, b map[string]string) int { return strings.Compare(a["charge_id"], b["charge_id"]) })
		return list
	}
	base, folder := synthetic(t, rows, synth.CSV)
	want := decisions(base)
	if len(want) != rows {
		t.Fatalf("%d determinations", len(want))
	}
	converted := func(extension string, convert func([]byte) []byte) pipeline.Config {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(folder, "charges-*.csv"))
		if err != nil {
			t.Fatal(err)
		}
		to := t.TempDir()
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err == nil {
				err = os.WriteFile(filepath.Join(to, filepath.Base(name)+extension), convert(text), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		cfg := config(t, "LOS ANGELES", filepath.Join(to, "charges-*"))
		cfg.Layout, cfg.RangeBytes = "generic/charges", 100_000
		return cfg
	}
	fixed, _ := synthetic(t, rows, synth.Fixed)
	segments, _ := synthetic(t, rows, synth.Segments)
	segments.RangeBytes = 100_000
	for name, cfg := range map[string]pipeline.Config{
		"fixed":    fixed,
		"segments": segments,
		"gzip": converted(".gz", func(text []byte) []byte {
			cut := bytes.IndexByte(text[len(text)/2:], '\n') + len(text)/2 + 1
			return gz(t, text[:cut], text[cut:])
		}),
		"JSON":         converted(".json", func(text []byte) []byte { return asJSON(t, text) }),
		"JSON in gzip": converted(".json.gz", func(text []byte) []byte { return gz(t, asJSON(t, text)) }),
		"XML":          converted(".xml", func(text []byte) []byte { return asXML(t, text) }),
		"XML in gzip":  converted(".xml.gz", func(text []byte) []byte { return gz(t, asXML(t, text)) }),
		"Parquet":      converted(".parquet", func(text []byte) []byte { return asParquet(t, text) }),
	} {
		if diff := cmp.Diff(want, decisions(cfg)); diff != "" {
			t.Errorf("%s (-CSV +%s):\n%.3000s", name, name, diff)
		}
	}
}

// What is wrong with a table is seen when it is read, which is after its survey; nothing is published then either,
// and a daemon does not try again.
func TestADamagedTablePublishesNothing(t *testing.T) {
	plain, text := oneExtract(t, 5_000)
	garbled := asParquet(t, text)
	sound, err := tables.OpenFile(t.Context(), bytes.NewReader(garbled), int64(len(garbled)), nil, containers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 { // behind the header of the page
		garbled[int(sound.Groups()[3].Offset)+60+i] ^= 0x55
	}
	spoilt := asXML(t, text)
	at := len(spoilt)/2 + bytes.Index(spoilt[len(spoilt)/2:], []byte("</x:statute>"))
	spoilt = slices.Concat(spoilt[:at], []byte("&MARKER;"), spoilt[at:])
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"a.parquet": {garbled, "its Parquet data cannot be read"},
		"a.xml":     {spoilt, "its XML is not well formed"},
		"a.xml.gz":  {gz(t, spoilt), "its XML is not well formed"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := named(t, plain, name, c.data)
			cfg.RangeBytes = 100_000
			_, err := trySweep(t.Context(), cfg)
			if !errors.Is(err, pipeline.ErrUnfit) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "MARKER") {
				t.Errorf("error %v, want one of %q that is ErrUnfit", err, c.want)
			}
			if seen, left := published(t, cfg.Out), leftovers(t, cfg.Out); len(seen)+len(left) > 0 {
				t.Errorf("published %v, left %v", seen, left)
			}
		})
	}
}

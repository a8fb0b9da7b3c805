package writers

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/cespare/xxhash/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

// flushHere stands among deliveries where the spool is flushed.
var flushHere = &Delivery{}

// deliverAll writes the update files of deliveries that come in parts.
func deliverAll(t rapid.TB, s storage.Store, parts ...[]*Delivery) (files map[string]string, outputs []Output) {
	t.Helper()
	ctx := contextOf(t)
	a, err := Begin(s, s, "run", InClear)
	if err != nil {
		t.Fatal(err)
	}
	var receipts []Receipt
	for n, deliveries := range parts {
		p, err := a.Part(ctx, n+1, memory.NewGoAllocator())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range deliveries {
			if d == flushHere {
				err = p.deliveries.flush()
			} else {
				err = p.Delivery(d)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		r, err := p.Close()
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, r)
	}
	slices.Reverse(receipts) // their order is that of their numbers
	if outputs, err = a.Deliver(ctx, Delivering{Policy: "us-ca/prop64", AsOf: "2026-01-02", Workers: 2}, receipts); err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, out := range outputs {
		data, err := storage.ReadAll(ctx, s, a.Prefix()+"/"+out.Path, 1<<26)
		if err != nil || int64(len(data)) != out.Bytes || hexSHA256(data) != out.SHA256 {
			t.Fatal("output is not what it says", out.Path, err)
		}
		files[out.Path] = string(data)
	}
	return files, outputs
}

func TestUpdateFilesHoldEveryDeliveryInOrder(t *testing.T) {
	const n = 100
	var parts [2][]*Delivery
	for i := range n {
		parts[i*2/n] = append(parts[i*2/n], inventedDelivery(i))
	}
	files, outputs := deliverAll(t, newDisk(t), parts[0], parts[1])
	if len(outputs) != 6 {
		t.Fatalf("%d files for 3 agencies", len(outputs))
	}
	for k, agency := range []string{"court-us-ca-a", "court-us-ca-b", "court-us-ca-c"} {
		var want [][]string
		for i := k; i < n; i += 3 {
			want = append(want, expectedRow(len(want)+1, inventedDelivery(i)))
		}
		table := files["agencies/"+agency+"/update.csv"]
		fixed := files["agencies/"+agency+"/update.txt"]
		if diff := cmp.Diff(want, readUpdateCSV(t, table)); diff != "" {
			t.Errorf("%s: update.csv (-want +got):\n%s", agency, diff)
		}
		if diff := cmp.Diff(want, readUpdateFixed(t, fixed, agency)); diff != "" {
			t.Errorf("%s: update.txt (-want +got):\n%s", agency, diff)
		}
	}
}

func expectedRow(sequence int, d *Delivery) []string {
	row := []string{strconv.Itoa(sequence)}
	for _, c := range updateColumns {
		if c.date != nil {
			row = append(row, c.date(d).String())
		} else {
			row = append(row, c.value(d))
		}
	}
	return row
}

func readUpdateCSV(t rapid.TB, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// readUpdateFixed reads update.txt as docs/formats/outputs.md tells a recipient
// to, and checks what a recipient would check.
func readUpdateFixed(t rapid.TB, text, agency string) [][]string {
	t.Helper()
	records := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var rows [][]string
	total := uint64(0)
	for i, record := range records {
		if len(record) != recordWidth() {
			t.Fatal("record", i, "has", len(record), "bytes")
		}
		if record[0] != 'D' {
			continue
		}
		total += uint64(crc32.ChecksumIEEE([]byte(record)))
		row := []string{strings.TrimLeft(record[1:11], "0")}
		at := 11
		for _, c := range updateColumns {
			row = append(row, strings.TrimRight(record[at:at+c.width], " "))
			at += c.width
		}
		rows = append(rows, row)
	}
	head, tail := records[0], records[len(records)-1]
	if want := "H02" + agency + " "; !strings.HasPrefix(head, want) || head[195:205] != "2026-01-02" {
		t.Fatal("header record", head)
	}
	if want := fmt.Sprintf("T%010d%012d", len(rows), total%1_000_000_000_000); strings.TrimRight(tail, " ") != want {
		t.Fatal("trailer record", tail, "want", want)
	}
	return rows
}

// Whatever text fits comes back, from both forms.
func TestUpdateWriteThenReadIsIdentity(t *testing.T) {
	s := newDisk(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune(`ab,";'|=+-@\ §é`)), 0, 12, 32)
		var deliveries []*Delivery
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			d := inventedDelivery(1)
			d.Agencies = []string{"court-x"}
			for i, to := range []*string{&d.Person, &d.Case, &d.Charge, &d.County, &d.Court, &d.Code, &d.Words.Clause} {
				*to = strings.TrimSpace(text.Draw(t, strconv.Itoa(i)))
			}
			d.Charge += "1" // something must tell which record is meant
			deliveries = append(deliveries, d)
		}
		files, _ := deliverAll(t, s, deliveries)
		var want [][]string
		for i, d := range deliveries {
			want = append(want, expectedRow(i+1, d))
		}
		if diff := cmp.Diff(want, readUpdateCSV(t, files["agencies/court-x/update.csv"])); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(want, readUpdateFixed(t, files["agencies/court-x/update.txt"], "court-x")); diff != "" {
			t.Fatal(diff)
		}
	})
}

// However deliveries are cut into parts and flushes, the files are the same.
func TestUpdateFilesDoNotDependOnParts(t *testing.T) {
	var all []*Delivery
	for i := range 60 {
		all = append(all, inventedDelivery(i))
	}
	want, _ := deliverAll(t, newDisk(t), all)
	for _, cut := range []int{1, 17, 59} {
		got, _ := deliverAll(t, newDisk(t), all[:cut], all[cut:])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("cut after %d: the files differ", cut)
		}
	}
}

func TestSpoolFlushesKeepOrder(t *testing.T) {
	s := newDisk(t)
	a, err := Begin(s, s, "run", InClear)
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Part(t.Context(), 0, memory.NewGoAllocator())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if err := p.Delivery(inventedDelivery(3 * i)); err != nil {
			t.Fatal(err)
		}
		if err := p.deliveries.flush(); err != nil {
			t.Fatal(err)
		}
	}
	r, err := p.Close()
	if err != nil || len(r.Extents) != 10 {
		t.Fatalf("%d extents, %v", len(r.Extents), err)
	}
	var charges []string
	for _, e := range r.Extents {
		err := eachSpooled(t.Context(), s, []flushed{{0, a.spoolKey(0), []Extent{e}}}, func(from *spoolReader) error {
			for _, row := range from.rows {
				if row.spot > 0 {
					cut, _ := fields(from.row(row.spot), nil)
					charges = append(charges, string(cut[5]))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !slices.IsSorted(charges) || len(charges) != 10 {
		t.Errorf("got %q", charges)
	}
}

// An agency that hears of several others' charges has them in the order in which they came.
func TestSpoolKeepsOrderAcrossAgencies(t *testing.T) {
	s := newDisk(t)
	lists := [][]string{{"court-a", "state"}, {"court-b", "state"}, {"court-a"}, {"state", "court-a"}, {"court-b", "court-a", "state"}, {}}
	lists = append(lists, lists[0][:1]) // it stands where a longer one does
	rapid.Check(t, func(t *rapid.T) {
		want := map[string][]string{}
		parts := make([][]*Delivery, 2)
		for part := range parts {
			for i := range rapid.IntRange(0, 20).Draw(t, "rows") {
				d := inventedDelivery(i)
				d.Agencies = rapid.SampledFrom(lists).Draw(t, "agencies")
				d.Charge = fmt.Sprintf("charge-%d-%d", part, i)
				for _, agency := range d.Agencies {
					want[agency] = append(want[agency], d.Charge)
				}
				parts[part] = append(parts[part], d)
				if rapid.IntRange(0, 5).Draw(t, "flush") == 0 {
					parts[part] = append(parts[part], flushHere)
				}
			}
		}
		files, _ := deliverAll(t, s, parts...)
		for agency, charges := range want {
			var got []string
			for _, row := range readUpdateCSV(t, files["agencies/"+agency+"/update.csv"]) {
				got = append(got, row[6])
			}
			if diff := cmp.Diff(charges, got); diff != "" {
				t.Fatalf("%s: -want +got\n%s", agency, diff)
			}
		}
	})
}

// More agencies than are written together each get what is theirs.
func TestManyAgencies(t *testing.T) {
	var deliveries []*Delivery
	const agencies = together + 3
	for i := range 3 * agencies {
		d := inventedDelivery(i)
		d.Agencies = []string{fmt.Sprintf("court-%d", i%agencies), "state"}
		d.Charge = fmt.Sprintf("charge-%d", i)
		deliveries = append(deliveries, d)
	}
	files, outputs := deliverAll(t, newDisk(t), deliveries)
	if len(outputs) != 2*(agencies+1) {
		t.Fatalf("%d files of %d agencies", len(outputs), agencies+1)
	}
	for k := range agencies {
		var got []string
		for _, row := range readUpdateCSV(t, files[fmt.Sprintf("agencies/court-%d/update.csv", k)]) {
			got = append(got, row[6])
		}
		want := []string{fmt.Sprintf("charge-%d", k), fmt.Sprintf("charge-%d", k+agencies), fmt.Sprintf("charge-%d", k+2*agencies)}
		if !slices.Equal(got, want) {
			t.Errorf("court-%d: got %q, want %q", k, got, want)
		}
	}
	if got := len(readUpdateCSV(t, files["agencies/state/update.csv"])); got != 3*agencies {
		t.Errorf("the state hears of %d charges", got)
	}
}

// bufferingStore is a store whose writers take memory, and counts those that are open.
type bufferingStore struct {
	storage.Store
	open, most atomic.Int32
}

func (s *bufferingStore) BuffersWrites() {}

func (s *bufferingStore) Create(ctx context.Context, key string) (storage.Writer, error) {
	w, err := s.Store.Create(ctx, key)
	if err != nil {
		return nil, err
	}
	if n := s.open.Add(1); n > s.most.Load() {
		s.most.Store(n) // one that is lost makes the test milder, not wrong
	}
	return &countedWriter{Writer: w, of: s}, nil
}

type countedWriter struct {
	storage.Writer
	of   *bufferingStore
	once sync.Once
}

func (w *countedWriter) Commit() error {
	defer w.once.Do(func() { w.of.open.Add(-1) })
	return w.Writer.Commit()
}

func (w *countedWriter) Abort() error {
	defer w.once.Do(func() { w.of.open.Add(-1) })
	return w.Writer.Abort()
}

// Where writers take memory, few are open at once, and the files are the same.
func TestFewFilesAtOnceWhereWritersTakeMemory(t *testing.T) {
	var deliveries []*Delivery
	for i := range 40 {
		d := inventedDelivery(i)
		d.Agencies = []string{fmt.Sprintf("court-%d", i%20), "state"}
		deliveries = append(deliveries, d)
	}
	s := &bufferingStore{Store: newDisk(t)}
	few, _ := deliverAll(t, s, deliveries)
	many, _ := deliverAll(t, newDisk(t), deliveries)
	if diff := cmp.Diff(many, few); diff != "" {
		t.Errorf("-many at once +few\n%s", diff)
	}
	const workers, forms = 2, 2
	if most := s.most.Load(); most > 2*workers*forms {
		t.Errorf("%d files were open at once", most)
	}
}

func TestDeliveryRefusesWhatDoesNotFit(t *testing.T) {
	for name, test := range map[string]struct {
		spoil  func(*Delivery)
		column string
	}{
		"too long":              {func(d *Delivery) { d.Case = "secret" + strings.Repeat("x", 43) }, "column case_id"},
		"line break":            {func(d *Delivery) { d.Person = "secret\nx" }, "column person_id"},
		"carriage return":       {func(d *Delivery) { d.Court = "secret\rx" }, "column court"},
		"NUL":                   {func(d *Delivery) { d.County = "secret\x00" }, "column county"},
		"line separator":        {func(d *Delivery) { d.Words.Clause = "secret\u2028x" }, "column clause"},
		"next line":             {func(d *Delivery) { d.Words.Clause = "secret\u0085x" }, "column clause"},
		"not UTF-8":             {func(d *Delivery) { d.Charge = "secret\xff" }, "column charge_id"},
		"leading space":         {func(d *Delivery) { d.Code = " secret" }, "column code"},
		"nothing to find it by": {func(d *Delivery) { d.Person, d.Case, d.Charge = "", "", "" }, "column person_id"},
		"deletes":               {func(d *Delivery) { d.Words.RemedyFloor = "Destroy" }, "delete"},
		"agency is a path":      {func(d *Delivery) { d.Agencies = []string{"../court"} }, "agency"},
		"no agency":             {func(d *Delivery) { d.Agencies = []string{""} }, "agency"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newDisk(t)
			a, err := Begin(s, s, "run", InClear)
			if err != nil {
				t.Fatal(err)
			}
			p, err := a.Part(t.Context(), 1, memory.NewGoAllocator())
			if err != nil {
				t.Fatal(err)
			}
			d := inventedDelivery(4)
			test.spoil(d)
			err = p.Delivery(d)
			if err == nil || !strings.Contains(err.Error(), test.column) ||
				!strings.Contains(err.Error(), "extract-a.csv: line 6") || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v", err)
			}
			// A value costs its own delivery; anything else is a fault of the run.
			receipt, closing := p.Close()
			if refused := new(Undeliverable); errors.As(err, &refused) != (closing == nil) || len(receipt.Extents) > 0 {
				t.Errorf("after %v the part closes with %v, %v", err, receipt.Extents, closing)
			}
		})
	}
}

func TestDamagedSpoolIsAnError(t *testing.T) {
	s := newDisk(t)
	for name, data := range map[string]string{
		"a row cut short": "\x00\x03ab", "no length": "\x00", "a row too long": "\x00\xff\xff\xff\x7fab", "a step too far": "\xff\xff\xff\x7f\x01a",
		"two rows": "\x00\x01a\x00\x01b", "nothing": "",
	} {
		if err := storage.Write(t.Context(), s, name, []byte(data)); err != nil {
			t.Fatal(err)
		}
		whole := Extent{Agencies: []string{"a"}, Length: int64(len(data)), Rows: 1, Sum: xxhash.Sum64String(data)}
		if err := eachSpooled(t.Context(), s, []flushed{{0, name, []Extent{whole}}}, func(*spoolReader) error { return nil }); !errors.Is(err, errSpool) {
			t.Errorf("%s: %v", name, err)
		}
	}
	twice := []Extent{{Length: 3, Rows: 1, Sum: xxhash.Sum64String("\x00\x01a")}, {Offset: 3, Length: 3, Rows: 1, Sum: xxhash.Sum64String("\x00\x01b")}}
	if err := storage.Write(t.Context(), s, "twice", []byte("\x00\x01a\x00\x01b")); err != nil {
		t.Fatal(err)
	}
	if err := eachSpooled(t.Context(), s, []flushed{{0, "twice", twice}}, func(*spoolReader) error { return nil }); !errors.Is(err, errSpool) {
		t.Errorf("two rows of one place: %v", err)
	}
	sound := "\x00\x01a"
	if err := storage.Write(t.Context(), s, "sound", []byte(sound)); err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]Extent{
		"sound": {Length: 3, Rows: 1, Sum: xxhash.Sum64String(sound)}, "other bytes": {Length: 3, Rows: 1}, "too long": {Length: 4, Rows: 1, Sum: xxhash.Sum64String(sound)},
	} {
		if err := eachSpooled(t.Context(), s, []flushed{{0, "sound", []Extent{e}}}, func(*spoolReader) error { return nil }); (err == nil) != (name == "sound") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOrdinaryIsWithoutAnOddByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.OneOf(rapid.ByteRange(' ', '~'), rapid.SampledFrom([]byte("az019 !#[]~"))), 0, 40).Draw(t, "text"))
		if len(s) > 0 && rapid.Bool().Draw(t, "odd") {
			at := rapid.IntRange(0, len(s)-1).Draw(t, "at")
			s = s[:at] + string([]byte{rapid.Byte().Draw(t, "byte")}) + s[at+1:]
		}
		if got, want := ordinary(s), odd(s) == 0; got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	})
}

func TestNoDateIsBlank(t *testing.T) {
	d := inventedDelivery(1)
	d.DispositionDate, d.EligibleOn = schemas.NoDate, schemas.NoDate
	files, _ := deliverAll(t, newDisk(t), []*Delivery{d})
	for _, row := range readUpdateCSV(t, files["agencies/court-us-ca-b/update.csv"]) {
		if row[10] != "" || row[14] != "" {
			t.Errorf("got %q", row)
		}
	}
}

// The document that recipients program against repeats the columns.
func TestDocumentHasTheColumns(t *testing.T) {
	text, err := os.ReadFile("../docs/formats/outputs.md")
	if err != nil {
		t.Fatal(err)
	}
	at := 12
	for i, c := range updateColumns {
		line := fmt.Sprintf("| %d | `%s` | %d | %d |", i+2, c.name, at, c.width)
		if !strings.Contains(string(text), line) {
			t.Errorf("docs/formats/outputs.md has no line beginning %q", line)
		}
		at += c.width
	}
	for _, schema := range []*arrow.Schema{schemas.Determinations, schemas.Persons, schemas.Reviews, schemas.Rejects} {
		for _, field := range schema.Fields() {
			line := fmt.Sprintf("| `%s` | %s", field.Name, physical(field.Type))
			if !strings.Contains(string(text), line) {
				t.Errorf("docs/formats/outputs.md has no line beginning %q", line)
			}
		}
	}
	if want := fmt.Sprintf("%d bytes", recordWidth()); !strings.Contains(string(text), want) {
		t.Errorf("docs/formats/outputs.md does not say that records have %s", want)
	}
}

func TestAgencyIdentifiers(t *testing.T) {
	for id, ok := range map[string]bool{
		"court-us-ca-los-angeles": true, "repository-us-ca": true, "a1": true,
		"": false, "-a": false, "a-": false, "a--b": false, "A": false, "a/b": false, "a.b": false, "é": false,
		strings.Repeat("a", agencyWidth+1): false,
	} {
		if err := CheckAgency(id); (err == nil) != ok {
			t.Errorf("%q: got %v", id, err)
		}
	}
}

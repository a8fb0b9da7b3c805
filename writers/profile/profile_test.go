package profile_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/tables"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers/profile"
)

var readBackRows = flag.Int("rows", 500, "charges in each file that is read back")

// row is what an agency is told of the n-th of many charges.
func row(n int) *profile.Row {
	day := func(of int) string { return schemas.Date(of).String() }
	r := &profile.Row{
		profile.Sequence: strconv.Itoa(n + 1), profile.Batch: "batch-000001", profile.Agency: "court-us-xx-yy", profile.Change: "new",
		profile.PersonID: fmt.Sprintf("P%d", n), profile.Surname: "O'HARA, JR", profile.GivenName: `ANN "ANNIE" É`, profile.BirthDate: day(n % 20000),
		profile.CaseID: fmt.Sprintf("C-%d", n/2), profile.ChargeID: strconv.Itoa(n % 2), profile.County: "YY", profile.Court: "SUPERIOR",
		profile.Code: "CA:HSC:11359", profile.DispositionDate: day(10000 + n%7000), profile.Action: "dismiss",
		profile.LegalBasis: "Cal. Health & Saf. Code 11361.8, 11361.9", profile.Clause: "11361.9(b)", profile.DueOn: day(20000),
		profile.JurisdictionRetained: "Y", profile.OtherReliefUnaffected: "Y",
	}
	switch n % 5 {
	case 1:
		r[profile.Action], r[profile.Change], r[profile.Reason] = "reinstate", "reversed", "court_order"
	case 2:
		r[profile.BirthDate], r[profile.DueOn] = "", ""
	case 3:
		r[profile.Surname], r[profile.GivenName] = "", ""
	}
	return r
}

func shipped(t *testing.T, name string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(schemas.Updates, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func names(t *testing.T) []string {
	t.Helper()
	list, err := profile.Names(schemas.Updates)
	if err != nil || len(list) < 9 {
		t.Fatal(list, err)
	}
	return list
}

func write(t testing.TB, p *profile.Profile, rows int) ([]byte, profile.Control) {
	t.Helper()
	var b bytes.Buffer
	e, err := p.Encoder(&b, profile.Head{Agency: "court-us-xx-yy", Batch: "batch-000001", Policy: "us-xx/act", AsOf: "2026-11-29", Run: "0123"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range rows {
		if err := e.Add(row(n)); err != nil {
			t.Fatal(err)
		}
	}
	control, err := e.Close()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), control
}

// told is what a layout reads of a charge that an agency was told of.
func told(p *profile.Profile, n int) string {
	r := row(n)
	has := map[string]bool{}
	for _, c := range p.Columns {
		if c.Value == nil {
			from := c.From
			if from == "" {
				from = c.Name
			}
			has[from] = true
		}
	}
	text := func(f profile.Fact) string {
		if !has[f.String()] {
			return ""
		}
		return r[f]
	}
	person := text(profile.PersonID)
	if !has["person_id"] {
		person = text(profile.CaseID)
	}
	return strings.Join([]string{
		person, text(profile.Surname), text(profile.GivenName), text(profile.BirthDate), text(profile.CaseID), text(profile.ChargeID),
		text(profile.County), text(profile.Court), text(profile.Code), text(profile.LegalBasis), text(profile.Action), text(profile.DispositionDate),
	}, "|")
}

// TestEveryProfileIsReadBack writes files of every profile that ships and reads each with the
// layout of its own: all charges come back as they were told, and none else.
func TestEveryProfileIsReadBack(t *testing.T) {
	rows := *readBackRows
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			p := shipped(t, name)
			source, control := write(t, p, rows)
			layout, err := readers.ParseLayout(name+".yaml", []byte(p.Layout()))
			if err != nil {
				t.Fatalf("%v\n%s", err, p.Layout())
			}
			n := 0
			readBack(t, layout, source, func(got string) {
				if want := told(p, n); got != want {
					t.Fatalf("charge %d: read %s, told %s", n, got, want)
				}
				n++
			})
			if images := control.Rows / int64(rows); n != rows || images*int64(rows) != control.Rows {
				t.Errorf("%d charges read, %d told, %d rows counted", n, rows, control.Rows)
			}
		})
	}
}

// readBack calls each with every charge in force of an update file.
func readBack(t *testing.T, layout *readers.Layout, source []byte, each func(string)) {
	t.Helper()
	ctx := context.Background()
	survey, err := layout.Survey(ctx, "update", bytes.NewReader(source), 1<<20)
	if kind := tables.TextKind(source); kind != containers.None {
		survey, err = layout.SurveyTable(ctx, "update", kind, bytes.NewReader(source), 1<<20)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, rng := range survey.Ranges {
		r := bytes.NewReader(source[rng.Offset : rng.Offset+rng.Length])
		for batch, err := range layout.Read(ctx, 0, survey, rng, r, readers.Reading{MaxRows: 1000}) {
			if err != nil {
				t.Fatal(err)
			}
			if len(batch.Rejects) > 0 {
				t.Fatalf("%d rejects, the first %+v", len(batch.Rejects), batch.Rejects[0])
			}
			eachCharge(batch.Charges, each)
			batch.Charges.Release()
		}
	}
}

// eachCharge calls each with the charges of a batch that are not past.
func eachCharge(batch arrow.Record, each func(string)) {
	text := func(column, row int) string {
		c := batch.Column(column)
		if c.IsNull(row) {
			return ""
		}
		switch c := c.(type) {
		case *array.Dictionary:
			return c.Dictionary().(*array.String).Value(c.GetValueIndex(row))
		case *array.Date32:
			return schemas.Date(c.Value(row)).String()
		case *array.String:
			return c.Value(row)
		}
		return "?"
	}
	for row := range int(batch.NumRows()) {
		if kind := schemas.RowKind(batch.Column(schemas.ColKind).(*array.Uint8).Value(row)); kind&schemas.RowPast != 0 {
			continue
		}
		each(strings.Join([]string{
			text(schemas.ColPerson, row), text(schemas.ColSurname, row), text(schemas.ColGivenName, row), text(schemas.ColBirthDate, row),
			text(schemas.ColCase, row), text(schemas.ColCharge, row), text(schemas.ColCounty, row), text(schemas.ColCourt, row),
			text(schemas.ColStatute, row), text(schemas.ColDescription, row), text(schemas.ColDispositionText, row), text(schemas.ColDispositionDate, row),
		}, "|"))
	}
}

// TestControlsAreThoseOfTheFile adds up the rows of a file as a recipient does.
func TestControlsAreThoseOfTheFile(t *testing.T) {
	for _, name := range names(t) {
		p := shipped(t, name)
		source, control := write(t, p, *readBackRows)
		lines := strings.Split(strings.TrimSuffix(string(source), "\n"), "\n")
		switch p.Form {
		case profile.CSV, profile.Tab:
			lines = lines[1:]
		case profile.Fixed:
			lines = lines[1 : len(lines)-1]
		case profile.XML:
			lines = lines[2 : len(lines)-1]
		case profile.NDJSON:
		}
		var sum uint64
		for _, line := range lines {
			sum += uint64(crc32.ChecksumIEEE([]byte(line)))
		}
		if got := (profile.Control{Rows: int64(len(lines)), HashTotal: sum % 1_000_000_000_000}); got != control {
			t.Errorf("%s: a recipient counts %+v, the file says %+v", name, got, control)
		}
		if want := fmt.Sprintf("T%010d%012d", control.Rows, control.HashTotal); p.Form == profile.Fixed && !strings.Contains(string(source), "\n"+want) {
			t.Errorf("%s: the trailer is not %s", name, want)
		}
	}
}

// TestNIEM is the document of one charge, as its receivers read it.
func TestNIEM(t *testing.T) {
	source, _ := write(t, shipped(t, "generic/niem"), 1)
	for _, want := range []string{
		`<cs:RecordUpdateList xmlns:cs="https://github.com/clearsweep/clearsweep/updates/1" xmlns:j="http://release.niem.gov/niem/domains/jxdm/7.0/" xmlns:nc="http://release.niem.gov/niem/niem-core/5.0/" agency="court-us-xx-yy" batch="batch-000001" policy="us-xx/act" asOf="2026-11-29" run="0123" list="">` + "\n",
		`<nc:Person><nc:PersonName><nc:PersonGivenName>ANN &#34;ANNIE&#34; É</nc:PersonGivenName><nc:PersonSurName>O&#39;HARA, JR</nc:PersonSurName></nc:PersonName><nc:PersonBirthDate><nc:Date>1970-01-01</nc:Date></nc:PersonBirthDate>`,
		`</nc:PersonStateIdentification></nc:Person><nc:Case><nc:CaseDocketID>C-0</nc:CaseDocketID>`,
		`<cs:ReliefCode>dismiss</cs:ReliefCode>`, `<cs:ReliefEligibleDate/>`, "</cs:RecordUpdate>\n</cs:RecordUpdateList>\n",
	} {
		if !strings.Contains(string(source), want) {
			t.Errorf("%s is not in\n%s", want, source)
		}
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"no prefix":         {"cs:ReliefCode", "ReliefCode", `"ReliefCode" is no name of an element with a prefix`},
		"an unknown prefix": {"cs:ReliefCode", "zz:ReliefCode", `what is the prefix "zz"?`},
		"a root in a root":  {"root: cs:RecordUpdateList", "root: cs:a/cs:b", "is more than one element"},
		"another form":      {"form: xml", "form: csv", "document: a profile of the form xml has it"},
		"markup":            {"cs:ReliefCode", "cs:Relief><x", "is no name of an element"},
	} {
		text, err := fs.ReadFile(schemas.Updates, "updates/generic/niem.yaml")
		if err != nil {
			t.Fatal(err)
		}
		_, err = profile.Parse("test", []byte(strings.Replace(string(text), c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

// TestImages reads the two records of a change: the one before has no relief.
func TestImages(t *testing.T) {
	source, control := write(t, shipped(t, "us-pa/repository"), 1)
	lines := strings.Split(string(source), "\n")
	if control.Rows != 2 || lines[1][:12] != "D1         B" || lines[2][:12] != "D1         A" {
		t.Fatalf("%+v\n%s", control, source)
	}
	if strings.Contains(lines[1], "dismiss") || !strings.Contains(lines[2], "dismiss") {
		t.Errorf("before:\n%s\nafter:\n%s", lines[1], lines[2])
	}
	// 1970-01-01 in seven digits, and 1997-05-19.
	if !strings.Contains(lines[2], "0700101") || !strings.Contains(lines[2], "0970519") {
		t.Errorf("dates of seven digits are missing:\n%s", lines[2])
	}
}

// TestFourteenColumns is the notice of Texas, as its receivers know it.
func TestFourteenColumns(t *testing.T) {
	source, _ := write(t, shipped(t, "us-tx/nondisclosure"), 1)
	head, first, _ := strings.Cut(string(source), "\n")
	want := "DPS_NBR\tNAM_TXT\tDOB_DTE\tAGY_TXT\tTRN_NBR\tTRS_COD\tDOA_DTE\tDOO_DTE\tAON_COD\tAON_LIT\tAOL_TXT\tCAU_NBR\tCDD_DTE\tCPR_COD"
	if head != want || strings.Count(first, "\t") != 13 || !strings.HasPrefix(first, "P0\tO'HARA, JR\t01/01/1970\t") {
		t.Errorf("%s\n%s", head, first)
	}
}

// TestValuesThatCannotStand are refused with their column, and nothing of them is written.
func TestValuesThatCannotStand(t *testing.T) {
	for name, c := range map[string]struct {
		profile, value, column, reason string
		fact                           profile.Fact
	}{
		"too long":                {"generic/fixed", strings.Repeat("x", 41), "person_id", "41 bytes, the column 40", profile.PersonID},
		"a line break":            {"generic/csv", "a\nb", "county", "line break", profile.County},
		"a tab between tabs":      {"us-tx/nondisclosure", "a\tb", "NAM_TXT", "control character", profile.Surname},
		"a space at the end":      {"generic/fixed", "QQ ", "court", "begins or ends with a space", profile.Court},
		"not UTF-8":               {"generic/ndjson", "\xff", "surname", "not UTF-8", profile.Surname},
		"none, where it must be":  {"us-ca/court", "", "case_id", "the agency needs it", profile.CaseID},
		"before 1900":             {"us-pa/repository", "1899-12-31", "birth_date", "before 1900", profile.BirthDate},
		"a year of five digits":   {"us-pa/repository", "12026-01-01", "birth_date", "no date", profile.BirthDate},
		"the relief of one image": {"us-pa/repository", strings.Repeat("x", 33), "action", "33 bytes", profile.Action},
	} {
		var b bytes.Buffer
		e, err := shipped(t, c.profile).Encoder(&b, profile.Head{})
		if err != nil {
			t.Fatal(err)
		}
		r := row(0)
		r[c.fact] = c.value
		err = e.Add(r)
		no, ok := errors.AsType[*profile.Refused](err)
		if !ok || no.Column != c.column || !strings.Contains(no.Reason, c.reason) {
			t.Errorf("%s: %v, want column %s and %q", name, err, c.column, c.reason)
		}
		if c.value != "" && strings.Contains(err.Error(), c.value) {
			t.Errorf("%s: the error quotes the value", name)
		}
		if control, err := e.Close(); control.Rows != 0 || err != nil {
			t.Errorf("%s: %+v, %v: a refused row counts", name, control, err)
		}
	}
}

// TestFormulas guards files for spreadsheets, and leaves those for machines as they are.
func TestFormulas(t *testing.T) {
	for name, want := range map[string]string{"generic/spreadsheet": "'=cmd|x", "generic/csv": "=cmd|x"} {
		var b bytes.Buffer
		e, err := shipped(t, name).Encoder(&b, profile.Head{})
		if err != nil {
			t.Fatal(err)
		}
		r := row(0)
		r[profile.Surname] = "=cmd|x"
		if err := e.Add(r); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Close(); err != nil || !strings.Contains(b.String(), ","+want+",") {
			t.Errorf("%s: %v: %s", name, err, b.String())
		}
	}
}

func TestProfilesThatAreRefused(t *testing.T) {
	const sound = "profile: a/b\nform: csv\ncolumns:\n  - {name: case_id, width: 4}\n  - {name: birth_date, width: 10}\n"
	if _, err := profile.Parse("x", []byte(sound)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"an unknown key":     {"form:", "forme:", "forme"},
		"no name":            {"a/b", "''", "give it a name"},
		"no form":            {"csv", "xlsx", `"xlsx" is none`},
		"no width":           {"width: 4", "width: 0", "case_id: width"},
		"a column twice":     {"birth_date, width: 10", "case_id, width: 10", "stands twice"},
		"no such fact":       {"name: birth_date", "name: shoe_size", `no "shoe_size"`},
		"a form of no date":  {"name: case_id", "name: case_id, dates: YYYYMMDD", "case_id is no date"},
		"no form of a date":  {"name: birth_date", "name: birth_date, dates: DD.MM.YY", "DD.MM.YY"},
		"no identifier":      {"name: case_id", "name: county", "which record is meant"},
		"a value and a fact": {"name: birth_date", "name: birth_date, value: x, from: due_on", "has no from"},
		"images of nothing":  {"form: csv", "form: csv\nimages: {column: image, before: B, after: A}", "images"},
		"formulas of a JSON": {"form: csv", "form: ndjson\nformulas: quote", "formulas"},
	} {
		_, err := profile.Parse("x", []byte(strings.Replace(sound, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

// BenchmarkEncode writes rows in each form.
func BenchmarkEncode(b *testing.B) {
	for _, name := range []string{"generic/csv", "generic/fixed", "generic/ndjson", "us-pa/repository"} {
		b.Run(name, func(b *testing.B) {
			p, err := profile.Load(schemas.Updates, name)
			if err != nil {
				b.Fatal(err)
			}
			r := row(0)
			e, err := p.Encoder(discard{}, profile.Head{})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Add(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

package readers_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
)

// segments is a repository of a mainframe: a person (ID), names (NM), arrests (AR),
// charges (CH), courts (CT) and sentences (SN), with dates that are packed.
const segments = `
layout: t/segments
encoding: ibm037
fixed:
  framing: descriptor
  record_type: {start: 1, length: 2, header: HD, trailer: TR, passed: AK}
  trailer_rows: {start: 3, length: 4, as: packed}
  records:
    - type: ID
      columns: [{name: SID, start: 3, length: 4}, {name: BORN, start: 7, length: 5, as: packed, digits: 8}]
    - {type: NM, parent: ID, columns: [{name: SURNAME, start: 3, length: 6}]}
    - type: AR
      parent: ID
      matches: {AR_SID: SID}
      columns: [{name: AR_SID, start: 3, length: 4}, {name: ARRESTED, start: 7, length: 4, as: packed}]
    - type: CH
      parent: AR
      row: true
      columns: [{name: COUNT, start: 3, length: 3, as: zoned}, {name: STATUTE, start: 6, length: 6}]
    - type: CT
      parent: CH
      columns: [{name: DISPO, start: 3, length: 6}, {name: DISPOSED, start: 9, length: 4, as: packed}]
    - {type: SN, parent: CH, columns: [{name: DAYS, start: 3, length: 2, as: binary}]}
fields:
  person_id: [SID, AR_SID]
  surname: SURNAME
  birth_date: {from: BORN, dates: YYYYMMDD}
  charge_id: COUNT
  statute: STATUTE
  arrest_date: {from: ARRESTED, dates: CYYMMDD, century: {0: 1900, 1: 2000}}
  disposition: {from: DISPO, map: {exact: {convicted: GUILTY, dismissed: DISM}}, blank: arrest_only}
  disposition_date: {from: DISPOSED, dates: CYYMMDD, century: {0: 1900, 1: 2000}}
  max_penalty_days: DAYS
`

// packed is a number as COMP-3, in as many bytes.
func packed(n int64, size int) string {
	sign := byte('c')
	if n < 0 {
		n, sign = -n, 'd'
	}
	digits := fmt.Sprintf("%0*d%c", 2*size-1, n, sign)
	b := make([]byte, size)
	for i := range b {
		v, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		if err != nil {
			panic(err)
		}
		b[i] = byte(v)
	}
	return string(b)
}

// ebcdic is a text in code page 037.
func ebcdic(format string, args ...any) string {
	s, err := charmap.CodePage037.NewEncoder().String(fmt.Sprintf(format, args...))
	if err != nil {
		panic(err)
	}
	return s
}

func described(records ...string) []byte {
	var b []byte
	for _, r := range records {
		b = binary.BigEndian.AppendUint16(b, uint16(len(r)+4))
		b = append(b, 0, 0)
		b = append(b, r...)
	}
	return b
}

func id(sid string, born int64) string { return ebcdic("ID%-4s", sid) + packed(born, 5) }
func arrest(sid string, on int64) string {
	return ebcdic("AR%-4s", sid) + packed(on, 4)
}
func chargeOf(count int, statute string) string { return ebcdic("CH%03d%-6s", count, statute) }
func court(dispo string, on int64) string       { return ebcdic("CT%-6s", dispo) + packed(on, 4) }
func sentence(days uint16) string {
	return ebcdic("SN") + string(binary.BigEndian.AppendUint16(nil, days))
}
func trailer(n int64) string { return ebcdic("TR") + packed(n, 4) }

// brief is what a source gave: a line for each accepted row, and for each mark.
func brief(got *read) (rows []string) {
	for _, r := range got.records {
		if r["kind"] == "8" {
			rows = append(rows, "hole of "+r["person_id"])
			continue
		}
		rows = append(rows, strings.Join([]string{
			r["person_id"], r["surname"], r["birth_date"], r["arrest_date"], r["charge_id"], r["statute_raw"],
			r["disposition"], r["disposition_date"], r["max_penalty_days"],
		}, "|"))
	}
	return rows
}

func reasons(got *read) (list []string) {
	for _, r := range got.rejects {
		list = append(list, fmt.Sprintf("%d %s", r.Line, r.Reason))
	}
	return list
}

func TestRowsOfSeveralRecords(t *testing.T) {
	ann := []string{
		id("A1", 19700314), ebcdic("NMROE   "), arrest("A1", 990521), chargeOf(1, "11357"), court("GUILTY", 1000103), sentence(30),
	}
	const annOne = "A1|ROE|1970-03-14|1999-05-21|001|11357|convicted|2000-01-03|30"
	with := func(more ...string) []string { return append(slices.Clone(ann), more...) }
	cases := map[string]struct {
		records       []string
		rows, rejects []string
	}{
		"one charge": {ann, []string{annOne}, nil},
		"header and names that are passed over": {
			append([]string{ebcdic("HD whatever")}, with(ebcdic("AK alias"))...), []string{annOne}, nil,
		},
		"a charge without a court is an arrest": {with(chargeOf(2, "459")), []string{annOne, "A1|ROE|1970-03-14|1999-05-21|002|459|arrest_only||"}, nil},
		"two sentences are two rows": {
			with(sentence(60)), []string{annOne, strings.Replace(annOne, "|30", "|60", 1)}, nil,
		},
		"two persons": {
			with(id("B2", 19800101), arrest("B2", 1010203), chargeOf(1, "459"), court("DISM", 1010304)),
			[]string{annOne, "B2||1980-01-01|2001-02-03|001|459|dismissed|2001-03-04|"},
			nil,
		},
		"zero bytes are no date": {
			[]string{id("A1", 19700314), ebcdic("ARA1  ") + "\x00\x00\x00\x00", chargeOf(1, "459")}, []string{"A1||1970-03-14||001|459|arrest_only||"}, nil,
		},
		"a person without charges": {[]string{id("A1", 19700314), id("B2", 19800101)}, nil, nil},
		"a date that is none": {
			[]string{id("A1", 19700314), arrest("A1", 990231), chargeOf(1, "459")},
			[]string{"A1||1970-03-14||001|459|arrest_only||"},
			[]string{"3 bad_date"},
		},
		// A court that cannot be read must not leave an arrest without one.
		"a court of another length": {
			append(with(chargeOf(2, "459")), ebcdic("CTDISM"), sentence(9), chargeOf(3, "470")),
			[]string{annOne, "hole of A1", "hole of A1", "hole of A1", "A1|ROE|1970-03-14|1999-05-21|003|470|arrest_only||"},
			[]string{"8 row_length", "7 broken_record", "9 orphan_record"},
		},
		"a court whose date is not packed": {
			with(chargeOf(2, "459"), ebcdic("CTDISM  1234")),
			[]string{annOne, "hole of A1", "hole of A1"},
			[]string{"8 bad_packed", "7 broken_record"},
		},
		"a type that nobody knows": {
			with(ebcdic("XXB2  12345"), chargeOf(2, "459")),
			[]string{"hole of A1", "hole of B2", "hole of A1"},
			[]string{"7 unknown_record_type", "4 broken_record", "8 orphan_record"},
		},
		"an arrest of somebody else": {
			with(arrest("B2", 990521), chargeOf(2, "459"), arrest("A1", 990522), chargeOf(3, "470")),
			[]string{annOne, "hole of A1", "hole of B2", "hole of A1", "A1|ROE|1970-03-14|1999-05-22|003|470|arrest_only||"},
			[]string{"7 orphan_record", "8 orphan_record"},
		},
		"a person of another length": {
			with(ebcdic("IDB2  "), arrest("B2", 990521), chargeOf(2, "459")),
			[]string{annOne, "hole of B2", "hole of B2"},
			[]string{"7 row_length", "8 orphan_record", "9 orphan_record"},
		},
		"a court behind other names": {
			with(chargeOf(2, "459"), ebcdic("NMDOE   "), court("DISM", 1000103), arrest("A1", 990522), chargeOf(3, "470")),
			[]string{annOne, "A1|ROE|1970-03-14|1999-05-21|002|459|arrest_only||", "hole of A1", "A1|DOE|1970-03-14|1999-05-22|003|470|arrest_only||"},
			[]string{"9 orphan_record"},
		},
		"a charge behind a header": {
			with(ebcdic("HD"), chargeOf(2, "459")), []string{annOne}, []string{"8 orphan_record"},
		},
		"a child before its parent": {
			[]string{chargeOf(1, "459"), id("A1", 19700314)}, nil, []string{"1 orphan_record"},
		},
		"blanks and zero bytes to fill a block": {
			with(ebcdic("    "), "\x00\x00\x00", sentence(60)), []string{annOne, strings.Replace(annOne, "|30", "|60", 1)}, nil,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			n := int64(len(c.records))
			if strings.Contains(name, "header") {
				n--
			}
			if strings.HasPrefix(name, "blanks") {
				n -= 2
			}
			if strings.HasPrefix(name, "a type") {
				n--
			}
			source := described(append(slices.Clone(c.records), trailer(n))...)
			for _, target := range []int64{1, 40, 1 << 20} {
				got := readAll(t, parse(t, segments), source, target, 2)
				if diff := cmp.Diff(c.rows, brief(&got)); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(c.rejects, reasons(&got)); diff != "" {
					t.Errorf("rejects (-want +got):\n%s", diff)
				}
				if got.rows.Read != int64(len(c.records))+1 || got.survey.Rows != got.rows.Read {
					t.Errorf("%d records, %d read, the survey saw %d", len(c.records)+1, got.rows.Read, got.survey.Rows)
				}
			}
		})
	}
}

func TestRecordsThatAreRefused(t *testing.T) {
	ann := []string{id("A1", 19700314), arrest("A1", 990521), chargeOf(1, "11357")}
	for name, c := range map[string]struct {
		source []byte
		want   string
	}{
		"another count":        {described(append(ann, trailer(4))...), "the trailer counts 4 rows, the file has 3"},
		"no trailer":           {described(ann...), "ends without its trailer"},
		"a count that is none": {described(append(ann, ebcdic("TR1234"))...), "holds no count of rows in bytes 3 to 6"},
		"ASCII":                {[]byte("\x00\x0f\x00\x00IDA1         "), "it is ASCII text"},
		"no descriptor":        {[]byte(strings.Join(ann, "")), "record 1 at byte 0: its descriptor word cannot be one"},
		"more than one file":   {described(append(append(ann, trailer(3)), ann...)...), "a row follows the trailer"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tryAll(t, parse(t, segments), c.source, 64, 10)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	delimited := strings.Replace(least, "layout: t/least", "layout: t/least\nencoding: utf-8", 1)
	if _, err := tryAll(t, parse(t, delimited), []byte(strings.Repeat(ann[2], 5)), 64, 10); err == nil || !strings.Contains(err.Error(), "it is EBCDIC") {
		t.Errorf("EBCDIC read as UTF-8: %v", err)
	}
}

// The sum of a column over the file is that of the trailer, to its last digits.
func TestHashTotals(t *testing.T) {
	l := parse(t, strings.Replace(segments, "  records:", "  trailer_sum: {start: 7, length: 2, as: packed, of: ARRESTED}\n  records:", 1))
	file := func(sum int64) []byte {
		return described(id("A1", 19700314), arrest("A1", 990521), chargeOf(1, "459"), arrest("A1", 990522), chargeOf(2, "459"), trailer(5)+packed(sum, 2))
	}
	if got := readAll(t, l, file((990521+990522)%1000), 1, 10); got.rows.Accepted != 2 {
		t.Errorf("rows %+v", got.rows)
	}
	if _, err := tryAll(t, l, file(44), 1, 10); err == nil || !strings.Contains(err.Error(), "line 6: the trailer's sum of ARRESTED is not that of the file") {
		t.Errorf("another sum: error %v", err)
	}
	lines := parse(t, strings.NewReplacer("header: H}", "header: H, trailer: T}, trailer_sum: {start: 2, length: 4, of: s}").Replace(fixedLayout))
	rows := "Dp1  11357 GUILTY\nDp2  11358 GUILTY\n"
	if got := readAll(t, lines, []byte(rows+"T2715\n"), 1, 10); got.rows.Accepted != 2 {
		t.Errorf("rows %+v", got.rows)
	}
	if _, err := tryAll(t, lines, []byte(rows+"T2716\n"), 1, 10); err == nil || !strings.Contains(err.Error(), "sum of s") {
		t.Errorf("another sum in lines: error %v", err)
	}
}

func TestTruncatedRecords(t *testing.T) {
	whole := described(id("A1", 19700314), arrest("A1", 990521), chargeOf(1, "11357"), trailer(3))
	l := parse(t, strings.Replace(segments, "trailer: TR, ", "", 1)[:0]+strings.NewReplacer(", trailer: TR", "", "  trailer_rows: {start: 3, length: 4, as: packed}\n", "").Replace(segments))
	for cut := range 9 {
		source := whole[:len(whole)-10-cut-1] // within the charge
		got := readAll(t, l, source, 1, 10)
		last := got.rejects[len(got.rejects)-1]
		if last.Reason != schemas.RowTruncated && last.Reason != schemas.RowUnknownType || got.rows.Accepted != 0 {
			t.Errorf("%d bytes cut off: %v, %d rows", cut+1, last.Reason, got.rows.Accepted)
		}
	}
}

// Records of one length and lines give what records with descriptors do.
func TestFramingsAgree(t *testing.T) {
	records := []string{
		id("A1", 19700314), ebcdic("NMROE   "), arrest("A1", 990521), chargeOf(1, "11357"), court("GUILTY", 1000103), sentence(30),
		id("B2", 19800101), arrest("B2", 1010203), chargeOf(1, "459"), trailer(9),
	}
	want := readAll(t, parse(t, segments), described(records...), 64, 10)
	var b []byte
	for _, r := range records {
		b = append(b, r...)
		b = append(b, bytes.Repeat([]byte{0x40}, 13-len(r))...)
	}
	l := parse(t, strings.Replace(segments, "framing: descriptor", "framing: length\n  record_length: 13", 1))
	got := readAll(t, l, b, 20, 10)
	if diff := cmp.Diff(brief(&want), brief(&got)); diff != "" || len(got.rejects) > 0 {
		t.Errorf("of one length (-want +got), %d rejects:\n%s", len(got.rejects), diff)
	}
	var blocks []byte
	for i := range records {
		one := described(records[i])
		if i%3 == 0 { // a block of three, then one of what is left of ten
			size := 4
			for _, r := range records[i:min(i+3, len(records))] {
				size += 4 + len(r)
			}
			blocks = append(binary.BigEndian.AppendUint16(blocks, uint16(size)), 0, 0)
		}
		blocks = append(blocks, one...)
	}
	l = parse(t, strings.Replace(segments, "framing: descriptor", "framing: blocks", 1))
	for _, target := range []int64{1, 30, 1000} {
		got = readAll(t, l, blocks, target, 10)
		if diff := cmp.Diff(brief(&want), brief(&got)); diff != "" || len(got.rejects) > 0 {
			t.Errorf("blocks (-want +got), %d rejects:\n%s", len(got.rejects), diff)
		}
	}
	if _, err := tryAll(t, l, described(records...), 1, 10); err == nil || !strings.Contains(err.Error(), "framing: descriptor") {
		t.Errorf("no blocks read as blocks: %v", err)
	}
	if _, err := tryAll(t, parse(t, segments), blocks, 1, 10); err == nil || !strings.Contains(err.Error(), "ends without its trailer") {
		t.Errorf("blocks read as none: %v", err)
	}
	inLines := strings.NewReplacer("encoding: ibm037\n", "", "framing: descriptor", "framing: lines", ", as: packed, digits: 8", "",
		"length: 5", "length: 8", "start: 7, length: 4, as: packed", "start: 7, length: 7", "start: 9, length: 4, as: packed", "start: 9, length: 7",
		"start: 3, length: 2, as: binary", "start: 3, length: 5", "start: 3, length: 4, as: packed", "start: 3, length: 4").Replace(segments)
	got = readAll(t, parse(t, inLines), []byte("IDA1  19700314\nNMROE   \r\nARA1  0990521\nCH00111357 \nCTGUILTY1000103\nSN00030\n"+
		"IDB2  19800101\nARB2  1010203\nCH001459   \nTR0009\n"), 20, 10)
	if diff := cmp.Diff(brief(&want), brief(&got)); diff != "" || len(got.rejects) > 0 {
		t.Errorf("lines (-want +got), rejects %v:\n%s", reasons(&got), diff)
	}
	var long strings.Builder // than what is read at once
	const persons = 9999
	for i := 1; i <= persons; i++ {
		fmt.Fprintf(&long, "ID%04d%d0314\nAR%04d0990521\nCH%03d%-6s\nCTGUILTY1000103\n", i, 1900+i%100, i, i%1000, "459")
	}
	fmt.Fprintf(&long, "TR%04d\n", persons)
	l = parse(t, strings.Replace(inLines, "trailer_rows: {start: 3, length: 4}", "trailer_rows: {start: 3, length: 4, counts: rows}", 1))
	got = readAll(t, l, []byte(long.String()), 1<<20, 1000)
	for i, r := range got.records {
		i++ // 0000 stands for nobody
		if r["person_id"] != fmt.Sprintf("%04d", i) || r["birth_date"] != fmt.Sprintf("%d-03-14", 1900+i%100) || r["charge_id"] != fmt.Sprintf("%03d", i%1000) {
			t.Fatalf("row %d is %v", i, r)
		}
	}
	if len(got.records) != persons {
		t.Errorf("%d rows of %d persons", len(got.records), persons)
	}
}

// A court that has the key of another charge is not the court of this one, which may
// have lost its own.
func TestKeysOfRecordsMustMatch(t *testing.T) {
	l := parse(t, strings.Replace(segments, "parent: CH\n      columns", "parent: CH\n      matches: {DISPO: STATUTE}\n      columns", 1))
	source := described(id("A1", 19700314), arrest("A1", 990521), chargeOf(1, "GUILTY"), court("GUILTY", 990522),
		chargeOf(2, "DISM"), court("GUILTY", 990522), sentence(3), trailer(7))
	got := readAll(t, l, source, 1, 10)
	want := []string{"A1||1970-03-14|1999-05-21|001|GUILTY|convicted|1999-05-22|", "hole of A1", "hole of A1", "hole of A1"}
	if diff := cmp.Diff(want, brief(&got)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"6 orphan_record", "5 broken_record", "7 orphan_record"}, reasons(&got)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
}

// Whatever is lost of a file, every record is counted once, no row is given of which a
// record is lost, and all others are given.
func TestLostRecordsCostTheirRows(t *testing.T) {
	l := parse(t, strings.NewReplacer(", trailer: TR", "", "  trailer_rows: {start: 3, length: 4, as: packed}\n", "").Replace(segments))
	rapid.Check(t, func(draw *rapid.T) {
		type row struct{ person, count string }
		want := map[row]bool{}
		var records []string
		damage := rapid.SampledFrom([]string{"", "", "", "", "", "shorter", "type"})
		lost := false // until the next root
		add := func(record string) (damaged bool) {
			switch damage.Draw(draw, "damage") {
			case "shorter":
				record = record[:len(record)-1]
				damaged = true
			case "type":
				record = ebcdic("?!") + record[2:]
				damaged, lost = true, true
			}
			records = append(records, record)
			return damaged
		}
		for p := range rapid.IntRange(0, 4).Draw(draw, "persons") {
			sid := fmt.Sprintf("P%d", p)
			lost = false
			noPerson := add(id(sid, 19700314))
			for a := range rapid.IntRange(0, 3).Draw(draw, "arrests") {
				noArrest := add(arrest(sid, 990521))
				for c := range rapid.IntRange(0, 3).Draw(draw, "charges") {
					one := row{sid, fmt.Sprintf("%d%02d", a, c)}
					before := lost
					bad := add(chargeOf(a*100+c, "459"))
					if rapid.Bool().Draw(draw, "court") {
						bad = add(court("GUILTY", 990522)) || bad
					}
					if rapid.Bool().Draw(draw, "sentence") {
						bad = add(sentence(3)) || bad
					}
					want[one] = !noPerson && !noArrest && !bad && !before
				}
				if rapid.Bool().Draw(draw, "names") {
					add(ebcdic("NMROE   "))
				}
			}
		}
		// A record whose type is lost costs the row before it as well, which it may be of.
		for i, r := range records {
			if !strings.HasPrefix(r, ebcdic("?!")) {
				continue
			}
			if one, open := rowBefore(records[:i]); open {
				want[row{one[0], one[1]}] = false
			}
		}
		if len(records) == 0 {
			return
		}
		got := readAll(t, l, described(records...), rapid.Int64Range(1, 99).Draw(draw, "target"), rapid.IntRange(1, 5).Draw(draw, "batch"))
		if got.rows.Read != int64(len(records)) || got.survey.Rows != got.rows.Read {
			draw.Errorf("%d records, %d read, the survey saw %d", len(records), got.rows.Read, got.survey.Rows)
		}
		given := map[row]bool{}
		for _, r := range got.records {
			if r["kind"] != "8" {
				given[row{r["person_id"], r["charge_id"]}] = true
			}
		}
		maps.DeleteFunc(want, func(_ row, is bool) bool { return !is })
		if diff := cmp.Diff(want, given, cmp.AllowUnexported(row{})); diff != "" {
			draw.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

// rowBefore is the person and count of the charge that is open behind some records.
func rowBefore(records []string) (one [2]string, open bool) {
	text := func(s string) string {
		out, err := charmap.CodePage037.NewDecoder().String(s)
		if err != nil {
			panic(err)
		}
		return strings.TrimSpace(out)
	}
	for _, r := range slices.Backward(records) {
		switch kind := text(r[:2]); {
		case kind == "CH" && !open:
			if len(r) < 11 {
				return one, false
			}
			one[1], open = text(r[2:5]), true
		case kind == "CT" || kind == "SN":
		case kind == "?!":
			return one, false // the charge behind it is nobody's
		case kind == "ID" && open:
			one[0] = text(r[2:6])
			return one, true
		case kind != "CH" && !open:
			return one, false
		}
	}
	return one, false
}

func TestLayoutsOfRecordsThatAreWrong(t *testing.T) {
	for name, c := range map[string]struct{ replace, with, want string }{
		"no row":            {"      row: true\n", "", "no record type says row: true"},
		"two rows":          {"- type: CT\n", "- type: CT\n      row: true\n", "only one record type can be the row"},
		"no such parent":    {"parent: AR", "parent: XX", `there is no record type "XX" before this one`},
		"a root's parent":   {"- type: ID\n", "- type: ID\n      parent: AR\n", "the first record type is the root"},
		"no parent":         {"parent: ID, columns", "columns", `lacks "parent"`},
		"twice":             {"type: SN", "type: CT", `record type "CT" is listed twice`},
		"columns on top":    {"fields:", "columns: [a]\nfields:", "columns stand under records"},
		"data too":          {"header: HD", "data: ID, header: HD", "records names the record types that hold data"},
		"matches nothing":   {"{AR_SID: SID}", "{AR_SID: STATUTE}", `"STATUTE" is no column of a record above this one`},
		"matches of others": {"{AR_SID: SID}", "{DISPO: SID}", `"DISPO" is no column of this record`},
		"wide type":         {"type: SN", "type: SNT", `record type "SNT" is not 2 bytes long`},
		"lines of EBCDIC":   {"framing: descriptor", "framing: lines", "records of ibm037 are told from one another by framing: length, descriptor or blocks"},
		"length untold":     {"framing: descriptor", "framing: length", "framing: length needs record_length"},
		"length too short":  {"framing: descriptor", "framing: length\n  record_length: 9", "and record_length is 9"},
		"digits of text":    {"{name: STATUTE, start: 6, length: 6}", "{name: STATUTE, start: 6, length: 6, digits: 3}", "digits are of a number"},
		"wide binary":       {"length: 2, as: binary", "length: 9, as: binary", "a binary number has at most 8 bytes"},
		"wide packed":       {"length: 5, as: packed, digits: 8", "length: 30, as: packed", "a number has at most 40 digits"},
		"decimals alone":    {"as: packed, digits: 8", "as: packed, digits: 2, decimals: 2", "decimals must be fewer than digits"},
		"delimited EBCDIC":  {"fixed:", "delimited: {}\nfixd:", "delimited text is not read from ibm037"},
		"sum of nothing":    {"  records:", "  trailer_sum: {start: 7, length: 2, of: NONE}\n  records:", `trailer_sum: there is no column "NONE"`},
		"sum, of no column": {"  records:", "  trailer_sum: {start: 7, length: 2}\n  records:", `lacks "of"`},
		"untyped records":   {"  record_type: {start: 1, length: 2, header: HD, trailer: TR, passed: AK}\n", "", "records needs record_type"},
		"counts":            {"as: packed}\n  records:", "as: packed, counts: most}\n  records:", "counts must be one of records, rows"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(segments, c.replace) {
				t.Fatalf("%q is not in the layout", c.replace)
			}
			_, err := readers.ParseLayout("t.yaml", []byte(strings.Replace(segments, c.replace, c.with, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzRecords(f *testing.F) {
	l := parse(f, strings.NewReplacer(", trailer: TR", "", "  trailer_rows: {start: 3, length: 4, as: packed}\n", "").Replace(segments))
	f.Add(described(id("A1", 19700314), ebcdic("NMROE   "), arrest("A1", 990521), chargeOf(1, "11357"), court("GUILTY", 1000103), sentence(30)), int64(9))
	f.Add(described(ebcdic("HD"), chargeOf(1, "11357"), ebcdic("??"), "", id("A1", 1)), int64(1))
	f.Fuzz(func(t *testing.T, source []byte, target int64) { accounted(t, l, source, target) })
}

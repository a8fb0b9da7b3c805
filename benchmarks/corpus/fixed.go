package corpus

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// mainframe is a layout of persons, arrests and charges in EBCDIC.
const mainframe = `layout: corpus/mainframe
encoding: ibm037
fixed:
  framing: descriptor
  record_type: {start: 1, length: 2}
  records:
    - type: ID
      columns: [{name: person_id, start: 3, length: 6}, {name: birth_date, start: 9, length: 5, as: packed, digits: 8}]
    - {type: AR, parent: ID, columns: [{name: county, start: 3, length: 12}]}
    - type: CH
      parent: AR
      row: true
      columns:
        - {name: charge_id, start: 3, length: 3, as: zoned}
        - {name: statute, start: 6, length: 12}
        - {name: disposition, start: 18, length: 10}
        - {name: disposition_date, start: 28, length: 4, as: packed}
        - {name: months, start: 32, length: 2, as: binary}
        - {name: term, start: 34, length: 3, as: packed, decimals: 1}
fields:
  person_id: person_id
  birth_date: {from: birth_date, dates: YYYYMMDD}
  county: county
  charge_id: charge_id
  statute: statute
  disposition: {from: disposition, map: {exact: {convicted: CONVICTED}}}
  disposition_date: {from: disposition_date, dates: CYYMMDD, century: {0: 1900, 1: 2000}}
  term_max_months: months
  term_min_months: term before ".0"
`

func ebcdic(text string) string { return encoded(charmap.CodePage037, text) }

// packed is a number of digits, an odd number of them, as COMP-3.
func packed(digits string) string {
	digits += "c"
	b := make([]byte, len(digits)/2)
	if _, err := fmt.Sscanf(digits, "%x", &b); err != nil {
		panic(err)
	}
	return string(b)
}

func person(id string) string { return ebcdic(fmt.Sprintf("ID%-6s", id)) + packed("019700314") }

func arrest() string { return ebcdic(fmt.Sprintf("AR%-12s", "LOS ANGELES")) }

// charge has its count zoned with a sign over it, its day packed, its months binary and
// its term with a decimal that is not written.
func charge(number string) string {
	return ebcdic("CH"+number+"11357(a) HS CONVICTED ") + packed("1010203") + "\x00\x0c" + packed("00120")
}

// mainframeRows are three persons with an arrest and a charge each.
var mainframeRows = []string{
	person("NEAR1"), arrest(), charge("00A"), person("ODD"), arrest(), charge("00B"), person("NEAR2"), arrest(), charge("00C"),
}

// segments is a file of records behind descriptors.
func segments(records ...string) []File {
	var b []byte
	for _, r := range records {
		b = binary.BigEndian.AppendUint16(b, uint16(len(r)+4)) //nolint:gosec // a few dozen bytes
		b = append(append(b, 0, 0), r...)
	}
	return []File{{"charges.dat", b}}
}

// columnsOf is a layout of fixed columns.
const columnsOf = `layout: corpus/fixed
fixed: {record_type: {start: 1, length: 1, data: D}}
columns:
  - {name: person_id, start: 2, length: 6}
  - {name: surname, start: 8, length: 6}
  - {name: birth_date, start: 14, length: 10}
  - {name: case_id, start: 24, length: 3}
  - {name: charge_id, start: 27, length: 3}
  - {name: county, start: 30, length: 12}
  - {name: statute, start: 42, length: 12}
  - {name: disposition, start: 54, length: 10}
  - {name: disposition_date, start: 64, length: 10}
  - {name: offense_date, start: 74, length: 10}
  - {name: arrest_date, start: 84, length: 10}
  - {name: record, start: 94, length: 8}
`

// inColumns is a row of fixed columns.
func inColumns(row string) string {
	var b strings.Builder
	b.WriteByte('D')
	for i, width := range []int{6, 6, 10, 3, 3, 12, 12, 10, 10, 10, 10, 8} {
		fmt.Fprintf(&b, "%-*s", width, strings.Split(row, ",")[i])
	}
	return b.String()
}

// fixedLines are three rows, the odd one as given.
func fixedLines(odd string) []File {
	return []File{{"charges.txt", []byte(inColumns(near1) + "\n" + odd + "\n" + inColumns(near2) + "\n")}}
}

func fixedColumns() []Kind {
	layout := columnsOf + fieldsOf("[YYYY-MM-DD]")
	row := inColumns(odd)
	number := func(as string) string {
		return strings.Replace(layout, "{name: case_id, start: 24, length: 3}", "{name: case_id, start: 24, length: 3, as: "+as+"}", 1)
	}
	holding := func(bytes string) []File {
		files := fixedLines(row[:23] + bytes + row[26:])
		text := string(files[0].Data)
		for _, k := range []string{"K1 ", "K3 "} { // the neighbours' numbers are the same
			text = strings.Replace(text, k, bytes, 1)
		}
		files[0].Data = []byte(text)
		return files
	}
	bad := strings.Replace(charge("00B"), packed("1010203"), "\x12\x34\x56\x78", 1)
	blocked := segments(mainframeRows...)
	blocked[0].Data = append(binary.BigEndian.AppendUint32(nil, uint32(len(blocked[0].Data)+4)<<16), blocked[0].Data...) //nolint:gosec // a few hundred bytes
	return []Kind{
		{Name: "a fixed row too short", Layout: layout, Files: fixedLines(row[:90]), Want: rejected("row_length")},
		{Name: "a fixed row too long", Layout: layout, Files: fixedLines(row + "x"), Want: rejected("row_length")},
		{Name: "a fixed row shifted by a column", Layout: layout, Files: fixedLines(row[1:] + " "), Want: rejected("unknown_record_type")},
		{Name: "a tab in fixed columns", Layout: layout, Files: fixedLines(strings.Replace(row, "DOE   ", "DOE\tJ ", 1)), Want: Want{Accepted: 3, Odd: granted, Warns: "deliveries cannot stand"}},
		{Name: "a character of two bytes in fixed columns", Layout: layout, Files: fixedLines(strings.Replace(row, "DOE   ", "DOÉ   ", 1)), Want: rejected("row_length")},
		{Name: "packed numbers", Layout: number("packed"), Files: holding("\x12\x34\x5c"), Want: all},
		{Name: "zoned numbers with a sign", Layout: number("zoned"), Files: holding("12C"), Want: all},
		{Name: "binary numbers", Layout: number("binary"), Files: holding("\x01\x02\x03"), Want: all},
		{Name: "records in blocks", Layout: strings.Replace(mainframe, "descriptor", "blocks", 1), Files: blocked, Want: Want{Accepted: 3, NonData: 6, Odd: granted}},
		{Name: "an unknown record type", Layout: layout, Files: fixedLines("X" + row[1:]), Want: rejected("unknown_record_type")},
		{
			Name: "a child before its parent", Layout: mainframe, Files: segments(append([]string{charge("00B")}, mainframeRows[:3]...)...),
			Want: Want{Accepted: 1, NonData: 2, Rejects: "orphan_record"},
		},
		{
			Name: "a record below nothing", Layout: mainframe, Files: segments(person("NEAR1"), arrest(), charge("00A"), person("ODD"), charge("00B"), person("NEAR2"), arrest(), charge("00C")),
			Want: Want{Accepted: 2, NonData: 5, Rejects: "orphan_record"},
		},
		{Name: "no end of the record", Layout: layout, Files: fixedLines(strings.TrimRight(row, " ")), Want: rejected("row_length")},
		{
			Name: "two layouts in one file", Layout: shipped, Files: file(head + "\n" + near1 + "\n" + near2 + "\nperson_id,statute,disposition\nODD,11357(a) HS,CONVICTED\n"),
			Want: refused("another header with its columns in another order"),
		},
		{Name: "decimals that are not written", Layout: mainframe, Files: segments(append(mainframeRows[:5:5], bad, person("NEAR2"), arrest(), charge("00C"))...), Want: Want{Accepted: 2, NonData: 6, Rejects: "bad_packed"}},
	}
}

func dates() []Kind {
	in := func(dates string) string { return layoutOf("", "", dates) }
	// on is the three rows with all dates in another form.
	on := func(births [3]string, disposed, offense, arrest string) []File {
		text := lines(odd)
		for i, born := range []string{"1970-03-14", "1971-03-14", "1972-03-14"} {
			text = strings.Replace(text, born, births[i], 1)
		}
		return file(strings.NewReplacer("2001-02-03", disposed, "2001-01-01", offense, "2001-01-02", arrest).Replace(text))
	}
	return []Kind{
		{Name: "a date of zeros", Layout: shipped, Files: file(lines(with("2001-01-02", "00000000"))), Want: Want{Accepted: 3, Rejects: "bad_date", Odd: granted}},
		{Name: "a date of nines", Layout: shipped, Files: file(lines(with("2001-01-02", "99999999"))), Want: Want{Accepted: 3, Rejects: "bad_date", Odd: granted}},
		{Name: "a day that never was", Layout: shipped, Files: file(lines(with("2001-01-02", "1999-02-30"))), Want: Want{Accepted: 3, Rejects: "bad_date", Odd: granted}},
		{Name: "years of two digits", Layout: in("MM/DD/YY, pivot: 1930"), Files: on([3]string{"03/14/70", "03/14/71", "03/14/72"}, "02/03/01", "01/01/01", "01/02/01"), Want: all},
		{Name: "years of three digits", Layout: in("CYYMMDD, century: {0: 1900, 1: 2000}"), Files: on([3]string{"0700314", "0710314", "0720314"}, "1010203", "1010101", "1010102"), Want: all},
		{Name: "days of the year", Layout: in("YYYYDDD"), Files: on([3]string{"1970073", "1971073", "1972074"}, "2001034", "2001001", "2001002"), Want: all},
		{Name: "a spreadsheet's numbers", Layout: in("EXCEL"), Files: on([3]string{"25641", "26006", "26372"}, "36925", "36892", "36893"), Want: all},
		{Name: "month and day, or day and month", Layout: in("[M/D/YYYY, D/M/YYYY]"), Files: file(lines(odd)), Want: refused("can read one text as two dates")},
		{Name: "a date without its month", Layout: in("YYYYMMDD"), Files: on([3]string{"19700314", "19710314", "19720314"}, "20010203", "20010101", "20010000"), Want: Want{Accepted: 3, Rejects: "partial_date partial_date partial_date", Odd: granted}},
		{Name: "a day to come", Layout: shipped, Files: file(lines(with("2001-01-02", "2099-01-02"))), Want: Want{Accepted: 3, Odd: granted, Warns: "dates of events are after the as-of date"}},
		{Name: "1900-01-01 for no date", Layout: in("YYYY-MM-DD, sentinels: [1900-01-01]"), Files: file(lines(with("2001-01-02", "1900-01-01"))), Want: all},
		{Name: "midnight in another time zone", Layout: shipped, Files: file(lines(with("2001-01-02", "2001-01-02T05:00:00Z"))), Want: Want{Accepted: 3, Rejects: "bad_date", Odd: granted}},
		{Name: "born after the arrest", Layout: shipped, Files: file(lines(with("1971-03-14", "2005-03-14"))), Want: Want{Accepted: 3, Odd: granted, Warns: "before the person's birth"}},
		{Name: "arrested before the offence", Layout: shipped, Files: file(lines(with("2001-01-02", "2000-12-31"))), Want: Want{Accepted: 3, Odd: granted, Warns: "an arrest before the offence"}},
		{Name: "disposed before the arrest", Layout: shipped, Files: file(lines(with("2001-02-03", "2000-02-03"))), Want: Want{Accepted: 3, Odd: granted, Warns: "dates of events"}},
		{Name: "sentenced before the disposition", Layout: shipped, Files: file(strings.NewReplacer("record\n", "record,sentence_date\n", "-02,\n", "-02,,2000-02-03\n").Replace(lines(odd))), Want: all},
		{Name: "a sentence for life", Layout: shipped, Files: file(strings.NewReplacer("record\n", "record,term_max_months\n", "-02,\n", "-02,,LIFE\n").Replace(lines(odd))), Want: Want{Accepted: 3, Rejects: "bad_number bad_number bad_number", Odd: granted}},
		{Name: "too old, or too young", Layout: shipped, Files: file(lines(with("1971-03-14", "1871-03-14"))), Want: Want{Accepted: 3, Odd: granted, Warns: "birth date that no life fits"}},
		{Name: "an arrest long ago", Layout: shipped, Files: file(lines(with("2001-01-02", "1965-11-06"))), Want: Want{Accepted: 3, Odd: granted, Warns: "dates of events"}},
		{Name: "born on 29 February", Layout: shipped, Files: file(lines(with("1971-03-14", "1972-02-29"))), Want: all},
	}
}

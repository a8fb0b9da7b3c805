package synth

import (
	"bytes"
	"encoding/binary"
	"slices"

	"golang.org/x/text/encoding/charmap"
)

// segment is a record of the layout generic/segments: its type and its columns, by
// their names in columns. Dates are packed.
type segment struct {
	kind    string
	columns []string
}

// segments are the records of a charge, parents first. The last is left out where it
// holds nothing.
var segments = []segment{
	{"ID", []string{"person_id", "birth_date"}},
	{"AR", []string{"arrest_date", "agency"}},
	{"CH", []string{
		"charge_id", "case_id", "county", "court", "statute", "description", "degree", "severity", "offense_date", "challenge_date", "record",
	}},
	{"CT", []string{"disposition", "disposition_date", "sentence"}},
}

// packedDates are the columns that hold a packed date, of five bytes.
var packedDates = []string{"birth_date", "arrest_date", "offense_date", "challenge_date", "disposition_date"}

// packedDate is the width of YYYYMMDD as a packed number.
const packedDate = 5

// segments adds the records of the line.
func (l *line) segments(b []byte) []byte {
	for i, s := range segments {
		record := appendEBCDIC(nil, s.kind)
		holds := false
		for _, name := range s.columns {
			c := slices.IndexFunc(columns[:], func(c column) bool { return c.name == name })
			start := 0
			if c > 0 {
				start = l.ends[c-1]
			}
			field := l.text[start:l.ends[c]]
			holds = holds || len(field) > 0
			if slices.Contains(packedDates, name) {
				if len(field) == 0 {
					record = append(record, make([]byte, packedDate)...)
				} else {
					record = appendPacked(record, append([]byte{'0'}, field...))
				}
				continue
			}
			end := len(record) + columns[c].width
			if record = appendEBCDIC(record, string(field)); len(record) > end {
				panic("synth: a value is wider than the column " + name)
			}
			record = append(record, bytes.Repeat([]byte{0x40}, end-len(record))...)
		}
		if holds || i < len(segments)-1 {
			b = appendRecord(b, record)
		}
	}
	return b
}

// appendRecord adds a record behind its descriptor.
func appendRecord(b, record []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(record)+4)) //nolint:gosec // a record has a few hundred bytes
	return append(append(b, 0, 0), record...)
}

// countRecords counts the records of a row; of a row in lines, none.
func countRecords(row []byte) (n int64) {
	for len(row) > 4 && row[2] == 0 && row[3] == 0 {
		n++
		row = row[binary.BigEndian.Uint16(row):]
	}
	return n
}

func appendEBCDIC(b []byte, text string) []byte {
	for _, c := range text {
		e, ok := charmap.CodePage037.EncodeRune(c)
		if !ok {
			panic("synth: a character that EBCDIC has not")
		}
		b = append(b, e)
	}
	return b
}

// appendPacked adds an odd number of digits as a packed number.
func appendPacked(b, digits []byte) []byte {
	for i := 0; i < len(digits)-1; i += 2 {
		b = append(b, (digits[i]-'0')<<4|(digits[i+1]-'0'))
	}
	return append(b, (digits[len(digits)-1]-'0')<<4|0x0c)
}

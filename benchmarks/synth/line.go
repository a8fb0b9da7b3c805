package synth

import (
	"bytes"
	"strconv"

	"github.com/clearsweep/clearsweep/schemas"
)

// column is a column of the extract, in the order of the files. The width is
// that of the fixed form, in bytes.
type column struct {
	name  string
	width int
}

// columns are those of the layouts generic/charges and generic/charges-fixed.
var columns = [...]column{
	{"person_id", 16},
	{"birth_date", 8},
	{"case_id", 20},
	{"charge_id", 24},
	{"county", 20},
	{"court", 12},
	{"agency", 12},
	{"statute", 40},
	{"description", 60},
	{"degree", 4},
	{"severity", 12},
	{"disposition", 30},
	{"disposition_date", 8},
	{"offense_date", 8},
	{"arrest_date", 8},
	{"sentence", 10},
	{"challenge_date", 8},
	{"record", 10},
}

// line is one row before it is encoded: its fields, one after the other.
type line struct {
	format Format
	text   []byte
	ends   [len(columns)]int
	fields int
}

func (l *line) reset() { l.text, l.fields = l.text[:0], 0 }

// end ends a field.
func (l *line) end() {
	l.ends[l.fields] = len(l.text)
	l.fields++
}

func (l *line) string(s string) {
	l.text = append(l.text, s...)
	l.end()
}

// number adds a field that is a prefix and a number of ten digits.
func (l *line) number(prefix byte, n int64) {
	l.text = append(l.text, prefix)
	l.text = appendPadded(l.text, n, 10)
	l.end()
}

func (l *line) date(d schemas.Date) {
	from := len(l.text)
	l.text = d.Append(l.text)
	if l.format != CSV && d.Known() {
		b := l.text[from:] // 2006-01-02
		copy(b[4:], b[5:7])
		copy(b[6:], b[8:10])
		l.text = l.text[:from+8]
	}
	l.end()
}

// charge fills the line with a charge of p.
func (l *line) charge(p *person, c *charge) {
	l.reset()
	if c.standsAlone {
		l.string(c.placeholder)
	} else {
		l.number('P', key(p.number))
	}
	l.date(p.birth)
	l.number('K', c.episode)
	l.number('C', c.number)
	l.place(c)
	l.string(c.statute)
	l.string(c.description)
	l.string(degree(c.severity))
	l.string(severity(c.severity))
	l.string(c.disposition)
	l.date(c.disposed)
	l.date(c.offense)
	l.date(c.arrest)
	l.string(c.sentence)
	l.date(c.challenge)
	l.string(c.record)
}

// place fills in county, court and agency.
func (l *line) place(c *charge) {
	if c.county == nil {
		l.string("")
	} else {
		l.string(c.county.name)
	}
	l.text = appendPadded(append(l.text, "CT"...), c.episode%97, 3)
	l.end()
	l.text = appendPadded(append(l.text, "AG"...), int64(c.agency), 3)
	l.end()
}

// fact fills the line with a row that is no charge.
func (l *line) fact(p *person, record, statute string) {
	l.reset()
	l.number('P', key(p.number))
	l.date(p.birth)
	for l.fields < len(columns)-1 {
		if columns[l.fields].name == "statute" {
			l.string(statute)
		} else {
			l.end()
		}
	}
	l.string(record)
}

// key scatters the numbers of persons, each to its own, so that keys do not
// come in order.
func key(n int64) int64 {
	const odd, bits = 0x1e3779b1, 31
	return n * odd & (1<<bits - 1)
}

// Numbers below 1<<31 have keys of their own, and there are fewer: of each
// charge at most a person, and one more of a ragged row.
const _ = uint(1<<31 - 2*mostRows)

func severity(s schemas.Severity) string {
	switch s {
	case schemas.SeverityUnknown:
		return ""
	case schemas.Infraction:
		return "INFRACTION"
	case schemas.Misdemeanor:
		return "MISDEMEANOR"
	case schemas.Felony:
		return "FELONY"
	default:
		return s.String()
	}
}

func degree(s schemas.Severity) string {
	if name := severity(s); name != "" {
		return name[:1]
	}
	return ""
}

// encode adds the line to b in its format.
func (l *line) encode(b []byte) []byte {
	if l.format == Segments {
		return l.segments(b)
	}
	start := 0
	if l.format == Fixed {
		b = append(b, 'D')
	}
	for i, end := range l.ends[:l.fields] {
		field := l.text[start:end]
		start = end
		if l.format == Fixed {
			b = appendFixed(b, field, columns[i])
			continue
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, field)
	}
	return append(b, '\n')
}

func appendFixed(b, field []byte, c column) []byte {
	if len(field) > c.width {
		panic("synth: a value is wider than the column " + c.name)
	}
	return append(append(b, field...), blanks[:c.width-len(field)]...)
}

// blanks fill the widest column.
const blanks = "                                                            "

// appendQuoted adds a field of a CSV file, in quotes where it needs them.
func appendQuoted(b, field []byte) []byte {
	if bytes.IndexByte(field, ',') < 0 && bytes.IndexByte(field, '"') < 0 {
		return append(b, field...)
	}
	b = append(b, '"')
	for _, c := range field {
		if c == '"' {
			b = append(b, '"')
		}
		b = append(b, c)
	}
	return append(b, '"')
}

// appendPadded adds n with leading zeros.
func appendPadded(b []byte, n int64, width int) []byte {
	limit := int64(10)
	for range width - 1 {
		if n < limit {
			b = append(b, '0')
		}
		limit *= 10
	}
	return strconv.AppendInt(b, n, 10)
}

// head is the first line of a file.
func head(f Format) []byte {
	switch f {
	case Fixed:
		return []byte("HSYNTHETIC\n")
	case Segments:
		return appendRecord(nil, appendEBCDIC(nil, "HDSYNTHETIC"))
	case CSV:
	}
	var b []byte
	for i, c := range columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, c.name...)
	}
	return append(b, '\n')
}

// tail is the last line of a file with so many rows, or records.
func tail(f Format, rows, records int64) []byte {
	switch f {
	case Fixed:
		return append(appendPadded([]byte{'T'}, rows, 12), '\n')
	case Segments:
		return appendRecord(nil, appendPacked(appendEBCDIC(nil, "TR"), appendPadded(nil, records, 11)))
	case CSV:
	}
	return nil
}

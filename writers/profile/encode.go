package profile

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Control is what a recipient compares: how many rows a file has, and the sum of the CRC-32
// (IEEE) of each of them without its line end, modulo 10^12. A change of two images is two.
type Control struct {
	Rows      int64  `json:"rows"`
	HashTotal uint64 `json:"hash_total"`
}

const hashModulus = 1_000_000_000_000

// Refused is the error of a row that cannot stand in the form. It says which column and why,
// and never what stood there. Nothing of the row was written.
type Refused struct {
	Column string
	Reason string
}

func (r *Refused) Error() string { return fmt.Sprintf("column %s: %s", r.Column, r.Reason) }

// Head is what a file says of itself.
type Head struct{ Agency, Batch, Policy, AsOf, Run, List string }

// Encoder writes the rows of one file. It is not safe for concurrent use.
type Encoder struct {
	p       *Profile
	out     *bufio.Writer
	control Control
	line    []byte
	record  int      // bytes of a record of fixed width
	open    []string // elements of the row that are open
}

// fixedForm is the form of files of fixed width.
const fixedForm = "03"

// headWidths are those of the header record: agency, batch, policy, as-of date, run and list.
var headWidths = []int{128, 32, 64, 10, 64, 9}

// Encoder begins a file.
func (p *Profile) Encoder(w io.Writer, h Head) (*Encoder, error) {
	e := &Encoder{p: p, out: bufio.NewWriterSize(w, 1<<16)}
	switch p.Form {
	case CSV, Tab:
		names := make([]string, len(p.Columns))
		for i, c := range p.Columns {
			names[i] = c.Name
		}
		e.line = append(e.line[:0], strings.Join(names, e.delimiter())...)
		return e, e.write()
	case Fixed:
		e.record = 1
		for _, c := range p.Columns {
			e.record += c.Width
		}
		e.line = append(e.line[:0], 'H')
		e.line = append(e.line, fixedForm...)
		for i, text := range []string{h.Agency, h.Batch, h.Policy, h.AsOf, h.Run, h.List} {
			if err := plain(text, headWidths[i]); err != "" {
				return nil, fmt.Errorf("the header record of an update file: %s", err)
			}
			e.pad(text, headWidths[i])
		}
		return e, e.write()
	case XML:
		return e, e.begin(h)
	case NDJSON:
	}
	return e, nil
}

func (e *Encoder) delimiter() string {
	if e.p.Form == Tab {
		return "\t"
	}
	return ","
}

// Add writes the row of a charge, and the one before it where the agency loads both. The error
// is a *Refused where a value cannot stand there; any other ends the file.
func (e *Encoder) Add(row *Row) error {
	if e.p.Images == nil {
		return e.add(row, "", false)
	}
	// The row after is tried first, so that there is never one without the other.
	if err := e.render(row, e.p.Images.After, false); err != nil {
		return err
	}
	if err := e.add(row, e.p.Images.Before, true); err != nil {
		return err
	}
	return e.add(row, e.p.Images.After, false)
}

func (e *Encoder) add(row *Row, mark string, before bool) error {
	if err := e.render(row, mark, before); err != nil {
		return err
	}
	e.control.Rows++
	e.control.HashTotal = (e.control.HashTotal + uint64(crc32.ChecksumIEEE(e.line))) % hashModulus
	return e.write()
}

// render makes the line of a row.
func (e *Encoder) render(row *Row, mark string, before bool) error {
	e.line = e.line[:0]
	switch e.p.Form {
	case Fixed:
		e.line = append(e.line, 'D')
	case NDJSON:
		e.line = append(e.line, '{')
	case XML:
		e.element(e.p.Document.Row)
	case CSV, Tab:
	}
	for i := range e.p.Columns {
		c := &e.p.Columns[i]
		value, why := e.value(c, row, mark)
		if before && c.Relief {
			value, why = "", ""
		}
		if why == "" {
			why = plain(value, c.Width)
		}
		if why != "" {
			return &Refused{c.Name, why}
		}
		if err := e.cell(i, c, value); err != nil {
			return err
		}
	}
	switch e.p.Form {
	case NDJSON:
		e.line = append(e.line, '}')
	case XML:
		e.closeTo(0)
		e.end(e.p.Document.Row)
	case CSV, Tab, Fixed:
	}
	return nil
}

// cell adds the value of a column to the line.
func (e *Encoder) cell(i int, c *Column, value string) error {
	switch e.p.Form {
	case Fixed:
		e.pad(value, c.Width)
	case CSV, Tab:
		if i > 0 {
			e.line = append(e.line, e.delimiter()...)
		}
		if e.p.Form == CSV && strings.ContainsAny(value, `,"`) {
			value = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
		}
		e.line = append(e.line, value...)
	case NDJSON:
		if i > 0 {
			e.line = append(e.line, ',')
		}
		for _, text := range []string{c.Name, value} {
			quoted, err := json.Marshal(text)
			if err != nil {
				return err
			}
			e.line = append(append(e.line, quoted...), ':')
		}
		e.line = e.line[:len(e.line)-1]
	case XML:
		return e.elements(c.path, value)
	}
	return nil
}

// value is what stands in a column, or why it cannot.
func (e *Encoder) value(c *Column, row *Row, mark string) (value, why string) {
	switch {
	case c.Value != nil:
		return *c.Value, ""
	case e.p.marks(c):
		return mark, ""
	}
	value = row[c.fact]
	switch {
	case value == "" && c.Require:
		return "", "the value is not known, and the agency needs it"
	case c.Map != nil && value != "":
		mapped, ok := c.Map[value]
		if !ok {
			return "", "the agency has no word for the value"
		}
		return mapped, ""
	case c.date && value != "":
		return dateIn(c.Dates, value)
	}
	if e.p.Formulas != "" && value != "" && strings.ContainsAny(value[:1], "=+-@") {
		value = "'" + value
	}
	return value, ""
}

// dateIn writes a date, 2006-01-02, in a form.
func dateIn(form, date string) (value, why string) {
	if len(date) != len("2006-01-02") {
		return "", "the value is no date of four digits for the year"
	}
	year, month, day := date[:4], date[5:7], date[8:]
	switch form {
	case "YYYYMMDD":
		return year + month + day, ""
	case "MM/DD/YYYY":
		return month + "/" + day + "/" + year, ""
	case "CYYMMDD":
		y, err := strconv.Atoi(year)
		if err != nil || y < 1900 || y > 2899 {
			return "", "the year is before 1900, or after 2899"
		}
		return strconv.Itoa(y/100-19) + year[2:] + month + day, ""
	}
	return date, ""
}

// plain tells why a value cannot stand in a column of width bytes; empty if it can.
func plain(s string, width int) string {
	switch {
	case len(s) > width:
		return fmt.Sprintf("the value has %d bytes, the column %d", len(s), width)
	case !utf8.ValidString(s):
		return "the value is not UTF-8"
	case strings.TrimSpace(s) != s:
		return "the value begins or ends with a space"
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }):
		return "the value holds a line break or a control character"
	}
	return ""
}

func (e *Encoder) pad(s string, width int) {
	e.line = append(e.line, s...)
	for range width - len(s) {
		e.line = append(e.line, ' ')
	}
}

// write writes the line, at the width of records where they have one.
func (e *Encoder) write() error {
	if e.p.Form == Fixed {
		e.pad("", e.record-len(e.line))
	}
	e.line = append(e.line, '\n')
	_, err := e.out.Write(e.line)
	return err
}

// Close ends the file, and leaves open what it was written to.
func (e *Encoder) Close() (Control, error) {
	var err error
	switch e.p.Form {
	case Fixed:
		e.line = append(e.line[:0], 'T')
		e.line = fmt.Appendf(e.line, "%010d%012d", e.control.Rows, e.control.HashTotal)
		err = e.write()
	case XML:
		e.line = e.line[:0]
		e.end(e.p.Document.Root)
		err = e.write()
	case CSV, Tab, NDJSON:
	}
	return e.control, errors.Join(err, e.out.Flush())
}

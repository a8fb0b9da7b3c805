package writers

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clearsweep/clearsweep/schemas"
)

// Delivery is what agencies are told of one charge: add this relief to your
// record of it. An update adds; it never deletes, and never replaces a
// disposition.
type Delivery struct {
	// Agencies are identifiers, such as court-us-ca-los-angeles; they name the files. The slice is kept:
	// nobody may change it.
	Agencies []string
	// Source and Line say where the charge stood; they appear in errors only.
	Source string
	Line   int64

	Person          string
	Surname         string
	GivenName       string
	BirthDate       schemas.Date
	Case            string
	Charge          string
	County          string
	Court           string
	Code            string
	DispositionDate schemas.Date
	// Words say what to do, the remedy that the policy names at least, and by which
	// law. Equal pointers are equal Words.
	Words      *Words
	EligibleOn schemas.Date
	DueOn      schemas.Date
	// JurisdictionRetained: the court keeps the power to act on the case.
	JurisdictionRetained bool
}

// LogValue keeps a person's relief out of logs.
func (Delivery) LogValue() slog.Value { return redacted }

// updateColumn is a column of update files, the same in both forms.
type updateColumn struct {
	name  string
	width int                    // bytes in update.txt
	value func(*Delivery) string // nil where it is a date
	date  func(*Delivery) schemas.Date
}

// updateColumns follow the sequence number, in order. The policy is the same
// for all rows, so it stands in the header record and in the manifest. Widths are part of the
// format: docs/formats/outputs.md repeats them and a test compares.
var updateColumns = []updateColumn{
	{"person_id", 40, func(d *Delivery) string { return d.Person }, nil},
	{"surname", 40, func(d *Delivery) string { return d.Surname }, nil},
	{"given_name", 40, func(d *Delivery) string { return d.GivenName }, nil},
	{"birth_date", 10, nil, func(d *Delivery) schemas.Date { return d.BirthDate }},
	{"case_id", 48, func(d *Delivery) string { return d.Case }, nil},
	{"charge_id", 48, func(d *Delivery) string { return d.Charge }, nil},
	{"county", 32, func(d *Delivery) string { return d.County }, nil},
	{"court", 64, func(d *Delivery) string { return d.Court }, nil},
	{"code", 40, func(d *Delivery) string { return d.Code }, nil},
	{"disposition_date", 10, nil, func(d *Delivery) schemas.Date { return d.DispositionDate }},
	{"action", 32, func(d *Delivery) string { return d.Words.RemedyFloor }, nil},
	{"legal_basis", 120, func(d *Delivery) string { return d.Words.LegalBasis }, nil},
	{"clause", 160, func(d *Delivery) string { return d.Words.Clause }, nil},
	{"eligible_on", 10, nil, func(d *Delivery) schemas.Date { return d.EligibleOn }},
	{"due_on", 10, nil, func(d *Delivery) schemas.Date { return d.DueOn }},
	{"jurisdiction_retained", 1, func(d *Delivery) string { return yesNo(d.JurisdictionRetained) }, nil},
	{"other_relief_unaffected", 1, func(*Delivery) string { return yesNo(true) }, nil},
}

// The columns that say what the words of a decision do are the same in all its rows.
const (
	firstSaid = 10 // of updateColumns
	afterSaid = 13
)

// sequenceWidth is the width of sequence numbers and counts.
const sequenceWidth = 10

func yesNo(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}

// Undeliverable is the error of a delivery that cannot stand in an update file
// as it is: nothing is altered to fit. It says where the value came from and
// never what it is. The caller lists it and goes on; nothing was written.
type Undeliverable struct {
	Source string
	Line   int64
	Agency string
	Column string // of the update file
	Reason string
}

func (u *Undeliverable) Error() string {
	return fmt.Sprintf("%s: line %d: agency %s: column %s: %s", u.Source, u.Line, u.Agency, u.Column, u.Reason)
}

// appendRow adds the row of update.csv behind its sequence number. The error is an
// Undeliverable if a value cannot stand in an update file, or if nothing in the
// row tells the agency which record is meant. Said are the columns of its words.
func (d *Delivery) appendRow(b []byte, said []byte) ([]byte, error) {
	if d.Person == "" && d.Case == "" && d.Charge == "" {
		return b, d.refuse("person_id", "the charge has no person, case or charge identifier")
	}
	b, err := d.appendColumns(b, 0, firstSaid)
	if err != nil {
		return b, err
	}
	b = append(b, said...)
	if b, err = d.appendColumns(b, afterSaid, len(updateColumns)); err != nil {
		return b, err
	}
	b[len(b)-1] = '\n'
	return b, nil
}

// appendSaid adds the columns of the words of d.
func (d *Delivery) appendSaid(b []byte) ([]byte, error) {
	if forbidden(d.Words.RemedyFloor) {
		return b, at(errors.New("an update may not delete"), d.Source, d.Line)
	}
	return d.appendColumns(b, firstSaid, afterSaid)
}

// appendColumns adds some columns of update.csv, a comma behind each.
func (d *Delivery) appendColumns(b []byte, from, to int) ([]byte, error) {
	for i := from; i < to; i++ {
		c := &updateColumns[i]
		if c.date != nil {
			b = append(c.date(d).Append(b), ',')
			continue
		}
		value := c.value(d)
		plain, special := inspect(value)
		if !plain || len(value) > c.width {
			if err := checkValue(value, c.width); err != nil {
				return b, d.refuse(c.name, err.Error())
			}
		}
		if special {
			b = appendQuoted(b, value)
		} else {
			b = append(b, value...)
		}
		b = append(b, ',')
	}
	return b, nil
}

func (d *Delivery) refuse(column, reason string) error {
	return &Undeliverable{Source: d.Source, Line: d.Line, Agency: strings.Join(d.Agencies, ", "), Column: column, Reason: reason}
}

// inspect tells whether a value is plain, and whether CSV must hold it in quotes.
func inspect(s string) (plain, special bool) {
	if n := len(s); n > 0 && (s[0] == ' ' || s[n-1] == ' ') {
		return false, odd(s)&quotable != 0
	}
	if ordinary(s) {
		return true, false
	}
	seen := odd(s)
	return seen&unprintable == 0, seen&quotable != 0
}

// ordinary tells whether no byte of a value is odd, looking at eight at a time: a value that has
// fewer is looked at byte by byte.
func ordinary(s string) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	seen := uint64(0)
	for at := 0; len(s)-at >= 8; {
		v := uint64(s[at]) | uint64(s[at+1])<<8 | uint64(s[at+2])<<16 | uint64(s[at+3])<<24 |
			uint64(s[at+4])<<32 | uint64(s[at+5])<<40 | uint64(s[at+6])<<48 | uint64(s[at+7])<<56
		comma, quote, backslash := v^','*each, v^'"'*each, v^'\\'*each
		// Below the first byte that one of these finds, all are right; above it some may be wrong.
		seen |= (v-' '*each)&^v | v | (v + each) | (comma-each)&^comma | (quote-each)&^quote | (backslash-each)&^backslash
		if at += 8; at < len(s) && len(s)-at < 8 {
			at = len(s) - 8 // some once more
		}
	}
	if len(s) >= 8 {
		return seen&high == 0
	}
	return odd(s) == 0
}

// odd says what is odd about the bytes of a value.
func odd(s string) (seen uint8) {
	for i := range len(s) {
		seen |= oddBytes[s[i]]
	}
	return seen
}

// oddBytes says of each byte what is odd about it in a value.
var oddBytes = func() (odd [256]uint8) {
	for c := range odd {
		if c < ' ' || c > '~' {
			odd[c] = unprintable
		}
	}
	for _, c := range []byte(`,"\`) {
		odd[c] = quotable
	}
	return odd
}()

const (
	unprintable = 1 << iota
	quotable
)

// appendQuoted adds a value in quotes, if CSV must hold it so. A value has no line
// break and no blank at its ends.
func appendQuoted(b []byte, value string) []byte {
	if !strings.ContainsAny(value, `,"`) && value != `\.` {
		return append(b, value...)
	}
	b = append(b, '"')
	for quote := strings.IndexByte(value, '"'); quote >= 0; quote = strings.IndexByte(value, '"') {
		b = append(append(b, value[:quote+1]...), '"')
		value = value[quote+1:]
	}
	return append(append(b, value...), '"')
}

// fields cuts a row that appendRow made. Fields with quotes are made in it. It tells
// whether the row is one.
func fields(row []byte, into [][]byte) (_ [][]byte, ok bool) {
	for len(row) > 0 {
		field, rest, ok := firstField(row)
		if !ok {
			return into, false
		}
		into = append(into, field)
		row = rest
	}
	return into, len(into) == len(updateColumns)
}

func firstField(row []byte) (field, rest []byte, ok bool) {
	if row[0] != '"' {
		end := bytes.IndexByte(row, ',')
		if end < 0 {
			end = bytes.IndexByte(row, '\n') // of the last; no value holds one
		}
		if end < 0 {
			return nil, nil, false
		}
		return row[:end], row[end+1:], true
	}
	field = row[1:1]
	for i := 1; i+1 < len(row); i++ {
		if row[i] == '"' {
			if row[i+1] != '"' {
				return field, row[i+2:], true
			}
			i++
		}
		field = append(field, row[i])
	}
	return nil, nil, false
}

// checkValue tells why s cannot stand in a column of width bytes.
func checkValue(s string, width int) error {
	switch plain, _ := inspect(s); {
	case plain && len(s) <= width:
		return nil
	case len(s) > width:
		return fmt.Errorf("the value has %d bytes, the column %d", len(s), width)
	case !utf8.ValidString(s):
		return errUTF8
	case strings.TrimSpace(s) != s:
		return errors.New("the value begins or ends with a space")
	case strings.ContainsFunc(s, breaks):
		return errors.New("the value holds a line break or a control character")
	}
	return nil
}

// breaks tells whether r ends a line for some reader, or is not text at all.
func breaks(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

// forbidden tells whether an action would take a record away: relief is added
// to records, and what they say stays.
func forbidden(verb string) bool {
	switch strings.ToLower(verb) {
	case "delete", "destroy", "erase", "purge":
		return true
	}
	return false
}

// CheckAgency is an error unless id can name a folder: lower case letters,
// digits and single hyphens.
func CheckAgency(id string) error {
	ok := id != "" && len(id) <= agencyWidth
	for i := range len(id) {
		c := id[i]
		hyphen := c == '-' && i > 0 && i < len(id)-1 && id[i-1] != '-'
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || hyphen)
	}
	if !ok {
		return fmt.Errorf("agency %q is not lower case letters, digits and single hyphens, at most %d", id, agencyWidth)
	}
	return nil
}

// updateHeader is what heads the update files of a run.
type updateHeader struct {
	agency, policy, asOf, runID string
}

// Widths of the header record of update.txt.
const (
	agencyWidth = 128
	policyWidth = 64
	runIDWidth  = 64
)

// recordWidth is the length of every record of update.txt, without line end.
func recordWidth() int {
	width := 1 + sequenceWidth
	for _, c := range updateColumns {
		width += c.width
	}
	return width
}

const blanks = "                                                                "

func appendPadded[T string | []byte](b []byte, s T, width int) []byte {
	b = append(b, s...)
	for n := width - len(s); n > 0; n -= len(blanks) {
		b = append(b, blanks[:min(n, len(blanks))]...)
	}
	return b
}

func appendNumber(b []byte, n int64, width int) []byte {
	var digits [20]byte
	s := strconv.AppendInt(digits[:0], n, 10)
	for range width - len(s) {
		b = append(b, '0')
	}
	return append(b, s...)
}

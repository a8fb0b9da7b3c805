package inspect

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// encoding names the encoding of the content, and by what.
func (r *Report) encoding(sample []byte) {
	odd, high := 0, 0
	valid := 0 // characters beyond ASCII that are UTF-8
	for rest := sample; len(rest) > 0; {
		c, size := utf8.DecodeRune(rest)
		switch {
		case c == utf8.RuneError && size == 1 && (len(rest) >= utf8.UTFMax || utf8.FullRune(rest)):
			odd++
			if rest[0] >= 0x80 && rest[0] < 0xa0 {
				high++
			}
		case c >= utf8.RuneSelf:
			valid++
		}
		rest = rest[size:]
	}
	say := func(name, format string, args ...any) { r.Encoding, r.Evidence = name, fmt.Sprintf(format, args...) }
	switch {
	case bytes.HasPrefix(sample, []byte("\xff\xfe")), bytes.HasPrefix(sample, []byte("\xfe\xff")):
		say("utf-16", "its byte order mark")
	case looksWide(sample, 1):
		say("utf-16le", "every second byte is zero")
	case looksWide(sample, 0):
		say("utf-16be", "every second byte is zero, the first one of all too")
	case odd > 0 && looksEBCDIC(sample):
		say("ibm037", "its bytes are letters, digits and blanks of EBCDIC; which code page, only [ ] ! ^ and | can tell")
	case odd == 0 && bytes.HasPrefix(sample, []byte("\xef\xbb\xbf")):
		say("utf-8", "its byte order mark")
	case odd == 0 && valid == 0:
		say("utf-8", "all of it is ASCII")
	case odd == 0:
		say("utf-8", "%d characters beyond ASCII, all UTF-8", valid)
	case valid > 0:
		say("utf-8-or-windows-1252", "%d characters beyond ASCII are UTF-8, %d bytes are not", valid, odd)
	case high > 0:
		say("windows-1252", "%d bytes beyond ASCII, %d of them quotes and dashes of Windows", odd, high)
	default:
		say("windows-1252", "%d bytes beyond ASCII; iso-8859-1 reads them alike", odd)
	}
}

// looksWide tells whether the bytes at odd, or even, places are zero.
func looksWide(sample []byte, place int) bool {
	if len(sample) < 4 {
		return false
	}
	zeros := 0
	for i := place; i < len(sample); i += 2 {
		if sample[i] == 0 {
			zeros++
		}
	}
	return 10*zeros > 9*(len(sample)/2) && bytes.Count(sample, []byte{0}) < len(sample)*6/10
}

func looksEBCDIC(sample []byte) bool {
	likely, ascii := 0, 0
	for _, c := range sample {
		switch letter := c >= 0xc1 && c <= 0xe9 && c&0x0f <= 9; {
		case letter, c >= 0xf0 && c <= 0xf9, c == 0x40:
			likely++
		case c == ' ', c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z' && c != 0x40:
			ascii++
		}
	}
	return likely > 2*ascii && 2*likely > len(sample)
}

// decoders are those of the encodings that are told here.
var decoders = map[string]encoding.Encoding{
	"utf-16":       unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"utf-16le":     unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	"utf-16be":     unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	"windows-1252": charmap.Windows1252,
	"ibm037":       charmap.CodePage037,
}

// decode is a sample as text.
func decode(sample []byte, name string) string {
	sample = bytes.TrimPrefix(sample, []byte("\xef\xbb\xbf"))
	if d, ok := decoders[name]; ok {
		if text, err := d.NewDecoder().Bytes(sample); err == nil {
			return string(text)
		}
	}
	return string(sample)
}

func terminator(text string) string {
	feeds := strings.Count(text, "\n")
	switch {
	case feeds == 0 && strings.Contains(text, "\r"):
		return "CR"
	case feeds > 0 && 2*strings.Count(text, "\r\n") > feeds:
		return "CRLF"
	default:
		return "LF"
	}
}

// delimiters are the characters that part fields, the likeliest first. Those after the usual
// ones stand in numbers of fixed columns as well.
var delimiters = []string{",", "\t", "|", ";", "‡", "$", "^", "~", "\x1f", "\x01"}

const usualDelimiters = 4

// text finds out how text is cut into fields: by the delimiter that gives most rows the
// same number of them. Text without any is of fixed columns.
func (r *Report) text(text string, whole bool) {
	end := map[string]string{"CR": "\r"}[r.Terminator]
	if strings.Contains(text, "‡") && strings.Contains(text, "†") {
		end = "†"
		r.Terminator = end
	}
	text = r.dropComments(text)
	best := Report{}
	for _, d := range delimiters {
		if !strings.Contains(text, d) {
			continue
		}
		try := Report{Delimiter: d, Encoding: r.Encoding}
		try.split([]byte(text), end, whole)
		if try.Fields > 1 && (best.Fields == 0 || try.even() > best.even()+0.1 || try.even() > best.even()-0.1 && try.Fields > best.Fields) {
			best = try
		}
	}
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\r", ""), "\n"), "\n")
	if !whole && len(lines) > 1 {
		lines = lines[:len(lines)-1]
	}
	lengths, of := commonest(lines)
	fixed := len(lengths) > 0 && lengths[0] > 20 && (len(lines) < 2 || 10*of > 8*len(lines))
	binary := strings.Contains(text, "\x00") || best.Fields == 2 && !slices.Contains(delimiters[:usualDelimiters], best.Delimiter)
	if best.Fields > 1 && (!fixed || best.even() > 0.95 && !binary) {
		r.Form = "delimited"
		r.Delimiter, r.Quoted, r.Quote, r.Escape, r.Multiline = best.Delimiter, best.Quoted, best.Quote, best.Escape, best.Multiline
		r.Sampled, r.Odd, r.Fields, r.rows = best.Sampled, best.Odd, best.Fields, best.rows
		r.header()
		return
	}
	if !fixed { // one column, of any width
		r.Form, r.Delimiter = "delimited", ","
		r.split([]byte(text), end, whole)
		r.header()
		return
	}
	r.Form, r.Framing = "fixed", "lines"
	r.Lengths, r.Sampled, r.Odd = lengths, len(lines), len(lines)-of
}

// even is the share of rows that have as many fields as most.
func (r *Report) even() float64 { return float64(r.Sampled-r.Odd) / float64(max(r.Sampled, 1)) }

// mostRows are as many rows as are looked at.
const mostRows = 5000

// split cuts text into rows and fields, and counts them. Rows end with end, with line
// breaks where it is empty.
func (r *Report) split(text []byte, end string, whole bool) {
	if end != "" {
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\n"), []byte(" ")), []byte(end), []byte("\n"))
	}
	bad := r.read(text)
	if !whole && len(r.rows) > 1 && len(r.rows) < mostRows {
		r.rows = r.rows[:len(r.rows)-1] // it may be cut
	}
	counts := map[int]int{}
	for _, row := range r.rows {
		counts[len(row)]++
		r.Multiline = r.Multiline || slices.ContainsFunc(row, func(v string) bool { return strings.Contains(v, "\n") })
	}
	r.Fields, r.Sampled = 0, len(r.rows)+bad
	for _, n := range slices.Sorted(maps.Keys(counts)) {
		if counts[n] > counts[r.Fields] {
			r.Fields = n
		}
	}
	r.Odd = r.Sampled - counts[r.Fields]
	if r.isTable() {
		r.Multiline = false
	}
	if r.Header && len(r.rows) > 0 {
		r.takeHeader()
	}
}

// parse reads rows whose fields may be quoted, and counts those that cannot be read.
func (r *Report) parse(text []byte) (bad int) {
	in := csv.NewReader(bytes.NewReader(text))
	in.Comma, _ = utf8.DecodeRuneInString(r.Delimiter)
	in.FieldsPerRecord = -1
	for len(r.rows) < mostRows {
		row, err := in.Read()
		switch {
		case errors.Is(err, io.EOF):
			return bad
		case err != nil:
			bad++
		default:
			r.rows = append(r.rows, row)
		}
	}
	return bad
}

// cut reads rows without quotes.
func (r *Report) cut(text []byte) {
	r.rows = nil
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n")
		if len(r.rows) == mostRows {
			return
		}
		if len(line) > 0 {
			r.rows = append(r.rows, strings.Split(string(line), r.Delimiter))
		}
	}
}

func (r *Report) isTable() bool { return r.Form == "table" }

// takeHeader makes the first row the names of the columns, wherever it stands.
func (r *Report) takeHeader() {
	r.Header = true
	for _, name := range r.rows[0] {
		r.Columns = append(r.Columns, Column{Name: strings.TrimSpace(name)})
	}
	head := r.rows[0]
	rows := slices.DeleteFunc(r.rows, func(row []string) bool { return slices.Equal(row, head) })
	r.Sampled -= len(r.rows) - len(rows)
	r.Fields, r.rows = len(r.Columns), rows
}

// header decides whether the first row names the columns: nearly all of it is different
// words, and does not stand in its column again but where the whole row does.
func (r *Report) header() {
	if len(r.rows) == 0 {
		return
	}
	seen := map[string]bool{}
	blank, odd := 0, 0
	for i, cell := range r.rows[0] {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			blank++
			continue
		}
		again := slices.ContainsFunc(r.rows[1:], func(row []string) bool {
			return i < len(row) && strings.TrimSpace(row[i]) == cell && !slices.Equal(row, r.rows[0])
		})
		if again || seen[cell] || strings.ContainsAny(cell[:1], "0123456789-+.") || !strings.ContainsFunc(cell, isLetter) {
			odd++
		}
		seen[cell] = true
	}
	if 2*blank < len(r.rows[0]) && 10*odd <= len(r.rows[0]) && (len(r.rows) > 1 || len(r.rows[0]) > 1) {
		r.takeHeader()
	}
}

func isLetter(c rune) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

// commonest are the lengths of lines, those of most first, and how many have the first.
func commonest(lines []string) (lengths []int, of int) {
	counts := map[int]int{}
	for _, line := range lines {
		if line != "" {
			counts[len(line)]++
		}
	}
	lengths = slices.SortedFunc(maps.Keys(counts), func(a, b int) int { return cmp.Or(counts[b]-counts[a], a-b) })
	if len(lengths) == 0 {
		return nil, 0
	}
	of = counts[lengths[0]]
	return lengths[:min(len(lengths), 5)], of
}

// records finds out how records without lines are told from one another.
func (r *Report) records(sample []byte) {
	r.Form = "records"
	if lengths, n := described(sample); n > 0 {
		r.Framing, r.Lengths, r.Sampled = "descriptor", lengths, n
		return
	}
	r.Framing = "length"
	if length := repeats(sample); length > 0 {
		r.Lengths, r.Sampled = []int{length}, len(sample)/length
	}
}

// binaryRecords tells whether a sample is of records with descriptors, whatever they hold.
func binaryRecords(sample []byte) bool {
	_, n := described(sample)
	return n > 2
}

// described counts the records of a sample that begin with descriptors, 0 where they do
// not all.
func described(sample []byte) (lengths []int, n int) {
	counts := map[int]int{}
	rest := sample
	for len(rest) >= 4 {
		size := int(binary.BigEndian.Uint16(rest))
		if size < 4 || rest[2] != 0 || rest[3] != 0 {
			return nil, 0
		}
		n++
		counts[size-4]++
		rest = rest[min(size, len(rest)):]
	}
	lengths = slices.SortedFunc(maps.Keys(counts), func(a, b int) int { return cmp.Or(counts[b]-counts[a], a-b) })
	return lengths[:min(len(lengths), 8)], n
}

// repeats is the length after which the kinds of bytes come again, 0 where there is none.
func repeats(sample []byte) int {
	const least, most, look = 16, 4096, 64 << 10
	sample = sample[:min(len(sample), look)]
	kind := func(c byte) byte {
		switch {
		case c == 0x40:
			return 0
		case c >= 0xf0 && c <= 0xf9:
			return 1
		case c >= 0xc1 && c <= 0xe9:
			return 2
		default:
			return 3
		}
	}
	best, share := 0, 0.6
	for length := least; length <= most && 2*length <= len(sample); length++ {
		same := 0
		for i := 0; i+length < len(sample); i++ {
			if kind(sample[i]) == kind(sample[i+length]) {
				same++
			}
		}
		if s := float64(same) / float64(len(sample)-length); s > share+0.02 {
			best, share = length, s
		}
	}
	return best
}

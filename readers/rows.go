package readers

import (
	"bytes"
	"errors"
	"io"
)

const firstBuffer = 256 << 10

// rowScanner cuts a stream into rows. A row ends at the terminator; in a
// multiline source, at a terminator outside quotes. The survey and the reading
// of a range use it alike, so both see the same rows.
type rowScanner struct {
	r          io.Reader
	terminator []byte
	own        bool   // the terminator is the layout's: line breaks are nothing where a row begins
	multiline  bool   // with quote, backslash and comment as in delimited
	quote      []byte // never empty when multiline
	backslash  bool
	comment    []byte
	plain      int64 // lines at the front that are rows in any case
	utf16      bool  // r decodes UTF-16
	maxRow     int
	// framing of fixed columns, and the length of their records.
	framing      framing
	recordLength int
	block        int // bytes of the block at hand that are still to come

	buf        []byte
	marks      *marked // of buf; nil where rows are cut without
	start, end int     // unread bytes of buf
	head       []byte  // of a line longer than maxRow
	eof        bool
	offset     int64 // of buf[start] in the source
	line       int64 // of the next row, from 1
}

// rawRow is a row as it stands in the source, without its terminator. The text
// is valid until the next row.
type rawRow struct {
	text       []byte
	line       int64
	offset     int64 // in the source, as delivered
	lines      int64 // lines that the row takes
	size       int64 // bytes that it takes there, with its terminator
	taken      int   // bytes that it takes in the buffer; 0 when it is too long
	terminated bool
	within     bool // of a block that began before it
	tooLong    bool // longer than maxRow: text is only its beginning
	in         stretch
}

// replace makes text the row's, which is not as it stands in the source.
func (r *rawRow) replace(text []byte) { r.text, r.in = text, stretch{} }

// next reads the next row; io.EOF after the last.
func (s *rowScanner) next(row *rawRow) error {
	if s.framing != byLine {
		return s.nextRecord(row)
	}
	if s.marks != nil && s.line > s.plain && s.nextMarked(row) {
		return nil
	}
	find := s.findLine
	if s.multiline && s.line > s.plain {
		find = s.findQuoted
	}
	*row = rawRow{line: s.line, offset: s.offset, lines: 1}
	size, err := find(row)
	if err != nil {
		return err
	}
	if size < 0 {
		return s.skipLong(row)
	}
	row.text, row.taken = s.buf[s.start:s.start+size], size
	row.size = s.delivered(row.text)
	s.advance(row)
	row.terminated = bytes.HasSuffix(row.text, s.terminator)
	if row.terminated {
		row.text = row.text[:size-len(s.terminator)]
	}
	row.text = trimReturns(row.text)
	if s.own {
		s.skipBreaks(row)
	}
	return nil
}

// nextMarked is next for a row that lies whole in a marked buffer; false where it does not.
func (s *rowScanner) nextMarked(row *rawRow) bool {
	text, size, lines, in := s.marks.row(s.buf, s.start, min(s.end, s.start+s.maxRow))
	if size == 0 {
		return false
	}
	*row = rawRow{
		text: text, line: s.line, offset: s.offset, lines: lines,
		size: int64(size), taken: size, terminated: true, in: in,
	}
	s.advance(row)
	return true
}

// advance moves past a row that lies in the buffer.
func (s *rowScanner) advance(row *rawRow) {
	s.start += row.taken
	s.offset += row.size
	s.line += row.lines
}

// delivered is how many bytes of the source text is.
func (s *rowScanner) delivered(text []byte) int64 {
	if s.utf16 {
		return utf16Size(text)
	}
	return int64(len(text))
}

// skipBreaks cuts line breaks off the front of a row: they stand behind the
// terminator of the row before.
func (s *rowScanner) skipBreaks(row *rawRow) {
	n := len(row.text) - len(bytes.TrimLeft(row.text, "\r\n"))
	row.offset += s.delivered(row.text[:n])
	row.text = row.text[n:]
}

// trimReturns cuts carriage returns before a line feed.
func trimReturns(row []byte) []byte {
	for len(row) > 0 && row[len(row)-1] == '\r' {
		row = row[:len(row)-1]
	}
	return row
}

// findLine is the size of the next line with its terminator; -1 when it is too
// long for the buffer.
func (s *rowScanner) findLine(*rawRow) (int, error) {
	for searched := 0; ; {
		if i := bytes.Index(s.buf[s.start+searched:s.end], s.terminator); i >= 0 {
			return s.fitting(searched + i + len(s.terminator))
		}
		unread := s.end - s.start
		switch {
		case unread > s.maxRow:
			return -1, nil
		case s.eof && unread == 0:
			return 0, io.EOF
		case s.eof:
			return s.fitting(unread)
		}
		searched = max(0, unread-len(s.terminator)+1) // half of one may be there
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// fitting is the size of a line, -1 when the layout does not allow it.
func (s *rowScanner) fitting(size int) (int, error) {
	if size > s.maxRow {
		return -1, nil
	}
	return size, nil
}

// findQuoted is findLine for rows whose quotes may hold terminators. A quote
// that does not close within maxRow bytes, or at all, costs the line it stands
// on and no other: the row ends there after all.
func (s *rowScanner) findQuoted(row *rawRow) (int, error) {
	searched, first, quotes := 0, 0, 0
	row.lines = 0
	for {
		rest := s.buf[s.start+searched : s.end]
		i := bytes.Index(rest, s.terminator)
		if i >= 0 && searched+i < s.maxRow {
			quotes += s.quotes(rest[:i])
			searched += i + len(s.terminator)
			row.lines++
			if first == 0 {
				first = searched
			}
			if quotes%2 == 0 || s.commented(row) {
				return searched, nil
			}
			continue
		}
		size, done := s.endQuoted(row, first, quotes+s.quotes(rest))
		if done {
			return size, nil
		}
		if s.eof {
			return 0, io.EOF
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// quotes counts the quotes that open or close a field.
func (s *rowScanner) quotes(p []byte) (n int) {
	if !s.backslash {
		return bytes.Count(p, s.quote)
	}
	for i := 0; i < len(p); {
		switch {
		case p[i] == '\\':
			i += 2
		case bytes.HasPrefix(p[i:], s.quote):
			n++
			i += len(s.quote)
		default:
			i++
		}
	}
	return n
}

// commented tells whether the row, of one line so far, is a comment: its quotes
// mean nothing.
func (s *rowScanner) commented(row *rawRow) bool {
	if len(s.comment) == 0 || row.lines != 1 {
		return false
	}
	line := s.buf[s.start:s.end]
	if s.own {
		line = bytes.TrimLeft(line, "\r\n")
	}
	return bytes.HasPrefix(bytes.TrimPrefix(line, utf8Mark), s.comment)
}

// endQuoted decides on a row that no terminator ends in the buffer. First is
// the size of its first line, 0 when that is open too.
func (s *rowScanner) endQuoted(row *rawRow, first, quotes int) (size int, done bool) {
	unread := s.end - s.start
	over := unread > s.maxRow
	switch {
	case !over && !s.eof || unread == 0:
		return 0, false
	case !over && quotes%2 == 0 || first == 0 && !over:
		row.lines++
		return unread, true
	case first > 0:
		row.lines = 1
		return first, true
	default:
		row.lines = 1
		return -1, true
	}
}

// skipLong passes over a line that is longer than maxRow.
func (s *rowScanner) skipLong(row *rawRow) error {
	row.tooLong = true
	s.keepHead(row)
	for {
		i := bytes.Index(s.buf[s.start:s.end], s.terminator)
		n := i + len(s.terminator)
		if i < 0 {
			n = s.end - s.start
			if !s.eof {
				n = max(0, n-len(s.terminator)+1) // half of one may be there
			}
		}
		passed := s.delivered(s.buf[s.start : s.start+n])
		s.start += n
		s.offset += passed
		row.size += passed
		if i >= 0 || s.eof {
			row.terminated = i >= 0
			s.line++
			return nil
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
}

// keepHead copies the beginning of a line that is about to be passed over:
// whose it is may stand there.
func (s *rowScanner) keepHead(row *rawRow) {
	head := s.buf[s.start:min(s.end, s.start+s.maxRow)]
	if i := bytes.Index(head, s.terminator); i >= 0 {
		head = head[:i]
	}
	s.head = append(s.head[:0], head...)
	row.text = s.head
}

// fill reads more bytes behind the unread ones, and sets eof when there are
// none.
func (s *rowScanner) fill() error {
	marked := s.end
	if s.start > 0 {
		s.end = copy(s.buf, s.buf[s.start:s.end])
		s.start, marked = 0, 0
	}
	if s.end == len(s.buf) {
		grown := make([]byte, max(2*len(s.buf), firstBuffer))
		copy(grown, s.buf[:s.end])
		s.buf = grown
	}
	n, err := io.ReadAtLeast(s.r, s.buf[s.end:], 1)
	s.end += n
	s.marks.mark(s.buf[:s.end], marked)
	if errors.Is(err, io.EOF) {
		s.eof = true
		return nil
	}
	return err
}

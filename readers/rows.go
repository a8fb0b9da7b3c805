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
	terminator byte
	multiline  bool
	quote      byte // for multiline
	maxRow     int

	buf        []byte
	start, end int    // unread bytes of buf
	head       []byte // of a line longer than maxRow
	eof        bool
	offset     int64 // of buf[start] in the source
	line       int64 // of the next row, from 1
}

// rawRow is a row as it stands in the source, without its terminator. The text
// is valid until the next row.
type rawRow struct {
	text       []byte
	line       int64
	offset     int64
	lines      int64 // lines that the row takes
	size       int64 // bytes that it takes, with its terminator
	terminated bool
	tooLong    bool // longer than maxRow: text is only its beginning
}

// next reads the next row; io.EOF after the last.
func (s *rowScanner) next(row *rawRow) error {
	find := s.findLine
	if s.multiline {
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
	row.text, row.size = s.buf[s.start:s.start+size], int64(size)
	s.advance(row)
	row.terminated = size > 0 && row.text[size-1] == s.terminator
	if row.terminated {
		row.text = row.text[:size-1]
	}
	row.text = trimReturns(row.text)
	return nil
}

// advance moves past a row that lies in the buffer.
func (s *rowScanner) advance(row *rawRow) {
	s.start += int(row.size)
	s.offset += row.size
	s.line += row.lines
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
		if i := bytes.IndexByte(s.buf[s.start+searched:s.end], s.terminator); i >= 0 {
			return s.fitting(searched + i + 1)
		}
		searched = s.end - s.start
		switch {
		case searched > s.maxRow:
			return -1, nil
		case s.eof && searched == 0:
			return 0, io.EOF
		case s.eof:
			return s.fitting(searched)
		}
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
		i := bytes.IndexByte(rest, s.terminator)
		if i >= 0 && searched+i < s.maxRow {
			quotes += bytes.Count(rest[:i], []byte{s.quote})
			searched += i + 1
			row.lines++
			if first == 0 {
				first = searched
			}
			if quotes%2 == 0 {
				return searched, nil
			}
			continue
		}
		size, done := s.endQuoted(row, first, quotes+bytes.Count(rest, []byte{s.quote}))
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
		i := bytes.IndexByte(s.buf[s.start:s.end], s.terminator)
		n := i + 1
		if i < 0 {
			n = s.end - s.start
		}
		s.start += n
		s.offset += int64(n)
		row.size += int64(n)
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
	if i := bytes.IndexByte(head, s.terminator); i >= 0 {
		head = head[:i]
	}
	s.head = append(s.head[:0], head...)
	row.text = s.head
}

// fill reads more bytes behind the unread ones, and sets eof when there are
// none.
func (s *rowScanner) fill() error {
	if s.start > 0 {
		s.end = copy(s.buf, s.buf[s.start:s.end])
		s.start = 0
	}
	if s.end == len(s.buf) {
		grown := make([]byte, max(2*len(s.buf), firstBuffer))
		copy(grown, s.buf[:s.end])
		s.buf = grown
	}
	n, err := io.ReadAtLeast(s.r, s.buf[s.end:], 1)
	s.end += n
	if errors.Is(err, io.EOF) {
		s.eof = true
		return nil
	}
	return err
}

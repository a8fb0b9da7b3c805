package readers

import "bytes"

// leastPass is how many bytes are worth to pass at once.
const leastPass = 4 << 10

// pass goes past whole rows that lie in the buffer, of at most so many bytes, without a look at
// each: by the quotes and the terminators, a stretch at a time. It is next for as many rows, but
// that it leaves those to next which quotes, or their length, make any trouble. It may pass none.
func (s *rowScanner) pass(most int64) (rows, size int64, err error) {
	if !s.multiline || s.backslash || s.own || s.utf16 || s.framing != byLine || s.line <= s.plain ||
		len(s.comment) > 0 || len(s.quote) != 1 || len(s.terminator) != 1 || most < leastPass {
		return 0, 0, nil
	}
	if s.end-s.start < leastPass && !s.eof {
		if err := s.fill(); err != nil {
			return 0, 0, err
		}
	}
	ahead := s.buf[s.start:s.end]
	ahead = ahead[:min(int64(len(ahead)), most, int64(s.maxRow))]
	if len(ahead) < leastPass {
		return 0, 0, nil
	}
	whole, rows, lines := countRows(ahead, s.quote[0], s.terminator[0])
	s.start += whole
	s.offset += int64(whole)
	s.line += lines
	return rows, int64(whole), nil
}

// countRows counts the rows that end in text, and their lines; whole is where the last ends. Text
// begins where a row does.
func countRows(text []byte, quote, terminator byte) (whole int, rows, lines int64) {
	within := int64(0) // terminators within quotes, of the row that is open
	for at := 0; ; {
		open := bytes.IndexByte(text[at:], quote)
		outside := text[at:]
		if open >= 0 {
			outside = outside[:open]
		}
		if last := bytes.LastIndexByte(outside, terminator); last >= 0 {
			ends := int64(bytes.Count(outside[:last+1], []byte{terminator}))
			rows += ends
			lines += ends + within
			within = 0
			whole = at + last + 1
		}
		if open < 0 {
			return whole, rows, lines
		}
		at += open + 1
		closed := bytes.IndexByte(text[at:], quote)
		if closed < 0 {
			return whole, rows, lines
		}
		within += int64(bytes.Count(text[at:at+closed], []byte{terminator}))
		at += closed + 1
	}
}

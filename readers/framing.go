package readers

import (
	"encoding/binary"
	"fmt"
	"io"
)

// descriptorBytes is the length of a record descriptor word: two bytes of length, its
// own included and the highest first, and two of zero.
const descriptorBytes = 4

// nextRecord reads the next record of a source without line breaks; io.EOF after the
// last. Line counts records. An error tells that no more records can be found.
func (s *rowScanner) nextRecord(row *rawRow) error {
	*row = rawRow{line: s.line, offset: s.offset, lines: 1}
	before, size := 0, s.recordLength
	if s.framing == byDescriptor {
		have, err := s.have(descriptorBytes)
		if err != nil {
			return err
		}
		size = have
		if have == descriptorBytes {
			word := s.buf[s.start:]
			before, size = descriptorBytes, int(binary.BigEndian.Uint16(word))
			if size < descriptorBytes || word[2] != 0 || word[3] != 0 {
				return fmt.Errorf("record %d at byte %d: its descriptor word cannot be one: the file is damaged, spanned or blocked, or is not of records with descriptors; ask for it as variable records (RDW) in binary", s.line, s.offset)
			}
		}
	}
	have, err := s.have(size)
	if err != nil {
		return err
	}
	row.text = s.buf[s.start+min(before, have) : s.start+have]
	row.taken, row.size = have, int64(have)
	row.terminated = have == size && (before > 0 || s.framing == byLength)
	if row.tooLong = len(row.text) > s.maxRow; row.tooLong {
		row.text = row.text[:s.maxRow]
	}
	s.advance(row)
	return nil
}

// have makes n bytes unread, or as many as are left, and returns how many; io.EOF when
// there are none.
func (s *rowScanner) have(n int) (int, error) {
	for s.end-s.start < n && !s.eof {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	if s.end == s.start {
		return 0, io.EOF
	}
	return min(n, s.end-s.start), nil
}

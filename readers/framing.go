package readers

import (
	"encoding/binary"
	"fmt"
	"io"
)

// descriptorBytes is the length of a descriptor word of a record, or of a block of them:
// two bytes of length, its own included and the highest first, and two of zero.
const descriptorBytes = 4

// nextRecord reads the next record of a source without line breaks; io.EOF after the
// last. Line counts records. An error tells that no more records can be found.
func (s *rowScanner) nextRecord(row *rawRow) error {
	*row = rawRow{line: s.line, offset: s.offset, lines: 1, within: s.block > 0}
	before, size, err := s.measure()
	if err != nil {
		return err
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

// measure is the size of the next record with what stands before its text; of one whose
// descriptors are cut off by the end of the source, what is left and nothing before it.
func (s *rowScanner) measure() (before, size int, err error) {
	if s.framing == byLength {
		return 0, s.recordLength, nil
	}
	if s.framing == byBlock && s.block == 0 {
		block, have, err := s.descriptor(0)
		if err != nil || have < descriptorBytes {
			return 0, have, err
		}
		s.block, before = block-descriptorBytes, descriptorBytes
	}
	length, have, err := s.descriptor(before)
	if err != nil || have < before+descriptorBytes {
		return 0, have, err
	}
	if s.framing == byBlock {
		if s.block -= length; s.block < 0 {
			return 0, 0, s.noDescriptor()
		}
	}
	return before + descriptorBytes, before + length, nil
}

// descriptor is the length that a descriptor word tells which stands so many bytes from
// here, and how many bytes there are to its end.
func (s *rowScanner) descriptor(at int) (length, have int, err error) {
	if have, err = s.have(at + descriptorBytes); err != nil || have < at+descriptorBytes {
		return 0, have, err
	}
	word := s.buf[s.start+at:]
	length = int(binary.BigEndian.Uint16(word))
	if length < descriptorBytes || word[2] != 0 || word[3] != 0 {
		return 0, 0, s.noDescriptor()
	}
	return length, have, nil
}

func (s *rowScanner) noDescriptor() error {
	other := map[framing]string{byDescriptor: "blocks", byBlock: "descriptor"}[s.framing]
	return fmt.Errorf("record %d at byte %d: its descriptor word cannot be one: the file is damaged or spanned, or is of framing: %s; ask for it as variable records (RDW) in binary",
		s.line, s.offset, other)
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

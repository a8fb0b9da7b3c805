package readers

import "github.com/clearsweep/clearsweep/readers/marks"

// leastPass is how many bytes are worth to pass at once.
const leastPass = 4 << 10

// pass goes past whole rows that lie in the buffer, of at most so many bytes, without a look at
// each. It is next for as many rows, but that it leaves those to next that are too long, or that a quote
// which does not close makes so. It may pass none.
func (s *rowScanner) pass(most int64) (rows, size int64, err error) {
	if s.marks == nil || !s.multiline || s.line <= s.plain || most < leastPass {
		return 0, 0, nil
	}
	if s.end-s.start < leastPass && !s.eof {
		if err := s.fill(); err != nil {
			return 0, 0, err
		}
	}
	ahead := min(int64(s.end-s.start), most, int64(s.maxRow))
	if ahead < leastPass {
		return 0, 0, nil
	}
	end, rows, lines := marks.Rows(s.marks.blocks, s.start, s.start+int(ahead))
	size = int64(end - s.start)
	s.start = end
	s.offset += size
	s.line += lines
	return rows, size, nil
}

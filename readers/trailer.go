package readers

import (
	"bytes"
	"fmt"
	"strconv"
)

// trailerCheck follows the record types of a fixed-width source and holds the
// trailer to its word.
type trailerCheck struct {
	fixed      *fixedWidth
	terminator byte
	keep       int    // bytes of a line that matter
	prefix     []byte // the first of them, of the line under way
	line       int64
	data       int64
	trailerAt  int64 // line of the trailer, 0 before it
	err        error
}

// newTrailerCheck is nil for a layout without trailers.
func newTrailerCheck(l *Layout, terminator byte) *trailerCheck {
	if l.fixed == nil || len(l.fixed.trailer) == 0 {
		return nil
	}
	return &trailerCheck{
		fixed: l.fixed, terminator: terminator, line: 1,
		keep: len(utf8Mark) + max(l.fixed.typeAt.end(), l.fixed.countAt.end()),
	}
}

// write takes the next bytes of the source.
func (t *trailerCheck) write(p []byte) {
	for t != nil && len(p) > 0 {
		i := bytes.IndexByte(p, t.terminator)
		line := p
		if i >= 0 {
			line = p[:i]
		}
		if room := t.keep - len(t.prefix); room > 0 {
			t.prefix = append(t.prefix, line[:min(room, len(line))]...)
		}
		if i < 0 {
			return
		}
		t.endLine()
		p = p[i+1:]
	}
}

func (t *trailerCheck) endLine() {
	line := trimReturns(bytes.TrimPrefix(t.prefix, utf8Mark))
	if len(bytes.TrimSpace(line)) != 0 && t.err == nil {
		t.record(line)
	}
	t.prefix = t.prefix[:0]
	t.line++
}

func (t *trailerCheck) record(line []byte) {
	switch t.fixed.recordType(line) {
	case dataRecord:
		t.data++
		if t.trailerAt > 0 {
			t.err = fmt.Errorf("line %d: a row follows the trailer on line %d: the source holds more than one file; split it", t.line, t.trailerAt)
		}
	case trailerRecord:
		t.trailerAt = t.line
		t.count(line)
	case headerRecord, unknownRecord:
	}
}

// count compares the trailer's count of data rows with ours.
func (t *trailerCheck) count(line []byte) {
	at := t.fixed.countAt
	if at.length == 0 {
		return
	}
	want, err := strconv.ParseInt(string(bytes.TrimSpace(line[min(at.start, len(line)):min(at.end(), len(line))])), 10, 64)
	switch {
	case err != nil:
		t.err = fmt.Errorf("line %d: the trailer holds no count of rows in bytes %d to %d: ask the sender for the file again",
			t.line, at.start+1, at.end())
	case want != t.data:
		t.err = fmt.Errorf("line %d: the trailer counts %d rows, the file has %d: ask the sender for the file again",
			t.line, want, t.data)
	}
}

// finish is the fault of the whole source, if it has one.
func (t *trailerCheck) finish() error {
	if t == nil {
		return nil
	}
	if len(t.prefix) > 0 {
		t.endLine()
	}
	if t.err == nil && t.trailerAt == 0 {
		return fmt.Errorf("line %d: the file ends without its trailer: it is incomplete; ask the sender for it again", t.line)
	}
	return t.err
}

package containers

import (
	"errors"
	"fmt"
	"io"
)

// DamageError tells that a container is not whole. What came of it before may
// be wrong too, from the beginning of the damaged member on: the caller gives
// all of it up.
type DamageError struct {
	Kind   Kind
	Member int64 // from 1: that in which, or behind which, the damage was seen
	// Lines came before the damage was seen. The first Sound of them are in
	// members whose checksum is right.
	Lines, Sound int64
	// Err is what was wrong. It is not unwrapped: io.ErrUnexpectedEOF says
	// something else to those who fill a buffer.
	Err error
}

func (e *DamageError) Error() string {
	what := e.Err.Error()
	if errors.Is(e.Err, io.ErrUnexpectedEOF) {
		what = "it ends too early"
	}
	where := ""
	switch {
	case e.Kind != Gzip && e.Kind != Zstd: // nobody counts the members
	case errors.Is(e.Err, errJunk):
		where = fmt.Sprintf(" after member %d", e.Member)
	default:
		where = fmt.Sprintf(" in member %d", e.Member)
	}
	before := "no line came before that was seen"
	if e.Lines > 0 {
		before = fmt.Sprintf("%d lines came before that was seen, the first %d of them under a checksum that is right", e.Lines, e.Sound)
	}
	return fmt.Sprintf("its %s data is damaged%s: %s; %s: ask the sender for the file again", e.Kind, where, what, before)
}

var (
	errChecksum = errors.New("its checksum does not match its content")
	errJunk     = errors.New("something else follows after its end")
)

// refusal is a container that may be sound and is not read all the same. It says
// what to do.
type refusal struct{ error }

func refuse(format string, args ...any) error { return refusal{fmt.Errorf(format, args...)} }

package containers

import (
	"bufio"
	"errors"
	"io"
)

// layer is one container: members behind one another, each with its end and its
// checksum.
type layer struct {
	kind   Kind
	limits Limits
	file   *delivery
	// next opens the next member; io.EOF after the last.
	next func() (member, error)

	member    member
	count     int64 // members that were opened
	bytes     int64 // that came out
	sound     int64 // of them, in members whose checksum is right
	unchecked bool  // some member has no checksum
	err       error // the first, io.EOF at the end
}

// member is what one member holds. Its checksum has been compared when it ends,
// if it has one.
type member struct {
	io.Reader
	unchecked bool
}

func (l *layer) Read(p []byte) (n int, _ error) {
	for n == 0 && l.err == nil {
		if l.member.Reader == nil {
			l.begin()
			continue
		}
		var err error
		n, err = l.member.Read(p)
		l.bytes += int64(n)
		if errors.Is(err, io.EOF) {
			l.end()
		} else if err != nil {
			l.fail(err)
		}
		l.check()
	}
	return n, l.err
}

func (l *layer) begin() {
	next, err := l.next()
	if !errors.Is(err, io.EOF) && !errors.Is(err, errJunk) {
		l.count++
	}
	switch {
	case err != nil:
		l.fail(err)
	case l.count > l.limits.Members:
		l.err = &LimitError{Limit: "members", Most: l.limits.Members}
	default:
		l.member = next
	}
}

func (l *layer) end() {
	if l.member.unchecked {
		l.unchecked = true
	} else {
		l.sound = l.bytes
	}
	l.member = member{}
}

// fail keeps the error of a member, or the end of them.
func (l *layer) fail(err error) {
	if _, refused := errors.AsType[refusal](err); errors.Is(err, io.EOF) || refused {
		l.err = err
		return
	}
	l.err = &DamageError{Kind: l.kind, Member: l.count, Err: err}
}

// check compares what came out with the limits.
func (l *layer) check() {
	if err := l.limits.Allow(l.bytes, l.file.bytes); err != nil {
		l.err = err
	}
}

// begins tells whether more of a kind follows. It is io.EOF at the end, and
// errJunk if something else does.
func begins(in *bufio.Reader, magic string) error {
	head, err := in.Peek(len(magic))
	switch {
	case string(head) == magic:
		return nil
	case len(head) > 0:
		return errJunk
	default:
		return err
	}
}

// noEOF is err for a reader that should not be at its end.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

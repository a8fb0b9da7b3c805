package tables

import (
	"bytes"
	"errors"
	"io"
)

// pieces cuts a document, or a part of it, behind the start of its root into the elements directly in
// the root. It looks at nothing but where tags begin and end: it cuts a document that is well formed
// where its elements are. Of another, some piece is not well formed either, wherever it is cut; so whoever
// reads every piece has read the document.
type pieces struct {
	in         io.Reader
	buf        []byte
	start, end int // bytes of buf that were read and not handed out
	over       bool
	offset     int64 // of buf[start] in what is read
}

// piece is an element as it stands, and what stands between it and the one before. They are valid until
// the next.
type piece struct {
	between []byte
	element []byte // empty behind the last
	begin   int64  // of the element
	ends    bool   // the root ends behind what stands between
}

const elementBuffer = 256 << 10

var (
	errMalformed = errors.New("its XML is not well formed")
	errElement   = errors.New("an element of it, or what stands between two, is larger than 16 MiB")
	errDocument  = errors.New("it has a document type, which is not read: have it written without one")
	errDeep      = errors.New("elements stand more than 64 deep in one another")
)

// deepest bounds how deep elements stand in one another.
const deepest = 64

// next is the next piece. Behind the last element, the root ends or the part does.
func (c *pieces) next() (p piece, err error) {
	at, begin, depth := 0, -1, 0
	for {
		text := c.buf[c.start:c.end]
		if i := bytes.IndexByte(text[at:], '<'); i >= 0 {
			at += i
		} else {
			at = len(text)
		}
		kind, size := tokenOf(text[at:])
		if size == 0 {
			if more, err := c.fill(); err != nil {
				return piece{}, err
			} else if more {
				continue
			}
			if at < len(text) || begin >= 0 {
				return piece{}, errMalformed
			}
			c.take(len(text))
			return piece{between: text}, nil
		}
		switch kind {
		case tokenType:
			return piece{}, errDocument
		case tokenBegin, tokenEmpty:
			if depth == 0 {
				begin = at
			}
			if depth++; depth > deepest {
				return piece{}, errDeep
			}
			if kind == tokenEmpty {
				depth--
			}
		case tokenEnd:
			if depth == 0 {
				c.take(at)
				return piece{between: text[:at], ends: true}, nil
			}
			depth--
		case tokenOther:
		}
		if at += size; begin >= 0 && depth == 0 {
			p = piece{between: text[:begin], element: text[begin:at], begin: c.offset + int64(begin)}
			c.take(at)
			return p, nil
		}
	}
}

// take hands out bytes.
func (c *pieces) take(n int) {
	c.start += n
	c.offset += int64(n)
}

// fill reads more; false at the end.
func (c *pieces) fill() (more bool, err error) {
	if c.over {
		return false, nil
	}
	held := c.end - c.start
	if held > longestLine {
		return false, errElement
	}
	to := c.buf
	if held > len(c.buf)/2 || len(c.buf) == 0 {
		to = make([]byte, max(2*len(c.buf), elementBuffer))
	}
	c.start, c.end, c.buf = 0, copy(to, c.buf[c.start:c.end]), to
	for range 100 { // as many as bufio takes for no progress
		n, err := c.in.Read(c.buf[c.end:])
		c.end += n
		c.over = errors.Is(err, io.EOF)
		if n > 0 || err != nil {
			if c.over {
				err = nil
			}
			return n > 0, err
		}
	}
	return false, io.ErrNoProgress
}

// rest is all that was not handed out.
func (c *pieces) rest() ([]byte, error) {
	for {
		if more, err := c.fill(); err != nil || !more {
			return c.buf[c.start:c.end], err
		}
	}
}

// tokenKind is what a token of a document is.
type tokenKind uint8

const (
	tokenOther tokenKind = iota // a comment, an instruction, or text in marks of its own
	tokenBegin
	tokenEmpty // the beginning of an element, and its end
	tokenEnd
	tokenType // a document type, or another declaration
)

// tokenOf is the token that text begins with, and how long it is; 0 where it goes on behind the text.
func tokenOf(text []byte) (kind tokenKind, size int) {
	if len(text) < 2 {
		return 0, 0
	}
	switch text[1] {
	case '/':
		return tokenEnd, 1 + bytes.IndexByte(text, '>')
	case '?':
		return tokenOther, behind(text, 2, "?>")
	case '!':
		return declaration(text)
	}
	size = 1 + bytes.IndexByte(text, '>')
	if size > 1 && bytes.IndexByte(text[:size], '=') >= 0 {
		size = behindQuotes(text)
	}
	if size > 1 && text[size-2] == '/' {
		return tokenEmpty, size
	}
	return tokenBegin, size
}

// behind is the place behind the first of the ends from a place on, 0 where there is none.
func behind(text []byte, from int, end string) int {
	if i := bytes.Index(text[min(from, len(text)):], []byte(end)); i >= 0 {
		return from + i + len(end)
	}
	return 0
}

// behindQuotes is the place behind the end of a tag whose attributes may hold one; 0 where there is none.
func behindQuotes(text []byte) int {
	quote := byte(0)
	for i, b := range text {
		switch {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '>':
			return i + 1
		}
	}
	return 0
}

// declaration is tokenOf for what begins with an exclamation mark.
func declaration(text []byte) (kind tokenKind, size int) {
	for _, mark := range [...]struct{ begin, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}} {
		if n := min(len(text), len(mark.begin)); string(text[:n]) != mark.begin[:n] {
			continue
		}
		if len(text) < len(mark.begin) {
			return 0, 0
		}
		return tokenOther, behind(text, len(mark.begin), mark.end)
	}
	return tokenType, len(text)
}

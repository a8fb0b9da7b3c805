package readers

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

// words is a small set of texts, compared whole. Where fold is set, ASCII
// letters are compared without case.
type words struct {
	list []string
	fold bool
}

func (w *words) has(v []byte) bool {
	for _, s := range w.list {
		if len(s) != len(v) {
			continue
		}
		if string(v) == s || w.fold && equalFold(v, s) {
			return true
		}
	}
	return false
}

// lengths has the lengthBit of each of the texts.
func (w *words) lengths() (bits uint64) {
	for _, s := range w.list {
		bits |= lengthBit(len(s))
	}
	return bits
}

// lengthBit stands for a length, and from 63 on for all that are longer.
func lengthBit(n int) uint64 { return 1 << min(n, 63) }

// equalFold compares texts of equal length without ASCII case.
func equalFold(v []byte, s string) bool {
	for i := range v {
		if upper(v[i]) != upper(s[i]) {
			return false
		}
	}
	return true
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// blanks marks the bytes that trimming cuts off, besides the white space of
// Unicode.
type blanks [256]bool

// newBlanks is ASCII white space and the given characters.
func newBlanks(extra string) *blanks {
	b := &blanks{' ': true, '\t': true, '\r': true, '\n': true, '\v': true, '\f': true}
	for i := range len(extra) {
		b[extra[i]] = true
	}
	return b
}

// whiteSpace is nothing but that.
var whiteSpace = newBlanks("")

const eightSpaces = 0x2020202020202020

// trim cuts blanks off both ends.
func (b *blanks) trim(v []byte) []byte {
	v = b.trimNarrow(v)
	if endsWide(v) {
		v = b.trimWide(v)
	}
	return v
}

// endsWide tells whether there is a character beyond ASCII at an end.
func endsWide(v []byte) bool {
	return len(v) > 0 && (v[0] >= utf8.RuneSelf || v[len(v)-1] >= utf8.RuneSelf)
}

// trimNarrow is trim for ASCII: small enough for the compiler to inline.
func (b *blanks) trimNarrow(v []byte) []byte {
	for len(v) > 0 && b[v[0]] {
		v = v[1:]
	}
	for len(v) >= 8 && binary.LittleEndian.Uint64(v[len(v)-8:]) == eightSpaces {
		v = v[:len(v)-8] // the padding of fixed columns
	}
	for len(v) > 0 && b[v[len(v)-1]] {
		v = v[:len(v)-1]
	}
	return v
}

// trimWide is trim for a text with a character beyond ASCII at an end.
func (b *blanks) trimWide(v []byte) []byte {
	for len(v) > 0 {
		c, size := utf8.DecodeRune(v)
		if !b.wide(c) {
			break
		}
		v = v[size:]
	}
	for len(v) > 0 {
		c, size := utf8.DecodeLastRune(v)
		if !b.wide(c) {
			break
		}
		v = v[:len(v)-size]
	}
	return v
}

// wide tells whether a character is cut off. The zero-width space and the byte
// order mark are no white space to Unicode, and nothing to a reader.
func (b *blanks) wide(c rune) bool {
	if c < utf8.RuneSelf {
		return b[c]
	}
	return unicode.IsSpace(c) || c == '\u200b' || c == '\ufeff'
}

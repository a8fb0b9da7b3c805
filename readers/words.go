package readers

import "encoding/binary"

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

// appendUpper adds v to b with its ASCII letters in upper case.
func appendUpper(b, v []byte) []byte {
	for _, c := range v {
		b = append(b, upper(c))
	}
	return b
}

// blanks marks the bytes that trimming cuts off.
type blanks [256]bool

// newBlanks is ASCII white space and the given characters.
func newBlanks(extra string) *blanks {
	b := &blanks{' ': true, '\t': true, '\r': true, '\n': true, '\v': true, '\f': true}
	for i := range len(extra) {
		b[extra[i]] = true
	}
	return b
}

const eightSpaces = 0x2020202020202020

func (b *blanks) trim(v []byte) []byte {
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

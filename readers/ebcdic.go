package readers

import (
	"bytes"

	"golang.org/x/text/encoding/charmap"
)

// charset is an encoding of one byte a character.
type charset interface {
	DecodeByte(b byte) rune
	EncodeRune(r rune) (b byte, ok bool)
}

// ebcdic500 is IBM's code page 500. It is code page 037 but for seven characters,
// which stand in each other's places (IBM CDRA, code pages 37 and 500).
type ebcdic500 struct{}

var (
	places500 = [...]byte{0x4a, 0x4f, 0x5a, 0x5f, 0xb0, 0xba, 0xbb}
	chars500  = [...]rune{'[', '!', ']', '^', '¢', '¬', '|'}
)

func (ebcdic500) DecodeByte(b byte) rune {
	if i := bytes.IndexByte(places500[:], b); i >= 0 {
		return chars500[i]
	}
	return charmap.CodePage037.DecodeByte(b)
}

func (ebcdic500) EncodeRune(r rune) (byte, bool) {
	for i, c := range chars500 {
		if c == r {
			return places500[i], true
		}
	}
	return charmap.CodePage037.EncodeRune(r)
}

const ebcdicBlank = 0x40

// likelyEBCDIC tells whether bytes are mostly the letters, digits and blanks of EBCDIC.
func likelyEBCDIC(p []byte) bool {
	n := 0
	for _, c := range p {
		letter := c >= 0xc1 && c <= 0xe9 && c&0x0f <= 9
		if letter || c >= 0xf0 && c <= 0xf9 || c == ebcdicBlank {
			n++
		}
	}
	return len(p) > 0 && 4*n > 3*len(p)
}

package readers

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// encoding says how the characters of a source are written. All but UTF-16 and
// EBCDIC write ASCII as itself, so that lines are found, and ranges cut, before
// anything is decoded; UTF-16 is decoded as a stream, EBCDIC column by column.
type encoding struct {
	name  string
	chars charset // nil for the encodings of Unicode
	mixed bool    // what is not UTF-8 is of chars
	// ebcdic does not write ASCII as itself.
	ebcdic bool
	// wide is UTF-16; its order is nil where the byte order mark tells it.
	wide  bool
	order binary.ByteOrder
}

// encodings are those that a layout may name, the first if it names none.
var encodings = []encoding{
	{name: "utf-8"},
	{name: "windows-1252", chars: charmap.Windows1252},
	{name: "utf-8-or-windows-1252", chars: charmap.Windows1252, mixed: true},
	{name: "iso-8859-1", chars: charmap.ISO8859_1},
	{name: "iso-8859-15", chars: charmap.ISO8859_15},
	{name: "macintosh", chars: charmap.Macintosh},
	{name: "cp437", chars: charmap.CodePage437},
	{name: "cp850", chars: charmap.CodePage850},
	{name: "utf-16", wide: true},
	{name: utf16Little, wide: true, order: binary.LittleEndian},
	{name: utf16Big, wide: true, order: binary.BigEndian},
	{name: "ibm037", chars: charmap.CodePage037, ebcdic: true},
	{name: "ibm500", chars: ebcdic500{}, ebcdic: true},
	{name: "ibm1047", chars: charmap.CodePage1047, ebcdic: true},
}

const (
	utf16Little = "utf-16le"
	utf16Big    = "utf-16be"
)

func encodingNames() []string {
	names := make([]string, len(encodings))
	for i, e := range encodings {
		names[i] = e.name
	}
	return names
}

// encode is how a character stands in the rows that a scanner is given: in the
// source's own bytes, or in UTF-8 where those are decoded before. It is nil
// where the encoding has no such character.
func (e *encoding) encode(s string) []byte {
	c, _ := utf8.DecodeRuneInString(s)
	if e.chars == nil || c < utf8.RuneSelf && !e.ebcdic {
		return []byte(s)
	}
	if b, ok := e.chars.EncodeRune(c); ok {
		return []byte{b}
	}
	return nil
}

// encodeText is a text as it stands in a source, nil where the encoding has not all of
// its characters.
func (e *encoding) encodeText(s string) (b []byte) {
	for _, c := range s {
		one := e.encode(string(c))
		if len(one) == 0 {
			return nil
		}
		b = append(b, one...)
	}
	return b
}

// blank is the byte of a blank.
func (e *encoding) blank() byte {
	if e.ebcdic {
		return ebcdicBlank
	}
	return ' '
}

// decode returns a row in UTF-8, built in buf unless it is ASCII. A byte that
// is no character stays as it is and makes the row no UTF-8: it is one that
// could follow the first byte of a character, and here it never does.
func (e *encoding) decode(row, buf []byte) (text, grown []byte) {
	if e.chars == nil || !e.ebcdic && isASCII(row) || e.mixed && utf8.Valid(row) {
		return row, buf
	}
	buf = e.appendDecoded(buf[:0], row)
	return buf, buf
}

// appendDecoded adds text in UTF-8 to buf.
func (e *encoding) appendDecoded(buf, text []byte) []byte {
	for i := 0; i < len(text); {
		if e.mixed {
			if _, size := utf8.DecodeRune(text[i:]); size > 1 {
				buf = append(buf, text[i:i+size]...)
				i += size
				continue
			}
		}
		if c := e.chars.DecodeByte(text[i]); c != utf8.RuneError {
			buf = utf8.AppendRune(buf, c)
		} else {
			buf = append(buf, text[i])
		}
		i++
	}
	return buf
}

// decode brings a row into UTF-8, without the mark of a file that was put behind
// another. It builds what it must in buf. Of a fixed layout with coded columns, those
// are decoded one by one.
func (l *Layout) decode(raw *rawRow, buf *[]byte) {
	if l.fixed != nil && l.fixed.coded {
		return
	}
	if raw.in.ascii {
		return
	}
	if text, found := bytes.CutPrefix(raw.text, utf8Mark); found {
		raw.replace(text)
	}
	if l.encoding.chars != nil {
		var text []byte
		text, *buf = l.encoding.decode(raw.text, *buf)
		raw.replace(text)
	}
}

func isASCII(p []byte) bool {
	for ; len(p) >= 8; p = p[8:] {
		if binary.LittleEndian.Uint64(p)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, c := range p {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// utf16Text decodes UTF-16. The decoder of golang.org/x/text is not used: it
// takes two second halves of pairs for one character, so that the place of what
// follows can no longer be told. Here each half without its other becomes one
// loneHalf and an odd byte at the end one oddByte; neither is ever part of
// UTF-8, so the row is rejected.
type utf16Text struct {
	transform.NopResetter
	order binary.ByteOrder
}

const (
	loneHalf = 0xff
	oddByte  = 0xfe
)

// Transform implements transform.Transformer.
func (t utf16Text) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest := src[nSrc:]
		if len(dst)-nDst < utf8.UTFMax {
			return nDst, nSrc, transform.ErrShortDst
		}
		if len(rest) < 2 {
			if !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			dst[nDst] = oddByte
			return nDst + 1, nSrc + 1, nil
		}
		c := rune(t.order.Uint16(rest))
		switch {
		case !utf16.IsSurrogate(c):
			nDst += utf8.EncodeRune(dst[nDst:], c)
			nSrc += 2
		case len(rest) < 4 && !atEOF:
			return nDst, nSrc, transform.ErrShortSrc
		default:
			pair := rune(utf8.RuneError)
			if len(rest) >= 4 {
				pair = utf16.DecodeRune(c, rune(t.order.Uint16(rest[2:])))
			}
			if pair == utf8.RuneError {
				dst[nDst] = loneHalf
				nDst, nSrc = nDst+1, nSrc+2
				continue
			}
			nDst += utf8.EncodeRune(dst[nDst:], pair)
			nSrc += 4
		}
	}
	return nDst, nSrc, nil
}

// utf16Size is the length in the source of text that utf16Text has decoded.
func utf16Size(text []byte) (n int64) {
	for _, c := range text {
		switch {
		case c < 0x80, c >= 0xc0 && c < 0xf0, c == loneHalf:
			n += 2
		case c == oddByte:
			n++
		case c >= 0xf0:
			n += 4
		}
	}
	return n
}

// utf16Mark tells the order of UTF-16 by its byte order mark.
func utf16Mark(head []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return binary.LittleEndian
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return binary.BigEndian
	default:
		return nil
	}
}

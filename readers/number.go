package readers

import (
	"slices"
	"strconv"
	"strings"
)

// numberForm says how the bytes of a fixed column hold a number. The zero value is
// text.
type numberForm uint8

const (
	asText numberForm = iota
	asPacked
	asZoned
	asBinary
)

// numberForms are the words of a layout file. Packed is COBOL's COMP-3: two digits a
// byte and the sign in the last half. Zoned is DISPLAY: a digit a byte, the sign over
// the last. Binary is COMP: two's complement, the highest byte first.
var numberForms = []string{"text", "packed", "zoned", "binary"}

// mostBinary is the width of the widest binary number, in bytes.
const mostBinary = 8

// mostDigits is more than COBOL allows.
const mostDigits = 40

// appendNumber adds the number in the bytes of a column as it is written by people:
// "-12.50". It adds nothing for a column that is all blanks or zero bytes, the way to
// leave out a packed or zoned number. Ok tells whether the bytes are a number of the
// column's form.
func (c *column) appendNumber(to, b []byte, e *encoding) (_ []byte, ok bool) {
	var space [mostDigits]byte
	digits := space[:0]
	negative := false
	switch c.as {
	case asPacked:
		if e.isVoid(b) {
			return to, true
		}
		digits, negative, ok = unpack(digits, b)
	case asZoned:
		if e.isVoid(b) {
			return to, true
		}
		digits, negative, ok = unzone(digits, b, e)
	case asBinary:
		n := int64(int8(b[0])) //nolint:gosec // the sign is in the first byte
		for _, x := range b[1:] {
			n = n<<8 | int64(x)
		}
		magnitude := uint64(n) //nolint:gosec // two's complement
		if negative = n < 0; negative {
			magnitude = -magnitude
		}
		digits, ok = strconv.AppendUint(digits, magnitude, 10), true
	case asText:
	}
	if !ok {
		return to, false
	}
	return c.appendDigits(to, digits, negative)
}

// appendDigits adds digits as many as the column has, with its decimals.
func (c *column) appendDigits(to, digits []byte, negative bool) (_ []byte, ok bool) {
	want := c.digits
	if want == 0 {
		want = max(len(digits), c.scale+1)
	}
	for len(digits) > want {
		if digits[0] != '0' {
			return to, false
		}
		digits = digits[1:]
	}
	if negative && slices.ContainsFunc(digits, func(d byte) bool { return d != '0' }) {
		to = append(to, '-')
	}
	for i := range want {
		if c.scale > 0 && i == want-c.scale {
			to = append(to, '.')
		}
		if at := i - (want - len(digits)); at < 0 {
			to = append(to, '0')
		} else {
			to = append(to, digits[at])
		}
	}
	return to, true
}

// isVoid tells whether a column holds nothing: blanks or zero bytes all over.
func (e *encoding) isVoid(b []byte) bool {
	blank := e.blank()
	for _, c := range b {
		if c != b[0] || c != blank && c != 0 {
			return false
		}
	}
	return true
}

func unpack(digits, b []byte) (_ []byte, negative, ok bool) {
	last := len(b) - 1
	for i, c := range b {
		high, low := c>>4, c&0x0f
		if high > 9 || i < last && low > 9 {
			return digits, false, false
		}
		digits = append(digits, '0'+high)
		if i < last {
			digits = append(digits, '0'+low)
			continue
		}
		if low < 10 {
			return digits, false, false
		}
		negative = low == 0x0b || low == 0x0d
	}
	return digits, negative, true
}

// The characters that hold the last digit of a zoned number together with its sign.
const (
	positives = "{ABCDEFGHI"
	negatives = "}JKLMNOPQR"
)

func unzone(digits, b []byte, e *encoding) (_ []byte, negative, ok bool) {
	for i, raw := range b {
		c := rune(raw)
		if e.chars != nil {
			c = e.chars.DecodeByte(raw)
		}
		switch last := i == len(b)-1; {
		case c >= '0' && c <= '9':
			digits = append(digits, byte(c))
		case !last:
			return digits, false, false
		default:
			at := strings.IndexRune(positives, c)
			if at < 0 {
				at, negative = strings.IndexRune(negatives, c), true
			}
			if at < 0 {
				return digits, false, false
			}
			digits = strconv.AppendInt(digits, int64(at), 10)
		}
	}
	return digits, negative, true
}

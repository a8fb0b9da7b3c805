package readers

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func numberOf(t interface{ Fatal(...any) }, c column, b []byte, e encoding) (string, bool) {
	text, ok := c.appendNumber([]byte("x"), b, &e)
	if len(text) == 0 || text[0] != 'x' {
		t.Fatal("what stood before is gone")
	}
	return string(text[1:]), ok
}

func TestNumbers(t *testing.T) {
	ascii, ibm := encodings[0], encodings[len(encodings)-1]
	for _, c := range []struct {
		column column
		bytes  string
		in     encoding
		want   string
		ok     bool
	}{
		{column{as: asPacked}, "\x12\x34\x5c", ibm, "12345", true},
		{column{as: asPacked}, "\x12\x34\x5d", ibm, "-12345", true},
		{column{as: asPacked}, "\x12\x34\x5f", ibm, "12345", true},
		{column{as: asPacked}, "\x00\x00\x0d", ibm, "00000", true}, // there is no -0
		{column{as: asPacked, scale: 2}, "\x12\x34\x5c", ibm, "123.45", true},
		{column{as: asPacked, digits: 3, scale: 2}, "\x00\x34\x5c", ibm, "3.45", true},
		{column{as: asPacked, digits: 8}, "\x01\x99\x90\x52\x1c", ibm, "19990521", true},
		{column{as: asPacked, digits: 8}, "\x11\x99\x90\x52\x1c", ibm, "", false}, // nine digits
		{column{as: asPacked}, "\x12\x34\x56", ibm, "", false},                    // no sign
		{column{as: asPacked}, "\x1a\x34\x5c", ibm, "", false},
		{column{as: asPacked}, "\x40\x40\x40", ibm, "", true}, // blanks
		{column{as: asPacked}, "   ", ascii, "", true},        // blanks
		{column{as: asPacked}, "\x00\x00\x00", ibm, "", true}, // never filled in
		{column{as: asZoned}, "\xf0\xf1\xf2", ibm, "012", true},
		{column{as: asZoned}, "\xf0\xf1\xc2", ibm, "012", true},
		{column{as: asZoned}, "\xf0\xf1\xd2", ibm, "-012", true},
		{column{as: asZoned, scale: 1}, "\xf0\xf1\xd0", ibm, "-01.0", true},
		{column{as: asZoned}, "01K", ascii, "-012", true},
		{column{as: asZoned}, "01{", ascii, "010", true},
		{column{as: asZoned}, "0A1", ascii, "", false},
		{column{as: asZoned}, "01S", ascii, "", false},
		{column{as: asBinary}, "\x00\x1e", ibm, "30", true},
		{column{as: asBinary}, "\xff\xff", ibm, "-1", true},
		{column{as: asBinary, digits: 4}, "\x00\x1e", ibm, "0030", true},
		{column{as: asBinary}, "\x80\x00\x00\x00\x00\x00\x00\x00", ibm, "-9223372036854775808", true},
		{column{as: asBinary}, "\x00\x00", ibm, "0", true},
	} {
		if got, ok := numberOf(t, c.column, []byte(c.bytes), c.in); got != c.want || ok != c.ok {
			t.Errorf("%+v of %x: %q, %t, want %q, %t", c.column, c.bytes, got, ok, c.want, c.ok)
		}
	}
}

// Every number is read back, however it is held.
func TestNumbersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-99999, 99999).Draw(t, "n")
		sign, magnitude := "c", n
		if n < 0 {
			sign, magnitude = "d", -n
		}
		packed := make([]byte, 3)
		digits := fmt.Sprintf("%05d%s", magnitude, sign)
		for i := range packed {
			b, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			packed[i] = byte(b)
		}
		zoned := []byte(digits[:5])
		if n < 0 {
			zoned[4] = negatives[zoned[4]-'0']
		}
		binary := binary.BigEndian.AppendUint64(nil, uint64(n))
		for as, b := range map[numberForm][]byte{asPacked: packed, asZoned: zoned, asBinary: binary} {
			text, ok := numberOf(t, column{as: as, length: len(b)}, b, encodings[0])
			got, err := strconv.ParseInt(text, 10, 64)
			if n == 0 && as == asPacked && text == "" {
				continue
			}
			if !ok || err != nil || got != n {
				t.Errorf("%s of %d: %q, %t", numberForms[as], n, text, ok)
			}
		}
	})
}

// Code page 500 differs from 037 in seven characters, and in no other.
func TestCodePage500(t *testing.T) {
	differ := 0
	for b := range 256 {
		c := ebcdic500{}.DecodeByte(byte(b))
		if c != encodings[len(encodings)-3].chars.DecodeByte(byte(b)) {
			differ++
		}
		if back, ok := (ebcdic500{}).EncodeRune(c); !ok || back != byte(b) {
			t.Errorf("byte %#x is %q, which is written %#x", b, c, back)
		}
	}
	if differ != 7 {
		t.Errorf("%d characters differ", differ)
	}
}

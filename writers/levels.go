package writers

import (
	"encoding/binary"
	"math/bits"
)

// levels say of each row of a column whether it has a value: the definition levels
// of Parquet, of which a flat column has two.
type levels struct {
	rows, values int
	bitmap       []byte // a bit a row, lowest first; empty while all rows are alike
}

// add adds rows that have all a value, or none.
func (l *levels) add(rows int, valid bool) {
	if len(l.bitmap) > 0 || l.rows > 0 && valid != (l.values > 0) {
		l.spell(rows, valid)
	}
	l.rows += rows
	if valid {
		l.values += rows
	}
}

// addEach adds n rows, at most 64, that have a value where a bit is set, the first lowest.
func (l *levels) addEach(valid uint64, n int) {
	switch set := bits.OnesCount64(valid); {
	case n == 0:
	case set == 0 || set == n:
		l.add(n, set > 0)
	default:
		if len(l.bitmap) == 0 {
			l.spell(0, true)
		}
		l.bitmap = appendWord(l.bitmap, l.rows, valid, n)
		l.rows += n
		l.values += set
	}
}

// appendWord adds n bits to a bitmap of at bits.
func appendWord(bitmap []byte, at int, word uint64, n int) []byte {
	if free := -at & 7; free > 0 {
		bitmap[at/8] |= byte(word << (8 - free)) //nolint:gosec // as many as there is room for
		word >>= free
		n -= free
	}
	for ; n > 0; n -= 8 {
		bitmap = append(bitmap, byte(word))
		word >>= 8
	}
	return bitmap
}

// validRows gathers which rows of a column have a value.
type validRows struct {
	to   *levels
	bits uint64
	n    int
}

// note adds a row.
func (v *validRows) note(valid uint64) {
	v.bits |= valid << v.n
	if v.n++; v.n == 64 {
		v.end()
	}
}

// end passes on what is gathered.
func (v *validRows) end() {
	v.to.addEach(v.bits, v.n)
	v.bits, v.n = 0, 0
}

// spell writes the bits of all rows so far, if they are not written, and of the next.
func (l *levels) spell(rows int, valid bool) {
	if len(l.bitmap) == 0 {
		l.bitmap = appendBits(l.bitmap, 0, l.rows, l.values > 0)
	}
	l.bitmap = appendBits(l.bitmap, l.rows, rows, valid)
}

// appendBits adds n equal bits to a bitmap of at bits.
func appendBits(bitmap []byte, at, n int, set bool) []byte {
	for n > 0 && at%8 != 0 {
		if set {
			bitmap[at/8] |= 1 << (at % 8)
		}
		at++
		n--
	}
	whole := byte(0)
	if set {
		whole = 0xff
	}
	for ; n >= 8; n -= 8 {
		bitmap = append(bitmap, whole)
	}
	if n > 0 {
		bitmap = append(bitmap, whole>>(8-n))
	}
	return bitmap
}

// encode adds the levels as the run-length and bit-packed hybrid of a data page, with
// its length.
func (l *levels) encode(b []byte) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	if len(l.bitmap) == 0 {
		b = appendRun(b, uint32(min(l.values, 1)), l.rows, 1) //nolint:gosec // 0 or 1
	} else {
		b = binary.AppendUvarint(b, uint64(len(l.bitmap))<<1|1)
		b = append(b, l.bitmap...)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-4)) //nolint:gosec // a page is small
	return b
}

func (l *levels) reset() { *l = levels{bitmap: l.bitmap[:0]} }

// appendRun adds n equal numbers of a width in bits to the hybrid encoding.
func appendRun(b []byte, number uint32, n, width int) []byte {
	b = binary.AppendUvarint(b, uint64(n)<<1) //nolint:gosec // a count
	for ; width > 0; width -= 8 {
		b = append(b, byte(number))
		number >>= 8
	}
	return b
}

// appendPacked adds numbers of a width in bits to the hybrid encoding: as one run
// where all are equal, else bit-packed. (Shorter runs are left to the compression.)
func appendPacked(b []byte, numbers []uint32, width int) []byte {
	if allEqual(numbers) {
		return appendRun(b, numbers[0], len(numbers), width)
	}
	groups := (len(numbers) + 7) / 8
	b = binary.AppendUvarint(b, uint64(groups)<<1|1)
	end := len(b) + groups*width
	held, n := uint64(0), 0 // bits that are not written yet
	for _, number := range numbers {
		held |= uint64(number) << n
		n += width
		if n >= 32 {
			b = binary.LittleEndian.AppendUint32(b, uint32(held)) //nolint:gosec // its low half
			held >>= 32
			n -= 32
		}
	}
	for ; n > 0; n -= 8 {
		b = append(b, byte(held)) //nolint:gosec // its lowest bits
		held >>= 8
	}
	for len(b) < end {
		b = append(b, 0)
	}
	return b
}

func allEqual(numbers []uint32) bool {
	for _, n := range numbers {
		if n != numbers[0] {
			return false
		}
	}
	return true
}

// widthOf is the width in bits of numbers below n.
func widthOf(n int) int { return max(bits.Len(uint(max(n, 1)-1)), 1) }

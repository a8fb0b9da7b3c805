// Package marks finds the bytes that give delimited text its shape, 64 at a time: it is how
// rows and their fields are cut without a look at each byte.
package marks

import (
	"encoding/binary"
	"math/bits"
)

// Size is how many bytes of text a Block tells of.
const Size = 64

// Block says where in 64 bytes of text some bytes stand: a bit a byte, the first lowest.
type Block struct {
	Commas uint64 // delimiters of fields
	Quotes uint64
	Ends   uint64 // terminators of lines
	Odd    uint64 // what is not plain text: NUL, and all beyond ASCII
}

// Bytes are those that a Block marks. Two may be equal.
type Bytes struct{ Comma, Quote, End byte }

// Blocks is how many a text takes.
func Blocks(length int) int { return (length + Size - 1) / Size }

// Mark marks the bytes of a text in its Blocks(len(text)) first blocks. Bits beyond the end of
// the text are 0.
func (b Bytes) Mark(blocks []Block, text []byte) {
	whole := len(text) / Size
	if whole > 0 {
		b.markWhole(blocks[:whole], text)
	}
	rest := text[whole*Size:]
	if len(rest) == 0 {
		return
	}
	var tail [Size]byte
	copy(tail[:], rest)
	b.markWhole(blocks[whole:whole+1], tail[:])
	blocks[whole] = blocks[whole].Cut(0, len(rest))
}

// markAny is markWhole for any machine, eight bytes at a time.
func (b Bytes) markAny(blocks []Block, text []byte) {
	const each = 0x0101010101010101
	commas, quotes, ends := uint64(b.Comma)*each, uint64(b.Quote)*each, uint64(b.End)*each
	for i := range blocks {
		var at Block
		for k := 0; k < Size; k += 8 {
			eight := binary.LittleEndian.Uint64(text[i*Size+k:])
			at.Commas |= gather(zeroes(eight^commas)) << k
			at.Quotes |= gather(zeroes(eight^quotes)) << k
			at.Ends |= gather(zeroes(eight^ends)) << k
			at.Odd |= gather(zeroes(eight)|eight&(each<<7)) << k
		}
		blocks[i] = at
	}
}

// zeroes has the highest bit set of each byte that is zero in v, and no other.
func zeroes(v uint64) uint64 {
	const low = 0x7f7f7f7f7f7f7f7f
	return ^((v&low + low) | v | low)
}

// gather moves the highest bits of eight bytes, of which no other is set, to the lowest eight.
func gather(v uint64) uint64 { return v >> 7 * 0x0102040810204080 >> 56 }

// Inside has the bits set of the bytes of a block that stand within its quotes: from one that opens to the
// byte before the one that closes. Open is all ones where the block begins within quotes, else 0; after is
// the same for the block behind it.
func Inside(quotes, open uint64) (inside, after uint64) {
	inside = quotes
	for shift := 1; shift < Size; shift <<= 1 {
		inside ^= inside << shift
	}
	inside ^= open
	return inside, -(inside >> (Size - 1))
}

// Places writes where the bits of sets are set, in order: of the first from base on, of each other from where
// the one before ends. It returns how many they are. To has room for all bits of sets; what stands
// there behind the last place means nothing.
func Places(to []int32, sets []uint64, base int32) (n int) {
	if len(sets) == 0 {
		return 0
	}
	return places(to[:Size*len(sets)], sets, base)
}

// placesAny is places for any machine, four at a time.
func placesAny(to []int32, sets []uint64, base int32) (n int) {
	for _, set := range sets {
		count := bits.OnesCount64(set)
		block := to[n : n+Size]
		for i := 0; i < count; i += 4 {
			four := block[i : i+4 : i+4]
			four[0] = base + int32(bits.TrailingZeros64(set)) //nolint:gosec // at most 64
			set &= set - 1
			four[1] = base + int32(bits.TrailingZeros64(set)) //nolint:gosec // the same
			set &= set - 1
			four[2] = base + int32(bits.TrailingZeros64(set)) //nolint:gosec // the same
			set &= set - 1
			four[3] = base + int32(bits.TrailingZeros64(set)) //nolint:gosec // the same
			set &= set - 1
		}
		n += count
		base += Size
	}
	return n
}

// Rows counts the rows of a text of which blocks tell, from a byte where one begins to another: a row
// ends with a line that ends outside quotes. End is where the last ends, from where none does; lines
// are those of these rows.
func Rows(blocks []Block, from, to int) (end int, rows, lines int64) {
	end = from
	open, within := uint64(0), int64(0) // within: lines that end within quotes, of the row that is open
	for i := from / Size; i*Size < to; i++ {
		b := blocks[i].Cut(from-i*Size, to-i*Size)
		inside := open
		if b.Quotes != 0 {
			inside, open = Inside(b.Quotes, open)
		}
		ends := b.Ends &^ inside
		if ends == 0 {
			within += int64(bits.OnesCount64(b.Ends))
			continue
		}
		last := Size - bits.LeadingZeros64(ends) // behind the end of the last
		end = i*Size + last
		rows += int64(bits.OnesCount64(ends))
		behind := b.Ends >> last // a shift by 64 leaves nothing
		lines += within + int64(bits.OnesCount64(b.Ends)-bits.OnesCount64(behind))
		within = int64(bits.OnesCount64(behind))
	}
	return end, rows, lines
}

// Cut is the block without the bits of the bytes before from, and of those from to on. Both may
// lie beyond it.
func (b Block) Cut(from, to int) Block {
	if from > 0 {
		keep := ^uint64(0) << from
		b.Commas, b.Quotes, b.Ends, b.Odd = b.Commas&keep, b.Quotes&keep, b.Ends&keep, b.Odd&keep
	}
	if to < Size {
		keep := uint64(1)<<to - 1
		b.Commas, b.Quotes, b.Ends, b.Odd = b.Commas&keep, b.Quotes&keep, b.Ends&keep, b.Odd&keep
	}
	return b
}

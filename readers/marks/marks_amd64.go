package marks

import "golang.org/x/sys/cpu"

// markWhole marks as many blocks as there are, all of them whole.
func (b Bytes) markWhole(blocks []Block, text []byte) {
	if !cpu.X86.HasAVX2 {
		b.markAny(blocks, text)
		return
	}
	mark(&blocks[0], &text[0], len(blocks), b.Comma, b.Quote, b.End)
}

// mark is markAny with the vectors of AVX2, for one block or more.
//
//go:noescape
func mark(blocks *Block, text *byte, count int, comma, quote, end byte)

// places is placesAny with the instructions of AVX2's machines, for one set or more.
func places(to []int32, sets []uint64, base int32) int {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasBMI1 {
		return placesAny(to, sets, base)
	}
	return place(&to[0], &sets[0], len(sets), base)
}

//go:noescape
func place(to *int32, sets *uint64, count int, base int32) int

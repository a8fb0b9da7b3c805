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

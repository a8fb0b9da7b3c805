package readers

import (
	"math/bits"

	"github.com/clearsweep/clearsweep/readers/marks"
	"github.com/clearsweep/clearsweep/schemas"
)

// marked are the marks of what a scanner has in its buffer. By them, rows and their fields are cut
// without a look at each byte, where delimiter, quote and terminator are of one ASCII byte each and mean
// the same wherever they stand. Rows that need more than the buffer holds, or are too long, are left to
// the scanner's other way.
type marked struct {
	of        marks.Bytes
	quoted    bool // there are quotes
	multiline bool // which may hold terminators
	blocks    []marks.Block
	commas    []uint64 // that end fields of the row at hand, by block
	ends      []int32  // of these fields
}

// newMarked is nil where rows cannot be cut by marks.
func (l *Layout) newMarked(s *rowScanner) *marked {
	d := l.delimited
	if d == nil || !d.plain || l.encoding.ebcdic || s.utf16 || s.own || s.framing != byLine || len(s.comment) > 0 || len(s.terminator) != 1 {
		return nil
	}
	m := &marked{
		of: marks.Bytes{Comma: d.comma, Quote: d.comma, End: s.terminator[0]}, quoted: d.quote != "", multiline: d.multiline,
	}
	if m.quoted {
		m.of.Quote = d.mark
	}
	return m
}

// mark marks the bytes of a buffer, of which those before from are marked.
func (m *marked) mark(buf []byte, from int) {
	if m == nil {
		return
	}
	if need := marks.Blocks(cap(buf)); len(m.blocks) < need {
		m.blocks = append(make([]marks.Block, 0, need), m.blocks...)[:need]
	}
	from -= from % marks.Size
	m.of.Mark(m.blocks[from/marks.Size:], buf[from:])
}

// stretch is a row in a marked buffer.
type stretch struct {
	marks *marked // nil where a row's text is not what was marked
	at    int     // where the text begins
	// quotes: some may stand in the row. ascii: nothing does that is no ASCII text.
	quotes, ascii bool
}

// row is the size of the row that begins at from, with its terminator; 0 where it does not end
// before to. Lines are those that it takes.
func (m *marked) row(from, to int) (size int, lines int64, in stretch) {
	quotes, odd := 0, uint64(0)
	for i := from / marks.Size; i*marks.Size < to; i++ {
		b := m.blocks[i].Cut(from-i*marks.Size, to-i*marks.Size)
		for ends := b.Ends; ends != 0; ends &= ends - 1 {
			last := bits.TrailingZeros64(ends) + 1
			before := quotes + bits.OnesCount64(b.Quotes<<(marks.Size-last))
			lines++
			if m.multiline && before%2 != 0 {
				continue
			}
			odd |= b.Odd << (marks.Size - last)
			return i*marks.Size + last - from, lines, stretch{marks: m, at: from, quotes: m.quoted && before > 0, ascii: odd == 0}
		}
		quotes += bits.OnesCount64(b.Quotes)
		odd |= b.Odd
	}
	return 0, 0, stretch{}
}

// split is splitWanted for the text of a row in a marked buffer.
func (in *stretch) split(d *delimited, row []byte, wanted []int, cells []cell) (_ []cell, fields int, reason schemas.RejectReason, ok bool) {
	m := in.marks
	pairs := quotePairs{begins: 1 << (in.at % marks.Size)}
	m.commas = m.commas[:0]
	base := -(in.at % marks.Size) // where the block at hand begins in the row
	for i := in.at / marks.Size; base < len(row); i, base = i+1, base+marks.Size {
		b, left := &m.blocks[i], len(row)-base
		keep := ^uint64(0)
		if base < 0 {
			keep <<= -base
		}
		if left < marks.Size {
			keep &= 1<<left - 1
		}
		commas := b.Commas & keep
		if in.quotes {
			if commas, ok = pairs.outside(commas, b.Quotes&keep, left); !ok {
				return d.splitWanted(row, wanted, cells[:0])
			}
		}
		m.commas = append(m.commas, commas)
	}
	if pairs.open != 0 {
		return d.splitWanted(row, wanted, cells[:0])
	}
	if need := len(m.commas)*marks.Size + 1; len(m.ends) < need {
		m.ends = make([]int32, 2*need)
	}
	n := marks.Places(m.ends, m.commas, -int32(in.at%marks.Size))
	m.ends[n] = int32(len(row)) //nolint:gosec // a row is shorter
	for _, at := range wanted[:len(wanted)-1] {
		if at > n {
			break
		}
		c := cell{end: int(m.ends[at])}
		if at > 0 {
			c.start = int(m.ends[at-1]) + 1
		}
		if in.quotes && c.start < c.end && row[c.start] == d.mark {
			c.start, c.end = c.start+1, c.end-1
		}
		cells = append(cells, c)
	}
	return cells, n + 1, 0, true
}

// quotePairs follows the quotes of a row, block by block, while each stands at the end of a field.
type quotePairs struct {
	open   uint64 // all ones within quotes
	begins uint64 // 1 where a field may begin with the next block; at first, where the row does
	ends   uint64 // 1 where a field must end before the next block
}

// outside are those of a block's commas that end fields. It is not ok where a quote stands elsewhere
// than at the end of a field: doubled, or astray. The row has so many bytes from that of the block on.
func (p *quotePairs) outside(commas, quotes uint64, left int) (_ uint64, ok bool) {
	inside := p.open
	if quotes != 0 {
		inside, p.open = marks.Inside(quotes, p.open)
	}
	opening, closing := quotes&inside, quotes&^inside
	begins, ends := commas<<1|p.begins, commas
	if left < marks.Size {
		ends |= 1 << left // with the row
	}
	stray := opening&^begins | (closing<<1|p.ends)&^ends
	p.begins, p.ends = commas>>(marks.Size-1), closing>>(marks.Size-1)
	return commas &^ inside, stray == 0
}

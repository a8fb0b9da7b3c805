package readers

import (
	"math/bits"

	"github.com/clearsweep/clearsweep/readers/marks"
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
	ends      []int32  // of fields
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

// stretch is a row in a marked buffer. It is good until the next row.
type stretch struct {
	marks *marked // nil where a row's text is not what was marked
	at    int     // where the text begins
	// quotes: some stand in the row. regular: each at the end of a field. ascii: nothing stands in the row
	// that is no ASCII text.
	quotes, regular, ascii bool
}

// row is the row that begins at from in the buffer that is marked, without its terminator and returns before that.
// Size is with these, 0 where the row does not end before to. Lines are those that it takes.
func (m *marked) row(buf []byte, from, to int) (text []byte, size int, lines int64, in stretch) {
	pairs := quotePairs{begins: 1 << (from % marks.Size)}
	m.commas = m.commas[:0]
	keep, quoted, odd := ^uint64(0)<<(from%marks.Size), uint64(0), uint64(0)
	for i := from / marks.Size; i*marks.Size < to; i++ {
		b := &m.blocks[i]
		commas, quotes, ends := b.Commas&keep, uint64(0), b.Ends&keep
		if left := to - i*marks.Size; left < marks.Size {
			ends &= 1<<left - 1
		}
		inside := pairs.open
		if m.quoted {
			if quotes = b.Quotes & keep; quotes != 0 {
				inside, pairs.open = marks.Inside(quotes, pairs.open)
			}
		}
		end := ends // of the row
		if m.multiline {
			end &^= inside
		}
		if end == 0 {
			lines += int64(bits.OnesCount64(ends))
			quoted |= quotes
			odd |= b.Odd & keep
			pairs.pass(commas, commas, quotes, inside)
			m.commas = append(m.commas, commas&^inside)
			keep = ^uint64(0)
			continue
		}
		last := bits.TrailingZeros64(end)
		behind := i*marks.Size + last
		text = trimReturns(buf[from:behind])
		row := uint64(1)<<last - 1
		commas, quotes = commas&row, quotes&row
		pairs.pass(commas, commas|1<<last|1<<max(0, from+len(text)-i*marks.Size), quotes, inside)
		m.commas = append(m.commas, commas&^inside)
		return text, behind + 1 - from, lines + int64(bits.OnesCount64(ends&(row<<1|1))), stretch{
			marks: m, at: from, quotes: quoted|quotes != 0, regular: pairs.stray == 0 && inside>>last&1 == 0, ascii: (odd | b.Odd&keep&row) == 0,
		}
	}
	return nil, 0, 0, stretch{}
}

// fields are the ends of the fields of a regular row, each behind a first that stands where one before the row would.
func (in *stretch) fields(row []byte) []int32 {
	m := in.marks
	if need := len(m.commas)*marks.Size + 2; len(m.ends) < need {
		m.ends = make([]int32, 2*need)
	}
	m.ends[0] = -1
	n := 1 + marks.Places(m.ends[1:], m.commas, -int32(in.at%marks.Size))
	m.ends[n] = int32(len(row)) //nolint:gosec // a row is shorter
	return m.ends[:n+1]
}

// quotePairs follows the quotes of a row, block by block, while each stands at the end of a field.
type quotePairs struct {
	open   uint64 // all ones within quotes
	begins uint64 // 1 where a field may begin with the next block; at first, where the row does
	ends   uint64 // 1 where a field must end before the next block
	stray  uint64 // quotes that stand elsewhere than at the end of a field, or doubled; and what is behind them
}

// pass passes a block with the commas and quotes of a row, of which the bytes inside are between quotes. Fields end with
// commas, or with the row.
func (p *quotePairs) pass(commas, ends, quotes, inside uint64) {
	if quotes|p.ends == 0 {
		p.begins = commas >> (marks.Size - 1)
		return
	}
	opening, closing := quotes&inside, quotes&^inside
	p.stray |= opening&^(commas<<1|p.begins) | (closing<<1|p.ends)&^ends
	p.begins, p.ends = commas>>(marks.Size-1), closing>>(marks.Size-1)
}

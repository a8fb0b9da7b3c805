package readers

import "bytes"

// Range is a run of whole rows of a source: plain data, sent to workers.
type Range struct {
	Offset    int64 `json:"offset"` // of its first byte in the source
	Length    int64 `json:"length"` // in bytes
	FirstLine int64 `json:"first_line"`
	Rows      int64 `json:"rows"` // rows in it, blank ones and all
}

// cutter cuts a stream of lines into ranges. A range ends with the line in
// which it reaches target bytes: it depends on nothing but the bytes.
type cutter struct {
	terminator byte
	target     int64
	list       []Range
	open       Range
	last       byte // of what was written
}

func newCutter(terminator byte, target, offset int64) cutter {
	return cutter{terminator: terminator, target: max(target, 1), open: Range{Offset: offset, FirstLine: 1}, last: terminator}
}

// write takes the next bytes of the source.
func (c *cutter) write(p []byte) {
	if len(p) > 0 {
		c.last = p[len(p)-1]
	}
	for len(p) > 0 {
		n := int64(len(p))
		if want := c.target - c.open.Length; want > 0 {
			n = min(n, want)
			c.open.Rows += int64(bytes.Count(p[:n], []byte{c.terminator}))
			c.open.Length += n
			p = p[n:]
			continue
		}
		i := bytes.IndexByte(p, c.terminator)
		if i < 0 {
			c.open.Length += n
			return
		}
		c.open.Length += int64(i) + 1
		c.open.Rows++
		c.cut()
		p = p[i+1:]
	}
}

func (c *cutter) cut() {
	c.list = append(c.list, c.open)
	c.open = Range{Offset: c.open.Offset + c.open.Length, FirstLine: c.open.FirstLine + c.open.Rows}
}

// finish returns the ranges of the whole source.
func (c *cutter) finish() []Range {
	if c.open.Length > 0 {
		if c.last != c.terminator {
			c.open.Rows++
		}
		c.cut()
	}
	return c.list
}

// terminated tells whether any line has ended yet.
func (c *cutter) terminated() bool { return len(c.list) > 0 || c.open.Rows > 0 }

package writers

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/parquet/metadata"

	"github.com/clearsweep/clearsweep/schemas"
)

// errUTF8 refuses text that other readers would refuse the whole file for.
var errUTF8 = errors.New("not valid UTF-8")

// column gathers the values of one column of a row group, as they stand in its
// page: what Parquet calls plain, or for words their numbers in a dictionary. Its
// buffers are used again for the next row group.
type column struct {
	name     string
	nullable bool
	levels   levels
	words    *words // nil unless the values are words
	kind     arrow.Type
	values   []byte // plain; of flags a byte each
	// Of texts: where the least and the greatest stand in values, and how they begin.
	least, most           span
	leastFront, mostFront uint64
}

type span struct{ start, end int }

// wordy are the text columns of few different values. They are dictionary encoded.
// The others are not: what is different in each row has no use for it.
var wordy = map[string]bool{
	"source": true, "county": true, "statute_raw": true, "description_raw": true, "code": true, "code_match": true,
	"inchoate": true, "severity": true, "disposition": true, "disposition_raw": true, "ncic": true,
	"policy": true, "rule": true, "outcome": true,
	"remedy_floor": true, "remedy_ceiling": true, "legal_basis": true, "clause": true, "reason": true,
	"question": true, "sentence": true, "partial_dates": true, "degree": true, "incarcerated": true, "restitution": true, "substances": true,
	"substance_evidence": true, "victim_relation": true, "priority": true,
	"leaf": true, "who": true, "column": true, "explanation": true,
}

func newColumn(field arrow.Field) *column {
	c := &column{name: field.Name, nullable: field.Nullable, kind: field.Type.ID()}
	if wordy[field.Name] {
		c.words = newWords()
	}
	return c
}

// text adds s; an empty s is null where the column may be.
func (c *column) text(s string) error {
	if s == "" && c.nullable {
		c.levels.add(1, false)
		return nil
	}
	if c.words != nil {
		number, err := c.words.of(s)
		c.words.numbers = append(c.words.numbers, number)
		c.levels.add(1, true)
		return err
	}
	c.levels.add(1, true)
	c.plainText(s)
	if !utf8.ValidString(s) {
		return errUTF8
	}
	return nil
}

// plainText adds a text to the values.
func (c *column) plainText(s string) {
	c.values = binary.LittleEndian.AppendUint32(c.values, uint32(len(s))) //nolint:gosec // a text is shorter than a row
	at := span{len(c.values), len(c.values) + len(s)}
	c.values = append(c.values, s...)
	front := frontOf(s)
	if c.most == (span{}) {
		c.least, c.most, c.leastFront, c.mostFront = at, at, front, front
		return
	}
	if front >= c.mostFront && (front > c.mostFront || s > string(c.at(c.most))) {
		c.most, c.mostFront = at, front
	}
	if front <= c.leastFront && (front < c.leastFront || s < string(c.at(c.least))) {
		c.least, c.leastFront = at, front
	}
}

// frontOf is a number that orders texts by their first eight bytes.
func frontOf(s string) (front uint64) {
	if len(s) >= 8 {
		return uint64(s[0])<<56 | uint64(s[1])<<48 | uint64(s[2])<<40 | uint64(s[3])<<32 |
			uint64(s[4])<<24 | uint64(s[5])<<16 | uint64(s[6])<<8 | uint64(s[7])
	}
	for i := range len(s) {
		front |= uint64(s[i]) << (56 - 8*i)
	}
	return front
}

func (c *column) at(s span) []byte { return c.values[s.start:s.end] }

// date adds d; a date that is not known is null.
func (c *column) date(d schemas.Date) {
	c.levels.add(1, d.Known())
	if d.Known() {
		c.values = binary.LittleEndian.AppendUint32(c.values, uint32(d)) //nolint:gosec // its bits
	}
}

// integer adds a number; one that is null has no value.
func (c *column) integer(n int64) {
	c.levels.add(1, true)
	c.values = binary.LittleEndian.AppendUint64(c.values, uint64(n)) //nolint:gosec // its bits
}

func (c *column) flag(b bool) {
	c.levels.add(1, true)
	c.values = append(c.values, 0)
	if b {
		c.values[len(c.values)-1] = 1
	}
}

// page is the data page of the column, uncompressed.
func (c *column) page(b []byte) []byte {
	if c.nullable {
		b = c.levels.encode(b)
	}
	switch {
	case c.words != nil:
		return c.words.page(b)
	case c.kind == arrow.BOOL:
		return appendFlags(b, c.values)
	default:
		return append(b, c.values...)
	}
}

func appendFlags(b, flags []byte) []byte {
	for len(flags) > 0 {
		packed := byte(0)
		for i, flag := range flags[:min(8, len(flags))] {
			packed |= flag << i
		}
		b = append(b, packed)
		flags = flags[min(8, len(flags)):]
	}
	return b
}

// statistics of the row group. They hold copies: nothing of them changes when the
// buffers are used again.
func (c *column) statistics() metadata.EncodedStatistics {
	s := metadata.EncodedStatistics{Signed: c.kind != arrow.STRING && c.kind != arrow.UINT64 && c.kind != arrow.BOOL}
	s.SetNullCount(int64(c.levels.rows - c.levels.values))
	if c.levels.values == 0 {
		return s
	}
	least, most := c.extremes()
	s.SetMin(bytes.Clone(least))
	s.SetMax(bytes.Clone(most))
	return s
}

// extremes are the least and the greatest value, plain.
func (c *column) extremes() (least, most []byte) {
	switch c.kind { //nolint:exhaustive // our schemas have these types only
	case arrow.STRING:
		if c.words != nil {
			return []byte(slices.Min(c.words.list)), []byte(slices.Max(c.words.list))
		}
		return c.at(c.least), c.at(c.most)
	case arrow.BOOL:
		return []byte{slices.Min(c.values)}, []byte{slices.Max(c.values)}
	case arrow.DATE32:
		return extremesOf(c.values, 4, func(a, b []byte) bool {
			return int32(binary.LittleEndian.Uint32(a)) < int32(binary.LittleEndian.Uint32(b)) //nolint:gosec // their bits
		})
	case arrow.UINT64:
		return extremesOf(c.values, 8, func(a, b []byte) bool {
			return binary.LittleEndian.Uint64(a) < binary.LittleEndian.Uint64(b)
		})
	default:
		return extremesOf(c.values, 8, func(a, b []byte) bool {
			return int64(binary.LittleEndian.Uint64(a)) < int64(binary.LittleEndian.Uint64(b)) //nolint:gosec // their bits
		})
	}
}

// extremesOf is the least and the greatest of values of a size.
func extremesOf(values []byte, size int, less func(a, b []byte) bool) (least, most []byte) {
	least, most = values[:size], values[:size]
	for ; len(values) > 0; values = values[size:] {
		switch v := values[:size]; {
		case less(v, least):
			least = v
		case less(most, v):
			most = v
		}
	}
	return least, most
}

// reset makes room for the next row group.
func (c *column) reset() {
	c.levels.reset()
	c.values = c.values[:0]
	c.least, c.most = span{}, span{}
	if c.words != nil {
		c.words.reset()
	}
}

// words numbers the words of a row group in the order in which they come, so that the
// dictionary depends on the rows alone.
type words struct {
	known   map[string]uint32
	list    []string // by number, each a copy of our own
	numbers []uint32 // of the rows that have one
	last    uint32   // number that of returned last; none where list is empty
}

func newWords() *words { return &words{known: map[string]uint32{}} }

// of is the number of a word.
func (w *words) of(s string) (uint32, error) {
	if len(w.list) > 0 && s == w.list[w.last] {
		return w.last, nil
	}
	number, known := w.known[s]
	if !known {
		s = strings.Clone(s)
		number = uint32(len(w.list)) //nolint:gosec // at most a row group of words
		w.known[s] = number
		w.list = append(w.list, s)
		if !utf8.ValidString(s) {
			return number, errUTF8
		}
	}
	w.last = number
	return number, nil
}

// page is the numbers, after their width.
func (w *words) page(b []byte) []byte {
	width := widthOf(len(w.list))
	b = append(b, byte(width)) //nolint:gosec // at most 32
	if len(w.numbers) == 0 {
		return b
	}
	return appendPacked(b, w.numbers, width)
}

// dictionary is the words, plain.
func (w *words) dictionary(b []byte) []byte {
	for _, s := range w.list {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s))) //nolint:gosec // a text is shorter than a row
		b = append(b, s...)
	}
	return b
}

func (w *words) reset() {
	clear(w.known)
	clear(w.list)
	w.list, w.numbers, w.last = w.list[:0], w.numbers[:0], 0
}

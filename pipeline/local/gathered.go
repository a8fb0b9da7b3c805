package local

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

var (
	errBlock   = errors.New("a block is not what was written")
	errTooLong = errors.New("texts of a column are longer than a batch can hold; sweep with less memory, for smaller buckets")
)

// gathered are the rows of blocks of one schema, end to end.
type gathered struct {
	schema  *arrow.Schema
	rows    int // in all
	at      int // rows so far
	columns []gatheredColumn
}

// gatheredColumn is a column of the rows so far.
type gatheredColumn struct {
	width   int    // of a value; 0 of texts and words
	valid   []byte // a bit a row; nil while all rows have a value
	nulls   int
	values  []byte  // of a width
	numbers []int32 // of words
	texts   gatheredTexts
	known   map[string]int32 // numbers of words
	again   []int32          // numbers here of the words of the block at hand
}

// gatheredTexts are texts end to end.
type gatheredTexts struct {
	ends []int32 // after a 0
	text []byte
}

// newGathered has room for so many rows.
func newGathered(schema *arrow.Schema, rows int) *gathered {
	g := &gathered{schema: schema, rows: rows, columns: make([]gatheredColumn, schema.NumFields())}
	for i, field := range schema.Fields() {
		c := &g.columns[i]
		switch field.Type.ID() { //nolint:exhaustive // all others are of one width
		case arrow.STRING:
			c.texts.ends = make([]int32, 1, rows+1)
		case arrow.DICTIONARY:
			c.numbers, c.known, c.texts.ends = make([]int32, rows), map[string]int32{}, []int32{0}
		default:
			c.width = widthOf(field.Type)
			c.values = make([]byte, rows*c.width)
		}
	}
	return g
}

// add adds the rows of a block, of which it keeps no memory.
func (g *gathered) add(raw []byte, rows int) error {
	in := &blockReader{raw: raw}
	for i := range g.columns {
		if err := g.columns[i].add(in, g.at, rows, g.rows); err != nil {
			return fmt.Errorf("column %s: %w", g.schema.Field(i).Name, err)
		}
	}
	if in.at != len(raw) {
		return errBlock
	}
	g.at += rows
	return nil
}

// add adds the rows of a block to a column that has some, and shall have so many in all.
func (c *gatheredColumn) add(in *blockReader, at, rows, all int) error {
	kind := in.kind()
	switch {
	case kind == allValid && c.valid != nil:
		bitutil.SetBitsTo(c.valid, int64(at), int64(rows), true)
	case kind != allValid && c.valid == nil:
		c.valid = make([]byte, bitmapBytes(all))
		bitutil.SetBitsTo(c.valid, 0, int64(at), true)
	}
	switch kind {
	case nothing:
		c.nulls += rows
	case someNull:
		bitmap := in.aligned(bitmapBytes(rows))
		bitutil.CopyBitmap(bitmap, 0, rows, c.valid, at)
		c.nulls += rows - bitutil.CountSetBits(bitmap, 0, rows)
	}
	switch {
	case c.width > 0 && kind != nothing:
		copy(c.values[at*c.width:], in.aligned(rows*c.width))
	case c.width > 0:
	case c.numbers != nil && kind != nothing:
		return c.addWords(in, c.numbers[at:at+rows])
	case c.numbers != nil:
	case kind == nothing:
		for range rows {
			c.texts.ends = append(c.texts.ends, int32(len(c.texts.text))) //nolint:gosec // no longer than texts may be
		}
	default:
		return c.texts.add(in.texts(rows))
	}
	return nil
}

// add adds texts as a block has them.
func (t *gatheredTexts) add(ends []int32, text []byte) error {
	if len(t.text)+len(text) > math.MaxInt32 {
		return errTooLong
	}
	base := int32(len(t.text)) //nolint:gosec // it has just been bounded
	for _, end := range ends {
		t.ends = append(t.ends, base+end)
	}
	t.text = append(t.text, text...)
	return nil
}

// addWords adds words of a block, whose numbers here go to numbers.
func (c *gatheredColumn) addWords(in *blockReader, numbers []int32) error {
	of := arrow.Int32Traits.CastFromBytes(in.aligned(4 * len(numbers)))
	ends, text := in.texts(in.count())
	c.again = c.again[:0]
	begin := int32(0)
	for i, end := range ends {
		word := text[begin:end]
		number, known := c.known[string(word)]
		if !known {
			number = int32(len(c.known)) //nolint:gosec // no more than rows
			c.known[string(word)] = number
			if err := c.texts.add([]int32{end - begin}, word); err != nil {
				return err
			}
		}
		c.again = append(c.again, number)
		begin = ends[i]
	}
	for i, number := range of {
		numbers[i] = c.again[number] // of a null it is some number, as it was
	}
	return nil
}

// batch is what was gathered, for the caller to release.
func (g *gathered) batch() arrow.Record {
	columns := make([]arrow.Array, len(g.columns))
	for i := range g.columns {
		columns[i] = g.columns[i].array(g.schema.Field(i).Type, g.rows)
		defer columns[i].Release()
	}
	return array.NewRecord(g.schema, columns, int64(g.rows))
}

func (c *gatheredColumn) array(of arrow.DataType, rows int) arrow.Array {
	switch {
	case c.numbers != nil:
		numbers := newArray(arrow.PrimitiveTypes.Int32, rows, c.nulls, c.valid, arrow.Int32Traits.CastToBytes(c.numbers))
		words := c.texts.array(len(c.known), 0, nil)
		defer numbers.Release()
		defer words.Release()
		return array.NewDictionaryArray(of, numbers, words)
	case c.width > 0:
		return newArray(of, rows, c.nulls, c.valid, c.values)
	default:
		return c.texts.array(rows, c.nulls, c.valid)
	}
}

func (t *gatheredTexts) array(rows, nulls int, valid []byte) arrow.Array {
	return newArray(arrow.BinaryTypes.String, rows, nulls, valid, arrow.Int32Traits.CastToBytes(t.ends), t.text)
}

// newArray is an array of buffers that nobody writes any more. Valid is nil where all are.
func newArray(of arrow.DataType, rows, nulls int, valid []byte, buffers ...[]byte) arrow.Array {
	list := make([]*memory.Buffer, 1, 3)
	if valid != nil {
		list[0] = memory.NewBufferBytes(valid)
	}
	for _, b := range buffers {
		list = append(list, memory.NewBufferBytes(b))
	}
	data := array.NewData(of, rows, list, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// blockReader reads the columns of a block, whose checksum has been seen.
type blockReader struct {
	raw []byte
	at  int
}

func (r *blockReader) kind() byte {
	r.at++
	return r.raw[r.at-1]
}

func (r *blockReader) count() int {
	r.at += 4
	return int(binary.LittleEndian.Uint32(r.raw[r.at-4:]))
}

// texts are the next texts: the end of each, and what they say.
func (r *blockReader) texts(count int) (ends []int32, text []byte) {
	ends = arrow.Int32Traits.CastFromBytes(r.aligned(4 * count))
	size := 0
	if count > 0 {
		size = int(ends[count-1])
	}
	return ends, r.aligned(size)
}

// aligned are the next n bytes, from the next multiple of eight on.
func (r *blockReader) aligned(n int) []byte {
	r.at = (r.at + 7) &^ 7
	b := r.raw[r.at : r.at+n : r.at+n]
	r.at += n
	return b
}

package local

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/klauspost/compress/s2"
)

// A block is a record batch as it is spilled: the buffers of its columns, in order,
// compressed with S2. Its schema stands elsewhere. Many small batches are spilled, and
// an Arrow IPC stream of each would be mostly schema.
//
// Each column begins with a byte that says whether the values of no row, of all or of
// some are valid. Nothing else, the values, or a bitmap and the values follow; of a
// dictionary its length and words come first. Buffers begin at multiples of eight bytes,
// so that they can be used where they are.
const (
	nothing byte = iota
	allValid
	someNull
)

var errBlock = errors.New("a spilled block is not what was written")

// encodeBlock adds the block of a batch to b, by way of raw, which is used again.
func encodeBlock(b, raw []byte, batch arrow.Record) (block, grown []byte) {
	raw = raw[:0]
	for _, column := range batch.Columns() {
		raw = appendColumn(raw, column)
	}
	start := len(b)
	b = append(b, make([]byte, s2.MaxEncodedLen(len(raw)))...)
	return b[:start+len(s2.Encode(b[start:], raw))], raw
}

func appendColumn(raw []byte, column arrow.Array) []byte {
	if dictionary, ok := column.(*array.Dictionary); ok {
		words := dictionary.Dictionary()
		raw = appendAligned(raw, binary.LittleEndian.AppendUint64(nil, uint64(words.Len()))) //nolint:gosec // a length
		raw = appendColumn(raw, words)
		return appendColumn(raw, dictionary.Indices())
	}
	rows := column.Len()
	switch {
	case column.NullN() == rows && rows > 0:
		return append(raw, nothing)
	case column.NullN() == 0:
		raw = append(raw, allValid)
	default:
		raw = append(raw, someNull)
		bitmap := make([]byte, bitutil.BytesForBits(int64(rows)))
		bitutil.CopyBitmap(column.NullBitmapBytes(), column.Data().Offset(), rows, bitmap, 0)
		raw = appendAligned(raw, bitmap)
	}
	if s, ok := column.(*array.String); ok {
		ends := make([]byte, 0, 4*(rows+1))
		for i := range rows + 1 {
			ends = binary.LittleEndian.AppendUint32(ends, uint32(s.ValueOffset(i)-s.ValueOffset(0))) //nolint:gosec // lengths
		}
		raw = appendAligned(raw, ends)
		return appendAligned(raw, s.ValueBytes())
	}
	width := widthOf(column.DataType())
	offset := column.Data().Offset()
	return appendAligned(raw, column.Data().Buffers()[1].Bytes()[offset*width:(offset+rows)*width])
}

// appendAligned adds bytes at the next multiple of eight.
func appendAligned(raw, b []byte) []byte {
	raw = append(raw, make([]byte, -len(raw)&7)...)
	return append(raw, b...)
}

func widthOf(of arrow.DataType) int { return of.(arrow.FixedWidthDataType).BitWidth() / 8 }

// decodeBlock is the batch of a block, which the caller releases. It uses no memory of
// the block.
func decodeBlock(block []byte, schema *arrow.Schema, rows int) (arrow.Record, error) {
	raw, err := s2.Decode(nil, block)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBlock, err)
	}
	in := &blockReader{raw: raw}
	columns := make([]arrow.Array, schema.NumFields())
	for i, field := range schema.Fields() {
		columns[i] = in.column(field.Type, rows)
		defer columns[i].Release()
	}
	if in.at != len(raw) {
		return nil, errBlock
	}
	return array.NewRecord(schema, columns, int64(rows)), nil
}

// blockReader reads the columns of a block, whose checksum has been seen.
type blockReader struct {
	raw []byte
	at  int
}

func (r *blockReader) column(of arrow.DataType, rows int) arrow.Array {
	if of.ID() == arrow.DICTIONARY {
		count := binary.LittleEndian.Uint64(r.aligned(8))
		words := r.column(arrow.BinaryTypes.String, int(count)) //nolint:gosec // as it was written
		numbers := r.column(arrow.PrimitiveTypes.Int32, rows)
		defer words.Release()
		defer numbers.Release()
		return array.NewDictionaryArray(of, numbers, words)
	}
	kind := r.raw[r.at]
	r.at++
	var buffers []*memory.Buffer
	nulls := 0
	switch kind {
	case nothing:
		nulls = rows
		buffers = append(buffers, memory.NewBufferBytes(make([]byte, bitutil.BytesForBits(int64(rows)))))
	case someNull:
		bitmap := r.aligned(int(bitutil.BytesForBits(int64(rows))))
		nulls = rows - bitutil.CountSetBits(bitmap, 0, rows)
		buffers = append(buffers, memory.NewBufferBytes(bitmap))
	default:
		buffers = append(buffers, nil)
	}
	switch {
	case of.ID() == arrow.STRING && kind == nothing:
		buffers = append(buffers, memory.NewBufferBytes(make([]byte, 4*(rows+1))), memory.NewBufferBytes(nil))
	case of.ID() == arrow.STRING:
		ends := r.aligned(4 * (rows + 1))
		text := r.aligned(int(binary.LittleEndian.Uint32(ends[4*rows:])))
		buffers = append(buffers, memory.NewBufferBytes(ends), memory.NewBufferBytes(text))
	case kind == nothing:
		buffers = append(buffers, memory.NewBufferBytes(make([]byte, rows*widthOf(of))))
	default:
		buffers = append(buffers, memory.NewBufferBytes(r.aligned(rows*widthOf(of))))
	}
	data := array.NewData(of, rows, buffers, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// aligned are the next n bytes, from the next multiple of eight on.
func (r *blockReader) aligned(n int) []byte {
	r.at += -r.at & 7
	b := r.raw[r.at : r.at+n : r.at+n]
	r.at += n
	return b
}

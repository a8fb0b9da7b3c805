package local

import (
	"encoding/binary"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"

	"github.com/clearsweep/clearsweep/schemas"
)

// A block is some rows of a record batch as they are kept: the buffers of its columns, in
// order. Its schema stands elsewhere. A large extract makes many small blocks: Arrow records of them
// would be mostly objects, an IPC stream mostly schema.
//
// Each column begins with a byte that says whether the values of no row, of all or of
// some are valid. Nothing else, the values, or a bitmap and the values follow. The values of texts
// are their ends and what they say; of words their numbers, and then the words that these rows have, as
// texts. Buffers begin at multiples of eight bytes, so that they can be read where they are.
const (
	nothing byte = iota
	allValid
	someNull
)

// blockWriter writes rows of one batch as blocks.
type blockWriter struct {
	columns []arrow.Array
	places  [][]wordPlace // by column of words, by number of the word
	words   []int32       // of the column and the block at hand
	block   int32         // at hand, from 1
}

// wordPlace is where a word stands among those of the block in which it was last met.
type wordPlace struct{ block, number int32 }

func newBlockWriter(batch arrow.Record) *blockWriter {
	w := &blockWriter{columns: batch.Columns(), places: make([][]wordPlace, batch.NumCols())}
	for i, column := range w.columns {
		if c, ok := column.(*array.Dictionary); ok {
			w.places[i] = make([]wordPlace, c.Dictionary().Len())
		}
	}
	return w
}

// appendRows adds the block of the rows from one to before another. There is one at least.
func (w *blockWriter) appendRows(raw []byte, from, to int) []byte {
	w.block++
	for i, column := range w.columns {
		of, words := column, []wordPlace(nil)
		if c, ok := column.(*array.Dictionary); ok {
			of, words = c.Indices(), w.places[i]
		}
		kind := validOf(of, from, to)
		if raw = append(raw, kind); kind == nothing {
			continue
		}
		if kind == someNull {
			raw = appendBitmap(raw, of, from, to)
		}
		switch c := column.(type) {
		case *array.Dictionary:
			raw = w.appendWords(raw, c, words, from, to)
		case *array.String:
			raw = appendTexts(raw, c, from, to)
		default:
			width, offset := widthOf(c.DataType()), c.Data().Offset()
			raw, _ = room(raw, 0)
			raw = append(raw, c.Data().Buffers()[1].Bytes()[(offset+from)*width:(offset+to)*width]...)
		}
	}
	return raw
}

// validOf tells which of some rows are valid.
func validOf(column arrow.Array, from, to int) byte {
	switch column.NullN() {
	case 0:
		return allValid
	case column.Len():
		return nothing
	}
	switch bitutil.CountSetBits(column.NullBitmapBytes(), column.Data().Offset()+from, to-from) {
	case to - from:
		return allValid
	case 0:
		return nothing
	}
	return someNull
}

func appendBitmap(raw []byte, column arrow.Array, from, to int) []byte {
	raw, bitmap := room(raw, bitmapBytes(to-from))
	bitutil.CopyBitmap(column.NullBitmapBytes(), column.Data().Offset()+from, to-from, bitmap, 0)
	return raw
}

func appendTexts(raw []byte, column *array.String, from, to int) []byte {
	offsets := column.ValueOffsets()[from : to+1]
	raw, b := room(raw, 4*(to-from))
	ends := arrow.Int32Traits.CastFromBytes(b)
	for i, end := range offsets[1:] {
		ends[i] = end - offsets[0]
	}
	first := offsets[0] - column.ValueOffsets()[0]
	raw, _ = room(raw, 0)
	return append(raw, column.ValueBytes()[first:first+offsets[len(offsets)-1]-offsets[0]]...)
}

// appendWords numbers the words of some rows as they come, and adds the numbers and the words.
func (w *blockWriter) appendWords(raw []byte, column *array.Dictionary, places []wordPlace, from, to int) []byte {
	indices, list := column.Indices().(*array.Int32), column.Dictionary().(*array.String)
	raw, b := room(raw, 4*(to-from))
	numbers, valid := arrow.Int32Traits.CastFromBytes(b), schemas.ValidOf(indices)
	w.words = w.words[:0]
	size := 0
	for i, word := range indices.Int32Values()[from:to] {
		if !valid.Has(int32(from + i)) { //nolint:gosec // a batch has less than 1<<31 rows
			continue
		}
		at := &places[word]
		if at.block != w.block {
			*at = wordPlace{w.block, int32(len(w.words))} //nolint:gosec // the same
			w.words = append(w.words, word)
			size += list.ValueLen(int(word))
		}
		numbers[i] = at.number
	}
	raw = binary.LittleEndian.AppendUint32(raw, uint32(len(w.words))) //nolint:gosec // no more than rows
	raw, b = room(raw, 4*len(w.words))
	ends, end := arrow.Int32Traits.CastFromBytes(b), int32(0)
	for i, word := range w.words {
		end += int32(list.ValueLen(int(word))) //nolint:gosec // the words of a batch are shorter
		ends[i] = end
	}
	raw, _ = room(raw, 0)
	raw = slices.Grow(raw, size)
	for _, word := range w.words {
		raw = append(raw, list.Value(int(word))...)
	}
	return raw
}

// room adds n zeroes, from the next multiple of eight bytes on.
func room(raw []byte, n int) (grown, zeroes []byte) {
	start := (len(raw) + 7) &^ 7
	grown = slices.Grow(raw, start+n-len(raw))[:start+n]
	clear(grown[len(raw):])
	return grown, grown[start:]
}

func bitmapBytes(rows int) int { return int(bitutil.BytesForBits(int64(rows))) }

func widthOf(of arrow.DataType) int { return of.(arrow.FixedWidthDataType).BitWidth() / 8 }

package link

import (
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Scatter is a batch of schemas.Coded whose rows stand in order of bucket among 1<<bits, and within a
// bucket in the order they came, and where each bucket ends. Its columns of words have all words
// of charges. The caller releases it; charges stays the caller's.
func Scatter(mem memory.Allocator, charges arrow.Record, bits int) (scattered arrow.Record, ends []int) {
	rows := int(charges.NumRows())
	buckets := make([]int32, rows)
	ends = make([]int, 1<<bits)
	for row, hash := range hashes(charges) {
		b := Bucket(hash, bits)
		buckets[row] = int32(b) //nolint:gosec // there are at most 1<<16 buckets
		ends[b]++
	}
	next := make([]int, len(ends))
	sum := 0
	for b, n := range ends {
		next[b] = sum
		sum += n
		ends[b] = sum
	}
	order := make([]int32, rows)
	for row, b := range buckets {
		order[next[b]] = int32(row)
		next[b]++
	}
	return take(mem, charges, order, takeNumbers), ends
}

// hashes are the person hashes of all rows of a batch.
func hashes(charges arrow.Record) []uint64 {
	person := charges.Column(schemas.ColPerson).(*array.String)
	source := charges.Column(schemas.ColSource).(*array.Uint32)
	line := charges.Column(schemas.ColLine).(*array.Int64)
	digest := charges.Column(schemas.ColDigest).(*array.Uint64)
	out := make([]uint64, charges.NumRows())
	for row := range out {
		switch {
		case person.IsValid(row):
			out[row] = Hash(person.Value(row))
		case digest.IsValid(row):
			out[row] = HashEqual(digest.Value(row))
		default:
			out[row] = HashAlone(source.Value(row), line.Value(row))
		}
	}
	return out
}

// take is batch with its rows in the given order: its columns of words as takeNumbers has them, or takeWords.
func take(mem memory.Allocator, batch arrow.Record, order []int32, words func(memory.Allocator, *array.Dictionary, []int32) arrow.Array) arrow.Record {
	columns := make([]arrow.Array, batch.NumCols())
	for i, column := range batch.Columns() {
		if c, ok := column.(*array.Dictionary); ok {
			columns[i] = words(mem, c, order)
		} else {
			columns[i] = takeColumn(mem, column, order)
		}
		defer columns[i].Release()
	}
	return array.NewRecord(batch.Schema(), columns, int64(len(order)))
}

// takeNumbers is a column of words in the given order, with all its words.
func takeNumbers(mem memory.Allocator, column *array.Dictionary, order []int32) arrow.Array {
	numbers := takeColumn(mem, column.Indices(), order)
	defer numbers.Release()
	return array.NewDictionaryArray(column.DataType(), numbers, column.Dictionary())
}

// takeWords is a column of words in the given order, with the words of these rows, which are numbered as
// they come.
func takeWords(mem memory.Allocator, column *array.Dictionary, order []int32) arrow.Array {
	from, numbers := column.Dictionary().(*array.String), column.Indices().(*array.Int32)
	of, valid := numbers.Int32Values(), schemas.ValidOf(numbers)
	known := make([]int32, from.Len()) // by number in the column: one more than the number here
	var words []int32
	out := make([]int32, len(order))
	for i, row := range order {
		if !valid.Has(row) {
			continue
		}
		at := &known[of[row]]
		if *at == 0 {
			words = append(words, of[row])
			*at = int32(len(words)) //nolint:gosec // no more than rows
		}
		out[i] = *at - 1
	}
	bitmap, nulls := takeValidity(mem, column, order)
	data := array.NewData(arrow.PrimitiveTypes.Int32, len(order),
		[]*memory.Buffer{bitmap, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(out))}, nil, nulls, 0)
	indices, list := finish(data, bitmap), takeStrings(mem, from, words)
	defer indices.Release()
	defer list.Release()
	return array.NewDictionaryArray(column.DataType(), indices, list)
}

func takeColumn(mem memory.Allocator, column arrow.Array, order []int32) arrow.Array {
	if column.NullN() == column.Len() && len(order) == column.Len() { // of fewer rows, it would hold on to all
		column.Retain()
		return column // one null is like another
	}
	switch c := column.(type) {
	case *array.Uint8:
		return takeFixed(mem, column, c.Uint8Values(), order, arrow.Uint8Traits.CastToBytes)
	case *array.Uint16:
		return takeFixed(mem, column, c.Uint16Values(), order, arrow.Uint16Traits.CastToBytes)
	case *array.Uint32:
		return takeFixed(mem, column, c.Uint32Values(), order, arrow.Uint32Traits.CastToBytes)
	case *array.Int32:
		return takeFixed(mem, column, c.Int32Values(), order, arrow.Int32Traits.CastToBytes)
	case *array.Uint64:
		return takeFixed(mem, column, c.Uint64Values(), order, arrow.Uint64Traits.CastToBytes)
	case *array.Int64:
		return takeFixed(mem, column, c.Int64Values(), order, arrow.Int64Traits.CastToBytes)
	case *array.Date32:
		return takeFixed(mem, column, c.Date32Values(), order, arrow.Date32Traits.CastToBytes)
	case *array.String:
		return takeStrings(mem, c, order)
	default:
		panic("link: schemas.Coded has a column of a type that take does not know: " + column.DataType().String())
	}
}

func takeFixed[T any](mem memory.Allocator, column arrow.Array, values []T, order []int32, bytes func([]T) []byte) arrow.Array {
	out := make([]T, len(order))
	for i, row := range order {
		out[i] = values[row]
	}
	valid, nulls := takeValidity(mem, column, order)
	data := array.NewData(column.DataType(), len(order), []*memory.Buffer{valid, memory.NewBufferBytes(bytes(out))}, nil, nulls, 0)
	return finish(data, valid)
}

func takeStrings(mem memory.Allocator, column *array.String, order []int32) arrow.Array {
	var from []byte
	var ends []int32
	if len(order) > 0 { // else there may be no offsets
		from, ends = column.ValueBytes(), column.ValueOffsets()
	}
	size := 0
	for _, row := range order {
		size += int(ends[row+1] - ends[row])
	}
	offsets := make([]int32, len(order)+1)
	text := make([]byte, 0, size)
	for i, row := range order {
		text = append(text, from[ends[row]-ends[0]:ends[row+1]-ends[0]]...)
		offsets[i+1] = int32(len(text)) //nolint:gosec // no longer than the column it came from
	}
	valid, nulls := takeValidity(mem, column, order)
	data := array.NewData(column.DataType(), len(order), []*memory.Buffer{
		valid,
		memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(offsets)),
		memory.NewBufferBytes(text),
	}, nil, nulls, 0)
	return finish(data, valid)
}

// takeValidity is the validity bitmap of column in the given order, nil where
// nothing is null.
func takeValidity(mem memory.Allocator, column arrow.Array, order []int32) (valid *memory.Buffer, nulls int) {
	if column.NullN() == 0 {
		return nil, 0
	}
	valid = memory.NewResizableBuffer(mem)
	valid.Resize(int(bitutil.BytesForBits(int64(len(order)))))
	bitmap, of := valid.Bytes(), schemas.ValidOf(column)
	set := 0
	for at := range bitmap {
		eight := order[8*at : min(8*at+8, len(order))]
		packed := uint8(0)
		for i, row := range eight {
			packed |= of.Bit(row) << i
		}
		bitmap[at] = packed
		set += bits.OnesCount8(packed)
	}
	return valid, len(order) - set
}

// finish makes the array of data, which keeps valid.
func finish(data *array.Data, valid *memory.Buffer) arrow.Array {
	if valid != nil {
		valid.Release()
	}
	defer data.Release()
	return array.MakeFromData(data)
}

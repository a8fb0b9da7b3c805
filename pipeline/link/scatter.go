package link

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Scattered is a batch whose rows stand in order of bucket, and within a
// bucket in the order they came.
type Scattered struct {
	Batch arrow.Record
	// Ends[b] is the row after the last of bucket b; bucket b starts where
	// bucket b-1 ends.
	Ends []int
}

// Scatter reorders a batch of schemas.Coded by bucket among 1<<bits. The
// caller releases Batch of the result; charges stays the caller's.
func Scatter(mem memory.Allocator, charges arrow.Record, bits int) Scattered {
	rows := int(charges.NumRows())
	buckets := make([]int32, rows)
	ends := make([]int, 1<<bits)
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
	return Scattered{Batch: take(mem, charges, order), Ends: ends}
}

// hashes are the person hashes of all rows of a batch.
func hashes(charges arrow.Record) []uint64 {
	person := charges.Column(schemas.ColPerson).(*array.String)
	source := charges.Column(schemas.ColSource).(*array.Uint32)
	line := charges.Column(schemas.ColLine).(*array.Int64)
	out := make([]uint64, charges.NumRows())
	for row := range out {
		if person.IsNull(row) {
			out[row] = HashAlone(source.Value(row), line.Value(row))
		} else {
			out[row] = Hash(person.Value(row))
		}
	}
	return out
}

// take is batch with its rows in the given order.
func take(mem memory.Allocator, batch arrow.Record, order []int32) arrow.Record {
	columns := make([]arrow.Array, batch.NumCols())
	for i, column := range batch.Columns() {
		columns[i] = takeColumn(mem, column, order)
		defer columns[i].Release()
	}
	return array.NewRecord(batch.Schema(), columns, int64(len(order)))
}

func takeColumn(mem memory.Allocator, column arrow.Array, order []int32) arrow.Array {
	switch c := column.(type) {
	case *array.Uint8:
		return takeFixed(mem, column, c.Uint8Values(), order, arrow.Uint8Traits.CastToBytes)
	case *array.Uint16:
		return takeFixed(mem, column, c.Uint16Values(), order, arrow.Uint16Traits.CastToBytes)
	case *array.Uint32:
		return takeFixed(mem, column, c.Uint32Values(), order, arrow.Uint32Traits.CastToBytes)
	case *array.Int32:
		return takeFixed(mem, column, c.Int32Values(), order, arrow.Int32Traits.CastToBytes)
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
	size := 0
	for _, row := range order {
		size += column.ValueLen(int(row))
	}
	offsets := make([]int32, len(order)+1)
	text := make([]byte, 0, size)
	for i, row := range order {
		text = append(text, column.Value(int(row))...)
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
	bits := valid.Bytes()
	clear(bits)
	for i, row := range order {
		if column.IsValid(int(row)) {
			bitutil.SetBit(bits, i)
		} else {
			nulls++
		}
	}
	return valid, nulls
}

// finish makes the array of data, which keeps valid.
func finish(data *array.Data, valid *memory.Buffer) arrow.Array {
	if valid != nil {
		valid.Release()
	}
	defer data.Release()
	return array.MakeFromData(data)
}

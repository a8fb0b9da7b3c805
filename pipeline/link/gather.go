package link

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Gather is batches of one schema as one batch, their rows in order. A column of
// words has those that its rows have, numbered as they come. The caller releases
// it; the batches stay the caller's.
func Gather(mem memory.Allocator, batches []arrow.Record) (arrow.Record, error) {
	if len(batches) == 1 {
		batches[0].Retain()
		return batches[0], nil
	}
	schema := batches[0].Schema()
	columns := make([]arrow.Array, schema.NumFields())
	pieces := make([]arrow.Array, len(batches))
	rows := int64(0)
	for _, batch := range batches {
		rows += batch.NumRows()
	}
	for i := range columns {
		for n, batch := range batches {
			pieces[n] = batch.Column(i)
		}
		column, err := gatherColumn(mem, pieces, int(rows))
		if err != nil {
			return nil, fmt.Errorf("gather column %s: %w", schema.Field(i).Name, err)
		}
		defer column.Release()
		columns[i] = column
	}
	return array.NewRecord(schema, columns, rows), nil
}

func gatherColumn(mem memory.Allocator, pieces []arrow.Array, rows int) (arrow.Array, error) {
	if _, ok := pieces[0].(*array.Dictionary); ok {
		return gatherWords(mem, pieces, rows), nil
	}
	return array.Concatenate(pieces, mem)
}

// gatherWords puts columns of words end to end.
func gatherWords(mem memory.Allocator, pieces []arrow.Array, rows int) arrow.Array {
	list := array.NewStringBuilder(mem)
	defer list.Release()
	indices := array.NewInt32Builder(mem)
	defer indices.Release()
	indices.Reserve(rows)
	known := map[string]int32{}
	for _, piece := range pieces {
		column := piece.(*array.Dictionary)
		words, numbers := column.Dictionary().(*array.String), column.Indices().(*array.Int32)
		valid := schemas.ValidOf(numbers)
		renumbered := make([]int32, words.Len()) // one more than the number, 0 where it is not known yet
		for i, word := range numbers.Int32Values() {
			if !valid.Has(int32(i)) {
				indices.UnsafeAppendBoolToBitmap(false)
				continue
			}
			number := &renumbered[word]
			if *number == 0 {
				*number = 1 + numberOf(words.Value(int(word)), known, list)
			}
			indices.UnsafeAppend(*number - 1)
		}
	}
	words, numbers := list.NewArray(), indices.NewArray()
	defer words.Release()
	defer numbers.Release()
	return array.NewDictionaryArray(pieces[0].DataType(), numbers, words)
}

func numberOf(word string, known map[string]int32, list *array.StringBuilder) int32 {
	number, ok := known[word]
	if !ok {
		number = int32(list.Len()) //nolint:gosec // a batch has fewer rows
		known[word] = number
		list.Append(word)
	}
	return number
}

package writers

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/xitongsys/parquet-go/reader"
)

// compareValues reads every value of a Parquet file with both implementations.
// The second alone is no judge of damage: it reads nulls where a page is cut.
func compareValues(ctx context.Context, from Folder, name string) error {
	return withSecond(ctx, from, name, func(r *reader.ParquetReader) (err error) {
		if r.GetNumRows() == 0 {
			return nil
		}
		f, err := openParquet(ctx, from, name)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		for i := range f.schema.NumFields() {
			if err := compareColumn(ctx, f, r, i); err != nil {
				return fmt.Errorf("column %s: %w", f.schema.Field(i).Name, err)
			}
		}
		return nil
	})
}

func compareColumn(ctx context.Context, f *parquetFile, r *reader.ParquetReader, column int) error {
	batches, err := f.batches(ctx, []int{column})
	if err != nil {
		return err
	}
	defer batches.Release()
	row := int64(0)
	for batches.Next() {
		values := batches.Record().Column(0)
		theirs, _, _, err := r.ReadColumnByIndex(int64(column), int64(values.Len()))
		if err != nil {
			return err
		}
		if len(theirs) != values.Len() {
			return fmt.Errorf("row %d: the second reader has %d values, the first %d", row, len(theirs), values.Len())
		}
		for i, v := range theirs {
			if !sameValue(values, i, v) {
				return fmt.Errorf("row %d: the two readers disagree", row+int64(i))
			}
		}
		row += int64(values.Len())
	}
	if err := batchesError(batches); err != nil {
		return err
	}
	if row != r.GetNumRows() {
		return fmt.Errorf("%d values for %d rows", row, r.GetNumRows())
	}
	return nil
}

// sameValue compares value i of an array with what the second implementation
// reads: nil for null, else the physical value.
func sameValue(values arrow.Array, i int, second any) bool {
	if values.IsNull(i) || second == nil {
		return values.IsNull(i) && second == nil
	}
	switch values := values.(type) {
	case *array.String:
		s, ok := second.(string)
		return ok && s == values.Value(i)
	case *array.Int64:
		return second == any(values.Value(i))
	case *array.Uint64:
		n, ok := second.(int64)
		return ok && uint64(n) == values.Value(i) //nolint:gosec // the same 64 bits
	case *array.Date32:
		return second == any(int32(values.Value(i)))
	case *array.Boolean:
		return second == any(values.Value(i))
	default:
		return false
	}
}

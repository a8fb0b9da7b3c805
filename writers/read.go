package writers

import (
	"context"
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
)

// parquetFile is a Parquet file open for reading with Arrow.
type parquetFile struct {
	file   *file.Reader
	reader *pqarrow.FileReader
	schema *arrow.Schema
}

// printRows is the number of rows read at a time.
const printRows = 8192

func openParquet(ctx context.Context, from Folder, name string) (*parquetFile, error) {
	o, err := from.open(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := checkFrame(o); err != nil {
		return nil, err
	}
	f := &parquetFile{}
	err = guard("open", func() (err error) {
		if f.file, err = file.NewParquetReader(o); err != nil {
			return err
		}
		props := pqarrow.ArrowReadProperties{BatchSize: printRows}
		if f.reader, err = pqarrow.NewFileReader(f.file, props, memory.NewGoAllocator()); err != nil {
			return err
		}
		f.schema, err = f.reader.Schema()
		return err
	})
	return f, err
}

func (f *parquetFile) batches(ctx context.Context, columns []int) (pqarrow.RecordReader, error) {
	return f.reader.GetRecordReader(ctx, columns, nil)
}

// Close closes the file.
func (f *parquetFile) Close() error { return f.file.Close() }

// batchesError is the error that ended a run of batches early, if one did.
func batchesError(batches pqarrow.RecordReader) error {
	if err := batches.Err(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

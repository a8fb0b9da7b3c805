package writers

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/xitongsys/parquet-go/parquet"
	"github.com/xitongsys/parquet-go/reader"

	"github.com/clearsweep/clearsweep/schemas"
)

// checkFooter opens a Parquet file with the second implementation, and compares
// its rows and schema with those we mean to have written.
func checkFooter(ctx context.Context, from Folder, out Output) error {
	schema, err := schemaOf(out.Path)
	if err != nil {
		return err
	}
	return withSecond(ctx, from, out.Path, func(r *reader.ParquetReader) error {
		if r.GetNumRows() != out.Rows {
			return fmt.Errorf("%d rows, the manifest says %d", r.GetNumRows(), out.Rows)
		}
		return compareSchema(r, schema)
	})
}

// schemaOf is the schema of the files of a folder of a run.
func schemaOf(name string) (*arrow.Schema, error) {
	switch folder := path.Base(path.Dir(name)); folder {
	case "determinations":
		return schemas.Determinations, nil
	case "persons":
		return schemas.Persons, nil
	case "reviews":
		return schemas.Reviews, nil
	case "active":
		return schemas.Active, nil
	case "rejects":
		return schemas.Rejects, nil
	default:
		return nil, fmt.Errorf("%s: no Parquet file belongs there", name)
	}
}

// withSecond calls use with the second implementation's reader of a file. What
// that panics with becomes an error that names the file.
func withSecond(ctx context.Context, from Folder, name string, use func(*reader.ParquetReader) error) (err error) {
	o, err := from.open(ctx, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	err = checkFrame(o)
	if err == nil {
		err = guard("second reader", func() error {
			r, err := reader.NewParquetColumnReader(second{o}, 1)
			if err != nil {
				return err
			}
			return use(r)
		})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path.Join(from.Prefix, name), err)
	}
	return nil
}

// checkFrame looks at the ends of a file, so that the second implementation is
// not led to allocate what a damaged length says.
func checkFrame(o *object) error {
	const frame = 12 // magic, footer length, magic
	var head, tail [8]byte
	if o.size < frame {
		return fmt.Errorf("%d bytes are no Parquet file", o.size)
	}
	if _, err := o.ReadAt(head[:4], 0); err != nil {
		return err
	}
	if _, err := o.ReadAt(tail[:], o.size-8); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	footer := int64(binary.LittleEndian.Uint32(tail[:4]))
	if string(head[:4]) != "PAR1" || string(tail[4:]) != "PAR1" || footer > o.size-frame {
		return errors.New("not a whole Parquet file")
	}
	return nil
}

// compareSchema compares names, order, physical types and nullability.
func compareSchema(r *reader.ParquetReader, want *arrow.Schema) error {
	elements := r.Footer.GetSchema()
	if len(elements) != want.NumFields()+1 {
		return fmt.Errorf("%d columns instead of %d", len(elements)-1, want.NumFields())
	}
	for i, field := range want.Fields() {
		name := r.SchemaHandler.Infos[i+1].ExName
		if name != field.Name {
			return fmt.Errorf("column %d is %q instead of %q", i, name, field.Name)
		}
		if got := elements[i+1].GetType(); got != physical(field.Type) {
			return fmt.Errorf("column %s has type %s instead of %s", name, got, physical(field.Type))
		}
		if nullable := elements[i+1].GetRepetitionType() == parquet.FieldRepetitionType_OPTIONAL; nullable != field.Nullable {
			return fmt.Errorf("column %s: nullable is %t instead of %t", name, nullable, field.Nullable)
		}
	}
	return nil
}

// physical is the Parquet type of a column of our schemas.
func physical(t arrow.DataType) parquet.Type {
	switch t.ID() { //nolint:exhaustive // our schemas have these types only
	case arrow.STRING:
		return parquet.Type_BYTE_ARRAY
	case arrow.INT64, arrow.UINT64:
		return parquet.Type_INT64
	case arrow.DATE32:
		return parquet.Type_INT32
	case arrow.BOOL:
		return parquet.Type_BOOLEAN
	default:
		panic("writers: no physical type for " + t.Name())
	}
}

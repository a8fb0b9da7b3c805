package writers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/clearsweep/clearsweep/storage"
)

// Format is a form in which rows are printed.
type Format string

// The forms. CSV shows a null as an empty field; NDJSON as null.
const (
	CSV    Format = "csv"
	NDJSON Format = "ndjson"
)

// PrintOptions say what to print, and how.
type PrintOptions struct {
	Format  Format
	Columns []string // all if empty
	Limit   int64    // rows; all if 0 or less
}

// Print prints the rows of a Parquet file of a folder, or of the Parquet files of a folder
// in it in order of name, to out. It holds one batch of rows at a time.
func Print(ctx context.Context, from Folder, name string, o PrintOptions, out io.Writer) error {
	names, err := from.parquetFiles(ctx, name)
	if err != nil {
		return err
	}
	p := &printer{options: o, left: o.Limit, out: bufio.NewWriter(out)}
	p.table = csv.NewWriter(p.out)
	if o.Limit <= 0 {
		p.left = -1
	}
	for _, name := range names {
		if p.left == 0 {
			break
		}
		if err := p.file(ctx, from, name); err != nil {
			return fmt.Errorf("print %s: %w", path.Join(from.Prefix, name), err)
		}
	}
	p.table.Flush()
	return errors.Join(p.table.Error(), p.out.Flush())
}

// parquetFiles is the file of a name, or the Parquet files directly in the folder of that name,
// or in f itself.
func (f Folder) parquetFiles(ctx context.Context, name string) ([]string, error) {
	if IsParquet(name) {
		return []string{name}, nil
	}
	in := path.Join(f.Prefix, name)
	prefix := in + "/"
	if in == "." || in == "" {
		prefix = ""
	}
	var names []string
	for info, err := range f.Store.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		if below := strings.TrimPrefix(info.Key, prefix); IsParquet(below) && !strings.Contains(below, "/") {
			names = append(names, path.Join(name, below))
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no Parquet files in %s: %w", path.Join(f.Store.String(), in), storage.ErrNotExist)
	}
	return names, nil
}

type printer struct {
	options PrintOptions
	left    int64 // rows still to print; negative for all
	out     *bufio.Writer
	table   *csv.Writer // on out
	names   []string    // of the columns; nil before the first file
	labels  [][]byte    // the names as JSON
	row     []string
	line    bytes.Buffer
}

func (p *printer) file(ctx context.Context, from Folder, name string) (err error) {
	return guard("read", func() (err error) {
		f, err := openParquet(ctx, from, name)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		columns, order, err := p.choose(f.schema)
		if err != nil {
			return err
		}
		batches, err := f.batches(ctx, columns)
		if err != nil {
			return err
		}
		defer batches.Release()
		for p.left != 0 && batches.Next() {
			if err := p.batch(batches.Record(), order); err != nil {
				return err
			}
		}
		return batchesError(batches)
	})
}

// choose finds the columns to print: their positions in the file, ascending,
// and for each column printed its position among those. The first file prints
// the header.
func (p *printer) choose(schema *arrow.Schema) (columns, order []int, err error) {
	var names []string
	for _, field := range schema.Fields() {
		names = append(names, field.Name)
	}
	if p.names == nil {
		if p.names = p.options.Columns; len(p.names) == 0 {
			p.names = names
		}
		if err := p.header(); err != nil {
			return nil, nil, err
		}
	} else if len(p.options.Columns) == 0 && !slices.Equal(p.names, names) {
		return nil, nil, errors.New("has other columns than the file before it")
	}
	for _, name := range p.names {
		i := slices.Index(names, name)
		if i < 0 {
			return nil, nil, fmt.Errorf("has no column %q; its columns are %s", name, strings.Join(names, ", "))
		}
		columns = append(columns, i)
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(columns)))
	for _, i := range columns {
		order = append(order, slices.Index(sorted, i))
	}
	return sorted, order, nil
}

func (p *printer) header() error {
	switch p.options.Format {
	case CSV:
		return p.table.Write(p.names)
	case NDJSON:
		for _, name := range p.names {
			label, err := json.Marshal(name)
			if err != nil {
				return err
			}
			p.labels = append(p.labels, label)
		}
		return nil
	default:
		return fmt.Errorf("%q is no format (%s or %s)", p.options.Format, CSV, NDJSON)
	}
}

func (p *printer) batch(batch arrow.Record, order []int) error {
	for row := range int(batch.NumRows()) {
		if p.left == 0 {
			return nil
		}
		p.left--
		var err error
		if p.options.Format == CSV {
			err = p.csvRow(batch, order, row)
		} else {
			err = p.jsonRow(batch, order, row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *printer) csvRow(batch arrow.Record, order []int, row int) error {
	p.row = p.row[:0]
	for _, i := range order {
		value := ""
		if column := batch.Column(i); column.IsValid(row) {
			value = column.ValueStr(row)
		}
		p.row = append(p.row, value)
	}
	return p.table.Write(p.row)
}

func (p *printer) jsonRow(batch arrow.Record, order []int, row int) error {
	p.line.Reset()
	encoder := json.NewEncoder(&p.line)
	encoder.SetEscapeHTML(false)
	for n, i := range order {
		p.line.WriteByte("{,"[min(n, 1)])
		p.line.Write(p.labels[n])
		p.line.WriteByte(':')
		if err := encoder.Encode(batch.Column(i).GetOneForMarshal(row)); err != nil {
			return err
		}
		p.line.Truncate(p.line.Len() - 1) // Encode ends a line
	}
	p.line.WriteString("}\n")
	_, err := p.out.Write(p.line.Bytes())
	return err
}

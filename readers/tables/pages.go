package tables

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/thrift/lib/go/thrift"
)

// The library looks for pages beyond the end of a column whose pages have fewer values than
// its footer says, in what its buffer held before, and may do so for ever. So the headers of
// all pages are read first, and such a column is refused.

// What a header says. The numbers are those of the fields in Parquet's definition,
// parquet.thrift.
const (
	pageType         = 1 // of PageHeader
	pageUncompressed = 2
	pageCompressed   = 3
	pageData         = 5
	pageDataV2       = 8
	pageValues       = 1 // of DataPageHeader and DataPageHeaderV2
	dataPage         = 0 // a value of pageType
	dataPageV2       = 3
	headerGuess      = 1 << 10
	mostHeader       = 1 << 20 // with the least and the greatest value of the page
	notCounted       = 100     // bytes that old writers left out of a column's length
)

var errPages = errors.New("the pages of a column are not as long as the footer says")

// chunkOffset is where the pages of a column of one row group begin.
func chunkOffset(chunk *metadata.ColumnChunkMetaData) int64 {
	if chunk.HasDictionaryPage() && chunk.DictionaryPageOffset() > 0 {
		return min(chunk.DataPageOffset(), chunk.DictionaryPageOffset())
	}
	return chunk.DataPageOffset()
}

// checkPages goes over the pages of a column of one row group.
func checkPages(ctx context.Context, at io.ReaderAt, size int64, chunk *metadata.ColumnChunkMetaData) error {
	return walkPages(ctx, at, size, chunkOffset(chunk), chunk.TotalCompressedSize(), chunk.NumValues())
}

// walkPages goes from page to page of what begins at start and is so long, until there were so
// many values, and no more.
func walkPages(ctx context.Context, at io.ReaderAt, size, start, length, values int64) error {
	if start < 0 || length < 0 || start > size || length > size-start {
		return errPages
	}
	end := min(start+length+notCounted, size)
	left := values
	for left > 0 {
		page, err := readPage(ctx, io.NewSectionReader(at, start, end-start))
		if err != nil {
			return err
		}
		if page.compressed < 0 || page.uncompressed < 0 || page.values < 0 || page.compressed > end-start-page.header {
			return errPages
		}
		start += page.header + page.compressed
		left -= page.values
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if left < 0 {
		return errPages
	}
	return nil
}

// page is what a header says, and how long it is.
type page struct {
	header, compressed, uncompressed int64
	values                           int64 // 0 of a page of no data
}

func readPage(ctx context.Context, from *io.SectionReader) (page, error) {
	for guess := min(headerGuess, from.Size()); ; guess = min(2*guess, from.Size()) {
		text := make([]byte, guess)
		if _, err := from.ReadAt(text, 0); err != nil && !errors.Is(err, io.EOF) {
			return page{}, err
		}
		p, err := parsePage(ctx, text)
		if err == nil {
			return p, nil
		}
		if guess == from.Size() || guess >= mostHeader {
			return page{}, errPages
		}
	}
}

func parsePage(ctx context.Context, text []byte) (p page, err error) {
	buffer := &thrift.TMemoryBuffer{Buffer: bytes.NewBuffer(text)}
	in := thrift.NewTCompactProtocolConf(buffer, &thrift.TConfiguration{})
	var kind int64
	var values [2]int64 // by kind of page
	err = eachField(ctx, in, func(id int16, of thrift.TType) error {
		switch {
		case id == pageType && of == thrift.I32:
			return readInt(ctx, in, &kind)
		case id == pageUncompressed && of == thrift.I32:
			return readInt(ctx, in, &p.uncompressed)
		case id == pageCompressed && of == thrift.I32:
			return readInt(ctx, in, &p.compressed)
		case (id == pageData || id == pageDataV2) && of == thrift.STRUCT:
			to := &values[0]
			if id == pageDataV2 {
				to = &values[1]
			}
			return eachField(ctx, in, func(id int16, of thrift.TType) error {
				if id == pageValues && of == thrift.I32 {
					return readInt(ctx, in, to)
				}
				return in.Skip(ctx, of)
			})
		default:
			return in.Skip(ctx, of)
		}
	})
	switch kind {
	case dataPage:
		p.values = values[0]
	case dataPageV2:
		p.values = values[1]
	}
	p.header = int64(len(text)) - int64(buffer.RemainingBytes()) //nolint:gosec // of a text in memory
	return p, err
}

// eachField reads the fields of a structure.
func eachField(ctx context.Context, in *thrift.TCompactProtocol, read func(id int16, of thrift.TType) error) error {
	if _, err := in.ReadStructBegin(ctx); err != nil {
		return err
	}
	for {
		_, of, id, err := in.ReadFieldBegin(ctx)
		if err != nil {
			return err
		}
		if of == thrift.STOP {
			return in.ReadStructEnd(ctx)
		}
		if err := read(id, of); err != nil {
			return err
		}
	}
}

func readInt(ctx context.Context, in *thrift.TCompactProtocol, to *int64) error {
	n, err := in.ReadI32(ctx)
	*to = int64(n)
	return err
}

package writers

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"strconv"
)

// hashModulus keeps the hash total of update.txt within its 12 digits.
const (
	hashModulus = 1_000_000_000_000
	hashWidth   = 12
)

// update writes the two files of one agency.
type update struct {
	table *csv.Writer
	fixed *bufio.Writer
	rows  int64
	total uint64 // hash total
	row   []string
	line  []byte
	width int // of a record of fixed
}

func newUpdate(table, fixed io.Writer) *update {
	return &update{table: csv.NewWriter(table), fixed: bufio.NewWriterSize(fixed, 64<<10), width: recordWidth()}
}

// head writes the header row and the header record.
func (u *update) head(h updateHeader) error {
	row := []string{"sequence"}
	for _, c := range updateColumns {
		row = append(row, c.name)
	}
	if err := u.table.Write(row); err != nil {
		return err
	}
	for _, v := range []struct {
		column, value string
		width         int
	}{{"agency", h.agency, agencyWidth}, {"policy", h.policy, policyWidth}, {"as_of", h.asOf, 10}, {"run_id", h.runID, runIDWidth}} {
		if err := checkValue(v.value, v.width); err != nil {
			return fmt.Errorf("column %s of the header record: %w", v.column, err)
		}
	}
	b := append([]byte{'H'}, updateFormat...)
	b = appendPadded(b, h.agency, agencyWidth)
	b = appendPadded(b, h.policy, policyWidth)
	b = appendPadded(b, h.asOf, 10)
	b = appendPadded(b, h.runID, runIDWidth)
	return u.record(b)
}

// updateFormat is the form of update files.
const updateFormat = "01"

// add writes one delivery.
func (u *update) add(values []string) error {
	u.rows++
	u.row = append(append(u.row[:0], strconv.FormatInt(u.rows, 10)), values...)
	if err := u.table.Write(u.row); err != nil {
		return err
	}
	b := u.line[:0]
	b = append(b, 'D')
	b = appendNumber(b, u.rows, sequenceWidth)
	for i, c := range updateColumns {
		b = appendPadded(b, values[i], c.width)
	}
	u.line = b
	u.total = (u.total + uint64(crc32.ChecksumIEEE(b))) % hashModulus
	return u.record(b)
}

// tail writes the trailer record and what is still held.
func (u *update) tail() error {
	b := appendNumber([]byte{'T'}, u.rows, sequenceWidth)
	b = appendNumber(b, int64(u.total), hashWidth) //nolint:gosec // less than hashModulus
	if err := u.record(b); err != nil {
		return err
	}
	u.table.Flush()
	return errors.Join(u.table.Error(), u.fixed.Flush())
}

// record writes a record at its full width.
func (u *update) record(b []byte) error {
	if _, err := u.fixed.Write(appendPadded(b, "", u.width-len(b))); err != nil {
		return err
	}
	return u.fixed.WriteByte('\n')
}

// deliver writes the files of one agency from the spools of the parts, in the
// order of the parts.
func (a *Attempt) deliver(ctx context.Context, h updateHeader, parts []spoolPart) (outputs []Output, err error) {
	table, err := create(ctx, a.store, a.prefix, path.Join("agencies", h.agency, "update.csv"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, table.abort()) }()
	fixed, err := create(ctx, a.store, a.prefix, path.Join("agencies", h.agency, "update.txt"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, fixed.abort()) }()
	u := newUpdate(table, fixed)
	if err := u.head(h); err != nil {
		return nil, fmt.Errorf("agency %s: %w", h.agency, err)
	}
	for _, p := range parts {
		if err := readExtent(ctx, a.scratch, p.key, p.extent, u.add); err != nil {
			return nil, fmt.Errorf("agency %s: %w", h.agency, err)
		}
	}
	if err := u.tail(); err != nil {
		return nil, fmt.Errorf("agency %s: %w", h.agency, err)
	}
	for _, f := range []*outputFile{table, fixed} {
		out, err := f.commit(u.rows)
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, out)
	}
	return outputs, nil
}

// spoolPart is an extent of the spool at key.
type spoolPart struct {
	key    string
	extent Extent
}

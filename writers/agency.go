package writers

import (
	"bufio"
	"context"
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

// UpdateForms says in which forms update files are written; empty is both.
type UpdateForms string

// The forms.
const (
	UpdateCSV   UpdateForms = "csv"   // update.csv
	UpdateFixed UpdateForms = "fixed" // update.txt
)

// ParseUpdateForms is the forms of a name; none is both.
func ParseUpdateForms(name string) (UpdateForms, error) {
	if name == "both" {
		return "", nil
	}
	f := UpdateForms(name)
	return f, f.Check()
}

// Check is an error unless f is one of the forms, or empty.
func (f UpdateForms) Check() error {
	switch f {
	case "", UpdateCSV, UpdateFixed:
		return nil
	}
	return fmt.Errorf("update_forms: %q is none; one of csv, fixed, both", string(f))
}

// update writes the files of one agency. A form that is not wanted is nil.
type update struct {
	table  io.Writer
	fixed  *bufio.Writer
	held   []byte // of table
	rows   int64
	total  uint64 // hash total
	fields [][]byte
	line   []byte
	width  int // of a record of fixed
}

func newUpdate(table, fixed io.Writer) *update {
	u := &update{table: table, width: recordWidth()}
	if fixed != nil {
		u.fixed = bufio.NewWriterSize(fixed, outputBuffer)
	}
	return u
}

// head writes the header row and the header record.
func (u *update) head(h updateHeader) error {
	u.held = append(u.held, "sequence"...)
	for _, c := range updateColumns {
		u.held = append(u.held, ',')
		u.held = append(u.held, c.name...)
	}
	u.held = append(u.held, '\n')
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
const updateFormat = "02"

// add writes one row, which it may change.
func (u *update) add(row []byte) error {
	u.rows++
	if u.table != nil {
		u.held = append(strconv.AppendInt(u.held, u.rows, 10), ',')
		u.held = append(u.held, row...)
		if len(u.held) >= outputBuffer {
			if err := u.flush(); err != nil {
				return err
			}
		}
	}
	if u.fixed == nil {
		return nil
	}
	var ok bool
	if u.fields, ok = fields(row, u.fields[:0]); !ok {
		return errSpool
	}
	b := u.line[:0]
	b = append(b, 'D')
	b = appendNumber(b, u.rows, sequenceWidth)
	for i := range updateColumns {
		b = appendPadded(b, u.fields[i], updateColumns[i].width)
	}
	u.line = b
	u.total = (u.total + uint64(crc32.ChecksumIEEE(b))) % hashModulus
	return u.record(b)
}

// flush writes the rows of the table that are held.
func (u *update) flush() error {
	if u.table == nil {
		return nil
	}
	_, err := u.table.Write(u.held)
	u.held = u.held[:0]
	return err
}

// tail writes the trailer record and what is still held.
func (u *update) tail() error {
	b := appendNumber([]byte{'T'}, u.rows, sequenceWidth)
	b = appendNumber(b, int64(u.total), hashWidth) //nolint:gosec // less than hashModulus
	if err := errors.Join(u.record(b), u.flush()); err != nil || u.fixed == nil {
		return err
	}
	return u.fixed.Flush()
}

// record writes a record at its full width.
func (u *update) record(b []byte) error {
	if u.fixed == nil {
		return nil
	}
	if _, err := u.fixed.Write(appendPadded(b, "", u.width-len(b))); err != nil {
		return err
	}
	return u.fixed.WriteByte('\n')
}

// deliver writes the files of one agency from the spools of the parts, in the
// order of the parts.
func (a *Attempt) deliver(ctx context.Context, h updateHeader, how Delivering, spooled []flushed) (outputs []Output, err error) {
	to, err := how.Recipients.For(h.agency)
	if err != nil {
		return nil, err
	}
	var files []*File
	open := func(form UpdateForms, name string) (io.Writer, error) {
		if how.Forms != "" && how.Forms != form {
			return nil, nil
		}
		f, err := a.createFor(ctx, path.Join("agencies", h.agency, name), to.And(a.sealed))
		if err != nil {
			return nil, err
		}
		files = append(files, f)
		return f, nil
	}
	defer func() {
		for _, f := range files {
			err = errors.Join(err, f.Abort())
		}
	}()
	table, err := open(UpdateCSV, "update.csv")
	if err != nil {
		return nil, err
	}
	fixed, err := open(UpdateFixed, "update.txt")
	if err != nil {
		return nil, err
	}
	u := newUpdate(table, fixed)
	if err := u.head(h); err != nil {
		return nil, fmt.Errorf("agency %s: %w", h.agency, err)
	}
	if err := eachSpooled(ctx, a.scratch, spooled, u.add); err != nil {
		return nil, fmt.Errorf("agency %s: %w", h.agency, err)
	}
	if err := u.tail(); err != nil {
		return nil, fmt.Errorf("agency %s: %w", h.agency, err)
	}
	for _, f := range files {
		out, err := f.Commit(u.rows)
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, out)
	}
	return outputs, nil
}

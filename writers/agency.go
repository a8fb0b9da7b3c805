package writers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"
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
	quoted []byte // a row with quotes
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

// add writes one row.
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
	if bytes.IndexByte(row, '"') >= 0 {
		u.quoted = append(u.quoted[:0], row...)
		row = u.quoted // for fields with quotes are made in it, and it is not ours
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

// addressed are the update files of one agency, as they are written.
type addressed struct {
	*update
	agency string
	files  []*File
	spots  []int32 // of its rows in the flush at hand
}

// address begins the files of an agency. The caller ends them with finish or abort.
func (a *Attempt) address(ctx context.Context, how Delivering, agency string) (_ *addressed, err error) {
	to, err := how.Recipients.For(agency)
	if err != nil {
		return nil, err
	}
	u := &addressed{agency: agency}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("agency %s: %w", agency, err), u.abort())
		}
	}()
	open := func(form UpdateForms, name string) (io.Writer, error) {
		if how.Forms != "" && how.Forms != form {
			return nil, nil
		}
		f, err := a.createFor(ctx, path.Join("agencies", agency, name), to.And(a.sealed))
		if err != nil {
			return nil, err
		}
		u.files = append(u.files, f)
		return f, nil
	}
	table, err := open(UpdateCSV, "update.csv")
	if err != nil {
		return nil, err
	}
	fixed, err := open(UpdateFixed, "update.txt")
	if err != nil {
		return nil, err
	}
	u.update = newUpdate(table, fixed)
	return u, u.head(updateHeader{agency: agency, policy: how.Policy, asOf: how.AsOf, runID: a.runID})
}

// take writes the agency's rows of the flush at hand.
func (u *addressed) take(from *spoolReader) error {
	for _, spot := range u.spots {
		if err := u.add(from.row(spot)); err != nil {
			return fmt.Errorf("agency %s: %w", u.agency, err)
		}
	}
	u.spots = u.spots[:0]
	return nil
}

// finish ends the files.
func (u *addressed) finish() (outputs []Output, err error) {
	if err := u.tail(); err != nil {
		return nil, fmt.Errorf("agency %s: %w", u.agency, err)
	}
	for _, f := range u.files {
		out, err := f.Commit(u.rows)
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, out)
	}
	return outputs, nil
}

// abort gives up the files that are not finished.
func (u *addressed) abort() (err error) {
	for _, f := range u.files {
		err = errors.Join(err, f.Abort())
	}
	return err
}

// waiting is how many files are begun or ended at once: each waits for its disk.
const waiting = 16

// deliver writes the files of a group of agencies from the spools of the parts, in the order of the
// parts.
func (a *Attempt) deliver(ctx context.Context, how Delivering, to *group) (_ []Output, err error) {
	all := make([]*addressed, len(to.agencies))
	defer func() {
		for _, u := range all {
			if u != nil {
				err = errors.Join(err, u.abort())
			}
		}
	}()
	each := func(atOnce int, do func(i int) error) error {
		var g errgroup.Group
		g.SetLimit(atOnce)
		for i := range all {
			g.Go(func() error { return do(i) })
		}
		return g.Wait()
	}
	err = each(waiting, func(i int) (err error) {
		all[i], err = a.address(ctx, how, to.agencies[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	byName := map[string]*addressed{}
	for _, u := range all {
		byName[u.agency] = u
	}
	order := slices.Clone(all)
	err = eachSpooled(ctx, a.scratch, to.spooled, func(from *spoolReader) error {
		from.sortOut(byName)
		slices.SortFunc(order, func(a, b *addressed) int { return len(b.spots) - len(a.spots) }) // so that none is left to one worker in the end
		return each(max(how.Workers, 1), func(i int) error { return order[i].take(from) })       // more at once would keep the longest from its core
	})
	if err != nil {
		return nil, err
	}
	outputs := make([][]Output, len(all))
	err = each(waiting, func(i int) (err error) {
		outputs[i], err = all[i].finish()
		return err
	})
	return slices.Concat(outputs...), err
}

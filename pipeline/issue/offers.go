package issue

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers/profile"
)

// An offer is one row of the run for an agency.
type offer struct {
	key     Key
	content [8]byte
	ordinal uint32 // of the row in the file, from 0
	action  Action
}

const offerBytes = keyBytes + 8 + 4 + 1

// offersAtOnce are sorted at once: 32 MiB of them.
const offersAtOnce = 1 << 20

// offersInMemory are kept in memory from one pass to the next.
var offersInMemory int64 = 1 << 16

// offers are the rows of a run for an agency, to be gone over in order of key. They are
// divided by the first bits of their keys, in memory where they are few.
type offers struct {
	scratch storage.Store
	name    string
	bits    int // 1<<bits divisions
	held    []offer
	writers []*division
}

// division is the offers whose keys begin alike, in a scratch object.
type division struct {
	file storage.Writer
	out  *bufio.Writer
	line []byte
}

func newOffers(ctx context.Context, scratch storage.Store, name string, rows int64) (*offers, error) {
	o := &offers{scratch: scratch, name: name}
	for int64(offersAtOnce)<<o.bits < rows {
		o.bits++
	}
	if rows <= offersInMemory {
		return o, nil
	}
	for i := range 1 << o.bits {
		w, err := scratch.Create(ctx, o.key(i))
		if err != nil {
			return nil, errors.Join(err, o.abort())
		}
		o.writers = append(o.writers, &division{file: w, out: bufio.NewWriterSize(w, 1<<15)})
	}
	return o, nil
}

func (o *offers) key(i int) string { return path.Join("offers", o.name, fmt.Sprintf("%05d", i)) }

func (o *offers) add(row *profile.Row, ordinal uint32) error {
	return o.put(offer{identity(row), content(row), ordinal, actionOf(row[profile.Action])})
}

func (o *offers) put(of offer) error {
	if len(o.writers) == 0 {
		o.held = append(o.held, of)
		return nil
	}
	d := o.writers[uint64(binary.BigEndian.Uint32(of.key[:]))>>(32-o.bits)]
	d.line = append(append(d.line[:0], of.key[:]...), of.content[:]...)
	d.line = append(binary.BigEndian.AppendUint32(d.line, of.ordinal), byte(of.action))
	_, err := d.out.Write(d.line)
	return err
}

// done ends the adding.
func (o *offers) done() error {
	for _, d := range o.writers {
		if err := errors.Join(d.out.Flush(), d.file.Commit()); err != nil {
			return err
		}
	}
	return nil
}

func (o *offers) abort() (err error) {
	for _, d := range o.writers {
		err = errors.Join(err, d.file.Abort())
	}
	return err
}

// each calls visit with every offer, in order of key. Those that are alike are numbered in
// order of what they tell, so that rows which only changed places are told apart alike.
func (o *offers) each(ctx context.Context, visit func(*offer) error) error {
	for i := range 1 << o.bits {
		list := o.held
		if len(o.writers) > 0 {
			var err error
			if list, err = o.read(ctx, i); err != nil {
				return err
			}
		}
		slices.SortFunc(list, func(a, b offer) int {
			return cmp.Or(bytes.Compare(a.key[:hashBytes], b.key[:hashBytes]), bytes.Compare(a.content[:], b.content[:]), cmp.Compare(a.ordinal, b.ordinal))
		})
		n := 0
		for j := range list {
			if n++; j == 0 || list[j].key.alike() != list[j-1].key.alike() {
				n = 0
			}
			list[j].key = list[j].key.number(n)
			if err := visit(&list[j]); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func (o *offers) read(ctx context.Context, i int) (_ []offer, err error) {
	info, err := o.scratch.Head(ctx, o.key(i))
	if err != nil {
		return nil, err
	}
	in, err := o.scratch.Open(ctx, o.key(i), 0, -1, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	r := bufio.NewReaderSize(in, 1<<16)
	var b [offerBytes]byte
	list := make([]offer, 0, info.Size/offerBytes)
	for {
		if _, err := io.ReadFull(r, b[:]); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		var of offer
		copy(of.key[:], b[:])
		copy(of.content[:], b[keyBytes:])
		of.ordinal, of.action = binary.BigEndian.Uint32(b[keyBytes+8:]), Action(b[offerBytes-1])
		list = append(list, of)
	}
}

func (o *offers) remove(ctx context.Context) error {
	return o.scratch.Remove(ctx, path.Join("offers", o.name))
}

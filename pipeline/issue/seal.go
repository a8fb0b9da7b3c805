package issue

import (
	"context"
	"errors"
	"path"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/archive"
	"github.com/clearsweep/clearsweep/writers/journal"
	"github.com/clearsweep/clearsweep/writers/profile"
)

// newlyTold begins the list of charges whose records will change.
func (b *issuing) newlyTold(ctx context.Context) (err error) {
	if b.cfg.ArchiveFor == nil {
		return nil
	}
	rows := int64(0)
	for _, of := range b.updates {
		rows += of.Rows
	}
	b.sealed, err = newOffers(ctx, b.cfg.Scratch, "sealed", rows)
	return err
}

// seal notes that the record of a charge will change. Tellers call it at once.
func (b *issuing) seal(k Key) error {
	if b.sealed == nil {
		return nil
	}
	b.sealing.Lock()
	defer b.sealing.Unlock()
	return b.sealed.put(offer{key: k.alike()})
}

// archive keeps what the records said of all charges that agencies are newly told of: every
// row that has one of them. It is durable, and in the journal, before an update file is begun.
func (b *issuing) archive(ctx context.Context) (err error) {
	if b.sealed == nil {
		return nil
	}
	defer func() { err = errors.Join(err, b.sealed.remove(context.WithoutCancel(ctx))) }()
	if err := b.sealed.done(); err != nil {
		return err
	}
	marks, err := b.marks(ctx)
	if err != nil || marks.count == 0 {
		return err
	}
	folder := writers.Folder{Store: b.cfg.Out, Prefix: path.Join(writers.ArchivesFolder, path.Base(path.Dir(b.Folder)), path.Base(b.Folder))}
	vouched := false
	defer func() {
		if !vouched {
			err = errors.Join(err, b.cfg.Out.Remove(context.WithoutCancel(ctx), folder.Prefix))
		}
	}()
	w, err := archive.Create(ctx, folder, b.ID, b.Run, b.history.lastArchive(), *b.cfg.ArchiveFor)
	if err != nil {
		return err
	}
	if err := b.copyRows(ctx, &marks, w); err != nil {
		return errors.Join(err, w.Abort())
	}
	a, err := w.Commit()
	if err != nil {
		return errors.Join(err, w.Abort())
	}
	b.Archive = a.Name
	_, err = b.history.Journal.Append(ctx, b.cfg.At, b.cfg.Who, archive.ArchivedEntry, a)
	vouched = !errors.Is(err, journal.ErrMoved) // else the entry may exist, whatever the store answers
	return err
}

// copyRows archives the rows that are marked: one goroutine reads them, another seals them.
func (b *issuing) copyRows(ctx context.Context, marks *marks, w *archive.Writer) error {
	type some struct {
		batch arrow.Record
		rows  []int
	}
	found := make(chan some, 2)
	g, working := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(found)
		ordinal := 0
		return writers.EachDetermination(working, b.cfg.Out, b.cfg.Run, nil, func(batch arrow.Record) error {
			var rows []int
			for row := range int(batch.NumRows()) {
				if marks.has(ordinal) {
					rows = append(rows, row)
				}
				ordinal++
			}
			if len(rows) == 0 {
				return nil
			}
			batch.Retain()
			select {
			case found <- some{batch, rows}:
				return nil
			case <-working.Done():
				batch.Release()
				return working.Err()
			}
		})
	})
	g.Go(func() error {
		for of := range found {
			err := w.Add(of.batch, of.rows)
			of.batch.Release()
			if err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}

// lastArchive is the hash of the newest archive in the journal; empty where there is none.
func (h *History) lastArchive() (hash string) {
	for _, e := range h.Journal.Entries {
		var a archive.Archive
		if e.Kind == archive.ArchivedEntry && e.Decode(&a) == nil {
			hash = a.Rows.SHA256
		}
	}
	return hash
}

// marks are some of the rows of the determinations, by their place.
type marks struct {
	bits  []uint64
	count int64
}

func (m *marks) set(i uint32) {
	for int(i>>6) >= len(m.bits) {
		m.bits = append(m.bits, 0)
	}
	if m.bits[i>>6]&(1<<(i&63)) == 0 {
		m.bits[i>>6] |= 1 << (i & 63)
		m.count++
	}
}

func (m *marks) has(i int) bool { return i>>6 < len(m.bits) && m.bits[i>>6]>>(i&63)&1 != 0 }

// marks finds the rows of the charges whose records will change.
func (b *issuing) marks(ctx context.Context) (_ marks, err error) {
	var m marks
	list, err := b.sealedList(ctx)
	if err != nil || list.Rows == 0 {
		return m, err
	}
	rows, err := newOffers(ctx, b.cfg.Scratch, "rows", b.cfg.Run.Manifest.Totals.Charges)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, rows.remove(context.WithoutCancel(ctx))) }()
	var ordinal uint32
	err = writers.EachDetermination(ctx, b.cfg.Out, b.cfg.Run, identityColumns, func(batch arrow.Record) error {
		key := identities(batch)
		for row := range int(batch.NumRows()) {
			if err := rows.put(offer{key: key(row), ordinal: ordinal}); err != nil {
				return err
			}
			ordinal++
		}
		return nil
	})
	if err != nil {
		return m, errors.Join(err, rows.abort())
	}
	if err := rows.done(); err != nil {
		return m, err
	}
	var of Key
	met := false
	err = merge(ctx, rows, b.cfg.Scratch, list, func(at meeting) error {
		if at.known != nil {
			of, met = at.known.Key, true
		}
		if at.offer != nil && met && at.offer.key.alike() == of {
			m.set(at.offer.ordinal)
		}
		return nil
	})
	return m, err
}

// sealedList writes the charges whose records will change, each once, in order of key.
func (b *issuing) sealedList(ctx context.Context) (_ writers.Output, err error) {
	f, err := writers.Folder{Store: b.cfg.Scratch}.Create(ctx, "sealed-list", writers.InClear)
	if err != nil {
		return writers.Output{}, err
	}
	defer func() { err = errors.Join(err, f.Abort()) }()
	var rows int64
	var last Key
	var line []byte
	err = b.sealed.each(ctx, func(o *offer) error {
		if k := o.key.alike(); rows == 0 || k != last {
			last = k
			rows++
			line = (&Known{Key: k}).append(line[:0])
			_, err := f.Write(line)
			return err
		}
		return nil
	})
	if err != nil {
		return writers.Output{}, err
	}
	return f.Commit(rows)
}

// identityColumns are those of determinations that an identity is made of.
var identityColumns = []string{"person_id", "county", "case_id", "charge_id", "code"}

// identities tells the identity of a row of a batch that has the identityColumns.
func identities(batch arrow.Record) func(row int) Key {
	facts := []profile.Fact{profile.PersonID, profile.County, profile.CaseID, profile.ChargeID, profile.Code}
	columns := make([]*array.String, len(facts))
	for i, name := range identityColumns {
		columns[i] = batch.Column(batch.Schema().FieldIndices(name)[0]).(*array.String)
	}
	return func(row int) Key {
		var r profile.Row
		for i, fact := range facts {
			if columns[i].IsValid(row) {
				r[fact] = columns[i].Value(row)
			}
		}
		return identity(&r)
	}
}

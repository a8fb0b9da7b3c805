package issue

import (
	"context"
	"errors"
	"path"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/archive"
	"github.com/clearsweep/clearsweep/writers/journal"
	"github.com/clearsweep/clearsweep/writers/profile"
)

// seal notes that the record of a charge will change. Tellers call it at once.
func (b *issuing) seal(k Key) {
	if b.cfg.ArchiveFor == nil {
		return
	}
	b.sealing.Lock()
	defer b.sealing.Unlock()
	b.sealed.add(k.short())
}

// errNoRecord stops a batch whose charges the run has no determination of: nobody could say
// afterwards what their records said.
var errNoRecord = errors.New("the run has no determination of the charges that would be told, so nothing was told: verify it")

// archive keeps what the records said of all charges that agencies are newly told of: every
// row that has one of them. It is durable, and in the journal, before an update file is begun.
func (b *issuing) archive(ctx context.Context) (err error) {
	if b.sealed.n == 0 {
		return nil
	}
	files := b.cfg.Run.Determinations()
	marks, err := b.marks(ctx, files)
	if err != nil {
		return err
	}
	b.sealed = keySet{}
	if !slices.ContainsFunc(marks, func(m []uint64) bool { return m != nil }) {
		return errNoRecord
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
	if err := b.copyRows(ctx, files, marks, w); err != nil {
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

// rowsAhead is how many batches are read while others are sealed.
const rowsAhead = 8

// copyRows archives the rows that are marked: one goroutine reads them, another seals them.
func (b *issuing) copyRows(ctx context.Context, files []writers.Output, marks [][]uint64, w *archive.Writer) error {
	type some struct {
		batch arrow.Record
		rows  []int
	}
	found := make(chan some, rowsAhead)
	g, working := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(found)
		for i, file := range files {
			if marks[i] == nil {
				continue
			}
			at := 0
			err := b.cfg.Run.EachBatch(working, b.cfg.Out, file, nil, func(batch arrow.Record) error {
				var rows []int
				for row := range int(batch.NumRows()) {
					if marks[i][at>>6]>>(at&63)&1 != 0 {
						rows = append(rows, row)
					}
					at++
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
			if err != nil {
				return err
			}
		}
		return nil
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

// marks finds the rows of the charges whose records will change: for each file a bit a row, nil
// where it has none of them.
func (b *issuing) marks(ctx context.Context, files []writers.Output) ([][]uint64, error) {
	marks := make([][]uint64, len(files))
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(max(b.cfg.Workers, 1))
	for i, file := range files {
		g.Go(func() error {
			at := 0
			return b.cfg.Run.EachBatch(working, b.cfg.Out, file, identityColumns, func(batch arrow.Record) error {
				key := identities(batch)
				for row := range int(batch.NumRows()) {
					if b.sealed.has(key(row).short()) {
						if marks[i] == nil {
							marks[i] = make([]uint64, (file.Rows+63)/64)
						}
						marks[i][at>>6] |= 1 << (at & 63)
					}
					at++
				}
				return nil
			})
		})
	}
	return marks, g.Wait()
}

// keySet is a set of short keys, in 11 to 22 bytes a key. That two keys have one short key
// would archive a row too many; of a hundred million keys it happens once in some thousand
// batches.
type keySet struct {
	slots []uint64 // 0 is free; the key 0 is stored as 1
	n     int
}

func (s *keySet) add(k uint64) {
	if s.n*4 >= len(s.slots)*3 {
		old := s.slots
		s.slots, s.n = make([]uint64, max(2*len(old), 1<<10)), 0
		for _, k := range old {
			if k != 0 {
				s.add(k)
			}
		}
	}
	if at := s.find(k); s.slots[at] == 0 {
		s.slots[at] = max(k, 1)
		s.n++
	}
}

func (s *keySet) has(k uint64) bool { return s.n > 0 && s.slots[s.find(k)] != 0 }

// find is the slot of a key, or the free one where it belongs.
func (s *keySet) find(k uint64) int {
	k = max(k, 1)
	mask := len(s.slots) - 1
	for at := int(k) & mask; ; at = (at + 1) & mask { //nolint:gosec // a hash
		if s.slots[at] == 0 || s.slots[at] == k {
			return at
		}
	}
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

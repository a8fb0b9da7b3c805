package issue

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/journal"
	"github.com/clearsweep/clearsweep/writers/profile"
)

// Config is what is to be issued, and how.
type Config struct {
	Out     storage.Store // of the runs, and for the batch
	Scratch storage.Store // of the local disk
	Run     *writers.Run
	// Directory says what each kind of agency is sent; Profiles finds the forms by name.
	Directory *agencies.Directory
	Profiles  func(name string) (*profile.Profile, error)
	// Recipients are those for whom the batch is encrypted, beside those of the run; nil leaves
	// it in clear, which that of an encrypted run must not be.
	Recipients *writers.AgencyRecipients
	Reversals  []*Reversal
	// ReversalsDigest is the SHA-256 of the list of reversals, if there is one.
	ReversalsDigest string
	Full            bool // tell again what was told before
	// Missing is what the list is known to lack. Every file says that it is partial.
	Missing []string
	// Checked says that the list was held against what it should have.
	Checked bool
	// ArchiveFor are those who may open the archive of what the records said; nil makes none.
	ArchiveFor *writers.Recipients
	Workers    int
	Moment
}

// Issue makes the batch of a run, and returns it once it counts. The error is ErrNothing where
// there is nothing to tell, and journal.ErrMoved where somebody else wrote to the journal of
// the output at the same time; in both, and after any other, nothing was issued.
func Issue(ctx context.Context, history *History, cfg Config) (_ *Batch, err error) {
	b, err := begin(history, cfg)
	if err != nil {
		return nil, err
	}
	vouched := false
	defer func() {
		if !vouched {
			err = errors.Join(err, cfg.Out.Remove(context.WithoutCancel(ctx), b.Folder))
		}
	}()
	if err := b.tell(ctx); err != nil {
		return nil, err
	}
	_, err = history.Journal.Append(ctx, cfg.At, cfg.Who, Issued, b.Batch)
	vouched = !errors.Is(err, journal.ErrMoved) // else the entry may exist, whatever the store answers
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.ID, err)
	}
	return &b.Batch, nil
}

// issuing is a batch that is being made.
type issuing struct {
	Batch
	cfg     Config
	since   string // as-of date of the batch before; empty for the first
	known   map[string]writers.Output
	updates map[string]writers.Output
	ours    writers.Recipients // of the run, where it is encrypted
	history *History

	sealing sync.Mutex
	sealed  keySet // charges whose records will change
}

func begin(history *History, cfg Config) (*issuing, error) {
	m := cfg.Run.Manifest
	b := &issuing{cfg: cfg, history: history, known: history.Known(), updates: cfg.Run.Updates()}
	b.Batch = Batch{
		Number: 1, On: cfg.On, OnText: cfg.On.String(), Run: m.RunID, ManifestSHA256: cfg.Run.Commit.ManifestSHA256, AsOf: m.AsOf,
		Policy: m.Policy.ID, PolicySHA256: m.Policy.SHA256, Directory: cfg.Directory.State, DirectoryHash: cfg.Directory.Digest,
		Recipients: cfg.Recipients.Digest(), Reversals: cfg.ReversalsDigest, Full: cfg.Full, List: Unchecked, Missing: cfg.Missing,
	}
	if cfg.Checked {
		b.List = Complete
	}
	if len(cfg.Missing) > 0 {
		b.List = Partial
	}
	if last := history.Last(); last != nil {
		b.Number, b.since = last.Number+1, last.AsOf
		if m.AsOf < last.AsOf {
			return nil, fmt.Errorf("run %s asks the law as of %s, and agencies have been told what it gave as of %s: issue a newer run", m.RunID, m.AsOf, last.AsOf)
		}
		if cfg.On < last.On {
			return nil, fmt.Errorf("the day %s is before that of %s, %s", cfg.On, last.ID, last.On)
		}
	}
	for _, o := range m.Outputs {
		if strings.HasPrefix(o.Path, "agencies/") && len(b.updates) == 0 {
			return nil, errors.New("the run has no update.csv: sweep with update_forms csv, or both")
		}
	}
	b.ID = batchID(b.Number)
	b.Folder = path.Join(writers.BatchesFolder, b.ID, "a="+strings.ToLower(rand.Text()))
	return b, nil
}

// tell writes the files of all agencies.
func (b *issuing) tell(ctx context.Context) (err error) {
	names := slices.Collect(maps.Keys(b.updates))
	for agency := range b.known {
		if _, has := b.updates[agency]; !has && len(b.cfg.Reversals) > 0 {
			names = append(names, agency)
		}
	}
	slices.Sort(names)
	if err := b.check(names); err != nil {
		return err
	}
	tellers := make([]*teller, len(names))
	for i, agency := range names {
		tellers[i] = &teller{issuing: b, agency: agency}
	}
	defer func() {
		for _, t := range tellers {
			err = errors.Join(err, t.discard(context.WithoutCancel(ctx)))
		}
	}()
	if err := b.each(ctx, tellers, (*teller).prepare); err != nil {
		return err
	}
	if err := b.checkReversals(tellers); err != nil {
		return err
	}
	if err := b.archive(ctx); err != nil {
		return err
	}
	if err := b.each(ctx, tellers, (*teller).tell); err != nil {
		return err
	}
	for _, t := range tellers {
		if t.spoke {
			b.Agencies = append(b.Agencies, t.told)
		}
	}
	return b.anything()
}

// each lets every agency's teller do something, several at once.
func (b *issuing) each(ctx context.Context, tellers []*teller, do func(*teller, context.Context) error) error {
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(max(b.cfg.Workers, 1))
	for _, t := range tellers {
		g.Go(func() error {
			if err := do(t, working); err != nil {
				return fmt.Errorf("agency %s: %w", t.agency, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// checkReversals is an error unless each takes something back at some agency.
func (b *issuing) checkReversals(tellers []*teller) error {
	for _, t := range tellers {
		for _, i := range t.taken {
			b.cfg.Reversals[i].Reversed++
		}
	}
	var faults []error
	for _, r := range b.cfg.Reversals {
		if r.Reversed == 0 {
			faults = append(faults, fmt.Errorf("reversals: line %d: no agency was told of relief for this charge, or it was taken back before", r.Line))
		}
	}
	return errors.Join(faults...)
}

// anything is ErrNothing where no agency is told of anything.
func (b *issuing) anything() error {
	n := int64(0)
	for i := range b.Agencies {
		if b.Agencies[i].File.Rows > 0 {
			return nil
		}
		n += b.Agencies[i].Refused
	}
	if n > 0 {
		return fmt.Errorf("%w, but %d rows cannot stand in their files: %s", ErrNothing, n, b.Agencies[0].first)
	}
	return ErrNothing
}

// ErrClear tells that what is encrypted would be told in clear.
var ErrClear = errors.New("the run is encrypted, and its update files would be in clear: name for whom they are, by agency, with --recipients")

// check looks whether every agency can be told, before any of it is written.
func (b *issuing) check(names []string) (err error) {
	if len(b.cfg.Run.Manifest.EncryptedFor) > 0 && b.cfg.Recipients == nil {
		return ErrClear
	}
	if b.ours, err = writers.ParseRecipients(b.cfg.Run.Manifest.EncryptedFor); err != nil {
		return err
	}
	var faults []error
	for _, agency := range names {
		_, k, err := b.cfg.Directory.KindOf(agency)
		if err == nil {
			_, err = b.cfg.Profiles(k.Profile)
		}
		if err == nil {
			_, err = b.cfg.Recipients.For(agency)
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// teller makes the file of one agency.
type teller struct {
	*issuing
	agency string
	folder writers.Folder
	to     writers.Recipients
	form   *profile.Profile

	offered *offers
	fates   []fate
	undo    map[uint32]int // reversals of rows that the run has, by ordinal
	gone    []int          // reversals of charges that it has not
	taken   []int          // all of them
	told    Told
	spoke   bool // the agency is told of something
}

// prepare finds what the agency is told.
func (t *teller) prepare(ctx context.Context) error {
	kind, k, err := t.cfg.Directory.KindOf(t.agency)
	if err != nil {
		return err
	}
	if t.form, err = t.cfg.Profiles(k.Profile); err != nil {
		return err
	}
	to, err := t.cfg.Recipients.For(t.agency)
	if err != nil {
		return err
	}
	t.to = to.And(t.ours)
	t.told = Told{Agency: t.agency, Kind: kind, Profile: k.Profile, Changes: map[string]int64{}}
	t.folder = writers.Folder{Store: t.cfg.Out, Prefix: path.Join(t.Folder, "agencies", t.agency)}
	if err := t.gather(ctx); err != nil {
		return err
	}
	return t.decide(ctx)
}

// tell writes the agency's files.
func (t *teller) tell(ctx context.Context) error {
	if t.spoke = slices.ContainsFunc(t.fates, fate.speaks) || len(t.gone) > 0; !t.spoke {
		return nil
	}
	if err := t.write(ctx); err != nil {
		return err
	}
	return t.remember(ctx)
}

// discard removes what the teller spooled.
func (t *teller) discard(ctx context.Context) error {
	if t.offered == nil {
		return nil
	}
	return t.offered.remove(ctx)
}

// speaks tells whether an agency is told of a row.
func (f fate) speaks() bool { return f == fresh || f == corrected || f == repeated || f == reversed }

// rows calls each with the rows that the run has for the agency, in order.
func (t *teller) rows(ctx context.Context, each func(ordinal uint32, row *profile.Row) error) (err error) {
	of, has := t.updates[t.agency]
	if !has {
		return nil
	}
	in, err := t.cfg.Run.Folder(t.cfg.Out).OpenFile(ctx, of)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	u, err := newUpdateReader(of.Path, in)
	if err != nil {
		return err
	}
	for ordinal := uint32(0); ; ordinal++ {
		if err := u.next(); errors.Is(err, io.EOF) {
			return ctx.Err()
		} else if err != nil {
			return err
		}
		if err := each(ordinal, &u.row); err != nil {
			return err
		}
	}
}

// gather reads the keys of the rows.
func (t *teller) gather(ctx context.Context) (err error) {
	rows := t.updates[t.agency].Rows
	if t.offered, err = newOffers(ctx, t.cfg.Scratch, t.agency, rows); err != nil {
		return err
	}
	err = t.rows(ctx, func(ordinal uint32, row *profile.Row) error {
		if int64(ordinal) >= rows {
			return fmt.Errorf("%s: %w", t.updates[t.agency].Path, writers.ErrDamaged)
		}
		return t.offered.add(row, ordinal)
	})
	if err != nil {
		return errors.Join(err, t.offered.abort())
	}
	t.fates = make([]fate, rows)
	return t.offered.done()
}

// decide finds what becomes of every row.
func (t *teller) decide(ctx context.Context) error {
	asked := map[Key]int{}
	for i, r := range t.cfg.Reversals {
		asked[identity(&r.Row)] = i
	}
	t.undo = map[uint32]int{}
	found := map[int]bool{}
	var back Key // of the last that was taken back before
	wasBack := false
	return merge(ctx, t.offered, t.cfg.Out, t.known[t.agency], func(m meeting) error {
		if m.known != nil && m.known.Action != Reinstated {
			if i, ok := asked[m.known.Key.alike()]; ok {
				if found[i] {
					return fmt.Errorf("reversals: line %d: the agency was told of several charges that are alike in all that the line says", t.cfg.Reversals[i].Line)
				}
				found[i] = true
				t.taken = append(t.taken, i)
				if m.offer == nil {
					t.gone = append(t.gone, i)
				} else {
					t.undo[m.offer.ordinal] = i
					t.fates[m.offer.ordinal] = reversed
				}
				return nil
			}
		}
		if m.offer == nil {
			return nil
		}
		if m.known != nil && m.known.Action == Reinstated {
			back, wasBack = m.known.Key.alike(), true
		}
		of := t.fateOf(m)
		if of == fresh && wasBack && m.offer.key.alike() == back { // it may be the one that was taken back
			of = held
			t.told.Held++
		}
		t.fates[m.offer.ordinal] = of
		if of == fresh || of == corrected {
			t.seal(m.offer.key)
		}
		return nil
	})
}

func (t *teller) fateOf(m meeting) fate {
	switch {
	case m.known == nil:
		return fresh
	case m.known.Action == Reinstated:
		t.told.Held++
		return held
	case m.known.Content != m.offer.content:
		return corrected
	case t.cfg.Full:
		return repeated
	}
	return kept
}

// write writes the file, and lists what cannot stand in it.
func (t *teller) write(ctx context.Context) (err error) {
	f, err := t.folder.Create(ctx, t.form.FileName(), t.to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Abort()) }()
	e, err := t.form.Encoder(f, profile.Head{Agency: t.agency, Batch: t.ID, Policy: t.Policy, AsOf: t.AsOf, Run: t.Run, List: t.List})
	if err != nil {
		return err
	}
	var changes int64
	var list [][]string // of what is refused
	say := func(row *profile.Row, change, where string) error {
		row[profile.Sequence], row[profile.Change] = strconv.FormatInt(changes+1, 10), change
		row[profile.Batch], row[profile.Agency], row[profile.Policy] = t.ID, t.agency, t.Policy
		row[profile.AsOf], row[profile.Run], row[profile.List] = t.AsOf, t.Run, t.List
		err := e.Add(row)
		if no, ok := errors.AsType[*profile.Refused](err); ok {
			list = append(list, []string{where, no.Column, no.Reason})
			return nil
		}
		changes++
		t.told.Changes[change]++
		return err
	}
	err = t.rows(ctx, func(ordinal uint32, row *profile.Row) error {
		fate := t.fates[ordinal]
		if !fate.speaks() {
			return nil
		}
		before := len(list)
		where := "row " + row[profile.Sequence]
		if fate == reversed {
			*row = t.cfg.Reversals[t.undo[ordinal]].over(*row)
		}
		err := say(row, t.change(fate, row), where)
		if len(list) > before {
			if fate == reversed {
				return errReversal(t.cfg.Reversals[t.undo[ordinal]], list[before])
			}
			t.fates[ordinal] = refused
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, i := range t.gone {
		before := len(list)
		row := t.cfg.Reversals[i].over(profile.Row{})
		if err := say(&row, "reversed", ""); err != nil {
			return err
		}
		if len(list) > before {
			return errReversal(t.cfg.Reversals[i], list[before])
		}
	}
	if t.told.Control, err = e.Close(); err != nil {
		return err
	}
	if t.told.File, err = f.Commit(changes); err != nil {
		return err
	}
	if err := t.writeControl(ctx); err != nil {
		return err
	}
	t.told.File.Path = path.Join(t.folder.Prefix, t.told.File.Path)
	return t.writeRefused(ctx, list)
}

// writeControl writes control.json, which goes with the file: what a recipient compares, and
// names when it acknowledges.
func (t *teller) writeControl(ctx context.Context) (err error) {
	data, err := json.MarshalIndent(struct {
		Batch   string           `json:"batch"`
		On      string           `json:"on"`
		Agency  string           `json:"agency"`
		Profile string           `json:"profile"`
		File    writers.Output   `json:"file"`
		List    string           `json:"list"`
		Missing []string         `json:"missing,omitempty"`
		Control profile.Control  `json:"control"`
		Changes map[string]int64 `json:"changes"`
	}{t.ID, t.OnText, t.agency, t.told.Profile, t.told.File, t.List, t.Missing, t.told.Control, t.told.Changes}, "", "  ")
	if err != nil {
		return err
	}
	f, err := t.folder.Create(ctx, "control.json", writers.InClear)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Abort()) }()
	if _, err := f.Write(append(data, '\n')); err != nil {
		return err
	}
	_, err = f.Commit(0)
	return err
}

// errReversal is of a reversal that cannot stand in the file of an agency: relief that was
// given and cannot be taken back stops the batch.
func errReversal(r *Reversal, why []string) error {
	return fmt.Errorf("reversals: line %d: it cannot stand in the agency's file: column %s: %s", r.Line, why[1], why[2])
}

// change says why an agency is told of a row.
func (t *teller) change(f fate, row *profile.Row) string {
	switch f {
	case corrected:
		return "corrected"
	case repeated:
		return "repeated"
	case reversed:
		return "reversed"
	case fresh, kept, held, refused:
	}
	if t.since != "" && row[profile.EligibleOn] > t.since {
		return "due"
	}
	return "new"
}

// writeRefused lists the rows that cannot stand in the file: where they stand in the run's own.
func (t *teller) writeRefused(ctx context.Context, list [][]string) (err error) {
	if t.told.Refused = int64(len(list)); len(list) == 0 {
		return nil
	}
	t.told.first = fmt.Sprintf("agency %s: %s: column %s: %s", t.agency, list[0][0], list[0][1], list[0][2])
	f, err := t.folder.Create(ctx, "refused.csv", writers.InClear)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Abort()) }()
	if err := csv.NewWriter(f).WriteAll(append([][]string{{"row", "column", "reason"}}, list...)); err != nil {
		return err
	}
	o, err := f.Commit(int64(len(list)))
	o.Path = path.Join(t.folder.Prefix, o.Path)
	t.told.Reasons = &o
	return err
}

// remember writes the list of all that the agency has been told now.
func (t *teller) remember(ctx context.Context) (err error) {
	f, err := t.folder.Create(ctx, "known", writers.InClear)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Abort()) }()
	undone := map[Key]bool{}
	for _, i := range t.taken {
		undone[identity(&t.cfg.Reversals[i].Row)] = true
	}
	var rows int64
	var line []byte
	keep := func(k Known) error {
		rows++
		line = k.append(line[:0])
		_, err := f.Write(line)
		return err
	}
	err = merge(ctx, t.offered, t.cfg.Out, t.known[t.agency], func(m meeting) error {
		if m.known != nil && m.known.Action != Reinstated && undone[m.known.Key.alike()] {
			return keep(Known{m.known.Key, m.known.Content, t.Number, Reinstated})
		}
		if m.offer == nil {
			return keep(*m.known)
		}
		switch t.fates[m.offer.ordinal] {
		case fresh, corrected, repeated:
			return keep(Known{m.offer.key, m.offer.content, t.Number, m.offer.action})
		case kept, held, refused, reversed:
		}
		if m.known != nil { // what could not be told now holds as it was told
			return keep(*m.known)
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.told.Known, err = f.Commit(rows)
	t.told.Known.Path = path.Join(t.folder.Prefix, t.told.Known.Path)
	return err
}

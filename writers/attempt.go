package writers

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"filippo.io/age"
	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/storage"
)

// Folders and files of an output.
const (
	runsFolder     = "runs"
	commitsFolder  = "commits"
	BatchesFolder  = "issued"  // of batches of update files
	ArchivesFolder = "archive" // of what records said before
	spoolsFolder   = "spools"  // of the scratch store
	manifestFile   = "manifest.json"
	policyFolder   = "policy/"
	currentPointer = "current"      // of stores that can point
	currentFile    = "current.json" // of the others
	attemptPrefix  = "a="           // of the folder of an attempt, in that of its run
)

// Attempt is one try at writing a run. All it writes lies below a folder of its
// own, which stays where it is: the commit names it. So attempts at the same run
// do not meet before they commit. Its methods may be called at once but for
// Commit and Abort, which end it.
type Attempt struct {
	store   storage.Store
	scratch storage.Store
	runID   string
	id      string
	prefix  string
	sealed  Recipients
	own     *age.X25519Identity // reads back what is sealed; nil in clear
	// vouched: a commit may name the attempt, so what it wrote stays.
	vouched bool
}

// Begin starts an attempt at a run. Its files are encrypted for the recipients of sealed,
// if there are any: all but the manifest and the policy, which name nobody. What nobody
// reads after it goes to scratch, which may be the same store; every part of the attempt
// must reach it. The caller ends the attempt with Commit or Abort.
func Begin(store, scratch storage.Store, runID string, sealed Recipients) (*Attempt, error) {
	a := &Attempt{store: store, scratch: scratch, runID: runID, id: strings.ToLower(rand.Text()), sealed: sealed}
	if len(sealed.Names) > 0 {
		own, err := age.GenerateX25519Identity()
		if err != nil {
			return nil, err
		}
		a.own = own
	}
	a.prefix = attemptKey(runID, a.id)
	if strings.ContainsAny(runID, "/.") || storage.CheckKey(a.prefix) != nil || runID == "" {
		return nil, fmt.Errorf("run id %q cannot name a folder", runID)
	}
	return a, nil
}

// RunID is the run that is attempted.
func (a *Attempt) RunID() string { return a.runID }

// Prefix is the folder of the attempt.
func (a *Attempt) Prefix() string { return a.prefix }

// Abort removes what the attempt wrote, unless a commit may vouch for it.
func (a *Attempt) Abort(ctx context.Context) error {
	err := a.scratch.Remove(ctx, a.spools())
	if !a.vouched {
		err = errors.Join(err, a.store.Remove(ctx, a.prefix))
	}
	return err
}

// spools is the folder of the attempt's spools in the scratch store.
func (a *Attempt) spools() string { return path.Join(spoolsFolder, a.id) }

func (a *Attempt) spoolKey(part int) string {
	return path.Join(a.spools(), fmt.Sprintf("deliveries-%05d", part))
}

// WriteFile writes a small file of the run, with its count of data rows.
func (a *Attempt) WriteFile(ctx context.Context, name string, data []byte, rows int64) (Output, error) {
	f, err := a.create(ctx, name)
	if err != nil {
		return Output{}, err
	}
	if _, err := f.Write(data); err != nil {
		return Output{}, errors.Join(err, f.Abort())
	}
	return f.Commit(rows)
}

// create begins a file of the attempt.
func (a *Attempt) create(ctx context.Context, name string) (*File, error) {
	if strings.HasPrefix(name, policyFolder) {
		return create(ctx, a.store, a.prefix, name, nil)
	}
	return a.createFor(ctx, name, a.sealed)
}

// createFor begins a file for other recipients than those of the attempt. The attempt
// itself can read it too, with a key that goes when it ends.
func (a *Attempt) createFor(ctx context.Context, name string, to Recipients) (*File, error) {
	keys := to.keys
	if len(keys) > 0 && a.own != nil {
		keys = append(slices.Clip(keys), a.own.Recipient())
	}
	return create(ctx, a.store, a.prefix, name, keys)
}

// folder is that of the attempt, with its own key.
func (a *Attempt) folder() Folder {
	f := Folder{Store: a.store, Prefix: a.prefix}
	if a.own != nil {
		f.Keys = []age.Identity{a.own}
	}
	return f
}

// Delivering is how update files are written.
type Delivering struct {
	Policy, AsOf string // for the header records
	Forms        UpdateForms
	Recipients   *AgencyRecipients // beside those of the run
	Workers      int               // agencies at once
}

// Deliver writes the update files of every agency that the receipts have deliveries for, and
// removes the spools.
func (a *Attempt) Deliver(ctx context.Context, how Delivering, receipts []Receipt) ([]Output, error) {
	spooled := a.spooled(receipts)
	agencies := told(spooled)
	if err := how.Recipients.reach(agencies); err != nil {
		return nil, err
	}
	size, at := together, 1
	if _, buffering := a.store.(storage.Buffering); buffering {
		size, at = 1, 2*max(how.Workers, 1)
	}
	groups := slices.Collect(slices.Chunk(agencies, size))
	files := make([][]Output, len(groups))
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(at)
	for _, i := range longestFirst(groups, spooled) {
		g.Go(func() (err error) {
			files[i], err = a.deliver(working, how, groups[i], only(spooled, groups[i]))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(files...), a.scratch.Remove(ctx, a.spools())
}

// together is how many agencies' files are written at once, so that a spool is read once for all of
// them: fewer than a process may open. Where each file that is written takes memory, agencies are written one
// by one, some beside each other.
const together = 64

// longestFirst is the order in which to write the files of groups of agencies, so that a state's
// repository, which hears of every charge, is not left to one worker in the end.
func longestFirst(groups [][]string, spooled []flushed) []int {
	order, bytes := make([]int, len(groups)), make([]int64, len(groups))
	for i, group := range groups {
		order[i] = i
		for _, f := range only(spooled, group) {
			for _, e := range f.extents {
				bytes[i] += e.Length
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(bytes[b], bytes[a]) })
	return order
}

// spooled are the flushes of all parts, in order.
func (a *Attempt) spooled(receipts []Receipt) []flushed {
	var spooled []flushed
	for _, r := range slices.SortedFunc(slices.Values(receipts), func(a, b Receipt) int { return a.Part - b.Part }) {
		for _, e := range r.Extents {
			if n := len(spooled); n == 0 || spooled[n-1].part != r.Part || spooled[n-1].extents[0].Flush != e.Flush {
				spooled = append(spooled, flushed{part: r.Part, key: a.spoolKey(r.Part)})
			}
			last := &spooled[len(spooled)-1]
			last.extents = append(last.extents, e)
		}
	}
	return spooled
}

// told are the agencies that hear of something, in order.
func told(spooled []flushed) []string {
	all := map[string]bool{}
	for _, f := range spooled {
		for _, e := range f.extents {
			for _, agency := range e.Agencies {
				all[agency] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// only are the extents that one of some agencies hears of.
func only(spooled []flushed, agencies []string) []flushed {
	wanted := func(e Extent) bool {
		return slices.ContainsFunc(e.Agencies, func(agency string) bool {
			_, found := slices.BinarySearch(agencies, agency)
			return found
		})
	}
	var some []flushed
	for _, f := range spooled {
		of := flushed{part: f.part, key: f.key}
		for _, e := range f.extents {
			if wanted(e) {
				of.extents = append(of.extents, e)
			}
		}
		if len(of.extents) > 0 {
			some = append(some, of)
		}
	}
	return some
}

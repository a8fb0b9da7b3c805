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
	"sync"

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
	tables  sync.Map            // outputs that the second implementation has read
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
	Workers      int               // of the run
}

// Deliver writes the update files of every agency that the receipts have deliveries for, and
// removes the spools.
func (a *Attempt) Deliver(ctx context.Context, how Delivering, receipts []Receipt) ([]Output, error) {
	agencies := told(receipts)
	if err := how.Recipients.reach(agencies); err != nil {
		return nil, err
	}
	size, atOnce := together, 1
	if _, buffering := a.store.(storage.Buffering); buffering {
		size, atOnce = 1, 2*max(how.Workers, 1)
	}
	groups := a.groups(agencies, size, receipts)
	files := make([][]Output, len(groups))
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, i := range longestFirst(groups) {
		g.Go(func() (err error) {
			files[i], err = a.deliver(working, how, &groups[i])
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

// told are the agencies that hear of something, in order.
func told(receipts []Receipt) []string {
	all := map[string]bool{}
	for _, r := range receipts {
		for _, e := range r.Extents {
			for _, agency := range e.Agencies {
				all[agency] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// group is some agencies, in order, with what was spooled for any of them.
type group struct {
	agencies []string
	spooled  []flushed // in order of the parts
	bytes    int64     // of spooled
}

// groups are the agencies in groups of a size.
func (a *Attempt) groups(agencies []string, size int, receipts []Receipt) []group {
	var groups []group
	in := map[string]int{}
	for some := range slices.Chunk(agencies, size) {
		for _, agency := range some {
			in[agency] = len(groups)
		}
		groups = append(groups, group{agencies: some})
	}
	for _, r := range slices.SortedFunc(slices.Values(receipts), func(a, b Receipt) int { return a.Part - b.Part }) {
		for _, e := range r.Extents {
			for _, agency := range e.Agencies {
				groups[in[agency]].add(r.Part, a.spoolKey(r.Part), e)
			}
		}
	}
	return groups
}

// add adds an extent of a part, which come in order; the second time, it does nothing.
func (g *group) add(part int, key string, e Extent) {
	if n := len(g.spooled); n == 0 || g.spooled[n-1].part != part || g.spooled[n-1].extents[0].Flush != e.Flush {
		g.spooled = append(g.spooled, flushed{part: part, key: key})
	}
	of := &g.spooled[len(g.spooled)-1]
	if n := len(of.extents); n > 0 && of.extents[n-1].Offset == e.Offset {
		return
	}
	of.extents = append(of.extents, e)
	g.bytes += e.Length
}

// longestFirst is the order in which to write the files of groups, so that a state's repository, which
// hears of every charge, is not left to one worker in the end.
func longestFirst(groups []group) []int {
	order := make([]int, len(groups))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(groups[b].bytes, groups[a].bytes) })
	return order
}

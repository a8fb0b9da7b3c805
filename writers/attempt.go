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

// longestFirst is the order in which to write the files of agencies, so that a state's
// repository, which hears of every charge, is not left to one worker in the end.
func longestFirst(agencies []string, spooled map[string][]flushed) []int {
	order, bytes := make([]int, len(agencies)), make([]int64, len(agencies))
	for i, agency := range agencies {
		order[i] = i
		for _, f := range spooled[agency] {
			bytes[i] += f.bytes()
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(bytes[b], bytes[a]) })
	return order
}

// withExtent adds an extent to those of its flush, which come in order.
func withExtent(spooled []flushed, key string, e Extent) []flushed {
	if n := len(spooled); n > 0 && spooled[n-1].key == key && spooled[n-1].extents[0].Flush == e.Flush {
		spooled[n-1].extents = append(spooled[n-1].extents, e)
		return spooled
	}
	return append(spooled, flushed{key, []Extent{e}})
}

// Deliver writes the update files of every agency that the receipts have deliveries for, and
// removes the spools.
func (a *Attempt) Deliver(ctx context.Context, how Delivering, receipts []Receipt) ([]Output, error) {
	byAgency := map[string][]flushed{}
	for _, r := range slices.SortedFunc(slices.Values(receipts), func(a, b Receipt) int { return a.Part - b.Part }) {
		for _, e := range r.Extents {
			for _, agency := range e.Agencies {
				byAgency[agency] = withExtent(byAgency[agency], a.spoolKey(r.Part), e)
			}
		}
	}
	agencies := slices.Sorted(maps.Keys(byAgency))
	if err := how.Recipients.reach(agencies); err != nil {
		return nil, err
	}
	files := make([][]Output, len(agencies))
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(2 * max(how.Workers, 1)) // one waits for its disk while another works
	for _, i := range longestFirst(agencies, byAgency) {
		agency := agencies[i]
		g.Go(func() (err error) {
			h := updateHeader{agency: agency, policy: how.Policy, asOf: how.AsOf, runID: a.runID}
			files[i], err = a.deliver(working, h, how, byAgency[agency])
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	outputs := slices.Concat(files...)
	return outputs, a.scratch.Remove(ctx, a.spools())
}

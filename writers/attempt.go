package writers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/storage"
)

// Folders and files of an output.
const (
	attemptsFolder = "attempts"
	runsFolder     = "runs"
	commitsFolder  = "commits"
	scratchFolder  = "scratch" // in an attempt; gone before it is published
	manifestFile   = "manifest.json"
	currentPointer = "current"
)

// Attempt is one try at writing a run. All it writes lies below a folder of its
// own, so attempts at the same run do not meet before they commit. Its methods
// may be called at once but for Commit and Abort, which end it.
type Attempt struct {
	store  storage.Store
	runID  string
	prefix string
}

// Begin starts an attempt at a run. The caller ends it with Commit or Abort.
func Begin(store storage.Store, runID string) (*Attempt, error) {
	prefix := path.Join(attemptsFolder, runID+"."+strings.ToLower(rand.Text()))
	if strings.ContainsAny(runID, "/.") || storage.CheckKey(prefix) != nil || runID == "" {
		return nil, fmt.Errorf("run id %q cannot name a folder", runID)
	}
	return &Attempt{store: store, runID: runID, prefix: prefix}, nil
}

// RunID is the run that is attempted.
func (a *Attempt) RunID() string { return a.runID }

// Prefix is the folder of the attempt.
func (a *Attempt) Prefix() string { return a.prefix }

// Abort removes what the attempt wrote. After Commit it finds nothing.
func (a *Attempt) Abort(ctx context.Context) error { return a.store.Remove(ctx, a.prefix) }

// WriteFile writes a small file of the run, with its count of data rows.
func (a *Attempt) WriteFile(ctx context.Context, name string, data []byte, rows int64) (Output, error) {
	f, err := create(ctx, a.store, a.prefix, name)
	if err != nil {
		return Output{}, err
	}
	if _, err := f.Write(data); err != nil {
		return Output{}, errors.Join(err, f.abort())
	}
	return f.commit(rows)
}

// Deliver writes the update files of every agency that the receipts have
// deliveries for, and removes the spools. Policy and as-of date stand in the
// header records.
func (a *Attempt) Deliver(ctx context.Context, policy, asOf string, receipts []Receipt) ([]Output, error) {
	byAgency := map[string][]spoolPart{}
	for _, r := range slices.SortedFunc(slices.Values(receipts), func(a, b Receipt) int { return a.Part - b.Part }) {
		for _, e := range r.Extents {
			byAgency[e.Agency] = append(byAgency[e.Agency], spoolPart{spoolKey(a.prefix, r.Part), e})
		}
	}
	var outputs []Output
	for _, agency := range slices.Sorted(maps.Keys(byAgency)) {
		h := updateHeader{agency: agency, policy: policy, asOf: asOf, runID: a.runID}
		files, err := deliver(ctx, a.store, a.prefix, h, byAgency[agency])
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, files...)
	}
	return outputs, a.store.Remove(ctx, path.Join(a.prefix, scratchFolder))
}

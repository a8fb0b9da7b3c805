package writers

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/clearsweep/clearsweep/storage"
)

// Bounds of what is read whole, so that a damaged file cannot take the memory.
const (
	commitLimit   = 1 << 20
	manifestLimit = 256 << 20
)

// ErrNoRun tells that no run of that id is committed, or none at all.
var ErrNoRun = errors.New("no such committed run")

// Run is a committed run.
type Run struct {
	Commit   Commit
	Manifest *Manifest
	// Keys open what is encrypted of it: private keys of age. Whoever opens the run gives
	// them.
	Keys []age.Identity
}

// Commits lists the commits of an output, newest first; those of one moment in
// order of run id.
func Commits(ctx context.Context, store storage.Store) ([]Commit, error) {
	var commits []Commit
	for info, err := range store.List(ctx, commitsFolder+"/") {
		if err != nil {
			return nil, err
		}
		runID, ok := strings.CutSuffix(path.Base(info.Key), ".json")
		if !ok || path.Dir(info.Key) != commitsFolder {
			continue
		}
		c, err := ReadCommit(ctx, store, runID)
		if err != nil {
			return nil, err
		}
		commits = append(commits, c)
	}
	slices.SortFunc(commits, func(a, b Commit) int {
		return cmp.Or(b.CommittedAt.Compare(a.CommittedAt), cmp.Compare(a.RunID, b.RunID))
	})
	return commits, nil
}

// ReadCommit reads the commit of a run. The error is storage.ErrNotExist if the
// run is not committed.
func ReadCommit(ctx context.Context, store storage.Store, runID string) (Commit, error) {
	data, err := storage.ReadAll(ctx, store, commitKey(runID), commitLimit)
	if err != nil {
		return Commit{}, err
	}
	var c Commit
	if err := json.Unmarshal(data, &c); err != nil {
		return Commit{}, fmt.Errorf("%s: %w", commitKey(runID), err)
	}
	if c.RunID != runID || c.Path != attemptKey(runID, c.Attempt) {
		return Commit{}, fmt.Errorf("%s is the commit of another run", commitKey(runID))
	}
	return c, nil
}

// OpenRun reads a committed run: the newest if runID is empty. The error is
// ErrNoRun if there is none; any other means that the run is damaged.
func OpenRun(ctx context.Context, store storage.Store, runID string) (*Run, error) {
	c, err := choose(ctx, store, runID)
	if err != nil {
		return nil, err
	}
	m, err := readManifest(ctx, store, c)
	if err != nil {
		return nil, err
	}
	return &Run{Commit: c, Manifest: m}, nil
}

func choose(ctx context.Context, store storage.Store, runID string) (Commit, error) {
	if runID != "" {
		c, err := ReadCommit(ctx, store, runID)
		if errors.Is(err, storage.ErrNotExist) {
			err = fmt.Errorf("%s: run %s: %w", store, runID, ErrNoRun)
		}
		return c, err
	}
	commits, err := Commits(ctx, store)
	if err == nil && len(commits) == 0 {
		err = fmt.Errorf("%s: %w", store, ErrNoRun)
	}
	if err != nil {
		return Commit{}, err
	}
	return commits[0], nil
}

// readManifest reads the manifest that a commit vouches for.
func readManifest(ctx context.Context, store storage.Store, c Commit) (*Manifest, error) {
	key := path.Join(c.Path, manifestFile)
	data, err := storage.ReadAll(ctx, store, key, manifestLimit)
	if err != nil {
		return nil, err
	}
	if hexSHA256(data) != c.ManifestSHA256 {
		return nil, fmt.Errorf("%s: not the manifest that was committed", key)
	}
	m, err := decodeManifest(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return m, nil
}

// Forget takes the commit of a run away, and its signatures: there is no such run any more. Its
// files stay, for whoever destroys them. It is safe to repeat.
func Forget(ctx context.Context, store storage.Store, runID string) error {
	return errors.Join(store.Remove(ctx, commitKey(runID)), store.Remove(ctx, signaturesKey(runID)))
}

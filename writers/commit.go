package writers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/clearsweep/clearsweep/storage"
)

// ErrCommitted tells that another attempt at the same run was first. Its result
// is the same by construction; the caller has nothing to do but say so.
var ErrCommitted = errors.New("the run is already committed")

// Moment is what the wall clock has to say about a run. It stands in the commit
// and nowhere else.
type Moment struct {
	CommittedAt time.Time `json:"committed_at"`
	// Seconds is how long each stage took.
	Seconds map[string]float64 `json:"seconds,omitempty"`
}

// Commit is what makes a run exist: commits/<run_id>.json.
type Commit struct {
	RunID          string `json:"run_id"`
	Path           string `json:"path"` // folder of the attempt that committed
	ManifestSHA256 string `json:"manifest_sha256"`
	Attempt        string `json:"attempt"`
	Moment
}

// ErrInDoubt tells that the store did not say whether it made the commit, nor
// shows it. It may still appear, so what the attempt wrote stays. The caller says
// so; the same sweep, started again, finds the commit or makes another.
var ErrInDoubt = errors.New("it is not known whether the run is committed; 'clearsweep runs' lists it if it is")

// Commit verifies every file of the manifest and makes the attempt's folder
// count. The manifest's run id, and Outputs, must be complete. Before the last
// step nobody sees anything.
//
// ErrCommitted: another attempt won, and ours is removed; the commit returned is
// the winner's. Any other error: the caller calls Abort.
func (a *Attempt) Commit(ctx context.Context, m *Manifest, moment Moment) (Commit, error) {
	if m.RunID != a.runID {
		return Commit{}, fmt.Errorf("commit %s: the manifest is of run %q", a.runID, m.RunID)
	}
	if err := m.check(); err != nil {
		return Commit{}, fmt.Errorf("commit %s: %w", a.runID, err)
	}
	manifest, err := m.encode()
	if err != nil {
		return Commit{}, fmt.Errorf("commit %s: %w", a.runID, err)
	}
	if err := a.writeManifest(ctx, manifest); err != nil {
		return Commit{}, fmt.Errorf("commit %s: %w", a.runID, err)
	}
	if err := checkFolder(ctx, a.folder(), m.Outputs); err != nil {
		return Commit{}, fmt.Errorf("commit %s: %w", a.runID, err)
	}
	if err := a.checkTables(ctx, m.Outputs); err != nil {
		return Commit{}, fmt.Errorf("commit %s: %w", a.runID, err)
	}
	c := Commit{RunID: a.runID, Path: a.prefix, ManifestSHA256: hexSHA256(manifest), Attempt: a.id, Moment: moment}
	return a.conclude(ctx, c)
}

// writeManifest writes the manifest and reads it back: the commit will vouch for
// its bytes, and nothing else checks them before.
func (a *Attempt) writeManifest(ctx context.Context, manifest []byte) error {
	key := path.Join(a.prefix, manifestFile)
	if err := storage.Write(ctx, a.store, key, manifest); err != nil {
		return err
	}
	stored, err := storage.ReadAll(ctx, a.store, key, manifestLimit)
	if err == nil && !bytes.Equal(stored, manifest) {
		err = fmt.Errorf("%s: what is stored is not what was written", key)
	}
	return err
}

// conclude puts the commit and points at the newest.
func (a *Attempt) conclude(ctx context.Context, c Commit) (Commit, error) {
	c, err := a.put(ctx, c)
	if errors.Is(err, ErrCommitted) {
		return c, errors.Join(err, a.Abort(ctx), pointCurrent(ctx, a.store))
	}
	if err != nil {
		return Commit{}, fmt.Errorf("commit %s: %w", a.runID, err)
	}
	if err := pointCurrent(ctx, a.store); err != nil {
		return c, fmt.Errorf("the run %s is committed, but the pointer to it is not: %w", a.runID, err)
	}
	return c, nil
}

// put makes the commit, if there is none. A store may apply a put and lose the
// answer, so whatever it says but success is held against what it then has. From
// the moment at which the put is sent it may arrive, however late: only another's
// commit rules that out.
func (a *Attempt) put(ctx context.Context, c Commit) (Commit, error) {
	data, err := encodeJSON(c)
	if err != nil {
		return c, err
	}
	a.vouched = true
	if _, err = a.store.PutIfAbsent(ctx, commitKey(a.runID), data); err == nil {
		return c, nil
	}
	stands, readErr := ReadCommit(context.WithoutCancel(ctx), a.store, a.runID)
	switch {
	case readErr == nil && stands.Attempt == a.id:
		return stands, nil
	case readErr == nil:
		a.vouched = false
		return stands, ErrCommitted
	case errors.Is(readErr, storage.ErrNotExist):
		return c, fmt.Errorf("%w: %w", ErrInDoubt, err)
	}
	return c, fmt.Errorf("%w: %w", ErrInDoubt, errors.Join(err, readErr))
}

func runKey(runID string) string { return path.Join(runsFolder, runID) }

func attemptKey(runID, attempt string) string {
	return path.Join(runKey(runID), attemptPrefix+attempt)
}

func commitKey(runID string) string { return path.Join(commitsFolder, runID+".json") }

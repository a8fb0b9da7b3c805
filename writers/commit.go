package writers

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path"
	"strings"
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
	Path           string `json:"path"` // folder of the run
	ManifestSHA256 string `json:"manifest_sha256"`
	Attempt        string `json:"attempt"` // the attempt that committed
	Moment
}

// Commit verifies every file of the manifest, publishes the attempt's folder
// under the name of the run, and makes it count. The manifest's run id, and
// Outputs, must be complete. Before the last step nobody sees anything.
//
// ErrCommitted: another attempt won, and ours is removed; the commit returned is
// the winner's. Any other error: the caller calls Abort, unless the error says
// that the run is committed.
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
	if err := checkFolder(ctx, a.store, a.prefix, m.Outputs); err != nil {
		return Commit{}, fmt.Errorf("commit %s: %w", a.runID, err)
	}
	c := Commit{
		RunID: a.runID, Path: runKey(a.runID), ManifestSHA256: hexSHA256(manifest),
		Attempt: path.Base(a.prefix), Moment: moment,
	}
	return a.conclude(ctx, c, manifest, m.Outputs)
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

// conclude publishes the folder and puts the commit.
func (a *Attempt) conclude(ctx context.Context, c Commit, manifest []byte, outputs []Output) (Commit, error) {
	err := a.publish(ctx, manifest, outputs)
	if err == nil {
		c, err = a.put(ctx, c)
	}
	if errors.Is(err, ErrCommitted) {
		winner, readErr := ReadCommit(ctx, a.store, a.runID)
		return winner, errors.Join(err, readErr, a.Abort(ctx), pointCurrent(ctx, a.store))
	}
	if err != nil {
		return Commit{}, fmt.Errorf("commit %s: %w", a.runID, err)
	}
	if err := pointCurrent(ctx, a.store); err != nil {
		return c, fmt.Errorf("the run %s is committed, but the pointer to it is not: %w", a.runID, err)
	}
	return c, nil
}

// publish gives the attempt's folder the name of the run. If the name is taken,
// an earlier attempt ended between publishing and committing, or another is
// between the two at this moment.
func (a *Attempt) publish(ctx context.Context, manifest []byte, outputs []Output) error {
	run := runKey(a.runID)
	err := a.store.Publish(ctx, a.prefix, run)
	if !errors.Is(err, storage.ErrExists) {
		return err
	}
	switch _, err := ReadCommit(ctx, a.store, a.runID); {
	case err == nil:
		return ErrCommitted
	case !errors.Is(err, storage.ErrNotExist):
		return err
	}
	theirs, err := storage.ReadAll(ctx, a.store, path.Join(run, manifestFile), manifestLimit)
	if err == nil && bytes.Equal(theirs, manifest) && checkFolder(ctx, a.store, run, outputs) == nil {
		return a.Abort(ctx) // it is what we would publish
	}
	aside := path.Join(attemptsFolder, a.runID+"."+strings.ToLower(rand.Text())+".aside")
	if err := a.store.Publish(ctx, run, aside); err != nil {
		return fmt.Errorf("move an uncommitted run aside: %w", err)
	}
	return a.store.Publish(ctx, a.prefix, run)
}

// put makes the commit. That it exists may be our own doing: a store may apply
// a put and lose the answer.
func (a *Attempt) put(ctx context.Context, c Commit) (Commit, error) {
	data, err := encodeJSON(c)
	if err != nil {
		return c, err
	}
	_, err = a.store.PutIfAbsent(ctx, commitKey(a.runID), data)
	if errors.Is(err, storage.ErrExists) {
		theirs, err := ReadCommit(ctx, a.store, a.runID)
		if err == nil && theirs.Attempt != c.Attempt {
			err = ErrCommitted
		}
		return theirs, err
	}
	if err != nil {
		return c, err
	}
	return c, a.confirm(ctx, c)
}

// confirm takes the commit back if the folder is not what it vouches for: a rival
// of another build took our folder for one left behind and replaced it.
func (a *Attempt) confirm(ctx context.Context, c Commit) error {
	_, err := readManifest(ctx, a.store, c)
	if err != nil {
		return errors.Join(fmt.Errorf("the run was replaced while it was committed: %w", err), a.store.Remove(ctx, commitKey(a.runID)))
	}
	return nil
}

// pointCurrent points at the newest committed run, where the store can.
func pointCurrent(ctx context.Context, store storage.Store) error {
	pointer, ok := store.(storage.Pointer)
	if !ok {
		return nil
	}
	commits, err := Commits(ctx, store)
	if err != nil || len(commits) == 0 {
		return err
	}
	return pointer.Point(ctx, currentPointer, commits[0].Path)
}

func runKey(runID string) string    { return path.Join(runsFolder, runID) }
func commitKey(runID string) string { return path.Join(commitsFolder, runID+".json") }

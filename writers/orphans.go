package writers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers/journal"
)

// Orphan is what a run left that did not come to its end.
type Orphan struct {
	Kind    string
	Name    string // key of the folder or object
	Objects int
	Bytes   int64
	Written time.Time // when it was last written to

	upload storage.Info // of an unfinished object
}

// Kinds of orphans.
const (
	OrphanAttempt    = "attempt"    // a folder that no commit vouches for
	OrphanBatch      = "batch"      // update files, or an archive, that the journal does not vouch for
	OrphanSpool      = "spool"      // deliveries of an attempt
	OrphanUnfinished = "unfinished" // an object that was begun: a temporary file, an upload
)

// Orphans lists what attempts left in an output that were last written to before
// a moment. An attempt that lives writes often, so the moment must lie further
// back than its longest pause. What a commit vouches for is never an orphan, and
// neither is anything that the program does not make.
func Orphans(ctx context.Context, store storage.Store, before time.Time) ([]Orphan, error) {
	var orphans []Orphan
	for _, folder := range []string{ArchivesFolder, BatchesFolder, runsFolder, spoolsFolder} {
		found, err := folders(ctx, store, folder)
		if err != nil {
			return nil, err
		}
		orphans = append(orphans, found...)
	}
	// Read after the list: whatever committed before now is not taken for one that
	// did not.
	vouched, err := vouchedFor(ctx, store)
	if err != nil {
		return nil, err
	}
	orphans = slices.DeleteFunc(orphans, func(o Orphan) bool { return vouched[o.Name] || !o.Written.Before(before) })
	if keeper, ok := store.(storage.Keeper); ok {
		for info, err := range keeper.Unfinished(ctx) {
			if err != nil {
				return nil, err
			}
			if info.Modified.Before(before) {
				orphans = append(orphans, Orphan{OrphanUnfinished, info.Key, 1, info.Size, info.Modified, info})
			}
		}
	}
	return orphans, nil
}

// folders are the folders of attempts below runs/, or of spools.
func folders(ctx context.Context, store storage.Store, below string) ([]Orphan, error) {
	var found []Orphan
	for info, err := range store.List(ctx, below+"/") {
		if err != nil {
			return nil, err
		}
		kind, name := ownerOf(info.Key)
		if name == "" {
			continue
		}
		if n := len(found); n == 0 || found[n-1].Name != name { // keys are in order
			found = append(found, Orphan{Kind: kind, Name: name})
		}
		o := &found[len(found)-1]
		o.Objects++
		o.Bytes += info.Size
		if info.Modified.After(o.Written) {
			o.Written = info.Modified
		}
	}
	return found, nil
}

// ownerOf is the folder of the attempt or spool that an object is of; no name if
// it is of neither.
func ownerOf(key string) (kind, name string) {
	elements := strings.SplitN(key, "/", 4)
	switch {
	case elements[0] == runsFolder && len(elements) == 4 && strings.HasPrefix(elements[2], attemptPrefix):
		return OrphanAttempt, path.Join(elements[:3]...)
	case (elements[0] == BatchesFolder || elements[0] == ArchivesFolder) && len(elements) == 4 && strings.HasPrefix(elements[2], attemptPrefix):
		return OrphanBatch, path.Join(elements[:3]...)
	case elements[0] == spoolsFolder && len(elements) == 3:
		return OrphanSpool, path.Join(elements[:2]...)
	}
	return "", ""
}

// vouchedFor are the folders that the commits of an output name, and its journal.
func vouchedFor(ctx context.Context, store storage.Store) (map[string]bool, error) {
	commits, err := Commits(ctx, store)
	if err != nil {
		return nil, err
	}
	folders := map[string]bool{}
	for _, c := range commits {
		folders[c.Path] = true
	}
	j, err := journal.Read(ctx, store)
	if err != nil {
		return nil, err
	}
	for _, e := range j.Entries {
		var of struct{ Folder string }
		if json.Unmarshal(e.Body, &of) == nil && of.Folder != "" {
			folders[of.Folder] = true
		}
	}
	return folders, nil
}

// ErrAlive tells that an orphan is none any more: it was written to, or committed.
var ErrAlive = errors.New("no orphan any more")

// RemoveOrphan removes what Orphans listed, after another look at it.
func RemoveOrphan(ctx context.Context, store storage.Store, o Orphan, before time.Time) error {
	if o.Kind == OrphanUnfinished {
		return store.(storage.Keeper).Forget(ctx, o.upload)
	}
	for info, err := range store.List(ctx, o.Name+"/") {
		if err != nil {
			return err
		}
		if !info.Modified.Before(before) {
			return fmt.Errorf("%s: %w", o.Name, ErrAlive)
		}
	}
	vouched, err := vouchedFor(ctx, store)
	if err != nil {
		return err
	}
	if vouched[o.Name] {
		return fmt.Errorf("%s: %w", o.Name, ErrAlive)
	}
	return store.Remove(ctx, o.Name)
}

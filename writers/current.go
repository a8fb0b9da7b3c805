package writers

import (
	"context"
	"errors"

	"github.com/clearsweep/clearsweep/storage"
)

// pointCurrent points at the newest committed run: with a pointer where the store
// has them, with a copy of the commit elsewhere. It is a convenience that nothing
// of ours reads.
func pointCurrent(ctx context.Context, store storage.Store) error {
	if pointer, ok := store.(storage.Pointer); ok {
		commits, err := Commits(ctx, store)
		if err != nil || len(commits) == 0 {
			return err
		}
		return pointer.Point(ctx, currentPointer, commits[0].Path)
	}
	for {
		err := copyNewest(ctx, store)
		if !errors.Is(err, storage.ErrChanged) && !errors.Is(err, storage.ErrExists) {
			return err
		}
	}
}

// copyNewest replaces the copy that was there before the commits were listed, so
// that of several at once the last to succeed has seen them all.
func copyNewest(ctx context.Context, store storage.Store) error {
	before, err := store.Head(ctx, currentFile)
	if err != nil && !errors.Is(err, storage.ErrNotExist) {
		return err
	}
	commits, err := Commits(ctx, store)
	if err != nil || len(commits) == 0 {
		return err
	}
	data, err := encodeJSON(commits[0])
	if err != nil {
		return err
	}
	if before.Version == "" {
		_, err = store.PutIfAbsent(ctx, currentFile, data)
	} else {
		_, err = store.PutIfMatch(ctx, currentFile, data, before.Version)
	}
	return err
}

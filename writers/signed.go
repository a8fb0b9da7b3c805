package writers

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers/signing"
)

const signaturesLimit = 1 << 20

func signaturesKey(runID string) string { return path.Join(commitsFolder, runID+".sig") }

// SignRun adds a signature of a committed run's manifest, which names all its files.
func SignRun(ctx context.Context, store storage.Store, run *Run, key ed25519.PrivateKey) error {
	at := signaturesKey(run.Commit.RunID)
	before, err := storage.ReadAll(ctx, store, at, signaturesLimit)
	if err != nil && !errors.Is(err, storage.ErrNotExist) {
		return err
	}
	line, err := signing.Sign(signing.Run, run.Commit.RunID, run.Commit.ManifestSHA256, key).Line()
	if err != nil {
		return err
	}
	return storage.Write(ctx, store, at, append(before, line...))
}

// CheckSigned is signing.ErrUnsigned unless one of those who are trusted has signed the run.
func CheckSigned(ctx context.Context, store storage.Store, run *Run, trusted signing.Trusted) error {
	source, err := storage.ReadAll(ctx, store, signaturesKey(run.Commit.RunID), signaturesLimit)
	if err != nil && !errors.Is(err, storage.ErrNotExist) {
		return err
	}
	list, err := signing.ReadSignatures(source)
	if err != nil {
		return fmt.Errorf("%s: %w", signaturesKey(run.Commit.RunID), err)
	}
	return trusted.Check(signing.Run, run.Commit.RunID, run.Commit.ManifestSHA256, list)
}

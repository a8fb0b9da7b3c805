package writers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/clearsweep/clearsweep/storage"
)

// Verified counts what was verified of a run.
type Verified struct {
	Files int
	Bytes int64
	Rows  int64 // of Parquet files
}

// Verify checks a committed run against its commit: the manifest's hash, the
// set of files, the size and hash of each, and of each Parquet file what the
// second implementation reads as schema and rows. If deep, both implementations
// read every value of every column and must agree. The error names every fault.
func Verify(ctx context.Context, store storage.Store, c Commit, deep bool) (Verified, error) {
	var v Verified
	m, err := readManifest(ctx, store, c)
	if err != nil {
		return v, err
	}
	faults := []error{checkFolder(ctx, store, c.Path, m.Outputs)}
	for _, out := range m.Outputs {
		key := path.Join(c.Path, out.Path)
		err := checkHash(ctx, store, key, out)
		if err == nil && deep && isParquet(out.Path) {
			err = compareValues(ctx, store, key)
		}
		if ctx.Err() != nil {
			return v, ctx.Err()
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		v.Files++
		v.Bytes += out.Bytes
		if isParquet(out.Path) {
			v.Rows += out.Rows
		}
	}
	return v, errors.Join(faults...)
}

// check is an error if the manifest contradicts itself.
func (m *Manifest) check() error {
	if err := m.Totals.Balance(); err != nil {
		return err
	}
	for _, in := range m.Inputs {
		if err := in.Totals.Rows.Balance(); err != nil {
			return fmt.Errorf("%s: %w", in.Name, err)
		}
	}
	var rows int64
	paths := map[string]bool{}
	for _, out := range m.Outputs {
		if err := storage.CheckKey(out.Path); err != nil {
			return err
		}
		if paths[out.Path] || out.Path == manifestFile {
			return fmt.Errorf("output %s is listed twice", out.Path)
		}
		paths[out.Path] = true
		if strings.HasPrefix(out.Path, "determinations/") {
			rows += out.Rows
		}
	}
	if rows != m.Totals.Determinations {
		return fmt.Errorf("%d determinations counted, %d written", m.Totals.Determinations, rows)
	}
	return nil
}

// checkFolder is an error unless the folder holds exactly the manifest and the
// outputs, each of its size, and the second implementation reads in every
// Parquet file the schema and the rows that we mean to have written.
func checkFolder(ctx context.Context, store storage.Store, folder string, outputs []Output) error {
	expected := map[string]Output{}
	for _, out := range outputs {
		expected[path.Join(folder, out.Path)] = out
	}
	var faults []error
	for info, err := range store.List(ctx, folder+"/") {
		if err != nil {
			return err
		}
		if info.Key == path.Join(folder, manifestFile) {
			continue
		}
		out, ok := expected[info.Key]
		delete(expected, info.Key)
		switch {
		case !ok:
			faults = append(faults, fmt.Errorf("%s: not in the manifest", info.Key))
		case info.Size != out.Bytes:
			faults = append(faults, fmt.Errorf("%s: %d bytes, the manifest says %d", info.Key, info.Size, out.Bytes))
		case isParquet(info.Key):
			faults = append(faults, checkFooter(ctx, store, info.Key, out))
		}
	}
	for _, out := range outputs {
		if key := path.Join(folder, out.Path); expected[key].Path != "" {
			faults = append(faults, fmt.Errorf("%s: %w", key, storage.ErrNotExist))
		}
	}
	return errors.Join(faults...)
}

func checkHash(ctx context.Context, store storage.Store, key string, out Output) (err error) {
	in, err := store.Open(ctx, key, 0, -1, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	if hex.EncodeToString(h.Sum(nil)) != out.SHA256 {
		return fmt.Errorf("%s: not the bytes that were committed", key)
	}
	return nil
}

func isParquet(key string) bool { return path.Ext(key) == ".parquet" }

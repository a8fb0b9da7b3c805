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
	// Sealed are files that could be hashed and not read: they are encrypted, and no key
	// was given.
	Sealed int
}

// Verify checks a committed run against its commit: the manifest's hash, the
// set of files, the size and hash of each, and of each Parquet file what the
// second implementation reads as schema and rows. If deep, both implementations
// read every value of every column and must agree. Files that are encrypted are hashed
// alone where the run has no keys. The error names every fault.
func Verify(ctx context.Context, store storage.Store, run *Run, deep bool) (Verified, error) {
	var v Verified
	m, err := readManifest(ctx, store, run.Commit)
	if err != nil {
		return v, err
	}
	of := run.Folder(store)
	faults := []error{checkFolder(ctx, of, m.Outputs)}
	for _, out := range m.Outputs {
		err := checkHash(ctx, store, path.Join(of.Prefix, out.Path), out)
		if err == nil && IsParquet(out.Path) && of.opens(out.Path) {
			err = verifyTable(ctx, of, out, deep)
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
		if !of.opens(out.Path) {
			v.Sealed++
			continue
		}
		if IsParquet(out.Path) {
			v.Rows += out.Rows
		}
	}
	return v, errors.Join(faults...)
}

// verifyTable asks the second implementation about a Parquet file; if deep, about every value.
func verifyTable(ctx context.Context, of Folder, out Output, deep bool) error {
	if err := checkFooter(ctx, of, out); err != nil || !deep {
		return err
	}
	return compareValues(ctx, of, out.Path)
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
// outputs, each of its size.
func checkFolder(ctx context.Context, of Folder, outputs []Output) error {
	expected := map[string]Output{}
	for _, out := range outputs {
		expected[path.Join(of.Prefix, out.Path)] = out
	}
	var faults []error
	for info, err := range of.Store.List(ctx, of.Prefix+"/") {
		if err != nil {
			return err
		}
		if info.Key == path.Join(of.Prefix, manifestFile) {
			continue
		}
		out, ok := expected[info.Key]
		delete(expected, info.Key)
		switch {
		case !ok:
			faults = append(faults, fmt.Errorf("%s: not in the manifest", info.Key))
		case info.Size != out.Bytes:
			faults = append(faults, fmt.Errorf("%s: %d bytes, the manifest says %d", info.Key, info.Size, out.Bytes))
		}
	}
	for _, out := range outputs {
		if key := path.Join(of.Prefix, out.Path); expected[key].Path != "" {
			faults = append(faults, fmt.Errorf("%s: %w", key, storage.ErrNotExist))
		}
	}
	return errors.Join(faults...)
}

// checkTables is an error unless the second implementation reads in every Parquet file the schema and the
// rows of its output. Most were read when they were finished.
func (a *Attempt) checkTables(ctx context.Context, outputs []Output) error {
	for _, out := range outputs {
		if !IsParquet(out.Path) || !a.folder().opens(out.Path) {
			continue
		}
		if _, was := a.tables.Load(out); was {
			continue
		}
		if err := a.checkTable(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

// checkTable is checkFooter of a file of the attempt, which is remembered.
func (a *Attempt) checkTable(ctx context.Context, out Output) error {
	err := checkFooter(ctx, a.folder(), out)
	if err == nil {
		a.tables.Store(out, nil)
	}
	return err
}

// opens tells whether a file is in clear, or there are keys that may open it.
func (f Folder) opens(name string) bool { return !isSealed(name) || len(f.Keys) > 0 }

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

// IsParquet tells by its name whether a file is one of Parquet, encrypted or not.
func IsParquet(name string) bool { return path.Ext(plain(name)) == ".parquet" }

package writers

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/clearsweep/clearsweep/storage"
)

// Folder is where files are made that count once something vouches for them.
type Folder struct {
	Store  storage.Store
	Prefix string
}

// File is a new file of a folder, which measures itself.
type File struct {
	*outputFile
	seal io.WriteCloser // nil in clear
}

// Create begins a file. With recipients it is encrypted for them, and its name ends with
// .age. The caller ends it with Commit or Abort.
func (f Folder) Create(ctx context.Context, name string, to *Recipients) (*File, error) {
	if to != nil {
		name += ".age"
	}
	out, err := create(ctx, f.Store, f.Prefix, name)
	if err != nil || to == nil {
		return &File{outputFile: out}, err
	}
	sealed, err := to.seal(out)
	if err != nil {
		return nil, errors.Join(err, out.abort())
	}
	return &File{out, sealed}, nil
}

func (f *File) Write(p []byte) (int, error) {
	if f.seal != nil {
		return f.seal.Write(p)
	}
	return f.outputFile.Write(p)
}

// Commit makes the file durable and tells what it is: rows are data rows.
func (f *File) Commit(rows int64) (Output, error) {
	if f.seal != nil {
		if err := f.seal.Close(); err != nil {
			return Output{}, errors.Join(err, f.abort())
		}
	}
	return f.commit(rows)
}

// Abort throws the file away, unless it is committed.
func (f *File) Abort() error { return f.abort() }

// ErrDamaged tells that a file is not the one that was vouched for.
var ErrDamaged = errors.New("the file is not the one that was written: it was changed, or cut")

// OpenFile reads a file of a folder and holds it against what was said of it: the error is
// ErrDamaged, at the end in place of io.EOF, where it is another. The caller closes it.
func (f Folder) OpenFile(ctx context.Context, of Output) (io.ReadCloser, error) {
	in, err := f.Store.Open(ctx, path.Join(f.Prefix, of.Path), 0, -1, "")
	if err != nil {
		return nil, err
	}
	return &vouched{in: in, of: of, hash: sha256.New()}, nil
}

// vouched reads what is said to have a hash.
type vouched struct {
	in   io.ReadCloser
	of   Output
	hash hash.Hash
	read int64
}

func (v *vouched) Read(p []byte) (int, error) {
	n, err := v.in.Read(p)
	v.hash.Write(p[:n])
	v.read += int64(n)
	if errors.Is(err, io.EOF) && (v.read != v.of.Bytes || hex.EncodeToString(v.hash.Sum(nil)) != v.of.SHA256) {
		return n, fmt.Errorf("%s: %w", v.of.Path, ErrDamaged)
	}
	return n, err
}

func (v *vouched) Close() error { return v.in.Close() }

// Updates are the update files of a run, by agency: update.csv, or update.csv.age.
func (r *Run) Updates() map[string]Output {
	list := map[string]Output{}
	for _, o := range r.Manifest.Outputs {
		agency, name, _ := strings.Cut(strings.TrimPrefix(o.Path, "agencies/"), "/")
		if strings.HasPrefix(o.Path, "agencies/") && strings.TrimSuffix(name, ".age") == string("update."+UpdateCSV) {
			list[agency] = o
		}
	}
	return list
}

// ErrSealed tells that a file is encrypted and no key for it was given.
var ErrSealed = errors.New("the file is encrypted: name the private key, one that the list of recipients has for every agency")

// OpenUpdate reads an update file of the run, in clear: with keys where it is encrypted. The
// caller closes it, after it has read to the end.
func (r *Run) OpenUpdate(ctx context.Context, store storage.Store, of Output, keys []age.Identity) (io.ReadCloser, error) {
	in, err := Folder{store, r.Commit.Path}.OpenFile(ctx, of)
	if err != nil || !strings.HasSuffix(of.Path, ".age") {
		return in, err
	}
	if len(keys) == 0 {
		return nil, errors.Join(fmt.Errorf("%s: %w", of.Path, ErrSealed), in.Close())
	}
	text, err := age.Decrypt(bufio.NewReader(in), keys...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", of.Path, err), in.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{text, in}, nil
}

// UpdateColumns are the columns of update.csv, in order.
func UpdateColumns() []string {
	names := []string{"sequence"}
	for _, c := range updateColumns {
		names = append(names, c.name)
	}
	return slices.Clip(names)
}

// For is who can decrypt the files of an agency; nil where a nil list leaves them in clear.
func (r *AgencyRecipients) For(agency string) (*Recipients, error) {
	if r == nil {
		return nil, nil
	}
	of, err := r.of(agency)
	return &of, err
}

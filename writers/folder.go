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
	// Keys open what is encrypted of it: private keys of age.
	Keys []age.Identity
}

// Create begins a file. With recipients it is encrypted for them, and its name ends with
// .age. The caller ends it with Commit or Abort.
func (f Folder) Create(ctx context.Context, name string, to Recipients) (*File, error) {
	return create(ctx, f.Store, f.Prefix, name, to.keys)
}

// ErrDamaged tells that a file is not the one that was vouched for.
var ErrDamaged = errors.New("the file is not the one that was written: it was changed, or cut")

// OpenStored reads a file of a folder as it is stored, and holds it against what was said of
// it: the error is ErrDamaged, at the end in place of io.EOF, where it is another. The caller
// closes it.
func (f Folder) OpenStored(ctx context.Context, of Output) (io.ReadCloser, error) {
	in, err := f.Store.Open(ctx, path.Join(f.Prefix, of.Path), 0, -1, "")
	if err != nil {
		return nil, err
	}
	return &vouched{in: in, of: of, hash: sha256.New()}, nil
}

// OpenFile reads a file as OpenStored does, but in clear: the error is ErrSealed where it is
// encrypted and none of the folder's keys opens it.
func (f Folder) OpenFile(ctx context.Context, of Output) (io.ReadCloser, error) {
	stored, err := f.OpenStored(ctx, of)
	if err != nil || !isSealed(of.Path) {
		return stored, err
	}
	text, err := f.unseal(of.Path, bufio.NewReader(stored))
	if err != nil {
		return nil, errors.Join(err, stored.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{text, stored}, nil
}

// ReadFile reads a file of at most limit bytes as OpenFile does.
func (f Folder) ReadFile(ctx context.Context, of Output, limit int64) (data []byte, err error) {
	in, err := f.OpenFile(ctx, of)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	data, err = io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", of.Path, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("read %s: more than %d bytes", of.Path, limit)
	}
	return data, nil
}

// unseal decrypts what is read.
func (f Folder) unseal(name string, in io.Reader) (io.Reader, error) {
	keys, err := f.keys(name)
	if err != nil {
		return nil, err
	}
	text, err := age.Decrypt(in, keys...)
	return text, sealed(name, err)
}

// keys are those that may open a file; ErrSealed where there are none.
func (f Folder) keys(name string) ([]age.Identity, error) {
	if len(f.Keys) == 0 {
		return nil, fmt.Errorf("%s: %w", name, ErrSealed)
	}
	return f.Keys, nil
}

// sealed names the file, and what to do where no key opens it.
func sealed(name string, err error) error {
	if _, no := errors.AsType[*age.NoIdentityMatchError](err); no {
		return fmt.Errorf("%s: %w", name, ErrSealed)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// ErrSealed tells that a file is encrypted and none of the keys that were given opens it.
var ErrSealed = errors.New("the file is encrypted: name the private key of one for whom it is with --identity")

func isSealed(name string) bool { return path.Ext(name) == sealedSuffix }

// plain is the name of a file without what says that it is encrypted.
func plain(name string) string { return strings.TrimSuffix(name, sealedSuffix) }

// Name is the path of an output without what says that it is encrypted.
func (o Output) Name() string { return plain(o.Path) }

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

// Folder is that of the run's files.
func (r *Run) Folder(store storage.Store) Folder { return Folder{store, r.Commit.Path, r.Keys} }

// Find is the output of a name, which an encrypted one has with .age at its end.
func (r *Run) Find(name string) (Output, bool) {
	i := slices.IndexFunc(r.Manifest.Outputs, func(o Output) bool { return o.Name() == name })
	if i < 0 {
		return Output{}, false
	}
	return r.Manifest.Outputs[i], true
}

// Updates are the update files of a run, by agency: update.csv, or update.csv.age.
func (r *Run) Updates() map[string]Output {
	list := map[string]Output{}
	for _, o := range r.Manifest.Outputs {
		agency, name, _ := strings.Cut(strings.TrimPrefix(o.Path, "agencies/"), "/")
		if strings.HasPrefix(o.Path, "agencies/") && plain(name) == string("update."+UpdateCSV) {
			list[agency] = o
		}
	}
	return list
}

// UpdateColumns are the columns of update.csv, in order.
func UpdateColumns() []string {
	names := []string{"sequence"}
	for _, c := range updateColumns {
		names = append(names, c.name)
	}
	return slices.Clip(names)
}

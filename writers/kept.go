package writers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"filippo.io/age"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

// keptFile holds the rejected rows of a run, for those alone who repair them.
const keptFile = "rejects/rows.ndjson.age"

// KeptRow is a row of which something was rejected, as it stands in the file of them: JSON,
// one a line.
type KeptRow struct {
	Source string   `json:"source"`
	SHA256 string   `json:"sha256"` // of the source's bytes, unpacked
	Line   int64    `json:"line"`
	Why    []string `json:"why"` // reasons, each with its column
	// Row is the row as it was read, without its terminator. It is the one thing to mend.
	Row string `json:"row,omitempty"`
	// Base64 is there instead where the row is no text.
	Base64 []byte `json:"base64,omitempty"`
}

// LogValue keeps the row out of logs.
func (KeptRow) LogValue() slog.Value { return redacted }

// WriteKeptRows writes the rows of rejects that have theirs, given in order of source and
// line, for recipients alone. Sources are the names and hashes of the run's, by ordinal.
// Equal runs have equal rows there, and not equal bytes: no two encryptions are alike.
func (a *Attempt) WriteKeptRows(ctx context.Context, rejects iter.Seq2[schemas.Reject, error], sources, hashes []string, to Recipients) (Output, error) {
	f, err := create(ctx, a.store, a.prefix, keptFile)
	if err != nil {
		return Output{}, err
	}
	rows, err := encryptRows(f, rejects, sources, hashes, to)
	if err != nil {
		return Output{}, errors.Join(err, f.abort())
	}
	return f.commit(rows)
}

func encryptRows(w io.Writer, rejects iter.Seq2[schemas.Reject, error], sources, hashes []string, to Recipients) (rows int64, err error) {
	sealed, err := to.seal(w)
	if err != nil {
		return 0, err
	}
	lines := json.NewEncoder(sealed)
	lines.SetEscapeHTML(false)
	var at schemas.Reject
	var open *KeptRow
	flush := func() error {
		if open == nil {
			return nil
		}
		rows++
		kept := open
		open = nil
		return lines.Encode(kept)
	}
	for r, err := range rejects {
		if err != nil {
			return 0, err
		}
		if open != nil && (r.Source != at.Source || r.Line != at.Line) {
			if err := flush(); err != nil {
				return 0, err
			}
		}
		if r.Row != nil {
			if err := flush(); err != nil {
				return 0, err
			}
			at, open = r, keptRow(r, sources[r.Source], hashes[r.Source])
		}
		if open != nil {
			open.Why = append(open.Why, strings.TrimSpace(r.Reason.String()+" "+r.Column))
		}
	}
	return rows, errors.Join(flush(), sealed.Close())
}

func keptRow(r schemas.Reject, source, hash string) *KeptRow {
	k := &KeptRow{Source: source, SHA256: hash, Line: r.Line}
	if utf8.Valid(r.Row) {
		k.Row = string(r.Row)
	} else {
		k.Base64 = slices.Clone([]byte(r.Row))
	}
	return k
}

// OpenKeptRows decrypts the rejected rows of a run with the keys of an identity file of
// age. The caller closes the reader. It is ErrNoKeptRows where the run kept none.
func OpenKeptRows(ctx context.Context, out storage.Store, run *Run, identities io.Reader) (_ io.ReadCloser, err error) {
	kept := slices.ContainsFunc(run.Manifest.Outputs, func(o Output) bool { return o.Path == keptFile })
	if !kept {
		return nil, ErrNoKeptRows
	}
	keys, err := age.ParseIdentities(identities)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	f, err := openObject(ctx, out, path.Join(run.Commit.Path, keptFile))
	if err != nil {
		return nil, err
	}
	text, err := age.Decrypt(f, keys...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", keptFile, err), f.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{text, f}, nil
}

// ErrNoKeptRows is of a run whose rejected rows were not kept.
var ErrNoKeptRows = errors.New("the run kept no rejected rows: sweep with --keep-raw-rejects")

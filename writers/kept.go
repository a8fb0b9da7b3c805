package writers

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

// keptFile holds the rejected rows of a run, encrypted for those alone who repair them.
const keptFile = "rejects/rows.ndjson"

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
	f, err := a.createFor(ctx, keptFile, to)
	if err != nil {
		return Output{}, err
	}
	rows, err := keepRows(f, rejects, sources, hashes)
	if err != nil {
		return Output{}, errors.Join(err, f.Abort())
	}
	return f.Commit(rows)
}

func keepRows(w io.Writer, rejects iter.Seq2[schemas.Reject, error], sources, hashes []string) (rows int64, err error) {
	lines := json.NewEncoder(w)
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
	return rows, flush()
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

// OpenKeptRows decrypts the rejected rows of a run with its keys. The caller closes the
// reader, after it has read to the end. It is ErrNoKeptRows where the run kept none.
func OpenKeptRows(ctx context.Context, out storage.Store, run *Run) (io.ReadCloser, error) {
	kept, ok := run.Find(keptFile)
	if !ok {
		return nil, ErrNoKeptRows
	}
	return run.Folder(out).OpenFile(ctx, kept)
}

// ErrNoKeptRows is of a run whose rejected rows were not kept.
var ErrNoKeptRows = errors.New("the run kept no rejected rows: sweep with --keep-raw-rejects")

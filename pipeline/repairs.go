package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// repairs are rows that people have mended, read in place of those that stand in the
// sources. A nil one has none.
type repairs struct {
	digest string
	rows   map[string]map[int64][]byte // by SHA-256 of the source, and line
	lines  map[string]int              // of the file, where a source is first named
}

// openRepairs reads the rows that were mended, and says who may see those that are
// rejected now.
func (p *Plan) openRepairs() (err error) {
	if p.recipients, err = writers.ParseRecipients(p.Config.KeepRows); err != nil {
		return fmt.Errorf("keep_raw_rejects: %w", err)
	}
	if p.Config.Repairs == "" {
		return nil
	}
	source, err := os.ReadFile(p.Config.Repairs)
	if err != nil {
		return fmt.Errorf("repairs: %w", err)
	}
	if p.repairs, err = parseRepairs(p.Config.Repairs, source); err != nil {
		return fmt.Errorf("repairs: %w", err)
	}
	return nil
}

// parseRepairs reads the form of writers.KeptRow, of which the row has been mended. The
// error lists every fault with its line and quotes none.
func parseRepairs(name string, source []byte) (*repairs, error) {
	digest := sha256.Sum256(source)
	r := &repairs{digest: hex.EncodeToString(digest[:]), rows: map[string]map[int64][]byte{}, lines: map[string]int{}}
	var faults []error
	number := 0
	for line := range bytes.Lines(source) {
		number++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if fault := r.add(line, number); fault != "" {
			faults = append(faults, fmt.Errorf("%s: line %d: %s", name, number, fault))
		}
	}
	return r, errors.Join(faults...)
}

// add adds one line, or says what is wrong with it.
func (r *repairs) add(line []byte, number int) (fault string) {
	var row writers.KeptRow
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	switch err := d.Decode(&row); {
	case err != nil:
		return "it is not a rejected row as 'clearsweep rejects open' prints it"
	case len(row.SHA256) != hex.EncodedLen(sha256.Size) || row.Line < 1:
		return "sha256 and line say which row it is: leave them as they were"
	case row.Base64 != nil || row.Row == "":
		return "row must be the mended row, as text; take the line out to leave the row rejected"
	case !utf8.ValidString(row.Row):
		return "row is no text in UTF-8"
	}
	rows := r.rows[row.SHA256]
	if rows == nil {
		rows = map[int64][]byte{}
		r.rows[row.SHA256], r.lines[row.SHA256] = rows, number
	}
	if _, twice := rows[row.Line]; twice {
		return "the row was mended on an earlier line"
	}
	rows[row.Line] = []byte(row.Row)
	return ""
}

// of are the mended rows of a source, by their lines.
func (r *repairs) of(s Source) map[int64][]byte {
	if r == nil {
		return nil
	}
	return r.rows[s.Survey.SHA256]
}

// checkRepairs refuses repairs of what is not among the sources, and of what a person
// cannot have mended.
func (r *Run) checkRepairs() error {
	if r.repairs == nil {
		return nil
	}
	if !r.layout.Repairable() {
		return fmt.Errorf("repairs: rows of %s are records of bytes, which are mended where they come from", r.layout.Name())
	}
	var faults []error
	for sum, line := range r.repairs.lines {
		if !slices.ContainsFunc(r.Sources, func(s Source) bool { return s.Survey.SHA256 == sum }) {
			faults = append(faults, fmt.Errorf("repairs: line %d: no input has these bytes: repairs are of one delivery", line))
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return bytes.Compare([]byte(a.Error()), []byte(b.Error())) })
	return errors.Join(faults...)
}

// balanceRepairs is an error unless every repair of a source found its row.
func (r *Run) balanceRepairs(source int, t schemas.Totals) error {
	if want := int64(len(r.repairs.of(r.Sources[source]))); r.duplicate[source] < 0 && t.Repaired != want {
		return fmt.Errorf("%d rows were mended, and %d of them are there: a line of the repairs is none at which a row begins", want, t.Repaired)
	}
	return nil
}

// keepRows writes the rejected rows for those who may see them, if any may.
func (r *Run) keepRows(ctx context.Context, prepared []Prepared, from Segments) ([]writers.Output, error) {
	if len(r.recipients.Names) == 0 {
		return nil, nil
	}
	hashes := make([]string, len(r.Sources))
	for i, s := range r.Sources {
		hashes[i] = s.Survey.SHA256
	}
	kept, err := r.attempt.WriteKeptRows(ctx, r.rejects(ctx, prepared, from), r.sourceNames(), hashes, r.recipients)
	return []writers.Output{kept}, err
}

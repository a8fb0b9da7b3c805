// Package purge destroys the lists of an output once their time is over, and certifies it.
//
// In go the journal of an output, its runs, and a rule of retention; out comes a certificate of
// every file that was removed, and nothing of what it names is left in the store. Lists are of
// persons whom somebody has relieved: a copy that outlives its use undoes what it was made for.
//
//	Find ─► draft of the certificate ─► journal ─► files removed ─► looked for ─► certificate ─► journal
//
// It must never touch what is still needed: the newest run, runs and batches that an agency has
// not been shown to have acted on, the newest list of what each agency was told, acknowledgements,
// the journal, and what records said before, which stays sealed (Recommendation 10 of the report).
package purge

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/pipeline/issue"
	"github.com/clearsweep/clearsweep/pipeline/track"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/journal"
	"github.com/clearsweep/clearsweep/writers/signing"
)

// Kinds of the journal's entries.
const (
	BegunEntry  = "purge begun"
	PurgedEntry = "purged"
)

// Rule is what ends the time of a list.
type Rule struct {
	// Before is the day before which a run was committed, or a batch issued.
	Before schemas.Date
	// Cite is the law or the schedule that sets the time.
	Cite string
}

// Certificate says what was destroyed. It holds no personal data.
type Certificate struct {
	Number  int     `json:"certificate"` // from 1
	Rule    string  `json:"rule"`
	Before  string  `json:"before"` // 2006-01-02
	Who     string  `json:"who"`
	Runs    []Run   `json:"runs"`
	Batches []Batch `json:"batches"`
	Files   []File  `json:"files"`
	// Begun and Ended are by the clock of the machine; Ended is nil in a draft.
	Begun time.Time  `json:"begun"`
	Ended *time.Time `json:"ended,omitempty"`
	// How says what was done, and what it does not reach.
	How string `json:"how"`
}

// how is true of disks and of buckets.
const how = "each file was removed from the store, and looked for afterwards; backups, snapshots, old versions that a bucket keeps, and copies that others have are not reached by it"

// Run is a run that was destroyed.
type Run struct {
	ID             string    `json:"run"`
	Policy         string    `json:"policy"`
	AsOf           string    `json:"as_of"`
	ManifestSHA256 string    `json:"manifest_sha256"`
	CommittedAt    time.Time `json:"committed_at"`
}

// Batch is a batch whose files were destroyed.
type Batch struct {
	ID string `json:"batch"`
	On string `json:"on"`
}

// File is a file that was destroyed.
type File struct {
	Path   string `json:"path"` // below the output
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"` // as a manifest or the journal has it
}

// Begun says what is about to be destroyed: the body of the journal's entry.
type Begun struct {
	Certificate int      `json:"certificate"`
	Rule        string   `json:"rule"`
	Before      string   `json:"before"`
	Runs        []string `json:"runs"`
	Batches     []string `json:"batches"`
	Files       int      `json:"files"`
	DraftSHA256 string   `json:"draft_sha256"`
}

// Purged says that it is destroyed: the body of the journal's entry.
type Purged struct {
	Certificate int    `json:"certificate"`
	SHA256      string `json:"sha256"` // of the certificate
	Files       int    `json:"files"`
	Bytes       int64  `json:"bytes"`
}

// Purge is what there is to destroy of an output.
type Purge struct {
	Certificate
	// Kept says why runs and batches of that time stay, each once.
	Kept []string

	out    storage.Store
	ledger *track.Ledger
	begun  bool // by one who did not end it
}

// ErrUnfinished tells that a purge was begun and not ended: it must be ended first.
var ErrUnfinished = errors.New("a purge was begun and did not end")

// Key is where the certificate is.
func (c *Certificate) Key() string { return key(c.Number) }

func key(number int) string { return path.Join("certificates", numbered(number)+".json") }

func signatureKey(number int) string { return path.Join("certificates", numbered(number)+".sig") }

// numbered is the name of a certificate.
func numbered(number int) string { return fmt.Sprintf("%06d", number) }

// certificateLimit is above the certificate of a million files.
const certificateLimit = 512 << 20

// Find finds what of an output has had its time by a rule. Where a purge was begun that did not
// end, it is that one, whatever the rule says now.
func Find(ctx context.Context, out storage.Store, ledger *track.Ledger, rule Rule) (*Purge, error) {
	p := &Purge{out: out, ledger: ledger}
	p.Rule, p.Before, p.How, p.Number = rule.Cite, rule.Before.String(), how, 1
	if again, err := p.unfinished(ctx); again || err != nil {
		return p, err
	}
	if err := p.findBatches(ctx, rule); err != nil {
		return nil, err
	}
	if err := p.findRuns(ctx, rule); err != nil {
		return nil, err
	}
	return p, nil
}

// unfinished counts the certificates, and finds one whose purge did not end.
func (p *Purge) unfinished(ctx context.Context) (bool, error) {
	var open *Begun
	for _, e := range p.ledger.History.Journal.Entries {
		switch e.Kind {
		case BegunEntry:
			open = &Begun{}
			if err := e.Decode(open); err != nil {
				return false, err
			}
			p.Number = open.Certificate + 1
		case PurgedEntry:
			open = nil
		}
	}
	if open == nil {
		return false, nil
	}
	source, err := storage.ReadAll(ctx, p.out, key(open.Certificate), certificateLimit)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrUnfinished, err)
	}
	p.begun = true
	p.Certificate = Certificate{}
	if err := json.Unmarshal(source, &p.Certificate); err != nil {
		return false, fmt.Errorf("%s: %w: %w", key(open.Certificate), ErrUnfinished, err)
	}
	return true, nil
}

// findBatches finds the files of batches that are closed at every agency.
func (p *Purge) findBatches(ctx context.Context, rule Rule) error {
	closed := map[string]bool{}
	for _, s := range p.ledger.Standings {
		_, shown := s.Reached[agencies.Verified]
		known, seen := closed[s.Batch.ID]
		closed[s.Batch.ID] = shown && (known || !seen)
	}
	last := map[string]bool{} // the newest lists of what agencies were told
	for _, of := range p.ledger.History.Known() {
		last[of.Path] = true
	}
	for _, b := range p.ledger.History.Batches {
		if b.On >= rule.Before {
			continue
		}
		if !closed[b.ID] {
			p.Kept = append(p.Kept, b.ID+": no extract has shown that every agency acted on it")
			continue
		}
		hashes := map[string]string{}
		for i := range b.Agencies {
			t := &b.Agencies[i]
			hashes[t.File.Path], hashes[t.Known.Path] = t.File.SHA256, t.Known.SHA256
		}
		files, err := p.below(ctx, b.Folder, hashes)
		if err != nil {
			return err
		}
		files = slices.DeleteFunc(files, func(f File) bool { return last[f.Path] })
		if len(files) > 0 {
			p.Batches = append(p.Batches, Batch{b.ID, b.OnText})
			p.Files = append(p.Files, files...)
		}
	}
	return nil
}

// findRuns finds runs of which no batch is open.
func (p *Purge) findRuns(ctx context.Context, rule Rule) error {
	commits, err := writers.Commits(ctx, p.out)
	if err != nil {
		return err
	}
	open := map[string]string{} // the batch of a run that is not closed
	for _, s := range p.ledger.Standings {
		if _, shown := s.Reached[agencies.Verified]; !shown {
			open[s.Batch.Run] = s.Batch.ID
		}
	}
	for i, c := range commits {
		committed, err := schemas.ParseDate(c.CommittedAt.Format(time.DateOnly))
		if err != nil || committed >= rule.Before {
			continue // a commit without a time is of a test
		}
		switch batch := open[c.RunID]; {
		case i == 0:
			p.Kept = append(p.Kept, "run "+c.RunID+": it is the newest")
			continue
		case batch != "":
			p.Kept = append(p.Kept, "run "+c.RunID+": "+batch+" is of it, which is open")
			continue
		}
		run, err := writers.OpenRun(ctx, p.out, c.RunID)
		if err != nil {
			return err
		}
		hashes := map[string]string{path.Join(c.Path, "manifest.json"): c.ManifestSHA256}
		for _, o := range run.Manifest.Outputs {
			hashes[path.Join(c.Path, o.Path)] = o.SHA256
		}
		files, err := p.below(ctx, c.Path, hashes)
		if err != nil {
			return err
		}
		p.Files = append(p.Files, files...)
		p.Runs = append(p.Runs, Run{c.RunID, run.Manifest.Policy.ID, run.Manifest.AsOf, c.ManifestSHA256, c.CommittedAt})
	}
	return nil
}

// below are the files of a folder.
func (p *Purge) below(ctx context.Context, folder string, hashes map[string]string) (files []File, err error) {
	for info, err := range p.out.List(ctx, folder+"/") {
		if err != nil {
			return nil, err
		}
		files = append(files, File{info.Key, info.Size, hashes[info.Key]})
	}
	return files, nil
}

// Destroy removes what Find found, and returns the certificate's own SHA-256. Ended at any
// point, it is to be called again: Find then finds what is left to do.
func (p *Purge) Destroy(ctx context.Context, by issue.Moment) (string, error) {
	if !p.begun {
		if err := p.begin(ctx, by); err != nil {
			return "", err
		}
	}
	for _, r := range p.Runs {
		if err := writers.Forget(ctx, p.out, r.ID); err != nil {
			return "", err
		}
	}
	for _, f := range p.Files {
		if err := p.out.Remove(ctx, f.Path); err != nil {
			return "", err
		}
	}
	for _, f := range p.Files {
		switch _, err := p.out.Head(ctx, f.Path); {
		case err == nil:
			return "", fmt.Errorf("%s is there still, though it was removed", f.Path)
		case !errors.Is(err, storage.ErrNotExist):
			return "", err
		}
	}
	ended := by.At.UTC()
	p.Ended = &ended
	sum, err := p.write(ctx)
	if err != nil {
		return "", err
	}
	_, err = p.ledger.History.Journal.Append(ctx, by.At, by.Who, PurgedEntry, Purged{p.Number, sum, len(p.Files), p.bytes()})
	return sum, err
}

// begin writes down what is to be destroyed, before any of it is.
func (p *Purge) begin(ctx context.Context, by issue.Moment) error {
	p.Who, p.Begun = by.Who, by.At.UTC()
	sum, err := p.write(ctx)
	if err != nil {
		return err
	}
	b := Begun{Certificate: p.Number, Rule: p.Rule, Before: p.Before, Runs: []string{}, Batches: []string{}, Files: len(p.Files), DraftSHA256: sum}
	for _, r := range p.Runs {
		b.Runs = append(b.Runs, r.ID)
	}
	for _, of := range p.Batches {
		b.Batches = append(b.Batches, of.ID)
	}
	_, err = p.ledger.History.Journal.Append(ctx, by.At, by.Who, BegunEntry, b)
	return err
}

func (p *Purge) write(ctx context.Context) (sum string, err error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(&p.Certificate); err != nil {
		return "", err
	}
	hash := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(hash[:]), storage.Write(ctx, p.out, p.Key(), []byte(b.String()))
}

func (p *Purge) bytes() (n int64) {
	for _, f := range p.Files {
		n += f.Bytes
	}
	return n
}

// Sign puts a signature of the certificate beside it. Sum is its SHA-256, as Destroy returns it.
func (p *Purge) Sign(ctx context.Context, sum string, key ed25519.PrivateKey) error {
	line, err := signing.Sign(signing.Certificate, numbered(p.Number), sum, key).Line()
	if err != nil {
		return err
	}
	return storage.Write(ctx, p.out, signatureKey(p.Number), line)
}

const signaturesLimit = 1 << 20

// ErrDamaged tells that a certificate is not the one that the journal has, or is gone.
var ErrDamaged = errors.New("the certificate is not the one that was written")

// Check holds every certificate of a journal against its hash there, and counts them. With keys
// each must be signed by one of them, or the error is signing.ErrUnsigned.
func Check(ctx context.Context, out storage.Store, j *journal.Journal, trusted signing.Trusted) (n int, err error) {
	for _, e := range j.Entries {
		if e.Kind != PurgedEntry {
			continue
		}
		var of Purged
		if err := e.Decode(&of); err != nil {
			return n, err
		}
		source, err := storage.ReadAll(ctx, out, key(of.Certificate), certificateLimit)
		if err != nil && !errors.Is(err, storage.ErrNotExist) {
			return n, err
		}
		if hash := sha256.Sum256(source); hex.EncodeToString(hash[:]) != of.SHA256 {
			return n, fmt.Errorf("%s: %w", key(of.Certificate), ErrDamaged)
		}
		if trusted != nil {
			if err := checkSigned(ctx, out, of, trusted); err != nil {
				return n, err
			}
		}
		n++
	}
	return n, nil
}

func checkSigned(ctx context.Context, out storage.Store, of Purged, trusted signing.Trusted) error {
	source, err := storage.ReadAll(ctx, out, signatureKey(of.Certificate), signaturesLimit)
	if err != nil && !errors.Is(err, storage.ErrNotExist) {
		return err
	}
	list, err := signing.ReadSignatures(source)
	if err != nil {
		return fmt.Errorf("%s: %w", signatureKey(of.Certificate), err)
	}
	return trusted.Check(signing.Certificate, numbered(of.Certificate), of.SHA256, list)
}

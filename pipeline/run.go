package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"sync"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// Run is a Plan whose sources have been surveyed: it knows what decides the
// result, and so the run's name. Its methods may be called by many goroutines.
type Run struct {
	*Plan
	ID      string
	Sources []Source // in order of file and name
	Ranges  []Range  // what there is to prepare

	surveys    []Survey   // by file
	contents   []*content // by source
	duplicate  []int      // by source: the earlier source with the same bytes, or -1
	manifest   writers.Manifest
	attempt    *writers.Attempt
	scratch    *storage.Scratch
	committed  *Result
	partBits   int // 1<<partBits parts: decided by the input alone
	bucketBits int // 1<<bucketBits buckets, at least one a part: decided by memory
	mem        memory.Allocator
	decided    *seen // persons whom one pass has decided

	coders, evaluators sync.Pool // of *coder and *evaluate.Evaluator
	lists              codeLists
}

// Range is a run of whole rows of one source.
type Range struct {
	Source int
	readers.Range
}

// partBytes is the length of content that one part of the output stands for.
const (
	partBytes   = 32 << 20
	mostParts   = 10 // as a power of two
	mostBuckets = 14 // as a power of two
)

// Begin makes a run of a plan and the surveys of its files, in their order.
// The caller ends it with Commit or Abort, unless it is Committed.
func (p *Plan) Begin(ctx context.Context, surveys []Survey) (_ *Run, err error) {
	if err := p.checkLists(surveys); err != nil {
		return nil, err
	}
	r := &Run{Plan: p, surveys: surveys, mem: memory.DefaultAllocator}
	if err := r.findSources(); err != nil {
		return nil, err
	}
	r.coders.New = func() any { return &coder{statutes: p.statutes.Another()} }
	r.lists.statutes = p.statutes.Another()
	r.evaluators.New = func() any { return evaluate.NewEvaluator(p.laws...) }
	bytes := r.content()
	r.partBits = bitsFor(bytes, partBytes, mostParts)
	r.bucketBits = max(r.partBits, bitsFor(bytes, p.Config.bucketBytes(), mostBuckets))
	r.findDuplicates()
	if err := r.checkRepairs(); err != nil {
		return nil, err
	}
	r.cut()
	if err := r.name(); err != nil {
		return nil, err
	}
	if err := r.findCommit(ctx); err != nil || r.committed != nil {
		return r, err
	}
	if r.scratch, err = storage.NewScratch(p.scratchFolder()); err != nil {
		return nil, err
	}
	if err := r.try(); err != nil {
		return nil, errors.Join(err, r.scratch.Discard())
	}
	return r, nil
}

// try begins to write the run.
func (r *Run) try() (err error) {
	r.decided = newSeen(r.Config.Memory / 4)
	r.attempt, err = writers.Begin(r.out, r.scratch, r.ID, r.encryptFor)
	return err
}

// StartOver forgets all that was written, of which nothing was published.
func (r *Run) StartOver(ctx context.Context) error {
	return errors.Join(r.attempt.Abort(ctx), r.try())
}

// checkLists is an error unless every file is what its list says.
func (p *Plan) checkLists(surveys []Survey) error {
	var faults []error
	for i, f := range p.Files {
		faults = append(faults, f.expected.compare(f.Name, &surveys[i]))
	}
	return errors.Join(faults...)
}

// findSources gathers the sources of all files.
func (r *Run) findSources() error {
	names := map[string]bool{}
	for file, survey := range r.surveys {
		for _, s := range survey.Sources {
			if names[s.Name] {
				return fmt.Errorf("two sources are named %s: rename one of the files", s.Name)
			}
			names[s.Name] = true
			r.Sources = append(r.Sources, s)
			r.contents = append(r.contents, newContent(r.Plan, r.Files[file], s))
		}
	}
	return nil
}

// content is the length of what all sources hold, unpacked and as text.
func (r *Run) content() (n int64) {
	for _, s := range r.Sources {
		n += max(s.Survey.Bytes, s.Survey.Text)
	}
	return n
}

// scratchFolder is where the run keeps what does not outlive it: beside the
// outputs if they are on a disk.
func (p *Plan) scratchFolder() string {
	if disk, ok := p.out.(*storage.DiskStore); ok && p.Config.Scratch == "" {
		return disk.String()
	}
	return p.Config.Scratch
}

// Committed is the result of the run if it was committed before, or nil.
func (r *Run) Committed() *Result { return r.committed }

// Bytes is the length of the ranges.
func (r *Run) Bytes() (n int64) {
	for _, rng := range r.Ranges {
		n += rng.Length
	}
	return n
}

// Scratch is for what does not fit in memory.
func (r *Run) Scratch() *storage.Scratch { return r.scratch }

// codeLists tell what the tables know of codes, and look at each once.
type codeLists struct {
	mu       sync.Mutex
	statutes *normalize.Normalizer
	known    map[string]listed
}

// mostListed bounds what codeLists remember.
const mostListed = 1 << 16

// of is what the tables know of a code.
func (l *codeLists) of(code string) (of listed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if of, known := l.known[code]; known {
		return of
	}
	for _, section := range l.statutes.Charged(code) {
		if section.Life.Known() {
			of.lives = append(of.lives, section.Life)
		}
	}
	of.levels = l.statutes.Levels(code)
	if l.known == nil || len(l.known) == mostListed {
		l.known = map[string]listed{}
	}
	l.known[strings.Clone(code)] = of
	return of
}

// Parts are the segments that were prepared, by part.
func (r *Run) Parts(prepared []Prepared) [][]Segment {
	parts := make([][]Segment, 1<<r.partBits)
	for _, p := range prepared {
		for _, segment := range p.Segments {
			part := segment.Bucket >> (r.bucketBits - r.partBits)
			parts[part] = append(parts[part], segment)
		}
	}
	return parts
}

// Abort gives up a run and removes what it wrote.
func (r *Run) Abort(ctx context.Context) error {
	for _, c := range r.contents {
		c.close()
	}
	return errors.Join(r.attempt.Abort(ctx), r.scratch.Discard())
}

// bitsFor is the power of two of pieces of at most size bytes that n bytes
// make, but at most most.
func bitsFor(n, size int64, most int) int {
	pieces := (n + size - 1) / size
	return min(bits.Len64(uint64(max(pieces, 1)-1)), most)
}

// findDuplicates notes sources that have the bytes of an earlier one, unpacked:
// an extract that was delivered twice is read once.
func (r *Run) findDuplicates() {
	first := map[string]int{}
	r.duplicate = make([]int, len(r.Sources))
	for i, s := range r.Sources {
		earlier, ok := first[s.Survey.SHA256]
		if !ok {
			first[s.Survey.SHA256], earlier = i, -1
		}
		r.duplicate[i] = earlier
	}
}

// cut lists the ranges of all sources that are read, in order.
func (r *Run) cut() {
	for i, s := range r.Sources {
		if r.duplicate[i] >= 0 {
			continue
		}
		for _, rng := range s.Survey.Ranges {
			r.Ranges = append(r.Ranges, Range{Source: i, Range: rng})
		}
	}
}

// name fills the manifest with all that decides the result, and names the run
// after it.
func (r *Run) name() (err error) {
	m := &r.manifest
	m.Version, m.BinarySHA256 = r.Config.Version, r.Config.Binary
	m.AsOf, m.UpdateForms = r.Config.AsOf.String(), r.Config.UpdateForms
	m.Policy = writers.PolicyRef{
		ID: r.pack.Called(), SHA256: r.pack.Digest(), SignedOff: r.pack.SignedOff, Params: r.bound.Params(),
	}
	for _, l := range r.pack.Lasting() {
		if !l.Lasts() {
			m.Policy.ReEvaluate = append(m.Policy.ReEvaluate, l.Rule)
		}
	}
	for _, v := range r.variants {
		m.Variants = append(m.Variants, writers.Variant{Name: v.Name, Title: v.Title})
	}
	m.Layouts = []writers.DataRef{{Name: r.layout.Name(), SHA256: r.layout.Digest()}}
	m.CodeTables = []writers.DataRef{{Name: r.jurisdiction, SHA256: r.tables}}
	if r.crosswalk != nil {
		m.CrosswalkSHA256 = r.crosswalk.Digest()
	}
	if r.repairs != nil {
		m.RepairsSHA256 = r.repairs.digest
	}
	m.AnswersSHA256 = r.answers.Digest()
	if r.Config.Agencies != "" {
		m.AgenciesSHA256 = r.directory.Digest
	}
	m.RowsKeptFor, m.EncryptedFor, m.RecipientsSHA256 = r.recipients.Names, r.encryptFor.Names, r.sealedFor.Digest()
	for _, leaf := range r.law.Leaves() {
		m.Leaves = append(m.Leaves, writers.Leaf{Bit: leaf.Bit, ID: leaf.ID, Cite: leaf.Cite})
	}
	for _, survey := range r.surveys {
		for _, s := range survey.Sources {
			m.Inputs = append(m.Inputs, writers.Input{
				Name: s.Name, Bytes: survey.Bytes, SHA256: survey.SHA256, Content: s.unpacked(),
			})
		}
	}
	r.ID, err = writers.RunID(m)
	m.RunID = r.ID
	return err
}

// findCommit looks for a commit of this very run.
func (r *Run) findCommit(ctx context.Context) error {
	done, err := writers.OpenRun(ctx, r.out, r.ID)
	if errors.Is(err, writers.ErrNoRun) {
		return nil
	}
	if err != nil {
		return err
	}
	r.committed = &Result{Manifest: *done.Manifest, Path: done.Commit.Path, Before: true}
	return nil
}

// duplicateRows are the control totals of a source that is not read because an earlier
// one has its bytes.
func (r *Run) duplicateRows(source int) schemas.Rows {
	n := r.Sources[source].Survey.Rows
	return schemas.Rows{Read: n, Duplicate: n}
}

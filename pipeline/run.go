package pipeline

import (
	"context"
	"errors"
	"math/bits"
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
	ID     string
	Ranges []Range // what there is to prepare

	surveys    []*readers.Survey
	duplicate  []int // by source: the earlier source with the same bytes, or -1
	manifest   writers.Manifest
	attempt    *writers.Attempt
	scratch    *storage.Scratch
	committed  *Result
	partBits   int // 1<<partBits parts: decided by the input alone
	bucketBits int // 1<<bucketBits buckets, at least one a part: decided by memory
	mem        memory.Allocator

	normalizers, evaluators sync.Pool // of *normalize.Normalizer and *evaluate.Evaluator
}

// Range is a run of whole rows of one source.
type Range struct {
	Source int
	readers.Range
}

// partBytes is the length of source that one part of the output stands for.
const (
	partBytes   = 32 << 20
	mostParts   = 10 // as a power of two
	mostBuckets = 14 // as a power of two
)

// Survey reads a source once, from end to end: its hash, and where its rows
// are. Progress is called with the bytes read since it was last called. The error
// is ErrUnfit if it is not what the layout reads.
func (p *Plan) Survey(ctx context.Context, source int, progress func(bytes int64)) (_ *readers.Survey, err error) {
	s := p.Sources[source]
	file, err := s.open(ctx, 0, -1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var told int64
	watched := &watchedReader{Reader: file}
	survey, err := p.layout.Survey(ctx, s.Name, watched, p.Config.rangeBytes(), func(soFar int64) {
		progress(soFar - told)
		told = soFar
	})
	if err != nil && watched.err == nil && ctx.Err() == nil {
		err = unfit{err}
	}
	return survey, s.changed(err)
}

// Begin makes a run of a plan and the surveys of its sources, in their order.
// The caller ends it with Commit or Abort, unless it is Committed.
func (p *Plan) Begin(ctx context.Context, surveys []*readers.Survey) (_ *Run, err error) {
	if err := p.checkLists(surveys); err != nil {
		return nil, err
	}
	r := &Run{Plan: p, surveys: surveys, mem: memory.DefaultAllocator}
	r.normalizers.New = func() any {
		n, err := p.statutes()
		if err != nil {
			panic("pipeline: code tables that were loaded before are refused now: " + err.Error())
		}
		return n
	}
	r.evaluators.New = func() any { return evaluate.NewEvaluator(p.laws...) }
	r.partBits = bitsFor(p.Bytes(), partBytes, mostParts)
	r.bucketBits = max(r.partBits, bitsFor(p.Bytes(), p.Config.bucketBytes(), mostBuckets))
	r.findDuplicates()
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
	if r.attempt, err = writers.Begin(p.out, r.scratch, r.ID); err != nil {
		return nil, errors.Join(err, r.scratch.Discard())
	}
	return r, nil
}

// checkLists is an error unless every source is what its list says.
func (p *Plan) checkLists(surveys []*readers.Survey) error {
	var faults []error
	for i, s := range p.Sources {
		faults = append(faults, s.expected.compare(s.Name, surveys[i]))
	}
	return errors.Join(faults...)
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

// Scratch is a folder on a local disk for what does not fit in memory.
func (r *Run) Scratch() string { return r.scratch.String() }

// sections are the listed sections that a code names.
func (r *Run) sections(code string) []normalize.Section {
	n := r.normalizers.Get().(*normalize.Normalizer)
	defer r.normalizers.Put(n)
	return n.Charged(code)
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
	return errors.Join(r.attempt.Abort(ctx), r.scratch.Discard())
}

// bitsFor is the power of two of pieces of at most size bytes that n bytes
// make, but at most most.
func bitsFor(n, size int64, most int) int {
	pieces := (n + size - 1) / size
	return min(bits.Len64(uint64(max(pieces, 1)-1)), most)
}

// findDuplicates notes sources that have the bytes of an earlier one: a file
// that was delivered twice is read once.
func (r *Run) findDuplicates() {
	first := map[string]int{}
	r.duplicate = make([]int, len(r.surveys))
	for i, survey := range r.surveys {
		earlier, ok := first[survey.SHA256]
		if !ok {
			first[survey.SHA256], earlier = i, -1
		}
		r.duplicate[i] = earlier
	}
}

// cut lists the ranges of all sources that are read, in order.
func (r *Run) cut() {
	for i, survey := range r.surveys {
		if r.duplicate[i] >= 0 {
			continue
		}
		for _, rng := range survey.Ranges {
			r.Ranges = append(r.Ranges, Range{Source: i, Range: rng})
		}
	}
}

// name fills the manifest with all that decides the result, and names the run
// after it.
func (r *Run) name() (err error) {
	m := &r.manifest
	m.Version, m.BinarySHA256 = r.Config.Version, r.Config.Binary
	m.AsOf = r.Config.AsOf.String()
	m.Policy = writers.PolicyRef{
		ID: r.pack.Name(), SHA256: r.pack.Digest(), SignedOff: r.pack.SignedOff, Params: r.bound.Params(),
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
	for _, leaf := range r.law.Leaves() {
		m.Leaves = append(m.Leaves, writers.Leaf{Bit: leaf.Bit, ID: leaf.ID, Cite: leaf.Cite})
	}
	for i, s := range r.Sources {
		m.Inputs = append(m.Inputs, writers.Input{Name: s.Name, Bytes: s.Bytes, SHA256: r.surveys[i].SHA256})
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
	n := r.surveys[source].Rows
	return schemas.Rows{Read: n, Duplicate: n}
}

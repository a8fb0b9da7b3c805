package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
)

// Prepared is the receipt of one range: what was read, and where it is.
type Prepared struct {
	Source   int
	Rows     schemas.Rows
	Segments []Segment // of charges, by bucket
	Rejects  []Segment // in order of line
	// Beyond are the hashes of persons whose rows one pass left in segments.
	Beyond []uint64
	// Unmapped counts the values that no map of the layout lists, the first
	// ones in order; UnmappedRows the rows of all.
	Unmapped     map[readers.Value]int64
	UnmappedRows int64
	Repaired     int64 // rows that were read as people have mended them
	// Answered are the answers of people that rows were found for, by place.
	Answered map[int]bool
}

// Prepare reads one range, codes its charges and leaves each in the bucket of
// its person. It is safe to repeat: what an earlier call left is then nobody's.
func (r *Run) Prepare(ctx context.Context, rng Range, segments Segments) (Prepared, error) {
	return r.eachBatch(ctx, rng, segments, func(p *Prepared, coded arrow.Record) error {
		return r.scatter(ctx, p, coded, segments)
	})
}

// coder is what reads range after range, and remembers what texts it has met.
type coder struct {
	words    readers.Words
	statutes *normalize.Normalizer
}

// eachBatch reads one range, codes its charges, and hands on batch after batch of
// schemas.Coded, each of which it releases. Rejects it leaves in segments.
func (r *Run) eachBatch(ctx context.Context, rng Range, segments Segments, do func(*Prepared, arrow.Record) error) (_ Prepared, err error) {
	content := r.contents[rng.Source]
	in, err := content.open(ctx, rng.Range)
	if err != nil {
		return Prepared{}, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()

	coder := r.coders.Get().(*coder)
	defer r.coders.Put(coder)
	p := Prepared{Source: rng.Source, Unmapped: map[readers.Value]int64{}, Answered: map[int]bool{}}
	survey := r.Sources[rng.Source].Survey
	how := readers.Reading{
		MaxRows: r.Config.batchRows(), KeepRows: len(r.recipients.Names) > 0, Repairs: r.repairs.of(r.Sources[rng.Source]), Words: &coder.words,
	}
	read := &fallible{Reader: in}
	for batch, err := range r.layout.Read(ctx, uint32(rng.Source), survey, rng.Range, read, how) { //nolint:gosec // sources are few
		if err != nil {
			return Prepared{}, content.file.changed(read.unfit(ctx, err)) // names the source
		}
		if err := r.code(ctx, &p, batch, coder.statutes, segments, do); err != nil {
			return Prepared{}, fmt.Errorf("%s: %w", survey.Name, err)
		}
	}
	return p, nil
}

// code adds the codes to one batch, which it releases, and hands it on.
func (r *Run) code(ctx context.Context, p *Prepared, batch readers.Batch, statutes *normalize.Normalizer, segments Segments, do func(*Prepared, arrow.Record) error) error {
	defer batch.Charges.Release()
	p.Rows.Add(batch.Rows)
	p.Repaired += batch.Repaired
	p.addUnmapped(batch.Unmapped)
	if err := r.keepRejects(ctx, p, batch.Rejects, segments); err != nil {
		return err
	}
	coded, err := statutes.Batch(r.mem, batch.Charges)
	if err != nil {
		return err
	}
	defer coded.Release()
	joined := r.crosswalk.Join(r.mem, coded)
	defer joined.Release()
	answered := r.answers.Apply(r.mem, joined, p.Answered)
	defer answered.Release()
	return do(p, answered)
}

// scatter leaves the rows of a batch in the buckets of their persons.
func (r *Run) scatter(ctx context.Context, p *Prepared, coded arrow.Record, segments Segments) error {
	scattered, ends := link.Scatter(r.mem, coded, r.bucketBits)
	defer scattered.Release()
	left, err := segments.Put(ctx, 0, scattered, ends...)
	p.Segments = append(p.Segments, left...)
	return err
}

// keepRejects leaves rejects for Commit: their number has no bound, so they may
// not stay in the receipt.
func (r *Run) keepRejects(ctx context.Context, p *Prepared, rejects []schemas.Reject, segments Segments) error {
	if len(rejects) == 0 {
		return nil
	}
	left, err := put(ctx, segments, Rejects, packRejects(r.mem, rejects))
	p.Rejects = append(p.Rejects, left...)
	return err
}

// put keeps all rows of batch, which it takes over, in one bucket.
func put(ctx context.Context, segments Segments, bucket int, batch arrow.Record) ([]Segment, error) {
	defer batch.Release()
	return segments.Put(ctx, bucket, batch, int(batch.NumRows()))
}

// CheckRejects is ErrTooManyRejects when a run that has rejected so many rows
// shall go no further.
func (r *Run) CheckRejects(rejected int64) error {
	if most := r.Config.MaxRejects; most >= 0 && rejected > most {
		return fmt.Errorf("%w: %d so far, and max_rejects is %d; see whether the layout %s is the right one, or raise max_rejects",
			ErrTooManyRejects, rejected, most, r.layout.Name())
	}
	return nil
}

package writers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/schemas"
)

// Part writes the files of one part of a run. Its files are named after the
// part's number, so that writing a part again replaces what the first attempt
// at it left. A file that would have no row is not made, but for part 0: its
// files are always there, so that every kind of output has a schema to read.
//
// The first error stays. A Part is not safe for concurrent use; different parts
// are independent.
type Part struct {
	ctx        context.Context //nolint:containedctx // of the one call that settles the part
	attempt    *Attempt
	number     int
	mem        memory.Allocator
	decided    *tableFile[*Determinations]
	persons    *tableFile[*Persons]
	reviews    *tableFile[*Reviews]
	active     *tableFile[*Actives]
	deliveries *Spool
	err        error
}

// Receipt is what a part wrote: plain data, to be sent to whoever commits.
type Receipt struct {
	Part    int
	Outputs []Output
	// Extents index the part's deliveries.
	Extents []Extent
}

// tableFile is a table and the file of an attempt that it goes to.
type tableFile[T closer] struct {
	table   T
	out     *File
	attempt *Attempt
}

type closer interface {
	Close() (Output, error)
	Abort()
}

// Part starts part number n, from 0. The caller ends it with Close or Abort.
func (a *Attempt) Part(ctx context.Context, n int, mem memory.Allocator) (*Part, error) {
	p := &Part{ctx: ctx, attempt: a, number: n, mem: mem}
	p.deliveries = newSpool(ctx, a.scratch, a.spoolKey(n))
	if n == 0 {
		p.err = errors.Join(p.openDecided(), p.openPersons(), p.openReviews())
	}
	if p.err != nil {
		return nil, errors.Join(p.err, p.Abort())
	}
	return p, nil
}

// Determinations adds a row for each verdict, in their order. Charges has the schema
// schemas.Coded; sources are the names of the sources by ordinal. It copies what it
// keeps.
func (p *Part) Determinations(charges arrow.Record, sources []string, verdicts []Verdict) error {
	if p.err == nil && p.decided == nil && len(verdicts) > 0 {
		p.err = p.openDecided()
	}
	if p.err == nil && len(verdicts) > 0 {
		p.err = p.decided.table.Append(charges, sources, verdicts)
	}
	return p.err
}

// Person adds a row. It copies what it keeps of q.
func (p *Part) Person(q *Person) error {
	if p.err == nil && p.persons == nil {
		p.err = p.openPersons()
	}
	if p.err == nil {
		p.err = p.persons.table.Append(q)
	}
	return p.err
}

// Review adds a row. It copies what it keeps of r.
func (p *Part) Review(r *Review) error {
	if p.err == nil && p.reviews == nil {
		p.err = p.openReviews()
	}
	if p.err == nil {
		p.err = p.reviews.table.Append(r)
	}
	return p.err
}

// Active adds a row. It copies what it keeps of a. The file is made with its
// first row, in every part.
func (p *Part) Active(a *Active) error {
	if p.err == nil && p.active == nil {
		p.active, p.err = open(p, "active", NewActives)
	}
	if p.err == nil {
		p.err = p.active.table.Append(a)
	}
	return p.err
}

// Delivery adds a row of agencies' update files. It copies what it keeps, but for the list of agencies.
// After an Undeliverable the part goes on without it.
func (p *Part) Delivery(d *Delivery) error {
	if p.err != nil {
		return p.err
	}
	err := p.deliveries.Add(d)
	if err != nil && !refused(err) {
		p.err = err
	}
	return err
}

// Close finishes the part's files and tells what they are.
func (p *Part) Close() (Receipt, error) {
	r := Receipt{Part: p.number}
	if p.err == nil {
		var outputs [4][]Output // in this order
		var g errgroup.Group    // each waits for its disk
		g.Go(func() error { return finish(p.ctx, p.decided, &outputs[0]) })
		g.Go(func() error { return finish(p.ctx, p.persons, &outputs[1]) })
		g.Go(func() error { return finish(p.ctx, p.reviews, &outputs[2]) })
		g.Go(func() error { return finish(p.ctx, p.active, &outputs[3]) })
		r.Extents, p.err = p.deliveries.close()
		p.err = errors.Join(p.err, g.Wait())
		r.Outputs = slices.Concat(outputs[:]...)
	}
	if p.err != nil {
		return Receipt{}, errors.Join(fmt.Errorf("part %d: %w", p.number, p.err), p.Abort())
	}
	return r, nil
}

// Abort throws away what is not finished. After Close it does nothing.
func (p *Part) Abort() error {
	return errors.Join(giveUp(p.decided), giveUp(p.persons), giveUp(p.reviews), giveUp(p.active), p.deliveries.abort())
}

func (p *Part) openDecided() (err error) {
	p.decided, err = open(p, "determinations", NewDeterminations)
	return err
}

func (p *Part) openPersons() (err error) {
	p.persons, err = open(p, "persons", NewPersons)
	return err
}

func (p *Part) openReviews() (err error) {
	p.reviews, err = open(p, "reviews", NewReviews)
	return err
}

func open[T closer](p *Part, folder string, start func(io.Writer, memory.Allocator) (T, error)) (*tableFile[T], error) {
	return openTable(p.ctx, p.attempt, partPath(folder, p.number), func(w io.Writer) (T, error) {
		return start(w, p.mem)
	})
}

func openTable[T closer](ctx context.Context, a *Attempt, name string, start func(io.Writer) (T, error)) (*tableFile[T], error) {
	out, err := a.create(ctx, name)
	if err != nil {
		return nil, err
	}
	table, err := start(out)
	if err != nil {
		return nil, errors.Join(err, out.Abort())
	}
	return &tableFile[T]{table, out, a}, nil
}

// finish closes the table, commits its file, and has the second implementation read there the schema and
// the rows that we mean to have written.
func finish[T closer](ctx context.Context, f *tableFile[T], outputs *[]Output) error {
	if f == nil {
		return nil
	}
	table, err := f.table.Close()
	if err != nil {
		return errors.Join(err, f.out.Abort())
	}
	out, err := f.out.Commit(table.Rows)
	if err != nil {
		return err
	}
	*outputs = append(*outputs, out)
	return f.attempt.checkTable(ctx, out)
}

func giveUp[T closer](f *tableFile[T]) error {
	if f == nil {
		return nil
	}
	f.table.Abort()
	return f.out.Abort()
}

// WriteRejects writes rejects/part-00000.parquet: the rejects of all sources,
// given in order of source and line. The first error that rejects yields ends
// the file, and is returned.
func (a *Attempt) WriteRejects(ctx context.Context, rejects iter.Seq2[schemas.Reject, error], sources []string, mem memory.Allocator) (Output, error) {
	f, err := openTable(ctx, a, partPath("rejects", 0), func(w io.Writer) (*Rejects, error) {
		return NewRejects(w, sources, mem)
	})
	if err != nil {
		return Output{}, err
	}
	for r, err := range rejects {
		if err == nil {
			err = f.table.Append(r)
		}
		if err != nil {
			return Output{}, errors.Join(err, giveUp(f))
		}
	}
	var outputs []Output
	if err := finish(ctx, f, &outputs); err != nil {
		return Output{}, errors.Join(err, giveUp(f))
	}
	return outputs[0], nil
}

func partPath(folder string, n int) string {
	return fmt.Sprintf("%s/part-%05d.parquet", folder, n)
}

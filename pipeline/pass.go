package pipeline

import (
	"context"
	"errors"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
)

// Pass reads one range and decides its persons as they come, without sorting: the
// rows of each stand together in an extract that is grouped by person. What it
// writes is the part of the range's ordinal.
//
// The first and the last person of a range may have rows in its neighbours, so their
// rows go to the buckets as those of Prepare do, for SettleRest. That nobody else
// has rows elsewhere is only known in the end: SettleRest says so, or that all must
// begin again. The error is ErrNotGrouped as soon as that is seen.
//
// It is safe to repeat after an error, but not otherwise: persons would come back.
func (r *Run) Pass(ctx context.Context, n int, segments Segments) (_ Prepared, _ Receipt, err error) {
	out, err := r.attempt.Part(ctx, n, r.mem)
	if err != nil {
		return Prepared{}, Receipt{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, out.Abort())
		}
	}()
	evaluator := r.evaluators.Get().(*evaluate.Evaluator)
	defer r.evaluators.Put(evaluator)
	p := &pass{
		settler: newSettler(r, evaluator, out), segments: segments, begins: !r.beginsSource(n), ends: !r.endsSource(n),
	}
	defer p.release()
	prepared, err := r.eachBatch(ctx, r.Ranges[n], segments, func(to *Prepared, coded arrow.Record) error {
		return p.batch(ctx, to, coded)
	})
	if err != nil {
		return Prepared{}, Receipt{}, err
	}
	if err := p.finish(ctx, &prepared); err != nil {
		return Prepared{}, Receipt{}, err
	}
	receipt, err := p.close(ctx, segments)
	return prepared, receipt, err
}

// SettleRest decides the persons at the ends of ranges, once all have passed. It is
// ErrNotGrouped when one of them was decided already. Where there are no ranges at all, it
// writes the part without rows.
func (r *Run) SettleRest(ctx context.Context, prepared []Prepared, segments Segments, receipts *Receipts) error {
	var rest []Segment
	for _, p := range prepared {
		if slices.ContainsFunc(p.Beyond, r.decided.has) {
			return ErrNotGrouped
		}
		rest = append(rest, p.Segments...)
	}
	if len(rest) == 0 && len(r.Ranges) > 0 {
		return nil
	}
	receipt, err := r.Settle(ctx, len(r.Ranges), rest, segments)
	if err == nil {
		receipts.Part(receipt)
	}
	return err
}

// beginsSource tells whether a range is the first of its source: nobody begins
// before it. A person who goes on in another source is one who came back.
func (r *Run) beginsSource(n int) bool { return n == 0 || r.Ranges[n-1].Source != r.Ranges[n].Source }

func (r *Run) endsSource(n int) bool {
	return n == len(r.Ranges)-1 || r.Ranges[n+1].Source != r.Ranges[n].Source
}

// pass decides the persons of one range in the order in which they come.
type pass struct {
	*settler
	segments Segments
	runs     link.Runs // of the batch at hand
	alone    link.Runs // of the person who was open
	// begins: the next person may have rows before the range; ends: the last may
	// have some after it.
	begins, ends bool
	// open are the rows, from the batches so far, of the last person met, whom the
	// next batch may go on with.
	open      []arrow.Record
	openFirst bool // that person may have rows before the range
	// guesses are rows at the end of the batch before that stand for some that could
	// not be read: they begin the next person's rows, or are asides.
	guesses arrow.Record

	decided []uint64 // hashes of persons, for one look at who came back
}

// batch decides the persons of a batch but for the last, whom it keeps open.
func (p *pass) batch(ctx context.Context, to *Prepared, coded arrow.Record) error {
	if coded.NumRows() == 0 {
		return nil
	}
	if err := p.placeGuesses(ctx, to, link.First(coded)); err != nil {
		return err
	}
	open := ""
	if len(p.open) > 0 {
		open = key(p.open[0])
	}
	p.runs.Find(coded, open)
	if p.runs.CameBack() {
		return ErrNotGrouped // as note would find, but for the work until then
	}
	if len(p.runs.Asides) > 0 {
		if err := p.leave(ctx, to, link.Take(p.run.mem, coded, p.runs.Asides)); err != nil {
			return err
		}
	}
	rows := p.rows(coded)
	p.verdicts = slices.Grow(p.verdicts, int(coded.NumRows()))
	for i := range p.runs.Len() {
		if err := p.take(ctx, to, rows, coded, i); err != nil {
			return err
		}
	}
	if err := p.flush(rows); err != nil {
		return err
	}
	if len(p.runs.Tail) > 0 {
		p.guesses = link.Take(p.run.mem, coded, p.runs.Tail)
	}
	return p.note()
}

// placeGuesses puts the guesses where they belong, now that the next key is known.
func (p *pass) placeGuesses(ctx context.Context, to *Prepared, next string) error {
	guesses := p.guesses
	if p.guesses = nil; guesses == nil {
		return nil
	}
	defer guesses.Release()
	person := newRows(guesses).person
	var begin, asides []int32
	for row := range int32(guesses.NumRows()) { //nolint:gosec // a batch has less than 1<<31 rows
		if person.text(row) == next {
			begin = append(begin, row)
		} else {
			asides = append(asides, row)
		}
	}
	if len(asides) > 0 {
		if err := p.leave(ctx, to, link.Take(p.run.mem, guesses, asides)); err != nil {
			return err
		}
	}
	if len(begin) == 0 {
		return nil
	}
	if err := p.closeOpen(ctx, to, p.openFirst); err != nil {
		return err
	}
	p.open, p.openFirst, p.begins = append(p.open, link.Take(p.run.mem, guesses, begin)), p.begins, false
	return nil
}

// key is the key of the first row of a batch, empty where it has none.
func key(batch arrow.Record) string {
	person := batch.Column(schemas.ColPerson).(*array.String)
	if person.IsNull(0) {
		return ""
	}
	return person.Value(0)
}

// take takes run i of the batch: the last person stays open.
func (p *pass) take(ctx context.Context, to *Prepared, rows *rows, coded arrow.Record, i int) error {
	person := p.runs.Person(i)
	if !person.Keyed {
		if rows.standings.AsksRepeated() {
			return errRepeats
		}
		return p.settle(rows, person)
	}
	if !p.goesOn(i) {
		if err := p.closeOpen(ctx, to, p.openFirst); err != nil {
			return err
		}
		if i < p.runs.Len()-1 {
			return p.person(ctx, to, rows, coded, i)
		}
		p.openFirst, p.begins = p.begins, false
	}
	p.open = append(p.open, link.Take(p.run.mem, coded, person.Rows))
	return nil
}

// person decides run i, or leaves it if it may have begun before the range.
func (p *pass) person(ctx context.Context, to *Prepared, rows *rows, coded arrow.Record, i int) error {
	if p.begins {
		p.begins = false
		return p.leave(ctx, to, link.Take(p.run.mem, coded, p.runs.Person(i).Rows))
	}
	p.decided = append(p.decided, p.runs.Hash(i))
	return p.settleKey(rows, p.runs.Person(i))
}

// goesOn tells whether run i is of the person who is open.
func (p *pass) goesOn(i int) bool {
	return len(p.open) > 0 && key(p.open[0]) == p.runs.Key(i)
}

// closeOpen decides the person who is open, or leaves the rows.
func (p *pass) closeOpen(ctx context.Context, to *Prepared, leave bool) error {
	if len(p.open) == 0 {
		return nil
	}
	person, err := link.Gather(p.run.mem, p.open)
	p.releaseOpen()
	if err != nil {
		return err
	}
	if leave {
		return p.leave(ctx, to, person)
	}
	defer person.Release()
	p.alone.Find(person, "")
	p.decided = append(p.decided, p.alone.Hash(0))
	rows := p.rows(person)
	return errors.Join(p.settleKey(rows, p.alone.Person(0)), p.flush(rows))
}

// finish decides the last person, or leaves the rows to the next range.
func (p *pass) finish(ctx context.Context, to *Prepared) error {
	if err := p.placeGuesses(ctx, to, ""); err != nil {
		return err
	}
	if err := p.closeOpen(ctx, to, p.openFirst || p.ends); err != nil {
		return err
	}
	return p.note()
}

// leave puts rows, which it takes over, into the buckets.
func (p *pass) leave(ctx context.Context, to *Prepared, rows arrow.Record) error {
	defer rows.Release()
	person := newRows(rows).person
	last := ""
	for row := range int32(rows.NumRows()) { //nolint:gosec // a batch has less than 1<<31 rows
		if key := person.text(row); person.Has(row) && key != last {
			to.Beyond = append(to.Beyond, link.Hash(key))
			last = key
		}
	}
	return p.run.scatter(ctx, to, rows, p.segments)
}

// note tells the run who was decided.
func (p *pass) note() error {
	err := p.run.decided.add(p.decided)
	p.decided = p.decided[:0]
	return err
}

func (p *pass) releaseOpen() {
	for _, rows := range p.open {
		rows.Release()
	}
	p.open = p.open[:0]
}

func (p *pass) release() {
	p.releaseOpen()
	if p.guesses != nil {
		p.guesses.Release()
		p.guesses = nil
	}
}

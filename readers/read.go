package readers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/cespare/xxhash/v2"

	"github.com/clearsweep/clearsweep/schemas"
)

// Batch is some consecutive rows of a range.
type Batch struct {
	// Charges has the schema schemas.Charges: the accepted rows in the order of
	// the source, and among them, for each rejected row, a row of kind
	// RowIncomplete for each person that it may be of: none, one, or more where
	// that is in doubt. The receiver releases it.
	Charges arrow.Record
	// Rejects are the receiver's to keep.
	Rejects []schemas.Reject
	// Rows are the control totals; they balance.
	Rows schemas.Rows
	// ChargeRows are the accepted rows that are charges, FactRows those that
	// only say something of a person; together they are Rows.Accepted. Unkeyed
	// counts the accepted rows without a usable person key.
	ChargeRows, FactRows, Unkeyed int64
	// Repaired counts the rows that were read in the place of others.
	Repaired int64
	// Unmapped counts the values that no map of the layout lists, for people to
	// map; nil where there are none.
	Unmapped map[Value]int64
}

// Reading is how a range is read.
type Reading struct {
	MaxRows int // of a batch, or more by those that one rejected row leaves
	// KeepRows keeps what was rejected with its reject: the row, or that a value stands in.
	KeepRows bool
	// Repairs are rows of the source by their lines, in UTF-8 and without terminator, that
	// are read in place of those that stand there.
	Repairs map[int64][]byte
	// Words are those of the ranges before; nil for none.
	Words *Words
}

// keptBytes is the longest rejected row that is kept: another cannot be repaired by hand.
const keptBytes = 64 << 10

// Repairable tells whether the rows of the layout are text that a person can repair, and
// not records of bytes.
func (l *Layout) Repairable() bool {
	for _, form := range l.forms {
		if f := form.fixed; f != nil && (f.coded || f.tree != nil) {
			return false
		}
	}
	return true
}

// Value is a value of a column of a source, as written. It may be anything that
// an agency wrote: it goes to the worklist and nowhere else.
type Value struct{ Column, Text string }

// unmapped counts a value that no map lists.
func (b *Batch) unmapped(column string, text []byte) {
	if b.Unmapped == nil {
		b.Unmapped = map[Value]int64{}
	}
	b.Unmapped[Value{column, string(text)}]++
}

// A batch ends early when its rows take batchBytes, so that the offsets of a
// column cannot overflow.
const (
	batchBytes = 256 << 20
	pollRows   = 4096 // rows between looks at the context
)

// Read yields the charges of one range, in order, in batches. R holds the bytes of the range: it stands at rng.Offset. Src is the
// ordinal of the source in the run. Survey is the source's.
//
// The iteration ends at the first error: r's, the context's, or that the range
// does not hold the rows that the survey saw there. Many ranges may be read at
// once, each with a reader of its own, and a range more than once.
func (l *Layout) Read(ctx context.Context, src uint32, survey *Survey, rng Range, r io.Reader, how Reading) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		if survey.Table != "" && l.tables != nil {
			l.tables.readForm(ctx, src, survey, rng, r, how)(yield)
			return
		}
		l.readForm(ctx, src, survey, rng, r, how)(yield)
	}
}

func (l *Layout) readForm(ctx context.Context, src uint32, survey *Survey, rng Range, r io.Reader, how Reading) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		if survey.Form >= len(l.forms) {
			yield(Batch{}, fmt.Errorf("read %s: the layout has no form %d: survey the source with this layout", survey.Name, survey.Form+1))
			return
		}
		in, err := l.forms[survey.Form].newReader(src, survey, rng, r, how)
		if err != nil {
			yield(Batch{}, fmt.Errorf("read %s: %w", survey.Name, err))
			return
		}
		for {
			b, err := in.batch(ctx)
			if err != nil && !errors.Is(err, io.EOF) {
				if in.standing == nil { // which says by itself where something is wrong
					err = fmt.Errorf("line %d: %w", in.raw.line, err)
				}
				yield(Batch{}, fmt.Errorf("read %s: %w", survey.Name, err))
				return
			}
			if b.Rows.Read == 0 {
				b.Charges.Release()
			} else if !yield(b, nil) {
				return
			}
			if err != nil {
				return
			}
		}
	}
}

// reader reads the rows of one range.
type reader struct {
	layout    *Layout
	src       uint32
	rng       Range
	rows      *rowScanner
	section   *io.LimitedReader
	standing  standing // of which the rows are made, where they are read where they stand; else nil
	maxRows   int
	how       Reading
	partly    []byte // of the row: its dates that lack a part, as in schemas.ColPartialDates
	kept      int64  // the line whose row was kept last
	asides    asides
	row       *row
	builder   *builder
	steps     []step
	memos     [fieldCount]memo
	lastDates [fieldCount]lastDate
	lastKey   lastPerson
	lesser    bool               // some keys of persons are of a lesser kind
	named     map[string]naming  // what texts of the source name, as far as they were met
	rung      schemas.Evidence   // that named the substances of the row
	drugs     schemas.Substances // of the row
	unread    bool               // the best rung names something that nobody has mapped
	upper     []byte
	decoded   []byte // the row, where its encoding is not UTF-8
	seen      int64  // rows
	out       Batch  // under way
	raw       rawRow
	assembly  *assembly // of rows that are spread over records; else nil
	hash      xxhash.Digest
}

func (l *Layout) newReader(src uint32, survey *Survey, rng Range, r io.Reader, how Reading) (*reader, error) {
	maxRows := max(how.MaxRows, 1)
	var names []string
	if survey.Header != "" {
		names, _ = l.headerFields([]byte(survey.Header))
	}
	if l.delimited != nil && l.delimited.byName && names == nil {
		return nil, errors.New("the survey holds no header, and the layout finds columns by name: survey the source with this layout")
	}
	if how.Words == nil {
		how.Words = &Words{}
	}
	section := &io.LimitedReader{R: r, N: rng.Length}
	text := io.Reader(section)
	standing, err := l.standing(survey, rng, section)
	if err != nil {
		return nil, err
	}
	if standing != nil {
		text = standing
	}
	row := newRow(l, names)
	in := &reader{
		layout: l, src: src, rng: rng, section: section, standing: standing, rows: l.scanner(survey, text), maxRows: maxRows, how: how,
		asides: l.newAsides(survey, row, names), row: row, lesser: l.lesserKeys(), builder: newBuilder(src, l, how.Words, int(min(int64(maxRows), rng.Rows))), named: map[string]naming{},
	}
	in.steps = stepsOf(l, in.builder)
	if f := l.fixed; f != nil && f.tree != nil {
		in.assembly = newAssembly(in, f)
	}
	in.rows.offset, in.rows.line = rng.Offset, rng.FirstLine
	in.raw.line = rng.FirstLine
	for _, id := range l.present {
		if l.fields[id].classes != nil {
			in.memos[id].texts = newLexicon()
		}
	}
	return in, nil
}

// batch reads rows until the batch is full. With io.EOF, it is the last, and
// may be empty.
func (in *reader) batch(ctx context.Context) (Batch, error) {
	in.out = Batch{}
	begin := in.rows.offset
	for n := 0; in.builder.rows < in.maxRows && len(in.out.Rejects) < in.maxRows && in.rows.offset-begin < batchBytes; n++ {
		if n%pollRows == 0 && ctx.Err() != nil {
			return Batch{}, ctx.Err()
		}
		err := in.rows.next(&in.raw)
		if errors.Is(err, io.EOF) {
			if err := in.complete(); err != nil {
				return Batch{}, err
			}
			if in.assembly != nil {
				in.assembly.end()
			}
			in.out.Charges = in.builder.batch()
			return in.out, io.EOF
		}
		if err != nil {
			return Batch{}, err
		}
		in.seen++
		if in.standing != nil {
			in.raw.offset = in.rng.Offset + in.standing.Begin()
		}
		if err := in.read(); err != nil {
			return Batch{}, err
		}
	}
	in.out.Charges = in.builder.batch()
	return in.out, nil
}

// complete is an error unless the range held what the survey saw.
func (in *reader) complete() error {
	if in.section.N > 0 {
		return fmt.Errorf("%d bytes of the range are missing: %w", in.section.N, io.ErrUnexpectedEOF)
	}
	if in.seen != in.rng.Rows {
		return fmt.Errorf("the range at byte %d holds %d rows where the survey saw %d: the source has changed; start over",
			in.rng.Offset, in.seen, in.rng.Rows)
	}
	return nil
}

// read takes one row into the batch. An error means that the rows that follow
// cannot be read either.
func (in *reader) read() error {
	if in.assembly != nil {
		return in.assembly.take()
	}
	in.out.Rows.Read++
	if repair, ok := in.how.Repairs[in.raw.line]; ok {
		in.out.Repaired++
		in.raw.replace(repair)
		in.raw.tooLong, in.raw.terminated = false, true
	} else {
		in.layout.decode(&in.raw, &in.decoded)
	}
	kind, err := in.asides.tell(&in.raw)
	if err != nil {
		return err
	}
	if kind != isData {
		in.out.Rows.NonData++
		return nil
	}
	if bad := in.row.split(&in.raw); bad != nil {
		in.reject(bad, "")
		return nil
	}
	in.settle()
	return nil
}

// settle accepts a row whose columns were found, unless it is of no kind or lacks what
// it must have.
func (in *reader) settle() {
	gives := in.row.kind()
	if gives == 0 {
		in.reject(&fatal{reason: schemas.RowUnknownType, split: true}, "")
		return
	}
	if id, missing := in.row.missing(); missing {
		// Several columns may make the field: its own name says what is missing.
		in.reject(&fatal{reason: schemas.RowMissingKey, split: true}, fieldNames[id])
		return
	}
	in.accept(gives)
}

// reject notes a row that could not be read. For each person that it may be of,
// a row of kind RowIncomplete says that the person's record has a hole.
func (in *reader) reject(bad *fatal, column string) {
	in.out.Rows.Rejected++
	in.out.Rejects = append(in.out.Rejects, schemas.Reject{
		Source: in.src, Line: in.raw.line, Offset: in.raw.offset, Column: column,
		Reason: bad.reason, Want: number(bad.want), Got: number(bad.got), Row: in.keep(bad.reason),
	})
	for _, person := range in.row.persons(&in.raw, bad.split) {
		in.builder.incomplete(in.raw.line, person)
	}
}

// number is n, or the largest that a reject can tell.
func number(n int64) int32 {
	return int32(min(n, math.MaxInt32)) //nolint:gosec // it has just been bounded
}

// rejectValue notes a value that could not be read; its row is kept.
func (in *reader) rejectValue(reason schemas.RejectReason, column int) {
	in.out.Rejects = append(in.out.Rejects, schemas.Reject{
		Source: in.src, Line: in.raw.line, Offset: in.raw.offset, Column: in.layout.columns[column].name, Reason: reason,
		Row: in.keep(reason),
	})
}

// keep is a copy of the row at hand, the first time that something of it is rejected; nil
// where rows are not kept. Of a row of several records that one of them broke, it would be
// another record.
func (in *reader) keep(reason schemas.RejectReason) schemas.Content {
	assembled := in.assembly != nil && reason != schemas.RowOrphan && reason != schemas.RowUnknownType
	if !in.how.KeepRows || in.kept == in.raw.line || assembled || in.raw.tooLong || len(in.raw.text) > keptBytes {
		return nil
	}
	in.kept = in.raw.line
	return bytes.Clone(in.raw.text)
}

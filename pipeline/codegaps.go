package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// CodeGaps lists the statute texts of extracts that have no code, the most
// persons affected first: the worklist of a sweep, without a law to sweep under.
func CodeGaps(ctx context.Context, places *storage.Places, inputs []string, layout string, statutes *normalize.Normalizer) ([]writers.CodeGap, error) {
	l, err := readers.LoadLayout(layout)
	if err != nil {
		return nil, fmt.Errorf("layout: %w", err)
	}
	p := Plan{Config: Config{Inputs: inputs}, places: places}
	if err := p.openSources(ctx); err != nil {
		return nil, err
	}
	g := codeGaps{statutes: statutes, texts: map[CodeText]*codeGap{}}
	for i, source := range p.Sources {
		if err := g.source(ctx, l, uint32(i), source); err != nil {
			return nil, err
		}
	}
	return g.list(), nil
}

// codeGaps gathers the texts without a code of extracts.
type codeGaps struct {
	statutes *normalize.Normalizer
	texts    map[CodeText]*codeGap
}

type codeGap struct {
	description string // one that stood beside the text, the first in order
	rows        int64
	persons     map[uint64]struct{} // hashes of their keys
}

// source adds the texts of one file.
func (g *codeGaps) source(ctx context.Context, l *readers.Layout, src uint32, source Source) (err error) {
	file, err := source.open(ctx, 0, -1)
	if err != nil {
		return err
	}
	const rangeBytes = 32 << 20
	survey, err := l.Survey(ctx, source.Name, file, rangeBytes, func(int64) {})
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	for _, rng := range survey.Ranges {
		if err := g.read(ctx, l, src, survey, rng, source); err != nil {
			return err
		}
	}
	return nil
}

func (g *codeGaps) read(ctx context.Context, l *readers.Layout, src uint32, survey *readers.Survey, rng readers.Range, source Source) (err error) {
	file, err := source.open(ctx, rng.Offset, rng.Length)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	const batchRows = 1 << 14
	for batch, err := range l.Read(ctx, src, survey, rng, file, memory.DefaultAllocator, batchRows) {
		if err != nil {
			return err
		}
		g.batch(batch.Charges, src)
		batch.Charges.Release()
	}
	return nil
}

func (g *codeGaps) batch(charges arrow.Record, src uint32) {
	persons := texts{charges.Column(schemas.ColPerson).(*array.String)}
	statutes := texts{charges.Column(schemas.ColStatute).(*array.String)}
	descriptions := texts{charges.Column(schemas.ColDescription).(*array.String)}
	lines := charges.Column(schemas.ColLine).(*array.Int64)
	kinds := charges.Column(schemas.ColKind).(*array.Uint8)
	for row := range int32(charges.NumRows()) { //nolint:gosec // a batch has less than 1<<31 rows
		if !statutes.known(row) || schemas.RowKind(kinds.Value(int(row)))&schemas.RowCharge == 0 {
			continue
		}
		match := g.statutes.Statute(statutes.text(row)).Match
		if match >= schemas.Grammar {
			continue
		}
		gap := g.of(CodeText{Statute: statutes.text(row), Match: match}, descriptions.text(row))
		gap.rows++
		if persons.known(row) {
			gap.persons[link.Hash(persons.text(row))] = struct{}{}
		} else {
			gap.persons[link.HashAlone(src, lines.Value(int(row)))] = struct{}{}
		}
	}
}

// of is the gap of a text, which it makes if it is new.
func (g *codeGaps) of(text CodeText, description string) *codeGap {
	gap := g.texts[text]
	if gap == nil {
		text.Statute = strings.Clone(text.Statute) // the batch it came from goes
		gap = &codeGap{description: strings.Clone(description), persons: map[uint64]struct{}{}}
		g.texts[text] = gap
	}
	if description < gap.description {
		gap.description = strings.Clone(description)
	}
	return gap
}

func (g *codeGaps) list() []writers.CodeGap {
	var list []writers.CodeGap
	for text, gap := range g.texts {
		list = append(list, writers.CodeGap{
			Statute: text.Statute, Description: gap.description, Match: text.Match,
			Rows: gap.rows, Persons: int64(len(gap.persons)),
		})
	}
	writers.SortCodeGaps(list)
	return list
}

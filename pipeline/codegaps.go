package pipeline

import (
	"context"
	"errors"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// CodeGaps lists the statute texts of extracts that have no code, the most
// persons affected first: the worklist of a sweep, without a law to sweep under.
// Of cfg it heeds the inputs, how to reach and to unpack them, and the layout.
func CodeGaps(ctx context.Context, cfg Config, statutes *normalize.Normalizer) ([]writers.CodeGap, error) {
	cfg.Memory, cfg.Workers = DefaultMemory, 1
	p := &Plan{Config: cfg, places: storage.NewPlaces(cfg.S3)}
	if err := errors.Join(cfg.Unpack.Check(), p.openLayout(), p.openFiles(ctx)); err != nil {
		return nil, err
	}
	g := codeGaps{statutes: statutes, texts: map[CodeText]*codeGap{}}
	for i := range p.Files {
		survey, err := p.Survey(ctx, i, func(int64) {})
		if err != nil {
			return nil, err
		}
		for _, source := range survey.Sources {
			if err := g.source(ctx, p, newContent(p, p.Files[i], source)); err != nil {
				return nil, err
			}
		}
	}
	return g.list(), nil
}

// codeGaps gathers the texts without a code of extracts.
type codeGaps struct {
	statutes *normalize.Normalizer
	sources  uint32 // that were read
	texts    map[CodeText]*codeGap
}

type codeGap struct {
	description string // one that stood beside the text, the first in order
	rows        int64
	persons     map[uint64]struct{} // hashes of their keys
}

// source adds the texts of one source.
func (g *codeGaps) source(ctx context.Context, p *Plan, content *content) error {
	defer content.close()
	src := g.sources
	g.sources++
	for _, rng := range content.source.Survey.Ranges {
		if err := g.read(ctx, p, src, content, rng); err != nil {
			return err
		}
	}
	return nil
}

func (g *codeGaps) read(ctx context.Context, p *Plan, src uint32, content *content, rng readers.Range) (err error) {
	in, err := content.open(ctx, rng)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	for batch, err := range p.layout.Read(ctx, src, content.source.Survey, rng, in, readers.Reading{MaxRows: p.Config.batchRows()}) {
		if err != nil {
			return content.file.changed(err)
		}
		g.batch(batch.Charges, src)
		batch.Charges.Release()
	}
	return nil
}

func (g *codeGaps) batch(charges arrow.Record, src uint32) {
	persons := newTexts(charges.Column(schemas.ColPerson))
	statutes, descriptions := newWords(charges.Column(schemas.ColStatute)), newWords(charges.Column(schemas.ColDescription))
	lines := charges.Column(schemas.ColLine).(*array.Int64)
	kinds := charges.Column(schemas.ColKind).(*array.Uint8)
	for row := range int32(charges.NumRows()) { //nolint:gosec // a batch has less than 1<<31 rows
		if !statutes.Has(row) || schemas.RowKind(kinds.Value(int(row)))&schemas.RowCharge == 0 {
			continue
		}
		match := g.statutes.Statute(statutes.text(row)).Match
		if match >= schemas.Grammar {
			continue
		}
		gap := g.of(CodeText{Statute: statutes.text(row), Match: match}, descriptions.text(row))
		gap.rows++
		if persons.Has(row) {
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

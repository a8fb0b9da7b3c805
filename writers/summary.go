package writers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
)

// RejectSummary counts the rejects of one source that have reason and column in common.
type RejectSummary struct {
	Source      string `json:"source"`
	Reason      string `json:"reason"`
	Column      string `json:"column,omitempty"`
	RowRejected bool   `json:"row_rejected"`
	Count       int64  `json:"count"`
	FirstLine   int64  `json:"first_line"`
	LastLine    int64  `json:"last_line"`
	// Explanation is that of the first.
	Explanation string `json:"explanation"`
}

// SummarizeRejects counts the rejects of a committed run, the most first.
func SummarizeRejects(ctx context.Context, store storage.Store, run *Run) (_ []RejectSummary, err error) {
	name := partPath("rejects", 0)
	if out, ok := run.Find(name); ok {
		name = out.Path
	}
	f, err := openParquet(ctx, run.Folder(store), name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	type key struct {
		source, reason, column string
	}
	found := map[key]*RejectSummary{}
	batches, err := f.batches(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer batches.Release()
	index := func(name string) int { return schemas.Rejects.FieldIndices(name)[0] }
	for batches.Next() {
		batch := batches.Record()
		text := func(name string, row int) string {
			if column := batch.Column(index(name)); column.IsValid(row) {
				return column.ValueStr(row)
			}
			return ""
		}
		lines := batch.Column(index("line")).(*array.Int64)
		for row := range int(batch.NumRows()) {
			k := key{text("source", row), text("reason", row), text("column", row)}
			s := found[k]
			if s == nil {
				s = &RejectSummary{
					Source: k.source, Reason: k.reason, Column: k.column, FirstLine: lines.Value(row),
					RowRejected: text("row_rejected", row) == "true", Explanation: text("explanation", row),
				}
				found[k] = s
			}
			s.Count++
			s.LastLine = lines.Value(row)
		}
	}
	if err := batchesError(batches); err != nil {
		return nil, fmt.Errorf("read rejects: %w", err)
	}
	list := make([]RejectSummary, 0, len(found))
	for _, s := range slices.SortedFunc(maps.Values(found), func(a, b *RejectSummary) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Source, b.Source), cmp.Compare(a.FirstLine, b.FirstLine),
			cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Column, b.Column))
	}) {
		list = append(list, *s)
	}
	return list, nil
}

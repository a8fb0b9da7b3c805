package normalize

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Batch adds the code of each row to a batch of schemas.Charges and returns a
// batch of schemas.Coded: the same rows in the same order, sharing the memory
// of the columns that were there. The caller releases both. Where a person has
// approved that a description names substances, the row names them too.
//
// A row without a statute text, or with one that cannot be read, has a null
// code.
func (n *Normalizer) Batch(mem memory.Allocator, charges arrow.Record) (arrow.Record, error) {
	if !charges.Schema().Equal(schemas.Charges) {
		return nil, fmt.Errorf("normalize: the batch has the columns %s, want those of schemas.Charges", names(charges.Schema()))
	}
	added := n.code(mem, charges.Column(schemas.ColStatute).(*array.String))
	columns := make([]arrow.Array, 0, schemas.Coded.NumFields())
	columns = append(columns, charges.Columns()...)
	columns = append(columns, added[:]...)
	named := n.tables.literals.name(mem, charges)
	columns[schemas.ColSubstances], columns[schemas.ColEvidence] = named[0], named[1]
	out := array.NewRecord(schemas.Coded, columns, charges.NumRows())
	for _, column := range append(added[:], named[:]...) {
		column.Release() // the record holds its own reference
	}
	return out, nil
}

// code returns the columns code, code_match and inchoate.
func (n *Normalizer) code(mem memory.Allocator, texts *array.String) [3]arrow.Array {
	codes := array.NewStringBuilder(mem)
	defer codes.Release()
	matches := array.NewUint8Builder(mem)
	defer matches.Release()
	forms := array.NewUint8Builder(mem)
	defer forms.Release()
	rows := texts.Len()
	codes.Reserve(rows)
	matches.Reserve(rows)
	forms.Reserve(rows)

	// Neighbours are often alike: a person's counts, an agency's favourites.
	var last string
	var c coded
	for i := range rows {
		if texts.IsNull(i) {
			codes.AppendNull()
			matches.UnsafeAppend(uint8(schemas.Unmatched))
			forms.UnsafeAppend(uint8(schemas.Completed))
			continue
		}
		if text := texts.Value(i); i == 0 || text != last {
			last, c = text, n.look(text)
		}
		if c.code == "" {
			codes.AppendNull()
		} else {
			codes.Append(c.code)
		}
		matches.UnsafeAppend(uint8(c.statute.Match))
		forms.UnsafeAppend(uint8(c.statute.Inchoate))
	}
	return [3]arrow.Array{codes.NewArray(), matches.NewArray(), forms.NewArray()}
}

func names(s *arrow.Schema) []string {
	var out []string
	for _, f := range s.Fields() {
		out = append(out, f.Name)
	}
	return out
}

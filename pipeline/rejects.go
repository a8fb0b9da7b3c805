package pipeline

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// packed is the schema of rejects on their way from Prepare to Commit: the
// fields of schemas.Reject.
var packed = arrow.NewSchema([]arrow.Field{
	{Name: "source", Type: arrow.PrimitiveTypes.Uint32},
	{Name: "line", Type: arrow.PrimitiveTypes.Int64},
	{Name: "offset", Type: arrow.PrimitiveTypes.Int64},
	{Name: "column", Type: arrow.BinaryTypes.String},
	{Name: "reason", Type: arrow.PrimitiveTypes.Uint8},
	{Name: "want", Type: arrow.PrimitiveTypes.Int32},
	{Name: "got", Type: arrow.PrimitiveTypes.Int32},
	{Name: "row", Type: arrow.BinaryTypes.String, Nullable: true},
}, nil)

func packRejects(mem memory.Allocator, rejects []schemas.Reject) arrow.Record {
	b := array.NewRecordBuilder(mem, packed)
	defer b.Release()
	b.Reserve(len(rejects))
	for _, r := range rejects {
		b.Field(0).(*array.Uint32Builder).Append(r.Source)
		b.Field(1).(*array.Int64Builder).Append(r.Line)
		b.Field(2).(*array.Int64Builder).Append(r.Offset)
		b.Field(3).(*array.StringBuilder).Append(r.Column)
		b.Field(4).(*array.Uint8Builder).Append(uint8(r.Reason))
		b.Field(5).(*array.Int32Builder).Append(r.Want)
		b.Field(6).(*array.Int32Builder).Append(r.Got)
		if kept := b.Field(7).(*array.StringBuilder); r.Row != nil {
			kept.BinaryBuilder.Append(r.Row)
		} else {
			kept.AppendNull()
		}
	}
	return b.NewRecord()
}

// unpackReject is row of a batch that packRejects made.
func unpackReject(batch arrow.Record, row int) schemas.Reject {
	var kept schemas.Content
	if rows := batch.Column(7).(*array.String); rows.IsValid(row) {
		kept = schemas.Content(rows.Value(row))
	}
	return schemas.Reject{
		Row:    kept,
		Source: batch.Column(0).(*array.Uint32).Value(row),
		Line:   batch.Column(1).(*array.Int64).Value(row),
		Offset: batch.Column(2).(*array.Int64).Value(row),
		Column: batch.Column(3).(*array.String).Value(row),
		Reason: schemas.RejectReason(batch.Column(4).(*array.Uint8).Value(row)),
		Want:   batch.Column(5).(*array.Int32).Value(row),
		Got:    batch.Column(6).(*array.Int32).Value(row),
	}
}

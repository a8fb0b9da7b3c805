// Package tables reads tables whose columns have types as rows of text, so that a
// layout reads them as it reads any others.
//
//	Parquet ─► Open ─────┐
//	JSON ────► OpenJSON ─┤
//	XML ─────► OpenXML ──┴─► header, row, row, ... each ended by RowEnd, fields by FieldEnd
//	some groups of Parquet ► File.Rows ───┐
//	some lines of JSON ────► JSONLines ───┤
//	some elements of XML ──► XMLElements ─┴─► row, row, ... of these, by the header that File, JSONHeader or XMLHeader tells
//
// In goes a file, Parquet as one that can be read at any place, JSON and XML as they stream, and
// the names of the columns that are wanted. Out comes text that depends on nothing but the file and these names. Nulls are
// empty fields; dates are 2006-01-02, times behind them 15:04:05, with a fraction where
// there is one, numbers decimal.
//
// It must never pass on more than its limits allow, quote a value in an error, or pass
// on a value that could be taken for two: one that holds one of the two ends makes its
// row no text, so that it is rejected.
package tables

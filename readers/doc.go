// Package readers turns the bytes of an extract into record batches of charges.
//
// In goes a source, as an io.Reader, and a layout, as data: which columns a row
// has, and which of them make the canonical ones. Out come batches of the
// schema schemas.Charges, a typed reject for whatever could not be read, and
// control totals that always balance.
//
//	layout.yaml ─► LoadLayout ─► Layout
//	source ─► Layout.Survey ─► Survey: digest, header, ranges of whole rows      once, in order
//	range  ─► Layout.Read ─► Batch: charges, rejects, row totals                 any machine, any order
//
// It must never lose a row without a reject, let one bad row cost another,
// guess at a value that the layout does not map, or put the content of a row
// into a reject or an error: the content is personal data. It knows no law.
package readers

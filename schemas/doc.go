// Package schemas holds the shapes that cross the boundaries of the program:
// the columns of every record batch, the closed vocabularies in them, rejects,
// control totals and dates. It also carries the data that describes agencies'
// own shapes: layouts (how to read an extract) and codes (the sections of a
// state's law that charges are matched against).
//
// Shapes follow the row:
//
//	source row ─► Charges (readers)  ─► Coded (normalize) ─► Determinations, Persons, Reviews (writers)
//	          └─► Reject
//
// It imports Arrow and nothing else of the project, and knows no law.
package schemas

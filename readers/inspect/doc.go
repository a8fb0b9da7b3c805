// Package inspect looks at an extract that nobody has described yet and tells what it
// is: how it is packed, encoded and cut into rows and fields, what stands in its columns,
// and which layouts read it.
//
//	file ─► container ─► encoding ─► rows ─► fields ─► columns
//	                                  └─► layouts, each with what it makes of the rows
//
// It judges by the beginning of the content, says by what, and never prints a value:
// names of columns, shapes and counts only, and words that are known to stand for
// nothing. What it says is a proposal to a person; nothing else reads it.
package inspect

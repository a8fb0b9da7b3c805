// Package profile writes update files in the form that an agency loads.
//
// In goes what an agency is told of a charge, as Row; out come the bytes of a file: text with
// delimiters, records of fixed width between a header and a trailer, or an object of JSON a
// line. Which columns a file has, how wide they are and how dates stand in them is data,
// schemas/updates/<state>/<name>.yaml, that this package reads and checks.
//
//	Row ─► Profile.Encoder ─► the file, and its Control: rows and hash total
//
// A value is never cut or changed to make it fit: a row that cannot stand in the form is
// refused with the column and the reason, and never with the value. The one exception is a
// profile for spreadsheets, which says so, and puts a ' before what a spreadsheet would run.
package profile

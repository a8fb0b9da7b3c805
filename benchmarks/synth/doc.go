// Package synth makes extracts of invented charges, of any size, together with
// what a policy must decide for each of them.
//
// In goes a Config: a size, a seed, the shares of what is wrong with real
// extracts. Out come, in one folder,
//
//	charges-001.csv ...   the extract, in the layout generic/charges, or
//	charges-001.txt ...   the same in the layout generic/charges-fixed
//	truth.csv             charge_id, outcome, remedy, reason
//	params.yaml           the policy, its parameters and the as-of date of the truth
//
// A person is made whole, with all charges, so that the truth about them needs
// no second look; then the rows go out, most of them together, some scattered
// over the files:
//
//	draw person ─► draw cases, charges ─► truth ─► truth.csv
//	                       └─► rows ─► encode ─► file of the day, or a far one
//
// The truth is worked out from what was drawn and not from what was written, by
// a ladder of its own (ladder.go), and shares no code with the program that it
// judges beyond the type of a date.
//
// Equal configs give equal bytes. Memory does not grow with the number of rows.
// Nothing here may be taken from a real record: no names, invented numbers.
package synth

// Package evaluate decides: in goes a policy bound to its parameters and an
// as-of date, and the charges of one person; out comes, for each charge, what
// the law gives and which conditions were known to hold, known not to, or
// presumed.
//
//	policies.Bound ─► Compile ─► Law ... ─► Evaluator.Person(charges) ─► []Decision for each law ─► Text
//	                              └──── Explain(masks) ─► the same trace, in words
//
// Logic is three-valued: a condition that the facts do not answer is unknown,
// and an outcome stands only if it is the same however the unknown ones turn
// out. Every condition owns one bit of a 64-bit mask; the masks are the trace.
//
// The package is pure. It must never read a clock, open a file, start a
// goroutine, or turn a missing fact into relief that no statute presumes.
package evaluate

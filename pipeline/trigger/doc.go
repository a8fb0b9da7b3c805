// Package trigger says what starts a sweep, and sees to it that each delivery is
// swept once.
//
//	SQS messages ─┐
//	polling ──────┤                 ┌─► record   what is to be swept, fixed once
//	schedules ────┼─► Desk.Submit ──┼─► claim    a lease, so that others leave it alone
//	Lambda, CLI ──┤                 ├─► Run      the sweep, given by the caller
//	unended ones ─┘                 └─► end      committed, or quarantined with its reason
//
// In goes word of an object, perhaps twice, late, out of order, or of an object
// that is gone; out comes one call of Run that commits, or an end that says why
// there was none. It must never take a notice's word for what an object is: the
// identity of a delivery comes from the store. It must never end a delivery that
// no commit and no recorded reason stands for, and never put the key of an object
// or the text of a message in a log line or a metric: those stand in the ledger.
//
// The lease decides who works and nothing else. That a delivery counts once rests
// on the commit of the run, which is made if there is none, and on the run's
// name, which two sweeps of one delivery share.
//
// The package knows no law and no layout. The wall clock is an argument.
package trigger

// Package pipeline says what a sweep means. Its engines say where it happens.
//
//	Open ─► Plan ─► Survey (each file) ─► Begin ─► Run
//
//	Run.Pass    (each range):  readers ─► normalize ─► link.Runs ─► evaluate ─► route ─► writers
//	                           and, once all have passed, SettleRest; or, where extracts are not grouped by person,
//	Run.Prepare (each range):  readers ─► normalize ─► link.Scatter ─► segments
//	                           ═══ the one barrier: a person's next charge may be in the last range ═══
//	Run.Settle  (each part):   segments ─► link.Persons ─► evaluate ─► route ─► writers
//	Run.Commit  (once):        totals balance ─► rejects, worklists, agency files ─► manifest ─► commit
//
// Survey, Pass, Prepare and Settle may run anywhere, in any order, several at once,
// and again: the same argument gives the same result. Nothing they write is
// visible before Commit. They start no goroutine and read no clock.
//
// A row that cannot be read is a reject and a charge that cannot be decided is
// a review; both are data. An error stops the run, and then nothing counts.
package pipeline

// Package issue tells agencies what is new to them.
//
// In go a committed run and what agencies were told before; out comes a batch: for each
// agency a file of what it was not told yet, in the form that it loads, and the list of all
// that it has been told now.
//
//	update.csv of the run ─► keys ─► merge ◄─ what was told before
//	                                   │
//	                new, due, corrected, reversed      (nothing twice, nothing taken back by itself)
//	                                   ▼
//	                 profile ─► update files ─► archive ─► journal: the batch counts
//
// A batch counts when the journal has its entry, which is made last; before, nobody sees any
// of it. What was told is never told again and never taken back because an extract no longer
// shows it: relief ends by a reversal alone, which names an order or a correction.
//
// It decides nothing of the law.
package issue

// Package track keeps what became of every batch at every agency, and by when it must.
//
// In go artefacts: a receipt of a delivery, the acknowledgement of an agency, a sweep of a
// newer extract; out come entries of the journal, and from these where each agency stands.
//
//	list_generated ─► delivered ─► received ─► applied ─► verified
//	   a batch        a receipt    an acknowledgement      a newer extract shows it
//
// Silence is late, and never success: nothing is taken to be done because time has passed. An
// acknowledgement that does not fit the file that was sent changes nothing.
package track

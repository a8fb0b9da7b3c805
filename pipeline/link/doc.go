// Package link says which rows belong to the same person, and which of them are in force.
//
// In go batches of coded charges from anywhere in the input; out come, first,
// the same rows scattered into buckets by a fixed hash of the person key, and
// later the persons of one bucket, each with all of their rows, and of these
// which a later row has amended or taken back. It joins rows by equal keys and by
// nothing else: two spellings of one person stay two persons unless a reviewed
// crosswalk says that they are one, and a row without a key stands alone.
//
// It starts no goroutine, does no I/O and reads no clock.
package link

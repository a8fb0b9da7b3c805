// Package containers unpacks extracts that come compressed or in an archive.
//
// In go the bytes of a file as it was delivered; out comes its content, as it
// streams. What a file is, its first bytes say and never its name.
//
//	bytes ─► Of ─┬─ none ───────────────────────► the content
//	             ├─ gzip, zstd, bzip2 ─► Open ──► the content, once more looked at, to a depth
//	             └─ zip ─► List ─► Entry.Open ──► the content of each entry
//
// It must never pass on more than its Limits allow, end before every checksum
// was compared, skip what it does not know, or quote content in an error. It
// writes nothing and holds no more than a decoder's window.
package containers

// Package writers makes what leaves a run: Parquet files of determinations,
// persons, reviews and rejects, the update files that agencies load, worklists,
// and the manifest and commit that make them count.
//
//	Begin ─► Attempt ─► Part(n) ─► rows, deliveries ─► Receipt ─┐   once per part, safe to repeat
//	            │                                               ▼
//	            ├─► Stitch: receipts' deliveries ─► agencies/<agency>/update.{csv,txt}
//	            └─► Commit: verify ─► manifest.json ─► commits/<run>.json ─► current
//
// In go structs, one for each row, in their final order; out come files below
// one attempt's folder, which nobody reads before Commit.
//
// It must never publish a file that a second implementation of its format has
// not opened, never alter a value to make it fit, never let equal runs differ
// in a byte, and never put the content of a row in an error, a file name or the
// manifest. It knows no law and reads no clock.
package writers

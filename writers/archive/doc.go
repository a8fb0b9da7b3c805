// Package archive keeps, sealed, what records said before relief was added to them.
//
// In go rows of determinations; out comes one archive a batch: the rows as Parquet whose pages
// and footer are encrypted (modular encryption, AES-256-GCM) under a random key of that file,
// an index by person, and the key itself, encrypted for recipients of age.
//
//	rows ─► Writer ─► rows.parquet   every page encrypted, bound to the batch
//	                  index          keyed hashes of persons ─► rows
//	                  key-NNNN.age   the key, for those who may open it
//
// Nothing can be learnt from an archive without a key, not even whether a person is in it. It
// is added to and never changed: to give it to other recipients adds another wrapped key.
package archive

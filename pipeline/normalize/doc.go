// Package normalize brings the statute text of a charge into one vocabulary.
//
// In goes a batch of schemas.Charges. Out comes the same rows in the same order
// as schemas.Coded, with three columns added: the canonical code, how it was
// matched, and the inchoate form.
//
//	"664/11357(c) HS-POSS"
//	     │  clean      one alphabet, one kind of blank
//	     ▼
//	whole text ── in the exact table? ──────────────────────────► Exact
//	     │ no
//	     ▼
//	grammar of the state: every way in which all of the text can be read
//	     │
//	     ▼
//	settle: listed before unlisted; one left ─► Section, Grammar
//	                                two left ─► Ambiguous: no code
//	                                none     ─► Unmatched: no code
//
// A grammar accounts for the whole text: it never searches for a number in it,
// never matches by prefix, and never looks at the literal that follows a code.
// What it cannot read stays without a code, which a policy treats as unknown.
//
// A description is compared as a whole, with the texts that a named person has
// approved as naming substances, and names nothing else.
//
// The package reads no file, no clock and no column but these, and it
// knows no law: the tables say which sections there are, never what follows
// from them.
package normalize

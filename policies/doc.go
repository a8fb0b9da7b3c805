// Package policies holds the law as data: one folder for each act
// (us-ca/prop64), and the code that reads, checks and binds it.
//
// In goes a folder with policy.yaml, cases.yaml and SOURCES.md, built in or on
// disk; out comes a Pack whose every condition cites its source, and from a
// Pack, parameters and an as-of date a Bound that package evaluate compiles.
//
//	policy.yaml ─► Parse ─► Pack ─► Bind(params, as-of) ─► Bound ─► evaluate.Compile
//	                 └─► Faults: everything that is wrong, with line and column
//
// The language has a closed vocabulary and no expressions; docs/formats/policy.md
// describes it. The package must never decide anything about a person, and must
// never accept a condition that nobody can trace to a statute.
package policies

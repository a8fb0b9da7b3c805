// Package policy is the law of the benchmark that is run side by side with other
// programs: an invented act of an invented state, as a policy pack, and the layout of
// the repository extract that it is asked of. The extract is made by package synth.
package policy

import "embed"

// Files are policy.yaml, cases.yaml and SOURCES.md, and extract.yaml, the layout.
//
//go:embed policy.yaml cases.yaml SOURCES.md extract.yaml
var Files embed.FS

package schemas

import "embed"

// Layouts holds the layouts that ship with the program, as
// layouts/<state>/<name>.yaml. docs/formats/layout.md says what stands in one.
//
//go:embed layouts
var Layouts embed.FS

package schemas

import "embed"

// Updates holds the profiles of update files that ship with the program, as
// updates/<state>/<name>.yaml. docs/formats/updates.md says what stands in one.
//
//go:embed updates
var Updates embed.FS

package schemas

import "embed"

// Agencies holds what the agencies of the states are sent and by when, as
// agencies/<state>.yaml, and the calendars that days of business are counted in.
// docs/formats/agencies.md says what stands in them.
//
//go:embed agencies
var Agencies embed.FS

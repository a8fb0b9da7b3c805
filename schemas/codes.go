package schemas

import "embed"

// CodeTables holds the tables that charge texts are matched against, three for
// each state, as docs/formats/codes.md describes them:
//
//	codes/us-ca.csv         the sections that matter, with their titles
//	codes/us-ca-exact.csv   whole texts that a person has read and approved
//	codes/us-ca-tokens.csv  the spellings of the names of the state's codes
//
// and, where somebody has approved one,
//
//	codes/us-ca-severities.csv  how grave offences could be, by day
//	codes/us-ca-substances.csv  descriptions of offences that name substances
//
//go:embed codes/*.csv
var CodeTables embed.FS

package policies

import (
	"regexp"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// signed is the line of SOURCES.md with which a lawyer signs.
var signed = regexp.MustCompile(`(?m)^Signed: (\S.*), (\d{4}-\d{2}-\d{2})\s*$`)

// Signature is who signed a pack, and when.
type Signature struct {
	Name string
	Day  schemas.Date
}

// Signatures are the lines of SOURCES.md that say "Signed: name, 2006-01-02", in
// the order of the file.
func (p *Pack) Signatures() []Signature {
	var out []Signature
	for _, line := range signed.FindAllStringSubmatch(string(p.files[sourcesFile]), -1) {
		if day, err := schemas.ParseDate(line[2]); err == nil {
			out = append(out, Signature{Name: line[1], Day: day})
		}
	}
	return out
}

// lintFiles warns of a pack whose law nobody can trace, or that nobody has tried.
func (p *Pack) lintFiles() Faults {
	var faults Faults
	if strings.TrimSpace(string(p.files[sourcesFile])) == "" {
		faults = append(faults, Fault{
			File: p.name + "/" + sourcesFile, Code: "R7", Warning: true,
			Message: "the file is missing or empty; say where each clause was read and what counsel must answer",
		})
	}
	if cases, err := p.Cases(); err == nil && len(cases) == 0 {
		faults = append(faults, Fault{
			File: p.name + "/" + casesFile, Code: schema, Warning: true,
			Message: "the policy has no worked cases; write one for each sentence of the statute",
		})
	}
	return faults
}

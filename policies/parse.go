package policies

import (
	"fmt"
	"io/fs"
	"slices"
)

const (
	policyFile = "policy.yaml"
	casesFile  = "cases.yaml"
	// sourcesFile is read by people; the program looks for the signature only.
	sourcesFile = "SOURCES.md"
)

// Parse reads the pack in a folder. Name is how faults and Name call it. All
// faults are reported at once, as a Faults.
func Parse(name string, folder fs.FS) (*Pack, error) {
	files, err := readFiles(name, folder)
	if err != nil {
		return nil, err
	}
	return ParseFiles(name, files)
}

// ParseFiles is Parse of the files of a folder by name, as Pack.Files returns
// them.
func ParseFiles(name string, files map[string][]byte) (*Pack, error) {
	source, ok := files[policyFile]
	if !ok {
		return nil, fmt.Errorf("policy %s: %w: it has no %s", name, ErrNoPack, policyFile)
	}
	r := &reader{file: name + "/" + policyFile, pack: &Pack{}, usage: map[string]bool{}}
	p := r.pack
	p.name, p.files = name, files
	root := r.document(source)
	if root != nil {
		r.readPolicy(root)
	}
	if len(r.faults) == 0 {
		r.lint(p)
		if len(r.faults.refusals()) == 0 {
			r.buildVariants(p, root)
		}
		r.unused(p)
		r.faults = append(r.faults, p.lintFiles()...)
	}
	r.faults.inOrder()
	if refused := r.faults.refusals(); len(refused) > 0 {
		return nil, refused
	}
	p.warnings = slices.Clone(r.faults)
	return p, nil
}

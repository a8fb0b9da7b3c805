package readers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

const layoutFolder = "layouts/"

// Layouts are the names of the layouts that ship with the program, sorted.
func Layouts() []string {
	var names []string
	err := fs.WalkDir(schemas.Layouts, strings.TrimSuffix(layoutFolder, "/"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".yaml") {
			names = append(names, strings.TrimSuffix(strings.TrimPrefix(path, layoutFolder), ".yaml"))
		}
		return err
	})
	if err != nil {
		panic(err) // the files are part of the program
	}
	return names
}

// LoadLayout returns the layout of a name that Layouts lists, or reads the one
// in a file, for a path that ends in .yaml. The error lists every fault of the
// layout with its line and column.
func LoadLayout(name string) (*Layout, error) {
	if strings.HasSuffix(name, ".yaml") {
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read layout: %w", err)
		}
		return ParseLayout(name, source)
	}
	source, err := schemas.Layouts.ReadFile(layoutFolder + name + ".yaml")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, fmt.Errorf("layout %q: there is no such layout; name one of %s, or a file ending in .yaml",
			name, strings.Join(Layouts(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("read layout %s: %w", name, err)
	}
	return ParseLayout(name, source)
}

// ParseLayout compiles the bytes of a layout file. File is the name that stands
// in errors.
func ParseLayout(file string, source []byte) (*Layout, error) {
	doc := &document{file: file}
	digest := sha256.Sum256(source)
	var forms []*Layout
	for _, root := range doc.parse(source) {
		l := &Layout{source: source, digest: hex.EncodeToString(digest[:])}
		(&definition{document: doc, layout: l}).read(root)
		doc.checkForm(root, forms, l)
		forms = append(forms, l)
	}
	if err := doc.err(); err != nil {
		return nil, err
	}
	forms[0].forms = forms
	forms[0].tables = tablesOf(forms)
	return forms[0], nil
}

package policies

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// builtin holds the packs that travel with the program.
//
//go:embed us-*
var builtin embed.FS

// maxFile bounds a file of a pack: law is read by people.
const maxFile = 4 << 20

// ErrNoPack is the error of a name that is neither a built-in pack nor a folder
// with a policy.yaml; the message lists the built-in ones.
var ErrNoPack = errors.New("no such policy")

// Packs lists the built-in packs, in order of name.
func Packs() []string {
	var names []string
	_ = fs.WalkDir(builtin, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == policyFile {
			names = append(names, path.Dir(name))
		}
		return err
	})
	slices.Sort(names)
	return names
}

// Load reads a pack: a built-in one by its name (us-ca/prop64), or a folder, or
// the policy.yaml in a folder, by its path. The error of a pack that is refused
// is a Faults.
func Load(name string) (*Pack, error) {
	if slices.Contains(Packs(), name) {
		folder, err := fs.Sub(builtin, name)
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", name, err)
		}
		return Parse(name, folder)
	}
	folder := name
	if filepath.Base(name) == policyFile {
		folder = filepath.Dir(name)
	}
	if _, err := os.Stat(filepath.Join(folder, policyFile)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("policy %s: %w (built in: %s; or the path of a folder with a %s)",
				name, ErrNoPack, strings.Join(Packs(), ", "), policyFile)
		}
		return nil, fmt.Errorf("policy %s: %w", name, err)
	}
	return Parse(folder, os.DirFS(folder))
}

// codesFolder is the folder of a pack that holds the files of its code sets.
const codesFolder = "codes"

// readFiles reads the files that make up a pack: those that stand in its folder
// and in its folder of codes.
func readFiles(name string, folder fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(folder, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && file != "." && file != codesFolder {
			return fs.SkipDir
		}
		if !entry.Type().IsRegular() || strings.HasPrefix(file, ".") || !slices.Contains([]string{".yaml", ".md", ".csv"}, path.Ext(file)) {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Size() > maxFile {
			return fmt.Errorf("%s: %d bytes, a file of a policy has at most %d", file, info.Size(), maxFile)
		}
		files[file], err = fs.ReadFile(folder, file)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read policy %s: %w", name, err)
	}
	return files, nil
}

// Files returns the files of the pack by name. ParseFiles of them gives the same
// pack.
func (p *Pack) Files() map[string][]byte { return maps.Clone(p.files) }

// Digest is the SHA-256, in hexadecimal, over the names, lengths and contents
// of the pack's files in order of name, and the name of a variant.
func (p *Pack) Digest() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		fmt.Fprintf(h, "%s %d\n", name, len(p.files[name]))
		h.Write(p.files[name])
	}
	if p.variant != "" {
		fmt.Fprintf(h, "variant %s\n", p.variant)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Lint returns the warnings of a pack that was accepted; what is worse than a
// warning is an error of Parse.
func (p *Pack) Lint() []Fault { return slices.Clone(p.warnings) }

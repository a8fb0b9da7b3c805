// Package program says which program this is: in goes what the build left in the
// executable, out come a version and a hash. Runs are named after the version, so
// it must never be the same for two programs that decide differently.
package program

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

const devel = "devel"

// Version is the module's version, or the revision it was built from, or
// "devel".
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return devel
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return devel
}

// Identify is the version that names a run, and the SHA-256 of this executable.
// A build that no version tells from the next is told by its hash, so that a
// run of the one is never taken for a run of the other.
func Identify() (name, binary string, err error) {
	if binary, err = binarySHA256(); err != nil {
		return "", "", fmt.Errorf("hash the executable: %w", err)
	}
	if name = Version(); name == devel {
		name += "+" + binary[:16]
	}
	return name, binary, nil
}

// binarySHA256 is the SHA-256 of this executable.
func binarySHA256() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // read only
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

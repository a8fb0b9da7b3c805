package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
)

// Digest is that of what decides a sweep besides its inputs, the as-of date and
// the version: the layout, the policy with its parameters and the code tables. It
// checks all of cfg but the inputs, and reports every fault as Open does.
func Digest(cfg Config) (string, error) {
	cfg.Inputs = []string{"whatever comes"}
	if err := cfg.validate(); err != nil {
		return "", err
	}
	p := &Plan{Config: cfg}
	if err := errors.Join(p.openLayout(), p.openPolicy()); err != nil {
		return "", err
	}
	if err := p.openTables(); err != nil {
		return "", err
	}
	data, err := json.Marshal([]any{ // sorts the keys of maps
		p.layout.Name(), p.layout.Digest(), p.pack.Name(), p.pack.Digest(), p.bound.Params(),
		p.jurisdiction, p.tables,
	})
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

package sweepfile

import (
	"errors"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// Unpack bounds what compressed files and archives may expand to, as it is
// written. What is not given is that of containers.Defaults.
type Unpack struct {
	Bytes   string `yaml:"bytes"`
	Ratio   int64  `yaml:"ratio"`
	Members int64  `yaml:"members"`
	Depth   int    `yaml:"depth"`
}

// Limits are the limits that are written.
func (u Unpack) Limits() (containers.Limits, error) {
	l := containers.Limits{Ratio: u.Ratio, Members: u.Members, Depth: u.Depth}
	if u.Bytes == "" {
		return l, nil
	}
	var err error
	if l.Bytes, err = parseBytes("unpack: bytes", u.Bytes); err == nil && l.Bytes == 0 {
		err = errors.New("unpack: bytes: must be more than 0")
	}
	return l, err
}

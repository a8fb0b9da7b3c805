package containers

import (
	"errors"
	"fmt"
)

// Limits bound what a file may expand to. A field that is zero is that of
// Defaults.
type Limits struct {
	Bytes   int64 // of content, and of each container inside another
	Ratio   int64 // of these to the bytes delivered so far
	Members int64 // of a gzip or zstd file, or entries of an archive
	Depth   int   // of containers inside one another
}

// Defaults are the limits where nobody says. The bytes and members are more than
// an extract has. Text that is mostly blanks shrinks by a factor of a hundred; a
// bomb of gzip by a thousand, one of zstd by thirty thousand.
func Defaults() Limits { return Limits{Bytes: 1 << 40, Ratio: 250, Members: 1_000_000, Depth: 2} }

// Check is an error unless the limits are limits.
func (l Limits) Check() error {
	if l.Bytes < 0 || l.Ratio < 0 || l.Members < 0 || l.Depth < 0 {
		return errors.New("unpack: its limits must be positive numbers, or left out")
	}
	return nil
}

// OrDefaults are the limits with those of Defaults where nobody says.
func (l Limits) OrDefaults() Limits {
	d := Defaults()
	if l.Bytes == 0 {
		l.Bytes = d.Bytes
	}
	if l.Ratio == 0 {
		l.Ratio = d.Ratio
	}
	if l.Members == 0 {
		l.Members = d.Members
	}
	if l.Depth == 0 {
		l.Depth = d.Depth
	}
	return l
}

// ratioFrom is the content up to which no ratio is asked for: a few short lines
// may shrink by any factor.
const ratioFrom = 4 << 20

// Allow is a *LimitError unless so many bytes of content may come of so many delivered.
func (l Limits) Allow(content, delivered int64) error {
	switch {
	case content > l.Bytes:
		return &LimitError{Limit: "bytes", Most: l.Bytes}
	case content > ratioFrom && content/l.Ratio > delivered:
		return &LimitError{Limit: "ratio", Most: l.Ratio}
	default:
		return nil
	}
}

// LimitError tells that a file expands beyond a limit. It may be a bomb; the
// caller refuses it, and the user may raise the limit.
type LimitError struct {
	Limit string // bytes, ratio, members or depth
	Most  int64
}

func (e *LimitError) Error() string {
	what := map[string]string{
		"bytes":   "it expands to more than %d bytes",
		"ratio":   "it expands to more than %d times its size",
		"members": "it has more than %d members",
		"depth":   "its containers lie more than %d deep inside one another",
	}[e.Limit]
	return fmt.Sprintf(what+": if it is what its sender meant to send, raise --unpack-%s", e.Most, e.Limit)
}

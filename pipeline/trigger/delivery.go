package trigger

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Object is an object of a delivery as its store described it, not as a notice
// did.
type Object struct {
	URI     string `json:"uri"` // a path, or s3://bucket/key
	Size    int64  `json:"size"`
	Version string `json:"version"` // storage.Info.Version: another version is another delivery
}

// Delivery is what one sweep is to read.
type Delivery struct {
	// Source names the source that recorded it first. It tells people; it is no
	// part of the identity, so that two sources of one object agree.
	Source  string   `json:"source"`
	Objects []Object `json:"objects"` // in order of URI
	// Config is the digest of what decides a sweep besides its inputs.
	Config string `json:"config"`
	// Schedule and At are the schedule and the instant of a firing, which is told
	// from others by them and not by its objects.
	Schedule string    `json:"schedule,omitempty"`
	At       time.Time `json:"at,omitzero"`
	// Again is why it is swept though it was before; empty the first time.
	Again string `json:"again,omitempty"`
}

// ID is the identity of a delivery: equal for equal objects and configuration,
// or for the same firing of a schedule. It is 32 hexadecimal digits.
func (d Delivery) ID() string {
	deciding := struct {
		Config, Schedule, Again string
		At                      time.Time
		Objects                 []Object
	}{Config: d.Config, Schedule: d.Schedule, Again: d.Again, At: d.At.UTC()}
	if d.Schedule == "" {
		deciding.Objects = slices.SortedFunc(slices.Values(d.Objects), byURI)
	}
	return digest(deciding)
}

// Bytes is the size of the objects together.
func (d Delivery) Bytes() (n int64) {
	for _, o := range d.Objects {
		n += o.Size
	}
	return n
}

// URIs are the names of the objects.
func (d Delivery) URIs() []string {
	uris := make([]string, len(d.Objects))
	for i, o := range d.Objects {
		uris[i] = o.URI
	}
	return uris
}

func byURI(a, b Object) int { return cmp.Compare(a.URI, b.URI) }

// digest is 128 bits of the SHA-256 of v as JSON, in hexadecimal.
func digest(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("trigger: %T cannot be written: %v", v, err))
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

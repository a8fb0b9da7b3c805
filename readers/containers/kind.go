package containers

import (
	"path"
	"strings"
)

// Kind is a form of container, in the word that people use for it.
type Kind string

// The kinds. None stands for content that is in no container.
const (
	None  Kind = ""
	Gzip  Kind = "gzip"
	Zstd  Kind = "zstd"
	Bzip2 Kind = "bzip2"
	Zip   Kind = "zip"
)

// HeadBytes is how many bytes of a file Of wants to see.
const HeadBytes = 10

// Of tells the kind of a file that begins with head, which is shorter than
// HeadBytes only if the file is.
func Of(head []byte) Kind {
	begins := func(s string) bool { return strings.HasPrefix(string(head), s) }
	switch {
	case begins("\x1f\x8b\x08"):
		return Gzip
	case begins(zstdMagic), len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == skippableMagic:
		return Zstd
	case len(head) >= HeadBytes && begins("BZh") && (string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17rE8P\x90"):
		return Bzip2
	case begins("PK\x03\x04"), begins("PK\x05\x06"), begins("PK\x07\x08"):
		return Zip
	default:
		return None
	}
}

// Named is the kind that the ending of a file's name promises.
func Named(name string) Kind {
	switch strings.ToLower(path.Ext(name)) {
	case ".gz", ".gzip":
		return Gzip
	case ".zst", ".zstd":
		return Zstd
	case ".bz2", ".bzip2":
		return Bzip2
	case ".zip":
		return Zip
	default:
		return None
	}
}

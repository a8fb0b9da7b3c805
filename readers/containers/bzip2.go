package containers

import (
	"bufio"
	"compress/bzip2"
	"io"
)

// bzip2Streams is a bzip2 file as one member: its reader goes from stream to
// stream by itself, compares the checksum of each, and stops at anything else.
type bzip2Streams struct {
	in    *bufio.Reader
	begun bool
}

func (b *bzip2Streams) next() (member, error) {
	if b.begun {
		return member{}, io.EOF
	}
	b.begun = true
	return member{Reader: bzip2.NewReader(b.in)}, nil
}

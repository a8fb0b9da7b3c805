package containers

import (
	"bufio"
	"errors"

	"github.com/klauspost/compress/gzip"
)

// gzipMembers opens the members of a gzip file, which may be empty.
type gzipMembers struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func (g *gzipMembers) next() (_ member, err error) {
	if err := begins(g.in, "\x1f\x8b"); err != nil {
		return member{}, err
	}
	if g.z == nil {
		g.z, err = gzip.NewReader(g.in)
	} else {
		err = g.z.Reset(g.in)
	}
	if err != nil {
		return member{}, noEOF(err)
	}
	g.z.Multistream(false)
	return member{Reader: gzipMember{g.z}}, nil
}

// gzipMember says in our words that a checksum is wrong.
type gzipMember struct{ z *gzip.Reader }

func (g gzipMember) Read(p []byte) (int, error) {
	n, err := g.z.Read(p)
	if errors.Is(err, gzip.ErrChecksum) {
		err = errChecksum
	}
	return n, err
}

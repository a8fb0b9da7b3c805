package storage

import (
	"crypto/sha1" //nolint:gosec // one of the checksums that S3 keeps; it guards against damage, not against people
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// checksum compares an object that was read with the checksum that its store
// keeps of the whole. A nil checksum compares nothing.
type checksum struct {
	name string
	want string // base64, as S3 writes it
	hash hash.Hash
}

// errChecksum tells that what was read is not what was stored.
var errChecksum = errors.New("the bytes are not those that were stored")

// newChecksum is the checksum that the answer names, or nil if it names none of
// the whole object: one of an object in parts is a checksum of checksums.
func newChecksum(out *s3.HeadObjectOutput) *checksum {
	if out.ChecksumType != types.ChecksumTypeFullObject {
		return nil
	}
	for _, c := range []struct {
		name string
		want *string
		hash func() hash.Hash
	}{
		{"CRC-64/NVME", out.ChecksumCRC64NVME, func() hash.Hash { return crc64.New(crc64NVME) }},
		{"SHA-256", out.ChecksumSHA256, sha256.New},
		{"CRC-32C", out.ChecksumCRC32C, func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }},
		{"CRC-32", out.ChecksumCRC32, func() hash.Hash { return crc32.NewIEEE() }},
		{"SHA-1", out.ChecksumSHA1, sha1.New},
	} {
		if c.want != nil {
			return &checksum{c.name, *c.want, c.hash()}
		}
	}
	return nil
}

// crc64NVME is the polynomial of S3's own checksum.
var crc64NVME = crc64.MakeTable(0x9a6c9329ac4bc9b5)

func (c *checksum) write(p []byte) {
	if c != nil {
		_, _ = c.hash.Write(p) // a hash returns no error
	}
}

func (c *checksum) compare() error {
	if c == nil {
		return nil
	}
	if got := base64.StdEncoding.EncodeToString(c.hash.Sum(nil)); got != c.want {
		return fmt.Errorf("%w: %s is %s, the store has %s", errChecksum, c.name, got, c.want)
	}
	return nil
}

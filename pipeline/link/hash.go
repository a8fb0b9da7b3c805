package link

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// Hash is the fixed hash of a person: xxHash64 of the key. It decides the
// order of outputs, so it must never change.
func Hash(key string) uint64 { return xxhash.Sum64String(key) }

// HashAlone is the hash of a row that has no person key, from where it stands.
func HashAlone(source uint32, line int64) uint64 {
	var place [13]byte
	place[0] = 0xff // no key of valid UTF-8 starts with this byte
	binary.LittleEndian.PutUint32(place[1:], source)
	binary.LittleEndian.PutUint64(place[5:], uint64(line)) //nolint:gosec // bits are hashed, not counted
	return xxhash.Sum64(place[:])
}

// HashEqual is the hash of a row that has no person key, where equal rows are looked
// for: it is that of their digest, so that they meet.
func HashEqual(digest uint64) uint64 {
	var b [9]byte
	b[0] = 0xff // as of rows that stand alone
	binary.LittleEndian.PutUint64(b[1:], digest)
	return xxhash.Sum64(b[:])
}

// Bucket is the bucket of a hash among 1<<bits: its topmost bits, so that the
// buckets in order, sorted by hash within, are all persons in order of hash,
// however many buckets there are.
func Bucket(hash uint64, bits int) int {
	return int(hash >> (64 - bits)) //nolint:gosec // at most 1<<bits; Go shifts by 64 to 0
}

package archive

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"filippo.io/age"
)

const keyBytes = 32 // of AES-256

// key is the key of one archive.
type key struct {
	Name string `json:"archive"` // the archive, so that no key passes for another's
	Data []byte `json:"key"`     // 32 random bytes
}

func newKey(name string) key {
	k := key{Name: name, Data: make([]byte, keyBytes)}
	_, _ = rand.Read(k.Data) // never fails: crypto/rand ends the program instead
	return k
}

// ErrKey tells that none of the private keys opens the archive.
var ErrKey = errors.New("none of the keys opens the archive")

// wrap encrypts the key for some recipients.
func (k key) wrap(to []age.Recipient) ([]byte, error) {
	plain, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	sealed, err := age.Encrypt(&b, to...)
	if err != nil {
		return nil, fmt.Errorf("wrap the key of %s: %w", k.Name, err)
	}
	if _, err := sealed.Write(plain); err != nil {
		return nil, err
	}
	if err := sealed.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// unwrap reads what wrap wrote. The error is ErrKey where the identities do not open it.
func unwrap(name string, wrapped []byte, keys []age.Identity) (k key, err error) {
	if len(keys) == 0 {
		return key{}, fmt.Errorf("%s: %w", name, ErrKey)
	}
	plain, err := age.Decrypt(bytes.NewReader(wrapped), keys...)
	if err != nil {
		return key{}, fmt.Errorf("%s: %w: %w", name, ErrKey, err)
	}
	data, err := io.ReadAll(plain)
	if err != nil {
		return key{}, fmt.Errorf("%s: %w: %w", name, ErrKey, err)
	}
	if err := json.Unmarshal(data, &k); err != nil || k.Name != name || len(k.Data) != keyBytes {
		return key{}, fmt.Errorf("%s: the wrapped key is of another archive: %w", name, ErrKey)
	}
	return k, nil
}

// persons makes what stands for persons in the index: hashes that cannot be computed without
// the key. It belongs to one goroutine.
type persons struct {
	mac  hash.Hash
	last string // asked for, and its hash: rows of a person mostly stand together
	of   [personBytes]byte
	sum  []byte
}

func (k key) persons() (*persons, error) {
	lookup, err := hkdf.Key(sha256.New, k.Data, nil, "person", keyBytes)
	if err != nil {
		return nil, err
	}
	return &persons{mac: hmac.New(sha256.New, lookup)}, nil
}

func (p *persons) hash(id string) [personBytes]byte {
	if p.sum == nil || p.last != id {
		p.mac.Reset()
		p.mac.Write([]byte(id))
		p.sum = p.mac.Sum(p.sum[:0])
		p.of, p.last = [personBytes]byte(p.sum[:personBytes]), strings.Clone(id)
	}
	return p.of
}

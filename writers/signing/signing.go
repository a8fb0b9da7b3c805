// Package signing signs what somebody answers for, a policy or a run, and checks who did.
//
// In go a name, a SHA-256 and a private key; out comes a signature, Ed25519 over all three, that
// whoever trusts the public key can check. Keys are PEM as openssl writes them:
//
//	openssl genpkey -algorithm ed25519 -out key.pem
//	openssl pkey -in key.pem -pubout -out trusted.pem
package signing

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
)

// What is signed.
const (
	Policy = "policy" // its id, and the SHA-256 of its files
	Run    = "run"    // its id, and the SHA-256 of its manifest
	// Certificate is of destruction: its number, and the SHA-256 of it.
	Certificate = "certificate"
)

// Signature says that the holder of a key answers for something. It is stored as JSON.
type Signature struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // hexadecimal
	Key    string `json:"key"`    // public, base64
	Value  string `json:"ed25519"`
}

// message is what is signed.
func (s *Signature) message() []byte {
	return fmt.Appendf(nil, "clearsweep signature 1\n%s\n%s\n%s\n", s.Kind, s.Name, s.SHA256)
}

// ReadPrivate reads a private key. The error quotes nothing of it.
func ReadPrivate(source []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(source)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("no private key in PEM; 'openssl genpkey -algorithm ed25519' makes one")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("the private key is not one of Ed25519")
	}
	return private, nil
}

// Line is the signature as ReadSignatures reads it, with its line end.
func (s Signature) Line() ([]byte, error) {
	line, err := json.Marshal(s)
	return append(line, '\n'), err
}

// Trusted are the public keys of those whose signatures count.
type Trusted []ed25519.PublicKey

// ReadTrusted reads public keys, one behind the other.
func ReadTrusted(source []byte) (Trusted, error) {
	var keys Trusted
	for rest := source; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		public, ok := key.(ed25519.PublicKey)
		if err != nil || !ok {
			return nil, fmt.Errorf("key %d is no public key of Ed25519; 'openssl pkey -pubout' prints it", len(keys)+1)
		}
		keys = append(keys, public)
	}
	if len(keys) == 0 {
		return nil, errors.New("no public key in PEM; 'openssl pkey -pubout' prints it")
	}
	return keys, nil
}

// Sign signs.
func Sign(kind, name, sha256 string, key ed25519.PrivateKey) Signature {
	s := Signature{Kind: kind, Name: name, SHA256: sha256, Key: base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))}
	s.Value = base64.StdEncoding.EncodeToString(ed25519.Sign(key, s.message()))
	return s
}

// ErrUnsigned tells that nobody who is trusted has signed.
var ErrUnsigned = errors.New("nobody who is trusted has signed it")

// Check is ErrUnsigned unless one of the signatures is of that very thing, by one of the keys.
func (t Trusted) Check(kind, name, sha256 string, signatures []Signature) error {
	for _, s := range signatures {
		value, err := base64.StdEncoding.DecodeString(s.Value)
		if err != nil || s.Kind != kind || s.Name != name || s.SHA256 != sha256 {
			continue
		}
		for _, key := range t {
			if ed25519.Verify(key, s.message(), value) {
				return nil
			}
		}
	}
	return fmt.Errorf("%s %s (%s): %w", kind, name, sha256, ErrUnsigned)
}

// ReadSignatures reads signatures, JSON, one a line.
func ReadSignatures(source []byte) (list []Signature, err error) {
	number := 0
	for line := range bytes.Lines(source) {
		if number++; len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var s Signature
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			return nil, fmt.Errorf("line %d: no signature: %w", number, err)
		}
		list = append(list, s)
	}
	return list, nil
}

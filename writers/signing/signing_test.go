package signing_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"testing"

	"github.com/clearsweep/clearsweep/writers/signing"
)

// TestOnlyTheThingThatWasSigned checks a signature against everything but what it is of.
func TestOnlyTheThingThatWasSigned(t *testing.T) {
	public, private := keys(t)
	other, _ := keys(t)
	s := signing.Sign(signing.Policy, "us-xx/act", "0123", private)
	for name, c := range map[string]struct {
		kind, of, sha string
		trusted       signing.Trusted
		change        func(*signing.Signature)
		want          error
	}{
		"it":                  {signing.Policy, "us-xx/act", "0123", signing.Trusted{other, public}, nil, nil},
		"another key":         {signing.Policy, "us-xx/act", "0123", signing.Trusted{other}, nil, signing.ErrUnsigned},
		"no key":              {signing.Policy, "us-xx/act", "0123", nil, nil, signing.ErrUnsigned},
		"a run":               {signing.Run, "us-xx/act", "0123", signing.Trusted{public}, nil, signing.ErrUnsigned},
		"another policy":      {signing.Policy, "us-xx/bad", "0123", signing.Trusted{public}, nil, signing.ErrUnsigned},
		"changed since":       {signing.Policy, "us-xx/act", "0124", signing.Trusted{public}, nil, signing.ErrUnsigned},
		"said to be another":  {signing.Policy, "us-xx/act", "0124", signing.Trusted{public}, func(s *signing.Signature) { s.SHA256 = "0124" }, signing.ErrUnsigned},
		"said to be of a key": {signing.Policy, "us-xx/act", "0123", signing.Trusted{other}, func(s *signing.Signature) { s.Key = "x" }, signing.ErrUnsigned},
		"no base64":           {signing.Policy, "us-xx/act", "0123", signing.Trusted{public}, func(s *signing.Signature) { s.Value = "-" }, signing.ErrUnsigned},
	} {
		given := s
		if c.change != nil {
			c.change(&given)
		}
		if err := c.trusted.Check(c.kind, c.of, c.sha, []signing.Signature{given}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestKeysAndSignaturesAreRead reads what openssl and Sign write.
func TestKeysAndSignaturesAreRead(t *testing.T) {
	public, private := keys(t)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	secret := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if got, err := signing.ReadPrivate(secret); err != nil || !got.Equal(private) {
		t.Errorf("the private key: %v", err)
	}
	if der, err = x509.MarshalPKIXPublicKey(public); err != nil {
		t.Fatal(err)
	}
	shown := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	trusted, err := signing.ReadTrusted(append(shown, shown...))
	if err != nil || len(trusted) != 2 {
		t.Errorf("%d public keys, %v", len(trusted), err)
	}
	line, err := json.Marshal(signing.Sign(signing.Run, "r", "0", private))
	if err != nil {
		t.Fatal(err)
	}
	list, err := signing.ReadSignatures(append(append(line, "\n\n"...), line...))
	if err != nil || len(list) != 2 || trusted.Check(signing.Run, "r", "0", list[1:]) != nil {
		t.Errorf("%+v, %v", list, err)
	}
	for name, err := range map[string]error{
		"a public key for a private one": second(signing.ReadPrivate(shown)), "no PEM": second(signing.ReadPrivate([]byte("x"))),
		"a private key for a public one": second(signing.ReadTrusted(secret)), "no keys": second(signing.ReadTrusted(nil)),
		"no signature": second(signing.ReadSignatures([]byte("{\"kind\":1}"))),
	} {
		if err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func keys(t *testing.T) (ed25519.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return public, private
}

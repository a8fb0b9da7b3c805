// Package kms lets a key of AWS KMS be for whom a file is encrypted, beside or in place of keys
// of age.
//
// In goes the random key of a file; out comes what KMS made of it, which stands in the header of
// the file as a recipient of its own kind, and the key again for whoever KMS lets decrypt. The key
// in KMS never leaves it, and its log says who asked. Standard tools for age read the other
// recipients of such a file, and not this one.
package kms

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"filippo.io/age"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

const (
	// Prefix begins the name of a recipient, before the ARN of a key or of an alias.
	Prefix = "aws-kms:"
	// Anyone names the identity of whom the machine's credentials are.
	Anyone = "aws-kms"

	stanzaType = "aws-kms"
	patience   = time.Minute // for a call, with the tries of the SDK
)

// bound says in KMS what a key is for, and is part of what it authenticates.
var bound = map[string]string{"clearsweep": "key of a file"}

// Recipient is a key of KMS. It implements age.Recipient and may be used by several goroutines.
type Recipient struct{ key string }

var (
	_ age.Recipient = (*Recipient)(nil)
	_ age.Identity  = Identity{}
)

// ParseRecipient reads the name of a recipient: Prefix and the ARN of a key, or of an alias.
func ParseRecipient(name string) (*Recipient, error) {
	key := strings.TrimPrefix(name, Prefix)
	of, err := arn.Parse(key)
	if err != nil || of.Service != "kms" || of.Region == "" {
		return nil, fmt.Errorf("%s: want the ARN of a key of KMS behind %s, such as %sarn:aws:kms:us-west-2:111122223333:key/ID", name, Prefix, Prefix)
	}
	return &Recipient{key}, nil
}

// String is the name of the recipient.
func (r *Recipient) String() string { return Prefix + r.key }

// Wrap implements age.Recipient.
func (r *Recipient) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := client(r.key)
	if err != nil {
		return nil, err
	}
	out, err := c.Encrypt(ctx, &kms.EncryptInput{KeyId: &r.key, Plaintext: fileKey, EncryptionContext: bound})
	if err != nil {
		return nil, fmt.Errorf("wrap a key: %w", err)
	}
	return []*age.Stanza{{Type: stanzaType, Args: []string{r.key}, Body: out.CiphertextBlob}}, nil
}

// Identity is whoever the credentials of the machine, by the SDK's default chain, are. It
// implements age.Identity.
type Identity struct{}

// Unwrap implements age.Identity. The error is age.ErrIncorrectIdentity where the file is for no
// key of KMS, or only for keys with which KMS does not let us decrypt.
func (Identity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var refused []error
	for _, s := range stanzas {
		if s.Type != stanzaType || len(s.Args) != 1 {
			continue
		}
		fileKey, err := unwrap(ctx, s.Args[0], s.Body)
		if err == nil {
			return fileKey, nil
		}
		var incorrect *types.IncorrectKeyException
		var invalid *types.InvalidCiphertextException
		if !errors.As(err, &incorrect) && !errors.As(err, &invalid) {
			return nil, err
		}
		refused = append(refused, err)
	}
	return nil, errors.Join(append(refused, age.ErrIncorrectIdentity)...)
}

func unwrap(ctx context.Context, key string, wrapped []byte) ([]byte, error) {
	if _, err := ParseRecipient(Prefix + key); err != nil {
		return nil, err
	}
	c, err := client(key)
	if err != nil {
		return nil, err
	}
	out, err := c.Decrypt(ctx, &kms.DecryptInput{KeyId: &key, CiphertextBlob: wrapped, EncryptionContext: bound})
	if err != nil {
		return nil, fmt.Errorf("unwrap a key: %w", err)
	}
	return out.Plaintext, nil
}

var (
	mu      sync.Mutex
	clients = map[string]*kms.Client{} // by region
)

// client is that of the region of a key.
func client(key string) (*kms.Client, error) {
	of, err := arn.Parse(key)
	if err != nil {
		return nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	if c := clients[of.Region]; c != nil {
		return c, nil
	}
	cfg, err := config.LoadDefaultConfig(context.Background(), config.WithRegion(of.Region))
	if err != nil {
		return nil, fmt.Errorf("kms: %w", err)
	}
	c := kms.NewFromConfig(cfg, func(o *kms.Options) { o.RetryMaxAttempts = 5; o.RetryMode = aws.RetryModeStandard })
	clients[of.Region] = c
	return c, nil
}

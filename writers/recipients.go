package writers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers/kms"
)

// Recipients are those who can decrypt a file. None leave it in clear.
type Recipients struct {
	keys []age.Recipient // in order of Names
	// Names are their public keys, sorted.
	Names []string
}

// InClear is for files that are not encrypted.
var InClear Recipients

// And are r and others.
func (r Recipients) And(others Recipients) Recipients {
	sum := Recipients{slices.Clone(r.keys), slices.Clone(r.Names)}
	for i, name := range others.Names {
		if !slices.Contains(sum.Names, name) {
			at, _ := slices.BinarySearch(sum.Names, name)
			sum.keys, sum.Names = slices.Insert(sum.keys, at, others.keys[i]), slices.Insert(sum.Names, at, name)
		}
	}
	return sum
}

// ParseRecipients reads public keys of age (age1...), keys of AWS KMS (aws-kms:arn:...), or
// files that list some, a line each; lines that begin with # are none.
func ParseRecipients(list []string) (Recipients, error) {
	var r Recipients
	for _, one := range list {
		names := []string{one}
		if !isRecipient(one) {
			source, err := os.ReadFile(one)
			if err != nil {
				return r, fmt.Errorf("%s is no public key (age1...), no key of KMS (%sarn:...), and no file of some: %w", one, kms.Prefix, err)
			}
			names = strings.Split(string(source), "\n")
		}
		for i, name := range names {
			if name = strings.TrimSpace(name); name == "" || strings.HasPrefix(name, "#") {
				continue
			}
			key, err := parseRecipient(name)
			if err != nil {
				return r, fmt.Errorf("%s: line %d: %w", one, i+1, err)
			}
			r = r.And(key)
		}
		if len(r.Names) == 0 {
			return r, fmt.Errorf("%s: it names no key", one)
		}
	}
	return r, nil
}

func isRecipient(name string) bool {
	return strings.HasPrefix(name, "age1") || strings.HasPrefix(name, kms.Prefix)
}

// parseRecipient reads the name of one. The error does not quote it, for it may be a private key.
func parseRecipient(name string) (Recipients, error) {
	if strings.HasPrefix(name, kms.Prefix) {
		key, err := kms.ParseRecipient(name)
		if err != nil {
			return InClear, err
		}
		return Recipients{[]age.Recipient{key}, []string{key.String()}}, nil
	}
	keys, err := age.ParseRecipients(strings.NewReader(name))
	if err != nil {
		return InClear, err
	}
	named, ok := keys[0].(fmt.Stringer)
	if !ok {
		return InClear, fmt.Errorf("a recipient of type %T has no public key to be named by", keys[0])
	}
	return Recipients{keys, []string{named.String()}}, nil
}

// Keys are the recipients themselves.
func (r Recipients) Keys() []age.Recipient { return r.keys }

// AgencyRecipients are those who can decrypt the update files of each agency. A nil one
// encrypts none.
type AgencyRecipients struct {
	byAgency map[string]Recipients
	digest   string
}

// anyAgency stands in a list for every agency that it does not name.
const anyAgency = "*"

// ParseAgencyRecipients reads CSV with the columns agency and recipient, a public key of age:
// an agency may have several, each on a line of its own, and "*" stands for every agency that
// is not named. The error lists every fault with its line.
func ParseAgencyRecipients(name string, source []byte) (*AgencyRecipients, error) {
	digest := sha256.Sum256(source)
	r := &AgencyRecipients{byAgency: map[string]Recipients{}, digest: hex.EncodeToString(digest[:])}
	err := schemas.ReadList(name, source, []string{"agency", "recipient"}, false, func(row []string) error {
		return r.add(strings.TrimSpace(row[0]), strings.TrimSpace(row[1]))
	})
	if err == nil && len(r.byAgency) == 0 {
		err = fmt.Errorf("%s: it names no agency", name)
	}
	return r, err
}

func (r *AgencyRecipients) add(agency, key string) error {
	if agency != anyAgency {
		if err := CheckAgency(agency); err != nil {
			return err
		}
	}
	if !isRecipient(key) {
		return errors.New("recipient must be a public key of age, age1..., which 'age-keygen' prints, or one of KMS, aws-kms: and its ARN")
	}
	parsed, err := parseRecipient(key)
	if err != nil {
		return err
	}
	have := r.byAgency[agency]
	if slices.Contains(have.Names, parsed.Names[0]) {
		return errors.New("the agency has this recipient already")
	}
	r.byAgency[agency] = have.And(parsed)
	return nil
}

// Digest is the SHA-256 of the list's bytes, in hexadecimal; empty for no list.
func (r *AgencyRecipients) Digest() string {
	if r == nil {
		return ""
	}
	return r.digest
}

// reach is an error that names every agency without a recipient. A nil list asks for none.
func (r *AgencyRecipients) reach(agencies []string) error {
	if r == nil {
		return nil
	}
	var faults []error
	for _, agency := range agencies {
		_, err := r.For(agency)
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// For are the recipients of an agency; nobody where a nil list leaves files in clear. The
// error is of an agency that the list does not reach.
func (r *AgencyRecipients) For(agency string) (Recipients, error) {
	if r == nil {
		return InClear, nil
	}
	for _, name := range []string{agency, anyAgency} {
		if found, ok := r.byAgency[name]; ok {
			return found, nil
		}
	}
	return InClear, fmt.Errorf("agency %s has no recipient for its update files: add a line for it, or for %q", agency, anyAgency)
}

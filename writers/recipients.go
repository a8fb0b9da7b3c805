package writers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/clearsweep/clearsweep/schemas"
)

// Recipients are those who can decrypt a file of a run.
type Recipients struct {
	keys []age.Recipient
	// Names are their public keys, sorted.
	Names []string
}

// ParseRecipients reads public keys of age (age1...), or files that list some, a line
// each.
func ParseRecipients(list []string) (Recipients, error) {
	var r Recipients
	for _, one := range list {
		text := one
		if !strings.HasPrefix(one, "age1") {
			source, err := os.ReadFile(one)
			if err != nil {
				return r, fmt.Errorf("%s is no public key (age1...), and no file of some: %w", one, err)
			}
			text = string(source)
		}
		keys, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil {
			return r, fmt.Errorf("%s: %w", one, err)
		}
		for _, key := range keys {
			name, ok := key.(fmt.Stringer)
			if !ok {
				return r, fmt.Errorf("%s: a recipient of type %T has no public key to be named by", one, key)
			}
			if !slices.Contains(r.Names, name.String()) {
				r.keys, r.Names = append(r.keys, key), append(r.Names, name.String())
			}
		}
	}
	slices.Sort(r.Names)
	return r, nil
}

// Keys are the recipients themselves.
func (r Recipients) Keys() []age.Recipient { return r.keys }

// seal encrypts what is written to it, for the recipients alone. Close ends the encryption
// and leaves w open.
func (r Recipients) seal(w io.Writer) (io.WriteCloser, error) {
	sealed, err := age.Encrypt(w, r.keys...)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return sealed, nil
}

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
	if !strings.HasPrefix(key, "age1") {
		return errors.New("recipient must be a public key of age, age1...; 'age-keygen' prints it")
	}
	parsed, err := ParseRecipients([]string{key})
	if err != nil {
		return err
	}
	have := r.byAgency[agency]
	if slices.Contains(have.Names, parsed.Names[0]) {
		return errors.New("the agency has this recipient already")
	}
	have.keys, have.Names = append(have.keys, parsed.keys...), append(have.Names, parsed.Names...)
	r.byAgency[agency] = have
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
		_, err := r.of(agency)
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// of are the recipients of an agency. The error is of one that the list does not reach.
func (r *AgencyRecipients) of(agency string) (Recipients, error) {
	for _, name := range []string{agency, anyAgency} {
		if found, ok := r.byAgency[name]; ok {
			return found, nil
		}
	}
	return Recipients{}, fmt.Errorf("agency %s has no recipient for its update files: add a line for it, or for %q", agency, anyAgency)
}

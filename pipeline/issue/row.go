package issue

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/profile"
)

// updateReader reads the rows of an update.csv.
type updateReader struct {
	name  string
	in    *csv.Reader
	facts []profile.Fact // by column
	row   profile.Row
}

func newUpdateReader(name string, r io.Reader) (*updateReader, error) {
	u := &updateReader{name: name, in: csv.NewReader(r)}
	u.in.ReuseRecord = true
	head, err := u.in.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !slices.Equal(head, writers.UpdateColumns()) {
		return nil, fmt.Errorf("%s: its columns are not those of this version; sweep again", name)
	}
	for _, column := range head {
		fact, err := profile.ParseFact(column)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		u.facts = append(u.facts, fact)
	}
	return u, nil
}

// next reads a row into u.row; io.EOF ends them.
func (u *updateReader) next() error {
	fields, err := u.in.Read()
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	if err != nil {
		return fmt.Errorf("%s: %w", u.name, err)
	}
	u.row = profile.Row{}
	for i, fact := range u.facts {
		u.row[fact] = fields[i]
	}
	return nil
}

// Key is what tells a charge of an agency's from all others: a hash of person, county, case
// and charge key, or of the code where the source has no key of the charge, and which it is of
// those that have all that alike.
type Key [keyBytes]byte

const (
	keyBytes  = 16
	hashBytes = 12 // of a key; the rest tells equal ones apart
)

// identity is what a key is the hash of.
func identity(row *profile.Row) Key {
	last := row[profile.ChargeID]
	if last == "" {
		last = "code " + row[profile.Code]
	}
	sum := digestOf(row[profile.PersonID], row[profile.County], row[profile.CaseID], last)
	var k Key
	copy(k[:hashBytes], sum[:])
	return k
}

// number makes the key of the n-th of those that are alike, from 0.
func (k Key) number(n int) Key {
	binary.BigEndian.PutUint32(k[hashBytes:], uint32(n)) //nolint:gosec // rows are counted in 32 bits
	return k
}

// short is enough of the key to tell charges apart, without the number.
func (k Key) short() uint64 { return binary.BigEndian.Uint64(k[:]) }

// alike is the key without the number.
func (k Key) alike() Key { return k.number(0) }

// told are the facts that an agency acts on: where one of them changes it is told again. The
// days on which relief was or will be due are not among them.
var told = []profile.Fact{
	profile.PersonID, profile.Surname, profile.GivenName, profile.BirthDate, profile.CaseID, profile.ChargeID,
	profile.County, profile.Court, profile.Code, profile.DispositionDate, profile.Action, profile.LegalBasis, profile.Clause,
	profile.JurisdictionRetained, profile.OtherReliefUnaffected,
}

// content is a hash of what an agency is told.
func content(row *profile.Row) (c [8]byte) {
	texts := make([]string, len(told))
	for i, fact := range told {
		texts[i] = row[fact]
	}
	sum := digestOf(texts...)
	copy(c[:], sum[:])
	return c
}

// digestOf is a hash of texts that no other texts have by standing otherwise.
func digestOf(texts ...string) [sha256.Size]byte {
	var b []byte
	for _, text := range texts {
		b = append(append(b, text...), 0x1f)
	}
	return sha256.Sum256(b)
}

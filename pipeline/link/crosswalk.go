package link

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Crosswalk joins person keys that a person has found to be of one: rows under an id are
// those of the person key beside it. A nil one joins nothing. It may be used by many
// goroutines.
type Crosswalk struct {
	to     map[string]string
	digest string
}

var crosswalkHeader = []string{"id", "person_id", "reviewed_by", "reviewed_on"}

// ParseCrosswalk reads a crosswalk: CSV with the columns id, person_id, reviewed_by and
// reviewed_on (a day). Every id is listed once, and no person_id is an id, so that nothing
// depends on the order. The error lists every fault with its line, and no key: those are
// of persons.
func ParseCrosswalk(name string, source []byte) (*Crosswalk, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = len(crosswalkHeader)
	head, err := r.Read()
	if err != nil || !slices.Equal(head, crosswalkHeader) {
		return nil, fmt.Errorf("%s: line 1: the header must be %s", name, strings.Join(crosswalkHeader, ","))
	}
	digest := sha256.Sum256(source)
	c := &Crosswalk{to: map[string]string{}, digest: hex.EncodeToString(digest[:])}
	lines := map[string]int{} // of ids
	ends := map[string]int{}  // of person keys, where they are first
	var faults []error
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		if bad, ok := errors.AsType[*csv.ParseError](err); ok { // its message quotes nothing
			return nil, errors.Join(append(faults, fmt.Errorf("%s: line %d: %w", name, bad.Line, bad.Err))...)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		if fault := crosswalkFault(row, lines); fault != "" {
			faults = append(faults, fmt.Errorf("%s: line %d: %s", name, line, fault))
			continue
		}
		lines[row[0]] = line
		if ends[row[1]] == 0 {
			ends[row[1]] = line
		}
		c.to[row[0]] = row[1]
	}
	for key, line := range ends {
		if at := lines[key]; at != 0 {
			faults = append(faults, fmt.Errorf("%s: line %d: its person_id is the id of line %d: give both the last key of the chain", name, line, at))
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return c, nil
}

// crosswalkFault is what is wrong with a row, given the lines of the ids before it.
func crosswalkFault(row []string, lines map[string]int) string {
	for i, value := range row {
		switch {
		case value == "":
			return crosswalkHeader[i] + " is blank: a join counts once somebody answers for it"
		case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
			return crosswalkHeader[i] + " is no text in UTF-8"
		}
	}
	if _, err := schemas.ParseDate(row[3]); err != nil {
		return "reviewed_on must be a day, as 2006-01-02"
	}
	if row[0] == row[1] {
		return "id and person_id are the same"
	}
	if at := lines[row[0]]; at != 0 {
		return fmt.Sprintf("its id is that of line %d", at)
	}
	return ""
}

// Digest is the SHA-256 of the crosswalk's bytes, in hexadecimal.
func (c *Crosswalk) Digest() string { return c.digest }

// Join is a batch of schemas.Coded whose person keys are joined. The caller releases it;
// charges stays the caller's.
func (c *Crosswalk) Join(mem memory.Allocator, charges arrow.Record) arrow.Record {
	charges.Retain()
	if c == nil {
		return charges
	}
	keys := charges.Column(schemas.ColPerson).(*array.String)
	first := 0
	for first < keys.Len() && !c.joins(keys, first) {
		first++
	}
	if first == keys.Len() {
		return charges
	}
	defer charges.Release()
	b := array.NewStringBuilder(mem)
	defer b.Release()
	b.Reserve(keys.Len())
	for row := range keys.Len() {
		switch {
		case keys.IsNull(row):
			b.AppendNull()
		case c.joins(keys, row):
			b.Append(c.to[keys.Value(row)])
		default:
			b.Append(keys.Value(row))
		}
	}
	joined := b.NewArray()
	defer joined.Release()
	columns := slices.Clone(charges.Columns())
	columns[schemas.ColPerson] = joined
	return array.NewRecord(charges.Schema(), columns, charges.NumRows())
}

func (c *Crosswalk) joins(keys *array.String, row int) bool {
	if keys.IsNull(row) {
		return false
	}
	_, ok := c.to[keys.Value(row)]
	return ok
}

package normalize

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// Table is an exact table beside the one that is built in: texts that people of
// an agency have approved. Name stands in errors.
type Table struct {
	Name   string
	Source []byte // CSV, with the columns of ExactColumns
}

// ExactColumns are the columns of an exact table, in order.
func ExactColumns() []string {
	return []string{"text", "code", "origin", "approved_by", "approved_on", "hash", "note"}
}

// The origins of the rows of an exact table.
const (
	originRead      = "read"      // a person has read the text and found the code
	originNominated = "nominated" // the code was nominated, and a person has approved it
)

// ExactRow is a row of an exact table: a whole text, and the code that a named
// person has approved for it.
type ExactRow struct {
	Text, Code, Origin, ApprovedBy, ApprovedOn, Hash, Note string
}

// Fields are the row in the order of ExactColumns.
func (r ExactRow) Fields() []string {
	return []string{r.Text, r.Code, r.Origin, r.ApprovedBy, r.ApprovedOn, r.Hash, r.Note}
}

func exactRow(fields []string) ExactRow {
	return ExactRow{
		Text: fields[0], Code: fields[1], Origin: fields[2], ApprovedBy: fields[3],
		ApprovedOn: fields[4], Hash: fields[5], Note: fields[6],
	}
}

// Sum is the SHA-256 of all that was approved: the row without its hash. A row
// that was changed after its approval has another.
func (r ExactRow) Sum() string {
	r.Hash = ""
	sum := sha256.Sum256([]byte(strings.Join(r.Fields(), "\n")))
	return hex.EncodeToString(sum[:])
}

// approved reports what the approval of a row lacks.
func (r ExactRow) approved() error {
	if !slices.Contains([]string{originRead, originNominated}, r.Origin) {
		return fmt.Errorf("origin %q is neither %s nor %s", r.Origin, originRead, originNominated)
	}
	if strings.TrimSpace(r.ApprovedBy) == "" {
		return errors.New("approved_by is empty: name the person who has read the text and answers for the code")
	}
	if _, err := schemas.ParseDate(r.ApprovedOn); err != nil {
		return fmt.Errorf("approved_on: %w", err)
	}
	if r.Hash != r.Sum() {
		return errors.New("hash is not that of the row: it was never approved, or changed since; have it approved with 'clearsweep codes approve'")
	}
	return nil
}

// Approval is the row of an exact table that gives a text its code; false if its
// code does not come from there.
func (n *Normalizer) Approval(text string) (ExactRow, bool) {
	row, ok := n.tables.approved[n.clean(text)]
	return row, ok
}

// addExact adds a row of an exact table.
func (t *tables) addExact(fields []string) error {
	r := exactRow(fields)
	if err := r.approved(); err != nil {
		return err
	}
	s, err := t.listedCode(r.Code)
	if err != nil {
		return err
	}
	if _, twice := t.exact[r.Text]; twice || r.Text == "" {
		return errors.New("the text is empty or stands twice")
	}
	s.Match, s.Rule = schemas.Exact, "exact "+r.Text
	t.exact[r.Text], t.approved[r.Text] = s, r
	return nil
}

// listedCode reads a canonical code of the state whose section is listed, where the
// state has a table.
func (t *tables) listedCode(code string) (Statute, error) {
	s, ok := parseCode(code)
	if !ok {
		return s, fmt.Errorf("%q is no canonical code", code)
	}
	if s.Jurisdiction != t.state {
		return s, fmt.Errorf("%s is no code of %s", code, t.state)
	}
	listed, ok := t.sections[sectionKey{s.Code, s.Section}]
	if !ok && len(t.sections) > 0 {
		return s, fmt.Errorf("%s %s is not listed", s.Code, s.Section)
	}
	s.Title = listed.Title
	return s, nil
}

package normalize

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// NominationColumns are the columns of a list of nominations, in order. The last
// two are empty until a person fills them in, and that person is the approver.
func NominationColumns() []string {
	return []string{
		"text", "code", "title", "similarity", "evidence", "description", "rows", "persons", "approved_by", "approved_on",
	}
}

// Nominated is a row of a list of nominations: a text, how much hangs on it, and
// a code that it may mean.
type Nominated struct {
	Text, Description string
	Rows, Persons     int64
	Nomination
}

// Fields are the row in the order of NominationColumns, not yet approved.
func (r Nominated) Fields() []string {
	return []string{
		r.Text, r.Code, r.Title, strconv.FormatFloat(r.Similarity, 'f', 2, 64), r.Evidence, r.Description,
		strconv.FormatInt(r.Rows, 10), strconv.FormatInt(r.Persons, 10), "", "",
	}
}

// Approve makes rows of an exact table of those rows of a list of nominations
// that name their approver, and leaves out the others and what the tables have
// already. A person who knows better may have written another code than the one
// nominated; the row then says that it was read. Every fault is reported with
// its line, and then there are no rows.
func (n *Normalizer) Approve(list Table) ([]ExactRow, error) {
	var rows []ExactRow
	err := readTable(list, io.Discard, NominationColumns(), func(fields []string) error {
		by, on := strings.TrimSpace(fields[8]), strings.TrimSpace(fields[9])
		if by == "" && on == "" {
			return nil
		}
		row := ExactRow{
			Text: n.clean(fields[0]), Code: strings.TrimSpace(fields[1]), Origin: originRead, ApprovedBy: by, ApprovedOn: on,
		}
		if nominated, ok := n.nomination(fields[0], fields[5], row.Code); ok {
			row.Origin, row.Note = originNominated, nominated.Evidence
		}
		row.Hash = row.Sum()
		known, err := n.approvable(row, rows)
		if err == nil && !known {
			rows = append(rows, row)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// nomination is what speaks for a code of a text, if anything does.
func (n *Normalizer) nomination(text, description, code string) (Nomination, bool) {
	all := n.Nominate(text, description, math.MaxInt, 0)
	i := slices.IndexFunc(all, func(o Nomination) bool { return o.Code == code && o.Similarity > 0 })
	if i < 0 {
		return Nomination{}, false
	}
	return all[i], true
}

// approvable reports what is wrong with a row; known, if one of the same text
// and code was approved before it.
func (n *Normalizer) approvable(row ExactRow, before []ExactRow) (known bool, err error) {
	if err := row.approved(); err != nil {
		return false, err
	}
	if _, err := n.tables.listedCode(row.Code); err != nil {
		return false, err
	}
	if row.Text == "" || len(row.Text) > longestText {
		return false, errors.New("the text is empty, or too long to be a statute")
	}
	switch s := n.Statute(row.Text); {
	case s.Match == schemas.Exact && s.String() == row.Code:
		return true, nil
	case s.Match >= schemas.Grammar:
		return false, fmt.Errorf("the text has a code already, %s", s)
	}
	for _, earlier := range before {
		if earlier.Text == row.Text && earlier.Code != row.Code {
			return false, fmt.Errorf("two codes are approved for the same text, %s and %s", earlier.Code, row.Code)
		}
		known = known || earlier.Text == row.Text
	}
	return known, nil
}

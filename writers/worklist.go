package writers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/clearsweep/clearsweep/schemas"
)

// CodeGap is a statute text that has no code, with one description that stood
// beside it.
type CodeGap struct {
	Statute     string
	Description string
	Match       schemas.CodeMatch // Unmatched or Ambiguous
	Rows        int64
	Persons     int64
}

// ValueGap is a value that the map of a column does not list.
type ValueGap struct {
	Column string
	Value  string
	Rows   int64
}

// OutOfForce is a statute text whose section was not the law on the day of the
// offence: the date is wrong, or the section. Nothing repairs it.
type OutOfForce struct {
	Statute string
	Code    string
	Rows    int64
	Persons int64
}

// SeverityGap is a statute text beside a severity that its code had not on the day of the
// offence: one of the three is wrong, or the charge was reduced since.
type SeverityGap struct {
	Statute  string
	Code     string
	Severity schemas.Severity
	Rows     int64
	Persons  int64
}

// AnswersFile is where a run keeps the facts that people have answered.
const AnswersFile = "answers/answers.csv"

// CodeGapsFile is where a run lists the statute texts that have no code.
const CodeGapsFile = "worklist/codes.csv"

func codeGapColumns() []string {
	return []string{"statute_raw", "description_raw", "code_match", "rows", "persons"}
}

// WriteWorklists writes worklist/codes.csv and worklist/values.csv: what people
// must map, the most persons affected first.
func (a *Attempt) WriteWorklists(ctx context.Context, codes []CodeGap, values []ValueGap) ([]Output, Worklists, error) {
	sum := Worklists{Codes: len(codes), Values: len(values)}
	rows := [][]string{codeGapColumns()}
	for _, g := range slices.SortedFunc(slices.Values(codes), compareCodeGaps) {
		rows = append(rows, []string{g.Statute, g.Description, g.Match.String(), strconv.FormatInt(g.Rows, 10), strconv.FormatInt(g.Persons, 10)})
		sum.CodeRows += g.Rows
	}
	first, err := a.writeCSV(ctx, CodeGapsFile, rows)
	if err != nil {
		return nil, sum, err
	}
	rows = [][]string{{"column", "value", "rows"}}
	for _, g := range slices.SortedFunc(slices.Values(values), compareValueGaps) {
		rows = append(rows, []string{g.Column, g.Value, strconv.FormatInt(g.Rows, 10)})
		sum.ValueRows += g.Rows
	}
	second, err := a.writeCSV(ctx, "worklist/values.csv", rows)
	return []Output{first, second}, sum, err
}

// SubstanceGap is a number of charges that wait for their substance to be named.
type SubstanceGap struct {
	Code       string
	Evidence   schemas.Evidence // the best that names one, none where nothing does
	Substances schemas.Substances
	Priority   string
	Charges    int64
}

// WriteSubstances writes worklist/substances.csv: the charges that wait for their
// substance, those first of which weaker evidence says what the law asks for.
func (a *Attempt) WriteSubstances(ctx context.Context, gaps []SubstanceGap) (Output, error) {
	rows := [][]string{{"priority", "code", "evidence", "substances", "charges"}}
	for _, g := range slices.SortedFunc(slices.Values(gaps), compareSubstanceGaps) {
		rows = append(rows, []string{g.Priority, g.Code, g.Evidence.String(), g.Substances.String(), strconv.FormatInt(g.Charges, 10)})
	}
	return a.writeCSV(ctx, "worklist/substances.csv", rows)
}

func compareSubstanceGaps(a, b SubstanceGap) int {
	return cmp.Or(
		cmp.Compare(a.Priority, b.Priority), // high, normal
		cmp.Compare(b.Charges, a.Charges), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Evidence, b.Evidence), cmp.Compare(a.Substances, b.Substances),
	)
}

// ReadCodeGaps reads what WriteWorklists wrote to CodeGapsFile, in its order.
func ReadCodeGaps(r io.Reader) ([]CodeGap, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", CodeGapsFile, err)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], codeGapColumns()) {
		return nil, fmt.Errorf("%s: the header is not %q", CodeGapsFile, codeGapColumns())
	}
	var gaps []CodeGap
	for i, row := range rows[1:] {
		g := CodeGap{Statute: row[0], Description: row[1], Match: schemas.Unmatched}
		if row[2] == schemas.Ambiguous.String() {
			g.Match = schemas.Ambiguous
		}
		var bad [2]error
		g.Rows, bad[0] = strconv.ParseInt(row[3], 10, 64)
		g.Persons, bad[1] = strconv.ParseInt(row[4], 10, 64)
		if bad != [2]error{} {
			return nil, fmt.Errorf("%s: row %d: rows and persons must be numbers", CodeGapsFile, i+2)
		}
		gaps = append(gaps, g)
	}
	return gaps, nil
}

// SortCodeGaps puts the texts first that affect the most persons.
func SortCodeGaps(gaps []CodeGap) { slices.SortFunc(gaps, compareCodeGaps) }

// WriteOutOfForce writes worklist/out-of-force.csv, the most persons affected
// first.
func (a *Attempt) WriteOutOfForce(ctx context.Context, list []OutOfForce) (Output, error) {
	rows := [][]string{{"statute_raw", "code", "rows", "persons"}}
	for _, o := range slices.SortedFunc(slices.Values(list), compareOutOfForce) {
		rows = append(rows, []string{o.Statute, o.Code, strconv.FormatInt(o.Rows, 10), strconv.FormatInt(o.Persons, 10)})
	}
	return a.writeCSV(ctx, "worklist/out-of-force.csv", rows)
}

// WriteSeverityGaps writes worklist/severities.csv, the most persons affected first.
func (a *Attempt) WriteSeverityGaps(ctx context.Context, list []SeverityGap) (Output, error) {
	rows := [][]string{{"statute_raw", "code", "severity", "rows", "persons"}}
	for _, g := range slices.SortedFunc(slices.Values(list), compareSeverityGaps) {
		rows = append(rows, []string{g.Statute, g.Code, g.Severity.String(), strconv.FormatInt(g.Rows, 10), strconv.FormatInt(g.Persons, 10)})
	}
	return a.writeCSV(ctx, "worklist/severities.csv", rows)
}

// WriteUndeliverable writes worklist/undeliverable.csv: decisions that give
// relief and cannot stand in an agency's update file, in the order given.
func (a *Attempt) WriteUndeliverable(ctx context.Context, list []Undeliverable) (Output, error) {
	rows := [][]string{{"source", "line", "agency", "column", "reason"}}
	for _, u := range list {
		rows = append(rows, []string{u.Source, strconv.FormatInt(u.Line, 10), u.Agency, u.Column, u.Reason})
	}
	return a.writeCSV(ctx, "worklist/undeliverable.csv", rows)
}

// KeyTrouble is what is wrong with a person key.
type KeyTrouble string

// The troubles.
const (
	TwoBirths KeyTrouble = "two_births" // one person, or two: the law is asked without a birth
	SharedKey KeyTrouble = "shared_key" // of many persons: it identifies nobody
	TwoKeys   KeyTrouble = "two_keys"   // of one name and birth: two persons, or one
)

// KeyConflict is two rows of one person key that give different dates of birth, of two
// persons, it may be; or two rows of two keys that give one name and date of birth, of one
// person, it may be. Its places are those of the first such rows, in order.
type KeyConflict struct {
	Trouble     KeyTrouble
	Source      string
	Line        int64
	OtherSource string
	OtherLine   int64
}

// WriteKeyConflicts writes worklist/identity.csv: whose keys may stand for two persons,
// in the order given.
func (a *Attempt) WriteKeyConflicts(ctx context.Context, list []KeyConflict) (Output, error) {
	rows := [][]string{{"trouble", "source", "line", "other_source", "other_line"}}
	for _, c := range list {
		rows = append(rows, []string{string(c.Trouble), c.Source, strconv.FormatInt(c.Line, 10), c.OtherSource, strconv.FormatInt(c.OtherLine, 10)})
	}
	return a.writeCSV(ctx, "worklist/identity.csv", rows)
}

func (a *Attempt) writeCSV(ctx context.Context, name string, rows [][]string) (Output, error) {
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return Output{}, fmt.Errorf("%s: %w", name, err)
	}
	return a.WriteFile(ctx, name, b.Bytes(), int64(len(rows)-1))
}

func compareCodeGaps(a, b CodeGap) int {
	if c := cmp.Or(cmp.Compare(b.Persons, a.Persons), cmp.Compare(b.Rows, a.Rows)); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.Statute, b.Statute), cmp.Compare(a.Description, b.Description), cmp.Compare(a.Match, b.Match))
}

func compareOutOfForce(a, b OutOfForce) int {
	return cmp.Or(
		cmp.Compare(b.Persons, a.Persons), cmp.Compare(b.Rows, a.Rows),
		cmp.Compare(a.Statute, b.Statute), cmp.Compare(a.Code, b.Code),
	)
}

func compareSeverityGaps(a, b SeverityGap) int {
	return cmp.Or(
		cmp.Compare(b.Persons, a.Persons), cmp.Compare(b.Rows, a.Rows),
		cmp.Compare(a.Statute, b.Statute), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Severity, b.Severity),
	)
}

func compareValueGaps(a, b ValueGap) int {
	return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Value, b.Value))
}

package writers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
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

// WriteWorklists writes worklist/codes.csv and worklist/values.csv: what people
// must map, the most persons affected first.
func (a *Attempt) WriteWorklists(ctx context.Context, codes []CodeGap, values []ValueGap) ([]Output, Worklists, error) {
	sum := Worklists{Codes: len(codes), Values: len(values)}
	rows := [][]string{{"statute_raw", "description_raw", "code_match", "rows", "persons"}}
	for _, g := range slices.SortedFunc(slices.Values(codes), compareCodeGaps) {
		rows = append(rows, []string{g.Statute, g.Description, g.Match.String(), strconv.FormatInt(g.Rows, 10), strconv.FormatInt(g.Persons, 10)})
		sum.CodeRows += g.Rows
	}
	first, err := a.writeCSV(ctx, "worklist/codes.csv", rows)
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

// WriteUndeliverable writes worklist/undeliverable.csv: decisions that give
// relief and cannot stand in an agency's update file, in the order given.
func (a *Attempt) WriteUndeliverable(ctx context.Context, list []Undeliverable) (Output, error) {
	rows := [][]string{{"source", "line", "agency", "column", "reason"}}
	for _, u := range list {
		rows = append(rows, []string{u.Source, strconv.FormatInt(u.Line, 10), u.Agency, u.Column, u.Reason})
	}
	return a.writeCSV(ctx, "worklist/undeliverable.csv", rows)
}

func (a *Attempt) writeCSV(ctx context.Context, name string, rows [][]string) (Output, error) {
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return Output{}, fmt.Errorf("%s: %w", name, err)
	}
	return a.WriteFile(ctx, name, b.Bytes(), int64(len(rows)-1))
}

func compareCodeGaps(a, b CodeGap) int {
	return cmp.Or(
		cmp.Compare(b.Persons, a.Persons), cmp.Compare(b.Rows, a.Rows),
		cmp.Compare(a.Statute, b.Statute), cmp.Compare(a.Description, b.Description), cmp.Compare(a.Match, b.Match),
	)
}

func compareValueGaps(a, b ValueGap) int {
	return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Value, b.Value))
}

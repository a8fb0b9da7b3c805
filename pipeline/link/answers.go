package link

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Answers are facts that somebody has found in a document: what the extract says of them is
// read as what the document says, and the law is asked again. They never say what comes of a
// charge. A nil one answers nothing. They may be used by many goroutines.
type Answers struct {
	list     []*Answer
	byPerson map[string][]*Answer
	source   []byte
	digest   string
}

// Answer is one fact of one charge, or of a person.
type Answer struct {
	Row                        int // of the file, the header being the first
	Person, Case, Charge, Code string
	Fact, Value                string
	Document, By, On           string

	column int
	value  int64 // as it stands in the column
	place  int   // in the list
}

// AnswerColumns are the columns that a file of answers begins with. What stands behind them is
// for people.
var AnswerColumns = []string{"person_id", "case_id", "charge_id", "code", "fact", "value", "document", "answered_by", "answered_on"}

// answerFact is a fact that may be answered, and how its value is read.
type answerFact struct {
	column int
	parse  func(string) (int64, error)
}

func small[T ~uint8 | ~uint16](parse func(string) (T, error)) func(string) (int64, error) {
	return func(s string) (int64, error) {
		v, err := parse(s)
		if err == nil && v == 0 {
			err = errors.New("it says nothing")
		}
		return int64(v), err
	}
}

func dateValue(s string) (int64, error) {
	d, err := schemas.ParseDate(s)
	return int64(d), err
}

func ageValue(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 8)
	if err == nil && n > schemas.OldestVictim {
		err = errors.New("nobody is so old")
	}
	return int64(n), err
}

var answerFacts = map[string]answerFact{
	"birth_date":           {schemas.ColBirthDate, dateValue},
	"offense_date":         {schemas.ColOffenseDate, dateValue},
	"arrest_date":          {schemas.ColArrestDate, dateValue},
	"disposition_date":     {schemas.ColDispositionDate, dateValue},
	"sentence_date":        {schemas.ColSentenceDate, dateValue},
	"release_date":         {schemas.ColReleaseDate, dateValue},
	"supervision_end_date": {schemas.ColSupervisionEnd, dateValue},
	"challenge_date":       {schemas.ColChallengeDate, dateValue},
	"severity":             {schemas.ColSeverity, small(schemas.ParseSeverity)},
	"disposition":          {schemas.ColDisposition, small(schemas.ParseDisposition)},
	"sentence":             {schemas.ColSentence, small(schemas.ParseSentence)},
	"incarcerated":         {schemas.ColIncarcerated, small(schemas.ParseIncarceration)},
	"restitution":          {schemas.ColRestitution, small(schemas.ParseRestitution)},
	"substances":           {schemas.ColSubstances, small(schemas.ParseSubstances)},
	"substance_evidence":   {schemas.ColEvidence, small(schemas.ParseEvidence)},
	"victim_age":           {schemas.ColVictimAge, ageValue},
	"victim_relation":      {schemas.ColVictimRelation, small(schemas.ParseVictimRelation)},
}

// ParseAnswers reads CSV that begins with the AnswerColumns. Lines without a value are not
// answered yet, and are passed over. The error lists every fault with its line, and quotes no
// value.
func ParseAnswers(name string, source []byte) (*Answers, error) {
	head, _, _ := bytes.Cut(source, []byte("\n"))
	for column := range strings.SplitSeq(strings.ToLower(strings.TrimSpace(string(head))), ",") {
		if slices.Contains([]string{"outcome", "eligible", "remedy", "action", "decision"}, column) {
			return nil, fmt.Errorf("%s: it has a column %s: what comes of a charge is not answered, the law says it; answer the fact that it asks for", name, column)
		}
	}
	digest := sha256.Sum256(source)
	a := &Answers{byPerson: map[string][]*Answer{}, source: source, digest: hex.EncodeToString(digest[:])}
	number := 1
	err := schemas.ReadList(name, source, AnswerColumns, true, func(row []string) error {
		number++
		if fault := a.add(row, number); fault != "" {
			return errors.New(fault)
		}
		return nil
	})
	return a, err
}

func (a *Answers) add(row []string, number int) (fault string) {
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	one := &Answer{
		Row: number, Person: row[0], Case: row[1], Charge: row[2], Code: row[3], Fact: row[4], Value: row[5], Document: row[6], By: row[7], On: row[8],
	}
	if one.Value == "" {
		return ""
	}
	fact, known := answerFacts[one.Fact]
	switch {
	case !known:
		return "fact must be one of " + strings.Join(slices.Sorted(maps.Keys(answerFacts)), ", ")
	case one.Person == "":
		return "person_id must say whose charge it is"
	case one.Fact == "birth_date" && one.Case+one.Charge+one.Code != "":
		return "a birth date is of the person: leave case_id, charge_id and code out"
	case one.Fact != "birth_date" && one.Case == "" && one.Charge == "":
		return "case_id or charge_id must say which charge it is"
	case one.Document == "" || one.By == "":
		return "document and answered_by must say what shows it, and who has read that: without them it is no fact"
	}
	if _, err := schemas.ParseDate(one.On); err != nil {
		return "answered_on must be a day, as 2006-01-02"
	}
	var err error
	one.column = fact.column
	if one.value, err = fact.parse(one.Value); err != nil {
		return "value is none of a " + one.Fact
	}
	for _, other := range a.byPerson[one.Person] {
		if other.column == one.column && other.Case == one.Case && other.Charge == one.Charge && other.Code == one.Code {
			return fmt.Sprintf("it answers what row %d answers", other.Row)
		}
	}
	one.place = len(a.list)
	a.list = append(a.list, one)
	a.byPerson[one.Person] = append(a.byPerson[one.Person], one)
	return ""
}

// Digest is the SHA-256 of the file's bytes, in hexadecimal; empty for none.
func (a *Answers) Digest() string {
	if a == nil {
		return ""
	}
	return a.digest
}

// Source is the bytes of the file; nil for none.
func (a *Answers) Source() []byte {
	if a == nil {
		return nil
	}
	return a.source
}

// Of are the answers on a charge, in order of the file.
func (a *Answers) Of(person, docket, charge, code string) (list []*Answer) {
	if a == nil {
		return nil
	}
	for _, one := range a.byPerson[person] {
		if one.fits(docket, charge, code) {
			list = append(list, one)
		}
	}
	return list
}

// Len is how many answers there are.
func (a *Answers) Len() int {
	if a == nil {
		return 0
	}
	return len(a.list)
}

// fits tells whether the answer is of a charge: what it leaves out it does not ask for.
func (o *Answer) fits(docket, charge, code string) bool {
	same := func(asked, is string) bool { return asked == "" || asked == is }
	return same(o.Case, docket) && same(o.Charge, charge) && same(o.Code, code)
}

// Apply is a batch of schemas.Coded in which the answers stand. The caller releases it;
// charges stays the caller's. It adds the places of the answers that it used to used.
func (a *Answers) Apply(mem memory.Allocator, charges arrow.Record, used map[int]bool) arrow.Record {
	charges.Retain()
	if a == nil {
		return charges
	}
	changes := a.find(charges, used)
	if len(changes) == 0 {
		return charges
	}
	defer charges.Release()
	columns := slices.Clone(charges.Columns())
	for column, values := range changes {
		columns[column] = withValues(mem, columns[column], values)
		defer columns[column].Release()
	}
	return array.NewRecord(charges.Schema(), columns, charges.NumRows())
}

// find are the values that change, by column and row.
func (a *Answers) find(charges arrow.Record, used map[int]bool) map[int]map[int]int64 {
	changes := map[int]map[int]int64{}
	persons := charges.Column(schemas.ColPerson).(*array.String)
	text := func(column, row int) string {
		c := charges.Column(column)
		if c.IsNull(row) {
			return ""
		}
		if words, ok := c.(*array.Dictionary); ok {
			return words.Dictionary().(*array.String).Value(words.GetValueIndex(row))
		}
		return c.(*array.String).Value(row)
	}
	for row := range persons.Len() {
		if persons.IsNull(row) {
			continue
		}
		for _, one := range a.byPerson[persons.Value(row)] {
			if one.fits(text(schemas.ColCase, row), text(schemas.ColCharge, row), text(schemas.ColCode, row)) {
				if changes[one.column] == nil {
					changes[one.column] = map[int]int64{}
				}
				changes[one.column][row] = one.value
				used[one.place] = true
			}
		}
	}
	return changes
}

// withValues is a column with some of its values changed. The caller releases it.
func withValues(mem memory.Allocator, column arrow.Array, values map[int]int64) arrow.Array {
	b := array.NewBuilder(mem, column.DataType())
	defer b.Release()
	b.Reserve(column.Len())
	for row := range column.Len() {
		value, changed := values[row]
		switch {
		case !changed && column.IsNull(row):
			b.AppendNull()
		case !changed:
			value = number(column, row)
			fallthrough
		default:
			appendNumber(b, value)
		}
	}
	return b.NewArray()
}

func number(column arrow.Array, row int) int64 {
	switch c := column.(type) {
	case *array.Date32:
		return int64(c.Value(row))
	case *array.Int32:
		return int64(c.Value(row))
	case *array.Uint8:
		return int64(c.Value(row))
	case *array.Uint16:
		return int64(c.Value(row))
	}
	panic(fmt.Sprintf("link: no answer stands in a column of %s", column.DataType()))
}

func appendNumber(b array.Builder, value int64) {
	switch b := b.(type) {
	case *array.Date32Builder:
		b.Append(arrow.Date32(value)) //nolint:gosec // parsed as one
	case *array.Int32Builder:
		b.Append(int32(value)) //nolint:gosec // parsed as one
	case *array.Uint8Builder:
		b.Append(uint8(value)) //nolint:gosec // parsed as one
	case *array.Uint16Builder:
		b.Append(uint16(value)) //nolint:gosec // parsed as one
	}
}

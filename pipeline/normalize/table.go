package normalize

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// grammarVersion changes whenever a grammar reads some text differently than
// before, so that runs of two versions can be told apart by their digests.
const grammarVersion = "3"

// tables are the rows of one state's three files, checked.
type tables struct {
	state    string // two letters
	sections map[sectionKey]Section
	exact    map[string]Statute  // by the text as the grammar cleans it
	approved map[string]ExactRow // the same, as approved
	tokens   []token             // longest spelling first
	literals literals
	digest   string
}

// sectionKey names a section: PC 187, or 720 570/402.
type sectionKey struct{ code, section string }

// token is one spelling of the name of a code.
type token struct {
	text string
	code string
	max  int // highest section number of the code; 0 where that means nothing
}

// The kinds of sections.
var kinds = []string{"offence", "enhancement", "inchoate", "procedure"}

// loadTables reads the tables of a state, in files named as in us-ca, or none where
// the name is empty, and the further exact tables. Every fault is reported with its
// file and line.
func loadTables(files fs.FS, state, name string, further ...Table) (*tables, error) {
	t := &tables{
		state:    state,
		sections: map[sectionKey]Section{}, exact: map[string]Statute{}, approved: map[string]ExactRow{},
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "grammar %s\n", grammarVersion)
	load := func(suffix string, header []string, row func([]string) error) error {
		path := "codes/" + name + suffix + ".csv"
		source, err := fs.ReadFile(files, path)
		if err != nil {
			return fmt.Errorf("code table: %w", err)
		}
		return readTable(Table{path, source}, sum, header, row)
	}
	optional := func(suffix string, header []string, row func([]string) error) error {
		if err := load(suffix, header, row); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	var faults []error
	if name != "" {
		literals, err := loadLiterals(files, name, sum)
		t.literals = literals
		faults = append(faults, err,
			load("-tokens", []string{"token", "code", "max_section", "note"}, t.addToken),
			load("", []string{"code", "section", "kind", "title", "valid_from", "valid_to", "note"}, t.addSection),
			optional("-successors", []string{"code", "section", "successor", "confidence", "cite"}, t.addSuccessor),
			optional("-severities", []string{"code", "valid_from", "valid_to", "severities", "confidence", "cite"}, t.addLevel),
			load("-exact", ExactColumns(), t.addExact))
	}
	byContent := func(a, b Table) int { return bytes.Compare(a.Source, b.Source) }
	for _, table := range slices.SortedFunc(slices.Values(further), byContent) {
		faults = append(faults, readTable(table, sum, ExactColumns(), t.addExact))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	slices.SortStableFunc(t.tokens, func(a, b token) int { return len(b.text) - len(a.text) })
	t.digest = hex.EncodeToString(sum.Sum(nil))
	return t, nil
}

// readTable calls row for every row below the header, and adds the bytes of the
// table to sum.
func readTable(table Table, sum io.Writer, header []string, row func([]string) error) error {
	fmt.Fprintf(sum, "%d\n%s", len(table.Source), table.Source)
	rows := csv.NewReader(bytes.NewReader(table.Source))
	got, err := rows.Read()
	if err != nil {
		return fmt.Errorf("%s: header: %w", table.Name, err)
	}
	if !slices.Equal(got, header) {
		return fmt.Errorf("%s: header is %q, want %q", table.Name, got, header)
	}
	var faults []error
	for {
		record, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return errors.Join(faults...)
		}
		if err != nil {
			return errors.Join(append(faults, fmt.Errorf("%s: %w", table.Name, err))...)
		}
		if err := row(record); err != nil {
			line, _ := rows.FieldPos(0)
			faults = append(faults, fmt.Errorf("%s: line %d: %w", table.Name, line, err))
		}
	}
}

func (t *tables) addToken(row []string) error {
	tok := token{text: row[0], code: row[1]}
	if tok.text == "" || tok.code == "" {
		return errors.New("token or code is empty")
	}
	if slices.ContainsFunc(t.tokens, func(o token) bool { return o.text == tok.text }) {
		return fmt.Errorf("token %q stands twice", tok.text)
	}
	if row[2] != "" {
		highest, err := strconv.Atoi(row[2])
		if err != nil || highest <= 0 {
			return fmt.Errorf("max_section %q is no positive number", row[2])
		}
		tok.max = highest
	}
	t.tokens = append(t.tokens, tok)
	return nil
}

func (t *tables) addSection(row []string) error {
	key := sectionKey{row[0], row[1]}
	if _, twice := t.sections[key]; twice {
		return fmt.Errorf("%s %s stands twice", key.code, key.section)
	}
	if key.section == "" || !slices.ContainsFunc(t.tokens, func(o token) bool { return o.code == key.code }) {
		return fmt.Errorf("%q %q is no section of a code that the tokens name", key.code, key.section)
	}
	if !slices.Contains(kinds, row[2]) {
		return fmt.Errorf("kind %q is none of %q", row[2], kinds)
	}
	life, err := parseLife(row[4], row[5])
	if err != nil {
		return err
	}
	t.sections[key] = Section{Code: key.code, Section: key.section, Kind: row[2], Title: row[3], Note: row[6], Life: life}
	return nil
}

// parseLife reads valid_from and valid_to.
func parseLife(from, to string) (Life, error) {
	life := Life{From: schemas.NoDate, To: schemas.NoDate}
	for i, day := range []*schemas.Date{&life.From, &life.To} {
		text := []string{from, to}[i]
		if text == "" {
			continue
		}
		var err error
		if *day, err = schemas.ParseDate(text); err != nil {
			return Life{}, err
		}
	}
	if life.From.Known() && life.To.Known() && life.From > life.To {
		return Life{}, fmt.Errorf("valid_from %s is after valid_to %s", life.From, life.To)
	}
	return life, nil
}

// addLevel adds the severities of an offence of a listed section.
func (t *tables) addLevel(row []string) error {
	of, err := t.listedCode(row[0])
	if err != nil {
		return err
	}
	if of.Inchoate != schemas.Completed {
		return fmt.Errorf("%s is not completed: such offences have levels of their own", row[0])
	}
	life, err := parseLife(row[1], row[2])
	if err != nil {
		return err
	}
	level := Level{Code: row[0], Life: life, Confidence: row[4], Cite: row[5]}
	for name := range strings.FieldsSeq(row[3]) {
		severity, err := schemas.ParseSeverity(name)
		if err != nil || severity == schemas.SeverityUnknown {
			return fmt.Errorf("severity %q is none of infraction, misdemeanor and felony", name)
		}
		level.Severities = append(level.Severities, severity)
	}
	if len(level.Severities) == 0 {
		return fmt.Errorf("%s has no severity", row[0])
	}
	if err := checkSource(level.Confidence, level.Cite); err != nil {
		return err
	}
	key := sectionKey{of.Code, of.Section}
	section := t.sections[key]
	for _, other := range section.Levels {
		if other.Code == level.Code && other.Life.meets(life) {
			return fmt.Errorf("%s has two levels on one day", row[0])
		}
	}
	section.Levels = append(section.Levels, level)
	t.sections[key] = section
	return nil
}

// checkSource checks how sure a fact of the law is, and where it was read.
func checkSource(confidence, cite string) error {
	if !slices.Contains([]string{"H", "M", "L"}, confidence) || cite == "" {
		return errors.New("confidence must be H, M or L, and cite must say where it was read")
	}
	return nil
}

// addSuccessor adds where the offence of a listed section stands today.
func (t *tables) addSuccessor(row []string) error {
	key := sectionKey{row[0], row[1]}
	former, ok := t.sections[key]
	if !ok {
		return fmt.Errorf("%s %s is not listed", key.code, key.section)
	}
	next := Successor{Code: row[2], Confidence: row[3], Cite: row[4]}
	if _, err := t.listedCode(next.Code); err != nil {
		return err
	}
	if !former.Life.To.Known() {
		return fmt.Errorf("%s %s has a successor, but no valid_to", key.code, key.section)
	}
	if err := checkSource(next.Confidence, next.Cite); err != nil {
		return err
	}
	former.Successors = append(former.Successors, next)
	t.sections[key] = former
	return nil
}

// listed tells whether the table has the section.
func (t *tables) listed(code, name string) bool {
	_, ok := t.sections[sectionKey{code, name}]
	return ok
}

// offence tells whether a section can be what a person was charged with; one
// that is not listed may be.
func (t *tables) offence(s Statute) bool {
	listed, ok := t.sections[sectionKey{s.Code, s.Section}]
	return !ok || listed.Kind == "offence"
}

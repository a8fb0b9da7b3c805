package normalize

import (
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
const grammarVersion = "1"

// tables are the rows of one state's three files, checked.
type tables struct {
	sections map[sectionKey]section
	exact    map[string]Statute // by the text as the grammar cleans it
	tokens   []token            // longest spelling first
	literals literals
	digest   string
}

// sectionKey names a section: PC 187, or 720 570/402.
type sectionKey struct{ code, section string }

// section is a listed section.
type section struct {
	kind  string
	title string
}

// token is one spelling of the name of a code.
type token struct {
	text string
	code string
	max  int // highest section number of the code; 0 where that means nothing
}

// The kinds of sections.
var kinds = []string{"offence", "enhancement", "inchoate", "procedure"}

// loadTables reads the tables of a state, named as in us-ca. Every fault is
// reported with its file and line.
func loadTables(files fs.FS, name string) (*tables, error) {
	t := &tables{sections: map[sectionKey]section{}, exact: map[string]Statute{}}
	sum := sha256.New()
	fmt.Fprintf(sum, "grammar %s\n", grammarVersion)
	load := func(suffix string, header []string, row func([]string) error) error {
		return readTable(files, "codes/"+name+suffix+".csv", sum, header, row)
	}
	var err error
	t.literals, err = loadLiterals(files, name, sum)
	err = errors.Join(
		err,
		load("-tokens", []string{"token", "code", "max_section", "note"}, t.addToken),
		load("", []string{"code", "section", "kind", "title", "valid_from", "valid_to", "note"}, t.addSection),
		load("-exact", []string{"text", "code", "approved_by", "note"}, t.addExact),
	)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(t.tokens, func(a, b token) int { return len(b.text) - len(a.text) })
	t.digest = hex.EncodeToString(sum.Sum(nil))
	return t, nil
}

// readTable calls row for every row below the header, and feeds the bytes of
// the file to sum.
func readTable(files fs.FS, path string, sum io.Writer, header []string, row func([]string) error) error {
	f, err := files.Open(path)
	if err != nil {
		return fmt.Errorf("code table: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only, and the reading has succeeded by then
	fmt.Fprintf(sum, "%s\n", path)
	return readRows(path, io.TeeReader(f, sum), header, row)
}

// readRows calls row for every row of a table below the header.
func readRows(path string, table io.Reader, header []string, row func([]string) error) error {
	rows := csv.NewReader(table)
	got, err := rows.Read()
	if err != nil {
		return fmt.Errorf("%s: header: %w", path, err)
	}
	if !slices.Equal(got, header) {
		return fmt.Errorf("%s: header is %q, want %q", path, got, header)
	}
	for {
		record, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := row(record); err != nil {
			line, _ := rows.FieldPos(0)
			return fmt.Errorf("%s: line %d: %w", path, line, err)
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
	for _, day := range row[4:6] {
		if day == "" {
			continue
		}
		if _, err := schemas.ParseDate(day); err != nil {
			return err
		}
	}
	t.sections[key] = section{kind: row[2], title: row[3]}
	return nil
}

func (t *tables) addExact(row []string) error {
	s, ok := parseCode(row[1])
	if !ok {
		return fmt.Errorf("%q is no canonical code", row[1])
	}
	listed, ok := t.sections[sectionKey{s.Code, s.Section}]
	if !ok {
		return fmt.Errorf("%s %s is not listed", s.Code, s.Section)
	}
	if strings.TrimSpace(row[2]) == "" {
		return errors.New("approved_by is empty")
	}
	if _, twice := t.exact[row[0]]; twice || row[0] == "" {
		return fmt.Errorf("text %q is empty or stands twice", row[0])
	}
	s.Match, s.Rule, s.Title = schemas.Exact, "exact "+row[0], listed.title
	t.exact[row[0]] = s
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
	return !ok || listed.kind == "offence"
}

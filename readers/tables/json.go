package tables

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// JSON is the kind of a file of JSON objects, one a line.
const JSON containers.Kind = "ndjson"

const (
	jsonHead    = 1 << 20 // of which the columns are told
	longestLine = 16 << 20
)

// NoRow begins the text of a line that is no object: a row that no layout reads. What
// stands in the line follows, as far as it may tell whose it is.
var NoRow = []byte{noText}

const mostOfNoRow = 64 << 10

// IsJSON tells whether content that begins with head is of JSON objects.
func IsJSON(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("{"))
}

// Lines is JSON as rows of text: each line is a row, in its place. A line that is no
// object, has a key twice, or is longer than 16 MiB, is NoRow. An object in an object is
// columns named with a dot between, outer.inner. The first error stays.
type Lines struct {
	in      *bufio.Reader
	columns []string // of the rows
	later   []string // that are wanted and are not in the first rows
	line    int64
	text    []byte
	at      int
	cells   [][]byte
	met     []bool
	err     error
}

// OpenJSON reads JSON objects, one a line: those of their members whose names are wanted,
// without case, or all of them for nil. Columns are the names that are met in the first
// MiB, in order of coming; a wanted one that is first met behind it is an error, for rows
// before it would be taken to lack it.
func OpenJSON(r io.Reader, wanted []string) (*Lines, error) {
	l := &Lines{in: bufio.NewReaderSize(r, jsonHead)}
	head, err := l.in.Peek(jsonHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	isWanted := func(name string) bool {
		return wanted == nil || slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, name) })
	}
	objects := 0
	for line := range bytes.Lines(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))) {
		err := members(line, func(name string, _ []byte) {
			if isWanted(name) && l.column(name) < 0 {
				l.columns = append(l.columns, name)
			}
		})
		if err == nil {
			objects++
		}
	}
	switch {
	case objects == 0:
		return nil, errors.New("it is JSON, and none of its first lines is an object: have it written as one object a line")
	case len(l.columns) == 0:
		return nil, errors.New("none of the columns that the layout names is in its first objects: is this the right layout?")
	}
	for _, name := range wanted {
		if l.column(name) < 0 {
			l.later = append(l.later, name)
		}
	}
	l.cells, l.met = make([][]byte, len(l.columns)), make([]bool, len(l.columns))
	if _, err := l.in.Discard(len(head) - len(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))); err != nil {
		return nil, err
	}
	for i, name := range l.columns {
		if i > 0 {
			l.text = append(l.text, FieldEnd)
		}
		l.text = appendText(l.text, name)
	}
	l.text = append(l.text, RowEnd)
	return l, nil
}

func (l *Lines) column(name string) int {
	return slices.IndexFunc(l.columns, func(c string) bool { return strings.EqualFold(c, name) })
}

// Read reads text.
func (l *Lines) Read(p []byte) (int, error) {
	for l.at == len(l.text) {
		if l.err != nil {
			return 0, l.err
		}
		l.text, l.at = l.text[:0], 0
		l.err = l.next() // the last line comes with io.EOF
	}
	n := copy(p, l.text[l.at:])
	l.at += n
	return n, nil
}

// next makes the text of the next line.
func (l *Lines) next() error {
	line, err := l.readLine()
	if len(line) == 0 && err != nil {
		return err
	}
	l.line++
	switch trimmed := bytes.TrimSpace(line); {
	case len(line) > longestLine:
		l.noRow(line)
	case len(trimmed) == 0:
	case !utf8.Valid(line):
		l.text = append(l.text, bytes.Repeat([]byte{FieldEnd}, len(l.columns)-1)...) // its columns are there
		l.text = append(l.text, noText)
	default:
		if fault := l.row(trimmed); fault != nil {
			return fault
		}
	}
	l.text = append(l.text, RowEnd)
	return err
}

// readLine is the next line, or more than longestLine of one that is longer; io.EOF with
// the last.
func (l *Lines) readLine() (line []byte, err error) {
	for {
		part, err := l.in.ReadSlice('\n')
		if len(line) <= longestLine {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// row adds the members of an object. The error is that of a column that comes too late.
func (l *Lines) row(line []byte) error {
	clear(l.met)
	var late, twice bool
	name := ""
	err := members(line, func(member string, value []byte) {
		i := l.column(member)
		switch {
		case i >= 0:
			twice = twice || l.met[i]
			l.met[i] = true
			l.cells[i] = append(l.cells[i][:0], value...)
		case slices.ContainsFunc(l.later, func(w string) bool { return strings.EqualFold(w, member) }):
			late, name = true, member
		}
	})
	switch {
	case err != nil || twice:
		l.noRow(line)
	case late:
		return fmt.Errorf("line %d: the column %q is not in the first MiB of the file and comes here: put an object that has it first", l.line, name)
	default:
		l.cellsAsRow()
	}
	return nil
}

// noRow adds a line that is no object.
func (l *Lines) noRow(line []byte) {
	l.text = append(l.text, NoRow...)
	for _, c := range line[:min(len(line), mostOfNoRow)] {
		if c != FieldEnd && c != RowEnd && c != '\n' {
			l.text = append(l.text, c)
		}
	}
}

func (l *Lines) cellsAsRow() {
	for i, cell := range l.cells {
		if i > 0 {
			l.text = append(l.text, FieldEnd)
		}
		if l.met[i] {
			l.text = appendText(l.text, string(cell))
		}
	}
}

var errNoObject = errors.New("no JSON object")

// members hands on the members of the object that is a line: their names, and their
// values as text, empty for null and noText for a list.
func members(line []byte, add func(name string, value []byte)) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errNoObject
	}
	if err := object(d, "", add); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errNoObject
	}
	return nil
}

// object reads an object behind its brace.
func object(d *json.Decoder, outer string, add func(string, []byte)) error {
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		name := outer + key.(string)
		value, err := d.Token()
		if err != nil {
			return err
		}
		switch v := value.(type) {
		case json.Delim:
			if v == '{' {
				err = object(d, name+".", add)
			} else {
				add(name, []byte{noText})
				err = skipList(d)
			}
			if err != nil {
				return err
			}
		case nil:
			add(name, nil)
		default:
			add(name, fmt.Append(nil, v)) // a string, a number as it is written, true or false
		}
	}
	_, err := d.Token()
	return err
}

// skipList goes behind the end of a list.
func skipList(d *json.Decoder) error {
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
	}
	return nil
}

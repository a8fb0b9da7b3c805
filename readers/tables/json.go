package tables

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// JSON is the kind of a file of JSON objects, one a line.
const JSON containers.Kind = "ndjson"

const longestLine = 16 << 20

// NoRow begins the text of a line that is no object: a row that no layout reads. What
// stands in the line follows, as far as it may tell whose it is.
var NoRow = []byte{noText}

const mostOfNoRow = 64 << 10

// IsJSON tells whether content that begins with head is of JSON objects.
func IsJSON(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, byteOrderMark), " \t\r\n"), []byte("{"))
}

// Lines is JSON as rows of text: each line is a row, in its place. A line that is no
// object, has a key twice, or is longer than 16 MiB, is NoRow. An object in an object is
// columns named with a dot between, outer.inner. The first error stays.
type Lines struct {
	in      *bufio.Reader
	columns *columns
	line    int64
	text    []byte
	at      int
	members members
	err     error
}

// OpenJSON reads JSON objects, one a line: those of their members whose names are wanted,
// without case, or all of them for nil. Columns are the names that are met in the first
// MiB, in order of coming; a wanted one that is first met behind it is an error, for rows
// before it would be taken to lack it.
func OpenJSON(r io.Reader, wanted []string) (*Lines, error) {
	l := &Lines{in: bufio.NewReaderSize(r, headBytes), columns: newColumns(wanted)}
	head, err := l.in.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	objects := 0
	for line := range bytes.Lines(bytes.TrimPrefix(head, byteOrderMark)) {
		if err := l.members.read(line, l.columns.meet); err == nil {
			objects++
		}
	}
	if objects == 0 {
		return nil, errors.New("it is JSON, and none of its first lines is an object: have it written as one object a line")
	}
	if err := l.columns.fix(); err != nil {
		return nil, err
	}
	if _, err := l.in.Discard(len(head) - len(bytes.TrimPrefix(head, byteOrderMark))); err != nil {
		return nil, err
	}
	l.text = l.columns.header(l.text)
	return l, nil
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
		l.text = append(l.text, bytes.Repeat([]byte{FieldEnd}, len(l.columns.names)-1)...) // its columns are there
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
	l.columns.begin()
	err := l.members.read(line, l.columns.set)
	switch {
	case err != nil || l.columns.twice:
		l.noRow(line)
	case l.columns.late != "":
		return fmt.Errorf("line %d: the column %q is not in the first MiB of the file and comes here: put an object that has it first", l.line, l.columns.late)
	default:
		l.text = l.columns.row(l.text)
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

var errNoObject = errors.New("no JSON object")

// members reads the members of objects. It uses what it allocated again.
type members struct {
	line  bytes.Buffer
	in    *jsontext.Decoder
	path  []byte
	value []byte
}

// read hands on the members of the object that is a line: their names, and their values
// as text, empty for null and noText for a list or an object. They are valid until the next. An
// object with a name twice is none.
func (m *members) read(line []byte, add func(path, value []byte)) error {
	m.line.Reset()
	m.line.Write(line)
	if m.in == nil {
		m.in = jsontext.NewDecoder(&m.line)
	} else {
		m.in.Reset(&m.line)
	}
	if m.in.PeekKind() != '{' {
		return errNoObject
	}
	if err := m.object(0, add); err != nil {
		return err
	}
	if _, err := m.in.ReadToken(); !errors.Is(err, io.EOF) {
		return errNoObject
	}
	return nil
}

// object reads an object that stands behind so many bytes of path.
func (m *members) object(outer int, add func(path, value []byte)) error {
	if _, err := m.in.ReadToken(); err != nil {
		return err
	}
	for m.in.PeekKind() != '}' {
		name, err := m.in.ReadValue()
		if err != nil {
			return err
		}
		if m.path, err = jsontext.AppendUnquote(m.path[:outer], name); err != nil {
			return err
		}
		end := len(m.path)
		switch m.in.PeekKind() { //nolint:exhaustive // all others are scalars, or wrong
		case '{':
			add(m.path, []byte{noText}) // it may stand where a column has its value
			m.path = append(m.path, '.')
			err = m.object(len(m.path), add)
		case '[':
			add(m.path, []byte{noText})
			err = m.in.SkipValue()
		default:
			err = m.scalar(add)
		}
		if err != nil {
			return err
		}
		m.path = m.path[:end]
	}
	_, err := m.in.ReadToken()
	return err
}

// scalar reads a text, a number as it is written, true, false or null.
func (m *members) scalar(add func(path, value []byte)) error {
	value, err := m.in.ReadValue()
	if err != nil {
		return err
	}
	switch value.Kind() { //nolint:exhaustive // all others are written as they are
	case 'n':
		value = nil
	case '"':
		if m.value, err = jsontext.AppendUnquote(m.value[:0], value); err != nil {
			return err
		}
		value = m.value
	}
	add(m.path, value)
	return nil
}

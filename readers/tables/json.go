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

// Lines are lines of JSON as rows of text: each is a row, in its place. A line that is no
// object, has a key twice, or is longer than 16 MiB, is NoRow. An object in an object is
// columns named with a dot between, outer.inner. The first error stays.
type Lines struct {
	in      *bufio.Reader
	columns *columns
	line    int64 // of the file, that comes next
	text    []byte
	at      int     // in text, of what was not read yet
	read    int64   // bytes of in
	begins  []int64 // of the lines that rows were made of, but for those that were asked for; nil where nobody asks
	members members
	err     error
}

// JSONHeader is the row of the names of a file's columns: the names of the members that are wanted,
// without case, or of all of them for nil, which are met in the objects of its head, in order of
// coming. A head of Head bytes, or the whole of a shorter file, is looked at.
func JSONHeader(head []byte, wanted []string) ([]byte, error) {
	c, err := columnsOfJSON(head, wanted)
	if err != nil {
		return nil, err
	}
	return c.header(), nil
}

func columnsOfJSON(head []byte, wanted []string) (*columns, error) {
	c, m := newColumns(wanted), members{}
	objects := 0
	for line := range bytes.Lines(bytes.TrimPrefix(head[:min(len(head), Head)], byteOrderMark)) {
		if err := m.read(line, c.meet); err == nil {
			objects++
		}
	}
	if objects == 0 {
		return nil, errors.New("it is JSON, and none of its first lines is an object: have it written as one object a line")
	}
	return c, c.fix()
}

// OpenJSON reads a file of JSON objects, one a line, behind a row of the names of its columns, which
// are those of JSONHeader. A column that is wanted and comes first behind the head is an
// error, for rows before it would be taken to lack it.
func OpenJSON(r io.Reader, wanted []string) (*Lines, error) {
	in := bufio.NewReaderSize(r, Head)
	head, err := in.Peek(Head)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	c, err := columnsOfJSON(head, wanted)
	if err != nil {
		return nil, err
	}
	return &Lines{in: in, columns: c, line: 1, text: c.header()}, nil
}

// JSONLines reads lines of a file from the one with a number on, which r begins with, without the
// row of names. Header is that of the file, for the same columns wanted.
func JSONLines(r io.Reader, header []byte, wanted []string, first int64) (*Lines, error) {
	c, err := columnsOf(header, wanted)
	return &Lines{in: bufio.NewReaderSize(r, lineBuffer), columns: c, line: first, begins: []int64{}}, err
}

const (
	lineBuffer = 64 << 10 // of lines
	textBuffer = 32 << 10 // of rows that are made of them before some are read
)

// Begin is where the line begins that the next row was made of, in bytes of what the lines of JSONLines
// are read from. It is asked once for each row, in order, and after the row was read.
func (l *Lines) Begin() int64 {
	begin := l.begins[0]
	l.begins = l.begins[1:]
	return begin
}

// Read reads text.
func (l *Lines) Read(p []byte) (int, error) {
	for l.at == len(l.text) {
		if l.err != nil {
			return 0, l.err
		}
		l.text, l.at = l.text[:0], 0
		for len(l.text) < textBuffer && l.err == nil {
			l.err = l.next() // the last line comes with io.EOF
		}
	}
	n := copy(p, l.text[l.at:])
	l.at += n
	return n, nil
}

// next makes the text of the next line.
func (l *Lines) next() error {
	begin := l.read
	line, err := l.readLine()
	if len(line) == 0 && err != nil {
		return err
	}
	if l.begins != nil {
		l.begins = append(l.begins, begin)
	}
	if l.line == 1 {
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
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
	l.line++
	l.text = append(l.text, RowEnd)
	return err
}

// readLine is the next line, or more than longestLine of one that is longer; io.EOF with
// the last.
func (l *Lines) readLine() (line []byte, err error) {
	for {
		part, err := l.in.ReadSlice('\n')
		l.read += int64(len(part))
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
		if m.path, err = appendUnquoted(m.path[:outer], name); err != nil {
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
		if m.value, err = appendUnquoted(m.value[:0], value); err != nil {
			return err
		}
		value = m.value
	}
	add(m.path, value)
	return nil
}

// appendUnquoted adds the text of a string, which the decoder has found to be one. Most have no
// backslash, and are what stands between the quotes.
func appendUnquoted(b, quoted []byte) ([]byte, error) {
	if bytes.IndexByte(quoted, '\\') >= 0 {
		return jsontext.AppendUnquote(b, quoted)
	}
	return append(b, quoted[1:len(quoted)-1]...), nil
}

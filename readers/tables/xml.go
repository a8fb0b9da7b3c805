package tables

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/ianaindex"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// XML is the kind of a document whose root holds one element a row.
const XML containers.Kind = "xml"

// IsXML tells whether content that begins with head is an XML document.
func IsXML(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, byteOrderMark), " \t\r\n"), []byte("<?xml"))
}

// Elements is XML as rows of text: each element directly in the root is a row, in its place, and
// each element in it that holds text alone a column. Names are without their prefixes, and those
// of elements in elements have a dot between, Person.PersonName.PersonSurName. An element that
// stands twice in a row, or has text beside elements, has no text that could be read. Attributes
// are no columns. A document that is not well formed, has a document type, or a row of more than
// 16 MiB, is an error. The first error stays.
type Elements struct {
	document *document
	columns  *columns
	row      int64
	text     []byte
	at       int
	err      error
}

// OpenXML reads the rows of a document: those of their columns whose names are wanted, without
// case, or all of them for nil. Columns are the names that are met in the first MiB, in order of
// coming; a wanted one that is first met behind it is an error.
func OpenXML(r io.Reader, wanted []string) (*Elements, error) {
	in := bufio.NewReaderSize(r, headBytes)
	head, err := in.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	e := &Elements{columns: newColumns(wanted)}
	first, rows := newDocument(bytes.NewReader(head)), 0
	for err = nil; err == nil; rows++ {
		err = first.next(e.columns.meet) // io.EOF behind the last, or a fault where the head is cut off
	}
	if rows == 1 && len(head) < headBytes && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := e.columns.fix(); err != nil {
		return nil, fmt.Errorf("it is an XML document, such as the error answer of a web service (then fetch the extract again), and %w", err)
	}
	e.document = newDocument(in)
	e.text = e.columns.header(e.text)
	return e, nil
}

// Read reads text.
func (e *Elements) Read(p []byte) (int, error) {
	for e.at == len(e.text) {
		if e.err != nil {
			return 0, e.err
		}
		e.text, e.at = e.text[:0], 0
		e.err = e.next()
	}
	n := copy(p, e.text[e.at:])
	e.at += n
	return n, nil
}

// next makes the text of the next row; io.EOF behind the last.
func (e *Elements) next() error {
	e.columns.begin()
	if err := e.document.next(e.columns.set); err != nil {
		return err
	}
	e.row++
	if e.columns.late != "" {
		return fmt.Errorf("element %d: the column %q is not in the first MiB of the file and comes here: put an element that has it first", e.row, e.columns.late)
	}
	e.text = append(e.columns.row(e.text), RowEnd)
	return nil
}

// document reads the elements directly in the root of a document.
type document struct {
	in     *xml.Decoder
	budget *budget
	begun  bool // the root has
	ended  bool
	path   []byte // of the element that is open, without the root and the row
	levels []level
}

// level is an element that is open: the row, and what is in it.
type level struct {
	outer  int // bytes of the path without it
	text   []byte
	nested bool // it has elements
}

// deepest bounds how deep elements stand in one another.
const deepest = 64

func newDocument(r io.Reader) *document {
	d := &document{budget: &budget{r: r}}
	d.in = xml.NewDecoder(d.budget)
	d.in.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		charset, err := ianaindex.IANA.Encoding(label)
		if err != nil || charset == nil {
			return nil, errCharset
		}
		return charset.NewDecoder().Reader(in), nil
	}
	return d
}

var (
	errCharset  = errors.New("its encoding is none that is read: have it written as UTF-8")
	errDocument = errors.New("it has a document type, which is not read: have it written without one")
	errElement  = errors.New("an element of it is larger than 16 MiB")
)

// next hands on the columns of the next row; io.EOF behind the last. The error quotes nothing.
func (d *document) next(add func(path, value []byte)) error {
	d.budget.left = longestLine
	for {
		token, err := d.in.Token()
		if err != nil {
			return d.fault(err)
		}
		switch token := token.(type) {
		case xml.Directive:
			return errDocument
		case xml.StartElement:
			switch {
			case d.ended:
				return d.malformed()
			case !d.begun:
				d.begun = true
			case len(d.levels) == deepest:
				return fmt.Errorf("line %d: elements stand more than %d deep in one another", d.line(), deepest)
			default:
				d.begin(token.Name.Local)
			}
		case xml.CharData:
			if n := len(d.levels); n > 0 {
				d.levels[n-1].text = append(d.levels[n-1].text, token...)
			}
		case xml.EndElement:
			if d.ended = len(d.levels) == 0; d.ended {
				continue
			}
			if d.end(add); len(d.levels) == 0 {
				return nil
			}
		}
	}
}

// begin begins an element of a row, or the row.
func (d *document) begin(name string) {
	n := len(d.levels)
	outer := len(d.path)
	if n > 0 {
		d.levels[n-1].nested = true
		if n > 1 {
			d.path = append(d.path, '.')
		}
		d.path = append(d.path, name...)
	}
	if n < cap(d.levels) {
		d.levels = d.levels[:n+1]
		d.levels[n] = level{outer: outer, text: d.levels[n].text[:0]}
		return
	}
	d.levels = append(d.levels, level{outer: outer})
}

// end ends an element, and hands on what it is. That of the row is none.
func (d *document) end(add func(path, value []byte)) {
	n := len(d.levels) - 1
	l := &d.levels[n]
	if n > 0 {
		if l.nested {
			add(d.path, NoRow) // it may stand where a column has its value
		} else {
			add(d.path, l.text)
		}
	}
	d.path, d.levels = d.path[:l.outer], d.levels[:n]
}

func (d *document) line() int {
	line, _ := d.in.InputPos()
	return line
}

func (d *document) malformed() error {
	return fmt.Errorf("line %d: its XML is not well formed", d.line())
}

// fault is an error that quotes nothing of the document.
func (d *document) fault(err error) error {
	syntax, malformed := errors.AsType[*xml.SyntaxError](err)
	switch {
	case d.budget.left <= 0:
		return fmt.Errorf("line %d: %w", d.line(), errElement)
	case errors.Is(err, io.EOF) && !d.ended, malformed:
		if malformed && syntax.Line > 0 {
			return fmt.Errorf("line %d: its XML is not well formed", syntax.Line)
		}
		return d.malformed()
	case d.budget.err == nil && !errors.Is(err, io.EOF): // of the declaration
		return errCharset
	}
	return err
}

// budget reads no more than what is left of a row.
type budget struct {
	r    io.Reader
	left int
	err  error // of r
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errElement
	}
	n, err := b.r.Read(p)
	b.left -= n
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

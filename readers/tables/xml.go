package tables

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// XML is the kind of a document whose root holds one element a row.
const XML containers.Kind = "xml"

// IsXML tells whether content that begins with head is an XML document.
func IsXML(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, byteOrderMark), " \t\r\n"), []byte("<?xml"))
}

// Document is what stands before the elements directly in the root of a document.
type Document struct {
	Charset string // that it declares, where that is not UTF-8
	Begin   int64  // where the root has begun, in bytes
	root    []byte // the tag
}

// OpenDocument reads the beginning of a document, which head holds. The error quotes nothing.
func OpenDocument(head []byte) (*Document, error) {
	d := &Document{}
	at := len(head) - len(bytes.TrimLeft(bytes.TrimPrefix(head, byteOrderMark), " \t\r\n"))
	for d.root == nil {
		kind, size := tokenOf(head[at:])
		switch {
		case size == 0, head[at] != '<', kind == tokenEnd:
			return nil, errMalformed
		case kind == tokenType:
			return nil, errDocument
		case kind == tokenEmpty:
			return nil, errOther
		case kind == tokenBegin:
			d.root = bytes.Clone(head[at : at+size])
		default:
			at += size
			at += len(head[at:]) - len(bytes.TrimLeft(head[at:], " \t\r\n"))
			continue
		}
		d.Begin = int64(at + size)
	}
	in := newDecoder("", head[:d.Begin])
	known := in.CharsetReader
	in.CharsetReader = func(label string, text io.Reader) (io.Reader, error) {
		d.Charset = label
		return known(label, text)
	}
	for {
		token, err := in.Token()
		if _, malformed := errors.AsType[*xml.SyntaxError](err); malformed || errors.Is(err, io.EOF) {
			return nil, errMalformed
		}
		if err != nil { // of the declaration
			return nil, errCharset
		}
		if _, begun := token.(xml.StartElement); begun {
			return d, nil
		}
	}
}

var errOther = fmt.Errorf("it is an XML document, such as the error answer of a web service (then fetch the extract again), and %w", errNoColumns)

// Cut goes over the elements of a document.
type Cut struct {
	document *Document
	in       *pieces
	row      int64
}

// Cut goes over the elements of a document, of which r is what follows Begin.
func (d *Document) Cut(r io.Reader) *Cut { return &Cut{document: d, in: &pieces{in: r}} }

// Next is how many bytes there are up to the end of the next element; io.EOF with those to the end of the
// document, which is well formed from the end of the last element on. What the elements hold is not looked
// at.
func (c *Cut) Next() (size int64, err error) {
	begin := c.in.offset
	p, err := c.in.next()
	c.row++
	if err == nil && len(p.element) > 0 {
		return c.in.offset - begin, nil
	}
	if err == nil {
		err = c.document.finish(c.in)
	}
	if err != nil {
		return 0, elementFault(c.row, err)
	}
	return c.in.offset - begin, io.EOF
}

// finish reads what is left behind the last element: the end of the root, and nothing else that matters.
func (d *Document) finish(in *pieces) error {
	rest, err := in.rest()
	if err != nil {
		return err
	}
	in.take(len(rest))
	return wellFormed(d.Charset, d.root, rest)
}

// elementFault says at which element, from 1, something is wrong.
func elementFault(row int64, err error) error { return fmt.Errorf("element %d: %w", row, err) }

// Elements is XML as rows of text: each element directly in the root is a row, in its place, and
// each element in it that holds text alone a column. Names are without their prefixes, and those
// of elements in elements have a dot between, Person.PersonName.PersonSurName. An element that
// stands twice in a row, or has text beside elements, has no text that could be read. Attributes
// are no columns. A document that is not well formed, has a document type, or a row of more than
// 16 MiB, is an error. The first error stays.
type Elements struct {
	document *Document // nil where a part of it is read
	in       *pieces
	element  element
	columns  *columns
	set      func(path, value []byte) // of columns
	row      int64                    // that comes next, from 1
	text     []byte
	at       int     // in text, of what was not read yet
	begins   []int64 // of the elements that rows were made of, but for those that were asked for; nil where nobody asks
	err      error
}

// XMLHeader is the row of the names of a document's columns: those that are wanted, without case, or all
// of them for nil, which are met in the elements of its head, in order of coming. A head of Head bytes,
// or the whole of a shorter document, is looked at.
func XMLHeader(head []byte, wanted []string) ([]byte, error) {
	_, c, err := columnsOfXML(head, wanted)
	if err != nil {
		return nil, err
	}
	return c.header(), nil
}

func columnsOfXML(head []byte, wanted []string) (*Document, *columns, error) {
	d, err := OpenDocument(head)
	if err != nil {
		return nil, nil, err
	}
	c, e := newColumns(wanted), element{charset: d.Charset}
	meet := c.meet
	in := &pieces{in: bytes.NewReader(head[d.Begin:])}
	var fault error
	row := int64(0)
	for fault == nil {
		row++
		p, err := in.next()
		if err == nil && len(p.element) == 0 {
			break
		}
		if fault = err; err == nil {
			fault = e.read(p.element, c, meet)
		}
	}
	err = c.fix()
	if err != nil && fault != nil && len(head) < Head {
		return nil, nil, elementFault(row, fault)
	}
	if err != nil {
		return nil, nil, errOther
	}
	return d, c, nil
}

// OpenXML reads the rows of a document, behind a row of the names of its columns, which are those of
// XMLHeader. A wanted column that is first met behind the head is an error.
func OpenXML(r io.Reader, wanted []string) (*Elements, error) {
	in := bufio.NewReaderSize(r, Head)
	head, err := in.Peek(Head)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	d, c, err := columnsOfXML(head, wanted)
	if err != nil {
		return nil, err
	}
	if _, err := in.Discard(int(d.Begin)); err != nil {
		return nil, err
	}
	return &Elements{document: d, in: &pieces{in: in}, element: element{charset: d.Charset}, columns: c, set: c.set, row: 1, text: c.header()}, nil
}

// XMLElements reads elements of a document with a charset from the one with a number on, counted from 1:
// r begins behind what comes before, and ends behind an element, or with the document. Header is that of the
// document, for the same columns wanted; the row of names is not made.
func XMLElements(r io.Reader, charset string, header []byte, wanted []string, first int64) (*Elements, error) {
	c, err := columnsOf(header, wanted)
	return &Elements{in: &pieces{in: r}, element: element{charset: charset}, columns: c, set: c.set, row: first, begins: []int64{}}, err
}

// Begin is where the element begins that the next row was made of, in bytes of what the elements of
// XMLElements are read from. It is asked once for each row, in order, and after the row was read.
func (e *Elements) Begin() int64 {
	begin := e.begins[0]
	e.begins = e.begins[1:]
	return begin
}

// Read reads text.
func (e *Elements) Read(p []byte) (int, error) {
	for e.at == len(e.text) {
		if e.err != nil {
			return 0, e.err
		}
		e.text, e.at = e.text[:0], 0
		for len(e.text) < textBuffer && e.err == nil {
			e.err = e.next()
		}
	}
	n := copy(p, e.text[e.at:])
	e.at += n
	return n, nil
}

// next makes the text of the next row; io.EOF behind the last.
func (e *Elements) next() error {
	p, err := e.in.next()
	if err == nil {
		err = e.element.between(p.between)
	}
	last := len(p.element) == 0
	switch {
	case err != nil:
	case !last:
		err = e.element.read(p.element, e.columns, e.set)
	case e.document != nil:
		err = e.document.finish(e.in)
	default: // who cut the part off has seen what is left
		_, err = io.Copy(io.Discard, e.in.in)
	}
	switch {
	case last && err == nil:
		return io.EOF
	case err != nil:
		return elementFault(e.row, err)
	case e.columns.late != "":
		return fmt.Errorf("element %d: the column %q is not in the first MiB of the file and comes here: put an element that has it first", e.row, e.columns.late)
	}
	if e.begins != nil {
		e.begins = append(e.begins, p.begin)
	}
	e.row++
	e.text = append(e.columns.row(e.text), RowEnd)
	return nil
}

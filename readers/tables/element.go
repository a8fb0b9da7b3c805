package tables

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/ianaindex"
)

// element reads the columns of the elements of a document, each by itself.
type element struct {
	charset string // that the document declares, where it is not UTF-8
	path    []byte // of what is open, without the row
	tags    []tag  // that are open
	said    []byte // the text that was read last, where it has references
}

// tag is an element that is open: the row, and what is in it.
type tag struct {
	outer  int    // bytes of the path without it
	name   []byte // as it is written
	text   []byte
	nested bool // it has elements
}

// read hands on the columns of an element.
func (e *element) read(row []byte, columns *columns, add func(path, value []byte)) error {
	if columns.begin(); e.plain(row, add) {
		return nil
	}
	columns.begin()
	return e.decode(row, add)
}

// plain reads an element that holds nothing but elements and texts, as most do, with no references but those
// of marks. False says that it holds something else, or is not well formed; columns may have been handed on.
func (e *element) plain(row []byte, add func(path, value []byte)) bool {
	e.path, e.tags = e.path[:0], e.tags[:0]
	for len(row) > 0 {
		if ends := len(row) > 1 && row[1] == '/'; ends {
			if row = e.end(row[2:], add); row == nil {
				return false
			}
			if len(e.tags) == 0 {
				return len(row) == 0
			}
		} else {
			var empty bool
			if row, empty = e.begin(row[1:]); row == nil {
				return false
			}
			if empty {
				e.close(add)
			}
		}
		n := bytes.IndexByte(row, '<')
		if n < 0 {
			return false
		}
		text, ok := e.sound(row[:n])
		if !ok {
			return false
		}
		if last := &e.tags[len(e.tags)-1]; !last.nested {
			last.text = text
		}
		row = row[n:]
	}
	return false
}

// begin opens the element whose tag goes on with text, and returns what follows the tag: nil where the tag
// is none that is read here.
func (e *element) begin(text []byte) (_ []byte, empty bool) {
	size, prefix := nameAt(text)
	if size == 0 {
		return nil, false
	}
	e.open(text[:size], prefix)
	text = text[size:]
	for len(text) > 0 && text[0] == ' ' {
		if text = text[1:]; len(text) > 0 && text[0] != '/' && text[0] != '>' {
			text = behindAttribute(text)
		}
	}
	switch {
	case len(text) > 0 && text[0] == '>':
		return text[1:], false
	case len(text) > 1 && text[0] == '/' && text[1] == '>' && len(e.tags) > 1:
		return text[2:], true
	}
	return nil, false
}

// behindAttribute is what follows an attribute at the front; nil where there is none that is read here.
func behindAttribute(text []byte) []byte {
	size, _ := nameAt(text)
	if size == 0 || len(text) < size+2 || text[size] != '=' || text[size+1] != '"' && text[size+1] != '\'' {
		return nil
	}
	quote, text := text[size+1], text[size+2:]
	for i, c := range text {
		if c == quote {
			return text[i+1:]
		}
		if c < ' ' || c > '~' || c == '<' || c == '&' {
			return nil
		}
	}
	return nil
}

// end closes the element whose end tag goes on with text, and returns what follows the tag: nil where it
// is another's.
func (e *element) end(text []byte, add func(path, value []byte)) []byte {
	n := len(e.tags)
	if n == 0 {
		return nil
	}
	last := &e.tags[n-1]
	size := len(last.name)
	if len(text) <= size || text[size] != '>' || !bytes.Equal(text[:size], last.name) {
		return nil
	}
	if !last.nested && bytes.IndexByte(last.text, '\r') >= 0 { // which stands for a line feed
		return nil
	}
	e.close(add)
	return text[size+1:]
}

// open opens an element of a name, which has a prefix of so many bytes.
func (e *element) open(name []byte, prefix int) {
	outer := len(e.path)
	if n := len(e.tags); n > 0 {
		e.tags[n-1].nested = true
		if n > 1 {
			e.path = append(e.path, '.')
		}
		e.path = append(e.path, name[prefix:]...)
	}
	e.tags = append(e.tags, tag{outer: outer, name: name})
}

// close hands on the element that is open, unless it is the row.
func (e *element) close(add func(path, value []byte)) {
	n := len(e.tags) - 1
	last := &e.tags[n]
	if n > 0 {
		value := last.text
		if last.nested {
			value = NoRow // it may stand where a column has its value
		}
		add(e.path, value)
	}
	e.path, e.tags = e.path[:last.outer], e.tags[:n]
}

// sound is what a text says, which is valid until the next; not ok where it may not stand in a document, or
// must be decoded.
func (e *element) sound(text []byte) (says []byte, ok bool) {
	wide, refers := false, false
	for _, c := range text {
		switch {
		case plainText[c]:
		case c >= utf8.RuneSelf:
			wide = true
		case c == '&':
			refers = true
		default:
			return nil, false
		}
	}
	if wide && (e.charset != "" || !utf8.Valid(text) || bytes.Contains(text, notCharacters)) {
		return nil, false
	}
	if refers {
		e.said, ok = appendSaid(e.said[:0], text)
		return e.said, ok
	}
	return text, true
}

// reference stands for a mark.
type reference struct{ written, says string }

var references = [...]reference{{"&amp;", "&"}, {"&apos;", "'"}, {"&quot;", `"`}, {"&lt;", "<"}, {"&gt;", ">"}}

// appendSaid adds a text with what its references stand for; not ok where one is not of marks.
func appendSaid(b, text []byte) (_ []byte, ok bool) {
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return append(b, text...), true
		}
		b, text = append(b, text[:i]...), text[i:]
		at := slices.IndexFunc(references[:], func(r reference) bool { return bytes.HasPrefix(text, []byte(r.written)) })
		if at < 0 {
			return b, false
		}
		b, text = append(b, references[at].says...), text[len(references[at].written):]
	}
}

var (
	// plainText has the ASCII characters that stand for themselves in any text. Of brackets, two
	// may end what did not begin.
	plainText = func() (is [256]bool) {
		for c := byte(' '); c < utf8.RuneSelf; c++ {
			is[c] = c != '&' && c != '<' && c != ']'
		}
		is['\t'], is['\n'], is['\r'] = true, true, true
		return is
	}()
	notCharacters = []byte("\xef\xbf") // two of those that begin so
)

// nameAt is how long the name is that a text begins with, and how long its prefix with the colon; 0 where
// there is none, or not one of ASCII.
func nameAt(text []byte) (size, prefix int) {
	begins := true
	for i, c := range text {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
			begins = false
		case !begins && (c >= '0' && c <= '9' || c == '-' || c == '.'):
		case !begins && c == ':' && prefix == 0:
			begins, prefix = true, i+1
		case begins:
			return 0, 0
		default:
			return i, prefix
		}
	}
	return 0, 0
}

// decode reads any element. The error quotes nothing of it.
func (e *element) decode(row []byte, add func(path, value []byte)) error {
	in := newDecoder(e.charset, row)
	e.path, e.tags = e.path[:0], e.tags[:0]
	for done := false; ; {
		token, err := in.Token()
		if errors.Is(err, io.EOF) && done {
			return nil
		}
		if err != nil {
			return errMalformed
		}
		switch token := token.(type) {
		case xml.StartElement:
			e.open([]byte(token.Name.Local), 0)
		case xml.CharData:
			if n := len(e.tags); n > 0 {
				e.tags[n-1].text = append(e.tags[n-1].text, token...)
			}
		case xml.EndElement:
			e.close(add)
			done = len(e.tags) == 0
		}
	}
}

// between sees that what stands between elements may.
func (e *element) between(text []byte) error {
	if len(bytes.TrimLeft(text, " \t\r\n")) == 0 {
		return nil
	}
	return wellFormed(e.charset, []byte("<x>"), text, []byte("</x>"))
}

// wellFormed sees that texts make a document that declares a charset, one behind the other.
func wellFormed(charset string, texts ...[]byte) error {
	in := newDecoder(charset, texts...)
	for roots, depth := 0, 0; ; {
		token, err := in.Token()
		if errors.Is(err, io.EOF) && roots == 1 {
			return nil
		}
		if err != nil {
			return errMalformed
		}
		switch token := token.(type) {
		case xml.Directive:
			return errDocument
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(token)) > 0 {
				return errMalformed
			}
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
		case xml.EndElement:
			depth--
		}
	}
}

// newDecoder decodes texts of a document that declares a charset, one behind the other.
func newDecoder(charset string, texts ...[]byte) *xml.Decoder {
	var all []io.Reader
	if charset != "" {
		all = append(all, bytes.NewReader([]byte(`<?xml version="1.0" encoding="`+charset+`"?>`)))
	}
	for _, text := range texts {
		all = append(all, bytes.NewReader(text))
	}
	in := xml.NewDecoder(io.MultiReader(all...))
	in.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		known, err := ianaindex.IANA.Encoding(label)
		if err != nil || known == nil {
			return nil, errCharset
		}
		return known.NewDecoder().Reader(in), nil
	}
	return in
}

var errCharset = errors.New("its encoding or version is none that is read: have it written as XML 1.0 in UTF-8")

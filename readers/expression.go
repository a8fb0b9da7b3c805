package readers

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// expression makes one text of the columns of a row: a column, a part of one,
// or several joined with literal text. It is null when any column in it is, and
// so is its value when nulls lists it.
type expression struct {
	parts []part
	// column is the first column read: the one that a reject names.
	column int
	nulls  words
	// constant is text that stands for itself; nil where columns are read.
	constant []byte
	when     *condition
	lesser   bool // of person keys: the source keeps only some of a person's rows under it
	plain    bool // a column as it is, on every row
	whole    bool // columns as they are, joined: what stands at both ends needs no trimming
}

// part is literal text, or a column and what is taken of it.
type part struct {
	literal string
	column  int // -1 for literal text
	cut     bool
	from    int    // first character, when cut
	to      int    // character after the last, when cut
	before  string // take what stands before the first of these
	after   string // take what stands after the first of these
}

// parseExpression reads the form of a layout file:
//
//	COLUMN   COLUMN[0:6]   COLUMN before "-"   COLUMN after "-"
//	{CHAPTER} ILCS {ACT}/{SECTION[0:3]}
//
// column resolves a name to a position.
func parseExpression(s string, column func(string) (int, error)) (expression, error) {
	if !strings.ContainsRune(s, '{') {
		p, err := parsePart(s, column)
		return expression{parts: []part{p}, column: p.column}, err
	}
	e := expression{column: -1}
	for s != "" {
		p, rest, err := nextPart(s, column)
		if err != nil {
			return e, err
		}
		if e.column < 0 {
			e.column = p.column
		}
		e.parts = append(e.parts, p)
		s = rest
	}
	return e, nil
}

// nextPart reads one {column} or a run of literal text from the front of s.
func nextPart(s string, column func(string) (int, error)) (p part, rest string, err error) {
	if s[0] != '{' {
		literal, rest, _ := strings.Cut(s, "{")
		if len(literal) < len(s) {
			rest = s[len(literal):]
		}
		if strings.ContainsRune(literal, '}') {
			return p, "", fmt.Errorf("%q closes a brace that it does not open", s)
		}
		return part{literal: literal, column: -1}, rest, nil
	}
	inside, rest, ok := strings.Cut(s[1:], "}")
	if !ok {
		return p, "", fmt.Errorf("%q opens a brace that it does not close", s)
	}
	p, err = parsePart(inside, column)
	return p, rest, err
}

// parsePart reads a column and what is taken of it.
func parsePart(s string, column func(string) (int, error)) (part, error) {
	p := part{}
	name := strings.TrimSpace(s)
	if at, err := column(name); err == nil {
		p.column = at
		return p, nil
	}
	name, err := p.modifier(name)
	if err != nil {
		return p, err
	}
	p.column, err = column(name)
	return p, err
}

// modifier reads the part that follows the column's name and returns the name.
func (p *part) modifier(s string) (name string, err error) {
	if name, sep, ok := strings.Cut(s, " before "); ok {
		p.before, err = strconv.Unquote(sep)
		return name, separator(s, p.before, err)
	}
	if name, sep, ok := strings.Cut(s, " after "); ok {
		p.after, err = strconv.Unquote(sep)
		return name, separator(s, p.after, err)
	}
	name, span, ok := strings.Cut(s, "[")
	if !ok {
		return s, nil
	}
	from, to, _ := strings.Cut(strings.TrimSuffix(span, "]"), ":")
	var errFrom, errTo error
	p.cut = true
	p.from, errFrom = strconv.Atoi(from)
	p.to, errTo = strconv.Atoi(to)
	if errFrom != nil || errTo != nil || p.from < 0 || p.to <= p.from || !strings.HasSuffix(span, "]") {
		return "", fmt.Errorf("%q: write COLUMN[first:end] with 0 <= first < end, counted in characters", s)
	}
	return name, nil
}

func separator(s, sep string, err error) error {
	if err != nil || sep == "" {
		return fmt.Errorf("%q: write the separator in double quotes", s)
	}
	return nil
}

// compile finds out whether eval can take the short way, once all else is set.
func (e *expression) compile() {
	e.plain = len(e.parts) == 1 && e.parts[0] == part{column: e.column} && len(e.nulls.list) == 0 && e.when == nil
	whole := func(p part) bool { return p.column >= 0 && p == part{column: p.column} }
	e.whole = len(e.parts) > 1 && whole(e.parts[0]) && whole(e.parts[len(e.parts)-1]) &&
		!slices.ContainsFunc(e.parts, func(p part) bool { return p.column >= 0 && !whole(p) })
}

// eval is the text of the expression for a row, nil when it is null. The text
// is valid until the next eval.
func (e *expression) eval(r *row) []byte {
	if e.plain {
		return r.values[e.column]
	}
	if !e.when.holds(r) {
		return nil
	}
	if e.constant != nil {
		return e.constant
	}
	v := e.text(r)
	if len(v) == 0 || len(e.nulls.list) != 0 && e.nulls.has(v) {
		return nil
	}
	return v
}

func (e *expression) text(r *row) []byte {
	if len(e.parts) == 1 {
		return e.parts[0].take(r)
	}
	r.joined = r.joined[:0]
	for i := range e.parts {
		p := &e.parts[i]
		if p.column < 0 {
			r.joined = append(r.joined, p.literal...)
			continue
		}
		v := r.values[p.column]
		if !e.whole {
			v = p.take(r)
		}
		if v == nil {
			return nil
		}
		r.joined = append(r.joined, v...)
	}
	if e.whole {
		return r.joined
	}
	return r.blanks.trim(r.joined)
}

// take is what the part takes of its column, nil when that is nothing.
func (p *part) take(r *row) []byte {
	v := r.values[p.column]
	switch {
	case v == nil:
		return nil
	case p.cut:
		v = cutCharacters(v, p.from, p.to)
	case p.before != "":
		if i := bytes.Index(v, []byte(p.before)); i >= 0 {
			v = v[:i]
		}
	case p.after != "":
		i := bytes.Index(v, []byte(p.after))
		if i < 0 {
			return nil
		}
		v = v[i+len(p.after):]
	default:
		return v
	}
	if v = r.blanks.trim(v); len(v) == 0 {
		return nil
	}
	return v
}

// cutCharacters is the characters of v from one position to before another. A
// value too short to have them all yields nothing: half a key is no key.
func cutCharacters(v []byte, from, to int) []byte {
	start, n := -1, 0
	for i := 0; i < len(v); n++ {
		if n == from {
			start = i
		}
		if n == to {
			return v[start:i]
		}
		_, size := utf8.DecodeRune(v[i:])
		i += size
	}
	if n == to && start >= 0 {
		return v[start:]
	}
	return nil
}

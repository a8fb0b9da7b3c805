package policies

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Bounds of the shape of a file. People write law ten levels deep and a hundred
// conditions long; the time to read a file grows with the square of both.
const (
	maxDepth  = 64
	maxIndent = 256
	maxCites  = 2000
)

// sound refuses bytes that must not reach the parser: what is not UTF-8, what a
// reader of the file cannot see, and nesting that exists only to cost time. It
// reports the first fault of the file.
func (r *reader) sound(source []byte) bool {
	if n := bytes.Count(source, []byte("cite:")); n > maxCites {
		r.fault(Position{File: r.file}, schema, "the file has %d conditions, rules and sets, far more than people can check; split it", n)
		return false
	}
	depth := 0
	for i, line := range bytes.Split(source, []byte("\n")) {
		at := Position{File: r.file, Line: i + 1}
		if before := line[:indent(line)]; bytes.Contains(before, []byte("\t")) && len(before) < len(line) {
			at.Column = 1 + bytes.IndexByte(before, '\t')
			r.fault(at, schema, "a tab stands before the text of this line; indent with spaces")
			return false
		}
		if column, message := unreadable(line); message != "" {
			at.Column = column
			r.fault(at, schema, "%s", message)
			return false
		}
		depth += bytes.Count(line, []byte("[")) + bytes.Count(line, []byte("{"))
		depth -= bytes.Count(line, []byte("]")) + bytes.Count(line, []byte("}"))
		if deepest(line) > maxDepth || depth > maxDepth || indent(line) > maxIndent {
			at.Column = 1
			r.fault(at, schema, "lists and mappings are nested more than %d deep; write the conditions side by side, or name them once and use ref", maxDepth)
			return false
		}
		depth = max(depth, 0)
	}
	return true
}

// unreadable finds the first character of a line that is no text, and says what
// it is.
func unreadable(line []byte) (column int, message string) {
	for i := 0; i < len(line); {
		c, size := utf8.DecodeRune(line[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			return i + 1, "the file is not UTF-8 here; save it as UTF-8"
		case c == '\ufeff':
			return i + 1, "the file holds a byte order mark; save it as UTF-8 without one"
		case c == '\r' && i == len(line)-1, c == '\t':
		case unicode.IsControl(c):
			return i + 1, "the file holds a control character here; remove it"
		case unicode.Is(unicode.Cf, c) || unicode.Is(unicode.Co, c):
			return i + 1, "the file holds an invisible character here, so that the text reads otherwise than it is; remove it"
		}
		i += size
	}
	return 0, ""
}

// deepest is how many brackets a line opens at once.
func deepest(line []byte) int {
	open, most := 0, 0
	for _, c := range line {
		switch c {
		case '[', '{':
			open++
			most = max(most, open)
		case ']', '}':
			open--
		}
	}
	return most
}

// indent is the length of what stands before the first word of a line.
func indent(line []byte) int {
	return len(line) - len(bytes.TrimLeft(line, " -?\t"))
}

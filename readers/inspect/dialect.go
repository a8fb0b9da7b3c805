package inspect

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// comments are the characters by which lines begin that are no rows, where the first line
// does.
var comments = []string{"#", "--"}

// dropComments finds how comments begin, and leaves them out.
func (r *Report) dropComments(text string) string {
	i := slices.IndexFunc(comments, func(c string) bool { return strings.HasPrefix(text, c) })
	if i < 0 {
		return text
	}
	r.Comment = comments[i]
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, r.Comment) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// dialect is a way of quoting.
type dialect struct{ quote, escape string }

// dialects are the ways that text shows signs of, the usual one first.
func dialects(text []byte, delimiter string) []dialect {
	found := []dialect{{}}
	if bytes.Contains(text, []byte(`\"`)) || bytes.Contains(text, []byte(`\`+delimiter)) {
		found = append(found, dialect{escape: "backslash"})
	}
	if bytes.Contains(text, []byte(delimiter+"'")) && bytes.Contains(text, []byte("'"+delimiter)) {
		found = append(found, dialect{quote: "'"})
	}
	return found
}

// Escaped characters stand for others while text is cut, so that they part nothing.
const (
	escapedFirst = '\ue000'
	escapedMost  = 128 // characters: ASCII
)

// rewritten is text with the quotes of RFC 4180, and what restores a field of it.
func (d dialect) rewritten(text []byte) ([]byte, func(string) string) {
	switch {
	case d.escape != "":
		var b bytes.Buffer
		for i := 0; i < len(text); i++ {
			if text[i] == '\\' && i+1 < len(text) && text[i+1] < escapedMost && text[i+1] != '\n' && text[i+1] != '\r' {
				i++
				b.WriteRune(escapedFirst + rune(text[i]))
			} else {
				b.WriteByte(text[i])
			}
		}
		return b.Bytes(), func(field string) string {
			return strings.Map(func(c rune) rune {
				if c >= escapedFirst && c < escapedFirst+escapedMost {
					return c - escapedFirst
				}
				return c
			}, field)
		}
	case d.quote != "":
		swap := strings.NewReplacer(d.quote, `"`, `"`, d.quote)
		return []byte(swap.Replace(string(text))), swap.Replace
	default:
		return text, func(field string) string { return field }
	}
}

// read cuts text into rows in the way that gives most of them the same number of fields,
// the usual one where another is no better. It counts the rows that cannot be read.
func (r *Report) read(text []byte) (bad int) {
	if r.isTable() {
		r.cut(text)
		return 0
	}
	best := -1
	for _, d := range dialects(text, r.Delimiter) {
		try := Report{Delimiter: r.Delimiter}
		plain, restore := d.rewritten(text)
		missed := try.readQuoted(plain)
		if even := try.same(); even > best {
			for _, row := range try.rows {
				for i := range row {
					row[i] = restore(row[i])
				}
			}
			best, bad = even, missed
			r.rows, r.Quoted, r.Quote, r.Escape = try.rows, try.Quoted, d.quote, d.escape
		}
	}
	return bad
}

// readQuoted cuts text whose fields may be quoted, unless its quotes mean nothing.
func (r *Report) readQuoted(text []byte) (bad int) {
	if r.Quoted = bytes.Contains(text, []byte(`"`)); r.Quoted {
		bad = r.parse(text)
	}
	if !r.Quoted || 10*bad > len(r.rows)+bad {
		r.Quoted, bad = false, 0
		r.cut(text)
	}
	return bad
}

// same is how many rows have as many fields as most.
func (r *Report) same() int {
	counts := map[int]int{}
	for _, row := range r.rows {
		counts[len(row)]++
	}
	return slices.Max(append(slices.Collect(maps.Values(counts)), 0))
}

package readers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// header is the first row of a delimited source, where it names the columns.
type header struct {
	fields   []string // as written, trimmed
	warnings []string
}

// readHeader tells whether the first row of a source is a header, and checks
// it. It is nil when there is none. Errors name columns of the layout and
// positions, and never quote the row: it might be a row of data.
func (l *Layout) readHeader(first []byte) (*header, error) {
	d := l.delimited
	if d == nil || d.header == headerNone || d.header == headerOptional && !l.beginsAsHeader(first) {
		return nil, nil
	}
	fields, ok := l.headerFields(first)
	if !ok {
		return nil, errors.New("the header's quotes do not pair up: mend it, or say header: none in the layout")
	}
	h := &header{fields: fields}
	if err := l.headerTwice(h); err != nil {
		return nil, err
	}
	if d.byName {
		return h, l.checkNames(h)
	}
	return h, l.checkPositions(h)
}

func (l *Layout) headerFields(row []byte) ([]string, bool) {
	cells, _, ok := l.delimited.split(trimReturns(row), nil)
	fields := make([]string, len(cells))
	for i, c := range cells {
		v, _ := l.delimited.text(row, c, nil)
		fields[i] = string(l.blanks.trim(v))
	}
	return fields, ok
}

// beginsAsHeader tells whether the first field of a row is the one by which
// the layout knows a header.
func (l *Layout) beginsAsHeader(row []byte) bool {
	text := l.delimited.headerText
	return text != "" && sameName(l.firstField(row), text)
}

// firstField is the first field of a row, without quotes around it.
func (l *Layout) firstField(row []byte) []byte {
	d := l.delimited
	v := row
	if i := d.nextDelimiter(row); i >= 0 {
		v = row[:i]
	}
	v = l.blanks.trim(v)
	if n := len(d.quote); n > 0 && len(v) > 2*n-1 && d.quoteAt(v, 0) && d.quoteAt(v, len(v)-n) {
		v = l.blanks.trim(v[n : len(v)-n])
	}
	return v
}

func sameName(v []byte, name string) bool { return len(v) == len(name) && equalFold(v, name) }

// headerAgain tells whether a later row is a header: files with headers are
// often put end to end. The error says that its columns are not those of the
// first, so that what follows would be misread.
func (l *Layout) headerAgain(row []byte, first string, at []int) (bool, error) {
	if l.delimited.header == headerNone || !l.mayBeHeader(row, first) {
		return false, nil
	}
	fields, ok := l.headerFields(row)
	if !ok {
		return false, nil
	}
	if !l.delimited.byName {
		return true, l.checkPositions(&header{fields: fields})
	}
	if len(l.missing(fields)) > 0 {
		return false, nil // a row that begins with a column's name
	}
	if !slices.Equal(l.bind(fields), at) {
		return true, errors.New("another header with its columns in another order: split the file in two here")
	}
	return true, nil
}

// mayBeHeader is a cheap look at a row's first field. First is the name of the
// first column, where the source has a header.
func (l *Layout) mayBeHeader(row []byte, first string) bool {
	if !l.delimited.byName {
		return l.beginsAsHeader(row)
	}
	v := l.firstField(row)
	if len(v) == 0 {
		return false
	}
	for i := range l.columns {
		if sameName(v, l.columns[i].name) {
			return true
		}
	}
	return sameName(v, first)
}

// headerTwice refuses two columns of one name.
func (l *Layout) headerTwice(h *header) error {
	seen := map[string]int{}
	for i, name := range h.fields {
		key := strings.ToUpper(name)
		if before, twice := seen[key]; twice && name != "" {
			return fmt.Errorf("columns %d and %d of the header have the same name%s: rename one of them in the file",
				before+1, i+1, l.known(name))
		}
		seen[key] = i
	}
	return nil
}

// known is the name in quotes where it is one of the layout's: then it is no
// one's data.
func (l *Layout) known(name string) string {
	for _, c := range l.columns {
		if strings.EqualFold(c.name, name) {
			return fmt.Sprintf(" %q", c.name)
		}
	}
	return ""
}

// checkNames refuses a header without the columns that the layout needs.
func (l *Layout) checkNames(h *header) error {
	if missing := l.missing(h.fields); len(missing) > 0 {
		return fmt.Errorf("the header lacks the column %s: is this the right layout, and is this line the header?",
			strings.Join(missing, ", "))
	}
	extra := len(h.fields)
	for _, at := range l.bind(h.fields) {
		if at >= 0 {
			extra--
		}
	}
	if extra > 0 {
		h.warnings = append(h.warnings, fmt.Sprintf("the header has %d columns that the layout does not name; they are not read", extra))
	}
	return nil
}

// missing is the columns, in quotes, that the layout needs and the names lack.
func (l *Layout) missing(names []string) []string {
	var missing []string
	for i, at := range l.bind(names) {
		if at < 0 && !l.columns[i].optional {
			missing = append(missing, strconv.Quote(l.columns[i].name))
		}
	}
	return missing
}

// checkPositions compares the header's names with the layout's, as far as both
// go: rows are what must have the right number of fields.
func (l *Layout) checkPositions(h *header) error {
	for i := range min(len(h.fields), len(l.columns)) {
		if !strings.EqualFold(h.fields[i], l.columns[i].name) {
			return fmt.Errorf("column %d of the header should be %q and is not: is this the right layout?", i+1, l.columns[i].name)
		}
	}
	if len(h.fields) != len(l.columns) {
		h.warnings = append(h.warnings, fmt.Sprintf("the header has %d names, the layout %d columns", len(h.fields), len(l.columns)))
	}
	return nil
}

// bind is the position in a row of each column of the layout, -1 for a column
// that the source does not have.
func (l *Layout) bind(names []string) []int {
	at := make([]int, len(l.columns))
	byName := l.delimited != nil && l.delimited.byName
	for i, c := range l.columns {
		at[i] = i
		if byName {
			at[i] = -1
			for j, name := range names {
				if strings.EqualFold(name, c.name) {
					at[i] = j
				}
			}
		}
	}
	return at
}

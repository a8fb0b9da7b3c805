package descriptions

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Record is one record of a file: its columns in order.
type Record struct {
	Name    string
	Type    string // the value of its first column, where the description says it
	Columns []Column
	Length  int // bytes
}

// Column is one column of a record.
type Column struct {
	Name             string
	Start, Length    int    // bytes, Start from 1
	As               string // as in layouts; empty for text
	Digits, Decimals int    // of a number
	About            string
}

// item is one entry of a copybook.
type item struct {
	line             int
	level            int
	name             string
	picture, usage   string
	occurs           int
	redefines, value string
	children         []*item
}

// Copybook reads the records of a COBOL copybook: the entries of level 01, or the whole
// of one that has none. It knows PICTURE with X, A, 9, S and V; DISPLAY, COMP-3 and the
// binary usages; OCCURS of a fixed number; REDEFINES, whose alternatives become columns
// over the same bytes, each named after its group. The error says what it does not know,
// with the line.
func Copybook(text string) ([]Record, error) {
	items, err := entries(text)
	if err != nil {
		return nil, err
	}
	roots, err := nest(items)
	if err != nil {
		return nil, err
	}
	if len(roots) == 0 {
		return nil, errors.New("the copybook has no entries")
	}
	if roots[0].level != 1 {
		roots = []*item{{level: 1, name: "RECORD", children: roots}}
	}
	var records []Record
	for _, root := range roots {
		if root.occurs > 1 {
			return nil, fmt.Errorf("line %d: a record does not occur in itself", root.line)
		}
		r := Record{Name: root.name}
		w := walk{record: &r, seen: map[string]int{}}
		if r.Length, err = w.place(root, 1, ""); err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// statements of a copybook end with a point that a blank or the end of the line follows.
var sentenceEnd = regexp.MustCompile(`\.(\s|$)`)

// entries reads the entries in order. Columns 1 to 6 and from 73 on are not COBOL's where
// lines are of the old form; a star in column 7 begins a comment.
func entries(text string) ([]*item, error) {
	var items []*item
	var sentence strings.Builder
	begin := 0
	for n, line := range strings.Split(strings.ReplaceAll(text, "\r", ""), "\n") {
		line = codeOf(strings.ReplaceAll(line, "\t", "    "))
		if strings.TrimSpace(line) == "" {
			continue
		}
		if strings.TrimSpace(sentence.String()) == "" {
			begin = n + 1
		}
		sentence.WriteString(" " + line)
		for {
			all := sentence.String()
			end := sentenceEnd.FindStringIndex(all)
			if end == nil {
				break
			}
			it, err := entry(all[:end[0]], begin)
			if err != nil {
				return nil, err
			}
			if it != nil {
				items = append(items, it)
			}
			sentence.Reset()
			sentence.WriteString(all[end[1]:])
			begin = n + 1
		}
	}
	if rest := strings.TrimSpace(sentence.String()); rest != "" {
		return nil, fmt.Errorf("line %d: the entry does not end with a point", begin)
	}
	return items, nil
}

var numbered = regexp.MustCompile(`^[0-9 ]{6}`)

// codeOf is the COBOL of a line.
func codeOf(line string) string {
	if len(line) > 6 && (line[6] == '*' || line[6] == '/') && numbered.MatchString(line) || strings.HasPrefix(strings.TrimSpace(line), "*") {
		return ""
	}
	if len(line) > 6 && numbered.MatchString(line) && strings.TrimSpace(line[:6]) != "" && line[6] == ' ' {
		line = line[6:]
	}
	if len(line) > 66 && strings.HasPrefix(line, "     ") {
		line = line[:min(len(line), 72)]
	}
	return line
}

// ignored levels are names for values, and renamings, which take no bytes.
const (
	renames   = 66
	condition = 88
	alone     = 77
)

// entry reads one entry; nil for one that takes no bytes.
func entry(sentence string, line int) (*item, error) {
	words := strings.Fields(strings.ToUpper(sentence))
	fail := func(format string, args ...any) (*item, error) {
		return nil, fmt.Errorf("line %d: %s", line, fmt.Sprintf(format, args...))
	}
	if len(words) == 0 {
		return nil, nil
	}
	level, err := strconv.Atoi(words[0])
	if err != nil {
		return fail("an entry begins with its level, a number; COPY, REPLACE and other statements are not read")
	}
	if level == condition || level == renames {
		return nil, nil
	}
	it := &item{line: line, level: level, name: "FILLER", occurs: 1}
	words = words[1:]
	if len(words) > 0 && !slices.Contains(clauses, words[0]) {
		it.name, words = words[0], words[1:]
	}
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		next := func(skip ...string) string {
			for len(words) > 0 && slices.Contains(skip, words[0]) {
				words = words[1:]
			}
			if len(words) == 0 {
				return ""
			}
			word := words[0]
			words = words[1:]
			return word
		}
		switch word {
		case "PIC", "PICTURE":
			it.picture = next("IS")
		case "USAGE":
			it.usage = next("IS")
		case "COMP", "COMP-3", "COMP-4", "COMP-5", "COMPUTATIONAL", "COMPUTATIONAL-3", "COMPUTATIONAL-4", "COMPUTATIONAL-5", "BINARY", "PACKED-DECIMAL", "DISPLAY", "COMP-1", "COMP-2", "POINTER", "INDEX":
			it.usage = word
		case "REDEFINES":
			it.redefines = next()
		case "OCCURS":
			if it.occurs, err = strconv.Atoi(next()); err != nil || it.occurs < 1 {
				return fail("OCCURS needs a fixed number")
			}
			if len(words) > 0 && words[0] == "TO" || slices.Contains(words, "DEPENDING") {
				return fail("OCCURS ... DEPENDING ON is not read: the columns behind it have no fixed place")
			}
		case "VALUE", "VALUES":
			it.value = strings.Trim(next("IS"), `'"`)
		case "TIMES", "IS", "JUST", "JUSTIFIED", "RIGHT", "BLANK", "WHEN", "ZERO", "ZEROS", "ZEROES", "SYNC", "SYNCHRONIZED", "LEFT":
			if word == "SYNC" || word == "SYNCHRONIZED" {
				return fail("SYNCHRONIZED is not read: it moves columns")
			}
		case "SIGN":
			return fail("SIGN is not read: a sign of its own, or in front, is no zoned number of layouts")
		default:
			return fail("%s is not read", word)
		}
	}
	return it, nil
}

// clauses are the words that may follow a level where there is no name.
var clauses = []string{"PIC", "PICTURE", "REDEFINES", "OCCURS", "USAGE", "VALUE", "COMP", "COMP-3", "BINARY", "DISPLAY"}

// nest puts entries below those of a lower level.
func nest(items []*item) ([]*item, error) {
	var roots, open []*item
	for _, it := range items {
		for len(open) > 0 && open[len(open)-1].level >= it.level {
			open = open[:len(open)-1]
		}
		switch {
		case it.level == alone || len(open) == 0:
			if len(roots) > 0 && it.level != roots[0].level {
				return nil, fmt.Errorf("line %d: level %02d stands below nothing", it.line, it.level)
			}
			roots = append(roots, it)
		default:
			above := open[len(open)-1]
			if above.picture != "" {
				return nil, fmt.Errorf("line %d: it stands below an entry with a picture", it.line)
			}
			above.children = append(above.children, it)
		}
		open = append(open, it)
	}
	return roots, nil
}

// walk gives the columns of a record their places.
type walk struct {
	record *Record
	seen   map[string]int // names, and how often
	places int            // entries that have one
}

// mostPlaces and mostBytes are more than a record has.
const (
	mostPlaces = 10_000
	mostBytes  = 1 << 20
)

// group places the entries of a group from a byte on, and returns its length. Suffix
// tells the columns of one occurrence from those of another.
func (w *walk) group(g *item, start int, suffix string) (length int, err error) {
	at := start
	starts := map[string]int{}
	for _, it := range g.children {
		begin := at
		if it.redefines != "" {
			before, ok := starts[it.redefines]
			if !ok {
				return 0, fmt.Errorf("line %d: REDEFINES names no entry before it in its group", it.line)
			}
			begin = before
		}
		starts[it.name] = begin
		size := 0
		for i := range it.occurs {
			own := suffix
			if it.occurs > 1 {
				own += " " + strconv.Itoa(i+1)
			}
			n, err := w.place(it, begin+size, own)
			if err != nil {
				return 0, err
			}
			size += n
		}
		at = max(at, begin+size)
	}
	return at - start, nil
}

// place places one occurrence of an entry, and returns its length.
func (w *walk) place(it *item, start int, suffix string) (int, error) {
	if w.places++; w.places > mostPlaces || start > mostBytes {
		return 0, fmt.Errorf("line %d: the record has more than %d entries, or bytes beyond %d", it.line, mostPlaces, mostBytes)
	}
	if it.picture == "" {
		if len(it.children) == 0 {
			return 0, fmt.Errorf("line %d: it has neither a picture nor entries below it", it.line)
		}
		return w.group(it, start, suffix)
	}
	c, err := column(it)
	if err != nil {
		return 0, err
	}
	c.Start = start
	if len(w.record.Columns) == 0 && start == 1 && it.value != "" {
		w.record.Type = it.value
	}
	if it.name != "FILLER" {
		c.Name = it.name + suffix
		if w.seen[c.Name]++; w.seen[c.Name] > 1 {
			c.Name += fmt.Sprintf(" (%d)", w.seen[c.Name])
		}
		w.record.Columns = append(w.record.Columns, c)
	}
	return c.Length, nil
}

var (
	repeats     = regexp.MustCompile(`(.)\((\d+)\)`)
	textPicture = regexp.MustCompile(`^[XA9]*[XA][XA9]*$`)
	numPicture  = regexp.MustCompile(`^(S?)(9*)(?:V(9*))?$`)
)

// column is the column of an entry, without its place.
func column(it *item) (Column, error) {
	fail := func(format string, args ...any) (Column, error) {
		return Column{}, fmt.Errorf("line %d: %s", it.line, fmt.Sprintf(format, args...))
	}
	const most = 10_000
	picture := it.picture
	for {
		m := repeats.FindStringSubmatchIndex(picture)
		if m == nil {
			break
		}
		n, err := strconv.Atoi(picture[m[4]:m[5]])
		if err != nil || n < 1 || n > most || len(picture) > 2*most {
			return fail("its picture repeats a character %s times, or is longer than %d characters", picture[m[4]:m[5]], 2*most)
		}
		picture = picture[:m[0]] + strings.Repeat(picture[m[2]:m[3]], n) + picture[m[1]:]
	}
	about := "PIC " + it.picture
	if it.usage != "" {
		about += " " + it.usage
	}
	if textPicture.MatchString(picture) {
		if it.usage != "" && it.usage != "DISPLAY" {
			return fail("%s is for numbers, its picture for text", it.usage)
		}
		return Column{Length: len(picture), About: about}, nil
	}
	m := numPicture.FindStringSubmatch(picture)
	if m == nil || m[2]+m[3] == "" {
		return fail("the picture %s is not read: X, A, 9, S and V are", it.picture)
	}
	digits, decimals := len(m[2])+len(m[3]), len(m[3])
	c := Column{About: about, Digits: digits, Decimals: decimals}
	switch it.usage {
	case "", "DISPLAY":
		c.Length = digits
		if m[1] == "" && decimals == 0 { // plain digits are text
			c.Digits = 0
			return c, nil
		}
		c.As = "zoned"
	case "COMP-3", "COMPUTATIONAL-3", "PACKED-DECIMAL":
		c.As, c.Length = "packed", digits/2+1
	case "COMP", "COMP-4", "COMP-5", "COMPUTATIONAL", "COMPUTATIONAL-4", "COMPUTATIONAL-5", "BINARY":
		c.As = "binary"
		switch {
		case digits <= 4:
			c.Length = 2
		case digits <= 9:
			c.Length = 4
		case digits <= 18:
			c.Length = 8
		default:
			return fail("a binary number has at most 18 digits")
		}
		c.Digits = 0 // what is in its bytes
	default:
		return fail("%s is not read", it.usage)
	}
	return c, nil
}

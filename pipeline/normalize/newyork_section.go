package normalize

import "strings"

// newYorkSection is a section of a law of New York, cut from a text.
type newYorkSection struct {
	name     string
	rest     string
	dotted   bool // article and section, 221.10: no point can follow for a subdivision
	doubtful bool
}

// isDotted tells whether the sections of a law have the number of their article
// before a point, and two digits behind it. There 221.1 is no section, and
// certainly not 221.10, though a spreadsheet makes the one of the other.
func isDotted(code string) bool { return code == "PL" || code == "CPL" }

// isDashed tells whether the sections of a law are title and section: 10-125.
func isDashed(code string) bool { return code == "AC" }

// cutSection cuts the section from the start of text. It is not ok if the text
// does not begin with one that ends where it seems to.
func (g *newYork) cutSection(code, text string) (newYorkSection, bool) {
	whole := leading(text, isDigit)
	s := newYorkSection{name: text[:whole], rest: text[whole:]}
	switch {
	case whole == 0 || text[0] == '0':
		return s, false
	case isDotted(code):
		decimals := leading(strings.TrimPrefix(s.rest, "."), isDigit)
		if whole < 2 || whole > 3 || !strings.HasPrefix(s.rest, ".") || decimals == 0 || decimals > 2 {
			return s, false
		}
		s.dotted, s.doubtful = true, decimals == 1
		s.name, s.rest = text[:whole+1+decimals], s.rest[1+decimals:]
	case isDashed(code):
		number, ok := strings.CutPrefix(s.rest, "-")
		n := leading(number, isDigit)
		if !ok || n == 0 {
			return s, false
		}
		s.name, s.rest = text[:whole+1+n], number[n:]
	case whole > 4:
		return s, false
	}
	return g.cutLetter(code, s)
}

// cutLetter cuts the letter of a section that was added between two others:
// 130.65-A, 1192-a. Without the dash the letter counts only if the section is
// listed: 130.65A.
func (g *newYork) cutLetter(code string, s newYorkSection) (newYorkSection, bool) {
	letters, dash := strings.CutPrefix(s.rest, "-")
	n := leading(letters, isLetter)
	if n == 0 {
		return s, !dash || strings.HasPrefix(letters, " ")
	}
	if n > 2 {
		return s, dash // the words of the offence
	}
	name := s.name + "-" + strings.ToLower(letters[:n])
	listed := g.tables.listed(code, name)
	s.doubtful = s.doubtful || !listed && (!dash || s.dotted)
	s.name, s.rest = name, letters[n:]
	return s, true
}

// joined reads a section and subdivision in one run, as police of the City
// write them: 2211001 is 221.10(01), and VTL 1192001 is 1192(01). The section
// must be listed.
func (g *newYork) joined(code, text string) []reading {
	n := leading(text, isAlphanumeric)
	run, rest := text[:n], text[n:]
	if !isNewYorkTail(rest) {
		return nil
	}
	var out []reading
	add := func(name, sub string, ok bool) {
		if !ok || !g.tables.listed(code, name) {
			return
		}
		for _, path := range newYorkSubdivision(sub) {
			out = append(out, reading{code: code, section: name, subdivisions: path, rule: "law and section, run together"})
		}
	}
	switch {
	case isDotted(code) && (n == 5 || n == 7) && leading(run, isDigit) >= 5:
		name, sub := run[:3]+"."+run[3:5], run[5:]
		if n == 7 && isLetter(sub[0]) {
			name, sub = name+"-"+strings.ToLower(sub[:1]), sub[1:]
		}
		add(name, sub, true)
	case code == "VTL" && n == 7 && leading(run, isDigit) >= 5:
		sub, ok := strings.CutPrefix(run[4:], "0")
		if !ok {
			sub = run[4:]
		}
		add(strings.TrimLeft(run[:4], "0"), sub, ok || isLetter(run[6]))
	}
	return out
}

// newYorkSubdivision reads a subdivision written without parentheses: 01, 1,
// 02-A, and 00 for none. 01A may be (01)(a) and may be (01-a).
func newYorkSubdivision(s string) [][]string {
	n := leading(s, isDigit)
	number, letters := s[:n], s[n:]
	if strings.Trim(number, "0") == "" {
		if letters != "" {
			return nil
		}
		return [][]string{nil}
	}
	number, ok := twoDigits(number)
	if !ok {
		return nil
	}
	letter, dash := strings.CutPrefix(strings.ToLower(letters), "-")
	switch {
	case letters == "":
		return [][]string{{number}}
	case len(letter) != 1 || !isLetter(letter[0]):
		return nil
	case dash:
		return [][]string{{number + "-" + letter}}
	default:
		return [][]string{{number, letter}, {number + "-" + letter}}
	}
}

// twoDigits is a number from 1 to 99 with two digits.
func twoDigits(s string) (string, bool) {
	s = strings.TrimLeft(s, "0")
	if !isCounter(s) {
		return "", false
	}
	return ("0" + s)[len(s)-1:], true
}

// cutNewYorkPath cuts the subdivisions below a section, in every way in which
// they can be read: (1)(a), 01, Sub 01, and .3 where sections have no point.
func cutNewYorkPath(s string, dotted bool) (paths [][]string, rest string) {
	if sub, ok := strings.CutPrefix(s, "."); ok && !dotted {
		return cutNewYorkRun(sub, s)
	}
	trimmed := strings.TrimLeft(s, " ")
	if sub, ok := strings.CutPrefix(trimmed, "SUB "); ok {
		return cutNewYorkRun(sub, s)
	}
	if trimmed != "" && isDigit(trimmed[0]) && len(trimmed) < len(s) {
		return cutNewYorkRun(trimmed, s)
	}
	path, rest := cutNewYorkParentheses(s)
	return [][]string{path}, rest
}

// cutNewYorkRun cuts a subdivision without parentheses, and those in
// parentheses behind it. If there is none, whole is left.
func cutNewYorkRun(s, whole string) (paths [][]string, rest string) {
	n := leading(s, func(c byte) bool { return isAlphanumeric(c) || c == '-' })
	paths = newYorkSubdivision(s[:n])
	if len(paths) == 0 {
		return [][]string{nil}, whole
	}
	deeper, rest := cutParenthesised(s[n:])
	for i, path := range paths {
		if path == nil && deeper != nil {
			return [][]string{nil}, whole
		}
		paths[i] = append(path, deeper...)
	}
	return paths, rest
}

// cutNewYorkParentheses cuts subdivisions in parentheses. The first may be
// written with a zero before it.
func cutNewYorkParentheses(s string) (path []string, rest string) {
	trimmed := strings.TrimPrefix(s, " ")
	if strings.HasPrefix(trimmed, "(0") {
		s = "(" + trimmed[2:]
	}
	path, rest = cutParenthesised(s)
	if len(path) == 0 {
		return nil, rest
	}
	digits := leading(path[0], isDigit)
	if number, ok := twoDigits(path[0][:digits]); ok {
		path[0] = number + path[0][digits:]
	}
	return path, rest
}

// isNewYorkTail tells whether rest is nothing, the words of the offence, or
// what the state's rap sheets print behind a section:
// Class B Misdemeanor Degree 5 NCIC 3562.
func isNewYorkTail(rest string) bool {
	words := strings.Fields(rest)
	if !strings.HasPrefix(rest, " ") || len(words) == 0 {
		return isLiteral(rest, 2)
	}
	if len(words) >= 3 && words[0] == "CLASS" && len(words[1]) <= 4 && isLevel(words[2]) {
		words = words[3:]
	}
	if len(words) >= 2 && words[0] == "DEGREE" && isNumber(words[1]) {
		words = words[2:]
	}
	if len(words) >= 2 && words[0] == "NCIC" && isNumber(words[1]) {
		words = words[2:]
	}
	return len(words) == 0 || isLiteral(" "+strings.Join(words, " "), 2)
}

func isLevel(word string) bool {
	return word == "FELONY" || word == "MISDEMEANOR" || word == "VIOLATION" || word == "INFRACTION"
}

func isNumber(s string) bool { return s != "" && leading(s, isDigit) == len(s) }

func isAlphanumeric(c byte) bool { return isDigit(c) || isLetter(c) }

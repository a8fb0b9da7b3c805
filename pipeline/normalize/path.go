package normalize

import (
	"slices"
	"strings"
)

// isSubdivision tells whether s, from inside parentheses, is one subdivision: a
// number, a letter, or one of these with what was added between two of them
// later: 2, a, ii, a-1, 2-a, a.1, a½.
func isSubdivision(s string) bool {
	s = strings.TrimSuffix(s, "½")
	head, added, inserted := s, "", false
	if i := strings.IndexAny(s, "-."); i >= 0 {
		head, added, inserted = s[:i], s[i+1:], true
	}
	isOne := func(s string) bool { return isCounter(s) || isLettered(s) }
	return isOne(head) && (!inserted || isOne(added))
}

// cutParenthesised cuts subdivisions in parentheses from the start of s, each
// perhaps after a blank. It stops before the first thing that is none.
func cutParenthesised(s string) (path []string, rest string) {
	for {
		open, found := strings.CutPrefix(strings.TrimPrefix(s, " "), "(")
		if !found {
			return path, s
		}
		sub, after, closed := strings.Cut(open, ")")
		sub = strings.Trim(sub, " ")
		if !closed || !isSubdivision(sub) {
			return path, s
		}
		path, s = append(path, strings.ToLower(sub)), after
	}
}

// cutToken cuts the name of a code from the start of text: PL 221.10,
// PENAL CODE 30.02. Where several names fit it is the longest.
func (t *tables) cutToken(text string) (code, rest string, ok bool) {
	for _, tok := range t.tokens {
		after, found := strings.CutPrefix(text, tok.text)
		if found && after != "" && !isLetter(after[0]) {
			return tok.code, skipSectionWord(strings.TrimLeft(after, " ")), true
		}
	}
	return "", text, false
}

// cutTokenBehind cuts the name of a code that follows its section: 30.02 PC;
// 481.121, HEALTH AND SAFETY CODE. A name before a number is not of the section
// before it.
func (t *tables) cutTokenBehind(text string) (code, rest string, ok bool) {
	for _, tok := range t.tokens {
		after, found := strings.CutPrefix(strings.TrimLeft(strings.TrimPrefix(text, ","), " "), tok.text)
		next := strings.TrimLeft(after, " ")
		if found && (next == "" || !isDigit(next[0]) && !isLetter(after[0])) {
			return tok.code, after, true
		}
	}
	return "", text, false
}

// isCode tells whether the tokens name the code.
func (t *tables) isCode(code string) bool {
	return slices.ContainsFunc(t.tokens, func(tok token) bool { return tok.code == code })
}

// codesOf lists the codes that list a section, in order.
func (t *tables) codesOf(name string) []string {
	var codes []string
	for key := range t.sections {
		if key.section == name {
			codes = append(codes, key.code)
		}
	}
	slices.Sort(codes)
	return codes
}

// cutMark cuts the first of words that text begins with and that ends there.
func cutMark(text string, words ...string) (rest string, ok bool) {
	for _, word := range words {
		if rest, ok := strings.CutPrefix(text, word); ok && rest != "" && !isLetter(rest[0]) {
			return rest, true
		}
	}
	return text, false
}

// cutObject drops the separator between an inchoate section and its object.
func cutObject(s string) (object string, ok bool) {
	s = strings.TrimLeft(s, " ")
	if s == "" || !strings.ContainsRune("/-+&,", rune(s[0])) {
		return "", false
	}
	s = strings.TrimLeft(s[1:], " ")
	return s, s != ""
}

// romans are the small roman numerals that statutes number with, from 1.
var romans = [...]string{
	"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x",
	"xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx",
}

// isRoman tells whether s is one of them, in small letters.
func isRoman(s string) bool { return slices.Contains(romans[:], s) }

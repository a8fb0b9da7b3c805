package normalize

import (
	"slices"
	"strings"
)

// elsewhere reads the statute texts of a state that has no grammar of its own:
// the number of a title or the name of a code, the section, and its subdivisions, as
// in 16 § 4764(a), RCW 69.50.4014 or 54 21a-279(c)-POSSESSION. Whatever else stands in
// a text, or behind it without a dash, makes it unmatched: nothing is guessed, no
// inchoate form either.
type elsewhere struct{}

// codeNames are the names that states' codes go by in citations. A word that is
// none of them is no code: it may be the offence, or say that it was attempted.
var codeNames = []string{
	"ARS", "CGS", "CRS", "GS", "HRS", "KRS", "KSA", "MCA", "NDCC", "NMSA", "NRS", "OCGA", "ORC", "ORS", "RCW", "RSA", "RSMO", "SDCL", "TCA", "USC",
}

func (elsewhere) clean(text string) string {
	return strings.Trim(strings.ToUpper(plain(text)), "/#*., ")
}

func (elsewhere) repair(text string) string { return text }

func (elsewhere) read(text string) []reading {
	code, rest, ok := strings.Cut(text, " ")
	if !ok || !slices.Contains(codeNames, code) && (!isDigit(code[0]) || leading(code, isTitleSign) != len(code)) {
		return nil
	}
	rest = skipSectionWord(rest)
	n := leading(rest, isSectionSign)
	for n > 0 && (rest[n-1] == '-' || rest[n-1] == '.') {
		n-- // the dash of a literal, the point of a sentence
	}
	if n == 0 || !isDigit(rest[0]) {
		return nil
	}
	section := strings.ToLower(rest[:n])
	if i := strings.IndexByte(section, '-'); i >= 0 && i+1 < len(section) && !isDigit(section[i+1]) {
		section, n = section[:i], i // a word, not a number, follows the dash
	}
	path, behind := cutParenthesised(rest[n:])
	words, dash := strings.CutPrefix(strings.TrimPrefix(behind, " "), "-")
	if behind != "" && (!dash || leading(strings.TrimPrefix(words, " "), isLetter) < 3) {
		return nil
	}
	return []reading{{code: code, section: section, subdivisions: path, rule: "title and section"}}
}

func (elsewhere) written(s Statute) string {
	var b strings.Builder
	b.WriteString(s.Code)
	b.WriteByte(' ')
	s.writeSection(&b)
	return b.String()
}

func isTitleSign(c byte) bool { return isDigit(c) || isLetter(c) || c == '.' }

func isSectionSign(c byte) bool { return isDigit(c) || isLetter(c) || c == '.' || c == '-' }
